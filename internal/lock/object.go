package lock

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/resid"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// state is the resources of a build at the point where a component is applied
// to them: names carry prefixes and suffixes but no hashes, and references are
// as they were written.
type state struct {
	objects []*object
	byID    map[string]*object
	// resources answers what kustomize's selectors would select.
	resources resmap.ResMap
}

// object is one resource of a state.
type object struct {
	id resid.ResId
	// content is the resource as JSON (numbers as json.Number), without the
	// annotations that kustomize drops at the end of a build.
	content map[string]any
}

func (o *object) String() string { return title(o.id) }

// title names an object the way kubectl users do: Kind namespace/name.
func title(id resid.ResId) string {
	if id.Namespace == "" {
		return id.Kind + " " + id.Name
	}
	return id.Kind + " " + id.Namespace + "/" + id.Name
}

// dropped are annotations that are not part of a build's result.
var dropped = slices.Concat(resource.BuildAnnotations, []string{
	"kustomize.config.k8s.io/id",
	"config.kubernetes.io/origin",
	"alpha.config.kubernetes.io/transformations",
})

// readState reads what kbuild captured.
func readState(items []*yaml.Node) (*state, error) {
	s := &state{byID: map[string]*object{}}
	nodes := make([]*kyaml.RNode, len(items))
	for i, n := range items {
		nodes[i] = kyaml.NewRNode(n)
	}
	// Resources marked as local configuration are not part of a build's result
	// and left out here.
	rf := provider.NewDefaultDepProvider().GetResourceFactory()
	var err error
	if s.resources, err = resmap.NewFactory(rf).NewResMapFromRNodeSlice(nodes); err != nil {
		return nil, fmt.Errorf("reading the captured resources: %w", err)
	}
	for _, r := range s.resources.Resources() {
		o := &object{id: r.CurId()}
		if o.content, err = contentOf(r); err != nil {
			return nil, fmt.Errorf("%s: %w", o, err)
		}
		dropAnnotations(o.content)
		s.objects = append(s.objects, o)
		s.byID[o.id.String()] = o
	}
	return s, nil
}

// contentOf is a resource as JSON, with numbers as they are written there.
func contentOf(r *resource.Resource) (map[string]any, error) {
	if v, ok := kbuild.JSON(r.YNode()); ok {
		if content, ok := v.(map[string]any); ok {
			return content, nil
		}
	}
	text, err := r.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var content map[string]any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return content, dec.Decode(&content)
}

func dropAnnotations(content map[string]any) {
	metadata, _ := content["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	if annotations == nil {
		return
	}
	for _, name := range dropped {
		delete(annotations, name)
	}
	if len(annotations) == 0 {
		delete(metadata, "annotations")
	}
}

// lookup walks content along keys and returns nil where it ends.
func lookup(content any, keys ...string) any {
	for _, k := range keys {
		m, _ := content.(map[string]any)
		content = m[k]
	}
	return content
}

func (o *object) isSecret() bool { return o.id.Kind == "Secret" && o.id.Group == "" }
