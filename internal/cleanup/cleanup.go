// Package cleanup removes temporary files when the program is told to end: they
// may hold Secrets. They are also few, readable by their owner alone, and gone as
// soon as they can be: those of a program that was killed when the next one starts.
package cleanup

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

var state struct {
	sync.Mutex
	paths     map[string]int
	processes map[*os.Process]bool
	groups    map[*group]bool
	folder    string // that [ownDir] is in
}

// Add has a file or directory removed when the program is told to end. remove
// does it earlier.
func Add(path string) (remove func()) {
	state.Lock()
	defer state.Unlock()
	if state.paths == nil {
		state.paths = map[string]int{}
	}
	state.paths[path]++
	return sync.OnceFunc(func() {
		_ = os.RemoveAll(path)
		state.Lock()
		defer state.Unlock()
		if state.paths[path]--; state.paths[path] == 0 {
			delete(state.paths, path)
		}
	})
}

// Process has a program that was started killed when this one is told to end.
// ended says that it has ended.
func Process(p *os.Process) (ended func()) {
	state.Lock()
	defer state.Unlock()
	if state.processes == nil {
		state.processes = map[*os.Process]bool{}
	}
	state.processes[p] = true
	return func() {
		state.Lock()
		defer state.Unlock()
		delete(state.processes, p)
	}
}

// Run runs a program that starts others, as git does, for at most so long: then,
// and when this program is told to end, it ends with those that it started. What
// it had no time for is [context.DeadlineExceeded]; [exec.ErrWaitDelay] is for a program
// that succeeded, of which another one that it started still has the output.
func Run(cmd *exec.Cmd, most time.Duration) error {
	g := newGroup(cmd)
	cmd.WaitDelay = 10 * grace // what it started may hold its output open
	state.Lock()
	if err := cmd.Start(); err != nil {
		state.Unlock()
		return err
	}
	if state.groups == nil {
		state.groups = map[*group]bool{}
	}
	state.groups[g] = true
	state.Unlock()
	var late bool
	var mu sync.Mutex
	timer := time.AfterFunc(most, func() {
		mu.Lock()
		late = true
		mu.Unlock()
		g.end()
	})
	err := cmd.Wait()
	timer.Stop()
	state.Lock()
	delete(state.groups, g)
	state.Unlock()
	mu.Lock()
	defer mu.Unlock()
	if late {
		return context.DeadlineExceeded
	}
	return err
}

// grace is how long a program gets to end by itself.
const grace = 200 * time.Millisecond

// end tells a program to end, and those that it started, and sees to it.
func (g *group) end() {
	g.signal(syscall.SIGTERM)
	time.Sleep(grace)
	g.signal(syscall.SIGKILL)
}

// Uninterrupted runs f, which a signal to end does not interrupt: it waits.
func Uninterrupted(f func() error) error {
	running.RLock()
	defer running.RUnlock()
	return f()
}

// running is held while something must not be interrupted.
var running sync.RWMutex

// OnSignals ends the program when it is told to, after what was added is
// removed. The exit code is that of a shell: 128 and the number of the signal.
func OnSignals() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	go func() {
		s := <-signals
		running.Lock()
		All()
		code := 1
		if number, ok := s.(syscall.Signal); ok {
			code = 128 + int(number)
		}
		os.Exit(code)
	}()
}

// All removes everything that was added.
func All() {
	state.Lock()
	defer state.Unlock()
	var ended sync.WaitGroup
	for g := range state.groups {
		ended.Go(g.end)
	}
	ended.Wait() // they write no more
	for path := range state.paths {
		_ = os.RemoveAll(path)
	}
	clear(state.paths)
	if state.folder != "" {
		_ = os.Remove(state.folder) // if no other program has anything there
	}
	for p := range state.processes {
		_ = p.Kill()
	}
	clear(state.processes)
}

// TempDir makes the directory that temporary files of this program and of those
// that it runs go into, the clones of remote bases among them, and returns how
// to remove it. Where none can be made, they go where they always do. What a run
// has left that could not clean up, because it was killed, goes first.
func TempDir() (remove func()) {
	const variable = "TMPDIR"
	dir, release, err := ownDir(os.TempDir())
	if err != nil {
		release = func() {}
		dir, err = os.MkdirTemp("", "krm-validate-")
	}
	if err != nil {
		return func() {}
	}
	drop := Add(dir)
	old, had := os.LookupEnv(variable)
	if os.Setenv(variable, dir) != nil {
		drop()
		release()
		return func() {}
	}
	return func() {
		if had {
			_ = os.Setenv(variable, old)
		} else {
			_ = os.Unsetenv(variable)
		}
		drop()
		release()
	}
}

// File makes a temporary file in a folder, for one that takes its place there
// when it is whole. remove removes it, if it still has its name, and is called
// when it was renamed too. What a run has left in the folder that was killed goes
// first.
func File(folder string) (f *os.File, remove func(), err error) {
	for range 10 { // others may take a new file for one that was left
		if f, err = os.CreateTemp(folder, filePrefix+"*"+fileSuffix); err != nil {
			return nil, nil, err
		}
		var unlock func()
		if unlock, err = claim(f.Name()); err == nil {
			drop := Add(f.Name())
			return f, func() {
				drop()
				unlock()
			}, nil
		}
		_ = f.Close()
	}
	return nil, nil, err
}

// The names of temporary files begin and end so.
const (
	filePrefix = ".krm-validate-"
	fileSuffix = ".tmp"
)
