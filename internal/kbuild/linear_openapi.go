package kbuild

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/openapi/kubernetesapi"
	"sigs.k8s.io/kustomize/kyaml/resid"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"
	"sigs.k8s.io/yaml"
)

// schema guards the schema that kustomize keeps for all builds of a process.
// Whoever only reads it finds the default one.
var schema struct {
	sync.RWMutex
	whole bool // nothing is added to it when it is read
}

// errOwnSchema ends a build that needs the schema for itself.
var errOwnSchema = errors.New("the build has a schema of its own")

// readSchema keeps the schema as it is until done is called. kustomize fills it when
// it first needs more than the scopes that it has in a table, and reads it without a
// lock: for builds that run side by side it is filled before.
func readSchema(sideBySide bool) (done func()) {
	schema.RLock()
	for sideBySide && !schema.whole {
		schema.RUnlock()
		schema.Lock()
		openapi.SchemaForResourceType(kyaml.TypeMeta{})
		schema.whole = true
		schema.Unlock()
		schema.RLock()
	}
	return schema.RUnlock
}

// WithSchema calls f, which asks kustomize about resources and builds none: about
// their ids, for example, which depend on the schema that it keeps. That is the
// default one until f returns, whatever other builds bring.
func WithSchema(f func() error) error {
	defer readSchema(true)()
	return f()
}

// ownSchema keeps others from the schema until done is called.
func ownSchema() (done func()) {
	schema.Lock()
	return func() {
		if isOwnSchema() {
			resetSchema()
		}
		schema.Unlock()
	}
}

func isOwnSchema() bool { return openapi.GetSchemaVersion() != kubernetesapi.DefaultOpenAPI }

func resetSchema() {
	openapi.ResetOpenAPI()
	schema.whole = false
}

// stockSchema runs a build of kustomize's own, which may set a schema. That is added
// to what earlier builds have left, unlike in a process that builds one tree: so
// such a build runs once more, from none.
func stockSchema(run func()) {
	defer ownSchema()()
	run()
	if isOwnSchema() {
		resetSchema()
		run()
	}
}

// setSchema makes the schema of the build the one that the kustomization names.
func (v *level) setSchema() error {
	if len(v.k.OpenAPI) == 0 {
		return nil
	}
	if !v.ownSchema {
		return errOwnSchema
	}
	var text []byte
	if path, ok := v.k.OpenAPI["path"]; ok {
		var err error
		if text, err = v.Load(path); err != nil {
			return err
		}
	}
	resetSchema() // else it would be added to what other builds use
	return openapi.SetSchema(v.k.OpenAPI, text, true)
}

// definition is a type in a file of crds.
type definition struct{ Schema spec.Schema }

// errEndless is about types that contain themselves: kustomize follows them
// until it crashes.
var errEndless = errors.New("a type refers to itself")

// crdFields are the fields that the definitions in crds say transformers act on.
// https://github.com/kubernetes-sigs/kustomize/blob/master/examples/crd/README.md
func (v *level) crdFields() (*fieldSpecs, error) {
	all := &fieldSpecs{}
	for _, path := range v.k.Crds {
		text, err := v.Load(path)
		if err != nil {
			return nil, err
		}
		var definitions map[string]definition
		if len(text) > 0 && text[0] == '{' {
			err = json.Unmarshal(text, &definitions)
		} else {
			err = yaml.Unmarshal(text, &definitions)
		}
		if err != nil {
			return nil, err
		}
		ofFile := &fieldSpecs{}
		for name, d := range definitions {
			if !isObject(d.Schema.Properties) {
				continue
			}
			own := &fieldSpecs{}
			kind := name[strings.LastIndex(name, ".")+1:]
			if err := own.addDefinition(kind, definitions, name, nil, nil); err != nil {
				if errors.Is(err, errEndless) {
					err = &certainError{fmt.Errorf("%s: %s: %w", v.dir().Join(path), name, err)}
				}
				return nil, err
			}
			if ofFile, err = ofFile.merge(own); err != nil {
				return nil, err
			}
		}
		if all, err = all.merge(ofFile); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// isObject reports whether a type with these fields is that of an object.
func isObject(properties map[string]spec.Schema) bool {
	for _, field := range []string{"apiVersion", "kind", "metadata"} {
		if _, ok := properties[field]; !ok {
			return false
		}
	}
	return true
}

// addDefinition adds the fields that a type and those below it mark.
func (f *fieldSpecs) addDefinition(kind string, definitions map[string]definition, name string, path, above []string) error {
	if slices.Contains(above, name) {
		return errEndless
	}
	above = append(slices.Clip(above), name)
	for field, s := range definitions[name].Schema.Properties {
		at := append(slices.Clip(path), field)
		here := types.FieldSpec{Gvk: resid.Gvk{Kind: kind}, Path: strings.Join(at, "/")}
		var err error
		for mark, fields := range map[string]*types.FsSlice{
			"x-kubernetes-annotation": &f.CommonAnnotations, "x-kubernetes-label-selector": &f.CommonLabels, "x-kubernetes-identity": &f.NamePrefix,
		} {
			if _, ok := s.Extensions.GetString(mark); ok {
				if *fields, err = fields.MergeOne(here); err != nil {
					return err
				}
			}
		}
		version, hasVersion := s.Extensions.GetString("x-kubernetes-object-ref-api-version")
		target, hasKind := s.Extensions.GetString("x-kubernetes-object-ref-kind")
		if hasVersion && hasKind {
			key, ok := s.Extensions.GetString("x-kubernetes-object-ref-name-key")
			if !ok {
				key = "name"
			}
			here.Path += "/" + key
			more := &fieldSpecs{NameReference: backReferences{{Gvk: resid.Gvk{Kind: target, Version: version}, Referrers: types.FsSlice{here}}}}
			merged, err := f.merge(more)
			if err != nil {
				return err
			}
			*f = *merged
		}
		if s.Ref.GetURL() != nil {
			if err := f.addDefinition(kind, definitions, s.Ref.String(), at, above); err != nil {
				return err
			}
		}
	}
	return nil
}
