package redact

import (
	"bytes"
	"errors"
	"hash/maphash"
	"io"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/host"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// collector finds the secrets in documents. Each is read once: what it says of
// a file holds for the file whether it has been read or is read later.
type collector struct {
	dir string // of the file that is read
	// files are the texts of the files that have been read, by path. A path may
	// have had several.
	files map[string][][]byte
	// targets are the kinds that patches in files go to, in lower case.
	targets map[string][]string
	// uses are what generators make of files.
	uses map[string][]func(text string)

	secrets map[string]bool
	fresh   []string             // secrets, since they were last looked at
	read    func(doc *yaml.Node) // is told of every document, for what it says in public
	depth   int                  // of texts in texts
	source  []string             // lines of the document that is read, if they matter
	// public are the long texts that were read outside of others: overlays share them,
	// and a tree that is checked again has the same ones.
	public map[uint64]struct{}
	seed   maphash.Seed
	// template is how many templates of a Secret the walk is in, or noTemplate in
	// kinds that make none.
	template int
	// level is how deep the walk is, visited how many nodes it has seen: both
	// have bounds, because documents may be made to have none.
	level, visited int
}

const (
	noTemplate = -1 << 20

	maxLevel   = 1000
	maxVisited = 20_000_000
)

// enter reports whether the walk may go one level down.
func (c *collector) enter() bool {
	c.level++
	c.visited++
	return c.level < maxLevel && c.visited < maxVisited
}

func (c *collector) leave() { c.level-- }

// file reads a file of any kind.
func (c *collector) file(name string, text []byte) {
	if c.targets[name] == nil {
		c.patch(name, text, "")
	}
	for i := 0; i < len(c.targets[name]); i++ { // it may name itself
		c.patch(name, text, c.targets[name][i])
	}
	for _, use := range c.uses[name] {
		use(string(text))
	}
	c.files[name] = append(c.files[name], text)
}

// patch reads a file, target being the kind it is for if it does not say.
func (c *collector) patch(name string, text []byte, target string) {
	defer func(dir string) { c.dir = dir }(c.dir)
	c.dir = filepath.Dir(name)
	c.stream(string(text), target)
}

// target keeps the kind that a patch in a file goes to.
func (c *collector) target(name, kind string) {
	known := c.targets[name]
	if slices.Contains(known, kind) || known == nil && kind == "" {
		return
	}
	c.targets[name] = append(known, kind)
	for _, text := range c.files[name] {
		c.patch(name, text, kind)
	}
}

// use calls f with the text of a file: now if it has been read, and whenever it
// is.
func (c *collector) use(name string, f func(text string)) {
	c.uses[name] = append(c.uses[name], f)
	for _, text := range c.files[name] {
		f(string(text))
	}
}

// stream reads YAML of a file or of an inline patch, target being the kind it
// is for if it does not say.
func (c *collector) stream(text, target string) {
	if c.depth > 8 {
		return
	}
	c.depth++
	defer func() { c.depth-- }()
	docs, ok := parse(text)
	if !ok {
		c.unparsable(text)
		return
	}
	defer func(old []string) { c.source = old }(c.source)
	for _, d := range docs {
		c.read(d.Node)
		c.source = nil
		if len(d.Text) > 0 && mayContinue(d.Text) {
			c.source = strings.Split(string(d.Text), "\n")
		}
		c.document(d.Node, target)
	}
}

// mayContinue reports whether scalars of a text may go on in further lines other
// than as blocks, whose lines are those of the value: in quotes, as > or plain.
func mayContinue(text []byte) bool {
	indent, open := -1, false
	for line := range bytes.Lines(text) {
		trimmed := bytes.TrimLeft(line, " ")
		rest := bytes.TrimRight(trimmed, " \r\n")
		if len(rest) == 0 || rest[0] == '#' {
			continue
		}
		n := len(line) - len(trimmed)
		if open && n > indent && !bytes.HasPrefix(rest, []byte("- ")) {
			return true
		}
		end := rest[len(rest)-1]
		open = end != ':' && end != '{' && end != '[' && end != ',' && end != '|' && !bytes.Equal(rest, []byte("---"))
		open = open && !bytes.HasSuffix(rest, []byte("|-")) && !bytes.HasSuffix(rest, []byte("|+"))
		indent = n
		for bytes.HasPrefix(rest, []byte("- ")) {
			indent, rest = indent+2, rest[2:]
		}
	}
	return false
}

// continued keeps the lines of a scalar that goes on in further lines: as they are
// written they are no part of the value, which is folded.
func (c *collector) continued(n *yaml.Node) {
	if c.source == nil || n.Line < 1 || n.Line > len(c.source) || n.Style&yaml.LiteralStyle != 0 {
		return
	}
	first := c.source[n.Line-1][min(max(n.Column-1, 0), len(c.source[n.Line-1])):]
	if strings.Contains(first, n.Value) {
		return
	}
	value := strings.Join(strings.Fields(n.Value), "")
	for i, line := range c.source[n.Line-1:] {
		if i == 0 {
			line = first
		}
		line = strings.Trim(strings.TrimSpace(line), `"'\`)
		plain := strings.Join(strings.Fields(unescapeYAML(line).text), "")
		switch {
		case i == 0 && (line == "" || line[0] == '>' || line[0] == '|' || line[0] == '!' || line[0] == '&'):
		case !strings.Contains(value, plain):
			if i > 0 {
				return
			}
		case len(plain) > shortest && !isAddresses(plain, ""):
			c.add(line)
		}
	}
}

func parse(text string) (docs []manifest.Document, ok bool) {
	if ds, err := manifest.ReadOnly(manifest.Source{Data: []byte(text)}); err == nil {
		return ds, true
	}
	dec := yaml.NewDecoder(strings.NewReader(text))
	for range 10_000 {
		var n yaml.Node
		err := dec.Decode(&n)
		if errors.Is(err, io.EOF) {
			return docs, true
		}
		if err != nil {
			return nil, false
		}
		docs = append(docs, manifest.Document{Node: &n})
	}
	return docs, true
}

// document reads one document, or a patch.
func (c *collector) document(n *yaml.Node, target string) {
	defer c.leave()
	if !c.enter() {
		return
	}
	n = resolve(n)
	if n == nil {
		return
	}
	if n.Kind == yaml.SequenceNode {
		for _, e := range n.Content {
			e = resolve(e)
			if yamlnode.Get(e, "op") != nil && yamlnode.Get(e, "path") != nil {
				c.operation(e, target)
			} else {
				c.document(e, target)
			}
		}
		return
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	kind := strings.ToLower(yamlnode.GetString(n, "kind"))
	if kind == "" {
		kind = target
	}
	items := yamlnode.Get(n, "items")
	switch {
	case items != nil && (strings.HasSuffix(kind, "list") || kind == ""):
		for _, item := range yamlnode.Elements(items) {
			c.document(item, strings.TrimSuffix(kind, "list"))
		}
		c.fields(n, "items")
	case isSecretKind(kind), yamlnode.Get(n, "stringData") != nil, kind == "" && yamlnode.Get(n, "data") != nil:
		c.secret(n)
	case kind == "secretgenerator":
		c.generator(n)
	case kind == "kustomization", kind == "component", strings.HasPrefix(yamlnode.GetString(n, "apiVersion"), "kustomize.config.k8s.io/"),
		kind == "" && yamlnode.Get(n, "metadata") == nil:
		c.kustomization(n)
	case strings.HasSuffix(kind, "secret"): // ExternalSecret, SealedSecret, SopsSecret, PushSecret
		old := c.template
		c.template = 0
		c.fields(n, "")
		c.template = old
	default:
		c.fields(n, "")
	}
}

// filled reads what a template gives a Secret, but for what is filled in later.
func (c *collector) filled(n *yaml.Node) {
	for _, v := range yamlnode.Fields(resolve(n)) {
		if text := yamlnode.String(resolve(v)); !strings.Contains(text, "{{") {
			c.value(text, "")
		}
	}
}

// isSecretKind reports whether objects of a kind (in lower case) hold secrets,
// also when it is misspelt.
func isSecretKind(kind string) bool {
	switch kind {
	case "secret", "secrets", "secert", "secrt", "scret", "sercet", "secretlist":
		return true
	}
	return false
}

// secret reads a Secret, of which only the names are public.
func (c *collector) secret(n *yaml.Node) {
	public := publicData(n)
	for k, v := range yamlnode.Fields(n) {
		switch k.Value {
		case "apiVersion", "kind", "type":
		case "immutable":
			if r := resolve(v); r != nil && r.ShortTag() != "!!bool" {
				c.hidden(v, "")
			}
		case "metadata":
			for k, v := range yamlnode.Fields(v) {
				switch k.Value {
				case "name", "namespace", "generateName", "labels":
				default:
					c.node(v, k.Value)
				}
			}
		case "data", "stringData":
			plain := k.Value == "stringData"
			for k, v := range yamlnode.Fields(v) {
				if r := resolve(v); plain && public[k.Value] && r != nil && r.Kind == yaml.ScalarNode {
					c.credentials(r.Value)
					continue
				}
				if yamlnode.IsNull(v) {
					c.add(k.Value) // {password} for {password: …}, or a value without its key
				}
				c.hidden(v, k.Value)
			}
			if r := resolve(v); r != nil && r.Kind != yaml.MappingNode {
				c.hidden(v, "")
			}
		default:
			c.hidden(v, k.Value)
		}
	}
}

// publicData are the keys of a Secret's stringData that say where a repository of Argo CD is,
// and what it is called there.
// https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#repositories
func publicData(n *yaml.Node) map[string]bool {
	switch yamlnode.GetString(n, "metadata", "labels", "argocd.argoproj.io/secret-type") {
	case "repository", "repo-creds":
		return map[string]bool{"name": true, "type": true, "project": true, "url": true, "enableOCI": true}
	}
	return nil
}

// hidden reads a node that is secret whole.
func (c *collector) hidden(n *yaml.Node, key string) {
	defer c.leave()
	if !c.enter() {
		return
	}
	if n != nil && n.Kind == yaml.AliasNode && n.Alias == nil {
		c.add(n.Value)
	}
	n = resolve(n)
	if n == nil {
		return
	}
	if n.Kind == yaml.ScalarNode {
		c.value(n.Value, key)
		c.continued(n)
		return
	}
	for i, e := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			c.value(e.Value, "")
			continue
		}
		c.hidden(e, key)
	}
}

// value reads the value of a secret, which may be encoded, an address, or a
// file of many values.
func (c *collector) value(text, key string) {
	if text == "" || c.depth > 8 {
		return
	}
	c.depth++
	defer func() { c.depth-- }()
	if plain, ok := decoded(text); ok && plain != text {
		c.value(plain, key)
	}
	if isAddresses(text, key) {
		return // what messages about addresses have to say
	}
	c.add(text)
	c.credentials(text)
	if strings.ContainsAny(text, "\n=:{") {
		c.parts(text, key)
	}
}

// isAddresses reports whether a text is hosts with or without ports, and
// nothing else.
func isAddresses(text, key string) bool {
	found := host.Find(text, host.Hint{Key: key})
	if len(found) == 0 {
		return false
	}
	rest := []byte(text)
	for _, o := range found {
		if o.Scheme != "" {
			return false
		}
		end := o.Offset + len(o.Host)
		if o.Port != 0 {
			end = o.PortOffset
			for end < len(text) && text[end] >= '0' && text[end] <= '9' {
				end++
			}
		}
		for i := o.Offset; i < end; i++ {
			rest[i] = ' '
		}
	}
	return strings.Trim(string(rest), " ,;:[]\n\t\r") == ""
}

var lineOfValue = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s*(?:-\s+)?(?:export\s+)?["']?([\w./-]+)["']?\s*[:=]\s*(.+?)\s*,?\s*$`)
})

var groupVersion = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9.-]+/v\d+(?:(?:alpha|beta)\d+)?$`)
})

// parts reads a secret with a structure: lines of a file, JSON, key=value.
func (c *collector) parts(text, key string) {
	trimmed := strings.TrimSpace(text)
	if strings.HasPrefix(trimmed, "{") {
		if docs, ok := parse(trimmed); ok {
			for _, d := range docs {
				c.structure(d.Node)
			}
		}
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if i > 10_000 {
			return
		}
		line = strings.TrimSpace(line)
		if len(lines) > 1 && len(line) >= 8 && !strings.HasPrefix(line, "-----") && !isAddresses(line, "") && !isHeading(line) {
			if m := lineOfValue().FindStringSubmatch(line); m == nil || !isAddresses(strings.Trim(m[2], `"'`), m[1]) {
				c.add(line)
			}
		}
		for _, part := range strings.FieldsFunc(line, func(r rune) bool { return r == ';' || r == '&' }) {
			m := lineOfValue().FindStringSubmatch(part)
			if m == nil || strings.HasPrefix(m[2], "//") {
				continue
			}
			if v := strings.Trim(m[2], `"'`); v != text && !(m[1] == "apiVersion" && groupVersion().MatchString(v)) {
				c.value(v, m[1])
			}
		}
	}
}

