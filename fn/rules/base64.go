package rules

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

const secretDocs = "https://kubernetes.io/docs/concepts/configuration/secret/"

// base64Rules judge how the values of Secrets are encoded. What they say never
// holds anything of a value.
var base64Rules = []*Rule{dataNotBase64, dataEncodedTwice, dataTrailingNewline, dataAndStringData}

// secretValue is one value under data or stringData of a Secret.
type secretValue struct {
	secret *inventory.Object
	field  string
	key    string
	node   *yaml.Node
	text   string // as written
	plain  []byte // decoded, for data; the text itself for stringData
	err    error  // of decoding
}

// eachSecretValue calls f for every value of the Secrets of a build that is
// written out in it. The value is another one after f returns: there may be many,
// and they are decoded anew each time.
func (b *Build) eachSecretValue(f func(*secretValue)) {
	var v secretValue
	for _, o := range b.Inventory.OfKind(inventory.GroupKind{Kind: "Secret"}) {
		if o.Local || o.Node == nil || o.Get("sops") != nil {
			continue
		}
		for _, field := range [...]string{"data", "stringData"} {
			for k, n := range yamlnode.Fields(o.Get(field)) {
				text := yamlnode.String(n)
				if text == "" || field == "data" && isFilledLater(text) || strings.HasPrefix(text, "ENC[") {
					continue
				}
				v = secretValue{secret: o, field: field, key: k.Value, node: n, text: text, plain: v.plain[:0]}
				if field == "data" {
					v.plain, v.err = base64.StdEncoding.AppendDecode(v.plain, []byte(strings.TrimSpace(text)))
				} else {
					v.plain = append(v.plain, text...)
				}
				f(&v)
			}
		}
	}
}

// isFilledLater reports whether text under data is a placeholder. Unlike in
// names, a single $ or % is none: passwords have them.
func isFilledLater(text string) bool {
	for _, mark := range [...]string{"${", "$(", "{{", "<", "__"} {
		if strings.Contains(text, mark) {
			return true
		}
	}
	if name, ok := strings.CutPrefix(text, "$"); ok && (strings.Contains(name, "_") || strings.ToUpper(name) == name) && isIdentifier(name) {
		return true // of envsubst
	}
	return strings.Count(text, "%") > 1 || strings.Contains(text, "_") && strings.ToUpper(text) == text
}

// isIdentifier reports whether text is a name that a variable of a shell can have.
func isIdentifier(text string) bool {
	for i := range len(text) {
		if c := text[i]; c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return text != ""
}

var dataNotBase64 = &Rule{
	Name:     "data-not-base64",
	Severity: finding.Error,
	URL:      secretDocs + "#restriction-names-data",
	Doc: "A value under data of a Secret is not base64. " +
		"The API server refuses the Secret, or the container gets bytes that nobody meant: a plain word such as a user name is often valid base64 by chance. " +
		"Plain text belongs under stringData. Placeholders and encrypted values are left alone; what is to be replaced by its looks is a warning.",
	Run: func(p *Pass) error {
		p.eachSecretValue(func(v *secretValue) {
			if v.field != "data" || strings.Contains(v.key, "$") && reference.IsTemplate(v.key) {
				return // what fills the key in fills the value in too
			}
			help := Help("write the plain value under stringData, or encode it with: printf %%s VALUE | base64 -w0")
			switch {
			case yamlTypes[v.node.Tag] != "":
				p.Report(v.secret, v.node, fmt.Sprintf("data key %q is %s, not base64 text", v.key, yamlTypes[v.node.Tag]), help)
			case v.err != nil:
				if apischema.IsSecretReference(v.text) {
					return
				}
				severity := finding.Error
				word, _ := findPlaceholder(v.text)
				blank := word != "" || isMasked(v.text) || toBeSecret().MatchString(strings.ToUpper(strings.TrimSpace(v.text)))
				if blank || isSentence(v.text) || isAbridged(v.text) || isWordInCapitals(v.text) {
					severity = finding.Warning // somebody is to put a value in
				}
				p.Report(v.secret, v.node, fmt.Sprintf("data key %q is not base64", v.key), help, AtMost(severity), func(f *finding.Finding) { f.ToFillIn = blank })
			case isPlainWord(v.text) && !utf8.Valid(v.plain):
				severity := finding.Error
				if !p.feedsEnvironment(v.secret, v.key) && !isCredentialKey(v.key) {
					if len(v.text) < 8 {
						return
					}
					severity = finding.Warning
				}
				p.Report(v.secret, v.node, fmt.Sprintf("data key %q looks like plain text: it is valid base64 only by chance", v.key), help, AtMost(severity))
			}
		})
		return nil
	},
}

// isMasked reports whether text is asterisks in place of what is secret.
func isMasked(text string) bool {
	return strings.Contains(text, "***") && strings.Trim(text, `"'* `) == ""
}

// isSentence reports whether text is a sentence about a value, such as the base64 of your
// certificate, or says how the value is to be written, as base64 encoded key does, and is
// not a value.
func isSentence(text string) bool {
	words := strings.Fields(text)
	says := slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, "base64") || strings.EqualFold(w, "encoded") })
	return (len(words) > 3 || len(words) > 1 && says) && !slices.ContainsFunc(words, func(w string) bool { return len(w) > 20 })
}

