package redact

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// maskShapes masks what has the shape of a credential: the user info of URLs,
// password=….
func maskShapes(text string) string {
	text, _ = cut(text, shapes(text, false), 0)
	return text
}

// shapes finds credentials by their shape alone. In a line of YAML, fields
// whose names say that they hold a secret count as well.
func shapes(text string, yaml bool) []span {
	var found []span
	if strings.Contains(text, "@") {
		found = userInfo(text, found)
	}
	if (yaml || strings.Contains(text, "=")) && mentionsSecret(text) {
		found = assignments(text, yaml, found)
	}
	return found
}

// userInfo finds the user info of URLs. What the kubelet or a template expands
// is no secret.
func userInfo(text string, found []span) []span {
	for from := 0; ; {
		i := strings.Index(text[from:], "://")
		if i < 0 {
			return bareUserInfo(text, found)
		}
		from += i + len("://")
		rest := text[from:]
		if end := strings.IndexAny(rest, " \t\r\n\"'`<>|\\"); end >= 0 {
			rest = rest[:end]
		}
		if next := strings.Index(rest, "://"); next >= 0 {
			rest = rest[:next]
		}
		at := strings.LastIndexByte(rest, '@')
		if at < 0 {
			continue
		}
		info := rest[:at]
		if path := strings.IndexAny(info, "/?#"); path >= 0 {
			// A slash belongs to a password that was not encoded, or the @ to the path.
			_, behind, ok := strings.Cut(info[:path], ":")
			if !ok || isNumber(behind) {
				continue
			}
		}
		if !isPlaceholder(info) && info != "git" {
			found = append(found, span{from, from + len(info)})
		}
	}
}

var bare = regexp.MustCompile(`[^\s"'` + "`" + `/:@,=()\[\]{}$]+:[^\s"'` + "`" + `@]+@[\w.-]*\w`)

// bareUserInfo finds user:password@host without a scheme, which is no image
// with a digest.
func bareUserInfo(text string, found []span) []span {
	for _, m := range bare.FindAllStringIndex(text, -1) {
		whole := text[m[0]:m[1]]
		at := strings.LastIndexByte(whole, '@')
		_, behind, _ := strings.Cut(whole[:at], ":")
		port, _, path := strings.Cut(behind, "/")
		if isDigest(whole[at+1:]) || isPlaceholder(whole[:at]) || path && isNumber(port) {
			continue
		}
		found = append(found, span{m[0], m[0] + at})
	}
	return found
}

func isDigest(text string) bool {
	return strings.HasPrefix(text, "sha256") || strings.HasPrefix(text, "sha512") || strings.HasPrefix(text, "sha384")
}

var placeholder = regexp.MustCompile(`^(?:\$\([^)]*\)|\$\{[^}]*\}|\{\{.*?\}\}|<[^>]*>|\*+|[:%]|\$\w+)+$`)

// isPlaceholder reports whether a text is filled in later, or left out already.
func isPlaceholder(text string) bool { return text == "" || placeholder.MatchString(text) }

