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
		s.scan()
	}
	if hint.Shell && !s.multi {
		s.client = mentionsClient(text)
	}
	if s.client || s.multi && strings.Contains(text, "/dev/tcp/") {
		s.commands()
	}
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

// A scanner reads one text. The fields below `found` say where it is.
type scanner struct {
	text  string
	hint  Hint
	multi bool // more than one line: then comments and parent keys exist
	found []Occurrence

	lineStart int
	eol       int // end of the line that eolOf starts, when that is not -1
	eolOf     int
	parent    string // key of the list that the line may be an element of
	client    bool   // a word was seen that may be a command in clients
}

func (s *scanner) scan() {
	text, from := s.text, 0
	if s.multi {
		from = s.startLine(0)
	}
	for i := from; i < len(text); i++ {
		switch text[i] {
		case '\n':
			s.endLine(i)
			s.lineStart = i + 1
			if skip := s.startLine(i + 1); skip > i+1 {
				i = skip - 1
			}
		case ' ':
			if i > 2 && !s.client {
				s.client = endsClient(text, i)
			}
		case '#':
			if s.multi && i > s.lineStart && isSpace(text[i-1]) {
				i = s.lineEnd(i) - 1
			}
		case ':':
			switch {
			case strings.HasPrefix(text[i:], "://"):
				i = s.url(i) - 1
			case i+1 < len(text) && isDigit(text[i+1]):
				i = s.hostPort(i) - 1
			default:
				s.value(i)
			}
		case '=':
			s.value(i)
		case '>':
			s.element(i)
		case '.':
			if strings.HasPrefix(text[i:], ".svc") {
				i = s.cluster(i) - 1
			}
		}
	}
}

// startLine looks at a line's first characters. It returns the line's end when
// the line is a comment, else i.
func (s *scanner) startLine(i int) int {
	text := s.text
	for i < len(text) && isSpace(text[i]) {
		i++
	}
	if i >= len(text) {
		return i
	}
	rest := text[i:]
	switch {
	case rest[0] == '#', rest[0] == ';', rest[0] == '!',
		strings.HasPrefix(rest, "//"), strings.HasPrefix(rest, "/*"), strings.HasPrefix(rest, "* "),
		strings.HasPrefix(rest, "-- "), strings.HasPrefix(rest, "<!--"):
		return s.lineEnd(i)
	case strings.HasPrefix(rest, "- "):
		if s.parent != "" && IsAddressKey(s.parent) {
			s.words(i+2, s.parent, false)
		}
	case strings.HasPrefix(rest, "server "): // nginx: an upstream's member
		if end := s.tokenEnd(i + 7); end < len(text) && text[end] == ';' {
			s.words(i+7, "server", false)
		}
	case s.multi:
		s.directive(i)
	}
	return i
}

// directive looks for the bare word in a line of key and value with only
// blanks between, as in Fluent Bit's `Host elasticsearch`.
func (s *scanner) directive(i int) {
	text := s.text
	end := i
	for end < len(text) && isKeyByte(text[end]) {
		end++
	}
	if end == i || end >= len(text) || text[end] != ' ' && text[end] != '\t' || !IsAddressKey(text[i:end]) {
		return
	}
	start := end
	for start < len(text) && (text[start] == ' ' || text[start] == '\t') {
		start++
	}
	stop := s.tokenEnd(start)
	if stop < len(text) && text[stop] != '\n' && text[stop] != '\r' || !plausible(text[start:stop], Word) {
		return
	}
	o := Occurrence{Host: text[start:stop], Form: Word, Key: text[i:end], Offset: start}
	if inServiceZone(o.Host) {
		o.Form = Cluster
	}
	o.Port = s.portNear(o.Key, stop, &o.PortOffset)
	s.add(o)
}

