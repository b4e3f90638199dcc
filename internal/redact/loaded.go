package redact

import (
	_ "embed"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// loaded is what is known when texts are printed.
type loaded struct {
	matcher *matcher
	// unsafe makes names visible that have control characters in them.
	unsafe *strings.Replacer

	read   []*yaml.Node
	names  []string
	public func() map[string]bool
}

func load(s *Secrets) *loaded {
	c := &collector{files: s.files, targets: map[string]string{}, secrets: map[string]bool{}}
	for _, n := range s.nodes {
		c.read = append(c.read, n)
		c.document(n, "")
	}
	for _, name := range s.order {
		c.file(strings.TrimSuffix(name, "\x00"), s.files[name])
	}
	l := &loaded{read: c.read, names: append(append([]string(nil), s.names...), s.order...)}
	l.public = sync.OnceValue(l.publicWords)
	if len(c.secrets) > 0 {
		var patterns []pattern
		innocent := l.innocent(c.secrets)
		for value := range c.secrets {
			if !innocent[value] {
				patterns = append(patterns, forms(value)...)
			}
		}
		l.matcher = newMatcher(patterns)
	}
	l.unsafe = l.controls()
	return l
}

// find returns the parts of a text that are known to be secret.
func (l *loaded) find(text string) []span {
	return l.matcher.find(text)
}

func (l *loaded) maskSecrets(text string) string {
	if spans := l.matcher.find(text); spans != nil {
		text, _ = cut(text, spans, 0)
	}
	return text
}

// mask is maskSecrets that also makes names visible.
func (l *loaded) mask(text string) string {
	text = l.maskSecrets(text)
	if l.unsafe != nil {
		text = l.unsafe.Replace(text)
	}
	return text
}

// innocent are the values that are no secret because the build says them in
// public too, or because they are ordinary words.
func (l *loaded) innocent(secrets map[string]bool) map[string]bool {
	innocent := map[string]bool{}
	weak := false
	for value := range secrets {
		if !isWeak(value) {
			continue
		}
		weak = true
		if vocabulary()[value] {
			innocent[value] = true
		}
	}
	l.say(func(text string) {
		if secrets[text] {
			innocent[text] = true
		}
		if weak {
			for _, w := range tokens(text) {
				if secrets[w] && isWeak(w) {
					innocent[w] = true
				}
			}
		}
	})
	return innocent
}

// say calls f with everything that the build says in public: names, kinds,
// keys, images, paths.
func (l *loaded) say(f func(string)) {
	for _, name := range l.names {
		f(name)
	}
	w := walk{say: f}
	for _, n := range l.read {
		w.document(n)
	}
}

// walk goes through the public part of documents.
type walk struct {
	say            func(string)
	level, visited int
}

func (w *walk) document(n *yaml.Node) { w.node(n, "") }

func (w *walk) node(n *yaml.Node, key string) {
	n = resolve(n)
	w.level++
	w.visited++
	defer func() { w.level-- }()
	if n == nil || w.level > maxLevel || w.visited > maxVisited {
		return
	}
	switch n.Kind {
	case yaml.ScalarNode:
		if isPublicKey(key) && !strings.Contains(n.Value, "://") {
			w.say(n.Value)
		}
	case yaml.SequenceNode:
		for _, e := range n.Content {
			w.node(e, key)
		}
	case yaml.MappingNode:
		secret := isSecretKind(strings.ToLower(yamlnode.GetString(n, "kind"))) || yamlnode.Get(n, "stringData") != nil
		for k, v := range yamlnode.Fields(n) {
			if r := resolve(v); !yamlnode.IsNull(r) {
				w.say(k.Value)
			}
			switch {
			case secret && (k.Value == "data" || k.Value == "stringData"):
				for k, v := range yamlnode.Fields(resolve(v)) {
					if v = resolve(v); !yamlnode.IsNull(v) && (v.Kind != yaml.ScalarNode || v.Value != "") {
						w.say(k.Value) // otherwise it may be a value without its key
					}
				}
			case secret && k.Value != "metadata" && k.Value != "kind" && k.Value != "apiVersion" && k.Value != "type":
			case k.Value == "labels", k.Value == "matchLabels", k.Value == "commonLabels":
				for k, v := range yamlnode.Fields(resolve(v)) {
					w.say(k.Value)
					w.node(v, "name")
				}
			case k.Value == "literals", k.Value == "annotations":
				for _, e := range elements(v) {
					key, _, ok := strings.Cut(e, "=")
					if ok {
						w.say(key)
					}
				}
			default:
				w.node(v, k.Value)
			}
		}
	}
}

// isPublicKey reports whether what stands under a key is a name, or says where
// something is.
func isPublicKey(key string) bool {
	switch key {
	case "name", "kind", "namespace", "apiVersion", "image", "newName", "newTag", "host", "hosts", "path", "key", "type", "engine", "app",
		"resources", "bases", "components", "transformers", "generators", "validators", "configurations", "crds", "files", "envs", "env",
		"patchesStrategicMerge", "namePrefix", "nameSuffix", "fieldPath", "fieldPaths", "group", "version", "protocol",
		"serviceName", "service", "secret", "secretName", "configMapName", "claimName", "storageClassName", "serviceAccountName", "ingressClassName", "metadata.name":
		return true
	}
	return strings.HasSuffix(key, "Name") && key != "userName" || strings.HasSuffix(key, "Ref")
}

// publicWords are the words of all that is public.
func (l *loaded) publicWords() map[string]bool {
	words := map[string]bool{}
	l.say(func(text string) {
		if len(text) > 1024 {
			return
		}
		for _, w := range tokens(text) {
			words[w] = true
		}
	})
	return words
}

// controls makes a replacer of names that have control characters in them, for
// texts whose ends of lines are kept. It is nil if there are none.
func (l *loaded) controls() *strings.Replacer {
	var pairs []string
	seen := map[string]bool{}
	l.say(func(text string) {
		text = strings.TrimSuffix(text, "\x00")
		if strings.ContainsAny(text, "\n\r") && len(text) < 1024 && !seen[text] && strings.TrimSpace(text) != "" {
			seen[text] = true
			pairs = append(pairs, text, Escape(text))
		}
	})
	if pairs == nil {
		return nil
	}
	return strings.NewReplacer(pairs...)
}

// tokens are the words of a text: letters, digits and underscores.
func tokens(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !isWordRune(r) })
}

//go:embed words.txt
var wordList string

// vocabulary are the words of error messages, in lower case.
var vocabulary = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq(wordList) {
		all[w] = true
	}
	return all
})

var apiVersion = regexp.MustCompile(`^v\d+(?:(?:alpha|beta)\d+)?$`)

// isOrdinary reports whether a word of an error cannot be a value.
func isOrdinary(word, before string, public map[string]bool) bool {
	if len(word) < 2 || public[word] || apiVersion.MatchString(word) || vocabulary()[strings.ToLower(word)] {
		return true
	}
	if strings.IndexFunc(word, func(r rune) bool { return !unicode.IsDigit(r) }) < 0 {
		return len(word) < 4 || before == "line" || before == "column" || before == "offset"
	}
	return false
}

func unescape(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}
