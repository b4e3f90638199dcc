// Package redact is the door that everything printed goes through: findings,
// excerpts of files, errors, explanations, differences. It knows the secrets of
// a build, in all the spellings that they can take on their way, and masks
// them; it makes control characters visible; and it judges the errors of
// libraries, which print whole objects, word by word.
//
// What is not masked matters as much: names, hosts, keys and the words of
// messages stay what they are, also where some Secret has the same text.
package redact

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Mask stands where something was left out.
const Mask = "***"

// Secrets are the values that must not be printed. They are looked for in what
// was added when the next text comes to be printed, so adding costs nothing. A
// run may print between any two files, so each is looked through once.
//
// The zero value is ready to use; a nil *Secrets masks what has the shape of a
// credential. All methods may be called from several goroutines.
type Secrets struct {
	mu     sync.RWMutex
	files  map[string][]byte
	order  []string // of files
	nodes  []*yaml.Node
	names  []string
	loaded *loaded // nil until it is needed
	stale  bool    // more was added than is loaded

	unsettled int // bytes of the documents that are to be settled
}

// File adds a file that the build reads, whatever it is: resources, a
// kustomization, a patch, what a generator makes a Secret of.
func (s *Secrets) File(path string, text []byte) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.files[path]; ok {
		if bytes.Equal(old, text) {
			return
		}
		path += "\x00" // what it was before may be printed as well
		if _, ok := s.files[path]; ok {
			return
		}
	}
	if s.files == nil {
		s.files = map[string][]byte{}
	}
	s.files[path] = text
	s.order = append(s.order, path)
	s.stale = true
}

// Files yields the files that were added, as they were read first.
func (s *Secrets) Files(yield func(path string, text []byte) bool) {
	if s == nil {
		return
	}
	s.mu.Lock()
	order := slices.Clone(s.order)
	s.mu.Unlock()
	for _, path := range order {
		if strings.HasSuffix(path, "\x00") {
			continue
		}
		s.mu.Lock()
		text := s.files[path]
		s.mu.Unlock()
		if !yield(path, text) {
			return
		}
	}
}

// Node adds a document that has been parsed already. It must not be edited
// while texts are printed.
func (s *Secrets) Node(n *yaml.Node) {
	if s == nil || n == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nodes = append(s.nodes, n)
	s.stale = true
}

// Settle reads the documents that were added, of so many bytes since it was last
// called, and lets go of them once they are so many or so large that memory counts.
// They must not be edited any more.
func (s *Secrets) Settle(bytes int) {
	const (
		many  = 5000    // documents
		large = 1 << 20 // bytes
	)
	if s == nil {
		return
	}
	s.mu.Lock()
	s.unsettled += bytes
	few := len(s.nodes) < many && s.unsettled < large
	s.mu.Unlock()
	if few {
		return
	}
	l, done := s.load()
	done()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stale {
		s.nodes, l.nodes, l.settled, s.unsettled = nil, 0, 0, 0
	}
}

// Name adds names that are no secret: arguments, paths, directories.
func (s *Secrets) Name(names ...string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names = append(s.names, names...)
	s.stale = true
}

// load returns what is known of all that was added. It stays as it is until
// done is called.
func (s *Secrets) load() (l *loaded, done func()) {
	if s == nil {
		return &nothing, func() {}
	}
	for {
		s.mu.RLock()
		if s.loaded != nil && !s.stale {
			return s.loaded, s.mu.RUnlock
		}
		s.mu.RUnlock()
		s.reload()
	}
}

func (s *Secrets) reload() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.loaded == nil {
		s.loaded = newLoaded()
		s.stale = true
	}
	if s.stale {
		s.loaded.add(s)
		s.stale = false
	}
}

func (s *Secrets) mask(text string) string {
	l, done := s.load()
	defer done()
	return l.mask(text)
}

func (s *Secrets) maskSecrets(text string) string {
	l, done := s.load()
	defer done()
	return l.maskSecrets(text)
}

func (s *Secrets) find(text string) []span {
	l, done := s.load()
	defer done()
	return l.matcher.find(text)
}

