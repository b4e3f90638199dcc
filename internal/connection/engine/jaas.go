package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
)

// jaasForm is what a configuration of a login module is called.
const jaasForm = "JAAS configuration"

const jaasURL = "https://kafka.apache.org/documentation/#security_sasl_jaasconfig"

// loginModules are those that Kafka's clients and brokers know, with the SASL
// mechanisms that they are for:
// https://kafka.apache.org/documentation/#security_sasl_config
var loginModules = map[string][]string{
	"org.apache.kafka.common.security.plain.PlainLoginModule":             {"PLAIN"},
	"org.apache.kafka.common.security.scram.ScramLoginModule":             {"SCRAM-SHA-256", "SCRAM-SHA-512"},
	"org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule": {"OAUTHBEARER"},
	"com.sun.security.auth.module.Krb5LoginModule":                        {"GSSAPI"},
	"software.amazon.msk.auth.iam.IAMLoginModule":                         {"AWS_MSK_IAM"},
}

// jaasFlags: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/javax/security/auth/login/Configuration.html
var jaasFlags = []string{"required", "requisite", "sufficient", "optional"}

// ReadJAAS reads the login modules in a text: sasl.jaas.config in a variable or a
// file of properties, and files of such modules.
func ReadJAAS(name, text string, whole bool) []*Typed {
	var found []*Typed
	for i := 0; ; {
		j := strings.Index(text[i:], "LoginModule")
		if j < 0 {
			return found
		}
		end := i + j + len("LoginModule")
		i = end
		start := end
		for start > 0 && end-start < 200 && (isSchemeByte(text[start-1]) || text[start-1] == '$') {
			start--
		}
		if t := readJAAS(name, text, start, end, whole); t != nil {
			found = append(found, t)
			i = max(i, t.End)
		}
	}
}

func readJAAS(name, text string, start, end int, whole bool) *Typed {
	module := text[start:end]
	if !strings.Contains(module, ".") || end < len(text) && !isBlank(text[end]) && text[end] != '\\' {
		return nil
	}
	from := max(0, start-maxString)
	before := text[from:start]
	lead := before[strings.LastIndexByte(before, '\n')+1:]
	// The entry of a property ends with its line, that of a file with a semicolon.
	property := strings.Contains(lead, "jaas.config") || strings.Contains(lead, "JAAS_CONFIG")
	alone := whole && from == 0 && strings.TrimSpace(before) == "" && (strings.Contains(strings.ToLower(strings.ReplaceAll(name, "_", ".")), "jaas") || strings.HasPrefix(module, "org.apache.kafka."))
	if !property && !alone {
		if !strings.Contains(before, "{") || strings.TrimSpace(lead) != "" {
			return nil
		}
	}
	stop := min(len(text), end+maxString)
	if property {
		stop = logicalLine(text[:stop], end)
	}
	e, _ := Lookup("kafka")
	t := &Typed{Engine: e, Form: jaasForm, Start: start, End: end}
	fault := func(sure bool, what, help string) {
		t.Faults = append(t.Faults, Fault{Part: "syntax", Sure: sure, Text: what, Help: help})
	}
	t.judgeModule(module)
	body := text[end:stop]
	body = unescapeQuotes(body)
	if HasPlaceholder(body) {
		return t
	}
	words := jaasWords(body, end)
	t.End = words.end
	switch {
	case len(words.list) == 0:
		return t
	case !slices.Contains(jaasFlags, strings.ToLower(words.list[0].text)):
		fault(true, "has no flag behind its login module, and Kafka refuses it", "the form is module required username=\"…\" password=\"…\"; "+jaasURL)
		return t
	case words.open:
		fault(true, "has a double quote that is not closed", "write \\\" for a quote inside of a value")
		return t
	}
	var keys []string
	for i := 1; i < len(words.list); i++ {
		w := &words.list[i]
		if i+1 >= len(words.list) || words.list[i+1].text != "=" || words.list[i+1].quote != 0 {
			fault(true, "has a word without a value, and Kafka refuses it: a value with other characters than letters, digits, _ and - stands in double quotes", jaasURL)
			return t
		}
		if i+2 >= len(words.list) {
			fault(true, "has an option without a value, and Kafka refuses it", jaasURL)
			return t
		}
		v := &words.list[i+2]
		keys = append(keys, w.text)
		part := KeywordPart("")
		switch w.text {
		case "username":
			part = UserPart
		case "password":
			part, t.HasPassword = PasswordPart, true
		}
		if part != "" {
			t.pairs = append(t.pairs, keywordPair{key: string(part), value: v.text, start: v.start, end: v.end, quote: v.quote})
			if v.quote == 0 && v.text != "" && !strings.ContainsFunc(v.text, isReference) && (v.text[0] >= '0' && v.text[0] <= '9') {
				fault(true, fmt.Sprintf("has a %s that begins with a digit and has no quotes, which Kafka reads as a number and refuses", part), "write it in double quotes")
			}
		}
		i += 2
	}
	if !words.closed {
		fault(true, "does not end in a semicolon, and Kafka refuses it", "put a ; behind the last option: "+jaasURL)
	}
	if mechanisms := loginModules[module]; slices.Contains(mechanisms, "PLAIN") && len(t.pairs) == 1 && !slices.Contains(keys, "serviceName") {
		fault(false, "has a user name or a password, and not both", jaasURL)
	}
	return t
}

