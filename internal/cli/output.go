package cli

import (
	"errors"
	"io"
	"sync"
	"syscall"

	"github.com/ressKim-io/wealist-k8s-migration/internal/terminal"
)

// outputs remember whether what was printed could be written: a report that
// nobody can read must not pass for a report.
type outputs struct {
	mu  sync.Mutex
	err error
}

// guard returns w with its errors remembered. A terminal is returned as it is,
// because whoever prints in colours asks for it.
func (o *outputs) guard(w io.Writer) io.Writer {
	if terminal.Is(w) {
		return w
	}
	return &guarded{w, o}
}

type guarded struct {
	w       io.Writer
	outputs *outputs
}

func (g *guarded) Write(text []byte) (int, error) {
	n, err := g.w.Write(text)
	if err == nil && n < len(text) {
		err = io.ErrShortWrite
	}
	if err != nil {
		g.outputs.mu.Lock()
		defer g.outputs.mu.Unlock()
		if g.outputs.err == nil {
			g.outputs.err = err
		}
	}
	return n, err
}

// failed is the first error of a write.
func (o *outputs) failed() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// readerGone reports whether nobody reads the output to its end.
func (o *outputs) readerGone() bool { return errors.Is(o.failed(), syscall.EPIPE) }

// worse adds the failure to write to how a command ended.
func (o *outputs) worse(err error) error {
	failure := o.failed()
	if failure == nil || errors.Is(err, failure) {
		return err
	}
	return &exitError{code: ExitFailure, cause: errors.Join(err, &writeError{failure})}
}

// writeError says that the output could not be written.
type writeError struct{ err error }

func (e *writeError) Error() string { return "writing the output: " + e.err.Error() }
func (e *writeError) Unwrap() error { return e.err }
