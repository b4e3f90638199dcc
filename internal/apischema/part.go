package apischema

import (
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Part says whether a resource is written as a part of one, such as a patch.
type Part int

// How much of a part a resource is.
const (
	Whole   Part = iota
	Perhaps      // a patch looks like this, and so does what was forgotten
	Likely       // a patch, or nothing that anybody would write as a whole
)

// PartOf says how much a resource looks like a part of one: not by one field
// that is missing, but by what else is.
func PartOf(n *yaml.Node, k GroupVersionKind) Part {
	spec := yamlnode.Get(n, "spec")
	has := func(field string) bool { return !yamlnode.IsNull(yamlnode.Get(spec, field)) }
	part := func(is bool, as Part) Part {
		if is {
			return as
		}
		return Whole
	}
	switch k.Group + "/" + k.Kind {
	case "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "apps/ReplicaSet":
		return part(!has("selector") && !anyImage(yamlnode.Get(spec, "template")), Likely)
	case "batch/Job":
		t := yamlnode.Path(spec, "template", "spec")
		return part(spec != nil && !anyImage(yamlnode.Get(spec, "template")) && yamlnode.IsNull(yamlnode.Get(t, "restartPolicy")), Likely)
	case "batch/CronJob":
		t := yamlnode.Path(spec, "jobTemplate", "spec", "template")
		if !has("jobTemplate") {
			return part(spec != nil, Perhaps)
		}
		return part(!anyImage(t) && (!has("schedule") || yamlnode.IsNull(yamlnode.Path(t, "spec", "restartPolicy"))), Likely)
	case "/Pod":
		return part(len(yamlnode.Elements(yamlnode.Get(spec, "containers"))) > 0 && !anyImage(n), Perhaps)
	case "/Service":
		return part(spec != nil && !has("selector") && !has("ports") && len(spec.Content) > 0, Likely)
	case "/PersistentVolumeClaim":
		switch {
		case spec == nil:
		case !has("accessModes") && !has("resources"):
			return Likely
		case !has("accessModes") && !has("storageClassName"):
			return Perhaps
		}
	case "networking.k8s.io/Ingress":
		return part(spec != nil && !has("rules") && !has("defaultBackend"), Perhaps)
	case "autoscaling/HorizontalPodAutoscaler":
		return part(spec != nil && !has("scaleTargetRef") && (!has("metrics") || !has("maxReplicas")), Perhaps)
	case "rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRoleBinding":
		return part(yamlnode.IsNull(yamlnode.Get(n, "roleRef")) && yamlnode.Get(n, "subjects") != nil, Perhaps)
	case "apiextensions.k8s.io/CustomResourceDefinition":
		return part(spec != nil && !has("group") && !has("names") && !has("scope"), Likely)
	}
	return Whole
}

// anyImage reports whether a container of a pod template has an image.
func anyImage(template *yaml.Node) bool {
	for _, list := range [...]string{"containers", "initContainers"} {
		for _, c := range yamlnode.Elements(yamlnode.Path(template, "spec", list)) {
			if yamlnode.GetString(c, "image") != "" {
				return true
			}
		}
	}
	return false
}

// Foreign reports whether a mapping with an apiVersion and a kind is no resource of
// that kind, but says something about some, as the patches of Hive do: it has no
// metadata and no field of the kind, and others that belong nowhere.
func Foreign(n *yaml.Node, s *Schema) bool {
	strange := 0
	var meta *Schema
	if f := s.Field("metadata"); f != nil {
		meta = f.object()
	}
	for k := range yamlnode.Fields(n) {
		switch {
		case k.Value == "kind" || k.Value == "apiVersion":
		case s.Field(k.Value) != nil || len(near(k.Value, fieldNames(s))) > 0:
			return false
		case meta == nil || meta.Field(k.Value) == nil:
			strange++
		}
	}
	return strange > 1
}

// Resembles reports whether a mapping that does not say its apiVersion has the fields
// of a kind. Other programs have files with a kind, too: it has none of them there but
// a word, such as a type, or more that are no fields of it.
func Resembles(n *yaml.Node, s *Schema) bool {
	fields, others, holds := 0, 0, false
	for k, v := range yamlnode.Fields(n) {
		switch {
		case k.Value == "kind" || k.Value == "apiVersion":
		case s.Field(k.Value) != nil:
			fields++
			holds = holds || len(v.Content) > 0
		default:
			others++
		}
	}
	return fields > others && (fields > 1 || holds)
}
