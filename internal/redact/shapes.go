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
	return tokensOf(text, found)
}

var (
	// scheme is how a header names what follows.
	// https://www.iana.org/assignments/http-authschemes
	scheme = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\b(?:basic|bearer)\s+([A-Za-z0-9+/._~-]{8,}=*)`) })
	// issued are tokens that their issuers made to be recognized, in the forms that they
	// publish for scanners of secrets, and JSON Web Tokens, and hashes of passwords as
	// crypt(5) writes them. mayBeIssued has to know how each begins.
	// https://docs.github.com/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
	issued = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\bgh[opsur]_[A-Za-z0-9]{16,}|\bgithub_pat_\w{20,}|\bgl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat)-[\w-]{16,}` +
			`|\bxox[abeoprs]-[\w-]{10,}|\bxapp-\d-[\w-]{16,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\b[rs]k_(?:live|test)_\w{10,}|\bwhsec_[\w+/=]{20,}` +
			`|\bAIza[\w-]{35}|\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{20,}|\bnpm_[A-Za-z0-9]{30,}|\bSG\.[\w-]{16,}\.[\w-]{16,}|\bdckr_[po]at_[\w-]{16,}` +
			`|\bhv[bs]\.[\w-]{20,}|\bpypi-[\w-]{16,}|\brubygems_[a-f0-9]{40,}|\bsk-(?:ant|proj|svcacct|admin|or)-[\w-]{20,}|\bsk-[A-Za-z0-9]{40,}` +
			`|\b(?:hf|gsk|r8|ntn|sbp|figd|glsa|glc|lin_api|sntrys|sntryu)_[A-Za-z0-9+/=_-]{30,}|\bdo[oprt]_v1_[a-f0-9]{40,}|\bshp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}` +
			`|\bpscale_(?:tkn|pw|oauth)_[\w.=-]{20,}|\bsq0[a-z]{3}-[\w-]{22,}|\bNRAK-[A-Z0-9]{20,}|\bAGE-SECRET-KEY-1[0-9A-Z]{20,}|\bATATT3[\w=-]{20,}` +
			`|\bdapi[a-f0-9]{32}|\b\d{8,10}:AA[\w-]{30,}|\bdp\.(?:pt|st|ct|sa)\.[\w.-]{40,}|\b\w{10,}\.atlasv1\.[\w-]{40,}|\bkey-[0-9a-f]{32}\b` +
			`|\$(?:2[aby]|apr1|[156]|argon2\w*|scram-sha-\d+)\$[^\s"':]{16,}|\beyJ[\w-]{10,}\.eyJ[\w-]{6,}\.[\w-]*`)
	})
	// header is one of HTTP that says by its name that it holds a secret.
	header = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(?:x-[a-z0-9-]*(?:token|key|secret|auth|password)|(?:private|job|deploy)-token)["']?\s*:\s*["']?([^\s"',;]{6,})`)
	})
	// commands are programs whose flags for passwords do not say so.
	commands = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:mysql|mariadb)\w*\b[^;|&\n]*?\s-p([^\s;|&]+)|\bredis-cli\b[^;|&\n]*?\s-a\s+([^\s;|&]+)|\bsshpass\s+-p\s*([^\s;|&]+)` +
			`|\bcurl\b[^;|\n]*?\s-u\s*["']?[^\s:"']+:([^\s;|&"']+)|\bmongo\w*\b[^;|&\n]*?\s-p\s+([^\s;|&]+)`)
	})
	// webhook is an address that is a secret itself.
	webhook = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\bhooks\.slack\.com/(?:services|workflows|triggers)/([\w/+=%-]+)|\b(?:discord|discordapp)\.com/api/webhooks/([\w/-]+)`)
	})
)

// tokensOf finds what is a credential wherever it stands.
func tokensOf(text string, found []span) []span {
	if strings.Contains(text, "asic") || strings.Contains(text, "earer") || strings.Contains(text, "BEARER") || strings.Contains(text, "BASIC") {
		for _, m := range scheme().FindAllStringSubmatchIndex(text, -1) {
			if v := text[m[2]:m[3]]; isRandom(v) {
				found = append(found, span{m[2], m[3]})
			}
		}
	}
	if strings.Contains(text, ":") && mayBeHeader(text) && mentionsSecret(text) {
		for _, m := range header().FindAllStringSubmatchIndex(text, -1) {
			if v := text[m[2]:m[3]]; isRandom(v) && !isPlaceholder(v) {
				found = append(found, span{m[2], m[3]})
			}
		}
	}
	if strings.Contains(text, " -") && mayBeCommand(text) {
		for _, m := range commands().FindAllStringSubmatchIndex(text, -1) {
			for i := 2; i < len(m); i += 2 {
				if m[i] >= 0 && !isPlaceholder(strings.Trim(text[m[i]:m[i+1]], `"'`)) {
					found = append(found, span{m[i], m[i+1]})
				}
			}
		}
	}
	at := 0
	for line := range strings.Lines(text) { // no token goes on in another one, and most have none
		if mayBeIssued(line) {
			found = issuedIn(line, at, found)
		}
		at += len(line)
	}
	return found
}

