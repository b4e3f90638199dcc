package main

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// kind is one line of the table: which places are broken, and how.
type kind struct {
	name  string
	edits []edit
	sites func(t *tree) []site
	// unsuggested kinds have no right text that a finding could suggest.
	unsuggested bool
}

// site is a text that can be mistyped: the part of a scalar from start to end.
type site struct {
	node       *yaml.Node
	start, end int
	// defined is set where the text is a definition: what refers to it says the
	// old name still, and is told the new one.
	defined bool
	// elsewhere is set where an absent name may well be defined elsewhere.
	elsewhere bool
	// right judges an edit that may not be wrong, and returns why.
	right func(wrong string) string
}

func whole(n *yaml.Node) site { return site{node: n, end: len(n.Value)} }

var names = slices.Concat(typing, spelling, affixes)

// workloads are the kinds whose pods are all there is: nobody completes them.
const workloads = "Deployment,StatefulSet,DaemonSet,Job,CronJob,Pod,ReplicaSet"

// kinds is the table.
var kinds = []kind{
	{name: "name", edits: names, sites: func(t *tree) []site { return extracted(t)["name"] }},
	{name: "key", edits: slices.Concat(typing, spelling), sites: func(t *tree) []site { return extracted(t)["key"] }},
	{name: "port", edits: typing, sites: func(t *tree) []site { return slices.Concat(extracted(t)["port"], podPorts(t.inv)) }},
	{name: "namespace", edits: names, sites: func(t *tree) []site { return extracted(t)["namespace"] }},
	{name: "host", edits: typing, sites: func(t *tree) []site { return urls(t, "host") }},
	{name: "port of a URL", edits: digits, sites: func(t *tree) []site { return urls(t, "port") }},
	{name: "scheme of a URL", edits: typing, sites: func(t *tree) []site { return urls(t, "scheme") }, unsuggested: true},

	{name: "defined name", edits: names, sites: func(t *tree) []site { return definitions(t)["name"] }},
	{name: "defined key", edits: slices.Concat(typing, spelling), sites: func(t *tree) []site { return definitions(t)["key"] }},

	{name: "selector value", edits: slices.Concat(typing, spelling, affixes), sites: selectorSites(false)},
	{name: "selector key", edits: typing, sites: selectorSites(true)},
	{name: "label value", edits: slices.Concat(typing, spelling, affixes), sites: labelSites(false)},
	{name: "label key", edits: typing, sites: labelSites(true)},

	{name: "own namespace", edits: slices.Concat(typing, spelling), sites: at("", func(t *tree, p *place) bool {
		return p.kind != "Namespace" && t.names["Namespace"][p.value.Value]
	}, "metadata.namespace")},
	{name: "class", edits: slices.Concat(typing, spelling), sites: union(
		at("", named("StorageClass"), "**.storageClassName"),
		at("", named("PriorityClass"), "**.priorityClassName"),
		at("", named("IngressClass"), "**.ingressClassName"),
		at("", named("RuntimeClass"), "**.runtimeClassName"),
		at("", named("GatewayClass"), "**.gatewayClassName"),
	)},
	{name: "kind of a reference", edits: slices.Concat(typing, spelling), sites: at("", anything,
		"roleRef.kind", "subjects.kind", "spec.scaleTargetRef.kind", "spec.targetRef.kind", "**.issuerRef.kind", "**.secretStoreRef.kind",
		"**.backendRefs.kind", "**.parentRefs.kind", "**.sourceRef.kind", "spec.workloadRef.kind", "**.volumeClaimTemplates.kind")},
	{name: "group of a reference", edits: typing, sites: at("", anything,
		"roleRef.apiGroup", "spec.scaleTargetRef.apiVersion", "spec.targetRef.apiVersion", "**.issuerRef.group", "**.sourceRef.apiVersion",
		"**.parentRefs.group", "spec.workloadRef.apiVersion", "subjects.apiGroup")},
	{name: "apiVersion", edits: slices.Concat(typing, spelling), sites: at("", servedKind, "apiVersion")},
	{name: "kind", edits: slices.Concat(typing, spelling), sites: at("", servedKind, "kind")},

	{name: "volume", edits: names, sites: at(workloads, beside("volumes", "name"), "**.containers.volumeMounts.name", "**.initContainers.volumeMounts.name")},
	{name: "defined volume", edits: names, sites: defined(at(workloads, mounted, "**.volumes.name"))},
	{name: "container of an annotation", edits: names, sites: containerAnnotations},
	{name: "port name of a Service", edits: typing, sites: at("Service", named("containerPort"), "spec.ports.targetPort")},
	{name: "defined port", edits: slices.Concat(typing, spelling), sites: definedPorts("name")},
	{name: "defined port number", edits: digits, sites: definedPorts("containerPort")},
	{name: "defined Service port", edits: slices.Concat(digits, typing), sites: func(t *tree) []site { return definitions(t)["port"] }},
	{name: "variable", edits: slices.Concat(typing, spelling), sites: variables},

	{name: "enumeration", edits: slices.Concat(typing, spelling), sites: words(
		"spec.type", "spec.ports.protocol", "**.containers.ports.protocol", "**.containers.imagePullPolicy", "**.restartPolicy", "**.accessModes",
		"spec.concurrencyPolicy", "**.pathType", "spec.policyTypes", "**.operator", "**.dnsPolicy", "spec.strategy.type", "spec.updateStrategy.type",
		"spec.podManagementPolicy", "**.effect", "spec.sessionAffinity", "**.terminationMessagePolicy", "**.volumeMode", "volumeBindingMode",
		"reclaimPolicy", "**.scheme", "**.whenUnsatisfiable", "webhooks.failurePolicy", "webhooks.sideEffects", "webhooks.rules.operations", "spec.scope", "spec.metrics.type")},
	{name: "verb", edits: slices.Concat(typing, spelling), sites: at("Role,ClusterRole", knownVerb, "rules.verbs")},
	{name: "resource", edits: slices.Concat(typing, spelling), sites: at("Role,ClusterRole", knownResource, "rules.resources")},
	{name: "API group", edits: typing, sites: at("Role,ClusterRole", knownGroup, "rules.apiGroups")},
	{name: "schedule", edits: schedules, sites: at("CronJob", anything, "spec.schedule"), unsuggested: true},
	{name: "image", edits: images, sites: at(workloads, anything, "**.containers.image", "**.initContainers.image"), unsuggested: true},
	{name: "memory", edits: memories, sites: at("", inKubernetes, "**.containers.resources.limits.memory", "**.containers.resources.requests.memory", "**.resources.requests.storage"), unsuggested: true},
	{name: "cpu", edits: cpus, sites: at("", inKubernetes, "**.containers.resources.limits.cpu", "**.containers.resources.requests.cpu"), unsuggested: true},

	{name: "user of a URL", edits: typing, sites: partsOfURLs("user"), unsuggested: true},
	{name: "database of a URL", edits: typing, sites: partsOfURLs("database"), unsuggested: true},
	{name: "sub path", edits: slices.Concat(typing, spelling), sites: at(workloads, volumeHas, "**.volumeMounts.subPath")},
	{name: "path of an item", edits: typing, sites: defined(at(workloads, itemsMounted, "**.volumes.configMap.items.path", "**.volumes.secret.items.path"))},
	{name: "prefix of variables", edits: typing, sites: defined(at(workloads, prefixUsed, "**.containers.envFrom.prefix"))},

	{name: "field", edits: slices.Concat(typing, spelling), sites: fields(false)},
	{name: "field of a custom resource", edits: slices.Concat(typing, spelling), sites: fields(true)},
}

