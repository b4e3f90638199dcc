// Package rss says how much memory a process took.
package rss

import (
	"os"
	"syscall"
)

// Max returns the most memory that the process had at once, in bytes.
func Max(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss << 10 // kilobytes on Linux
}
