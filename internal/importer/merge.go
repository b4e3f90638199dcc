package importer

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// elementKeys are the fields that name the elements of the lists that strategic
// merge patches merge, by the list's field.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
var elementKeys = map[string]string{
	"containers": "name", "initContainers": "name", "env": "name", "volumes": "name", "imagePullSecrets": "name",
	"volumeMounts": "mountPath", "volumeDevices": "devicePath", "hostAliases": "ip",
}

// elementKey is the field that names the elements of a list, "" if there is none.
func elementKey(o *object, path []string) string {
	field := path[len(path)-1]
	switch o.group {
	case "", "apps", "batch", "extensions":
	default:
		return ""
	}
	if field == "ports" {
		if o.kind == "Service" {
			return "port"
		}
		return "containerPort"
	}
	if (field == "secrets" || field == "imagePullSecrets") && o.kind == "ServiceAccount" {
		return "name"
	}
	return elementKeys[field]
}

// orderless are lists whose order means nothing.
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
func orderless(field string, lists ...*yaml.Node) bool {
	switch field {
	case "volumes", "volumeMounts", "volumeDevices", "imagePullSecrets", "ports", "hostAliases":
		return true
	case "env": // $(NAME) stands for what comes earlier
		for _, list := range lists {
			for _, e := range yamlnode.Elements(list) {
				if strings.Contains(yamlnode.GetString(e, "value"), "$(") {
					return false
				}
			}
		}
		return true
	}
	return false
}

// keyed returns the elements of a list by their keys, ok if each has its own.
func keyed(list *yaml.Node, key string) (keys []string, elements map[string]*yaml.Node, ok bool) {
	elements = map[string]*yaml.Node{}
	for _, e := range yamlnode.Elements(list) {
		k := yamlnode.GetString(e, key)
		if k == "" || elements[k] != nil {
			return nil, nil, false
		}
		keys = append(keys, k)
		elements[k] = e
	}
	return keys, elements, true
}

// same reports whether two values are equal, comments and layout aside.
func same(a, b *yaml.Node) bool {
	a, b = yamlnode.Resolve(a), yamlnode.Resolve(b)
	if yamlnode.IsNull(a) || yamlnode.IsNull(b) {
		return yamlnode.IsNull(a) && yamlnode.IsNull(b)
	}
	if a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case yaml.ScalarNode:
		return a.Value == b.Value && a.ShortTag() == b.ShortTag()
	case yaml.SequenceNode:
		return slices.EqualFunc(a.Content, b.Content, same)
	}
	for k, v := range yamlnode.Fields(a) {
		if !same(v, yamlnode.Get(b, k.Value)) {
			return false
		}
	}
	for k, v := range yamlnode.Fields(b) {
		if !yamlnode.IsNull(v) && yamlnode.Get(a, k.Value) == nil {
			return false
		}
	}
	return true
}

// merger makes one object of those of several environments.
type merger struct {
	o      *object
	tokens [][]string // what the environments are called, one for each value
}

// merge returns what the base says of an object that environments see as values,
// one for each. Fields and named elements that are not everywhere are left out.
// Of what differs it is what most environments say, or else the first that does not
// name itself in it.
func (m *merger) merge(path []string, values []*yaml.Node) *yaml.Node {
	first := values[0]
	equal, mappings, lists := true, true, true
	for _, v := range values {
		equal = equal && same(first, v)
		mappings = mappings && v.Kind == yaml.MappingNode
		lists = lists && v.Kind == yaml.SequenceNode
	}
	switch {
	case equal:
		out := clone(first)
		for _, v := range values[1:] {
			keepComments(out, v)
		}
		return out
	case mappings:
		return m.mappings(path, values)
	case lists:
		if out := m.lists(path, values); out != nil {
			return out
		}
	}
	best, most := -1, 1
	for i, v := range values {
		n := 0
		for _, w := range values {
			if same(v, w) {
				n++
			}
		}
		if n > most || n == most && best < 0 && v.Kind == yaml.ScalarNode && !mentions(v.Value, m.tokens[i]) {
			best, most = i, n
		}
	}
	return clone(values[max(best, 0)])
}

