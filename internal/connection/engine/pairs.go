package engine

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// pairStyle is what differs between the formats that are lists of key=value.
type pairStyle struct {
	// prefix is text before everything else.
	prefix string
	// separator is between pairs, end after the last one.
	separator, end string
	// server is how hosts and ports are written.
	server serverStyle
	// The keys of the parts; a part without a key is left out.
	host, port, username, password, database string
	// number says that the database is a number.
	number bool
	quote  quoting
}

type serverStyle uint8

const (
	inKeys   serverStyle = iota // host=h1,h2 port=1,2
	asHead                      // h1:1,h2:2 before the pairs
	tcpComma                    // Server=tcp:h,1
	noServer
)

// quoting is how a value is protected from the separators around it.
type quoting struct {
	open, close string
	// doubled says that close is doubled inside; else \ escapes it and itself.
	doubled bool
	// special are characters with a \ escape of their own, and its letter.
	special map[byte]byte
	// bare are the characters that need no quotes. All values that are no
	// credentials and have only these are written without.
	bare string
}

const bareValue = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:,/"

func pairFormat(name, doc string, s pairStyle, tls parameter, many bool) Format {
	f := Format{
		Name: name, Doc: doc, tls: tls, many: many,
		Carries: Hosts | Ports | Parameters,
		write:   s.write, parse: s.parse,
	}
	for key, part := range map[string]Parts{s.username: Username, s.password: Password, s.database: Database, tls.key: TLS} {
		if key != "" {
			f.Carries |= part
		}
	}
	if s.server == noServer {
		f.Carries &^= Hosts | Ports
	}
	return f
}

func (s pairStyle) write(w *writer, a Address) {
	w.lit(s.prefix)
	mark := ""
	key := func(k string) {
		w.lit(mark, k, "=")
		mark = s.separator
	}
	var names, ports, both []string
	for _, h := range a.Hosts {
		names, ports, both = append(names, h.Host), append(ports, portText(h.Port)), append(both, h.String())
	}
	switch s.server {
	case asHead:
		w.lit(strings.Join(both, ","))
		mark = s.separator
	case tcpComma:
		key(s.host)
		w.lit("tcp:", names[0])
		if ports[0] != "" {
			w.lit(",", ports[0])
		}
	case inKeys:
		key(s.host)
		w.lit(strings.Join(names, ","))
		if list := strings.Join(ports, ","); strings.Trim(list, ",") != "" {
			key(s.port)
			w.lit(list)
		}
	}
	if s.username != "" && a.Username != nil {
		key(s.username)
		w.text("user name", a.Username, s.quote.escaping())
	}
	if s.password != "" && a.Password != nil {
		key(s.password)
		w.text("password", a.Password, s.quote.escaping())
	}
	if s.database != "" && a.Database != "" {
		if s.number && !isNumber(a.Database) {
			w.fail("the database is a number here, not %q", a.Database)
		}
		key(s.database)
		s.value(w, a.Database)
	}
	for _, k := range slices.Sorted(maps.Keys(a.Parameters)) {
		if !isKey(k) || s.owns(k) {
			w.fail("%q cannot be a parameter here", k)
			return
		}
		key(k)
		s.value(w, a.Parameters[k])
	}
	w.lit(s.end)
}

// owns reports whether a key is one of those of the parts.
func (s pairStyle) owns(key string) bool {
	return slices.ContainsFunc([]string{s.host, s.port, s.username, s.password, s.database}, func(own string) bool {
		return strings.EqualFold(own, key)
	})
}

func (s pairStyle) value(w *writer, v string) {
	if v != "" && only(v, s.quote.bare) {
		w.lit(v)
		return
	}
	text, err := s.quote.encode(v)
	if err != nil {
		w.fail("the value %w", err)
	}
	w.lit(s.quote.open, text, s.quote.close)
}

func (s pairStyle) parse(text string) (a Address, err error) {
	text, ok := strings.CutPrefix(text, s.prefix)
	if !ok {
		return a, fmt.Errorf("the text does not begin with %s", s.prefix)
	}
	if text, ok = strings.CutSuffix(text, s.end); !ok {
		return a, fmt.Errorf("the text does not end with %s", s.end)
	}
	if s.server == asHead {
		if a.Hosts, text, err = s.parseHead(text); err != nil {
			return a, err
		}
	}
	pairs := map[string]string{}
	for text != "" {
		key, rest, ok := strings.Cut(text, "=")
		if !ok {
			return a, fmt.Errorf("a key has no value")
		}
		if pairs[key], text, err = s.quote.read(rest, s.separator); err != nil {
			return a, err
		}
	}
	take := func(key string) (string, bool) {
		v, ok := pairs[key]
		delete(pairs, key)
		return v, ok && key != ""
	}
	if v, ok := take(s.username); ok {
		a.Username = Literal(v)
	}
	if v, ok := take(s.password); ok {
		a.Password = Literal(v)
	}
	a.Database, _ = take(s.database)
	host, _ := take(s.host)
	port, _ := take(s.port)
	switch s.server {
	case inKeys:
		a.Hosts, err = joinHosts(host, port)
	case tcpComma:
		host, port, _ = strings.Cut(strings.TrimPrefix(host, "tcp:"), ",")
		a.Hosts, err = joinHosts(host, port)
	}
	if len(pairs) > 0 {
		a.Parameters = pairs
	}
	return a, err
}