// unescapeQuotes takes the backslashes off quotes that are escaped as JSON or
// properties want it, and keeps the length.
func unescapeQuotes(text string) string {
	if first := strings.IndexByte(text, '"'); first < 1 || text[first-1] != '\\' {
		return text
	}
	b := []byte(text)
	opening := true
	for i := 0; i+1 < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		if b[i+1] == '"' {
			if b[i], b[i+1] = ' ', '"'; !opening {
				b[i], b[i+1] = '"', ' '
			}
			opening = !opening
		}
		i++
	}
	return string(b)
}

// judgeModule judges the class of a login module.
func (t *Typed) judgeModule(module string) {
	if loginModules[module] != nil {
		return
	}
	class := module[strings.LastIndexByte(module, '.')+1:]
	for known := range loginModules {
		if strings.HasSuffix(known, "."+class) && strings.HasPrefix(module, "org.apache.kafka.") || suggest.Distance(module, known) <= 2 {
			t.Faults = append(t.Faults, Fault{Part: "scheme", Sure: true, Text: "names a login module that does not exist", Suggestion: known, Help: jaasURL})
			return
		}
	}
}

// Mechanism returns what is wrong with a SASL mechanism beside a login module.
func (t *Typed) Mechanism(text, mechanism string) *Fault {
	if t.Form != jaasForm || mechanism == "" || HasPlaceholder(mechanism) {
		return nil
	}
	module, _, _ := strings.Cut(text[t.Start:], " ")
	wants := loginModules[strings.TrimSpace(module)]
	if wants == nil || slices.Contains(wants, mechanism) {
		return nil
	}
	return &Fault{
		Part: "scheme", Sure: true, Text: fmt.Sprintf("has a login module for %s, and the mechanism beside it is another", strings.Join(wants, " and ")),
		Help: "the module for each mechanism: https://kafka.apache.org/documentation/#security_sasl_config",
	}
}

// logicalLine is where a line of properties ends: a backslash continues it.
func logicalLine(text string, i int) int {
	for i < len(text) {
		j := strings.IndexByte(text[i:], '\n')
		if j < 0 {
			return len(text)
		}
		i += j
		if !strings.HasSuffix(strings.TrimRight(text[:i], "\r"), `\`) {
			return i
		}
		i++
	}
	return i
}

type jaasWord struct {
	text       string
	start, end int
	quote      byte
}

type jaasEntry struct {
	list         []jaasWord
	end          int
	closed, open bool
}

// jaasWords reads the words of an entry as Kafka's parser does, up to its
// semicolon: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/io/StreamTokenizer.html
func jaasWords(text string, base int) jaasEntry {
	var e jaasEntry
	for i := 0; i < len(text) && len(e.list) < 3*maxKeywords; {
		c := text[i]
		switch {
		case isBlank(c) || c == '\\':
			i++
		case c == ';':
			e.closed, e.end = true, base+i+1
			return e
		case c == '}':
			e.end = base + i
			return e
		case c == '"' || c == '\'':
			w := jaasWord{start: base + i + 1, quote: c}
			var b strings.Builder
			for i++; i < len(text) && text[i] != c; i++ {
				letter := text[i]
				if letter == '\\' && i+1 < len(text) {
					i++
					letter = text[i]
					if at := strings.IndexByte("nrt", letter); at >= 0 {
						letter = "\n\r\t"[at]
					}
				}
				b.WriteByte(letter)
			}
			if i >= len(text) {
				e.open, e.end = true, base+len(text)
				return e
			}
			w.text, w.end = b.String(), base+i
			e.list = append(e.list, w)
			i++
		case isWordByte(c):
			start := i
			for i < len(text) && isWordByte(text[i]) {
				i++
			}
			e.list = append(e.list, jaasWord{text: text[start:i], start: base + start, end: base + i})
		default:
			e.list = append(e.list, jaasWord{text: text[i : i+1], start: base + i, end: base + i + 1})
			i++
		}
	}
	e.end = base + len(text)
	return e
}

func isWordByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' || c == '$' || c >= 0x80
}