// mentions reports whether a token is a word of a text.
func mentions(text string, tokens []string) bool {
	words := wordEnds().Split(lower(text), -1)
	return slices.ContainsFunc(tokens, func(t string) bool { return slices.Contains(words, t) })
}

// named reports whether each environment says nothing but its own name.
func (m *merger) named(values []*yaml.Node) bool {
	for i, v := range values {
		if v.Kind != yaml.ScalarNode || !slices.Contains(m.tokens[i], lower(v.Value)) {
			return false
		}
	}
	return true
}

func (m *merger) mappings(path []string, values []*yaml.Node) *yaml.Node {
	out := *values[0]
	out.Content = nil
	for i := 0; i+1 < len(values[0].Content); i += 2 {
		k := values[0].Content[i]
		all := children(values, k.Value)
		if slices.Contains(all, nil) || len(path) > 0 && m.named(all) && !same(all[0], all[1]) {
			continue
		}
		key := clone(k)
		for _, v := range values[1:] {
			for j := 0; j+1 < len(v.Content); j += 2 {
				if v.Content[j].Value == k.Value && same(all[0], yamlnode.Resolve(v.Content[j+1])) {
					keepComments(key, v.Content[j])
				}
			}
		}
		out.Content = append(out.Content, key, m.merge(append(slices.Clip(path), k.Value), all))
	}
	return &out
}

func children(values []*yaml.Node, key string) []*yaml.Node {
	all := make([]*yaml.Node, len(values))
	for i, v := range values {
		if all[i] = yamlnode.Get(v, key); yamlnode.IsNull(all[i]) {
			all[i] = nil
		}
	}
	return all
}

// lists returns nil for lists that are one value.
func (m *merger) lists(path []string, values []*yaml.Node) *yaml.Node {
	out := *values[0]
	out.Content = nil
	if key := elementKey(m.o, path); key != "" {
		all := make([]map[string]*yaml.Node, len(values))
		var order []string
		for i, v := range values {
			keys, elements, ok := keyed(v, key)
			if !ok {
				return nil
			}
			if all[i] = elements; i == 0 {
				order = keys
			}
		}
		for _, k := range order {
			var elements []*yaml.Node
			for _, m := range all {
				if m[k] != nil {
					elements = append(elements, m[k])
				}
			}
			if len(elements) == len(values) {
				out.Content = append(out.Content, m.merge(append(slices.Clip(path), k), elements))
			}
		}
		if len(out.Content) == 0 {
			return nil
		}
		return &out
	}
	for _, v := range values {
		if len(v.Content) != len(values[0].Content) {
			return nil
		}
	}
	for i := range values[0].Content {
		var elements []*yaml.Node
		for _, v := range values {
			e := yamlnode.Resolve(v.Content[i])
			if e.Kind != yaml.MappingNode {
				return nil
			}
			elements = append(elements, e)
		}
		out.Content = append(out.Content, m.merge(append(slices.Clip(path), strconv.Itoa(i)), elements))
	}
	return &out
}

