package rules

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// typedRules judge the connection strings that somebody typed: what the engines
// know of how their own are written, and what the servers in the same build
// know of them.
func typedRules() []*Rule {
	return []*Rule{urlNotEncoded, urlMalformed, urlParameterInvalid, srvPortNotFound, urlContradictsServer, otlpPortMismatch}
}

// typedText is a text that may hold connection strings.
type typedText struct {
	from *inventory.Object
	node *yaml.Node
	// name is the variable, key or flag that the text is the value of.
	name string
	// text is what a program gets, with $(VAR) as engine.References.
	text string
	// whole says that it is the value of one variable of a container.
	whole bool
	// decoded says that the node holds the text in base64.
	decoded bool
	secret  bool
	// beside returns another variable of the container, or another key of the
	// object, as far as it is known.
	beside func(name string) string
	// references are the variables that engine.Reference(i) stands for.
	references []inserted
	// expanded is the text with them put in, "" where some are not known.
	expanded string
	urls     []*engine.Typed
	settings []setting // of a file
}

// inserted is a $(VAR) in a text.
type inserted struct {
	name, value string
	known       bool
}

// typedTexts are the texts with connection strings, and the values of single
// variables that may be meant as one.
var typedTexts = NewFact(func(b *Build) []*typedText {
	texts := []*typedText{}
	add := func(t typedText) {
		if len(t.text) < 4 || strings.HasPrefix(strings.ToLower(t.name), "readme") {
			return
		}
		t.whole = t.whole && !strings.Contains(strings.TrimSpace(t.text), "\n")
		t.settings = t.lineSettings()
		if t.urls = engine.ReadTyped(t.name, t.text, t.whole); len(t.urls) == 0 && !(t.whole && strings.ContainsRune(t.text, ':')) && len(t.settings) == 0 {
			return
		}
		line, from := 0, 0 // where the line of a URL begins, and where the one before it is
		t.urls = slices.DeleteFunc(t.urls, func(u *engine.Typed) bool {
			if u.Start < from {
				line, from = 0, 0
			}
			if i := strings.LastIndexByte(t.text[from:u.Start], '\n'); i >= 0 {
				line = from + i + 1
			}
			from = u.Start
			return inComment(t.text[line:u.Start]) || t.inPattern(u)
		})
		for _, u := range t.urls {
			u.JudgeParameters()
		}
		if t.whole || len(t.urls) > 0 || len(t.settings) > 0 {
			texts = append(texts, &t)
		}
	}
	// Which keys of an object are variables of a container, and of which all are.
	type key struct {
		object *inventory.Object
		name   string
	}
	variable, all := map[key]bool{}, map[*inventory.Object]bool{}
	for _, e := range wired.Of(b).containers {
		for i := range e.entries {
			if entry := &e.entries[i]; !entry.ref() {
				add(e.typed(i))
			} else if entry.data != nil {
				variable[key{entry.data.object, entry.key()}] = true
			}
		}
		for _, s := range e.sources {
			if s.data != nil {
				all[s.data.object] = true
			}
		}
	}
	b.eachContainer(func(o *inventory.Object, c *inventory.Container) {
		for _, field := range [...]string{"command", "args"} {
			for _, n := range yamlnode.Elements(yamlnode.Get(c.Node, field)) {
				add(typedText{from: o, node: yamlnode.Resolve(n), name: field + " of container " + c.Name, text: yamlnode.String(n)})
			}
		}
	})
	for _, kind := range [...]string{"ConfigMap", "Secret"} {
		for _, o := range b.Inventory.OfKind(gk(kind)) {
			if o.Node == nil || o.Local || o.Get("sops") != nil {
				continue
			}
			content := o.Content()
			for _, name := range content.Keys {
				v, _ := content.Get(name)
				if text, ok := plainText(v); ok && !forPeople(name) {
					whole := all[o] || variable[key{o, name}]
					add(typedText{
						from: o, node: v.Node, name: name, text: text, expanded: text, whole: whole, decoded: v.Base64, secret: kind == "Secret",
						beside: func(name string) string {
							v, _ := content.Get(name)
							text, _ := plainText(v)
							return text
						},
					})
				}
			}
		}
	}
	return texts
})

