//go:build !linux

package main

import "os"

// maxRSS is not measured here: every system has units of its own.
func maxRSS(*os.ProcessState) int64 { return 0 }
