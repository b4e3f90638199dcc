//go:build unix

package cleanup

import (
	"os"
	"os/exec"
	"syscall"
)

// group is a program with those that it starts.
type group struct {
	cmd   *exec.Cmd
	whole bool // it has a process group of its own
}

// newGroup readies a program that is not yet started. At a terminal it stays in
// the group that may ask there for a password, and is told to end alone: git then
// ends what it has started.
func newGroup(cmd *exec.Cmd) *group {
	if tty, err := os.Open("/dev/tty"); err == nil {
		_ = tty.Close()
		return &group{cmd: cmd}
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	return &group{cmd, true}
}

func (g *group) signal(s syscall.Signal) {
	if g.whole {
		_ = syscall.Kill(-g.cmd.Process.Pid, s)
		return
	}
	_ = g.cmd.Process.Signal(s)
}
