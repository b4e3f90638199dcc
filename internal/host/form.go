package host

import (
	"net/netip"
	"strings"
)

// The second pass: which form the address at a place has, if there is one.

// read reads one place.
func (s *scanner) read(p place) {
	switch p.mark {
	case atScheme:
		s.next = s.url(p.at)
	case atPort:
		s.next = s.hostPort(p.at)
	case atZone:
		s.next = s.cluster(p.at)
	case atValue:
		s.value(p.at)
	case atElement:
		s.element(p.at)
	case atItem:
		s.words(p.at, s.parent, false)
	case atServer:
		s.words(p.at, "server", false)
	case atDirective:
		s.directive(p.at)
	}
}

// nameForm is that of a name: one in the zone of Services is surer than any
// other.
func nameForm(host string, other Form) Form {
	if inServiceZone(host) {
		return Cluster
	}
	return other
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
	o := Occurrence{Host: text[start:stop], Form: nameForm(text[start:stop], Word), Key: text[i:end], Offset: start}
	o.Port = s.portNear(o.Key, stop, &o.PortOffset)
	s.add(o)
}

// portFollows reports whether an authority has a port: then it is a host,
// whatever the scheme may be. Kafka's are listeners' names.
func portFollows(authority string) bool {
	first, _, _ := strings.Cut(authority, ",")
	_, ok := parsePort(first[strings.LastIndexByte(first, ':')+1:])
	return ok
}

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
	end := s.authorityEnd(i)
	if !networkScheme(scheme) && !portFollows(text[i:end]) {
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
			end = s.authorityEnd(i)
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

// authorityEnd returns where the authority that begins at i ends. What a template is
// to fill in, {{ .Password }}, is a part of it, with its blanks and quotes.
func (s *scanner) authorityEnd(i int) int {
	text := s.text
	for i < len(text) && !isAuthorityEnd(text[i]) {
		if strings.HasPrefix(text[i:], "{{") {
			if close := strings.Index(text[i:min(len(text), i+maxLook)], "}}"); close > 0 && strings.IndexByte(text[i:i+close], '\n') < 0 {
				i += close + 2
				continue
			}
		}
		i++
	}
	return i
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
		digits := next + 1
		for digits+1 < len(text) && text[digits] == '0' && isDigit(text[digits+1]) {
			digits++ // a digit got lost, perhaps: :083
		}
		p, end := readPort(text, digits)
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
	s.add(Occurrence{Host: host, Port: port, PortOffset: colon + 1, Form: nameForm(host, HostPort), Key: key, Offset: start})
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
	o := Occurrence{Host: host, Form: Cluster, Key: key, Offset: start}
	o.Port = s.portNear(key, end, &o.PortOffset)
	s.add(o)
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
	for i < len(s.text) && (s.text[i] == ' ' || isQuote(s.text[i]) || s.text[i] == '[') {
		i++
	}
	first := len(s.found)
	for i < len(s.text) {
		end, goes := s.word(i, key)
		if goes == on {
			i, goes = s.separator(s.pastAddress(end), inline, len(s.found) > first)
		}
		switch goes {
		case prose:
			s.found = s.found[:first]
			return
		case over:
			return
		}
	}
}

// isURI reports whether a key is for a URI: one without a scheme is a path.
func isURI(key string) bool { return strings.HasSuffix(strings.ToLower(key), "uri") }

// course is how a list goes on behind one of its words.
type course uint8

const (
	on    course = iota
	over         // it ends here
	prose        // it was none: a sentence, say
)

// word reads one element of a list, and returns where it ends. What has a port
// or a scheme is found on its own.
func (s *scanner) word(i int, key string) (end int, goes course) {
	text := s.text
	end = s.tokenEnd(i)
	host := strings.TrimSuffix(text[i:end], ".")
	var next byte = '\n'
	if end < len(text) {
		next = text[end]
	}
	switch {
	case next == ':' && end+1 < len(text) && isSpace(text[end+1]), isQuote(next) && end+1 < len(text) && text[end+1] == ':':
		return end, over // the next key: {host: a, port: 1}
	case next == ':' || next == '@' || next == '/':
		return end, on
	case !plausible(host, Word) || isURI(key) && strings.IndexByte(host, '.') < 0 || strings.IndexByte(",;\"'\n\r]}) `", next) < 0:
		return end, prose
	}
	o := Occurrence{Host: host, Form: nameForm(host, Word), Key: key, Offset: i}
	o.Port = s.portNear(key, end, &o.PortOffset)
	s.add(o)
	return end, on
}

// pastAddress goes past closing quotes and the rest of a longer address. A comma in
// braces is of its path: http://a/<{ready,alive}>.
func (s *scanner) pastAddress(i int) int {
	text := s.text
	for i < len(text) && (isQuote(text[i]) || text[i] == ']') {
		i++
	}
	for i < len(text) && strings.IndexByte(":/@?&=%", text[i]) >= 0 {
		for depth := 0; i < len(text) && (strings.IndexByte(" \n\",';", text[i]) < 0 || depth > 0 && text[i] == ','); i++ {
			switch text[i] {
			case '{', '(':
				depth++
			case '}', ')':
				depth--
			}
		}
	}
	return i
}

// separator reads what stands between the words of a list, and returns where the
// next one begins. ADO.NET puts a port there: Server=host,1433.
func (s *scanner) separator(i int, inline, found bool) (next int, goes course) {
	text := s.text
	if i >= len(text) {
		return i, over
	}
	if text[i] == ' ' && !s.spaceEnds(i, inline) {
		return i, prose
	}
	if text[i] != ',' {
		return i, over
	}
	for i++; i < len(text) && (text[i] == ' ' || isQuote(text[i])); {
		i++
	}
	if s.startsSetting(i) {
		return i, over
	}
	if port, end := readPort(text, i); found && port > 0 && (end >= len(text) || !isHostByte(text[end])) {
		o := &s.found[len(s.found)-1]
		o.Port, o.PortOffset = port, i
		return end, over
	}
	return i, on
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
	for i < len(s.text) && (isHostByte(s.text[i]) || s.text[i] == '_' && i > 0 && isLetterOrDigit(s.text[i-1])) {
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