// endLine remembers the key of a line that holds nothing but a key.
func (s *scanner) endLine(end int) {
	line := strings.TrimRight(s.text[s.lineStart:end], " \t\r")
	trimmed := strings.TrimLeft(line, " \t")
	switch {
	case strings.HasSuffix(line, ":"):
		s.parent = strings.Trim(strings.TrimPrefix(trimmed[:len(trimmed)-1], "- "), `"' `)
	case strings.HasSuffix(line, "[") && strings.ContainsAny(line, ":="):
		s.parent = strings.Trim(trimmed[:strings.IndexAny(trimmed, ":=")], `"' `)
	case trimmed == "", trimmed[0] == '-', trimmed[0] == '#', trimmed[0] == '"', trimmed[0] == '\'':
	default:
		s.parent = ""
	}
}

// lineEnd returns the offset of the newline at or after i, or the text's end.
func (s *scanner) lineEnd(i int) int {
	known := s.eolOf == s.lineStart
	if known && i >= s.lineStart && i <= s.eol {
		return s.eol
	}
	end := len(s.text)
	if j := strings.IndexByte(s.text[i:], '\n'); j >= 0 {
		end = i + j
	}
	if !known && i >= s.lineStart { // the first question on a line is about that line
		s.eol, s.eolOf = end, s.lineStart
	}
	return end
}

// back returns how far to look back from i: to the line's start, but not far
// in a text of one endless line.
func (s *scanner) back(i int) int { return max(s.lineStart, i-maxLook) }

// maxLook is how far keys, braces and quotes are looked for on a line.
const maxLook = 256

// url reads the authority of the URL whose "://" is at colon, and returns
// where to go on.
func (s *scanner) url(colon int) int {
	text := s.text
	start := colon
	for start > s.lineStart && (isHostByte(text[start-1]) || text[start-1] == '+' || text[start-1] == '_') {
		start--
	}
	scheme := strings.ToLower(strings.TrimLeft(text[start:colon], "-+.0123456789_"))
	if scheme == "" {
		return colon + 3
	}
	i := colon + 3
	if resolverSchemes[scheme] && strings.HasPrefix(text[i:], "/") {
		i++ // gRPC: dns:///name:port
	}
	end := i
	for end < len(text) && !isAuthorityEnd(text[end]) {
		end++
	}
	if ignoredScheme(scheme) {
		return end
	}
	authority := i
	if at := strings.LastIndexByte(text[i:end], '@'); at >= 0 {
		i += at + 1
	}
	if i > authority || !s.cleanHosts(i, end) {
		// Somebody may have left a '/' or '?' in the password as it is.
		stop := end
		for stop < min(len(text), end+maxLook) && !isURLEnd(text[stop]) {
			stop++
		}
		if at := strings.LastIndexByte(text[end:stop], '@'); at >= 0 {
			i = end + at + 1
			for end = i; end < len(text) && !isAuthorityEnd(text[end]); {
				end++
			}
		}
	}
	key := s.keyBefore(start)
	if silentKey(key) {
		return end
	}
	for first := true; ; first = false {
		host, port, portAt, next, ok := s.authority(i)
		if !ok && first {
			if next < len(text) && text[next] == ':' { // Kafka: PLAINTEXT://:9092,SSL://…
				return colon + 3
			}
			return max(end, colon+3)
		}
		if ok && plausible(host, URL) {
			s.add(Occurrence{Host: host, Port: port, PortOffset: portAt, Scheme: scheme, Form: URL, Key: key, Offset: i})
		}
		// mongodb://a:1,b:2 and the like; a list of whole URLs ends here too.
		if next >= len(text) || text[next] != ',' || strings.Contains(text[next:min(len(text), next+40)], "://") {
			return max(next, colon+3)
		}
		i = next + 1
	}
}

// cleanHosts reports whether text[i:end] starts with host or host:port.
func (s *scanner) cleanHosts(i, end int) bool {
	_, _, _, next, ok := s.authority(i)
	return ok && next <= end
}