// isHeading reports whether a line of a file in a Secret is one of any manifest: a field
// that goes on below, a word of the schema, or a field whose value, which counts by itself,
// is public.
func isHeading(line string) bool {
	if word, ok := strings.CutSuffix(line, ":"); ok {
		return apischema.IsField(strings.TrimPrefix(word, "- "))
	}
	if word, ok := strings.CutPrefix(line, "- "); ok && mixed(word) {
		return apischema.IsWord(word)
	}
	m := lineOfValue().FindStringSubmatch(line)
	return m != nil && strings.Contains(line, m[1]+": ") && (publicKeys[m[1]] || mixed(m[2]) && apischema.IsWord(m[2])) && !strings.ContainsAny(line, ";&")
}

// structure reads the leaves of a document inside a secret.
func (c *collector) structure(n *yaml.Node) {
	defer c.leave()
	if !c.enter() {
		return
	}
	n = resolve(n)
	switch {
	case n == nil:
	case n.Kind == yaml.MappingNode:
		for k, v := range yamlnode.Fields(n) {
			if v = resolve(v); v != nil && v.Kind == yaml.ScalarNode {
				c.value(v.Value, k.Value)
			} else {
				c.structure(v)
			}
		}
	case n.Kind == yaml.ScalarNode:
		c.value(n.Value, "")
	default:
		for _, e := range n.Content {
			c.structure(e)
		}
	}
}

