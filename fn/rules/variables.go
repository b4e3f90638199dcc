package rules

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func variableRules() []*Rule { return []*Rule{variableNotExpanded, fieldRefInvalid} }

var variableNotExpanded = &Rule{
	Name:     "variable-not-expanded",
	Severity: finding.Error,
	Doc: "The value of an environment variable uses $(NAME), and the kubelet will not expand it. " +
		"It expands the keys of envFrom and the variables that stand earlier in the same env list, not later ones; the program then sees the text $(NAME) itself. " +
		"In command and args, where a shell may have a meaning for $(…), only misspelt names are reported.",
	URL: "https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/",
	Run: func(p *Pass) error {
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			if !usesVariables(c) {
				return
			}
			env := yamlnode.Elements(yamlnode.Get(c.Node, "env"))
			var names []string
			first := map[string]int{} // where each name stands first
			for i, e := range env {
				name := yamlnode.GetString(e, "name")
				names = append(names, name)
				if _, ok := first[name]; !ok {
					first[name] = i
				}
			}
			for i, e := range env {
				n := yamlnode.Get(e, "value")
				for _, name := range expansions(yamlnode.String(n)) {
					if at, ok := first[name]; (!ok || at >= i) && !p.inEnvFrom(o, c, name) {
						p.reportVariable(o, c, n, name, names, i)
					}
				}
			}
			variables := choose(names)
			for _, field := range []string{"command", "args"} {
				for _, arg := range yamlnode.Elements(yamlnode.Get(c.Node, field)) {
					for _, name := range expansions(yamlnode.String(arg)) {
						if variables.has(name) || p.inEnvFrom(o, c, name) {
							continue
						}
						p.reportArgument(o, c, arg, name, variables)
					}
				}
			}
		})
		return nil
	},
}

// usesVariables reports whether a container has $( where the kubelet expands it.
func usesVariables(c *inventory.Container) bool {
	uses := func(n *yaml.Node) bool { return strings.Contains(yamlnode.String(n), "$(") }
	return slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(c.Node, "env")), func(e *yaml.Node) bool { return uses(yamlnode.Get(e, "value")) }) ||
		slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(c.Node, "command")), uses) ||
		slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(c.Node, "args")), uses)
}

// reportArgument reports $(name) in a container's command or args.
func (p *Pass) reportArgument(o *inventory.Object, c *inventory.Container, arg *yaml.Node, name string, variables *choice) {
	message := fmt.Sprintf("$(%s) is not a variable of container %q", name, c.Name)
	near := variables.nearest(name)
	switch {
	case len(near) > 0 && suggest.Close(name, near[0]):
		p.Report(o, arg, message, DidYouMeanAs("$(%s)", near...))
	case strings.Contains(name, "_") && hasDevices(c):
		// what a device plugin sets, whose variables are there before those of the container
	case c.Pod.Partial || serviceVariable(name) || leaderVariable(o, name) || slices.Contains(identityVariables[:], name) || !strings.Contains(name, "_") && runsShell(c):
		// what an operator or the kubelet sets, a program of the shell's
	default:
		p.Report(o, arg, message, AtMost(finding.Warning), Help("write $$(%s) if the text is meant", name))
	}
}

// identityVariables are set by the webhooks that give pods an identity in a cloud, behind
// those of the container, so that its arguments may have them and its env may not.
// https://github.com/aws/amazon-eks-pod-identity-webhook
// https://azure.github.io/azure-workload-identity/docs/installation/mutating-admission-webhook.html
var identityVariables = [...]string{
	"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE",
	"AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST",
}

// hasDevices reports whether a container asks for what a device plugin has, a resource of
// another domain than that of Kubernetes:
// https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/device-plugins/
func hasDevices(c *inventory.Container) bool {
	for k := range yamlnode.Fields(yamlnode.Path(c.Node, "resources", "limits")) {
		if domain, _, ok := strings.Cut(k.Value, "/"); ok && domain != "kubernetes.io" && !strings.HasSuffix(domain, ".kubernetes.io") {
			return true
		}
	}
	return false
}

// leaderVariable reports whether the controller of LeaderWorkerSets sets a variable:
// https://lws.sigs.k8s.io/docs/reference/labels-annotations-and-environment-variables/
func leaderVariable(o *inventory.Object, name string) bool {
	return o.Kind == "LeaderWorkerSet" && strings.HasPrefix(name, "LWS_")
}

