//go:build !unix

package cleanup

import (
	"os/exec"
	"syscall"
)

// group is a program alone, where those that it starts cannot be told to end.
type group struct{ cmd *exec.Cmd }

func newGroup(cmd *exec.Cmd) *group { return &group{cmd} }

func (g *group) signal(syscall.Signal) { _ = g.cmd.Process.Kill() }