// isAbridged reports whether a part of a value has been left out, or been masked.
func isAbridged(text string) bool {
	return strings.Contains(text, "...") || strings.Contains(text, "***")
}

// isWordInCapitals reports whether text is a word such as EXAMPLE, which stands for a value.
func isWordInCapitals(text string) bool {
	return len(text) > 4 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// yamlTypes are the tags of scalars that Kubernetes does not take for text.
var yamlTypes = map[string]string{"!!int": "an integer", "!!float": "a number", "!!bool": "a boolean", "!!timestamp": "a timestamp"}

// isPlainWord reports whether text has none of the capitals that base64 of
// arbitrary bytes nearly always has.
func isPlainWord(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < 'a' || c > 'z' {
			if (c < '0' || c > '9') && c != '/' && c != '+' {
				return false
			}
		}
	}
	return len(text) >= 4
}

var dataEncodedTwice = &Rule{
	Name:     "data-encoded-twice",
	Severity: finding.Error,
	Advises:  true,
	URL:      secretDocs,
	Doc: "A value of a Secret is base64-encoded twice. " +
		"Kubernetes decodes once, so the container gets the inner base64 instead of the value; under stringData, where Kubernetes encodes by itself, once is already too often. " +
		"Only values whose innermost text is readable are reported: random keys that are meant to be base64 are left alone, and so are single words that happen to decode. " +
		"It is a warning for tokens and the like, for which any text will do.",
	Run: func(p *Pass) error {
		p.eachSecretValue(func(v *secretValue) {
			if v.err != nil || !isEncodedText(string(v.plain)) || keepsBase64(v.key) || isCipherKey(v.key, string(v.plain)) {
				return
			}
			message := fmt.Sprintf("data key %q is encoded twice", v.key)
			if v.field == "stringData" {
				message = fmt.Sprintf("stringData key %q is base64 already, and Kubernetes encodes it again", v.key)
			}
			opts := []Option{Help("encode data once; stringData takes the plain value")}
			if isOpaque(v.key) {
				if v.field == "stringData" && isKeyOfAES(v.plain) {
					return // which programs take in base64
				}
				opts = append(opts, AtMost(finding.Warning))
			}
			p.Report(v.secret, v.node, message, opts...)
		})
		return nil
	},
}