// runsShell reports whether a container runs a shell, as far as that can be known.
func runsShell(c *inventory.Container) bool {
	words := slices.Concat(yamlnode.Elements(yamlnode.Get(c.Node, "command")), yamlnode.Elements(yamlnode.Get(c.Node, "args")))
	return slices.ContainsFunc(words, func(n *yaml.Node) bool {
		s := yamlnode.String(n)
		return s == "-c" || strings.HasSuffix(s, "sh") || strings.ContainsAny(s, "\n;|&")
	})
}

// reportVariable reports $(name) in entry i of env, whose names are given.
func (p *Pass) reportVariable(o *inventory.Object, c *inventory.Container, n *yaml.Node, name string, names []string, i int) {
	near := nearest(name, names[:i])
	switch {
	case slices.Contains(names[i+1:], name):
		p.Report(o, n, fmt.Sprintf("$(%s) stands before %s itself, so it is not expanded", name, name), SecretLine(),
			Help("move %s in front of %s in the env list", name, names[i]))
	case name == names[i]:
		// the image's own value, kept on purpose
	case len(near) > 0 && suggest.Close(name, near[0]):
		p.Report(o, n, fmt.Sprintf("$(%s) is not a variable of container %q", name, c.Name), DidYouMeanAs("$(%s)", near...), SecretLine())
	case leaderVariable(o, name):
	case serviceVariable(name):
		p.checkServiceVariable(o, n, name)
	default:
		p.Report(o, n, fmt.Sprintf("$(%s) is not a variable of container %q", name, c.Name), AtMost(finding.Warning), SecretLine(),
			Help("write $$(%s) if the text is meant", name))
	}
}

// SecretLine keeps the source line out of reports.
func SecretLine() Option { return func(f *finding.Finding) { f.Secret = true } }

// inEnvFrom reports whether an envFrom source of the container has the key, or
// may have it.
func (p *Pass) inEnvFrom(o *inventory.Object, c *inventory.Container, name string) bool {
	for _, e := range yamlnode.Elements(yamlnode.Get(c.Node, "envFrom")) {
		key, ok := strings.CutPrefix(name, yamlnode.GetString(e, "prefix"))
		if !ok {
			continue
		}
		for field, kind := range map[string]string{"configMapRef": "ConfigMap", "secretRef": "Secret"} {
			source := yamlnode.GetString(e, field, "name")
			if source == "" {
				continue
			}
			target := p.Inventory.Lookup(gk(kind), o.Namespace, source, true, o)
			if target == nil || target.Content().Has(key) {
				return true
			}
		}
	}
	return false
}

// serviceVariable reports whether the kubelet sets such a variable for every
// Service: https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
func serviceVariable(name string) bool {
	return strings.HasSuffix(name, "_SERVICE_HOST") || strings.Contains(name, "_SERVICE_PORT") || strings.Contains(name, "_PORT_")
}

// checkServiceVariable reports a variable that the kubelet sets for a Service,
// which kustomize has given another name since.
func (p *Pass) checkServiceVariable(o *inventory.Object, n *yaml.Node, name string) {
	stem, rest := name, ""
	for _, ending := range [...]string{"_SERVICE_HOST", "_SERVICE_PORT", "_PORT_"} {
		if i := strings.Index(name, ending); i > 0 {
			stem, rest = name[:i], name[i:]
			break
		}
	}
	variable := func(service string) string { return strings.ToUpper(strings.ReplaceAll(service, "-", "_")) }
	var renamed *inventory.Object
	for _, svc := range p.Inventory.OfKind(serviceKind) {
		if !inventory.SameNamespace(svc.Namespace, o.Namespace) {
			continue
		}
		if variable(svc.Name) == stem {
			return
		}
		for _, before := range svc.Previous {
			if variable(before.Name) == stem && before.Name != svc.Name {
				renamed = svc
			}
		}
	}
	if renamed != nil {
		now := variable(renamed.Name) + rest
		p.Report(o, n, fmt.Sprintf("$(%s) is not set: the Service is called %q in this build, and its variable $(%s)", name, renamed.Name, now), Suggest("$("+now+")"), SecretLine(),
			Help("name the Service by its DNS name, compute the address with a connection, or leave Services without a prefix"))
	}
}

