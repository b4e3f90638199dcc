package lock

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"sigs.k8s.io/kustomize/api/provider"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/resid"
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

// readState reads what kbuild.Capture returns.
func readState(list []byte) (*state, error) {
	s := &state{byID: map[string]*object{}}
	nodes, err := (&kio.ByteReader{Reader: bytes.NewReader(list), OmitReaderAnnotations: true}).Read()
	if err != nil {
		return nil, fmt.Errorf("reading the captured resources: %w", err)
	}
	// Resources marked as local configuration are not part of a build's result
	// and left out here.
	rf := provider.NewDefaultDepProvider().GetResourceFactory()
	if s.resources, err = resmap.NewFactory(rf).NewResMapFromRNodeSlice(nodes); err != nil {
		return nil, fmt.Errorf("reading the captured resources: %w", err)
	}
	for _, r := range s.resources.Resources() {
		o := &object{id: r.CurId()}
		text, err := r.MarshalJSON()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o, err)
		}
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.UseNumber()
		if err := dec.Decode(&o.content); err != nil {
			return nil, fmt.Errorf("%s: %w", o, err)
		}
		dropAnnotations(o.content)
		s.objects = append(s.objects, o)
		s.byID[o.id.String()] = o
	}
	return s, nil
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