// isEncodedText reports whether s is base64 of readable text, and too long or
// too clearly padded for chance.
func isEncodedText(s string) bool {
	s = strings.TrimRight(s, "\n")
	if len(s) < 4 || len(s)%4 != 0 || strings.ContainsAny(s, "\n ") || strings.HasPrefix(s, "eyJ") { // a JSON Web Token's part
		return false
	}
	inner, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || !utf8.Valid(inner) {
		return false
	}
	for _, r := range string(inner) {
		if !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
	}
	padded := strings.HasSuffix(s, "=")
	return padded || len(s) >= 16 || len(s) >= 12 && strings.ToLower(s) != s
}

// isKeyOfAES reports whether base64 holds as many bytes as keys of AES have.
func isKeyOfAES(text []byte) bool {
	inner, err := base64.StdEncoding.AppendDecode(nil, bytes.TrimSpace(text))
	switch len(bytes.TrimRight(inner, "\n")) {
	case 16, 24, 32:
		return err == nil
	}
	return false
}

// isOpaque reports whether a key says that its value is any text that both sides
// know, which may well have been made with base64.
func isOpaque(key string) bool {
	key = strings.TrimRightFunc(strings.ToLower(key), func(r rune) bool { return !unicode.IsLetter(r) })
	return slices.ContainsFunc([]string{"secret", "token", "key", "salt", "cookie", "seed"}, func(word string) bool { return strings.HasSuffix(key, word) })
}

// isCipherKey reports whether a value is the key of a cipher, as its length says: programs
// take those in base64.
func isCipherKey(key, text string) bool {
	lower := strings.ToLower(key)
	if !strings.HasSuffix(lower, "key") || !strings.Contains(lower, "crypt") && !strings.Contains(lower, "cipher") && !strings.Contains(lower, "fernet") && !strings.Contains(lower, "aes") {
		return false
	}
	inner, err := base64.StdEncoding.DecodeString(strings.TrimRight(text, "\n"))
	return err == nil && (len(inner) == 16 || len(inner) == 24 || len(inner) == 32)
}

// keepsBase64 reports whether values of the key are commonly base64 for the
// program that reads them, as 1Password Connect wants its credentials:
// https://developer.1password.com/docs/k8s/operator/
func keepsBase64(key string) bool {
	lower := strings.ToLower(key)
	for _, part := range [...]string{"base64", "b64", "_enc", "encoded", "basic", "authorization", "1password-credentials", "cabundle", "ca-bundle", "ca_bundle"} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return false
}

var dataTrailingNewline = &Rule{
	Name:     "data-trailing-newline",
	Severity: finding.Error,
	URL:      secretDocs,
	Doc: "A single-line value of a Secret ends in a newline. " +
		"It is what `echo value | base64` gives, and makes passwords, users and URLs wrong where they are read from the environment. " +
		"Where nothing in the build reads the value as an environment variable it is a warning for passwords and the like, and a note for others, as for numbers. PEM, keys, files and other multi-line values are left alone.",
	Run: func(p *Pass) error {
		p.eachSecretValue(func(v *secretValue) {
			if v.err != nil || !hasStrayNewline(v) {
				return
			}
			var opts []Option
			if !p.feedsEnvironment(v.secret, v.key) {
				if v.field == "stringData" {
					return // a block scalar for a file
				}
				severity := finding.Note // its reader may take the line, or nobody reads it
				if isCredentialKey(v.key) {
					severity = finding.Warning
				}
				opts = append(opts, AtMost(severity))
			}
			if isProse(v) {
				opts = append(opts, AtMost(finding.Warning))
			}
			if isNumber(strings.TrimSpace(string(v.plain))) {
				opts = append(opts, AtMost(finding.Note)) // most programs read a number without what is around it
			}
			help := Help("encode without the newline: printf %%s VALUE | base64 -w0")
			if v.field == "stringData" {
				help = Help("write the value on the line of its key, or with |- instead of |")
			}
			p.Report(v.secret, v.node, fmt.Sprintf("%s key %q ends in a newline", v.field, v.key), append(opts, help)...)
		})
		return nil
	},
}