// expansions returns the names in $(NAME), without those escaped as $$(NAME).
func expansions(value string) []string {
	var names []string
	for i := 0; i+2 < len(value); i++ {
		if value[i] != '$' {
			continue
		}
		if value[i+1] == '$' {
			i++
			continue
		}
		if value[i+1] != '(' {
			continue
		}
		end := strings.IndexByte(value[i:], ')')
		if end < 0 {
			break
		}
		if name := value[i+2 : i+end]; isVariableName(name) || almostVariableName(name) {
			names = append(names, name)
		}
		i += end
	}
	return names
}

// isVariableName accepts C identifiers in upper case, as variables are
// conventionally named: a shell's $(hostname) is none.
func isVariableName(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '_', 'A' <= c && c <= 'Z':
		case '0' <= c && c <= '9' && i > 0:
		default:
			return false
		}
	}
	return s != ""
}

// almostVariableName reports whether s is such a name but for one character:
// POD_NAMe, POD-NAME.
func almostVariableName(s string) bool {
	odd := 0
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', c == '-' && i > 0:
			odd++
		case !isVariableName(s[i:i+1]) && (c < '0' || c > '9' || i == 0):
			return false
		}
	}
	return odd == 1 && len(s) > 3
}

var fieldRefInvalid = &Rule{
	Name:     "field-ref-invalid",
	Severity: finding.Error,
	Doc: "A fieldRef or resourceFieldRef asks for something the downward API does not have, or for a container that is not in the pod. " +
		"The API server rejects the pod.",
	URL: "https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#available-fields",
	Run: func(p *Pass) error {
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			for _, e := range yamlnode.Elements(yamlnode.Get(c.Node, "env")) {
				p.checkFieldRef(o, yamlnode.Path(e, "valueFrom", "fieldRef", "fieldPath"))
				p.checkResourceField(o, c.Pod, yamlnode.Path(e, "valueFrom", "resourceFieldRef"))
			}
		})
		for _, o := range p.Inventory.Objects() {
			for _, pod := range o.Pods() {
				for _, v := range yamlnode.Elements(yamlnode.Get(pod.Spec, "volumes")) {
					for _, items := range downwardItems(v) {
						for _, item := range yamlnode.Elements(items) {
							p.checkFieldRef(o, yamlnode.Path(item, "fieldRef", "fieldPath"))
							p.checkResourceField(o, pod, yamlnode.Get(item, "resourceFieldRef"))
						}
					}
				}
			}
		}
		return nil
	},
}

func downwardItems(volume *yaml.Node) []*yaml.Node {
	items := []*yaml.Node{yamlnode.Path(volume, "downwardAPI", "items")}
	for _, s := range yamlnode.Elements(yamlnode.Path(volume, "projected", "sources")) {
		items = append(items, yamlnode.Path(s, "downwardAPI", "items"))
	}
	return items
}

var downwardFields = []string{
	"metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels", "metadata.annotations",
	"spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
}

func (p *Pass) checkFieldRef(o *inventory.Object, n *yaml.Node) {
	path := yamlnode.String(n)
	if path == "" || reference.IsPlaceholder(path) || slices.Contains(downwardFields, path) ||
		strings.HasPrefix(path, "metadata.labels['") || strings.HasPrefix(path, "metadata.annotations['") {
		return
	}
	near := nearest(path, downwardFields)
	message := fmt.Sprintf("the downward API has no field %q", path)
	p.Report(o, n, message, DidYouMean(near...))
}

func (p *Pass) checkResourceField(o *inventory.Object, pod *inventory.Pod, ref *yaml.Node) {
	n := yamlnode.Get(ref, "containerName")
	name := yamlnode.String(n)
	if name == "" || reference.IsPlaceholder(name) {
		return
	}
	var names []string
	for _, c := range pod.Containers {
		names = append(names, c.Name)
	}
	if slices.Contains(names, name) {
		return
	}
	near := nearest(name, names)
	message := fmt.Sprintf("the pod has no container %q", name)
	p.Report(o, n, message, DidYouMean(near...), Help("%s", listOf("its containers", names)))
}
