package engine

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// urlStyle is what differs between the URLs of engines.
type urlStyle struct {
	// prefix comes before the scheme, as in jdbc:.
	prefix string
	// scheme, and the one that asks for TLS. Where there is no tlsScheme, the
	// format's tls parameter asks for it.
	scheme, tlsScheme string
	// schemes are those Parse accepts besides.
	schemes []string
	// hosts is how several hosts are written; one only by default.
	hosts hostsStyle
	// database is where the database goes; in the path by default.
	database databaseStyle
	// usual are ports that are left out: those of scheme and tlsScheme.
	usual, usualTLS int
	// noCredentials leaves user name and password out.
	noCredentials bool
	// noPort leaves ports out, which are then looked up in DNS.
	noPort bool
	// fragment is the parameter that is written as the URL's fragment.
	fragment string
}

type hostsStyle uint8

const (
	oneHost    hostsStyle = iota
	hostsInURL            // a://h1:1,h2:2/db
	urlPerHost            // a://h1:1/db,a://h2:2/db
)

type databaseStyle uint8

const (
	inPath   databaseStyle = iota // /name, percent-encoded with its slashes
	asNumber                      // /0
	asPath                        // /a/b
	inQuery                       // ?database=name
	noDatabase
)

// urlFormat makes a Format of a style.
func urlFormat(name, doc string, s urlStyle, tls parameter) Format {
	f := Format{
		Name: name, Doc: doc, tls: tls, many: s.hosts != oneHost,
		Carries: Hosts | Ports | userInfo | Database | Parameters | TLS,
		write:   s.write, parse: s.parse,
	}
	if s.noCredentials {
		f.Carries &^= userInfo
	}
	if s.noPort {
		f.Carries &^= Ports
	}
	if s.database == noDatabase {
		f.Carries &^= Database
	}
	if s.tlsScheme == "" && tls.key == "" {
		f.Carries &^= TLS
	}
	return f
}

func (s urlStyle) write(w *writer, a Address) {
	if s.hosts != urlPerHost {
		s.writeOne(w, a, a.Hosts)
		return
	}
	for i := range a.Hosts {
		if i > 0 {
			w.lit(",")
		}
		s.writeOne(w, a, a.Hosts[i:i+1])
	}
}

func (s urlStyle) writeOne(w *writer, a Address, hosts []HostPort) {
	scheme, usual := s.scheme, s.usual
	if a.TLS && s.tlsScheme != "" {
		scheme, usual = s.tlsScheme, s.usualTLS
	}
	w.lit(s.prefix, scheme, "://")
	if !s.noCredentials && (a.Username != nil || a.Password != nil) {
		esc := userInfoEscaping
		if s.hosts == urlPerHost {
			esc = userInfoInListEscaping
		}
		w.text("user name", a.Username, esc)
		if a.Password != nil {
			w.lit(":")
			w.text("password", a.Password, esc)
		}
		w.lit("@")
	}
	for i, h := range hosts {
		if s.noPort || h.Port == usual {
			h.Port = 0
		}
		if i > 0 {
			w.lit(",")
		}
		w.lit(h.String())
	}
	s.writeDatabase(w, a.Database)
	s.writeQuery(w, a)
}

func (s urlStyle) writeDatabase(w *writer, name string) {
	switch {
	case name == "" || s.database == inQuery || s.database == noDatabase:
	case s.database == asNumber && !isNumber(name):
		w.fail("the database is a number here, not %q", name)
	case s.database == asPath:
		w.lit("/", strings.ReplaceAll(percent(strings.TrimPrefix(name, "/")), "%2F", "/"))
	default:
		w.lit("/", percent(name))
	}
}

func (s urlStyle) writeQuery(w *writer, a Address) {
	params := a.Parameters
	if s.database == inQuery && a.Database != "" {
		params = maps.Clone(params)
		if params == nil {
			params = map[string]string{}
		}
		if _, ok := params["database"]; ok {
			w.fail("the parameter database repeats the connection's own")
		}
		params["database"] = a.Database
	}
	fragment, mark := "", "?"
	for _, k := range slices.Sorted(maps.Keys(params)) {
		if s.fragment != "" && k == s.fragment {
			fragment = "#" + percent(params[k])
			continue
		}
		if mark == "?" && s.databaseNeedsSlash(a.Database) {
			w.lit("/")
		}
		w.lit(mark, percent(k), "=", percent(params[k]))
		mark = "&"
	}
	w.lit(fragment)
}

// databaseNeedsSlash: a URL without a path but with a query keeps the slash
// between them, which older parsers of MongoDB and JDBC URLs require.
func (s urlStyle) databaseNeedsSlash(name string) bool {
	return (s.database == inPath || s.database == asNumber) && name == ""
}

func (s urlStyle) parse(text string) (Address, error) {
	if s.hosts != urlPerHost {
		return s.parseOne(text)
	}
	var all Address
	for i, part := range strings.Split(text, ",") {
		a, err := s.parseOne(part)
		if err != nil {
			return Address{}, err
		}
		if i == 0 {
			all = a
		} else {
			all.Hosts = append(all.Hosts, a.Hosts...)
		}
	}
	return all, nil
}

