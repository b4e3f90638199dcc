// Package limits says how much of anything this program takes, and reads input
// within it. Input is hostile until it is parsed: what is too large, too deep, or
// never ends is refused before it costs memory or time. The limits are those of
// the process: a user who has more raises them with --limits or an environment
// variable.
package limits

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Env is the environment variable with limits, in the form that Set takes. The
// function has no flags.
const Env = "KRM_VALIDATE_LIMITS"

// Flag is the flag of the commands.
const Flag = "limits"

// Limits are how much is taken.
type Limits struct {
	// Size is that of one input in bytes: of a stream, of a file, of all files
	// of a tree.
	Size int64
	// Depth is how many levels of mappings and lists a document may have. The API
	// server takes no object nested as deep.
	Depth int
	// Aliases is how many nodes the aliases of one input may expand to.
	Aliases int
	// Remote is how long a server may take for one answer, to the last byte. An
	// address may ask for ten times as much for what git does.
	Remote time.Duration
}

// Default are the limits unless somebody raises them. Real trees stay far
// below: etcd takes no object of more than 1.5 MB.
var Default = Limits{Size: 256 << 20, Depth: 500, Aliases: 1 << 20, Remote: time.Minute}

var (
	current atomic.Pointer[Limits]
	initial = sync.OnceValue(func() Limits {
		l, err := parse(os.Getenv(Env))
		if err != nil {
			return Default // Check says what is wrong
		}
		return l
	})
)

// Current returns the limits of the process.
func Current() Limits {
	if l := current.Load(); l != nil {
		return *l
	}
	return initial()
}

// Set changes the limits that text names and leaves the others as they are by
// default: size=1Gi,depth=2000,aliases=5000000.
func Set(text string) error {
	l, err := parse(text)
	if err != nil {
		return err
	}
	current.Store(&l)
	return nil
}

// Check reports what is wrong with the environment variable.
func Check() error {
	if _, err := parse(os.Getenv(Env)); err != nil {
		return fmt.Errorf("%s: %w", Env, err)
	}
	return nil
}

func parse(text string) (Limits, error) {
	l := Default
	for entry := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(entry) == "" {
			continue
		}
		name, value, _ := strings.Cut(strings.TrimSpace(entry), "=")
		if name == "remote" {
			d, err := time.ParseDuration(value)
			if err != nil || d <= 0 {
				return Default, fmt.Errorf("limit %q: expected a time behind =, such as remote=90s or remote=5m", entry)
			}
			l.Remote = d
			continue
		}
		n, err := size(value)
		if err != nil || n < 1 {
			return Default, fmt.Errorf("limit %q: expected a positive number behind =, such as size=512Mi or depth=1000", entry)
		}
		switch name {
		case "size":
			l.Size = n
		case "depth":
			l.Depth = int(min(n, maxDepth))
		case "aliases":
			l.Aliases = int(min(n, 1<<31-1))
		default:
			return Default, fmt.Errorf("limit %q: expected size, depth, aliases or remote", name)
		}
	}
	return l, nil
}

// maxDepth is what the YAML library takes at most.
const maxDepth = 10000

func size(text string) (int64, error) {
	number, shift := text, 0
	for i, suffix := range []string{"Ki", "Mi", "Gi"} {
		if s, ok := strings.CutSuffix(text, suffix); ok {
			number, shift = s, 10*(i+1)
		}
	}
	n, err := strconv.ParseInt(number, 10, 32)
	return n << shift, err
}

func sizeText(n int64) string {
	for i, suffix := range []string{"Gi", "Mi", "Ki"} {
		if unit := int64(1) << (10 * (3 - i)); n >= unit && n%unit == 0 {
			return strconv.FormatInt(n/unit, 10) + suffix
		}
	}
	return strconv.FormatInt(n, 10) + " bytes"
}

// An Error says that something is beyond a limit.
type Error struct {
	What   string // the input, as in: "more than 256Mi of input"
	Option string // what would raise the limit, as in: size=512Mi
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s: if that is meant, raise the limit with --%s=%s or %s=%s", e.What, Flag, e.Option, Env, e.Option)
}

