package check

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// defineNear gives an inventory the definitions that the repository has of the custom
// resources in it, of kinds that nothing else defines: a project keeps them in another
// tree than the samples. One tree alone is judged by itself, since what its resources
// are completed by is in the others too.
func (rep *Report) defineNear(t *Tree, inv *inventory.Inventory) {
	top := t.top()
	if !rep.several || top == "" {
		return
	}
	defs := &inventory.Inventory{}
	known := map[crdKey]bool{}
	more := false
	places := paths{below: top}
	for _, own := range [...][]*inventory.Object{inv.CustomResourceDefinitions(), inv.CompositeResourceDefinitions()} {
		for _, o := range own {
			if o.Node != nil {
				key := crdKeyOf(o.Node)
				if !known[key] && isPublished(key) && places.of(o.File) != applied {
					more = true // tests have what they need of the definitions of others
					continue
				}
				if t.Root == "" && !known[key] && rep.shared.generates(top) && !isFromTypes(o.File) {
					if rep.shared.definitions(top)()[key].generated.node != nil {
						more = true // it may be older
						continue
					}
				}
				known[key] = true
				defs.Add(o.Node, inventory.Source{File: o.File, Line: o.Line})
			}
		}
	}
	for is := range custom(inv) {
		key := crdKey{is.Group, is.Kind}
		if known[key] {
			continue
		}
		d := defining{}
		if rep.shared.generates(top) && (t.Root == "" || t.isOfSamples()) {
			d = rep.shared.definitions(top)()[key].generated
		}
		if d.node == nil && apischema.Operators().Lookup(apischema.GroupVersionKind{Group: is.Group, Version: is.Version, Kind: is.Kind}) != nil {
			continue
		}
		known[key] = true
		if d.node != nil {
			defs.Add(d.node, inventory.Source{File: d.file})
			more = true
		} else if d := rep.shared.definitions(top)()[key]; d.node != nil {
			defs.Add(d.node, inventory.Source{File: d.file})
			more = true
		} else if d := ofNearGroup(rep.shared.definitions(top)(), key); d.node != nil {
			defs.Add(d.node, inventory.Source{File: d.file})
			more = true
		}
	}
	if more {
		inv.Definitions = defs
	}
}

// ofNearGroup returns the definition of a kind in a group of nearly the name of one of which
// there is none.
func ofNearGroup(definitions map[crdKey]definitionsOf, key crdKey) (near definitionsOf) {
	first := ""
	for other, d := range definitions {
		switch {
		case other.group == key.group:
			return definitionsOf{}
		case other.kind == key.kind && suggest.Distance(other.group, key.group) == 1 && (first == "" || other.group < first):
			first, near = other.group, d
		}
	}
	return near
}

// isPublished reports whether a kind is one of an operator that is known.
func isPublished(key crdKey) bool {
	return slices.ContainsFunc(apischema.Operators().Versions(key.kind), func(k *apischema.Kind) bool { return k.Group == key.group })
}

// definitions returns what reads the definitions of a repository, once.
func (s *shared) definitions(top string) func() map[crdKey]definitionsOf {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.defined == nil {
		s.defined = map[string]func() map[crdKey]definitionsOf{}
	}
	if s.defined[top] == nil {
		s.defined[top] = sync.OnceValue(func() map[crdKey]definitionsOf { return readDefinitions(top) })
	}
	return s.defined[top]
}

// isOfSamples reports whether a tree is what kubebuilder makes for the samples of the types
// that it generates definitions of.
func (t *Tree) isOfSamples() bool {
	return t.Root != "" && strings.HasSuffix(filepath.ToSlash(absolute(t.Root)), "/config/samples")
}

// defining is what a definition says, and the file that it is in, "" where there are several.
type defining struct {
	node *yaml.Node
	file string
}

// definitionsOf are those of a kind: what they agree in, and the one that is generated from
// the types of the program that reads such resources.
type definitionsOf struct {
	defining
	generated defining
	several   bool // are generated, and differ
}

// generatedIn is where projects of kubebuilder and operator-sdk have the definitions that
// controller-gen writes: https://book.kubebuilder.io/reference/generating-crd
const generatedIn = "config/crd/bases"

// isFromTypes reports whether a file is where generated definitions are.
func isFromTypes(file string) bool {
	dir := filepath.ToSlash(filepath.Dir(file))
	return dir == generatedIn || strings.HasSuffix(dir, "/"+generatedIn)
}