// words returns the values of fields that take a few words only.
func words(patterns ...string) func(*tree) []site {
	of := at("", func(t *tree, p *place) bool { return inKubernetes(t, p) && !inFree(p) }, patterns...)
	return func(t *tree) []site {
		sites := of(t)
		for i := range sites {
			sites[i].right = func(wrong string) string {
				if wrong == "HTTP" || wrong == "HTTPS" {
					return "another word that the field takes"
				}
				return ""
			}
		}
		return sites
	}
}

// at returns the scalars at some paths that are right as they are.
func at(in string, sound func(*tree, *place) bool, patterns ...string) func(*tree) []site {
	return func(t *tree) []site {
		var sites []site
		for _, p := range t.places {
			if p.value.Kind != yaml.ScalarNode || reference.IsPlaceholder(p.value.Value) || !inKinds(in, p.kind) {
				continue
			}
			if slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, p.path) }) && sound(t, p) {
				sites = append(sites, whole(p.value))
			}
		}
		return sites
	}
}

func union(of ...func(*tree) []site) func(*tree) []site {
	return func(t *tree) []site {
		var all []site
		for _, f := range of {
			all = append(all, f(t)...)
		}
		return all
	}
}

func defined(of func(*tree) []site) func(*tree) []site {
	return func(t *tree) []site {
		sites := of(t)
		for i := range sites {
			sites[i].defined = true
		}
		return sites
	}
}

