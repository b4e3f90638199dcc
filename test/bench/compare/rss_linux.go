package main

import (
	"os"
	"syscall"
)

// maxRSS returns the most memory that the process had at once, in bytes.
func maxRSS(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss << 10 // kilobytes on Linux
}
