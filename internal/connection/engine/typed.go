package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Typed is a connection string that somebody wrote, read as leniently as a
// reader would: what is wrong with it is in Faults, and the fields hold what was
// meant as far as that is clear.
type Typed struct {
	Engine *Engine
	Scheme Scheme
	// Keywords is the kind of list that it is, nil for URLs. AnyEngine says that
	// it may be one of several engines, of which Engine is one.
	Keywords  *Keywords
	AnyEngine bool
	// Form is what else it may be: "Go data source name", "JAAS configuration".
	Form string
	// Prefix is "jdbc:", "r2dbc:" or "", Driver what stands behind the plus sign.
	Prefix, Driver string
	// Start and End are where the text of the connection string is.
	Start, End int
	// UserStart and UserEnd are where the user info is in the text; both are 0
	// where there is none.
	UserStart, UserEnd   int
	HasPassword          bool
	Hosts                []HostPort
	Database             string
	Parameters           []Parameter
	Faults               []Fault
	userColon, authority int
	pairs                []keywordPair
}

// String says what it is, without any part of it: "postgresql URL", "libpq
// connection string".
func (t *Typed) String() string {
	switch {
	case t.Form != "":
		return t.Form
	case t.AnyEngine:
		return "connection string"
	case t.Keywords != nil:
		return t.Keywords.Name + " connection string"
	}
	return t.Engine.Name + " URL"
}

// Parameter is one option of a connection string, decoded.
type Parameter struct{ Name, Value string }

// Fault is something wrong with a connection string. No field of it holds a
// part of the user info or the value of a parameter.
type Fault struct {
	// Part is the part that is wrong: "password", "port", "scheme", "parameter".
	Part string
	// Text says what is wrong, as the end of a sentence that begins with the
	// name of the variable.
	Text string
	// Help says what the right spelling is.
	Help string
	// Suggestion is a right spelling of the part, where one is near.
	Suggestion string
	// Sure is set when the engine's own clients refuse it or connect to
	// something else. Common is set when some of them want it so.
	Sure, Common bool
}

// ParameterValues is the values that a parameter of an engine's connection
// strings may have.
type ParameterValues struct {
	Name string
	// Values are all that are known, in the spelling of the documentation.
	Values []string
	// Fold says that capitals do not matter.
	Fold bool
	// Form, where there are no Values, reports whether a value is one; What says
	// what that is.
	Form func(string) bool
	What string
	// URL is the driver's documentation.
	URL string
}

// ReadURLs reads the connection URLs in a text: those whose engine has a user
// and a password. Each ends at a blank or at the quote it stands in.
func ReadURLs(text string) []*Typed {
	var found []*Typed
	for i := 0; ; {
		j := strings.Index(text[i:], "://")
		if j < 0 {
			return found
		}
		at := i + j
		t := readURL(text, at)
		i = at + 3
		if t != nil {
			found = append(found, t)
			i = max(i, t.End)
		}
	}
}

// ReadTyped reads all connection strings in a text that is the value of a
// variable, key or flag; whole says that it is that of one variable.
func ReadTyped(name, text string, whole bool) []*Typed {
	var found []*Typed
	if strings.Contains(text, "://") {
		found = ReadURLs(text)
	}
	if strings.IndexByte(text, '=') >= 0 {
		found = append(found, ReadKeywords(text, whole)...)
		if strings.Contains(text, "LoginModule") {
			found = append(found, ReadJAAS(name, text, whole)...)
		}
	}
	if strings.IndexByte(text, '@') >= 0 {
		found = append(found, ReadDSNs(name, text, whole)...)
	}
	return found
}

// isSchemeByte: RFC 3986, section 3.1; underscores are SQLAlchemy's.
func isSchemeByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.' || c == '_'
}

