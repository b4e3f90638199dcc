//go:build unix && !solaris && !aix

package atomicfile

import (
	"os"
	"syscall"
)

// Exclusive waits until no other run writes below a directory, as far as the file
// system can tell. It ends with the process at the latest.
func Exclusive(dir string) (unlock func()) {
	d, err := os.Open(dir)
	if err != nil {
		return func() {}
	}
	_ = syscall.Flock(int(d.Fd()), syscall.LOCK_EX)
	return func() { _ = d.Close() }
}