// TooLarge is about an input beyond the size.
func TooLarge() error {
	l := Current()
	return &Error{"more than " + sizeText(l.Size) + " of input", "size=" + strings.TrimSuffix(sizeText(l.Size*2), " bytes")}
}

// TooDeep is about a document beyond the depth.
func TooDeep() error {
	l := Current()
	return &Error{fmt.Sprintf("nested more than %d levels deep", l.Depth), fmt.Sprintf("depth=%d", l.Depth*2)}
}

// TooManyAliases is about aliases that expand beyond their limit.
func TooManyAliases() error {
	l := Current()
	return &Error{fmt.Sprintf("aliases expand to more than %d nodes", l.Aliases), fmt.Sprintf("aliases=%d", l.Aliases*4)}
}

// TooSlow is about a server that takes longer than it may.
func TooSlow() error {
	l := Current()
	return &Error{fmt.Sprintf("no whole answer within %s", short(l.Remote)), "remote=" + short(l.Remote*4)}
}

// TooPatient is about an address that asks for more time than the most a tree may.
func TooPatient(asked, most time.Duration) error {
	return &Error{fmt.Sprintf("it asks to wait for %s, and %s is the most", short(asked), short(most)), "remote=" + short((asked/10).Truncate(time.Minute)+time.Minute)}
}

// short is a time as somebody would write it: 4m, not 4m0s.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// ErrBinary is about input that is no text.
var ErrBinary = errors.New("not UTF-8 text, it has NUL bytes: Kubernetes reads YAML and JSON in UTF-8 only")

// Read reads a stream to its end, within the size.
func Read(r io.Reader) ([]byte, error) {
	most := Current().Size
	var parts [][]byte
	total, next := int64(0), 64<<10
	if f, ok := r.(*os.File); ok { // of a file it is known how much it is
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && info.Size() <= most {
			next = int(info.Size()) + 1
		}
	}
	for {
		part := make([]byte, next)
		n, err := io.ReadFull(r, part)
		part = part[:n]
		if bytes.IndexByte(part, 0) >= 0 {
			return nil, ErrBinary
		}
		total += int64(n)
		parts = append(parts, part)
		switch {
		case total > most:
			return nil, TooLarge()
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			if len(parts) == 1 {
				return part, nil
			}
			return bytes.Join(parts, nil), nil
		case err != nil:
			return nil, err
		}
		next = max(64<<10, min(next*2, 8<<20))
	}
}

// ReadFile reads a file that somebody named, within the size. It may be a pipe
// or a device, as those of <(…) and /dev/stdin are.
func ReadFile(path string) ([]byte, error) { return readFile(path, false) }

// ReadRegular reads a file that nobody named, but a folder or another file led
// to: only a regular file is one that is meant to be read.
func ReadRegular(path string) ([]byte, error) { return readFile(path, true) }

func readFile(path string, regular bool) ([]byte, error) {
	// Opening a pipe that nobody writes to would wait for ever.
	info, err := os.Stat(path)
	if err != nil {
		var failed *fs.PathError
		if errors.As(err, &failed) { // that it was looked at first is nothing to anybody
			return nil, fmt.Errorf("%s: %w", path, failed.Err)
		}
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s: is a directory", path)
	}
	if regular && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %s, not a file: it is not read unless it is named itself", path, kindOf(info.Mode()))
	}
	if info.Mode().IsRegular() && info.Size() > Current().Size {
		return nil, fmt.Errorf("%s: %w", path, TooLarge())
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if info.Mode().IsRegular() {
		data := make([]byte, info.Size())
		n, err := io.ReadFull(f, data)
		if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			data = data[:n]
			// A file that grows, or has no size as those of /proc, has more.
			more, err := Read(io.LimitReader(f, Current().Size-int64(n)+1))
			if int64(n)+int64(len(more)) > Current().Size {
				err = TooLarge()
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			return append(data, more...), nil
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	data, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "a special file"
}