// generates reports whether a repository has a folder of generated definitions, at its top
// or in a module there.
func (s *shared) generates(top string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, asked := s.generating[top]
	if !asked {
		for _, pattern := range [...]string{generatedIn, "*/" + generatedIn} {
			if dirs, err := fs.Glob(os.DirFS(top), pattern); err == nil && len(dirs) > 0 {
				found = true
			}
		}
		if s.generating == nil {
			s.generating = map[string]bool{}
		}
		s.generating[top] = found
	}
	return found
}

// readDefinitions returns the CustomResourceDefinitions in the files of a repository that
// have a schema, and only the names where two have different ones: nobody knows which is
// meant.
func readDefinitions(top string) map[crdKey]definitionsOf {
	const most = 256 << 20 // bytes
	found := map[crdKey]definitionsOf{}
	read := 0
	eachDocument(os.DirFS(top), func(text []byte) bool {
		read += len(text)
		return read <= most && bytes.Contains(text, []byte(definition))
	}, func(file string, n *yaml.Node) {
		if yamlnode.GetString(n, "kind") != definition || !hasSchema(n) {
			return
		}
		key := crdKeyOf(n)
		d, seen := found[key]
		alike := func(other *yaml.Node) bool {
			return same(yamlnode.Path(other, "spec", "versions"), yamlnode.Path(n, "spec", "versions"))
		}
		own := defining{n, filepath.Join(top, filepath.FromSlash(file))}
		switch {
		case !isFromTypes(file):
		case d.generated.node != nil && !alike(d.generated.node):
			d.generated, d.several = defining{}, true
		case !d.several:
			d.generated = own
		}
		switch {
		case !seen:
			d.defining = own
		case alike(d.node):
			d.file = ""
		default:
			d.defining = defining{node: namesOnly(d.node, n)}
		}
		found[key] = d
	})
	return found
}

// namesOnly is a definition that says what a kind is called and which versions of it there
// are, of two.
func namesOnly(a, b *yaml.Node) *yaml.Node {
	scalar := func(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text} }
	mapping := func(content ...*yaml.Node) *yaml.Node {
		return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: content}
	}
	versions := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	seen := map[string]bool{}
	for _, crd := range [...]*yaml.Node{a, b} {
		for _, v := range yamlnode.Elements(yamlnode.Path(crd, "spec", "versions")) {
			if name := yamlnode.GetString(v, "name"); name != "" && !seen[name] {
				seen[name] = true
				versions.Content = append(versions.Content, mapping(scalar("name"), scalar(name)))
			}
		}
	}
	return mapping(scalar("apiVersion"), yamlnode.Get(a, "apiVersion"), scalar("kind"), yamlnode.Get(a, "kind"), scalar("metadata"), yamlnode.Get(a, "metadata"), scalar("spec"),
		mapping(scalar("group"), yamlnode.Path(a, "spec", "group"), scalar("names"), yamlnode.Path(a, "spec", "names"), scalar("versions"), versions))
}

const definition = "CustomResourceDefinition"

// hasSchema reports whether a definition says what is in its resources; patches of
// definitions do not.
func hasSchema(crd *yaml.Node) bool {
	for _, v := range yamlnode.Elements(yamlnode.Path(crd, "spec", "versions")) {
		if yamlnode.Path(v, "schema", "openAPIV3Schema", "properties") != nil {
			return true
		}
	}
	return false
}

func crdKeyOf(crd *yaml.Node) crdKey {
	return crdKey{yamlnode.GetString(crd, "spec", "group"), yamlnode.GetString(crd, "spec", "names", "kind")}
}

// samples are the names of folders with samples, each of which is installed by itself.
var samples = map[string]bool{"example": true, "examples": true, "sample": true, "samples": true, "demo": true, "demos": true, "tutorial": true, "tutorials": true, "quickstart": true, "quickstarts": true}