// issuedIn finds tokens in a line that begins at a place of a text.
func issuedIn(line string, at int, found []span) []span {
	for _, m := range issued().FindAllStringIndex(line, -1) {
		found = append(found, span{at + m[0], at + m[1]})
	}
	for _, m := range webhook().FindAllStringSubmatchIndex(line, -1) {
		for i := 2; i < len(m); i += 2 {
			if m[i] >= 0 {
				found = append(found, span{at + m[i], at + m[i+1]})
			}
		}
	}
	return found
}

// mayBeHeader is for speed: whether a text has the beginning of a name in header.
func mayBeHeader(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] == '-' && (i > 0 && (text[i-1] == 'x' || text[i-1] == 'X') || len(text)-i > 5 && strings.EqualFold(text[i+1:i+6], "token")) {
			return true
		}
	}
	return false
}

// mayBeCommand is for speed: whether a text has the name of a program in commands.
func mayBeCommand(text string) bool {
	for _, program := range []string{"mysql", "mariadb", "redis-cli", "sshpass", "curl", "mongo"} {
		if strings.Contains(text, program) {
			return true
		}
	}
	return false
}

// mayBeIssued is for speed: whether a text has the beginning of a token in it.
func mayBeIssued(text string) bool {
	for i := 0; i+4 < len(text); i++ {
		switch text[i] {
		case '_', '-':
			from := i
			for from > 0 && i-from < 9 && isAlphanumeric(text[from-1]) {
				from--
			}
			if begins(text[from:i]) && goesOn(text[i+1:]) {
				return true
			}
		case 'A', 'd': // of which images in base64 are full
			switch text[i : i+4] {
			case "AKIA", "ASIA", "AIza", "ATAT", "dapi":
				if startsWord(text, i) {
					return true
				}
			}
		case ':':
			if i > 7 && text[i+1] == 'A' && text[i+2] == 'A' {
				return true
			}
		case '.':
			switch before, after := text[max(0, i-4):i], text[i+1:]; {
			case strings.HasSuffix(before, "SG"), strings.HasSuffix(before, "ya29"), strings.HasSuffix(before, "dp"),
				strings.HasSuffix(before, "hvs"), strings.HasSuffix(before, "hvb"),
				strings.HasPrefix(after, "atlasv1."), strings.HasPrefix(after, "slack.com/"), strings.HasPrefix(after, "com/api/webhooks/"):
				return true
			}
		case '$':
			if strings.IndexByte("256a1s", text[i+1]) >= 0 {
				return true
			}
		case 'e':
			if text[i+1] == 'y' && text[i+2] == 'J' && startsWord(text, i) {
				return true
			}
		}
	}
	return false
}

// startsWord reports whether a word of \w begins at a place.
func startsWord(text string, i int) bool {
	return i == 0 || !isAlphanumeric(text[i-1]) && text[i-1] != '_'
}

// goesOn reports whether a text begins with as much as follows the first dash or
// underscore of any token.
func goesOn(text string) bool {
	const least = 10
	if len(text) < least {
		return false
	}
	for i := range least {
		if !isAlphanumeric(text[i]) && strings.IndexByte("_-+/=.", text[i]) < 0 {
			return false
		}
	}
	return true
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// begins reports whether a word stands before the first dash or underscore of tokens,
// or one further on.
func begins(word string) bool {
	switch word {
	case "gho", "ghp", "ghs", "ghu", "ghr", "pat", "glpat", "gldt", "glrt", "glcbt", "glptt", "glft", "glimt", "glagent", "gloas", "glsoat",
		"xoxa", "xoxb", "xoxe", "xoxo", "xoxp", "xoxr", "xoxs", "xapp", "live", "test", "whsec", "GOCSPX", "npm", "dckr", "pypi", "rubygems",
		"ant", "proj", "svcacct", "admin", "or", "sk", "hf", "gsk", "r8", "ntn", "sbp", "figd", "glsa", "glc", "api", "sntrys", "sntryu", "v1",
		"shpat", "shpca", "shppa", "shpss", "tkn", "pw", "oauth", "NRAK", "KEY", "key":
		return true
	}
	return strings.HasPrefix(word, "sq0")
}

// isRandom reports whether a word is none of a language: it has digits, or capitals
// inside, or the end of base64.
func isRandom(word string) bool {
	capitals := 0
	for i, r := range word {
		switch {
		case r >= '0' && r <= '9', r == '=', r == '+', r == '/':
			return true
		case i > 0 && r >= 'A' && r <= 'Z':
			capitals++
		}
	}
	return capitals > 1 && strings.ToUpper(word) != word
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

var bare = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[^\s"'` + "`" + `/:@,=()\[\]{}$]+:[^\s"'` + "`" + `@]+@[\w.-]*\w`)
})

// bareUserInfo finds user:password@host without a scheme, which is no image
// with a digest.
func bareUserInfo(text string, found []span) []span {
	for _, m := range bare().FindAllStringIndex(text, -1) {
		whole := text[m[0]:m[1]]
		at := strings.LastIndexByte(whole, '@')
		_, behind, _ := strings.Cut(whole[:at], ":")
		port, _, path := strings.Cut(behind, "/")
		if strings.HasSuffix(text[:m[0]], "${") && strings.HasPrefix(behind, "-") && !strings.ContainsAny(behind, "}:") {
			continue // ${CONTACT:-security@example.com} has an address by default, ${DSN:-shop:hunter2@db} a login
		}
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

var placeholder = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:\$\([^)]*\)|\$\{[^}]*\}|\{\{.*?\}\}|<[^>]*>|\*+|[:%]|\$\w+)+$`)
})