// Text is a text of several lines as it may be printed: secrets are masked and
// control characters visible.
func (s *Secrets) Text(text string) string {
	if text == "" {
		return ""
	}
	return escape(maskShapes(s.mask(text)), true)
}

// Line is Text for what must stay on one line, such as a name.
func (s *Secrets) Line(text string) string {
	if text == "" {
		return ""
	}
	return escape(maskShapes(s.mask(text)), false)
}

// Masked is Text without making control characters visible, for formats that
// have their own way to do so.
func (s *Secrets) Masked(text string) string {
	if text == "" {
		return ""
	}
	return maskShapes(s.maskSecrets(text))
}

// Excerpt is a line of a file as it may be printed, and the column (from 1, in
// bytes) where what was at a column is now. Besides known secrets, it masks
// whatever stands behind the name of one.
func (s *Secrets) Excerpt(line string, column int) (string, int) {
	at := min(max(column-1, 0), len(line))
	for at > 0 && at < len(line) && !utf8.RuneStart(line[at]) {
		at-- // a column is that of a character
	}
	// Masking goes by the whole line: what precedes a column does not end there.
	spans := append(s.find(line), shapes(line, true)...)
	if strings.Contains(line, `\`) {
		plain := unescapeYAML(line)
		for _, m := range append(s.find(plain.text), shapes(plain.text, true)...) {
			spans = append(spans, span{plain.at[m.from], plain.at[m.to]})
		}
	}
	text, moved := cut(line, spans, at)
	return escape(text, false), len(escape(text[:moved], false)) + 1
}

// Excerpts is [Secrets.Excerpt] for the lines of a text, such as a difference
// of files.
func (s *Secrets) Excerpts(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i], _ = s.Excerpt(line, 1)
		if isCommand(lines[i]) {
			lines[i] = "| " + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}

// IsPublicField reports whether a field of a Secret, as in metadata.name, may be
// shown.
func IsPublicField(path string) bool {
	return slices.Contains([]string{"apiVersion", "kind", "type", "immutable"}, path) ||
		strings.HasPrefix(path, "metadata.") && !strings.HasPrefix(path, "metadata.annotations")
}

// HasCredential reports whether a text has a credential in it by its shape: a
// password in a URL, password=….
func HasCredential(text string) bool { return len(shapes(text, false)) > 0 }

// HoldsSecret reports whether the value of a field, variable or key is a secret,
// by the name that it has or by its own shape, or, if it is a file, by a field in
// it. Placeholders are none.
func HoldsSecret(name, value string) bool {
	if isSecretName(name) && !isHarmless(value) || HasCredential(value) || len(keysIn(value)) > 0 {
		return true
	}
	if strings.Contains(value, "\n") || strings.HasPrefix(value, "{") {
		for line := range strings.Lines(value) {
			if len(shapes(line, true)) > 0 {
				return true
			}
		}
	}
	return false
}

// PublicInSecret reports whether what stands under a key of a Secret, or of what one
// is made of, is no secret: hosts, true, a port, what is filled in later.
func PublicInSecret(key, value string) bool {
	return saysLittle(value) || isAddresses(value, key)
}

// saysLittle reports whether a value is no secret wherever it stands.
func saysLittle(value string) bool {
	switch strings.ToLower(value) {
	case "true", "false", "null", "none":
		return true
	}
	return len(strings.TrimSpace(value)) < shortest || isPlaceholder(value) || len(value) < 6 && isNumber(value) // a port, more likely
}

// Login is the password of name:password, which follows the flag of a program that
// is for both, such as -u of curl. It is empty if there is none: -u 1000:1000 is a
// user and a group.
func Login(flag, value string) (password string) {
	if flag != "-u" && flag != "--user" {
		return ""
	}
	name, password, ok := strings.Cut(value, ":")
	if !ok || isPlaceholder(password) || name != "" && isNumber(name) && isNumber(password) {
		return ""
	}
	return password
}

// Error is an error of this program as it may be printed.
func (s *Secrets) Error(err error) string {
	return s.Text(strings.TrimSuffix(err.Error(), "\n"))
}