// longestPattern is as much of a text as is read for a regular expression: a line may be
// all of a file.
const longestPattern = 512

// inPattern reports whether a URL is a regular expression, which programs compare URLs
// with.
func (t *typedText) inPattern(u *engine.Typed) bool {
	pattern := t.text[u.Start:min(len(t.text), u.Start+longestPattern)]
	if i := strings.IndexAny(pattern, "\n\t \"'`"); i > 0 {
		pattern = pattern[:i]
	}
	constructs := []string{"[^", "(?:", "(?P<", "(?<", "(?="}
	if !t.whole { // a password has a backslash sooner than a variable a regular expression
		constructs = append(constructs, `\S`, `\w`, `\d`, `\s`, `\(`, `\.`, `[a-z`, `[A-Z`, `[0-9`)
	}
	return slices.ContainsFunc(constructs, func(c string) bool { return strings.Contains(pattern, c) })
}

// forPeople reports whether a file is one to be read.
func forPeople(name string) bool {
	return strings.HasSuffix(name, ".md") || strings.HasSuffix(name, ".html") || strings.HasSuffix(name, ".adoc") || strings.HasSuffix(name, ".rst")
}

// setting is a line of a configuration file: a key and its value, without quotes.
type setting struct {
	key, value string
	start      int // of the value in the text
}

// settingFiles are the endings of files that are lines of keys and values.
var settingFiles = [...]string{".properties", ".ini", ".conf", ".cfg", ".cnf", ".toml", ".yml", ".yaml", ".env"}

// lineSettings are those of a file in a ConfigMap or Secret, as far as they may
// be addresses.
func (t *typedText) lineSettings() []setting {
	if !strings.Contains(t.text, "//") && !strings.Contains(t.text, ":/") || !slices.ContainsFunc(settingFiles[:], func(ending string) bool { return strings.HasSuffix(t.name, ending) }) {
		return nil
	}
	var all []setting
	offset := 0
	for line := range strings.Lines(t.text) {
		start := offset
		offset += len(line)
		i := strings.IndexAny(line, "=:")
		if i < 0 || !strings.Contains(line, "/") {
			continue
		}
		key := strings.TrimSpace(line[:i])
		value := strings.TrimLeft(line[i+1:], " \t")
		start += len(line) - len(value)
		if key = strings.TrimPrefix(key, "- "); key == "" || strings.ContainsAny(key, " \t\"'#;/<>()[]{}") || line[i] == ':' && value == line[i+1:] {
			continue
		}
		value = strings.TrimSpace(value)
		if n := len(value); n > 1 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
			value, start = value[1:n-1], start+1
		}
		if value != "" && !strings.ContainsAny(value, " \t\"'#") {
			all = append(all, setting{key, value, start})
		}
	}
	return all
}

// inComment reports whether what is in front of an address in its line begins a comment.
func inComment(line string) bool {
	line = strings.TrimLeft(line, " \t")
	if strings.TrimRight(line, " \t") == "--" {
		return true
	}
	for _, mark := range [...]string{"#", "//", ";", "-- ", "<!--", "/*", "* "} {
		if strings.HasPrefix(line, mark) {
			return true
		}
	}
	return false
}