func readURL(text string, colon int) *Typed {
	start := colon
	for start > 0 && isSchemeByte(text[start-1]) && colon-start < 40 {
		start--
	}
	name := strings.ToLower(text[start:colon])
	e, scheme, ok := ByScheme(name)
	if !ok || e.Encode == "" {
		return nil
	}
	t := &Typed{Engine: e, Scheme: scheme, Start: start, End: colon + 3}
	if name != scheme.Name {
		_, t.Driver, _ = strings.Cut(name, "+")
	}
	for _, prefix := range [...]string{"jdbc:", "r2dbc:", "r2dbc:pool:"} {
		if from := start - len(prefix); from >= 0 && strings.EqualFold(text[from:start], prefix) {
			t.Prefix, t.Start = prefix, from
		}
	}
	t.End = urlEnd(text, t.Start, colon+3)
	t.readAuthority(text, colon+3)
	return t
}

// urlEnd is where a URL that begins at start ends: at a blank, or at the quote
// it stands in.
func urlEnd(text string, start, i int) int {
	quote := byte(0)
	if start > 0 && strings.IndexByte("\"'`<", text[start-1]) >= 0 {
		quote = text[start-1]
	}
	if quote == '<' {
		quote = '>'
	}
	for ; i < len(text); i++ {
		switch c := text[i]; {
		case c <= ' ' && c != 0, c == quote && quote != 0:
			return i
		case c == '"' || c == '`' || c == '<':
			return i
		case c == ',' && startsURL(text[i+1:]), c == '\\' && i+1 < len(text) && strings.IndexByte("nrt\"", text[i+1]) >= 0:
			return i
		}
	}
	return i
}

// startsURL reports whether text begins with scheme://.
func startsURL(text string) bool {
	for i := 0; i < len(text) && i < 40; i++ {
		if !isSchemeByte(text[i]) {
			return i > 0 && strings.HasPrefix(text[i:], "://")
		}
	}
	return false
}

// HasPlaceholder reports whether something is to be put into text before a
// program reads it: ${VAR}, $(VAR), {{ var }}, <var>, %(var)s.
func HasPlaceholder(text string) bool {
	return strings.Contains(text, "${") || strings.Contains(text, "$(") || strings.Contains(text, "{{") ||
		strings.ContainsAny(text, "<>") || strings.Contains(text, "%(") || strings.Contains(text, "__") && strings.Contains(text, "@__") ||
		strings.Contains(text, "[[") || strings.Contains(text, "%s") || strings.Contains(text, "%d") || strings.Contains(text, "%%")
}

func (t *Typed) readAuthority(text string, i int) {
	t.authority = i
	rest := text[i:t.End]
	switch end := strings.IndexAny(rest, "/?#;"); {
	case t.Prefix != "jdbc:" || t.Engine.jdbcUserInfo:
		t.readUserInfo(rest, i)
	case strings.Contains(rest[:max(end, 0)], "@"):
		t.Faults = append(t.Faults, Fault{Part: "user info", Sure: t.Engine.Protocol == "postgresql",
			Text: "has user info before its host, which the JDBC driver takes for a part of the address",
			Help: "give the driver user name and password in variables of their own, such as SPRING_DATASOURCE_USERNAME and SPRING_DATASOURCE_PASSWORD"})
		return
	}
	rest = text[t.authority:t.End]
	end := strings.IndexAny(rest, "/?#;")
	if end < 0 {
		end = len(rest)
	}
	t.readHosts(rest[:end])
	rest = rest[end:]
	if t.Prefix == "jdbc:" && t.Scheme.Name == "sqlserver" {
		t.readProperties(text, rest)
		return
	}
	path, query, _ := strings.Cut(rest, "?")
	if t.Scheme.Database && strings.HasPrefix(path, "/") {
		path, _, _ = strings.Cut(path[1:], "#")
		if name, err := unescape(path); err == nil && !unresolved(name) {
			t.Database = name
		}
	}
	query, _, _ = strings.Cut(query, "#")
	for pair := range strings.SplitSeq(query, "&") {
		k, v, ok := strings.Cut(pair, "=")
		if v, err := unescape(v); ok && err == nil {
			t.Parameters = append(t.Parameters, Parameter{k, v})
		}
	}
}