func anything(*tree, *place) bool { return true }

// named says that the tree has an object of the kind that is called so, or a
// container a port.
func named(kind string) func(*tree, *place) bool {
	return func(t *tree, p *place) bool {
		if kind == "containerPort" {
			return slices.ContainsFunc(t.places, func(c *place) bool {
				return matches("**.containers.ports.name", c.path) && c.value.Value == p.value.Value
			})
		}
		return t.names[kind][p.value.Value]
	}
}

// inKubernetes says that a resource is of one of Kubernetes' own kinds, in a version
// that is served.
func inKubernetes(_ *tree, p *place) bool {
	group, version, grouped := strings.Cut(yamlnode.GetString(p.root, "apiVersion"), "/")
	if !grouped {
		group, version = "", group
	}
	return apischema.Kubernetes().Lookup(apischema.GroupVersionKind{Group: group, Version: version, Kind: p.kind}) != nil
}

// servedKind says that it is known which kinds the group has: one of
// Kubernetes' own, or one that the tree defines.
func servedKind(t *tree, p *place) bool {
	return inKubernetes(t, p) || definedKind(t, p)
}

func definedKind(t *tree, p *place) bool {
	group, _, _ := strings.Cut(yamlnode.GetString(p.root, "apiVersion"), "/")
	for _, o := range t.inv.CustomResourceDefinitions() {
		if yamlnode.GetString(o.Node, "spec", "group") == group && yamlnode.GetString(o.Node, "spec", "names", "kind") == p.kind {
			return true
		}
	}
	return false
}

// beside says that a list further out has an element of that name.
func beside(list, name string) func(*tree, *place) bool {
	return func(_ *tree, p *place) bool {
		for _, m := range p.outer {
			for _, e := range yamlnode.Elements(yamlnode.Get(m, list)) {
				if yamlnode.GetString(e, name) == p.value.Value {
					return true
				}
			}
		}
		return false
	}
}

// mounted says that a container beside a volume mounts it.
func mounted(_ *tree, p *place) bool {
	spec := p.outer[len(p.outer)-3]
	for _, claim := range yamlnode.Elements(yamlnode.Path(p.root, "spec", "volumeClaimTemplates")) {
		if yamlnode.GetString(claim, "metadata", "name") == p.value.Value {
			return false // it takes the volume's place
		}
	}
	for _, list := range [...]string{"containers", "initContainers"} {
		for _, c := range yamlnode.Elements(yamlnode.Get(spec, list)) {
			for _, m := range yamlnode.Elements(yamlnode.Get(c, "volumeMounts")) {
				if yamlnode.GetString(m, "name") == p.value.Value {
					return true
				}
			}
		}
	}
	return false
}

func containerAnnotations(t *tree) []site {
	var sites []site
	for _, p := range t.places {
		if !matches("spec.template.metadata.annotations.*", p.path) && !(p.kind == "Pod" && matches("metadata.annotations.*", p.path)) {
			continue // they mean nothing elsewhere
		}
		if k := p.key.Value; k == "kubectl.kubernetes.io/default-container" || k == "kubectl.kubernetes.io/default-logs-container" {
			sites = append(sites, whole(p.value))
		} else if rest, ok := strings.CutPrefix(k, "container.apparmor.security.beta.kubernetes.io/"); ok {
			sites = append(sites, site{node: p.key, start: len(k) - len(rest), end: len(k)})
		}
	}
	return sites
}

// pods are the kinds without which a pod does not start, or a request does not
// arrive. Others may well be in the cluster already.
var pods = []string{"ConfigMap", "Secret", "PersistentVolumeClaim", "Service", "Deployment", "StatefulSet"}