func isNumber(text string) bool {
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

var (
	assigned = regexp.MustCompile(`([A-Za-z][\w.-]*)=("[^"]*"|'[^']*'|[^\s&;,"'` + "`" + `)\]}]+)`)
	field    = regexp.MustCompile(`([A-Za-z][\w.-]*)["']?\s*:\s+(.+)`)
	value    = regexp.MustCompile(`^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s,}\]][^,}\]]*)`)
	pair     = regexp.MustCompile(`\bname["']?\s*:\s*["']?([A-Za-z][\w.-]*)["']?\s*,\s*["']?value["']?\s*:\s*(.+)`)
	argument = regexp.MustCompile(`--?([A-Za-z][\w-]*)["']?(?:\s*,\s*|\s+)(.+)`)
)

// assignments finds what is assigned to a name that says it holds a secret.
func assignments(text string, yaml bool, found []span) []span {
	for _, m := range assigned.FindAllStringSubmatchIndex(text, -1) {
		v := text[m[4]:m[5]]
		if m[5] < len(text) && (text[m[5]] == ')' || text[m[5]] == '}') && isPlaceholder(v+text[m[5]:m[5]+1]) {
			continue // the bracket that ends a value closes this one
		}
		if isSecretName(text[m[2]:m[3]]) && !isPlaceholder(strings.Trim(v, `"'`)) {
			found = append(found, span{m[4], m[5]})
		}
	}
	if !yaml {
		return found
	}
	for _, shape := range []*regexp.Regexp{field, pair, argument} {
		for from := 0; from < len(text); {
			m := shape.FindStringSubmatchIndex(text[from:])
			if m == nil {
				break
			}
			name, start := text[from+m[2]:from+m[3]], from+m[4]
			if isSecretName(name) {
				v := value.FindString(text[start:])
				if end := start + len(v); strings.HasPrefix(text[end:], "}") && isPlaceholder(v+"}") {
					v = "" // the bracket that ends a value closes this one
				}
				if v != "" && !isHarmless(strings.Trim(v, `"' `)) {
					found = append(found, span{start, start + len(strings.TrimRight(v, " "))})
				}
			}
			from = start
		}
	}
	return found
}

// isHarmless reports whether what stands in the place of a secret is none.
func isHarmless(text string) bool {
	switch text {
	case "", "true", "false", "null", "~", "{", "[", "|", "|-", ">", ">-":
		return true
	}
	return isPlaceholder(text) || text[0] == '{' || text[0] == '[' || text[0] == '|' || text[0] == '>' || text[0] == '&' || isPath(text)
}

func isPath(text string) bool {
	return text[0] == '/' && strings.Count(text, "/") > 1 && !strings.ContainsAny(text, "=+") && !strings.HasSuffix(text, "/")
}

// mentionsSecret reports whether a name that isSecretName may be in a text. It is
// for speed: most lines hold none.
func mentionsSecret(text string) bool {
	text = strings.ToLower(text)
	for _, w := range [...]string{"pass", "pwd", "token", "key", "secret", "dsn", "auth", "connection", "credential"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

var secretNames sync.Map // name → bool

// isSecretName reports whether a field, variable or flag says by its name that
// it holds a secret: DB_PASSWORD, apiKey, --token; not passwordKey or
// secretName, which name one.
func isSecretName(name string) bool {
	if len(name) < 3 || len(name) > 100 {
		return false
	}
	if known, ok := secretNames.Load(name); ok {
		return known.(bool)
	}
	is := judgeName(name)
	secretNames.Store(name, is)
	return is
}

func judgeName(name string) bool {
	ws := words(name)
	if len(ws) == 0 {
		return false
	}
	last := ws[len(ws)-1]
	switch last {
	case "password", "passwd", "passwords", "pwd", "passphrase", "token", "apikey", "secretkey", "accesskey", "privatekey", "authkey", "dsn", "pgpassword",
		"authtoken", "accesstoken", "clientsecret", "requirepass", "masterauth", "dbpassword", "userpassword", "rootpassword", "htpasswd":
		return true
	case "pass":
		return true
	case "secret":
		if len(ws) == 1 {
			return false
		}
		switch ws[len(ws)-2] {
		case "client", "app", "jwt", "shared", "session", "cookie", "webhook", "api", "signing", "encryption", "consumer":
			return true
		}
		return strings.ToUpper(name) == name // JWT_SECRET
	case "key":
		if len(ws) == 1 {
			return false
		}
		switch ws[len(ws)-2] {
		case "api", "access", "private", "account", "auth", "encryption", "signing", "master", "shared", "storage", "license":
			return true
		case "secret":
			// secretKey names a key in ExternalSecrets; AWS_SECRET_KEY is one.
			return strings.ToUpper(name) == name || len(ws) > 2
		}
	case "base":
		return len(ws) > 2 && ws[len(ws)-2] == "key" && ws[len(ws)-3] == "secret"
	case "string":
		return len(ws) > 1 && ws[len(ws)-2] == "connection"
	case "credentials", "credential":
		return strings.ToUpper(name) == name
	}
	return false
}

// words are those of a name in any of the usual spellings, in lower case.
func words(name string) []string {
	var out []string
	var w []rune
	flush := func() {
		if len(w) > 0 {
			out = append(out, strings.ToLower(string(w)))
			w = w[:0]
		}
	}
	rs := []rune(name)
	for i, r := range rs {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case unicode.IsUpper(r) && i > 0 && unicode.IsLower(rs[i-1]):
			flush()
		case unicode.IsUpper(r) && i > 0 && i+1 < len(rs) && unicode.IsUpper(rs[i-1]) && unicode.IsLower(rs[i+1]):
			flush()
		}
		w = append(w, r)
	}
	flush()
	return out
}