// typed returns the value of entry i of env, with what is put into it.
func (e *containerEnv) typed(i int) typedText {
	entry := &e.entries[i]
	t := typedText{from: e.owner, node: yamlnode.Resolve(entry.node), name: entry.name, whole: true}
	t.beside = func(name string) string {
		if v := e.get(name); v != nil && v.known {
			return v.text
		}
		return ""
	}
	text := yamlnode.String(entry.node)
	t.expanded, _ = e.expand(text, i, 0)
	if !strings.Contains(text, "$") {
		t.text = text
		return t
	}
	for {
		at := strings.Index(text, "$")
		if at < 0 || at+1 == len(text) {
			t.text += text
			return t
		}
		t.text, text = t.text+text[:at], text[at:]
		end := strings.IndexByte(text, ')')
		switch {
		case text[1] == '$':
			t.text, text = t.text+"$", text[2:]
		case text[1] != '(' || end < 0 || !isVariableName(text[2:end]) || len(t.references) > 1000:
			t.text, text = t.text+"$", text[1:]
		default:
			r := inserted{name: text[2:end]}
			r.value, r.known = e.before(r.name, i, 0)
			t.text += engine.Reference(len(t.references))
			t.references = append(t.references, r)
			text = text[end+1:]
		}
	}
}

// reportText reports a finding about an offset in a text.
func (p *Pass) reportText(t *typedText, offset int, message string, opts ...Option) {
	if before := t.text[:offset]; !t.whole && strings.Contains(strings.TrimRight(t.text, "\n"), "\n") {
		line := strings.Count(before, "\n") + 1
		opts = append(opts, At(line, offset-strings.LastIndexByte(before, '\n')))
		if t.node.Style&yaml.LiteralStyle != 0 && !t.decoded {
			opts = append(opts, linesBelow(line))
		}
	}
	p.Report(t.from, t.node, message, append(opts, SecretLine())...)
}

// reportFault reports what an engine found.
func (p *Pass) reportFault(t *typedText, u *engine.Typed, f *engine.Fault) {
	offset := 0
	if u != nil {
		offset = u.Start
	}
	p.reportFaultAt(t, u, f, offset)
}

func (p *Pass) reportFaultAt(t *typedText, u *engine.Typed, f *engine.Fault, offset int) {
	var opts []Option
	if !f.Sure {
		opts = append(opts, AtMost(finding.Warning))
	}
	if f.Common {
		opts = append(opts, AtMost(finding.Note))
	}
	if f.Help != "" {
		opts = append(opts, Help("%s", f.Help))
	}
	what := ""
	if u != nil {
		what = "the " + u.String() + " in "
	}
	message := what + t.name + " " + f.Text
	if f.Suggestion != "" {
		opts = append(opts, DidYouMean(f.Suggestion))
	}
	p.reportText(t, offset, message, opts...)
}

var urlNotEncoded = &Rule{
	Name:     "url-not-encoded",
	Severity: finding.Error,
	URL:      "https://www.rfc-editor.org/rfc/rfc3986#section-2.1",
	Doc: "A user name or password in a connection URL has characters that must be percent-encoded there. " +
		"A / ends the host's part, a ? or # what comes after it, an @ the password: the driver refuses the URL or connects to a host that nobody meant. " +
		"It looks at URLs of databases and brokers in variables, command lines, ConfigMaps and Secrets, and at those that are put together from $(VAR), " +
		"where the kubelet inserts the value as it is; in lists of keywords, such as libpq's and ADO.NET's, a value that ends there where it should not. What the engine's own clients refuse is an error, what only many drivers refuse a warning. " +
		"The message never says which characters.",
	Run: func(p *Pass) error {
		for _, t := range typedTexts.Of(p.Build) {
			for _, u := range t.urls {
				for i := range u.Faults {
					if f := &u.Faults[i]; f.Part == "password" || f.Part == "user name" {
						p.reportFault(t, u, f)
					}
				}
				p.checkInserted(t, u)
			}
		}
		return nil
	},
}