// readProperties reads what stands behind the host of a JDBC URL of SQL Server:
// https://learn.microsoft.com/sql/connect/jdbc/building-the-connection-url
func (t *Typed) readProperties(text, rest string) {
	if strings.HasPrefix(rest, "/") && len(rest) > 1 {
		t.Faults = append(t.Faults, Fault{Part: "host", Sure: true, Text: "has a / behind its server, and SQL Server's driver takes it for a part of the port",
			Help: "the form is jdbc:sqlserver://host:port;databaseName=name"})
		return
	}
	r := region{text: text, end: t.End, alone: true}
	pairs, _, _ := r.semicolons(t.End-len(rest), Braces)
	for i := range pairs {
		p := &pairs[i]
		switch p.key {
		case "databasename", "database":
			if !unresolved(p.value) {
				t.Database = p.value
			}
		case "user", "username":
			p.key = string(UserPart)
			t.pairs = append(t.pairs, *p)
		case "password":
			p.key = string(PasswordPart)
			t.HasPassword = true
			t.pairs = append(t.pairs, *p)
		default:
			t.Parameters = append(t.Parameters, Parameter{p.key, p.value})
		}
	}
}

// readUserInfo finds the user info and judges how it is encoded. A password
// with a "/", "?", "#" or "@" in it splits the URL at the wrong place, so the
// one that was meant goes up to the last "@" that a host follows.
func (t *Typed) readUserInfo(rest string, base int) {
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	at := strings.LastIndexByte(rest[:end], '@')
	if late := strings.LastIndexByte(rest, '@'); late > end && t.splitTooEarly(rest, at, end, late) {
		at = late
	}
	if at < 0 {
		return
	}
	t.UserStart, t.UserEnd, t.authority = base, base+at, base+at+1
	info := rest[:at]
	user, password, has := strings.Cut(info, ":")
	t.HasPassword = has
	t.userColon = base + len(user)
	if HasPlaceholder(info) {
		return
	}
	t.judgeEncoding("user name", user)
	if has {
		t.judgeEncoding("password", password)
	}
}

// splitTooEarly reports whether the "@" at late, behind the first "/", "?" or
// "#", is the one that ends the user info.
func (t *Typed) splitTooEarly(rest string, at, end, late int) bool {
	if !strings.Contains(rest[:late], ":") {
		return false
	}
	after := rest[late+1:]
	stop := strings.IndexAny(after, "/?#,")
	if stop < 0 {
		stop = len(after)
	}
	host, err := parseHost(after[:stop])
	if err != nil {
		return false
	}
	before, err := parseHosts(rest[at+1:end], 0)
	clean := err == nil
	switch {
	case rest[end] == '#':
		return true // no engine's URL has an @ in a fragment
	case !clean:
		return !strings.Contains(rest[end:late], "://")
	case at >= 0 && before[0].Port != 0:
		return false // user:pw@host:5432/x@y
	case rest[end] == '?' && strings.Contains(rest[end:late], "="):
		return false // host?user=a@b
	}
	return host.Port != 0 && !strings.Contains(rest[end:late], "=")
}

// judgeEncoding judges a part of the user info as it stands in the URL.
func (t *Typed) judgeEncoding(part, text string) {
	refused, doubtful := t.Engine.unencoded(part, text)
	if !refused && !doubtful {
		return
	}
	f := Fault{
		Part: part, Sure: refused && t.Driver == "", Help: encodeHelp,
		Text: fmt.Sprintf("has a %s with characters that must be percent-encoded in a URL", part),
	}
	if t.Driver != "" || !refused {
		f.Text += ", and many drivers refuse it or read another host"
	} else {
		f.Text += ", so that its clients refuse it or read another host"
	}
	t.Faults = append(t.Faults, f)
}

const encodeHelp = "in user names and passwords write %23 for #, %2F for /, %3A for :, %3F for ?, %40 for @ and %25 for %; or compute the URL with a connection, which encodes them"

// unencoded reports whether text, as it stands, cannot be a user name or a
// password in a URL: the engine's own clients refuse it or read something else,
// or many others do.
func (e *Engine) unencoded(part, text string) (refused, doubtful bool) {
	for i := range len(text) {
		c := text[i]
		switch {
		case c == '%':
			if i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]) {
				continue
			}
		case c == ':' && part == "user name": // it would end there
			refused = true
		case strings.IndexByte("/?#@", c) < 0 && strings.IndexByte(e.Encode, c) < 0:
			continue
		}
		if strings.IndexByte(e.Encode, c) >= 0 {
			refused = true
		}
		doubtful = true
	}
	return refused, doubtful
}

