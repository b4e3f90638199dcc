// Package host finds the network addresses that somebody typed into text: an
// environment variable's value, a command-line argument, or a whole
// configuration file inside a ConfigMap or Secret, whatever its format. It
// knows the spellings that addresses have, not the languages they stand in:
// URLs (JDBC and broker lists too), host:port, the cluster DNS names of
// Services, and single words under keys such as DB_HOST.
//
// The package only reads text; whether a name resolves is for its callers.
// User info is skipped and never part of a result.
package host

import (
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"
)

// Form is how an address is spelled, which is also how sure it is that it is
// one: the surest form has the highest value.
type Form uint8

// The forms, least sure first.
const (
	// Word is a name without a port under a key that holds addresses.
	Word Form = iota
	// HostPort is name:port, wherever it stands.
	HostPort
	// Cluster is a name in the DNS zone of Services, x.ns.svc and longer.
	Cluster
	// URL is the authority of a URL.
	URL
)

func (f Form) String() string {
	return [...]string{"word", "host:port", "cluster name", "URL"}[min(f, URL)]
}

// An Occurrence is one address in a text.
type Occurrence struct {
	// Host is the name or IP address as it is spelled, without a trailing dot
	// and without the brackets of IPv6.
	Host string
	// Port is the number behind the host, 0 where the text has none. It may be
	// larger than any port.
	Port int
	// Scheme is the URL's scheme in lower case without "jdbc:", else "".
	Scheme string
	Form   Form
	// Key is the nearest key to the left of the address (or that of the list it
	// is an element of), as spelled: a field, a variable, a flag. It is Hint.Key
	// where the text itself has none.
	Key string
	// Default says that the address is the fallback inside a ${VAR:-…}.
	Default bool
	// Offset is where Host begins in the text, in bytes. Line and Column say it
	// for people: both from 1, the column in characters.
	Offset, Line, Column int
	// PortOffset is where the port begins, when Port is not 0.
	PortOffset int
}

// IsIP reports whether the host is an IP address.
func (o *Occurrence) IsIP() bool {
	_, err := netip.ParseAddr(o.Host)
	return err == nil
}