// checkInserted judges the values that the kubelet puts into the user info.
func (p *Pass) checkInserted(t *typedText, u *engine.Typed) {
	for i, r := range t.references {
		mark := engine.Reference(i)
		at := strings.Index(t.text[u.Start:u.End], mark)
		if at < 0 || !r.known {
			continue
		}
		part, ok, sure := u.Inserted(u.Start+at, r.value)
		if ok {
			continue
		}
		what, help := "must be percent-encoded in a URL", "keep it percent-encoded in a key of its own"
		if u.Keywords != nil || u.Form != "" || u.Scheme.Name == "sqlserver" && u.Prefix == "jdbc:" {
			what, help = "end the value or its quotes there", "put the string together where they can be escaped"
		}
		opts := []Option{Help("choose one of letters and digits, %s, or give the program host, user and password in variables of their own", help)}
		if !sure {
			opts = append(opts, AtMost(finding.Warning))
		}
		p.reportText(t, u.Start, fmt.Sprintf("the %s in %s takes its %s from $(%s), whose value has characters that %s, and the kubelet inserts it as it is",
			u, t.name, part, r.name, what), opts...)
	}
}

// shapeParts are the parts of a connection string that are about how it is
// written.
var shapeParts = [...]string{"port", "host", "user info", "syntax", "keyword", "scheme"}

var urlMalformed = &Rule{
	Name:     "url-malformed",
	Severity: finding.Error,
	Advises:  true,
	URL:      "https://www.rfc-editor.org/rfc/rfc3986#section-3",
	Doc: "A connection string is written so that its driver refuses it: quotes, blanks or a newline around it, a scheme without :// or one that no driver knows, jdbc:postgres: for jdbc:postgresql:, a port that is no number. " +
		"So is a list of keywords: a keyword that its driver does not know, a value that needs quotes and has none, SQL Server's port behind a colon, a JAAS configuration without its semicolon or for another SASL mechanism, a Go data source name whose parenthesis is not closed. " +
		"Quotes come from .env files, whose quotes kustomize keeps; newlines from block scalars. " +
		"What stands around a value is judged where containers of the build read it as one variable. Placeholders are left alone.",
	Run: func(p *Pass) error {
		for _, t := range typedTexts.Of(p.Build) {
			if t.whole {
				newline := t.secret && strings.HasSuffix(t.text, "\n") // data-trailing-newline says it
				for _, f := range engine.JudgeWhole(t.name, t.text, t.beside) {
					if !newline || f.Part != "end" {
						p.reportFault(t, nil, &f)
					}
				}
			}
			for _, s := range t.settings {
				for _, f := range engine.JudgeWhole(s.key, s.value, nil) {
					if f.Part == "scheme" && f.Sure {
						f.Text = fmt.Sprintf("has a value under %s that %s", s.key, f.Text)
						p.reportFaultAt(t, nil, &f, s.start)
					}
				}
			}
			for _, u := range t.urls {
				if at, ok := slices.BinarySearchFunc(t.settings, u.Start, func(s setting, start int) int { return s.start - start }); ok && u.Start+len(t.settings[at].value) == u.End {
					// It is all of a value.
				} else if !t.whole && u.Keywords == nil && u.Form == "" || u.Start != 0 && u.Keywords == nil && u.Form == "" {
					continue // prose, perhaps
				}
				for i := range u.Faults {
					if f := &u.Faults[i]; slices.Contains(shapeParts[:], f.Part) {
						p.reportFault(t, u, f)
					}
				}
				p.checkMechanism(t, u)
			}
		}
		return nil
	},
}

var urlParameterInvalid = &Rule{
	Name:     "url-parameter-invalid",
	Severity: finding.Error,
	URL:      "https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS",
	Doc: "A parameter of a connection URL, or a keyword of a connection string, has a value that the driver does not know: sslmode=disabled, readPreference=slave. " +
		"The driver refuses the URL. Only parameters whose values are a closed list are judged.",
	Run: func(p *Pass) error {
		for _, t := range typedTexts.Of(p.Build) {
			for _, u := range t.urls {
				for i := range u.Faults {
					if f := &u.Faults[i]; strings.HasPrefix(f.Part, "parameter") {
						p.reportFault(t, u, f)
					}
				}
			}
		}
		return nil
	},
}

