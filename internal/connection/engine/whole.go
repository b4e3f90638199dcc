package engine

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
)

// JudgeWhole judges a text that is one connection string, as a program gets it
// in a variable: what stands around it, and how it begins. ReadURLs has the
// rest. name is that of the variable, and beside returns others of the program.
func JudgeWhole(name, text string, beside func(name string) string) []Fault {
	inner := strings.TrimSpace(text)
	bare := strings.Trim(inner, `"'`)
	if strings.Contains(text, "${") || strings.Contains(text, "{{") || strings.Contains(text, "<") || strings.ContainsAny(inner, "\n") || len(text) > 4096 {
		return nil
	}
	if rest, ok := strings.CutPrefix(bare, name+"="); ok && looksLikeURL(rest) {
		return []Fault{{Part: "name", Sure: true, Text: "begins with its own name and an equals sign, which are part of the value here", Help: "write the value alone"}}
	}
	if len(inner) > 2 && inner == inner[:1]+bare+inner[:1] {
		if found := ReadKeywords(bare, true); len(found) > 0 && found[0].Start == 0 {
			return []Fault{{Part: "quotes", Sure: true, Text: "has quotes around it, and they are part of the value: a driver reads a keyword that begins with a quote",
				Help: "write it without the quotes; neither the kubelet nor kustomize takes them off"}}
		}
	}
	if !looksLikeURL(bare) {
		if f := judgeWanted(name, inner, beside); f != nil {
			return f
		}
		return judgeScheme(inner)
	}
	switch {
	case bare != inner && len(inner) > 2 && (inner[0] == '"' || inner[0] == '\'') && inner[len(inner)-1] == inner[0]:
		return []Fault{{Part: "quotes", Sure: true, Text: "has quotes around it, and they are part of the value: a program reads a scheme that begins with a quote",
			Help: "write it without the quotes; neither the kubelet nor kustomize takes them off"}}
	case strings.HasSuffix(text, "\r\n"), strings.HasSuffix(text, "\r"):
		return []Fault{{Part: "end", Sure: sureEnd(bare), Text: "ends in a carriage return, which becomes part of its last word", Help: "save the file with Unix line ends"}}
	case strings.HasSuffix(text, "\n"):
		return []Fault{{Part: "end", Sure: sureEnd(bare), Text: "ends in a newline, which becomes part of its last word", Help: "write it on the line of its key, or with |- instead of |"}}
	case text != inner:
		return []Fault{{Part: "blanks", Sure: text[0] == ' ' && sureEnd(bare), Text: "has blanks around it, which are part of the value", Help: "take the blanks off"}}
	}
	if f := judgeWanted(name, inner, beside); f != nil {
		return f
	}
	return judgeScheme(inner)
}

// sureEnd reports whether what follows a URL's last word makes it another one.
func sureEnd(text string) bool {
	found := ReadURLs(text)
	return len(found) == 1 && found[0].Start == 0
}

// looksLikeURL reports whether text begins with a scheme that some engine has.
func looksLikeURL(text string) bool {
	text = strings.TrimPrefix(strings.TrimPrefix(text, "jdbc:"), "r2dbc:")
	scheme, _, ok := strings.Cut(text, "://")
	_, _, known := ByScheme(strings.ToLower(scheme))
	return ok && known
}