// extracted are the references of the tree that resolve, and what is in them,
// by what it is.
func extracted(t *tree) map[string][]site {
	refs := reference.NewTable(nil).Extract(t.inv, "cluster.local")
	resolver := reference.NewResolver(t.inv, nil)
	sites := map[string][]site{}
	lenient := false
	add := func(kind string, n *yaml.Node) {
		if n != nil && !reference.IsPlaceholder(n.Value) {
			s := whole(n)
			s.elsewhere = lenient
			sites[kind] = append(sites[kind], s)
		}
	}
	for _, r := range refs.All {
		res := resolver.Resolve(r)
		lenient = r.Row.Lenient || r.Row.Guess || res.Target != nil && !slices.Contains(pods, res.Target.Kind)
		if r.Optional || r.Vague || res.Status != reference.Found || res.Target == nil || res.Target.Node == nil {
			continue
		}
		if r.Row.Parse == reference.Plain && r.Node.Value == r.Name {
			add("name", r.Node)
		}
		if r.NamespaceNode != nil && r.NamespaceNode.Value == res.Target.Namespace {
			add("namespace", r.NamespaceNode)
		}
		for _, k := range r.Keys {
			if !res.Target.Content().Open && slices.Contains(res.Target.Content().Keys, k.Name) {
				add("key", k.Node)
			}
		}
		if r.Port != nil && r.Port.Kind == yaml.ScalarNode {
			add("port", r.Port)
		}
	}
	return sites
}

// definitions are the names, keys and ports of what is referred to, by what
// they are.
func definitions(t *tree) map[string][]site {
	refs := reference.NewTable(nil).Extract(t.inv, "cluster.local")
	resolver := reference.NewResolver(t.inv, nil)
	sites := map[string][]site{}
	seen := map[*yaml.Node]bool{}
	add := func(kind string, n *yaml.Node) {
		if n != nil && n.Value != "" && !seen[n] && !reference.IsPlaceholder(n.Value) {
			seen[n] = true
			s := whole(n)
			s.defined = true
			sites[kind] = append(sites[kind], s)
		}
	}
	for _, r := range refs.All {
		res := resolver.Resolve(r)
		if r.Optional || r.Vague || r.Row.Guess || r.Row.Lenient || res.Status != reference.Found || res.Target == nil || res.Target.Node == nil || r.From == res.Target || len(r.To) > 1 {
			continue
		}
		o := res.Target
		if r.Row.Parse == reference.Plain && r.Node.Value == r.Name && o.Name == r.Name {
			add("name", yamlnode.Path(o.Node, "metadata", "name"))
		}
		for _, k := range r.Keys {
			for _, list := range [...]string{"data", "stringData"} {
				for key := range yamlnode.Fields(yamlnode.Get(o.Node, list)) {
					if key.Value == k.Name {
						add("key", key)
					}
				}
			}
		}
		if r.Port != nil {
			for _, port := range yamlnode.Elements(yamlnode.Path(o.Node, "spec", "ports")) {
				for _, field := range [...]string{"name", "port"} {
					if n := yamlnode.Get(port, field); n != nil && n.Value == r.Port.Value {
						add("port", n)
					}
				}
			}
		}
	}
	return sites
}

// podPorts are the ports of probes that their container declares.
func podPorts(inv *inventory.Inventory) []site {
	var sites []site
	for _, o := range inv.Objects() {
		for _, pod := range o.Pods() {
			for _, c := range pod.Containers {
				declared := map[string]bool{}
				for _, port := range yamlnode.Elements(yamlnode.Get(c.Node, "ports")) {
					declared[yamlnode.GetString(port, "name")] = true
					declared[yamlnode.GetString(port, "containerPort")] = true
				}
				for _, probe := range [...]string{"livenessProbe", "readinessProbe", "startupProbe"} {
					for _, action := range [...]string{"httpGet", "tcpSocket"} {
						if n := yamlnode.Path(c.Node, probe, action, "port"); n != nil && n.Value != "" && declared[n.Value] {
							sites = append(sites, whole(n))
						}
					}
				}
			}
		}
	}
	return sites
}

// definedPorts are the ports of containers that a Service of the tree sends to,
// by name or number.
func definedPorts(field string) func(*tree) []site {
	return func(t *tree) []site {
		var sites []site
		for _, o := range t.inv.Objects() {
			for _, pod := range o.Pods() {
				targets := t.targets(pod)
				for _, c := range pod.Containers {
					for _, port := range yamlnode.Elements(yamlnode.Get(c.Node, "ports")) {
						n := yamlnode.Get(port, field)
						if n == nil || !targets[n.Value] {
							continue
						}
						s := whole(n)
						s.defined = true
						if field == "containerPort" {
							s.right = func(string) string { return t.agreed(o, n) }
						}
						sites = append(sites, s)
					}
				}
			}
		}
		return sites
	}
}