// authority reads host[:port] at i. It is not ok when the host is empty, holds a
// placeholder, or is followed by something that cannot follow a host.
func (s *scanner) authority(i int) (host string, port, portAt, next int, ok bool) {
	text := s.text
	if i < len(text) && text[i] == '[' { // IPv6
		end := strings.IndexByte(text[i:min(len(text), i+64)], ']')
		if end < 0 {
			return "", 0, 0, i + 1, false
		}
		host, next = text[i+1:i+end], i+end+1
		if _, err := netip.ParseAddr(host); err != nil {
			return "", 0, 0, next, false
		}
	} else {
		next = s.tokenEnd(i)
		host = strings.TrimSuffix(text[i:next], ".")
	}
	if host == "" {
		return "", 0, 0, next, false
	}
	if next < len(text) && text[next] == ':' {
		p, end := readPort(text, next+1)
		switch {
		case p > 0 && (end >= len(text) || canFollow(text, end) || text[end] == ':'):
			return host, p, next + 1, end, true
		case next+1 >= len(text) || isSpace(text[next+1]) || isQuote(text[next+1]) || text[next+1] == '/':
			return host, 0, 0, next + 1, true
		case isPlaceholder(text[next+1]):
			return host, 0, 0, next + 1, true // the host is sure, the port is not
		}
		return "", 0, 0, next, false
	}
	if next < len(text) && !canFollow(text, next) {
		return "", 0, 0, next, false
	}
	return host, 0, 0, next, true
}

// hostPort reads the name before and the number after the colon.
func (s *scanner) hostPort(colon int) int {
	text := s.text
	port, end := readPort(text, colon+1)
	if port <= 0 {
		return max(end, colon+1)
	}
	after := end
	for chained := 0; after < len(text) && text[after] == ':'; chained++ { // ZooKeeper's host:2888:3888
		p, e := readPort(text, after+1)
		if e == after+1 && s.roleFollows(colon, e, chained) {
			break
		}
		if p <= 0 || p == port || chained == 1 { // user:1000:1000
			return max(e, end)
		}
		after = e
	}
	if after < len(text) && text[after] != ':' && !canFollow(text, after) {
		return end
	}
	start, host := s.nameBefore(colon)
	if !plausible(host, HostPort) || len(host) < 2 || s.inQuery(start) {
		return end
	}
	key := s.keyBefore(start)
	if silentKey(key) {
		return end
	}
	form := HostPort
	if inServiceZone(host) {
		form = Cluster
	}
	s.add(Occurrence{Host: host, Port: port, PortOffset: colon + 1, Form: form, Key: key, Offset: start})
	return end
}

// inQuery reports whether offset i is among the parameters of a URL, where
// tokens and passwords are.
func (s *scanner) inQuery(i int) bool {
	from := i
	for from > s.back(i) && !isURLEnd(s.text[from-1]) {
		from--
	}
	word := s.text[from:i]
	authority := strings.Index(word, "://")
	return authority >= 0 && strings.ContainsAny(word[authority:], "?#;")
}

// roleFollows reports whether the word at i, behind a port and a colon, belongs
// to an address: host:2888:3888:participant, @host:1521:sid.
func (s *scanner) roleFollows(colon, i, chained int) bool {
	rest := s.text[i:]
	if strings.HasPrefix(rest, "participant") || strings.HasPrefix(rest, "observer") {
		return true
	}
	start := s.tokenStart(colon)
	return chained == 0 && rest != "" && isLetterOrDigit(rest[0]) && !isDigit(rest[0]) && start > 0 && s.text[start-1] == '@'
}

// cluster reads the name around the ".svc" at dot.
func (s *scanner) cluster(dot int) int {
	text := s.text
	end := s.tokenEnd(dot)
	if end < len(text) && text[end] == ':' && end+1 < len(text) && isDigit(text[end+1]) {
		return end // the colon is next and says more
	}
	start, host := s.nameBefore(end)
	if !inServiceZone(host) || !plausible(host, Cluster) ||
		end < len(text) && text[end] != ':' && !canFollow(text, end) {
		return end
	}
	key := s.keyBefore(start)
	if silentKey(key) {
		return end
	}
	s.add(Occurrence{Host: host, Form: Cluster, Key: key, Offset: start, Port: s.portNear(key, end, &start)})
	return end
}