// add keeps a value and its lines.
func (c *collector) add(text string) {
	text = strings.TrimRight(text, "\r\n")
	if !saysLittle(text) && !c.secrets[text] {
		c.secrets[text] = true
		c.fresh = append(c.fresh, text)
	}
}

// credentials reads a text that is public but for the credentials in it.
func (c *collector) credentials(text string) {
	for _, s := range shapes(text, false) {
		info := strings.Trim(text[s.from:s.to], `"'`)
		if _, password, ok := strings.Cut(info, ":"); ok && !strings.Contains(info, "=") {
			c.add(password)
			if plain := unescape(password); plain != password {
				c.add(plain)
			}
			continue
		}
		c.add(info)
	}
}

// fields reads a mapping of which only some values are secret.
func (c *collector) fields(n *yaml.Node, except string) {
	var name, value *yaml.Node
	for k, v := range yamlnode.Fields(n) {
		if k.Value == except {
			continue
		}
		switch k.Value {
		case "name", "key":
			name = v
		case "value":
			value = v
		}
		if (k.Value == "data" || k.Value == "stringData") && c.template > 0 {
			c.filled(v)
		}
		if k.Value == "template" || k.Value == "secretTemplate" || k.Value == "secretTemplates" {
			c.template++
			c.node(v, k.Value)
			c.template--
			continue
		}
		c.node(v, k.Value)
	}
	if value != nil && isSecretName(yamlnode.String(name)) {
		c.named(value)
	}
}

