package engine

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
)

// Keywords is a kind of connection string that is a list of keywords and
// values, as some drivers of an engine read it. The rows are in the files of the
// engines.
type Keywords struct {
	// Name is what such a string is called.
	Name   string
	Syntax KeywordSyntax
	// Parts are the keywords for the parts of an address. Keywords are in lower
	// case here, and without blanks.
	Parts map[string]KeywordPart
	// Options are the others that the drivers take. Closed says that there are no
	// more.
	Options []string
	Closed  bool
	// Mistaken are keywords that people write, and what they have to be called.
	// Doubtful ones are taken by some of the drivers.
	Mistaken, Doubtful map[string]string
	// Own are keywords, or keywords with values, that say that a string is of
	// this kind. Without one it may be another engine's.
	Own []string
	// Drivers are parts of the names of an engine's ODBC drivers.
	Drivers []string
	// PortInHost is how a port stands behind the host in the value of the host's
	// keyword: ",".
	PortInHost string
	Values     []ParameterValues
	// URL is the drivers' documentation.
	URL string
}

// KeywordSyntax is how pairs are separated and values are quoted.
type KeywordSyntax uint8

// The syntaxes.
const (
	// Words are separated by blanks, and quoted as libpq does it.
	Words KeywordSyntax = iota
	// Semicolons are ADO.NET's, with its quotes.
	Semicolons
	// Braces are ODBC's: semicolons, and braces around values.
	Braces
	// Commas follow a list of hosts, and nothing is quoted.
	Commas
)

// KeywordPart is the part of an address that a keyword is for.
type KeywordPart string

// The parts that keywords are for.
const (
	HostPart     KeywordPart = "host"
	PortPart     KeywordPart = "port"
	UserPart     KeywordPart = "user name"
	PasswordPart KeywordPart = "password"
	DatabasePart KeywordPart = "database"
)

// keywordPair is one keyword with its value in a text.
type keywordPair struct {
	key   string // in lower case, without blanks
	value string // decoded
	// start and end are where the value is, without its quotes.
	start, end int
	quote      byte
}

// maxKeywords and maxString bound the pairs of one string and its length, maxValue a
// value without quotes.
const (
	maxKeywords = 60
	maxString   = 4096
	maxValue    = 512
)

// keywordKinds are all rows, with their engines.
var keywordKinds = sync.OnceValue(func() []keywordKind {
	var all []keywordKind
	for _, e := range table() {
		for i := range e.Keywords {
			all = append(all, keywordKind{e, &e.Keywords[i]})
		}
	}
	return all
})

type keywordKind struct {
	engine *Engine
	*Keywords
}

// keywordNames are the keywords for parts of all rows of a syntax: with one a
// string begins.
var keywordNames = sync.OnceValue(func() map[KeywordSyntax]map[string]bool {
	names := map[KeywordSyntax]map[string]bool{Words: {}, Semicolons: {}, Commas: {}}
	for _, k := range keywordKinds() {
		syntax := k.Syntax
		if syntax == Braces {
			syntax = Semicolons
			names[syntax]["driver"] = true
		}
		for key := range k.Parts {
			names[syntax][key] = true
		}
		for _, key := range k.Options {
			names[syntax][key] = true
		}
	}
	return names
})

// ReadKeywords reads the connection strings in a text that are lists of keywords
// and values. whole says that the text is the value of one variable.
func ReadKeywords(text string, whole bool) []*Typed {
	if strings.IndexByte(text, '=') < 0 {
		return nil
	}
	var found []*Typed
	lineStart := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\n':
			lineStart = i + 1
		case '=':
			t, end := readKeywords(text, lineStart, i, whole)
			if t != nil {
				found = append(found, t)
			}
			if end > i+1 { // it was read, whatever it was
				i = end - 1
				lineStart = i
			}
		}
	}
	return found
}

