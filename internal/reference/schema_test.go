package reference

import (
	"slices"
	"strings"
	"testing"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
)

// earlier are paths of versions that clusters may still have and the tables do
// not, with the version.
var earlier = map[string]string{
	"spec.rules[].http.paths[].backend.serviceName":                    "networking.k8s.io/v1beta1",
	"spec.backend.serviceName":                                         "networking.k8s.io/v1beta1",
	"spec.conversion.webhookClientConfig.service.name":                 "apiextensions.k8s.io/v1beta1",
	"spec.listeners[].tls.frontendValidation.caCertificateRefs[].name": "Gateway API 1.3, experimental",
	"spec.backendTLS.clientCertificateRef.name":                        "Gateway API 1.3, experimental",
	"spec.template.spec.nodeClassRef.name":                             "karpenter.sh/v1beta1",
	"spec.targetRef.name":                                              "Gateway API 1.0 and others",
}

// TestRowsHaveSchemas follows the path of each row through the schemas of its
// kinds, in all versions that are known: one that none has is a mistake.
func TestRowsHaveSchemas(t *testing.T) {
	checked := 0
	for _, rows := range builtinRows() {
		for i := range rows {
			r := &rows[i]
			known, found := false, earlier[r.Path] != ""
			companions := map[string]bool{}
			for _, c := range []string{r.Kind, r.Group, r.Namespace, r.Key, r.Port, r.Optional} {
				for _, alternative := range strings.Split(c, "|") {
					if alternative != "" {
						companions[alternative] = false
					}
				}
			}
			for from := range strings.SplitSeq(r.From, ",") {
				gk := inventory.ParseGroupKind(strings.TrimSpace(from))
				schemas := schemasOf(gk)
				if len(schemas) == 0 {
					continue
				}
				known = true
				path := r.Path
				if gk == podKind {
					path = strings.Replace(path, "container.", "containers[].", 1)
				}
				for c := range companions {
					way := companionPath(fieldpath.Of(path), c)
					companions[c] = companions[c] || slices.ContainsFunc(schemas, func(s *apischema.Schema) bool { return has(s, way) })
				}
				found = found || slices.ContainsFunc(schemas, func(s *apischema.Schema) bool { return has(s, fieldpath.Of(path)) })
			}
			if known {
				checked++
				if !found {
					t.Errorf("%s has no field %s", r.From, r.Path)
				}
				for c, found := range companions {
					if !found && earlier[r.Path] == "" {
						t.Errorf("%s has no companion %s of %s", r.From, c, r.Path)
					}
				}
			}
		}
	}
	if checked < 300 {
		t.Errorf("only %d rows were followed", checked)
	}
}

// companionPath is the path of a companion of the field at a path.
func companionPath(path fieldpath.Path, companion string) fieldpath.Path {
	if rest, ok := strings.CutPrefix(companion, "/"); ok {
		return fieldpath.Of(rest)
	}
	out := func(p fieldpath.Path) fieldpath.Path {
		for len(p) > 0 && (p[len(p)-1].Kind == fieldpath.Each || p[len(p)-1].Kind == fieldpath.Index) {
			p = p[:len(p)-1]
		}
		return p[:max(0, len(p)-1)]
	}
	path = out(path)
	for strings.HasPrefix(companion, "^") {
		companion, path = companion[1:], out(path)
	}
	return append(slices.Clone(path), fieldpath.Of(companion)...)
}

// schemasOf are those of a kind in every version that is known.
func schemasOf(gk inventory.GroupKind) (all []*apischema.Schema) {
	kind := gk.Kind
	for _, table := range []*apischema.Table{apischema.Kubernetes(), apischema.Operators()} {
		for _, k := range table.Versions(kind) {
			if k.Group != gk.Group {
				continue
			}
			s := k.Schema
			if gk == podKind {
				s = s.Field("spec").Schema
			}
			all = append(all, s)
		}
	}
	return all
}

// has reports whether a path leads through a schema to a scalar, or to what may be
// anything.
func has(s *apischema.Schema, path fieldpath.Path) bool {
	for s.Type == apischema.List && (len(path) == 0 || path[0].Kind != fieldpath.Each && path[0].Kind != fieldpath.Index) {
		s = s.Elem // paths of kustomize do not mark lists
	}
	if s.Type == apischema.Any || s.Type == apischema.Raw {
		return true
	}
	if len(path) == 0 {
		return s.Type != apischema.Object && s.Type != apischema.Map
	}
	switch step := path[0]; step.Kind {
	case fieldpath.Key:
		if s.Type == apischema.Map {
			return has(s.Elem, path[1:])
		}
		if s.Type != apischema.Object {
			return false
		}
		f := s.Field(step.Key)
		return f == nil && s.Open || f != nil && has(f.Schema, path[1:])
	case fieldpath.Each, fieldpath.Index:
		return s.Type == apischema.List && has(s.Elem, path[1:])
	case fieldpath.Values:
		return s.Type == apischema.Map && has(s.Elem, path[1:]) ||
			s.Type == apischema.Object && slices.ContainsFunc(s.Fields(), func(f apischema.Field) bool { return has(f.Schema, path[1:]) })
	case fieldpath.Keys:
		return s.Type == apischema.Map || s.Type == apischema.Object
	}
	return true // any level
}

// TestProducersHaveSchemas does the same with the names of what is made.
func TestProducersHaveSchemas(t *testing.T) {
	checked := 0
	for _, rows := range builtinProducers() {
		for i := range rows {
			p := &rows[i]
			if p.Name == "" {
				continue
			}
			for _, pattern := range strings.Split(p.Name, "}") {
				_, path, ok := strings.Cut(pattern, "{")
				if !ok || path == "" || path == "name" {
					continue
				}
				known, found := false, false
				for from := range strings.SplitSeq(p.From, ",") {
					for _, s := range schemasOf(inventory.ParseGroupKind(strings.TrimSpace(from))) {
						known = true
						found = found || has(s, fieldpath.Of(path)) || strings.HasPrefix(path, "metadata.")
					}
				}
				if known {
					if checked++; !found {
						t.Errorf("%s makes %s of the field %s, which it does not have", p.From, p.Makes, path)
					}
				}
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d producers were followed", checked)
	}
}