// node reads what stands under a key.
func (c *collector) node(n *yaml.Node, key string) {
	defer c.leave()
	if !c.enter() {
		return
	}
	n = resolve(n)
	if n == nil {
		return
	}
	switch n.Kind {
	case yaml.ScalarNode:
		if isSecretName(key) && n.Value != key { // which is what to put in
			c.named(n)
		}
		c.text(n.Value, "")
	case yaml.MappingNode:
		if value := resolve(yamlnode.Get(n, "value")); value != nil && isSecretName(key) {
			c.named(value) // {DB_PASSWORD: {value: …}} for a list of variables
		}
		if isSecretKind(strings.ToLower(yamlnode.GetString(n, "kind"))) && (yamlnode.Get(n, "data") != nil || yamlnode.Get(n, "stringData") != nil) {
			c.secret(n) // in an object that makes others
			return
		}
		c.fields(n, "")
	case yaml.SequenceNode:
		for i, e := range n.Content {
			c.node(e, "")
			if i > 0 {
				c.add(Login(n.Content[i-1].Value, e.Value))
			}
			if i+1 < len(n.Content) && e.Kind == yaml.ScalarNode && strings.HasPrefix(e.Value, "-") && isSecretName(strings.TrimLeft(e.Value, "-")) {
				c.named(n.Content[i+1])
			}
		}
	}
}

