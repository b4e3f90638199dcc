package lock

import (
	"encoding/json"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/kyaml/resid"

	"github.com/ressKim-io/wealist-k8s-migration/internal/host"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Input is one field that a value in a pipeline's result was computed from. A
// lock fails to apply when the field changes.
type Input struct {
	APIVersion, Kind, Namespace, Name string
	// Path is a JSON pointer. With an empty Path the input is the object
	// itself: its name and namespace.
	Path string
}

func (in *Input) id() resid.ResId {
	group, version := "", in.APIVersion
	if i := strings.IndexByte(in.APIVersion, '/'); i >= 0 {
		group, version = in.APIVersion[:i], in.APIVersion[i+1:]
	}
	return resid.NewResIdWithNamespace(resid.NewGvk(group, version, in.Kind), in.Name, in.Namespace)
}

func inputOf(o *object, path string) Input {
	return Input{APIVersion: o.id.ApiVersion(), Kind: o.id.Kind, Namespace: o.id.Namespace, Name: o.id.Name, Path: path}
}

// guards are the inputs that show in the values themselves: the Services whose
// addresses they hold, and what a normalized container was recognized by.
func (p *plan) guards(source *state, configs []string) []Input {
	var all []Input
	services := indexServices(source)
	p.values(func(id resid.ResId, key, text string) {
		for _, found := range host.Find(text, host.Hint{Key: key}) {
			all = append(all, services.inputs(found.Host, found.Port, id.Namespace)...)
		}
	})
	for _, t := range p.patches {
		for _, o := range t.ops {
			if o.Op != "test" {
				references(lastStep(o.Path), o.Value, func(kind, name string) {
					all = append(all, source.named(kind, t.id.Namespace, name)...)
				})
			}
		}
		if o := source.byID[t.id.String()]; o != nil && !t.delete {
			all = append(all, workloadInputs(o, t.ops, localImages(configs))...)
		}
	}
	return all
}

// referenceFields are the fields of a pod that name objects it cannot start
// without.
var referenceFields = map[string]string{
	"secretKeyRef": "Secret", "secretRef": "Secret",
	"configMapKeyRef": "ConfigMap", "configMapRef": "ConfigMap",
}

// references calls yield for every object that a value names.
func references(key string, v any, yield func(kind, name string)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			references(key, e, yield)
		}
	case map[string]any:
		if name, ok := v["name"].(string); ok && referenceFields[key] != "" {
			yield(referenceFields[key], name)
		}
		for _, k := range keys(v) {
			references(k, v[k], yield)
		}
	}
}

// named is the object of a core kind that has a name, or had it: references
// are repaired only after the function has run.
func (s *state) named(kind, namespace, name string) []Input {
	id := resid.NewResIdWithNamespace(resid.NewGvk("", "v1", kind), name, namespace)
	current := s.byID[id.String()]
	if current != nil {
		return []Input{inputOf(current, "")}
	}
	var found []Input
	for _, r := range s.resources.GetMatchingResourcesByAnyId(id.GvknEquals) {
		if o := s.byID[r.CurId().String()]; o != nil && o.id.Namespace == namespace {
			found = append(found, inputOf(o, ""))
		}
	}
	if len(found) > 1 {
		return nil // kustomize repairs none of them either
	}
	return found
}

// profileAnnotation names the resource profile of a workload.
const profileAnnotation = "wealist.io/resource-profile"

// workloadInputs are the fields of a workload that decide what normalization
// does to it. An image decides only where images are told apart by name:
// otherwise a new tag does not make a lock stale.
func workloadInputs(o *object, ops []op, images bool) []Input {
	var all []Input
	for _, e := range ops {
		if e.Op == "test" {
			continue
		}
		if strings.Contains(e.Path, "/resources") {
			for _, at := range []string{"/metadata/annotations", "/spec/template/metadata/annotations"} {
				path := pointer(at, profileAnnotation)
				if resolve(o.content, path) != nil {
					all = append(all, inputOf(o, path))
				}
			}
		}
		if container, ok := strings.CutSuffix(e.Path, "/imagePullPolicy"); ok && images {
			all = append(all, inputOf(o, container+"/image"))
		}
	}
	return all
}

// localImages reports whether a configuration treats some images as local.
func localImages(configs []string) bool {
	for _, c := range configs {
		var doc yaml.Node
		if yaml.Unmarshal([]byte(c), &doc) != nil {
			return true // the function has read it somehow: be on the safe side
		}
		if len(yamlnode.Elements(yamlnode.Path(&doc, "spec", "normalize", "images", "local"))) > 0 {
			return true
		}
	}
	return false
}

// services finds Services by the names that DNS gives them.
type services struct {
	byName map[string][]*object
	// sets are the StatefulSets of headless Services by namespace/service.
	sets map[string][]*object
}

func indexServices(source *state) *services {
	s := &services{byName: map[string][]*object{}, sets: map[string][]*object{}}
	for _, o := range source.objects {
		switch {
		case o.id.Kind == "Service" && o.id.Group == "":
			s.byName[o.id.Name] = append(s.byName[o.id.Name], o)
		case o.id.Kind == "StatefulSet" && o.id.Group == "apps":
			if name, ok := lookup(o.content, "spec", "serviceName").(string); ok {
				s.sets[o.id.Namespace+"/"+name] = append(s.sets[o.id.Namespace+"/"+name], o)
			}
		}
	}
	return s
}

// inputs are those of an address that is seen from a namespace: service,
// service.namespace…, or pod.service.namespace….
// https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
func (s *services) inputs(name string, port int, from string) []Input {
	labels := strings.Split(name, ".")
	var all []Input
	for i := 0; i < min(2, len(labels)); i++ {
		namespace := from
		if len(labels) > i+1 {
			namespace = labels[i+1]
		}
		for _, o := range s.byName[labels[i]] {
			if o.id.Namespace != namespace && o.id.Namespace != "" {
				continue
			}
			all = append(all, serviceInputs(o, port)...)
			if i == 1 { // the address of one pod
				for _, set := range s.sets[o.id.Namespace+"/"+o.id.Name] {
					all = append(all, inputOf(set, "/spec/replicas"))
				}
			}
			return all
		}
	}
	return nil
}

func serviceInputs(o *object, port int) []Input {
	all := []Input{inputOf(o, "")}
	if lookup(o.content, "spec", "externalName") != nil {
		all = append(all, inputOf(o, "/spec/externalName"))
	}
	ports, _ := lookup(o.content, "spec", "ports").([]any)
	for i, p := range ports {
		if n, ok := lookup(p, "port").(json.Number); ok && n.String() == strconv.Itoa(port) {
			all = append(all, inputOf(o, at("/spec/ports", i)+"/port"))
			if len(ports) > 1 {
				if lookup(p, "name") != nil {
					all = append(all, inputOf(o, at("/spec/ports", i)+"/name"))
				}
			}
		}
	}
	return all
}

// resolve follows a JSON pointer and returns nil where it ends.
func resolve(v any, path string) any {
	for _, step := range strings.Split(path, "/")[1:] {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		switch node := v.(type) {
		case map[string]any:
			v = node[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(node) {
				return nil
			}
			v = node[i]
		default:
			return nil
		}
	}
	return v
}

func lastStep(path string) string {
	return path[strings.LastIndexByte(path, '/')+1:]
}