// readKeywords reads the string whose first keyword ends before the equals sign
// at eq, and which begins behind from. It returns nil where there is none, and how
// far it has read.
func readKeywords(text string, from, eq int, whole bool) (*Typed, int) {
	end := eq
	for end > from && text[end-1] == ' ' {
		end--
	}
	start := end
	for start > from && eq-start < 40 && isKeywordByte(text[start-1]) {
		start--
	}
	for start < end && text[start] == ' ' {
		start++
	}
	names := keywordNames()
	key := keywordOf(text[start:end])
	last := start + strings.LastIndexByte(text[start:end], ' ') + 1
	switch {
	case key == "":
		return nil, 0
	case names[Semicolons][key], names[Semicolons][keywordOf(text[last:end])]:
		if !names[Semicolons][key] {
			start = last
		}
		if t, end := readList(text, start, whole, Semicolons); t != nil || end > 0 {
			return t, end
		}
	}
	if word := strings.ToLower(text[last:end]); names[Words][word] {
		if t, end := readList(text, last, whole, Words); t != nil || end > 0 {
			return t, end
		}
	}
	if head := start - 1; head > from && text[head] == ',' {
		if t := readCommas(text, max(from, start-maxString), start, whole); t != nil {
			return t, t.End
		}
	}
	return nil, 0
}

func isKeywordByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == ' '
}

func keywordOf(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "")) }

// region is the part of a text that a string may be in.
type region struct {
	text string
	end  int
	// outer is the quote that the string stands in, 0 if none; escaped says that
	// something in it is escaped as that quote wants it, so that quotes mean nothing.
	outer   byte
	escaped bool
	// alone says that nothing but the string is in there.
	alone bool
}

func regionOf(text string, start int, whole bool) region {
	r := region{text: text, end: min(len(text), start+maxString), alone: whole && start < maxString && strings.TrimSpace(text[:start]) == ""}
	if r.alone {
		return r
	}
	before := start
	for before > 0 && start-before < 8 && text[before-1] == ' ' {
		before--
	}
	if before > 0 && strings.IndexByte("\"'`", text[before-1]) >= 0 {
		r.outer = text[before-1]
		for i := start; i < r.end; i++ {
			switch c := text[i]; {
			case c == '\\' && r.outer != '`':
				r.escaped = true
				i++
			case c == '&' && strings.HasPrefix(text[i:], "&quot;"):
				r.escaped = true
			case c == '\n':
				r.escaped, r.end = true, i // not closed
				return r
			case c == r.outer:
				r.end, r.alone = i, true
				return r
			}
		}
	}
	if i := strings.IndexByte(text[start:r.end], '\n'); i >= 0 {
		r.end = start + i
	}
	return r
}

// readList reads a string of words or of semicolons.
func readList(text string, start int, whole bool, syntax KeywordSyntax) (*Typed, int) {
	r := regionOf(text, start, whole)
	var pairs []keywordPair
	var fault *Fault
	var end int
	if syntax == Words {
		pairs, end, fault = r.words(start)
	} else {
		if first, _, ok := strings.Cut(text[start:r.end], ";"); !ok || strings.Count(first, "=") > 3 {
			return nil, 0
		}
		syntax = Semicolons
		if slices.ContainsFunc(r.peek(start), func(key string) bool { return key == "driver" || key == "dsn" }) {
			syntax = Braces
		}
		pairs, end, fault = r.semicolons(start, syntax)
	}
	t := newKeywords(start, end, pairs, syntax)
	switch {
	case t == nil && len(pairs) < 3:
		return nil, 0
	case t == nil:
		return nil, end
	}
	if fault != nil && r.alone && !r.escaped && !HasPlaceholder(text[start:end]) {
		t.Faults = append(t.Faults, *fault)
	}
	if r.escaped {
		t.Faults = slices.DeleteFunc(t.Faults, func(f Fault) bool { return f.Part == "keyword" || f.Part == "syntax" })
	}
	return t, end
}

