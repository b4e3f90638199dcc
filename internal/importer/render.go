package importer

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// text is a string. What YAML 1.1 takes for a boolean or a number is quoted:
// kustomize reads its own files so.
func text(s string) *yaml.Node {
	n := yamlnode.NewString(s)
	if oldScalar().MatchString(s) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

var oldScalar = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[yYnN]|[yY]es|YES|[nN]o|NO|[oO]n|ON|[oO]ff|OFF|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$`)
})

func boolean(b bool) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: fmt.Sprint(b)}
}

// mapping is a mapping of strings: key, value, key, value…
func mapping(pairs ...string) *yaml.Node {
	n := yamlnode.NewMapping()
	for _, s := range pairs {
		n.Content = append(n.Content, text(s))
	}
	return n
}

func add(n *yaml.Node, key string, value *yaml.Node) { n.Content = append(n.Content, text(key), value) }

// kustomization is a kustomization file.
type kustomization struct {
	comment                   string
	namespace, prefix, suffix string
	resources                 []string
	labels, images, replicas  []*yaml.Node
	configMaps, secrets       []*yaml.Node
	patches                   []*yaml.Node
	hashed, unhashed          []*yaml.Node // the generators whose names have a hash, and the others
}

// says reports whether there is anything in it but resources.
func (k *kustomization) says() bool {
	return k.namespace != "" || k.prefix != "" || k.suffix != "" || len(k.labels)+len(k.images)+len(k.replicas)+len(k.configMaps)+len(k.secrets)+len(k.patches) > 0
}

func (k *kustomization) encode() ([]byte, error) {
	root := mapping("apiVersion", "kustomize.config.k8s.io/v1beta1", "kind", "Kustomization")
	sections := func(key string, list []*yaml.Node) {
		if len(list) > 0 {
			add(root, key, yamlnode.NewSequence(list...))
		}
	}
	for _, s := range [][2]string{{"namespace", k.namespace}, {"namePrefix", k.prefix}, {"nameSuffix", k.suffix}} {
		if s[1] != "" {
			add(root, s[0], text(s[1]))
		}
	}
	var resources []*yaml.Node
	for _, r := range k.resources {
		resources = append(resources, text(r))
	}
	sections("resources", resources)
	sections("labels", k.labels)
	sections("images", k.images)
	sections("replicas", k.replicas)
	sections("configMapGenerator", k.configMaps)
	sections("secretGenerator", k.secrets)
	if len(k.unhashed) > 0 {
		off := yamlnode.NewMapping(text("disableNameSuffixHash"), boolean(true))
		if len(k.hashed) == 0 {
			add(root, "generatorOptions", off)
		} else {
			for _, g := range k.unhashed {
				o := yamlnode.Ensure(g, "options")
				o.Content = append(o.Content, clone(off).Content...)
			}
		}
	}
	sections("patches", k.patches)
	body, err := manifest.Encode(root)
	if err != nil {
		return nil, err
	}
	// A blank line in front of every section that is a list or more.
	var out bytes.Buffer
	if k.comment != "" {
		out.WriteString("# " + strings.ReplaceAll(k.comment, "\n", "\n# ") + "\n")
	}
	first := true
	for line := range strings.Lines(string(body)) {
		section := strings.HasSuffix(strings.TrimRight(line, "\n"), ":") && line[0] != ' ' && line[0] != '-'
		plain := !strings.HasPrefix(line, "apiVersion:") && !strings.HasPrefix(line, "kind:") && line[0] != ' ' && line[0] != '-' && line[0] != '#'
		if section || plain && first {
			out.WriteByte('\n')
			first = false
		}
		out.WriteString(line)
	}
	return out.Bytes(), nil
}

// encodeObject writes an object as it came if it still is what it was.
func encodeObject(n *yaml.Node, o *object) ([]byte, error) {
	if o != nil && o.text != nil && identical(n, o.node) {
		out := bytes.TrimLeft(o.text, "\r\n")
		if !bytes.HasPrefix(out, []byte("---")) {
			return append(bytes.TrimRight(bytes.Clone(out), " \t\r\n"), '\n'), nil
		}
	}
	doc := &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{n}}
	if o != nil {
		doc.HeadComment, doc.FootComment = o.head, o.foot
	}
	return manifest.Encode(doc)
}

// identical reports whether two values are the same to the letter.
func identical(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.Value == b.Value && a.Tag == b.Tag && a.Style == b.Style &&
		a.HeadComment == b.HeadComment && a.LineComment == b.LineComment && a.FootComment == b.FootComment &&
		slices.EqualFunc(a.Content, b.Content, identical)
}

// shortKinds are what people call files of kinds with long names.
var shortKinds = map[string]string{
	"horizontalpodautoscaler": "hpa", "poddisruptionbudget": "pdb", "persistentvolumeclaim": "pvc", "persistentvolume": "pv",
	"customresourcedefinition": "crd",
}

// fileNames names the files of objects in one folder: by their kind, and by their
// name too where there are several of a kind.
func fileNames(matches []*match) map[*match]string {
	kinds := map[string]int{}
	short := func(m *match) string {
		k := lower(m.first().kind)
		if s := shortKinds[k]; s != "" {
			k = s
		}
		return k
	}
	for _, m := range matches {
		kinds[short(m)]++
	}
	several := false
	for _, m := range matches {
		several = several || kinds[short(m)] > 1 && m.first().kind != "Namespace"
	}
	names := map[*match]string{}
	used := map[string]bool{"kustomization": true}
	for _, m := range matches {
		name := short(m)
		if kinds[name] > 1 || several && m.first().kind != "Namespace" || name == "kustomization" {
			if own := oddInNames().ReplaceAllString(m.name, "-"); own != name && !strings.HasSuffix(own, "-"+name) {
				name = own + "-" + name
			} else {
				name = own
			}
		}
		for base, n := lower(name), 2; used[lower(name)]; n++ {
			name = fmt.Sprint(base, "-", n)
		}
		used[lower(name)] = true
		names[m] = name + ".yaml"
	}
	return names
}