// keepComments adds the comments that another spelling of a value has.
func keepComments(to, from *yaml.Node) {
	to, from = yamlnode.Resolve(to), yamlnode.Resolve(from)
	if to == nil || from == nil || to.Kind != from.Kind {
		return
	}
	more := func(old, text string) string {
		if text == "" || strings.Contains(old, text) {
			return old
		}
		if old == "" {
			return text
		}
		return old + "\n" + text
	}
	to.HeadComment = more(to.HeadComment, from.HeadComment)
	to.FootComment = more(to.FootComment, from.FootComment)
	if to.LineComment == "" {
		to.LineComment = from.LineComment
	} else if from.LineComment != to.LineComment {
		to.HeadComment = more(to.HeadComment, from.LineComment)
	}
	switch to.Kind {
	case yaml.SequenceNode:
		for i := range to.Content {
			if i < len(from.Content) {
				keepComments(to.Content[i], from.Content[i])
			}
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(to.Content); i += 2 {
			for j := 0; j+1 < len(from.Content); j += 2 {
				if to.Content[i].Value == from.Content[j].Value {
					keepComments(to.Content[i], from.Content[j])
					keepComments(to.Content[i+1], from.Content[j+1])
				}
			}
		}
	}
}

// view is an object as the base would have to be for its environment: what the
// kustomization of the environment says is taken off.
func (a *attempt) view(m *match, o *object) *yaml.Node {
	n := clone(o.node)
	meta := yamlnode.Get(n, "metadata")
	setString(meta, "name", m.name)
	if !m.unit.fixed {
		yamlnode.Delete(meta, "namespace")
	}
	for _, l := range a.labels {
		if m.first().kind == "Secret" {
			break
		}
		l.takeOff(n)
	}
	if r := a.replicas[m]; r {
		yamlnode.Delete(yamlnode.Get(n, "spec"), "replicas")
	}
	eachImage(n, func(image *yaml.Node) {
		if neutral, ok := a.images[o.env][image.Value]; ok {
			image.Value, image.LineComment = neutral, "" // it is about the tag
		}
	})
	a.p.known.hide(n)
	a.neutral(m, o, n, nil)
	return n
}

func setString(n *yaml.Node, key, value string) {
	if v := yamlnode.Get(n, key); v != nil && v.Kind == yaml.ScalarNode {
		v.Value = value
	}
}

// neutral writes the names that objects have in the base, in the place of those
// that they have in an environment: kustomize repairs them where it knows the
// field.
func (a *attempt) neutral(m *match, o *object, n *yaml.Node, path []string) {
	switch n.Kind {
	case yaml.ScalarNode:
		if base, ok := a.renamed[o.env][n.Value]; ok && !m.literal[strings.Join(path, "/")] {
			a.neutralized[m] = append(a.neutralized[m], strings.Join(path, "/"))
			n.Value = base
		}
	case yaml.SequenceNode:
		key := ""
		if len(path) > 0 {
			key = elementKey(o, path)
		}
		for i, e := range n.Content {
			step := strconv.Itoa(i)
			if k := yamlnode.GetString(e, key); key != "" && k != "" {
				step = "[" + k + "]"
			}
			a.neutral(m, o, e, append(slices.Clip(path), step))
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i].Value
			if len(path) == 0 && (k == "apiVersion" || k == "kind") || len(path) == 1 && path[0] == "metadata" && (k == "name" || k == "namespace") {
				continue
			}
			a.neutral(m, o, n.Content[i+1], append(slices.Clip(path), k))
		}
	}
}

// secretValues are the values of Secrets that are secret wherever they stand: those
// under keys that say so, but words and numbers, and names of objects; and those
// that look like nothing but a secret.
func secretValues(envs ...*Environment) map[string]bool {
	var names strings.Builder
	for _, e := range envs {
		for _, o := range e.objects {
			names.WriteString(o.name + "\x00" + o.namespace + "\x00")
		}
	}
	values := map[string]bool{}
	for _, e := range envs {
		for _, o := range e.objects {
			if o.kind != "Secret" || o.group != "" {
				continue
			}
			data, _ := secretData(o) // what is wrong with it is said where it is written
			for _, d := range data {
				if (redact.HoldsSecret(d.key, d.value) || isRandom(d.value)) && !redact.IsWeak(d.value) && !strings.Contains(names.String(), d.value) {
					values[d.value] = true
				}
			}
		}
	}
	return values
}

// isRandom reports whether a value has capitals, small letters and digits, and
// is no address, path, version or text.
func isRandom(value string) bool {
	return randomShape().MatchString(value) && strings.ContainsAny(value, "0123456789") &&
		strings.ToLower(value) != value && strings.ToUpper(value) != value
}

var randomShape = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\w+=!#$%&*^~][\w/+=!#$%&*^~-]{11,}$`) })