// IsLoopback reports whether the host is the pod itself.
func (o *Occurrence) IsLoopback() bool {
	if strings.EqualFold(o.Host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(o.Host)
	return err == nil && ip.IsLoopback()
}

// Doubtful reports whether the text may as well be something else with a
// number, for all that it says itself: an image and its version (redis:7), a
// user and group (app:1000), a weight (main:50).
func (o *Occurrence) Doubtful() bool {
	if o.Form != HostPort || strings.IndexByte(o.Host, '.') >= 0 || IsAddressKey(o.Key) {
		return false
	}
	switch o.Port {
	case 53, 80, 81, 82, 88:
		return false
	case 101, 472, 568, 999, 1000, 1001, 1002, 10001, 65532, 65534: // the usual user ids
		return true
	}
	return o.Port <= 100
}

// A Hint tells Find what the text alone does not say.
type Hint struct {
	// Key names what holds the text: the variable, the ConfigMap's key, the flag
	// before it. A bare word is an address only under a key that holds addresses.
	Key string
	// Shell says that the text is run by a shell, which makes
	// `nc -z postgres 5432` an address.
	Shell bool
}

// Find returns the addresses in text, in order. It reads the text once.
func Find(text string, hint Hint) []Occurrence {
	s := scanner{text: text, hint: hint, eolOf: -1}
	multi := strings.IndexByte(text, '\n')
	s.multi = multi >= 0 && multi < len(text)-1
	if !s.multi && IsAddressKey(hint.Key) {
		s.words(0, hint.Key, false)
	}
	if s.multi || strings.IndexByte(text, ':') >= 0 || strings.IndexByte(text, '=') >= 0 || strings.Contains(text, ".svc") {
		s.places(s.read)
	}
	if hint.Shell && !s.multi {
		s.client = mentionsClient(text)
	}
	if s.client || s.multi && strings.Contains(text, "/dev/tcp/") {
		s.commands()
	}
	s.found = slices.DeleteFunc(s.found, func(o Occurrence) bool { // a scheme behind another one
		rest := text[min(len(text), o.Offset+len(o.Host)):]
		if marked, _ := strings.CutPrefix(rest, "."); strings.HasPrefix(marked, "##") || strings.HasPrefix(marked, "@@") || strings.HasPrefix(marked, "%%") {
			return true // a script puts in the rest of it
		}
		return strings.HasPrefix(rest, "://")
	})
	if len(s.found) == 0 || silentKey(hint.Key) {
		return nil
	}
	return s.finish()
}

// FindArgs is Find for the arguments of one command line, where a flag and its
// value may be two arguments. Element i of the result holds what is in args[i].
func FindArgs(args []string) [][]Occurrence {
	found := make([][]Occurrence, len(args))
	for i, arg := range args {
		hint := Hint{Shell: strings.IndexByte(arg, ' ') >= 0}
		if i > 0 && isFlag(args[i-1]) && !isFlag(arg) {
			hint.Key = args[i-1]
		}
		found[i] = Find(arg, hint)
	}
	for _, w := range commandWords(args) {
		i := w.index
		if len(found[i]) > 0 {
			continue
		}
		o := Occurrence{Host: args[i], Form: Word, Key: w.command, Line: 1, Column: 1}
		if w.port >= 0 {
			o.Port, _ = parsePort(args[w.port])
			o.Port = max(o.Port, 0)
		}
		found[i] = []Occurrence{o}
	}
	return found
}

func isFlag(arg string) bool {
	return len(arg) > 1 && arg[0] == '-' && strings.IndexByte(arg, '=') < 0 && strings.IndexByte(arg, ' ') < 0
}

// A scanner reads one text in two passes that run side by side: places (where.go)
// finds where an address may stand, and read (form.go) which form it has. The
// fields below `found` say where they are.
type scanner struct {
	text  string
	hint  Hint
	multi bool // more than one line: then comments and parent keys exist
	found []Occurrence

	next      int // where to go on
	lineStart int
	eol       int // end of the line that eolOf starts, when that is not -1
	eolOf     int
	parent    string // key of the list that the line may be an element of
	client    bool   // a word was seen that may be a command in clients
}

func (s *scanner) add(o Occurrence) {
	o.Default = s.inDefault(o.Offset)
	if o.Port == 0 {
		o.PortOffset = 0
	}
	s.found = append(s.found, o)
}

// inDefault reports whether offset i is inside ${…} on its line.
func (s *scanner) inDefault(i int) bool {
	before := s.text[max(s.lineStart, i-300):i]
	open := strings.LastIndex(before, "${")
	return open >= 0 && strings.IndexByte(before[open:], '}') < 0
}

// finish puts the occurrences in order, one for each offset.
func (s *scanner) finish() []Occurrence {
	if len(s.found) > 1 {
		slices.SortStableFunc(s.found, func(a, b Occurrence) int {
			if a.Offset != b.Offset {
				return a.Offset - b.Offset
			}
			return int(b.Form) - int(a.Form)
		})
		s.found = slices.CompactFunc(s.found, func(a, b Occurrence) bool { return a.Offset == b.Offset })
	}
	s.locate()
	if s.multi && len(s.found) > 0 && strings.Contains(s.text, "upstream ") {
		upstreams := Upstreams(s.text)
		s.found = slices.DeleteFunc(s.found, func(o Occurrence) bool { return o.Form == URL && upstreams[o.Host] })
	}
	return s.found
}

// locate counts lines and columns up to each occurrence, in one pass.
func (s *scanner) locate() {
	line, column, at := 1, 1, 0
	for i := range s.found {
		o := &s.found[i]
		between := s.text[at:o.Offset]
		if n := strings.Count(between, "\n"); n > 0 {
			line, column = line+n, 1
			between = between[strings.LastIndexByte(between, '\n')+1:]
		}
		column += utf8.RuneCountInString(between)
		o.Line, o.Column, at = line, column, o.Offset
	}
}

// Upstreams returns the names that a text defines as nginx upstreams:
// `proxy_pass http://NAME` then means the group, not a host.
// See https://nginx.org/en/docs/http/ngx_http_upstream_module.html.
func Upstreams(text string) map[string]bool {
	names := map[string]bool{}
	for {
		i := strings.Index(text, "upstream ")
		if i < 0 {
			return names
		}
		text = text[i+len("upstream "):]
		line, _, _ := strings.Cut(text, "\n")
		if name, rest, ok := strings.Cut(line, "{"); ok || strings.TrimSpace(rest) == "" {
			names[strings.TrimSpace(name)] = true
		}
	}
}
