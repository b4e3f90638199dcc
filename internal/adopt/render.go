package adopt

import (
	"bytes"
	"cmp"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// todo is the reason that somebody has to fill in: check does not take it.
const todo = config.Todo

const schemaComment = "# yaml-language-server: $schema=https://raw.githubusercontent.com/ressKim-io/wealist-k8s-migration/main/fn/schema/configpipeline.json\n"

// document is a ConfigPipeline with a spec.
func document(name string, spec *yaml.Node, whole bool) ([]byte, error) {
	str := yamlnode.NewString
	metadata := yamlnode.NewMapping(str("name"), str(name))
	if whole {
		program := str("exec:\n  path: krm-validate\n")
		program.Style = yaml.LiteralStyle
		yamlnode.Set(metadata, "annotations", yamlnode.NewMapping(str("config.kubernetes.io/function"), program))
	}
	var b bytes.Buffer
	b.WriteString(schemaComment)
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	enc.CompactSeqIndent()
	err := enc.Encode(yamlnode.NewMapping(
		str("apiVersion"), str(config.APIVersion), str("kind"), str(config.Kind), str("metadata"), metadata, str("spec"), spec))
	return b.Bytes(), errors.Join(err, enc.Close())
}

// specNode is a spec as somebody would write it: what names one thing on one line.
func specNode(spec *config.Spec) (*yaml.Node, error) {
	text, err := yaml.Marshal(spec)
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	n := doc.Content[0]
	for _, c := range yamlnode.Fields(yamlnode.Get(n, "connections")) {
		flow(yamlnode.Get(c, "service"))
		flow(yamlnode.Get(c, "host"))
		for _, s := range yamlnode.Elements(yamlnode.Get(c, "into")) {
			flow(yamlnode.Get(s, "workload"))
			flow(yamlnode.Get(s, "configMap"))
		}
	}
	for _, p := range yamlnode.Fields(yamlnode.Path(n, "normalize", "resources", "profiles")) {
		flow(yamlnode.Get(p, "requests"))
		flow(yamlnode.Get(p, "limits"))
	}
	return n, nil
}

func flow(n *yaml.Node) {
	if n != nil {
		n.Style |= yaml.FlowStyle
	}
}

// share takes apart what several specs have in common: the common part, which may
// be nil, and what each has besides, nil if that is nothing. Lists are in common
// whole or not at all, as patches replace them whole.
func share(specs []*yaml.Node) (shared *yaml.Node, rest []*yaml.Node) {
	shared = specs[0]
	for _, s := range specs[1:] {
		shared = intersect(shared, s)
	}
	for _, s := range specs {
		rest = append(rest, subtract(s, shared))
	}
	return shared, rest
}

func intersect(a, b *yaml.Node) *yaml.Node {
	if a == nil || b == nil {
		return nil
	}
	if same(a, b) {
		return a
	}
	if a.Kind != yaml.MappingNode || b.Kind != yaml.MappingNode {
		return nil
	}
	out := &yaml.Node{Kind: yaml.MappingNode, Tag: a.Tag, Style: a.Style}
	for k, v := range yamlnode.Fields(a) {
		if common := intersect(v, yamlnode.Get(b, k.Value)); common != nil {
			out.Content = append(out.Content, k, common)
		}
	}
	if len(out.Content) == 0 {
		return nil
	}
	return out
}

func subtract(a, shared *yaml.Node) *yaml.Node {
	if shared == nil {
		return a
	}
	if same(a, shared) {
		return nil
	}
	out := &yaml.Node{Kind: yaml.MappingNode, Tag: a.Tag, Style: a.Style}
	for k, v := range yamlnode.Fields(a) {
		if left := subtract(v, yamlnode.Get(shared, k.Value)); left != nil {
			out.Content = append(out.Content, k, left)
		}
	}
	if len(out.Content) == 0 {
		return nil
	}
	return out
}

func same(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Value != b.Value || a.ShortTag() != b.ShortTag() || len(a.Content) != len(b.Content) {
		return false
	}
	if a.Kind != yaml.MappingNode {
		return slices.EqualFunc(a.Content, b.Content, same)
	}
	for k, v := range yamlnode.Fields(a) {
		if other := yamlnode.Get(b, k.Value); other == nil || !same(v, other) {
			return false
		}
	}
	return true
}

const kustomizationHead = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"

// outerKustomization is that of a pipeline.
func outerKustomization(name, source string) string {
	return "# " + source + " with the function run over it. The function leaves a receipt, which\n" +
		"# is taken away here: when it was skipped there is nothing to take away, and\n" +
		"# the build fails.\n" + kustomizationHead + `
resources:
- run

patches:
- patch: |
    apiVersion: wealist.io/v1alpha1
    kind: FunctionRan
    metadata:
      name: ` + name + `
    $patch: delete
`
}

func runKustomization(source, config string) string {
	return kustomizationHead + "\nresources:\n- " + source + "\n\ntransformers:\n- " + config + "\n"
}

func sharedKustomization() string {
	return "# The function's configuration, which every environment has. One that differs\n" +
		"# patches it in its pipeline/config.\n" + kustomizationHead + "\nresources:\n- pipeline.yaml\n"
}

func ownKustomization(shared string) string {
	return kustomizationHead + "\nresources:\n- " + shared + "\n\npatches:\n- path: config.yaml\n"
}

func relative(from, to string) string {
	rel, err := filepath.Rel(from, to)
	if err != nil {
		return to
	}
	return filepath.ToSlash(rel)
}

// sortSinks puts what a connection goes into in an order that is the same in
// every environment.
func sortSinks(sinks []config.Sink) {
	key := func(s *config.Sink) string {
		if s.ConfigMap != nil {
			return "ConfigMap\x00" + s.ConfigMap.Name + "\x00" + s.ConfigMap.Namespace
		}
		return strings.Join([]string{s.Workload.Kind, s.Workload.Name, s.Workload.Namespace, s.Workload.Container}, "\x00")
	}
	slices.SortFunc(sinks, func(a, b config.Sink) int { return cmp.Compare(key(&a), key(&b)) })
}