// Insertable reports whether a value that is put into the user info of the
// engine's URLs as it is, as the kubelet does with $(VAR), is read back as
// itself: sure says that the engine's own clients do not.
func (e *Engine) Insertable(part, value string) (ok, sure bool) {
	if i := strings.IndexByte(value, '%'); i >= 0 && only(value, unreserved+subDelims+"%") && i+2 < len(value) && isHex(value[i+1]) && isHex(value[i+2]) {
		return true, false // encoded already
	}
	refused, doubtful := e.unencoded(part, value)
	return !doubtful, refused
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f' }

// Reference returns what stands for a text that is put into a connection string
// later, as the kubelet does with $(VAR): a character that no address has, one
// for each i, to be written in the place of the text.
func Reference(i int) string { return string(rune(firstReference + i)) }

const firstReference = 0xE000 // the private use area

func isReference(r rune) bool { return r >= firstReference && r < 0xF900 }

// unresolved reports whether a part of text comes later: a placeholder, or what a
// [Reference] stands for.
func unresolved(text string) bool {
	return HasPlaceholder(text) || strings.ContainsFunc(text, isReference)
}

// UserInfo returns the user name and the password, decoded, where both are
// written out.
func (t *Typed) UserInfo(text string) (user, password string, ok bool) {
	if t.pairs != nil {
		for i := range t.pairs {
			p := &t.pairs[i]
			part := t.partOf(p)
			if part != UserPart && part != PasswordPart {
				continue
			}
			if unresolved(p.value) {
				return "", "", false
			}
			if part == UserPart {
				user = p.value
			} else {
				password = p.value
			}
		}
		return user, password, user != ""
	}
	info := text[t.UserStart:t.UserEnd]
	if info == "" || unresolved(info) {
		return "", "", false
	}
	user, password, _ = strings.Cut(info, ":")
	u, err1 := unescape(user)
	pw, err2 := unescape(password)
	return u, pw, err1 == nil && err2 == nil
}

// IsJAAS reports whether it is the configuration of a login module.
func (t *Typed) IsJAAS() bool { return t.Form == jaasForm }

func (t *Typed) partOf(p *keywordPair) KeywordPart {
	if t.Keywords != nil {
		return t.Keywords.partOf(p.key, t.AnyEngine)
	}
	return KeywordPart(p.key)
}

// Inserted says of a value that is put into the string at an offset, as it is,
// which part it is, "" for none of user name and password; whether it reads back
// as itself, and whether the engine's own clients are sure not to read it so.
func (t *Typed) Inserted(offset int, value string) (part string, ok, sure bool) {
	if t.pairs == nil {
		if part = t.UserInfoPart(offset); part == "" {
			return "", true, false
		}
		ok, sure = t.Engine.Insertable(part, value)
		return part, ok, sure && t.Driver == ""
	}
	for i := range t.pairs {
		p := &t.pairs[i]
		if part := t.partOf(p); offset >= p.start && offset < p.end && (part == UserPart || part == PasswordPart) {
			ok := t.insertedInPair(p, value)
			return string(part), ok, !ok
		}
	}
	return "", true, false
}

// UserInfoPart says in which part of the URL an offset is: "user name",
// "password", or "" outside of the user info.
func (t *Typed) UserInfoPart(offset int) string {
	switch {
	case offset < t.UserStart || offset >= t.UserEnd:
		return ""
	case t.HasPassword && offset > t.userColon:
		return "password"
	}
	return "user name"
}

func (t *Typed) readHosts(list string) {
	srv := strings.HasSuffix(t.Scheme.Name, "+srv")
	members := strings.Split(list, ",")
	for _, member := range members {
		if unresolved(member) || strings.ContainsAny(member, "$%{}(") {
			t.Hosts = append(t.Hosts, HostPort{})
			continue
		}
		h, err := parseHost(member)
		if err == nil {
			t.Hosts = append(t.Hosts, h)
		}
		name, port, hasPort := strings.Cut(member, ":")
		switch {
		case strings.HasPrefix(member, "[") || !hasPort || len(t.Faults) > 0:
		case port == "" && t.Prefix == "":
		case srv:
			t.Faults = append(t.Faults, Fault{Part: "port", Sure: true, Text: "has a port, and in a mongodb+srv URL DNS says the port: drivers refuse it",
				Help: "leave the port out, or use mongodb:// with it"})
		case err != nil || h.Port == 0 && port != "":
			if n, e := strconv.Atoi(port); e == nil && n > 0 && n < 1<<16 || !validHost(name) && !validUserWord(name) {
				continue
			}
			f := Fault{Part: "port", Sure: true, Text: "has something behind the host's colon that is no port number"}
			if t.UserEnd == 0 {
				f.Text = "has something behind the colon that is no port number, and no @ that would make it a password"
			}
			f.Help = fmt.Sprintf("the form is %s://user:password@host:port", t.Prefix+t.Scheme.Name)
			t.Faults = append(t.Faults, f)
		}
	}
	if srv && len(members) > 1 {
		t.Faults = append(t.Faults, Fault{Part: "host", Sure: true, Text: "has several hosts, and a mongodb+srv URL takes one, whose SRV records name the others",
			Help: "use mongodb:// for a list of hosts"})
	}
}

// validUserWord reports whether a word may be a user name before a colon.
func validUserWord(s string) bool { return s != "" && only(s, unreserved) }

// JudgeParameters judges the values of the parameters that the engine knows.
func (t *Typed) JudgeParameters() {
	for _, p := range t.Parameters {
		t.Faults = append(t.Faults, t.judgeParameter(p)...)
	}
}

func (t *Typed) judgeParameter(p Parameter) []Fault {
	if p.Value == "" || strings.ContainsAny(p.Value, "$%{}<>") || strings.ContainsFunc(p.Value, isReference) {
		return nil
	}
	switch {
	case t.Keywords != nil && t.AnyEngine:
		return nil
	case t.Keywords != nil:
		return judgeValue(t.Keywords.Values, p)
	case t.Form == goDSNForm:
		return judgeValue(goValues, p)
	}
	return judgeValue(t.Engine.Values, p)
}

func judgeValue(values []ParameterValues, p Parameter) []Fault {
	for i := range values {
		known := &values[i]
		if known.Name != p.Name {
			continue
		}
		if known.Form != nil {
			if known.Form(p.Value) {
				continue
			}
			return []Fault{{
				Part: "parameter " + p.Name, Sure: true, Text: fmt.Sprintf("gives the parameter %s a value that its drivers do not know", p.Name),
				Help: fmt.Sprintf("%s is %s: %s", p.Name, known.What, known.URL),
			}}
		}
		if slices.ContainsFunc(known.Values, func(v string) bool { return v == p.Value || known.Fold && strings.EqualFold(v, p.Value) }) {
			continue
		}
		f := Fault{
			Part: "parameter " + p.Name, Sure: true,
			Text: fmt.Sprintf("gives the parameter %s a value that its drivers do not know", p.Name),
			Help: fmt.Sprintf("%s is one of %s: %s", p.Name, strings.Join(known.Values, ", "), known.URL),
		}
		f.Suggestion = known.near(p.Value)
		return []Fault{f}
	}
	return nil
}

// near returns the value that was probably meant, or "".
func (v *ParameterValues) near(value string) string {
	value = strings.ToLower(value)
	lower := make([]string, len(v.Values))
	for i, known := range v.Values {
		lower[i] = strings.ToLower(known)
	}
	at := slices.Index(lower, value)
	if at < 0 {
		at = slices.Index(lower, nearest(value, lower))
	}
	if at < 0 && len(value) > 3 {
		at = slices.IndexFunc(lower, func(known string) bool { return strings.HasPrefix(value, known) || strings.HasPrefix(known, value) })
	}
	if at < 0 {
		return ""
	}
	return v.Values[at]
}