// agreed returns why the number of a port may be wrong without harm: where a probe
// or a file says the right one, the declaration alone decides nothing.
func (t *tree) agreed(o *inventory.Object, n *yaml.Node) string {
	said := 0
	eachScalar(o.Node, func(other *yaml.Node) {
		if other != n && strings.Contains(other.Value, n.Value) {
			said++
		}
	})
	for _, config := range t.inv.OfKind(inventory.ParseGroupKind("ConfigMap")) {
		eachScalar(yamlnode.Get(config.Node, "data"), func(text *yaml.Node) {
			if strings.Contains(text.Value, n.Value) {
				said++
			}
		})
	}
	if said == 0 {
		return ""
	}
	return "what declares a port has no effect, and a probe or a file has the right number"
}

// targets are the targetPorts of the Services that select the pod and no other.
func (t *tree) targets(pod *inventory.Pod) map[string]bool {
	targets := map[string]bool{}
	labels := yamlnode.Path(pod.Template, "metadata", "labels")
	for _, n := range t.needed {
		if n.of != "Pod" || n.service == nil || !inventory.SameNamespace(n.namespace, pod.Owner.Namespace) || !within(n.labels, labels) || len(t.selected(n)) != 1 {
			continue
		}
		for _, port := range yamlnode.Elements(yamlnode.Path(n.service, "spec", "ports")) {
			targets[yamlnode.GetString(port, "targetPort")] = true
		}
	}
	return targets
}

// selectorSites are the labels of selectors that select something.
func selectorSites(keys bool) func(*tree) []site {
	return func(t *tree) []site {
		var sites []site
		for _, n := range t.needed {
			if len(t.selected(n)) == 0 {
				continue
			}
			for k, v := range yamlnode.Fields(n.labels) {
				if keys {
					v = k
				}
				if !reference.IsPlaceholder(v.Value) {
					sites = append(sites, whole(v))
				}
			}
		}
		return sites
	}
}

// labelSites are the labels without which a selector selects nothing.
func labelSites(keys bool) func(*tree) []site {
	return func(t *tree) []site {
		var sites []site
		seen := map[*yaml.Node]bool{}
		for _, n := range t.needed {
			all := t.selected(n)
			if len(all) != 1 {
				continue
			}
			for k := range yamlnode.Fields(n.labels) {
				for lk, lv := range yamlnode.Fields(all[0].labels) {
					if keys {
						lv = lk
					}
					if lk.Value == k.Value && !seen[lv] && !reference.IsPlaceholder(lv.Value) {
						seen[lv] = true
						s := whole(lv)
						s.defined = true
						sites = append(sites, s)
					}
				}
			}
		}
		return sites
	}
}

var address = regexp.MustCompile(`(?:([a-z][a-z0-9+]{2,})://|[@=])(?:[^\s/@"':]*:[^\s/@"']*@)?([a-z0-9-]{3,})(\.[a-z0-9-]+\.svc(?:\.[a-z0-9-]+)*)?:([0-9]+)`)

// urls are parts of addresses with a port of a Service of the tree.
func urls(t *tree, part string) []site {
	ports := map[string]map[string]bool{}
	for _, o := range t.inv.OfKind(inventory.ParseGroupKind("Service")) {
		if ports[o.Name] == nil {
			ports[o.Name] = map[string]bool{}
		}
		for _, p := range yamlnode.Elements(yamlnode.Path(o.Node, "spec", "ports")) {
			ports[o.Name][yamlnode.GetString(p, "port")] = true
		}
	}
	var sites []site
	for _, p := range t.places {
		if p.value.Kind != yaml.ScalarNode || !slices.Contains([]string{"spec", "data", "stringData"}, p.path[0]) || p.kind == "CustomResourceDefinition" {
			continue
		}
		for _, m := range address.FindAllStringSubmatchIndex(p.value.Value, -1) {
			text := func(i int) string { return p.value.Value[m[2*i]:m[2*i+1]] }
			if !ports[text(2)][text(4)] {
				continue
			}
			s := site{node: p.value}
			switch part {
			case "host":
				s.start, s.end = m[4], max(m[5], m[7])
				s.right = func(wrong string) string {
					if strings.EqualFold(wrong, p.value.Value[s.start:s.end]) {
						return "hosts have no case"
					}
					return ""
				}
			case "port":
				s.start, s.end = m[8], m[9]
				s.right = func(wrong string) string {
					if ports[text(2)][wrong] {
						return "another port of the Service"
					}
					if strings.Trim(wrong, "0") == "" {
						return "port 0, which is read as none"
					}
					return ""
				}
			case "scheme":
				if m[2] < 0 {
					continue
				}
				s.start, s.end = m[2], m[3]
			}
			sites = append(sites, s)
		}
	}
	return sites
}