// named reads the value of a field whose name says that it is secret.
func (c *collector) named(n *yaml.Node) {
	n = resolve(n)
	if n == nil || n.Kind != yaml.ScalarNode || n.Value == "" || isHarmless(n.Value) {
		return
	}
	c.value(n.Value, "")
	c.continued(n)
}

var secretLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ \t]*(?:-[ \t]+)?["']?([A-Za-z][\w.-]*)["']?[ \t]*[:=][ \t]*(\S.*?)[ \t\r]*,?$`)
})

// text reads a public text: credentials in it are secret, and it may be a
// manifest or a file of its own.
func (c *collector) text(text, target string) {
	if len(text) < shortest || c.again(text) {
		return
	}
	if strings.ContainsAny(text, "@=") || strings.Contains(text, "uthorization") {
		c.credentials(text)
	}
	for _, line := range keysIn(text) {
		c.add(line)
	}
	if !strings.ContainsAny(text, "\n{") || len(text) > 1<<20 {
		return
	}
	if isManifest(text) {
		c.stream(text, target)
		return
	}
	for line := range strings.Lines(text) {
		if !mentionsSecret(line) {
			continue
		}
		for _, m := range shapes(line, true) {
			if v := strings.Trim(line[m.from:m.to], "\"' \t\r\n"); v != "" && !isHarmless(v) {
				c.value(v, "")
			}
		}
	}
}

// again reports whether a long public text was read before, and remembers it. What is
// in one that may be a manifest also depends on where it is, so those are read anew.
func (c *collector) again(text string) bool {
	const long = 256
	if len(text) < long || c.depth > 0 || isManifest(text) {
		return false
	}
	if c.public == nil {
		c.public, c.seed = map[uint64]struct{}{}, maphash.MakeSeed()
	}
	key := maphash.String(c.seed, text)
	_, ok := c.public[key]
	c.public[key] = struct{}{}
	return ok
}

// isManifest reports whether a text may be a manifest with a Secret in it.
func isManifest(text string) bool {
	return strings.Contains(text, "stringData") || strings.Contains(text, "ecret") && strings.Contains(text, "kind")
}

// operation reads one operation of a JSON patch.
func (c *collector) operation(n *yaml.Node, target string) {
	p := yamlnode.GetString(n, "path")
	v := yamlnode.Get(n, "value")
	if v == nil {
		return
	}
	under := strings.HasPrefix(p, "/data") || strings.HasPrefix(p, "/stringData")
	switch key := path.Base(p); {
	case isSecretKind(target) && !strings.HasPrefix(p, "/metadata"), strings.HasPrefix(p, "/stringData"), under && target == "":
		c.hidden(v, key)
	default:
		c.node(v, key)
	}
}

// generator reads what a Secret is made of.
func (c *collector) generator(n *yaml.Node) {
	for k, v := range yamlnode.Fields(n) {
		switch k.Value {
		case "name", "namespace", "type", "behavior", "options", "apiVersion", "kind", "metadata":
			c.node(v, k.Value)
		case "literals":
			for _, e := range elements(v) {
				key, value, ok := strings.Cut(e, "=")
				if !ok {
					c.value(e, "")
					continue
				}
				c.add(e)
				c.value(value, key)
				c.value(strings.Trim(value, `"'`), key)
			}
		case "files":
			for _, e := range elements(v) {
				key, file, ok := strings.Cut(e, "=")
				if !ok {
					key, file = filepath.Base(e), e
				}
				value := func(text string) { c.value(text, key) }
				name := filepath.Join(c.dir, file)
				c.use(name, value)
				if file != name {
					c.use(file, value)
				}
			}
		case "envs", "env":
			for _, e := range elements(v) {
				c.use(filepath.Join(c.dir, e), c.env)
			}
		default:
			c.hidden(v, k.Value)
		}
	}
}

// env reads a file of variables, all of which are secret.
func (c *collector) env(text string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if key, value, ok := strings.Cut(line, "="); ok {
			c.add(line)
			c.value(value, key)
			c.value(strings.Trim(value, `"'`), key)
		} else {
			c.value(line, "")
		}
	}
}