// definedElsewhere makes notes of what is wrong with a custom resource by the definition
// that another sample installs and that is nowhere else, where the documents or scripts
// of its own sample install something of its API group. So it does where only tests have
// the definition: they have what they need of those of others. So it does of what a
// definition which is only kept does not have, and where a cloud has definitions of its own.
func (rep *Report) definedElsewhere(outcomes []outcome, readers textReaders) {
	asked := map[string]map[string][]*finding.Finding{} // by the top of the repository and a folder
	judges := map[string]*paths{}
	for i := range outcomes {
		o := &outcomes[i]
		for j := range o.findings {
			f := &o.findings[j]
			dirs := rep.definedIn[crdKey{groupOf(f), f.Resource.Kind}]
			if _, set := o.set[f.Rule]; set || f.Severity <= finding.Note || !schemaRules[f.Rule] && f.Rule != "unknown-kind" || f.File == "" || len(dirs) == 0 {
				continue
			}
			if cloud := cloudOf(groupOf(f)); cloud != "" && o.around != nil {
				answer(f, cloud+" has a definition of its own in its clusters, which may be newer than that of the repository")
				f.Severity = finding.Note
				continue
			}
			own := filepath.ToSlash(absolute(filepath.Dir(filepath.FromSlash(f.File))))
			apart := func(from string) bool {
				return !slices.ContainsFunc(dirs, func(dir string) bool { return dir == "" || !areApart(from, dir) })
			}
			top := o.tree.top()
			places := judges[top]
			if places == nil {
				places = &paths{below: top}
				judges[top] = places
			}
			only := func(of ...purpose) bool { // whether the definitions, and not what they are of, are in folders of that
				in := func(dir string) bool { return dir != "" && slices.Contains(of, places.of(path.Join(dir, "crd.yaml"))) }
				return top != "" && !in(own) && !slices.ContainsFunc(dirs, func(dir string) bool { return !in(dir) })
			}
			help := ""
			switch {
			case f.Rule != "unknown-kind" && only(tested, input):
				help = "the definition is one of tests, which may have less in it"
			case (f.Rule == "unknown-kind" || f.Meant == "" && !isPublished(crdKey{groupOf(f), f.Resource.Kind})) && only(kept, past):
				help = "the definition is one that is only kept, and a later one may have more in it"
			case f.Rule == "unknown-kind":
				continue
			}
			if help != "" {
				answer(f, help)
				f.Severity = finding.Note
				continue
			}
			for dir := own; top != "" && isBelow(top, dir) && apart(dir); dir = path.Dir(dir) {
				if asked[top] == nil {
					asked[top] = map[string][]*finding.Finding{}
				}
				rel, err := filepath.Rel(top, dir)
				if err != nil {
					break
				}
				rel = filepath.ToSlash(rel)
				asked[top][rel] = append(asked[top][rel], f)
			}
		}
	}
	for top, folders := range asked {
		readers[top] = append(readers[top], &textReader{
			wants: func(file string) bool {
				return folders[path.Dir(file)] != nil && (isDocument(file) || isScript(file))
			},
			read: func(file string, text []byte) (more bool) {
				for _, command := range installing().FindAll(text, -1) {
					for _, f := range folders[path.Dir(file)] {
						if f.Severity > finding.Note && isOfGroup(command, groupOf(f)) {
							answer(f, file+" installs definitions of its own")
							f.Severity = finding.Note
						}
					}
				}
				return true
			},
		})
	}
}

// cloudOf returns the cloud that installs the kinds of an API group in its clusters, and keeps
// them up to date, "" if none does.
func cloudOf(group string) string {
	switch {
	case strings.HasSuffix(group, ".gke.io"), group == "cloud.google.com":
		return "GKE" // https://cloud.google.com/kubernetes-engine/docs/how-to/gatewayclass-capabilities
	case strings.HasSuffix(group, ".eks.amazonaws.com"):
		return "EKS" // https://docs.aws.amazon.com/eks/latest/userguide/automode.html
	}
	return ""
}

// areApart reports whether a folder is of another sample than the one with a definition.
func areApart(dir, of string) bool {
	return !isBelow(dir, of) && !isBelow(of, dir) && slices.ContainsFunc(strings.Split(of, "/"), func(name string) bool { return samples[strings.ToLower(name)] })
}

// installing is a command that installs what others have written.
var installing = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)\bhelm\b.*?\b(?:install|upgrade)\b.*|\bkubectl\b.*?\b(?:apply|create)\b.*?(?:https?://|github\.com/).*`)
})

// isOfGroup reports whether a command has a word of the name of an API group.
func isOfGroup(command []byte, group string) bool {
	const short = 3
	labels := strings.Split(group, ".")
	return slices.ContainsFunc(labels[:max(0, len(labels)-1)], func(label string) bool {
		return len(label) > short && bytes.Contains(command, []byte(label))
	})
}