// judgeScheme judges how a connection string begins.
func judgeScheme(text string) []Fault {
	prefix := ""
	rest := text
	for _, p := range [...]string{"jdbc:", "r2dbc:"} {
		if r, ok := strings.CutPrefix(rest, p); ok {
			prefix, rest = p, r
		}
	}
	n := 0
	for n < len(rest) && isSchemeByte(rest[n]) {
		n++
	}
	word, after := strings.ToLower(rest[:n]), rest[n:]
	base, driver, hasDriver := strings.Cut(word, "+")
	e, _, known := ByScheme(word)
	right := prefix + word + "://"
	switch {
	case n == 0 || after == "":
		return nil
	case !known && strings.HasPrefix(after, "://"):
		return judgeUnknownScheme(prefix, word)
	case !known || !e.hasAuthority():
		return nil
	case prefix == "jdbc:" && after[0] == ':' && len(e.JDBC) > 0 && !slices.Contains(e.JDBC, word):
		return []Fault{{Part: "scheme", Sure: true, Text: fmt.Sprintf("begins with jdbc:%s:, which no JDBC driver accepts", word),
			Suggestion: "jdbc:" + e.JDBC[0] + ":", Help: fmt.Sprintf("the driver's URLs begin with jdbc:%s:", e.JDBC[0])}}
	case strings.HasPrefix(after, "//") && len(after) > 2:
		return []Fault{{Part: "scheme", Sure: true, Text: "has no colon behind its scheme", Suggestion: right, Help: "it begins with " + right}}
	case strings.HasPrefix(after, "::/"), strings.HasPrefix(after, ":/") && len(after) > 2 && after[2] != '/' && strings.ContainsAny(after[2:], ".:@/"):
		return []Fault{{Part: "scheme", Sure: true, Text: "has no :// behind its scheme, so that its host is no host", Suggestion: right, Help: "it begins with " + right}}
	case hasDriver && base == "postgres" && prefix == "" && strings.HasPrefix(after, "://"):
		return []Fault{{Part: "scheme", Text: fmt.Sprintf("begins with postgres+%s, and SQLAlchemy since 1.4 knows the dialect as postgresql only", driver),
			Suggestion: "postgresql+" + driver + "://", Help: "https://docs.sqlalchemy.org/en/20/changelog/changelog_14.html#change-3687655465c25a39b968b4f5f6e9170b"}}
	}
	return nil
}

// hasAuthority reports whether URLs of the engine have two slashes and a host.
func (e *Engine) hasAuthority() bool { return e.Encode != "" || e.Protocol == "http" }

// otherSchemes are those that are near an engine's and no mistake.
var otherSchemes = []string{"postgis", "pgsql", "psql", "pgx", "mysqlgis", "mysqli", "ldapi", "natss", "smtpd", "httpx", "httpu", "redisson"}

// spokenSchemes are what people call an engine, which is not its scheme.
var spokenSchemes = map[string]string{"mongo": "mongodb", "maria": "mariadb"}

func judgeUnknownScheme(prefix, word string) []Fault {
	if len(word) < 4 || slices.Contains(otherSchemes, word) || strings.Contains(word, "+") || strings.Trim(word[len(word)-1:], "0123456789") == "" {
		return nil
	}
	if right := spokenSchemes[word]; right != "" {
		return []Fault{{Part: "scheme", Text: fmt.Sprintf("begins with %s://, and the engine's own drivers refuse that scheme", word), Suggestion: prefix + right + "://"}}
	}
	best, distance := "", 3
	for name, f := range byScheme() {
		if d := suggest.Distance(word, name); f.engine.hasAuthority() && len(name) > 3 && (d < distance || d == distance && name < best) {
			best, distance = name, d
		}
	}
	if distance > 1 && (distance > 2 || len(best) < 8 || !suggest.Close(word, best)) {
		return nil
	}
	return []Fault{{Part: "scheme", Sure: true, Text: fmt.Sprintf("begins with %s://, a scheme that no driver knows", word), Suggestion: prefix + best + "://"}}
}

// Wanted are variables whose readers take one form of address only.
type Wanted struct {
	Names []string
	// Prefixes are what the value begins with. The first is what is meant where it
	// has no scheme.
	Prefixes []string
	// Absolute says that the readers refuse host:port, without a scheme. Doubtful,
	// that only some of them do.
	Absolute, Doubtful bool
	// Alone says that some readers take host:port with nothing behind it.
	Alone bool
	// Unless are variables of programs that take host:port.
	Unless []string
	URL    string
}

// wantedByName are the rows of all engines and those that are no engine's.
var wantedByName = sync.OnceValue(func() map[string]*Wanted {
	m := map[string]*Wanted{}
	add := func(rows []Wanted) {
		for i := range rows {
			for _, name := range rows[i].Names {
				m[name] = &rows[i]
			}
		}
	}
	add(frameworks)
	for _, e := range table() {
		add(e.Wanted)
	}
	return m
})