// parseHead reads the host:port list before the pairs.
func (s pairStyle) parseHead(text string) (hosts []HostPort, rest string, err error) {
	for text != "" {
		item, after, _ := strings.Cut(text, s.separator)
		if strings.Contains(item, "=") {
			break
		}
		more, err := parseHosts(item, 0)
		if err != nil {
			return nil, "", err
		}
		hosts, text = append(hosts, more...), after
	}
	return hosts, text, nil
}

// joinHosts puts a list of names and one of ports together.
func joinHosts(names, ports string) ([]HostPort, error) {
	portList := strings.Split(ports, ",")
	var hosts []HostPort
	for i, name := range strings.Split(names, ",") {
		h := HostPort{Host: name}
		if i < len(portList) && portList[i] != "" {
			n, err := strconv.ParseUint(portList[i], 10, 16)
			if err != nil {
				return nil, fmt.Errorf("the port is not a number up to 65535")
			}
			h.Port = int(n)
		}
		if !validHost(name) {
			return nil, fmt.Errorf("the address has no host name")
		}
		hosts = append(hosts, h)
	}
	return hosts, nil
}

func portText(port int) string {
	if port == 0 {
		return ""
	}
	return strconv.Itoa(port)
}

// isKey reports whether s can stand before the = of a pair.
func isKey(s string) bool {
	return only(s, unreserved+" ") && strings.Trim(s, " ") == s && s != ""
}

// encode returns what stands between the quotes.
func (q quoting) encode(s string) (string, error) {
	if q.open == "" {
		if strings.ContainsAny(s, ",\r\n") || strings.TrimSpace(s) != s {
			return "", fmt.Errorf("has a comma or outer blanks, which this format cannot express")
		}
		return s, nil
	}
	var b strings.Builder
	for i := range len(s) {
		switch letter, special := q.special[s[i]]; {
		case special:
			b.WriteByte('\\')
			b.WriteByte(letter)
		case q.doubled && s[i] == q.close[0]:
			b.WriteString(q.close + q.close)
		case !q.doubled && (s[i] == q.close[0] || s[i] == '\\'):
			b.WriteByte('\\')
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), nil
}

// read returns the value at the beginning of text and what follows the
// separator behind it.
func (q quoting) read(text, separator string) (value, rest string, err error) {
	if q.open == "" || !strings.HasPrefix(text, q.open) {
		value, rest, _ = strings.Cut(text, separator)
		return value, rest, nil
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && !q.doubled && i+1 < len(text):
			i++
			c = text[i]
			for char, letter := range q.special {
				if c == letter {
					c = char
				}
			}
			b.WriteByte(c)
		case c != q.close[0]:
			b.WriteByte(c)
		case q.doubled && strings.HasPrefix(text[i+1:], q.close):
			i++
			b.WriteByte(c)
		default:
			rest := text[i+1:]
			if rest == "" {
				return b.String(), "", nil
			}
			rest, ok := strings.CutPrefix(rest, separator)
			if !ok {
				return "", "", fmt.Errorf("text after a closing quote")
			}
			return b.String(), rest, nil
		}
	}
	return "", "", fmt.Errorf("a quote is not closed")
}

// escaping writes credentials, always in quotes, so that references can stand
// in the same place.
func (q quoting) escaping() escaping {
	e := escaping{open: q.open, close: q.close, encode: q.encode}
	e.safe = func(s string) bool {
		text, err := q.encode(s)
		return err == nil && text == s
	}
	if q.open == "" {
		return e
	}
	var steps []string
	if !q.doubled {
		steps = append(steps, replaceStep(`\`, `\\`), replaceStep(q.close, `\`+q.close))
	} else {
		steps = append(steps, replaceStep(q.close, q.close+q.close))
	}
	for _, c := range slices.Sorted(maps.Keys(q.special)) {
		steps = append(steps, replaceStep(string(rune(c)), `\`+string(rune(q.special[c]))))
	}
	e.template = strings.Join(steps, " | ")
	return e
}

func replaceStep(old, new string) string { return fmt.Sprintf("replace %q %q", old, new) }

// The quotings of the formats.
var (
	// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
	libpqQuoting = quoting{open: "'", close: "'", bare: bareValue}
	// https://learn.microsoft.com/dotnet/framework/data/adonet/connection-string-syntax
	adoQuoting = quoting{open: `"`, close: `"`, doubled: true, bare: bareValue}
	// https://learn.microsoft.com/sql/odbc/reference/syntax/sqldriverconnect-function
	braceQuoting = quoting{open: "{", close: "}", doubled: true, bare: bareValue}
	// https://docs.oracle.com/javase/8/docs/api/java/io/StreamTokenizer.html#quoteChar-int-
	jaasQuoting = quoting{open: `"`, close: `"`, special: map[byte]byte{'\n': 'n', '\r': 'r'}}
	noQuoting   = quoting{bare: unreserved}
)