// value looks for bare words after the key that ends at the separator sep.
func (s *scanner) value(sep int) {
	text := s.text
	end := sep
	for end > s.lineStart && (text[end-1] == ' ' || isQuote(text[end-1])) {
		end--
	}
	if end == s.lineStart || !isLetterOrDigit(text[end-1]) {
		return
	}
	start := end
	for start > s.lineStart && isKeyByte(text[start-1]) {
		start--
	}
	if key := text[start:end]; IsAddressKey(key) && !silentKey(key) {
		if strings.HasPrefix(text[sep:], "=>") { // PHP, Ruby, Logstash
			sep++
			for sep+1 < len(text) && text[sep+1] == ' ' {
				sep++
			}
		}
		if i := sep + 1; text[sep] == '=' || text[sep] == '>' || text[sep] == ' ' || i < len(text) && (isSpace(text[i]) || isQuote(text[i]) || text[i] == '[') {
			s.words(i, key, text[sep] == '=')
		}
	}
}

// element looks for the bare word in <host>word</host>.
func (s *scanner) element(gt int) {
	text := s.text
	start := gt
	for start > s.lineStart && isKeyByte(text[start-1]) {
		start--
	}
	if start == gt || start == s.lineStart || text[start-1] != '<' || !IsAddressKey(text[start:gt]) {
		return
	}
	end := s.tokenEnd(gt + 1)
	if strings.HasPrefix(text[end:], "</") && plausible(text[gt+1:end], Word) {
		key := text[start:gt]
		s.add(Occurrence{Host: text[gt+1 : end], Form: Word, Key: key, Offset: gt + 1, Port: s.portNear(key, end, nil)})
	}
}

// words reads a value that is one name or a list of names. inline says that
// other settings may follow on the same line, as in `host=a port=1`.
func (s *scanner) words(i int, key string, inline bool) {
	text := s.text
	for i < len(text) && (text[i] == ' ' || isQuote(text[i]) || text[i] == '[') {
		i++
	}
	first := len(s.found)
	for i < len(text) {
		end := s.tokenEnd(i)
		host := strings.TrimSuffix(text[i:end], ".")
		var next byte = '\n'
		if end < len(text) {
			next = text[end]
		}
		switch {
		case next == ':' && end+1 < len(text) && isSpace(text[end+1]), isQuote(next) && end+1 < len(text) && text[end+1] == ':':
			return // the next key: {host: a, port: 1}
		case next == ':' || next == '@' || next == '/':
			// With a port or a scheme: found on its own.
		case plausible(host, Word) && (strings.IndexByte(",;\"'\n\r]}) ", next) >= 0 || next == '`'):
			o := Occurrence{Host: host, Form: Word, Key: key, Offset: i}
			if inServiceZone(host) {
				o.Form = Cluster
			}
			o.Port = s.portNear(key, end, &o.PortOffset)
			s.add(o)
		default:
			s.found = s.found[:first]
			return
		}
		for end < len(text) && (isQuote(text[end]) || text[end] == ']') {
			end++
		}
		for end < len(text) && strings.IndexByte(":/@?&=%", text[end]) >= 0 { // the rest of a longer address
			for end < len(text) && strings.IndexByte(" \n\",';", text[end]) < 0 {
				end++
			}
		}
		if end >= len(text) || text[end] == '\n' || text[end] == '\r' || text[end] == '}' || text[end] == ')' {
			return
		}
		if text[end] == ';' {
			return
		}
		if text[end] == ' ' && !s.spaceEnds(end, inline) {
			s.found = s.found[:first]
			return
		}
		if text[end] != ',' {
			return
		}
		for i = end + 1; i < len(text) && (text[i] == ' ' || isQuote(text[i])); {
			i++
		}
		if s.startsSetting(i) {
			return
		}
		if i < len(text) && isDigit(text[i]) {
			if p, e := readPort(text, i); p > 0 && (e >= len(text) || !isHostByte(text[e])) && len(s.found) > first {
				o := &s.found[len(s.found)-1] // ADO.NET: Server=host,1433
				o.Port, o.PortOffset = p, i
				return
			}
		}
	}
}

