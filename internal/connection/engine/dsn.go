package engine

import (
	"strings"
	"time"
)

// goDSNForm is what a data source name of go-sql-driver/mysql is called.
const goDSNForm = "Go data source name"

const goDSNURL = "https://github.com/go-sql-driver/mysql#dsn-data-source-name"

// goValues are parameters of go-sql-driver/mysql that it reads itself.
var goValues = func() []ParameterValues {
	var values []ParameterValues
	for _, name := range [...]string{
		"allowAllFiles", "allowCleartextPasswords", "allowFallbackToPlaintext", "allowNativePasswords", "allowOldPasswords", "checkConnLiveness",
		"clientFoundRows", "columnsWithAlias", "interpolateParams", "multiStatements", "parseTime", "rejectReadOnly",
	} {
		values = append(values, ParameterValues{Name: name, Values: []string{"true", "false", "1", "0", "TRUE", "FALSE", "True", "False"}, URL: goDSNURL})
	}
	for _, name := range [...]string{"timeout", "readTimeout", "writeTimeout"} {
		values = append(values, ParameterValues{Name: name, Form: isGoDuration, What: "a duration with its unit, such as 10s", URL: goDSNURL})
	}
	return values
}()

func isGoDuration(s string) bool {
	_, err := time.ParseDuration(s)
	return err == nil
}

// ReadDSNs reads the data source names of go-sql-driver/mysql in a text:
// user:password@tcp(host:port)/database?parameter=value. whole says that the text
// is the value of one variable, called name.
func ReadDSNs(name, text string, whole bool) []*Typed {
	var found []*Typed
	for i := 0; ; {
		j := strings.IndexByte(text[i:], '(')
		if j < 0 {
			break
		}
		open := i + j
		i = open + 1
		at := open
		for at > 0 && open-at < 10 && isSchemeByte(text[at-1]) {
			at--
		}
		if network := text[at:open]; at == 0 || text[at-1] != '@' || network != "" && network != "tcp" && network != "tcp6" && network != "tcp4" {
			continue
		}
		if t := readDSN(text, at-1, open, whole); t != nil {
			found = append(found, t)
			i = max(i, t.End)
		}
	}
	if len(found) == 0 && whole {
		if t := bareDSN(name, text); t != nil {
			found = append(found, t)
		}
	}
	return found
}

// dsnStart is where the user name begins that ends somewhere before at.
func dsnStart(text string, at int, whole bool) int {
	if whole && at < maxString && !strings.ContainsAny(text[:at], " \t\n(") {
		return 0
	}
	start := at
	for start > 0 && at-start < 512 && strings.IndexByte(" \t\r\n\"'`=>", text[start-1]) < 0 {
		start--
	}
	return start
}

func readDSN(text string, at, open int, whole bool) *Typed {
	e, _ := Lookup("mysql")
	t := &Typed{Engine: e, Form: goDSNForm, Start: dsnStart(text, at, whole), End: open + 1, UserStart: 0, UserEnd: 0}
	info := text[t.Start:at]
	if scheme, _, ok := strings.Cut(info, "://"); ok {
		info = info[len(scheme)+3:] // as golang-migrate and dbmate want it
	}
	start := at - len(info)
	user, password, has := strings.Cut(info, ":")
	t.HasPassword = has
	t.pairs = append(t.pairs, keywordPair{key: string(UserPart), value: user, start: start, end: start + len(user)})
	if has {
		t.pairs = append(t.pairs, keywordPair{key: string(PasswordPart), value: password, start: start + len(user) + 1, end: at})
	}
	end := open + 1
	for end < min(len(text), open+maxString) && strings.IndexByte(" \t\r\n\"'`<", text[end]) < 0 {
		end++
	}
	rest := text[open+1 : end]
	t.End = end
	address, after, closed := strings.Cut(rest, ")")
	if strings.HasPrefix(rest, "?") || at+1 == open && !isDSNAddress(address, after) {
		return nil // a group of a regular expression
	}
	if HasPlaceholder(text[open:end]) || strings.ContainsFunc(rest, isReference) && !closed {
		return t
	}
	if !closed {
		t.Faults = append(t.Faults, Fault{Part: "host", Sure: true, Text: "has an address whose parenthesis is not closed", Help: "the form is user:password@tcp(host:port)/database: " + goDSNURL})
		return t
	}
	if !strings.ContainsFunc(address, isReference) {
		if h, err := parseHost(address); err == nil {
			if h.Port == 0 {
				h.Port = 3306
			}
			t.Hosts = []HostPort{h}
		} else if host, _, ok := strings.Cut(address, ":"); ok && validHost(host) {
			t.Faults = append(t.Faults, Fault{Part: "port", Sure: true, Text: "has a port that is no number up to 65535", Help: goDSNURL})
		}
	}
	if !strings.HasPrefix(after, "/") {
		if whole && !strings.ContainsFunc(after, isReference) {
			t.Faults = append(t.Faults, Fault{Part: "host", Sure: true, Text: "has no / behind its address, which go-sql-driver/mysql refuses", Help: "the slash stays also without a database: user:password@tcp(host:port)/"})
		}
		return t
	}
	path, query, _ := strings.Cut(after[1:], "?")
	if name, err := unescape(path); err == nil && !strings.ContainsFunc(name, isReference) {
		t.Database = name
	}
	for pair := range strings.SplitSeq(query, "&") {
		k, v, ok := strings.Cut(pair, "=")
		if v, err := unescape(v); ok && err == nil {
			t.Parameters = append(t.Parameters, Parameter{k, v})
		}
	}
	return t
}

// isDSNAddress tells the address in user@(host:port)/ from a group that follows an @
// in a regular expression: of the two only the address has a port, or a slash behind it.
func isDSNAddress(address, after string) bool {
	if strings.ContainsFunc(address, isReference) {
		return true
	}
	return !strings.ContainsAny(address, `\|*+?^$`) && (strings.Contains(address, ":") || strings.HasPrefix(after, "/"))
}

// bareDSN reads user:password@host:3306/database, which no driver takes: a URL
// has a scheme, and the data source name of the Go driver has tcp( ).
func bareDSN(name, text string) *Typed {
	upper := strings.ToUpper(name)
	at := strings.LastIndexByte(text, '@')
	if !strings.HasSuffix(upper, "DSN") || at < 0 || strings.Contains(text, "://") || strings.ContainsAny(text, " ()\n=;") && !strings.Contains(text[at:], "?") || HasPlaceholder(text) {
		return nil
	}
	user, _, has := strings.Cut(text[:at], ":")
	address, path, slash := strings.Cut(text[at+1:], "/")
	h, err := parseHost(address)
	if err != nil || !slash || !has || !validUserWord(user) || h.Port != 3306 && !strings.Contains(upper, "MYSQL") && !strings.Contains(upper, "MARIADB") {
		return nil
	}
	e, _ := Lookup("mysql")
	t := &Typed{Engine: e, Form: goDSNForm, End: len(text), Hosts: []HostPort{h}, HasPassword: true}
	t.Database, _, _ = strings.Cut(path, "?")
	t.Faults = []Fault{{Part: "host", Text: "has no tcp( ) around its address, and go-sql-driver/mysql takes what stands there for the name of a network", Help: "the form is user:password@tcp(host:port)/database: " + goDSNURL}}
	return t
}
