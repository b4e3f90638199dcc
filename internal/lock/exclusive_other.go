//go:build !unix || solaris || aix

package lock

// exclusive would wait until no other run writes below a directory.
func exclusive(string) (unlock func()) { return func() {} }