func (s urlStyle) parseOne(text string) (a Address, err error) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		return a, fmt.Errorf("no :// in the URL")
	}
	scheme, ok = strings.CutPrefix(scheme, s.prefix)
	usual := s.usual
	switch {
	case !ok:
		return a, fmt.Errorf("the URL does not begin with %s", s.prefix)
	case scheme == s.scheme, slices.Contains(s.schemes, scheme):
	case s.tlsScheme != "" && scheme == s.tlsScheme:
		a.TLS, usual = true, s.usualTLS
	default:
		return a, fmt.Errorf("the URL's scheme is not %s", s.scheme)
	}
	rest, fragment, hasFragment := strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	authority, path, hasPath := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		if err := a.parseUserInfo(authority[:i]); err != nil {
			return a, err
		}
		authority = authority[i+1:]
	}
	if a.Hosts, err = parseHosts(authority, usual); err != nil {
		return a, err
	}
	if err := a.parseQuery(query); err != nil {
		return a, err
	}
	if hasFragment && s.fragment != "" {
		if fragment, err = unescape(fragment); err != nil {
			return a, err
		}
		a.setParameter(s.fragment, fragment)
	}
	switch s.database {
	case inQuery:
		a.Database = a.takeParameter("database")
	case asPath:
		if hasPath {
			a.Database, err = unescape("/" + path)
		}
	default:
		a.Database, err = unescape(path)
	}
	return a, err
}

func (a *Address) parseUserInfo(s string) (err error) {
	user, pw, hasPassword := strings.Cut(s, ":")
	if user, err = unescape(user); err != nil {
		return err
	}
	if pw, err = unescape(pw); err != nil {
		return err
	}
	if user != "" {
		a.Username = Literal(user)
	}
	if hasPassword {
		a.Password = Literal(pw)
	}
	return nil
}

func (a *Address) parseQuery(query string) error {
	if query == "" {
		return nil
	}
	for pair := range strings.SplitSeq(query, "&") {
		k, v, _ := strings.Cut(pair, "=")
		k, err1 := unescape(k)
		v, err2 := unescape(v)
		if err1 != nil || err2 != nil {
			return fmt.Errorf("the query has an invalid percent-encoding")
		}
		a.setParameter(k, v)
	}
	return nil
}

func (a *Address) setParameter(k, v string) {
	if a.Parameters == nil {
		a.Parameters = map[string]string{}
	}
	a.Parameters[k] = v
}

func (a *Address) takeParameter(k string) string {
	v := a.Parameters[k]
	if delete(a.Parameters, k); len(a.Parameters) == 0 {
		a.Parameters = nil
	}
	return v
}

// parseHosts reads h1:1,h2:2; hosts without a port get usual.
func parseHosts(list string, usual int) ([]HostPort, error) {
	var hosts []HostPort
	for item := range strings.SplitSeq(list, ",") {
		h, err := parseHost(item)
		if err != nil {
			return nil, err
		}
		if h.Port == 0 {
			h.Port = usual
		}
		hosts = append(hosts, h)
	}
	return hosts, nil
}

func parseHost(s string) (HostPort, error) {
	host, port := s, ""
	if strings.HasSuffix(s, "]") {
		host = strings.TrimPrefix(strings.TrimSuffix(s, "]"), "[")
	} else if strings.Contains(s, ":") {
		var err error
		if host, port, err = net.SplitHostPort(s); err != nil {
			return HostPort{}, fmt.Errorf("the address is not host:port")
		}
	}
	h := HostPort{Host: host}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return h, fmt.Errorf("the port is not a number up to 65535")
		}
		h.Port = int(n)
	}
	if !validHost(host) {
		return h, fmt.Errorf("the address has no host name")
	}
	return h, nil
}

// userInfoEscaping is that of url.UserPassword. A blank becomes %20: the +
// that urlquery makes of it means a plus in user info.
var userInfoEscaping = escaping{
	encode: func(s string) (string, error) {
		return strings.TrimPrefix(url.UserPassword("", s).String(), ":"), nil
	},
	safe:     func(s string) bool { return only(s, unreserved+subDelims) },
	template: `urlquery | replace "+" "%20"`,
}

// userInfoInListEscaping is for URLs in a list with commas.
var userInfoInListEscaping = escaping{
	encode: func(s string) (string, error) {
		s, _ = userInfoEscaping.encode(s)
		return strings.ReplaceAll(s, ",", "%2C"), nil
	},
	safe:     func(s string) bool { return only(s, unreserved+subDelims) && !strings.Contains(s, ",") },
	template: userInfoEscaping.template,
}

// Character classes of RFC 3986, section 2.
const (
	unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
	subDelims  = "!$&'()*+,;="
)

// only reports whether all bytes of s are in set.
func only(s, set string) bool {
	for i := range len(s) {
		if strings.IndexByte(set, s[i]) < 0 {
			return false
		}
	}
	return true
}

// percent encodes everything but unreserved characters, so that all decoders
// agree about it, with or without a meaning for +.
func percent(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// unescape is url.PathUnescape without the text in the error: it could be a
// password.
func unescape(s string) (string, error) {
	s, err := url.PathUnescape(s)
	if err != nil {
		return "", fmt.Errorf("the URL has an invalid percent-encoding")
	}
	return s, nil
}

func isNumber(s string) bool { return s != "" && only(s, "0123456789") }