// checkMechanism compares a login module with the SASL mechanism that stands
// beside it: SASL_MECHANISM for SASL_JAAS_CONFIG, or a line of the same file.
func (p *Pass) checkMechanism(t *typedText, u *engine.Typed) {
	if !u.IsJAAS() {
		return
	}
	for _, mechanism := range t.mechanisms(u.Start) {
		if f := u.Mechanism(t.text, mechanism); f != nil {
			p.reportFault(t, u, f)
			return
		}
	}
}

// mechanisms are the SASL mechanisms that are set beside the login module at an
// offset: by a variable or a line with the same beginning.
func (t *typedText) mechanisms(offset int) []string {
	var values []string
	add := func(value string) {
		if value = strings.TrimSpace(value); value != "" && !strings.ContainsAny(value, ", ") {
			values = append(values, value)
		}
	}
	if t.whole {
		for _, ending := range [...][2]string{{"SASL_JAAS_CONFIG", "SASL_MECHANISM"}, {"sasl.jaas.config", "sasl.mechanism"}} {
			if stem, ok := strings.CutSuffix(t.name, ending[0]); ok && t.beside != nil {
				add(t.beside(stem + ending[1]))
			}
		}
		return values
	}
	line := t.text[strings.LastIndexByte(t.text[:offset], '\n')+1 : offset]
	stem, _, ok := strings.Cut(line, "sasl.jaas.config")
	if !ok || strings.Contains(stem, "listener.name") {
		return nil
	}
	for other := range strings.Lines(t.text) {
		if rest, ok := strings.CutPrefix(other, stem+"sasl.mechanism"); ok {
			add(strings.Trim(strings.TrimLeft(rest, " \t=:"), "\"'\r\n"))
		}
	}
	return values
}

// serviceOf returns the Service of the build that a host of a text names.
func (p *Pass) serviceOf(t *typedText, host string) *inventory.Object {
	service, namespace := p.splitService(host, t.from.Namespace)
	if service == "" {
		return nil
	}
	svc := p.Inventory.Lookup(serviceKind, namespace, service, false, nil)
	if svc == nil || svc.Node == nil {
		return nil
	}
	return svc
}

var srvPortNotFound = &Rule{
	Name:     "srv-port-not-found",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#srv-records",
	Doc: "A mongodb+srv URL names a Service without a port called mongodb. " +
		"The driver looks up _mongodb._tcp.<host>, and the cluster's DNS has that record only for a TCP port of this name; the parameter srvServiceName asks for another.",
	Run: func(p *Pass) error {
		for _, t := range typedTexts.Of(p.Build) {
			for _, u := range t.urls {
				if strings.HasSuffix(u.Scheme.Name, "+srv") && len(u.Hosts) == 1 {
					p.checkSRV(t, u)
				}
			}
		}
		return nil
	},
}

func (p *Pass) checkSRV(t *typedText, u *engine.Typed) {
	svc := p.serviceOf(t, u.Hosts[0].Host)
	if svc == nil || yamlnode.GetString(svc.Node, "spec", "type") == "ExternalName" {
		return
	}
	want := strings.TrimSuffix(u.Scheme.Name, "+srv")
	for _, parameter := range u.Parameters {
		if parameter.Name == "srvServiceName" {
			want = parameter.Value
		}
	}
	var names []string
	for _, port := range yamlnode.Elements(svc.Get("spec", "ports")) {
		if protocol := yamlnode.GetString(port, "protocol"); protocol == "" || protocol == "TCP" {
			names = append(names, yamlnode.GetString(port, "name"))
		}
	}
	if len(names) == 0 || slices.Contains(names, want) {
		return
	}
	p.reportText(t, u.Start, fmt.Sprintf("%s asks DNS for the port %q of Service %q, which has none of that name", t.name, want, svc.Name),
		Help("call the Service's port %s, or use mongodb:// with the port; it has %s", want, listOf("ports", slices.DeleteFunc(names, func(s string) bool { return s == "" }))))
}