func isBlank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// words reads a string as libpq does:
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
func (r *region) words(i int) (pairs []keywordPair, end int, fault *Fault) {
	text := r.text[:r.end]
	skip := func() {
		for i < len(text) && isBlank(text[i]) {
			i++
		}
	}
	for end = i; len(pairs) < maxKeywords; {
		skip()
		start := i
		for i < len(text) && text[i] != '=' && !isBlank(text[i]) {
			i++
		}
		key := text[start:i]
		skip()
		if key == "" && i >= len(text) {
			return pairs, end, fault
		}
		if i >= len(text) || text[i] != '=' {
			if fault == nil {
				fault = &Fault{Part: "syntax", Sure: true, Text: "has a word without a = behind a value, where libpq wants the next keyword: a value with a blank needs quotes",
					Help: "write values with blanks in single quotes, with \\' for a quote and \\\\ for a backslash inside: password='a b'"}
			}
			if !r.alone {
				return pairs, end, nil
			}
			continue
		}
		i++
		blank := i < len(text) && isBlank(text[i])
		skip()
		p := keywordPair{key: strings.ToLower(key), start: i}
		var b strings.Builder
		if i < len(text) && text[i] == '\'' {
			p.quote, p.start = '\'', i+1
			for i++; i < len(text) && text[i] != '\''; i++ {
				if text[i] == '\\' && i+1 < len(text) {
					i++
				}
				b.WriteByte(text[i])
			}
			p.end = min(i, len(text))
			if i >= len(text) {
				return pairs, end, &Fault{Part: "syntax", Sure: true, Text: "has a single quote that is not closed", Help: "write \\' for a quote inside of a quoted value"}
			}
			i++
		} else {
			for ; i < len(text) && !isBlank(text[i]); i++ {
				if i-p.start > maxValue {
					return pairs, end, nil
				}
				if text[i] == '\\' && i+1 < len(text) {
					i++
				}
				b.WriteByte(text[i])
			}
			p.end = min(i, len(text))
		}
		p.value = b.String()
		end = i
		pairs = append(pairs, p)
		if next, _, ok := strings.Cut(p.value, "="); ok && blank && p.quote == 0 && slices.Contains(libpqParts, strings.ToLower(next)) && fault == nil {
			fault = &Fault{Part: "syntax", Sure: true, Text: fmt.Sprintf("has nothing behind a =, so that libpq takes the next word, %s=…, for the value", next),
				Help: "write '' for an empty value, or leave the keyword out"}
		}
	}
	if fault == nil && len(pairs) > 1 && strings.Count(text[:end], "=") == len(pairs) && !slices.ContainsFunc(pairs[:len(pairs)-1], func(p keywordPair) bool { return p.quote != 0 || !strings.HasSuffix(p.value, ",") }) {
		fault = &Fault{Part: "syntax", Sure: true, Text: "has commas between its keywords, where libpq wants blanks: each comma is a part of the value before it", Help: "write host=… port=… user=…"}
	}
	return pairs, end, fault
}

var libpqParts = []string{"host", "port", "user", "password", "dbname", "sslmode", "connect_timeout", "application_name", "timezone", "search_path"}

// peek returns the keywords of a list with semicolons, read without regard to
// quotes.
func (r *region) peek(i int) []string {
	var keys []string
	for part := range strings.SplitSeq(r.text[i:r.end], ";") {
		if key, _, ok := strings.Cut(part, "="); ok && len(keys) < maxKeywords {
			keys = append(keys, keywordOf(strings.TrimSpace(key)))
		}
	}
	return keys
}

const (
	adoURL  = "https://learn.microsoft.com/dotnet/framework/data/adonet/connection-string-syntax"
	odbcURL = "https://learn.microsoft.com/sql/odbc/reference/syntax/sqldriverconnect-function"
)