// startsSetting reports whether the line ends at i, or goes on with a key of
// its own: Server=host,1433;Database=…, {"host": "a", "port": 1}.
func (s *scanner) startsSetting(i int) bool {
	text := s.text
	if i >= len(text) || strings.IndexByte("\r\n]})", text[i]) >= 0 {
		return true
	}
	for i < len(text) && isKeyByte(text[i]) {
		i++
	}
	for i < len(text) && (text[i] == ' ' || isQuote(text[i])) {
		i++
	}
	return i < len(text) && (text[i] == '=' || text[i] == ':' && (i+1 >= len(text) || !isDigit(text[i+1])))
}

// spaceEnds reports whether the value before the space at i is complete: a
// sentence is no list of hosts.
func (s *scanner) spaceEnds(i int, inline bool) bool {
	rest := strings.TrimLeft(s.text[i:s.lineEnd(i)], " \t")
	if rest == "" || rest == "\r" || strings.IndexByte(`#}])&|;\,`, rest[0]) >= 0 {
		return true
	}
	if !inline {
		return false
	}
	word, _, _ := strings.Cut(rest, " ")
	return word[0] == '-' || strings.IndexByte(word, '=') > 0
}

// portNear finds the port that belongs to a host without one: `port=5432` later
// on the line, or a key of the same stem on the line after or before. It stores
// where the port begins in at.
func (s *scanner) portNear(key string, i int, at *int) int {
	stem, ok := hostStem(key)
	if !ok {
		return 0
	}
	text := s.text
	eol := s.lineEnd(i)
	if p, o := portSetting(text, i, eol, stem); p > 0 {
		if at != nil {
			*at = o
		}
		return p
	}
	if !s.multi {
		return 0
	}
	if eol+1 < len(text) {
		next := text[eol+1 : min(len(text), eol+1+maxLook)]
		if j := strings.IndexByte(next, '\n'); j >= 0 {
			next = next[:j]
		}
		if p, o := portSetting(text, eol+1, eol+1+len(next), stem); p > 0 {
			if at != nil {
				*at = o
			}
			return p
		}
	}
	if s.lineStart > 1 {
		from := max(0, s.lineStart-1-maxLook)
		prev := from + strings.LastIndexByte(text[from:s.lineStart-1], '\n') + 1
		if p, o := portSetting(text, prev, s.lineStart-1, stem); p > 0 {
			if at != nil {
				*at = o
			}
			return p
		}
	}
	return 0
}

// portSetting finds a setting of the port that has the given stem in
// text[i:end], a part of one line.
func portSetting(text string, i, end int, stem string) (port, at int) {
	line := text[i:min(end, i+400, len(text))]
	for from := 0; ; {
		j := strings.Index(line[from:], "ort")
		if j < 0 {
			if j = strings.Index(line[from:], "ORT"); j < 0 {
				return 0, 0
			}
		}
		j += from
		from = j + 3
		start, stop := j, j+3
		for start > 0 && isKeyByte(line[start-1]) {
			start--
		}
		for stop < len(line) && isKeyByte(line[stop]) {
			stop++
		}
		if portStem(line[start:stop]) != stem {
			continue
		}
		for stop < len(line) && strings.IndexByte(`"' :=>`, line[stop]) >= 0 {
			stop++
		}
		if p, e := readPort(line, stop); p > 0 && (e >= len(line) || !isLetterOrDigit(line[e])) {
			return p, i + stop
		}
	}
}

