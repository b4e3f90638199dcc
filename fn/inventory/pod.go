package inventory

import (
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Pod is one pod template that a resource embeds.
type Pod struct {
	Owner *Object
	// Template holds metadata and spec; for Kind Pod it is the resource itself.
	Template *yaml.Node
	// Path is the field path of the pod spec in Owner, as in spec.template.spec.
	Path string
	Spec *yaml.Node
	// Partial marks templates that an operator completes, so that what is
	// missing from them says nothing.
	Partial bool

	Containers []*Container
}

// ContainerType says which list of the pod spec a container is in.
type ContainerType string

// The lists of containers in a pod spec.
const (
	AppContainer       ContainerType = "containers"
	InitContainer      ContainerType = "initContainers"
	EphemeralContainer ContainerType = "ephemeralContainers"
)

// Container is one container of a pod.
type Container struct {
	Pod  *Pod
	Type ContainerType
	Name string
	Node *yaml.Node
	// Path is the field path in the owner, as in spec.template.spec.containers[0].
	Path string
}

// Sidecar reports whether an init container keeps running beside the others:
// https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
func (c *Container) Sidecar() bool {
	return c.Type == InitContainer && yamlnode.GetString(c.Node, "restartPolicy") == "Always"
}

// Labels are the labels of the pods that the template makes.
func (p *Pod) Labels() *yaml.Node { return yamlnode.Path(p.Template, "metadata", "labels") }

// Namespace is the namespace the pods run in.
func (p *Pod) Namespace() string { return p.Owner.Namespace }

// PodTemplate says where a kind embeds a pod template or pod spec.
type PodTemplate struct {
	GroupKind
	// Path is the path of the template (with metadata and spec below it), with
	// [] for every element of a list and {} for every value of a map. Empty for
	// Pod itself.
	Path string
	// Spec is true where Path is of a bare pod spec.
	Spec bool
	// Partial marks templates that an operator completes.
	Partial bool
}

var podTemplatesByKind = sync.OnceValue(func() map[GroupKind][]PodTemplate {
	m := make(map[GroupKind][]PodTemplate, len(podTemplates))
	for _, t := range podTemplates {
		m[t.GroupKind] = append(m[t.GroupKind], t)
	}
	return m
})

// PodTemplates returns where the kind embeds pods.
func PodTemplates(gk GroupKind) []PodTemplate { return podTemplatesByKind()[gk] }

// Pods returns the pods that o embeds.
func (o *Object) Pods() []*Pod {
	if pods := o.pods.Load(); pods != nil {
		return *pods
	}
	pods := &noPods
	if templates := podTemplatesByKind()[o.GroupKind]; templates != nil {
		f := podFinder{owner: o}
		for _, t := range templates {
			fieldpath.Of(t.Path).Walk(o.Node, func(at string, n *yaml.Node) { f.add(n, t, at) })
		}
		pods = &f.pods
	}
	o.pods.CompareAndSwap(nil, pods)
	return *o.pods.Load()
}

var noPods []*Pod

type podFinder struct {
	owner *Object
	pods  []*Pod
}

func (f *podFinder) add(n *yaml.Node, t PodTemplate, at string) {
	p := &Pod{Owner: f.owner, Template: n, Spec: n, Path: at, Partial: t.Partial}
	if !t.Spec {
		p.Spec = yamlnode.Get(n, "spec")
		p.Path = join(at, "spec")
	}
	if p.Spec == nil || p.Spec.Kind != yaml.MappingNode {
		return
	}
	fixed := !strings.ContainsAny(t.Path, "[{")
	for k, v := range yamlnode.Fields(p.Spec) {
		switch typ := ContainerType(k.Value); typ {
		case AppContainer, InitContainer, EphemeralContainer:
			for i, c := range yamlnode.Elements(v) {
				p.addContainer(c, typ, containerPath(p.Path, typ, i, fixed))
			}
		case "container", "script": // Argo Workflows: one container of a template
			p.addContainer(v, AppContainer, p.Path+"."+k.Value)
		}
	}
	f.pods = append(f.pods, p)
}

// containerPaths are those that most containers have, which share their text.
var containerPaths sync.Map // by containerAt

type containerAt struct {
	pod  string
	list ContainerType
	at   int
}

// containerPath is the path of a container of a pod spec at a path, which is fixed
// if resources of the kind have no other.
func containerPath(pod string, list ContainerType, i int, fixed bool) string {
	const few = 8 // containers in a list
	usual := fixed && i < few
	if usual {
		if known, ok := containerPaths.Load(containerAt{pod, list, i}); ok {
			return known.(string)
		}
	}
	path := pod + "." + string(list) + "[" + strconv.Itoa(i) + "]"
	if usual {
		containerPaths.Store(containerAt{pod, list, i}, path)
	}
	return path
}

func (p *Pod) addContainer(n *yaml.Node, typ ContainerType, at string) {
	n = yamlnode.Resolve(n)
	if n == nil || n.Kind != yaml.MappingNode {
		return
	}
	p.Containers = append(p.Containers, &Container{
		Pod: p, Type: typ, Node: n, Path: at, Name: yamlnode.GetString(n, "name"),
	})
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