// semicolons reads a string as ADO.NET or ODBC does.
func (r *region) semicolons(i int, syntax KeywordSyntax) (pairs []keywordPair, end int, fault *Fault) {
	text := r.text[:r.end]
	wrong := func(what string) *Fault {
		f := &Fault{Part: "syntax", Sure: true, Text: what, Help: `a value with a semicolon stands in quotes, which are doubled inside: Password="a;b": ` + adoURL}
		if syntax == Braces {
			f.Help = "a value with a semicolon stands in braces, of which } is doubled inside: PWD={a;b}: " + odbcURL
		}
		return f
	}
	for end = i; len(pairs) < maxKeywords; {
		for i < len(text) && (isBlank(text[i]) || text[i] == ';') {
			i++
		}
		if i >= len(text) {
			return pairs, end, nil
		}
		stop := strings.IndexAny(text[i:], "=;")
		if stop < 0 || text[i+stop] == ';' {
			return pairs, end, wrong("has something without a = between its semicolons, which drivers refuse: a value with a semicolon needs quotes")
		}
		p := keywordPair{key: keywordOf(strings.TrimSpace(text[i : i+stop]))}
		if len(p.key) > 60 {
			return pairs, end, nil
		}
		for i += stop + 1; i < len(text) && isBlank(text[i]); {
			i++
		}
		quotes := `"'`
		if syntax == Braces {
			quotes = "{"
		}
		p.start = i
		if i < len(text) && strings.IndexByte(quotes, text[i]) >= 0 {
			p.quote = text[i]
			closing := p.quote
			if closing == '{' {
				closing = '}'
			}
			var b strings.Builder
			p.start = i + 1
			for i++; i < len(text); i++ {
				if text[i] == closing {
					if i+1 >= len(text) || text[i+1] != closing {
						break
					}
					i++
				}
				b.WriteByte(text[i])
			}
			p.end, p.value = min(i, len(text)), b.String()
			if i >= len(text) {
				return pairs, end, wrong("has a quote that is not closed")
			}
			for i++; i < len(text) && isBlank(text[i]); {
				i++
			}
			if end = i; i < len(text) && text[i] != ';' {
				return append(pairs, p), end, wrong("has text behind a closing quote, which drivers refuse")
			}
		} else {
			stop := strings.IndexByte(text[i:], ';')
			if stop < 0 {
				stop = len(text) - i
				if !r.alone { // other words may follow
					if blank := strings.IndexAny(text[i:], " \t\"'`<"); blank >= 0 {
						stop = blank
					}
				}
			}
			p.value = strings.TrimSpace(text[i : i+stop])
			p.end = i + stop
			i += stop
			end = i
		}
		pairs = append(pairs, p)
	}
	return pairs, end, nil
}

// readCommas reads hosts and, behind them, keywords:
// https://stackexchange.github.io/StackExchange.Redis/Configuration
func readCommas(text string, from, key int, whole bool) *Typed {
	start := key - 1
	for start > from && !isBlank(text[start-1]) && strings.IndexByte("\"'`=;", text[start-1]) < 0 {
		start--
	}
	hosts, err := parseHosts(text[start:key-1], 0)
	if err != nil || hosts[0].Port == 0 && !strings.Contains(hosts[0].Host, ".") {
		return nil
	}
	r := regionOf(text, start, whole)
	end := key
	for end < r.end && !isBlank(text[end]) && strings.IndexByte("\"'`<", text[end]) < 0 {
		end++
	}
	var pairs []keywordPair
	at := key
	for item := range strings.SplitSeq(text[key:end], ",") {
		if k, v, ok := strings.Cut(item, "="); ok && len(pairs) < maxKeywords {
			pairs = append(pairs, keywordPair{key: keywordOf(strings.TrimSpace(k)), value: v, start: at + len(k) + 1, end: at + len(item)})
		}
		at += len(item) + 1
	}
	t := newKeywords(start, end, pairs, Commas)
	if t != nil {
		t.Hosts = hosts
	}
	return t
}