// keyBefore returns the nearest key left of i on the line, else the key of the
// list, else the hint's.
func (s *scanner) keyBefore(i int) string {
	text := s.text
	for j := i; j > s.back(i); j-- {
		if c := text[j-1]; c != '=' && c != ':' {
			continue
		}
		// A colon is a separator only when a space or a quote follows.
		if text[j-1] == ':' && j < len(text) && !isSpace(text[j]) && !isQuote(text[j]) && text[j] != '[' && text[j] != '-' && j != i {
			continue
		}
		end := j - 1
		for end > s.lineStart && (text[end-1] == ' ' || isQuote(text[end-1])) {
			end--
		}
		start := end
		for start > s.lineStart && isKeyByte(text[start-1]) {
			start--
		}
		if start < end && !isDigit(text[start]) {
			return text[start:end]
		}
	}
	if s.parent != "" {
		return s.parent
	}
	return s.hint.Key
}

// tokenStart and tokenEnd widen to the host characters around an offset.
func (s *scanner) tokenStart(i int) int {
	for i > s.lineStart && (isHostByte(s.text[i-1]) || s.text[i-1] == '_') {
		i--
	}
	return i
}

func (s *scanner) tokenEnd(i int) int {
	for i < len(s.text) && isHostByte(s.text[i]) {
		i++
	}
	return min(i, len(s.text))
}

// nameBefore returns the host name that ends at end, "" where there is none.
func (s *scanner) nameBefore(end int) (start int, host string) {
	start = s.tokenStart(end)
	if s.text[start] == '-' && start > s.lineStart && s.text[start-1] == ':' {
		start++ // ${NAME:-host:1}
	} else if !s.canPrecede(start) {
		return start, ""
	}
	return trimSRV(s.text, start, strings.TrimSuffix(s.text[start:end], "."))
}

// canPrecede reports whether a host may begin at i, judged by what is before.
func (s *scanner) canPrecede(i int) bool {
	if i == s.lineStart {
		return !s.inObject(i)
	}
	text := s.text
	switch c := text[i-1]; c {
	case '"', '\'', '`', '=', '(', '|', '@':
		return true
	case ' ', '\t', ',':
		return !s.inObject(i)
	case ';': // lists of addresses, but not CSS
		return !s.multi && strings.LastIndexByte(text[s.back(i):i], '{') < 0
	case '[': // a list, but not text[from:100]
		return i < 2 || !isLetterOrDigit(text[i-2]) && text[i-2] != ']' && text[i-2] != ')' && text[i-2] != '_'
	case '>':
		return true // <value>host:1</value>; a placeholder's '>' is next to the colon
	case '+': // Thanos: dns+host:port
		start := s.tokenStart(i - 1)
		return strings.HasPrefix(text[start:i-1], "dns")
	case ':':
		start := s.tokenStart(i - 1)
		word := text[start : i-1]
		return strings.EqualFold(word, "tcp") || strings.EqualFold(word, "udp") || s.inDefault(i)
	case '/': // docker.io/redis:7 is none, jdbc:oracle:thin:@//host:1521/x is one
		return i >= 3 && text[i-3:i] == "@//"
	}
	return false
}

// inObject reports whether a name at i would be the key of an object literal:
// what is before it is its opening brace, or another key's number.
func (s *scanner) inObject(i int) bool {
	before := strings.TrimRight(s.text[s.back(i):i], " \t")
	if before == "" { // CSS: z-index:1000;
		end := s.lineEnd(i)
		return s.multi && strings.HasSuffix(strings.TrimRight(s.text[i:end], " \t\r"), ";")
	}
	switch before[len(before)-1] {
	case '{':
		return true
	case ',':
		open := strings.LastIndexByte(before, '{')
		return open >= 0 && strings.IndexByte(before[open:], '}') < 0 && strings.IndexByte(before[open:], '"') < 0
	}
	return false
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
		upstreams := nginxUpstreams(s.text)
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

// nginxUpstreams returns the names that a text defines as nginx upstreams:
// `proxy_pass http://NAME` then means the group, not a host.
// See https://nginx.org/en/docs/http/ngx_http_upstream_module.html.
func nginxUpstreams(text string) map[string]bool {
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