// replacer puts something in the place of values: of two that begin alike, of the
// longer one.
func replacer(values map[string]bool, fresh func(old string) string) *strings.Replacer {
	var pairs []string
	for _, old := range slices.Backward(slices.Sorted(maps.Keys(values))) {
		pairs = append(pairs, old, fresh(old))
	}
	return strings.NewReplacer(pairs...)
}

// known finds values of Secrets in texts.
type known struct{ cut *strings.Replacer }

func knownIn(envs []*Environment) known {
	return known{replacer(secretValues(envs...), func(string) string { return "" })}
}

// hide takes what is secret out of an object: the values of variables and fields,
// so that something is left where they were, and reports whether there was any.
func (s known) hide(n *yaml.Node) (found bool) { return s.hideIn(n, false) }

// hideIn is hide in what a Secret is made of, or else in anything.
func (s known) hideIn(n *yaml.Node, template bool) (found bool) {
	switch n.Kind {
	case yaml.SequenceNode:
		flag := "" // --password, whose value is the next argument
		before := ""
		for _, e := range n.Content {
			said := flag
			if flag = ""; e.Kind == yaml.ScalarNode && strings.HasPrefix(e.Value, "-") {
				flag = strings.TrimLeft(e.Value, "-")
				said = ""
			}
			login := redact.Login(before, e.Value) != ""
			before = e.Value
			if e.Kind == yaml.ScalarNode && (login || s.secret(said, e)) {
				e.Value, e.Style, e.Tag, found = "", yaml.DoubleQuotedStyle, "!!str", true
				continue
			}
			found = s.hideIn(e, template) || found
		}
	case yaml.MappingNode:
		name, kind := yamlnode.GetString(n, "name"), yamlnode.GetString(n, "kind")
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, v := n.Content[i], n.Content[i+1]
			said := k.Value
			if k.Value == "value" && name != "" {
				said = name
			}
			if v.Kind == yaml.ScalarNode {
				if s.secret(said, v) {
					n.Content = slices.Delete(n.Content, i, i+2)
					i -= 2
					found = true
				}
				continue
			}
			if value := yamlnode.Get(v, "value"); value != nil && value.Kind == yaml.ScalarNode && s.secret(said, value) {
				yamlnode.Delete(v, "value") // {DB_PASSWORD: {value: …}} for a list of variables
				found = true
			}
			if (template || kind == "Secret") && (said == "data" || said == "stringData") {
				found = hideFilled(v) || found
			}
			found = s.hideIn(v, template || makesSecrets(kind)) || found
		}
	}
	return found
}

// makesSecrets reports whether objects of a kind have a template of a Secret.
func makesSecrets(kind string) bool { return kind != "Secret" && strings.HasSuffix(kind, "Secret") }

// hideFilled takes out of the data of a Secret, or of what one is made of, what is
// not filled in later.
func hideFilled(n *yaml.Node) (found bool) {
	if n.Kind != yaml.MappingNode {
		return false
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if v := n.Content[i+1]; v.Kind == yaml.ScalarNode && !strings.Contains(v.Value, "{{") && !redact.PublicInSecret(n.Content[i].Value, v.Value) {
			n.Content = slices.Delete(n.Content, i, i+2)
			i -= 2
			found = true
		}
	}
	return found
}

func secretText(name string, v *yaml.Node) bool {
	return v.ShortTag() == "!!str" && redact.HoldsSecret(name, v.Value)
}

// secret is secretText, and reports what has the value of a Secret in it too.
func (s known) secret(name string, v *yaml.Node) bool {
	return secretText(name, v) || v.ShortTag() == "!!str" && s.cut.Replace(v.Value) != v.Value
}

// shown reports whether a text has the value of a Secret in it, or a credential that
// is one by its shape, whatever its name.
func (s known) shown(_ string, v *yaml.Node) bool { return s.secret("", v) }

// without is a copy of an object without what is secret.
func (s known) without(n *yaml.Node) (public *yaml.Node, found bool) {
	public = clone(n)
	return public, s.hide(public)
}