// isPlaceholder reports whether a text is filled in later, or left out already.
func isPlaceholder(text string) bool { return text == "" || placeholder().MatchString(text) }

func isNumber(text string) bool {
	for _, r := range text {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

var (
	assigned = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`([A-Za-z][\w.-]*)(?:=|[ \t]+=[ \t]+)("[^"]*"|'[^']*'|[^\s&;,"'` + "`" + `)\]}]+)`)
	})
	field = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`([A-Za-z][\w.-]*)["']?\s*:\s+(.)`) })
	value = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s,}\]][^,}\]]*)`)
	})
	pair = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\bname["']?\s*:\s*["']?([A-Za-z][\w.-]*)["']?\s*,\s*["']?value["']?\s*:\s*(.)`)
	})
	argument = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`--?([A-Za-z][\w-]*)["']?(?:\s*,\s*|\s+)(.)`) })
)

var (
	// directive is a line of a configuration that is words: of Redis, netrc, nginx.
	directive = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:^\s*(?:requirepass|masterauth)|\blogin\s+\S+\s+password|\bset\s+\$\w*(?:token|password|secret|api_?key))\s+("[^"]*"|'[^']*'|[^\s;]+)`)
	})
	// said is what a comment says of a secret.
	said = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(?:password|passwd|token|secret|key)s?\b\W{0,3}(?:(?:is|was|old|new)\b\W{0,3}){0,2}([\w+/=!$%&*^~.-]{8,})`)
	})
)

// assignments finds what is assigned to a name that says it holds a secret.
func assignments(text string, yaml bool, found []span) []span {
	for at := 0; ; {
		m := assigned().FindStringSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		for i := range m {
			m[i] += at
		}
		v := text[m[4]:m[5]]
		if at = m[5]; strings.Contains(v, "=") && !isSecretName(text[m[2]:m[3]]) {
			at = m[4] // --set=auth.password=…
		}
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
	for _, m := range directive().FindAllStringSubmatchIndex(text, -1) {
		if !isHarmless(strings.Trim(text[m[2]:m[3]], `"'`)) {
			found = append(found, span{m[2], m[3]})
		}
	}
	if _, comment, ok := strings.Cut(text, "#"); ok {
		for _, m := range said().FindAllStringSubmatchIndex(comment, -1) {
			if v := comment[m[2]:m[3]]; isRandom(v) && strings.ToLower(v) != v && strings.ToUpper(v) != v {
				at := len(text) - len(comment)
				found = append(found, span{at + m[2], at + m[3]})
			}
		}
	}
	for _, shape := range []*regexp.Regexp{field(), pair(), argument()} {
		for from := 0; from < len(text); {
			m := shape.FindStringSubmatchIndex(text[from:])
			if m == nil {
				break
			}
			name, start := text[from+m[2]:from+m[3]], from+m[4]
			if isSecretName(name) {
				v := value().FindString(text[start:])
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

// privateKey is one in PEM, whose lines may have become spaces or escapes.
// https://www.rfc-editor.org/rfc/rfc7468
var privateKey = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(.+?)(?:-----END|$)`)
})

// keysIn returns the lines of private keys in a text.
func keysIn(text string) (lines []string) {
	if !strings.Contains(text, " PRIVATE KEY") {
		return nil
	}
	for _, m := range privateKey().FindAllStringSubmatch(text, -1) {
		lines = append(lines, strings.Fields(strings.NewReplacer(`\n`, "\n", `\r`, "\n").Replace(m[1]))...)
	}
	return lines
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
	for _, w := range [...]string{"pass", "pwd", "token", "key", "secret", "dsn", "auth", "connection", "cred", "_pw", "-pw", "_pat", "-pat", "psk", "salt"} {
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
	for _, end := range [...]string{"password", "passwords", "passwd", "passphrase", "passwort", "pwd"} {
		if strings.HasSuffix(last, end) { // rootpassword, PGPASSWORD
			return true
		}
	}
	switch last {
	case "token", "apikey", "secretkey", "accesskey", "privatekey", "authkey", "dsn",
		"authtoken", "accesstoken", "refreshtoken", "clientsecret", "requirepass", "masterauth":
		return true
	case "creds":
		return strings.ToUpper(name) == name
	case "pat", "pw", "psk":
		return len(ws) > 1 && strings.ToUpper(name) == name // GITHUB_PAT, DB_PW
	case "salt":
		return len(ws) > 1
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
		case "api", "access", "private", "routing", "integration", "account", "auth", "encryption", "signing", "master", "shared", "storage", "license", "jwt", "hmac", "session", "cookie":
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