// newKeywords returns what the pairs say, or nil where they are no connection
// string: one names a server, and a user, a database or an option of its own.
func newKeywords(start, end int, pairs []keywordPair, syntax KeywordSyntax) *Typed {
	kind, sure := kindOf(pairs, syntax)
	if kind.Keywords == nil {
		return nil
	}
	t := &Typed{Engine: kind.engine, Keywords: kind.Keywords, AnyEngine: !sure, Start: start, End: end, pairs: pairs}
	hosts, ports, more := "", "", 0
	for i := range pairs {
		p := &pairs[i]
		switch part := kind.partOf(p.key, !sure); part {
		case HostPart:
			if hosts != "" && p.key == "hostaddr" {
				break
			}
			hosts = p.value
		case PortPart:
			ports = p.value
		case UserPart, PasswordPart, DatabasePart:
			more++
			if part == PasswordPart {
				t.HasPassword = true
			}
			if part == DatabasePart && !unresolved(p.value) {
				t.Database = p.value
			}
		default:
			if slices.Contains(kind.Own, p.key) {
				more++
			}
			t.Parameters = append(t.Parameters, Parameter{p.key, p.value})
		}
	}
	if syntax != Commas && hosts == "" || more == 0 && syntax != Commas {
		return nil
	}
	t.keywordHosts(hosts, ports, sure)
	if sure {
		t.judgeKeywords()
	}
	return t
}

// kindOf returns the row that pairs are of, and whether it is known from
// something that others do not have.
func kindOf(pairs []keywordPair, syntax KeywordSyntax) (keywordKind, bool) {
	var fits, owns []keywordKind
	for _, k := range keywordKinds() {
		if k.Syntax != syntax {
			continue
		}
		own, known := false, 0
		for i := range pairs {
			p := &pairs[i]
			if k.Parts[p.key] != "" || slices.Contains(k.Options, p.key) {
				known++
			}
			value := strings.ToLower(p.value)
			own = own || slices.Contains(k.Own, p.key) || slices.Contains(k.Own, p.key+"="+value)
			if k.Parts[p.key] == HostPart {
				if i := strings.LastIndexAny(value, ":,"); i > 0 {
					own = own || slices.Contains(k.Own, "host"+value[i:])
				}
			}
			own = own || p.key == "driver" && slices.ContainsFunc(k.Drivers, func(d string) bool { return strings.Contains(value, d) })
		}
		if known == 0 && (syntax != Commas || !slices.ContainsFunc(pairs, func(p keywordPair) bool {
			return len(p.key) > 5 && nearest(p.key, slices.Collect(maps.Keys(k.Parts))) != ""
		})) {
			continue
		}
		fits = append(fits, k)
		if own {
			owns = append(owns, k)
		}
	}
	switch {
	case len(owns) == 1:
		return owns[0], true
	case len(fits) > 0 && syntax == Commas:
		return fits[0], true
	case len(fits) > 0 && syntax != Words:
		// What is said of it must be true whichever it is.
		return fits[0], false
	}
	return keywordKind{}, false
}

