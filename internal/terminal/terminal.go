// Package terminal decides whether what is printed is in colours.
package terminal

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/mattn/go-isatty"
)

// Modes are the values of --color.
var Modes = []string{"auto", "always", "never"}

var mode atomic.Int32 // an index of Modes

// SetMode sets one of Modes.
func SetMode(name string) error {
	for i, m := range Modes {
		if name == m {
			mode.Store(int32(i))
			return nil
		}
	}
	return fmt.Errorf("%q: expected auto, always or never", name)
}

// Plain is a writer that is never written to in colours, such as a file.
type Plain struct{ io.Writer }

// Colors reports whether to write to w in colours: as --color says, or else the
// environment, or else if w is a terminal. NO_COLOR (https://no-color.org) comes
// before FORCE_COLOR (https://force-color.org) and CLICOLOR_FORCE, and those
// before CLICOLOR (https://bixense.com/clicolors).
func Colors(w io.Writer) bool {
	if _, ok := w.(Plain); ok {
		return false
	}
	switch Modes[mode.Load()] {
	case "always":
		return true
	case "never":
		return false
	}
	set := func(name string) bool { v := os.Getenv(name); return v != "" && v != "0" }
	switch {
	case os.Getenv("NO_COLOR") != "":
		return false
	case set("FORCE_COLOR"), set("CLICOLOR_FORCE"):
		return true
	case os.Getenv("CLICOLOR") == "0", os.Getenv("TERM") == "dumb":
		return false
	}
	return Is(w)
}

// Is reports whether a terminal is behind a stream.
func Is(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}