// elements are the scalars of a list, or the one that stands in its place.
func elements(n *yaml.Node) []string {
	n = resolve(n)
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.ScalarNode:
		return []string{n.Value}
	case n.Kind == yaml.MappingNode: // password: x for password=x
		var out []string
		for k, v := range yamlnode.Fields(n) {
			out = append(out, k.Value+"="+yamlnode.String(v))
		}
		return out
	}
	var out []string
	for _, e := range n.Content {
		out = append(out, elements(e)...)
	}
	return out
}

// kustomization reads a kustomization, or what has the shape of one.
func (c *collector) kustomization(n *yaml.Node) {
	for k, v := range yamlnode.Fields(n) {
		switch k.Value {
		case "secretGenerator":
			v = resolve(v)
			for _, g := range slices.Concat(yamlnode.Elements(v), []*yaml.Node{v}) {
				if g = resolve(g); g != nil && g.Kind == yaml.ScalarNode {
					c.hidden(g, "") // a literal in the place of a generator
				} else if g != nil && g.Kind == yaml.MappingNode {
					c.generator(g)
				}
			}
		case "configMapGenerator":
			for _, g := range yamlnode.Elements(v) {
				for _, e := range elements(yamlnode.Get(g, "literals")) {
					if key, value, ok := strings.Cut(e, "="); ok && isSecretName(key) && value != "" && !isHarmless(value) {
						c.value(value, key)
					}
				}
				c.node(g, "")
			}
		case "patches", "patchesJson6902", "patchesStrategicMerge", "transformers", "generators", "validators", "resources":
			for _, p := range yamlnode.Elements(v) {
				p = resolve(p)
				if p != nil && p.Kind == yaml.ScalarNode {
					c.inline(p.Value, "")
					continue
				}
				target := strings.ToLower(yamlnode.GetString(p, "target", "kind"))
				if target == "" && yamlnode.Get(p, "target") != nil {
					target = "secret" // of any kind, so of Secrets too
				}
				c.inline(yamlnode.GetString(p, "patch"), target)
				if inline := resolve(yamlnode.Get(p, "patch")); inline != nil && inline.Kind != yaml.ScalarNode {
					c.document(inline, target) // a mapping where a text belongs
				}
				if file := yamlnode.GetString(p, "path"); file != "" {
					c.target(filepath.Join(c.dir, file), target)
				}
			}
		default:
			c.node(v, k.Value)
		}
	}
}

// inline reads a text that is a patch, a document or a path.
func (c *collector) inline(text, target string) {
	if strings.ContainsAny(text, "\n{[") {
		c.stream(text, target)
		return
	}
	c.credentials(text)
}

// unparsable reads what is no YAML. Its fields are guessed from its lines.
func (c *collector) unparsable(text string) {
	c.credentials(text)
	lower := strings.ToLower(text)
	all := strings.Contains(lower, "stringdata") || strings.Contains(lower, "kind: secret") || strings.Contains(lower, `"secret"`)
	for _, m := range secretLine().FindAllStringSubmatch(text, -1) {
		v := strings.Trim(m[2], `"'`)
		switch {
		case v == "" || isHarmless(v):
		case isSecretName(m[1]):
			c.value(v, m[1])
		case all && !publicKeys[m[1]]:
			c.add(v)
		}
	}
	if all {
		for _, m := range flowField().FindAllStringSubmatch(text, -1) {
			if !publicKeys[m[1]] {
				c.add(strings.TrimSpace(strings.Trim(m[2], `"'`)))
			}
		}
	}
}

var flowField = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`([A-Za-z][\w.-]*)["']?\s*:\s*("[^"\n]*"|'[^'\n]*'|[^\s,{}\[\]"'][^,{}\n]*)`)
})

// publicKeys are fields whose values are no secret anywhere.
var publicKeys = map[string]bool{
	"apiVersion": true, "kind": true, "name": true, "namespace": true, "type": true, "image": true, "metadata": true, "labels": true,
	"op": true, "path": true, "app": true,
}

// resolve follows aliases, at most as far as they go in a document that means
// something.
func resolve(n *yaml.Node) *yaml.Node {
	for range 8 {
		switch {
		case n == nil:
			return nil
		case n.Kind == yaml.AliasNode:
			n = n.Alias
		case n.Kind == yaml.DocumentNode:
			if len(n.Content) == 0 {
				return nil
			}
			n = n.Content[0]
		case n.Kind == 0:
			return nil
		default:
			return n
		}
	}
	return nil
}