func (t *Typed) keywordHosts(hosts, ports string, sure bool) {
	if hosts == "" || unresolved(hosts) {
		t.Hosts = append(t.Hosts, HostPort{})
		return
	}
	k := t.Keywords
	if ports != "" && !unresolved(ports) {
		for port := range strings.SplitSeq(ports, ",") {
			if n, err := strconv.Atoi(port); port != "" && (err != nil || n < 1 || n > 65535) {
				t.Faults = append(t.Faults, Fault{Part: "port", Sure: true, Text: "has a port that is no number up to 65535", Help: k.URL})
				ports = ""
				break
			}
		}
	}
	if k.Syntax != Words {
		name, instance, _ := strings.Cut(hosts, `\`)
		for _, protocol := range [...]string{"tcp:", "np:", "lpc:", "admin:"} {
			name = strings.TrimPrefix(name, protocol)
		}
		if sure && k.PortInHost == "," {
			if host, port, ok := strings.Cut(name, ":"); ok && isNumber(port) && instance == "" && validHost(host) {
				t.Faults = append(t.Faults, Fault{Part: "port", Sure: true, Text: "has a colon between its server and the port, and the drivers of SQL Server want a comma there", Help: k.URL})
			}
		}
		for _, separator := range [...]string{",", ":"} {
			if host, port, ok := strings.Cut(name, separator); ok && isNumber(strings.TrimSpace(port)) {
				name, ports = host, strings.TrimSpace(port)
			}
		}
		hosts = name
	}
	if unresolved(ports) {
		ports = ""
	}
	list, err := joinHosts(hosts, ports)
	if err != nil {
		list = []HostPort{{}}
	}
	t.Hosts = list
}

// judgeKeywords judges the keywords that the drivers do not know.
func (t *Typed) judgeKeywords() {
	k := t.Keywords
	names := slices.Concat(slices.Collect(maps.Keys(k.Parts)), k.Options)
	long := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return len(name) < 4 })
	fault := func(sure bool, suggestion string) {
		f := Fault{Part: "keyword", Sure: sure, Suggestion: suggestion, Help: "its keywords: " + k.URL, Text: "has a keyword that its drivers refuse"}
		if !sure {
			f.Text = "has a keyword that some of its drivers refuse"
		}
		if !slices.ContainsFunc(t.Faults, func(have Fault) bool { return have.Part == "keyword" }) {
			t.Faults = append(t.Faults, f)
		}
	}
	for i := range t.pairs {
		key := t.pairs[i].key
		switch {
		case slices.Contains(names, key) || unresolved(key):
			if right := k.Doubtful[key]; right != "" {
				fault(false, right)
			}
		case k.Mistaken[key] != "":
			fault(true, k.Mistaken[key])
		default:
			near := nearest(key, long)
			if near != "" || k.Closed {
				fault(true, near)
			}
		}
	}
}

// nearest returns the name that key is a slip of, the closest of several, or "".
func nearest(key string, names []string) string {
	if near := suggest.Nearest(key, names, 1); len(near) > 0 && suggest.Close(key, near[0]) {
		return near[0]
	}
	return ""
}

// insertedInPair says whether a value that is put into a pair as it is reads back
// as itself.
func (t *Typed) insertedInPair(p *keywordPair, value string) bool {
	switch {
	case t.Form == goDSNForm:
		return p.key == string(PasswordPart) || !strings.Contains(value, ":")
	case t.Form == jaasForm && p.quote != 0:
		return !strings.ContainsAny(value, "\\\n\r"+string(rune(p.quote)))
	case t.Form == jaasForm:
		return value != "" && !strings.ContainsFunc(value, func(r rune) bool { return r > 0x7f || !isWordByte(byte(r)) }) && (value[0] < '0' || value[0] > '9')
	case t.Keywords == nil: // a property of a JDBC URL
		return p.quote == '{' && !strings.Contains(value, "}") || !strings.ContainsAny(value, ";{}")
	case value == "":
		return t.Keywords.Syntax != Words || p.quote != 0
	case t.Keywords.Syntax == Words && p.quote == 0:
		return !strings.ContainsAny(value, " \t\r\n\v\f\\") && value[0] != '\''
	case t.Keywords.Syntax == Words:
		return !strings.ContainsAny(value, `'\`)
	case t.Keywords.Syntax == Commas:
		return !strings.Contains(value, ",")
	case p.quote == '{':
		return !strings.Contains(value, "}")
	case p.quote != 0:
		return strings.IndexByte(value, p.quote) < 0
	}
	return !strings.Contains(value, ";") && strings.IndexByte(`"'{`, value[0]) < 0 && strings.TrimSpace(value) == value
}

// partOf is what a keyword is for; any asks all kinds of the syntax.
func (k *Keywords) partOf(key string, any bool) KeywordPart {
	if part := k.Parts[key]; part != "" || !any {
		return part
	}
	for _, other := range keywordKinds() {
		if part := other.Parts[key]; other.Syntax == k.Syntax && part != "" {
			return part
		}
	}
	return ""
}

// MayBe reports whether a string that may be one of several engines' may be one
// of e.
func (t *Typed) MayBe(e *Engine) bool {
	return slices.ContainsFunc(e.Keywords, func(k Keywords) bool { return k.Syntax == t.Keywords.Syntax })
}