func hasStrayNewline(v *secretValue) bool {
	text := string(v.plain)
	line := strings.TrimRight(text, "\r\n")
	switch typ := yamlnode.GetString(v.secret.Node, "type"); {
	case typ != "" && typ != "Opaque" && typ != "kubernetes.io/basic-auth":
		return false
	case line == text || line == "" || !utf8.ValidString(text) || strings.ContainsAny(line, "\n"):
		return false
	case strings.HasPrefix(line, "-----") || strings.HasPrefix(line, "ssh-") || strings.HasPrefix(line, "ecdsa-") || strings.HasPrefix(line, "{") || strings.HasPrefix(line, "["):
		return false
	case strings.Contains(line, ":$") || strings.Contains(line, ":{"): // htpasswd
		return false
	case strings.Contains(v.key, "."), v.key == "auth", v.key == "known_hosts", v.key == "authorized_keys", strings.HasPrefix(v.key, "id_"):
		return false
	}
	return true
}

// isProse reports whether a value is a command or a sentence, which does not
// mind a newline.
func isProse(v *secretValue) bool {
	lower := strings.ToLower(v.key)
	for _, ending := range [...]string{"cmd", "command", "script", "args", "opts", "options"} {
		if strings.HasSuffix(lower, ending) {
			return true
		}
	}
	return strings.Contains(string(v.plain), " ") && !isCredentialKey(v.key)
}

var dataAndStringData = &Rule{
	Name:     "data-and-stringdata",
	Severity: finding.Error,
	URL:      secretDocs + "#restriction-names-data",
	Doc: "A Secret has the same key under data and under stringData. " +
		"stringData wins silently: whatever is edited under data never reaches a container. It is a warning where both say the same.",
	Run: func(p *Pass) error {
		plain := map[*inventory.Object]map[string]string{}
		p.eachSecretValue(func(v *secretValue) {
			if v.field == "data" {
				if plain[v.secret] == nil {
					plain[v.secret] = map[string]string{}
				}
				plain[v.secret][v.key] = string(v.plain)
				return
			}
			other, both := plain[v.secret][v.key]
			if !both {
				return
			}
			var opts []Option
			message := fmt.Sprintf("key %q is under data too, with another value: the one under stringData wins", v.key)
			if other == v.text {
				message = fmt.Sprintf("key %q is under data too", v.key)
				opts = append(opts, AtMost(finding.Warning))
			}
			p.Report(v.secret, v.node, message, append(opts, Help("keep one of the two"))...)
		})
		return nil
	},
}

// feedsEnvironment reports whether a container of the build gets the key of a
// Secret as an environment variable.
func (b *Build) feedsEnvironment(secret *inventory.Object, key string) bool {
	keys := envSecrets.Of(b)[secret]
	return keys[""] || keys[key]
}

// envSecrets are the keys of Secrets that containers get as environment
// variables; "" stands for all.
var envSecrets = NewFact(func(b *Build) map[*inventory.Object]map[string]bool {
	m := map[*inventory.Object]map[string]bool{}
	for _, r := range b.refs.To(inventory.GroupKind{Kind: "Secret"}) {
		if r.Pod == nil || !strings.HasPrefix(r.Row.Path, "container.env") {
			continue
		}
		target := b.resolve(r).Target
		if target == nil {
			continue
		}
		if m[target] == nil {
			m[target] = map[string]bool{}
		}
		if len(r.Keys) == 0 {
			m[target][""] = true // envFrom: all of them
		}
		for _, k := range r.Keys {
			m[target][k.Name] = true
		}
	}
	return m
})

// isCredentialKey reports whether a key names something short that people type.
func isCredentialKey(key string) bool {
	lower := strings.ToLower(key)
	for _, part := range [...]string{"user", "pass", "pwd", "host", "name", "url", "uri", "database", "db", "port"} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return false
}