// frameworks take the addresses of whatever database there is.
var frameworks = []Wanted{
	{
		Names: []string{"SPRING_DATASOURCE_URL", "spring.datasource.url", "SPRING_FLYWAY_URL", "SPRING_LIQUIBASE_URL"}, Prefixes: []string{"jdbc:"},
		URL: "https://docs.spring.io/spring-boot/reference/data/sql.html#data.sql.datasource.configuration",
	},
	{
		Names: []string{"SPRING_R2DBC_URL", "spring.r2dbc.url"}, Prefixes: []string{"r2dbc:"},
		URL: "https://docs.spring.io/spring-boot/reference/data/sql.html#data.sql.r2dbc",
	},
	{Names: []string{"QUARKUS_DATASOURCE_JDBC_URL", "KC_DB_URL"}, Prefixes: []string{"jdbc:"}, URL: "https://quarkus.io/guides/datasource"},
}

// judgeWanted judges an address by the variable it is in.
func judgeWanted(name, text string, beside func(name string) string) []Fault {
	if f := judgeHostVariable(name, text); f != nil {
		return f
	}
	w := wantedByName()[name]
	if w == nil || slices.ContainsFunc(w.Prefixes, func(p string) bool { return strings.HasPrefix(text, p) }) {
		return nil
	}
	if looksLikeURL(text) {
		return []Fault{{Part: "scheme", Sure: true, Text: fmt.Sprintf("does not begin with %s, and its reader takes nothing else", strings.Join(w.Prefixes, " or ")), Help: w.URL}}
	}
	address, _, _ := strings.Cut(text, "/")
	if beside != nil && slices.ContainsFunc(w.Unless, func(name string) bool { return beside(name) != "" }) {
		return nil
	}
	if !w.Absolute || strings.ContainsAny(text, "$%{}<>()@ ,[]\"") || strings.ContainsFunc(text, isReference) {
		return nil
	}
	if h, err := parseHost(address); err != nil || h.Port == 0 && !strings.Contains(h.Host, ".") {
		return nil
	}
	return []Fault{{
		Part: "scheme", Sure: !w.Doubtful, Common: w.Alone && address == text, Text: fmt.Sprintf("has no scheme, and its reader wants a URL that begins with %s", strings.Join(w.Prefixes, " or ")),
		Suggestion: w.Prefixes[0] + text, Help: w.URL,
	}}
}

// judgeHostVariable judges POSTGRES_HOST and its like: the name of a host, of a
// server that does not speak HTTP.
func judgeHostVariable(name, text string) []Fault {
	if isBootstrap(name) {
		switch {
		case strings.HasPrefix(text, "http://"), strings.HasPrefix(text, "https://"):
			return []Fault{{Part: "scheme", Sure: true, Text: "is the URL of an HTTP server, and clients of Kafka want host:port", Help: bootstrapURL}}
		case strings.Contains(text, ";") && !strings.ContainsAny(text, "=,$"):
			return []Fault{{Part: "host", Sure: true, Text: "has semicolons between its addresses, and clients of Kafka want commas", Suggestion: strings.ReplaceAll(text, ";", ","), Help: bootstrapURL}}
		}
		return nil
	}
	stem, ok := strings.CutSuffix(name, "_HOST")
	if !ok && name != "PGHOST" || !strings.HasPrefix(text, "http://") && !strings.HasPrefix(text, "https://") {
		return nil
	}
	for _, e := range table() {
		if len(e.Variables) > 0 && (name == "PGHOST" && e.Name == "postgresql" || slices.Contains(e.Variables, stem) && stem != "CACHE") {
			return []Fault{{Part: "scheme", Sure: true, Text: fmt.Sprintf("is the URL of an HTTP server, and a client of %s looks it up as the name of a host", e.Name), Help: "write the host alone; the port has a variable of its own"}}
		}
	}
	return nil
}

const bootstrapURL = "https://kafka.apache.org/documentation/#producerconfigs_bootstrap.servers"

// isBootstrap reports whether a variable holds the first brokers of Kafka.
func isBootstrap(name string) bool {
	return strings.HasSuffix(name, "BOOTSTRAP_SERVERS") || strings.HasSuffix(name, "bootstrap.servers") || strings.HasSuffix(name, "bootstrap-servers") || name == "KAFKA_BROKERS"
}