var variable = regexp.MustCompile(`\$\(([A-Za-z_][A-Za-z0-9_]*)\)`)

// variables are those in $(NAME) that a container's env has.
func variables(t *tree) []site {
	var sites []site
	for _, o := range t.inv.Objects() {
		for _, pod := range o.Pods() {
			for _, c := range pod.Containers {
				have := map[string]bool{}
				for _, e := range yamlnode.Elements(yamlnode.Get(c.Node, "env")) {
					have[yamlnode.GetString(e, "name")] = true
				}
				texts := slices.Concat(yamlnode.Elements(yamlnode.Get(c.Node, "args")), yamlnode.Elements(yamlnode.Get(c.Node, "command")))
				for _, e := range yamlnode.Elements(yamlnode.Get(c.Node, "env")) {
					texts = append(texts, yamlnode.Get(e, "value"))
				}
				for _, n := range texts {
					if n == nil {
						continue
					}
					for _, m := range variable.FindAllStringSubmatchIndex(n.Value, -1) {
						if have[n.Value[m[2]:m[3]]] {
							sites = append(sites, site{node: n, start: m[2], end: m[3]})
						}
					}
				}
			}
		}
	}
	return sites
}

var verbs = []string{"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"}

func knownVerb(_ *tree, p *place) bool { return slices.Contains(verbs, p.value.Value) }

var coreResources = []string{"pods", "services", "secrets", "configmaps", "endpoints", "events", "namespaces", "nodes", "persistentvolumeclaims", "serviceaccounts", "deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs", "ingresses", "leases", "pods/log", "pods/exec", "roles", "rolebindings", "customresourcedefinitions"}

// knownResource leaves out rules with a group whose resources nobody knows.
func knownResource(_ *tree, p *place) bool {
	for _, g := range yamlnode.Elements(yamlnode.Get(p.outer[len(p.outer)-2], "apiGroups")) {
		if g.Value != "" && g.Value != "metrics.k8s.io" && !slices.Contains(groups, g.Value) {
			return false
		}
	}
	return slices.Contains(coreResources, p.value.Value)
}

var groups = []string{"apps", "batch", "autoscaling", "policy", "extensions", "networking.k8s.io", "rbac.authorization.k8s.io", "apiextensions.k8s.io", "coordination.k8s.io", "storage.k8s.io", "admissionregistration.k8s.io"}

func knownGroup(_ *tree, p *place) bool { return slices.Contains(groups, p.value.Value) }

// free are mappings whose keys are anybody's.
var free = []string{"labels", "annotations", "matchLabels", "selector", "nodeSelector", "data", "stringData", "binaryData", "limits", "requests", "parameters", "podAnnotations", "hard", "options", "driverOpts", "default", "defaultRequest", "max", "min", "matchLabel", "driver", "volumeAttributes", "capacity"}

func inFree(p *place) bool {
	return slices.ContainsFunc(p.path[:len(p.path)-1], func(key string) bool { return slices.Contains(free, key) })
}

// fields are the keys of structures: those of Kubernetes' own kinds, or of kinds
// that the tree defines.
func fields(custom bool) func(*tree) []site {
	return func(t *tree) []site {
		var sites []site
		for _, p := range t.places {
			if p.key == nil || p.parent.Kind != yaml.MappingNode || p.kind == "CustomResourceDefinition" {
				continue
			}
			if custom == inKubernetes(t, p) || custom && !definedKind(t, p) || len(p.path) == 1 && p.path[0] == "kind" || custom && len(p.path) == 1 {
				continue
			}
			if inFree(p) {
				continue
			}
			sites = append(sites, whole(p.key))
		}
		return sites
	}
}
