package rules

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var configNotUsed = &Rule{
	Name:     "config-not-used",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/concepts/configuration/configmap/#configmaps-and-pods",
	Doc: "A ConfigMap or Secret named after a workload, as <workload>-config or <workload>-secret, is used by nothing. " +
		"The workload then runs with its defaults, or with what an older object says, and editing this one changes nothing. " +
		"A use is any reference, and any mention of the name in a text, argument or annotation of the build. " +
		"It is an error where all keys are names of environment variables, else a warning, and a note where the service account of another workload in the namespace may read them. " +
		"Workloads whose service account may read ConfigMaps or Secrets, or is not in the build, are left alone, for they may fetch it themselves.",
	Run: func(p *Pass) error {
		unused := p.unusedConfigs()
		if len(unused) == 0 {
			return nil
		}
		p.dropMentioned(unused)
		readers := p.readers()
		for _, kind := range [...]string{"ConfigMap", "Secret"} {
			for _, o := range p.Inventory.OfKind(gk(kind)) {
				if workload := unused[o]; workload != nil && !p.mayRead(workload, readers) && !p.takesUnknown(workload) {
					p.reportUnusedConfig(o, workload, readers)
				}
			}
		}
		return nil
	},
}

// configSuffixes are what a workload's name is followed by in the name of its
// configuration.
var configSuffixes = [...]string{
	"-config", "-configmap", "-config-map", "-cm", "-env", "-envs", "-env-vars", "-environment", "-settings", "-vars", "-variables",
	"-secret", "-secrets", "-credentials", "-env-config", "-env-secret", "-app-config", "-conf",
}

// workloadSuffixes are what is left away of a workload's name there.
var workloadSuffixes = [...]string{"-deployment", "-deploy", "-statefulset", "-app"}

// unusedConfigs returns the ConfigMaps and Secrets that no reference points to
// and that are called after a workload, with that workload.
func (p *Pass) unusedConfigs() map[*inventory.Object]*inventory.Object {
	type place struct{ namespace, name string }
	workloads := map[place]*inventory.Object{}
	used := map[*inventory.Object]bool{}
	for _, o := range p.Inventory.Objects() {
		if o.Local || len(o.Pods()) == 0 {
			continue
		}
		name := o.BaseName()
		workloads[place{o.Namespace, name}] = o
		for _, suffix := range workloadSuffixes {
			if short, ok := strings.CutSuffix(name, suffix); ok && workloads[place{o.Namespace, short}] == nil {
				workloads[place{o.Namespace, short}] = o
			}
		}
	}
	if len(workloads) == 0 {
		return nil
	}
	for _, kind := range [...]string{"ConfigMap", "Secret"} {
		for _, r := range p.refs.To(gk(kind)) {
			if res := p.resolve(r); res.Target != nil {
				used[res.Target] = true // also where the namespace or the spelling is wrong
			}
		}
	}
	unused := map[*inventory.Object]*inventory.Object{}
	for _, kind := range [...]string{"ConfigMap", "Secret"} {
		for _, o := range p.Inventory.OfKind(gk(kind)) {
			if o.Node == nil || used[o] || o.Get("metadata", "ownerReferences") != nil || saysNothing(o) {
				continue
			}
			name := WithoutHash(o.BaseName())
			for _, suffix := range configSuffixes {
				if stem, ok := strings.CutSuffix(name, suffix); ok && workloads[place{o.Namespace, stem}] != nil {
					unused[o] = workloads[place{o.Namespace, stem}]
				}
			}
		}
	}
	return unused
}

// saysNothing reports whether all values of a ConfigMap or Secret are empty.
func saysNothing(o *inventory.Object) bool {
	for _, field := range [...]string{"data", "stringData", "binaryData"} {
		for _, v := range yamlnode.Fields(o.Get(field)) {
			if yamlnode.String(v) != "" {
				return false
			}
		}
	}
	return true
}

// WithoutHash cuts off the hash that kustomize appends to generated names: ten
// characters of its own alphabet, without vowels.
func WithoutHash(name string) string {
	i := len(name) - 11
	if i > 0 && name[i] == '-' && strings.Trim(name[i+1:], "bcdfghkmt2456789") == "" {
		return name[:i]
	}
	return name
}

// dropMentioned takes out the objects whose name, now or earlier, is a word of
// any text in another resource of the build.
func (b *Build) dropMentioned(unused map[*inventory.Object]*inventory.Object) {
	names := map[string][]*inventory.Object{}
	shortest := math.MaxInt
	for o := range unused {
		for _, name := range [...]string{o.Name, o.BaseName(), WithoutHash(o.Name)} {
			shortest = min(shortest, len(name))
			if !slices.Contains(names[name], o) {
				names[name] = append(names[name], o)
			}
		}
	}
	for _, o := range b.Inventory.Objects() {
		if o.Local {
			continue
		}
		_, candidate := unused[o]
		eachWord(o.Node, shortest, func(word string) {
			for _, other := range names[word] {
				if !candidate || other != o {
					delete(unused, other)
				}
			}
		})
	}
}

// eachWord calls f for the words of all scalars below n that may be names of
// objects, which have shortest characters or more. It may call it for shorter
// ones.
func eachWord(n *yaml.Node, shortest int, f func(string)) {
	if n == nil {
		return
	}
	if n.Kind == yaml.ScalarNode {
		if len(n.Value) < shortest {
			return
		}
		start := -1
		for i := range len(n.Value) {
			switch c := n.Value[i]; {
			case 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '.':
				if start < 0 {
					start = i
				}
				continue
			case start >= 0:
				if i-start >= shortest {
					f(strings.Trim(n.Value[start:i], "-."))
				}
				start = -1
			}
		}
		if start >= 0 {
			f(strings.Trim(n.Value[start:], "-."))
		}
		return
	}
	for _, c := range n.Content {
		eachWord(c, shortest, f)
	}
}

func (p *Pass) reportUnusedConfig(o, workload *inventory.Object, readers accounts) {
	var opts []Option
	how := Help("name it in a volume of the workload, or remove it")
	if environmentKeys(o) {
		field := map[string]string{"ConfigMap": "configMapRef", "Secret": "secretRef"}[o.Kind]
		how = Help("add it to the envFrom of its container (%s: {name: %s}), or remove it", field, o.BaseName())
	}
	if !environmentKeys(o) || !calledAfter(o, workload.BaseName()) {
		severity := finding.Warning
		if readers.in(o.Namespace) {
			severity = finding.Note // it may be for that one, or for pods that it makes
		}
		opts = append(opts, AtMost(severity))
	}
	p.Report(o, o.Get("metadata", "name"), fmt.Sprintf("nothing uses this %s, although %s is there", o.Kind, workload), append(opts, how)...)
}

// calledAfter reports whether o has exactly the name, and a suffix.
func calledAfter(o *inventory.Object, name string) bool {
	suffix, ok := strings.CutPrefix(WithoutHash(o.BaseName()), name)
	return ok && slices.Contains(configSuffixes[:], suffix)
}

// environmentKeys reports whether all keys are conventional names of variables.
func environmentKeys(o *inventory.Object) bool {
	keys := o.Content().Keys
	for _, key := range keys {
		if !isVariableName(key) {
			return false
		}
	}
	return len(keys) > 0
}

// takesUnknown reports whether a workload takes ConfigMaps or Secrets whose
// names are filled in later.
func (p *Pass) takesUnknown(workload *inventory.Object) bool {
	for _, pod := range workload.Pods() {
		if pod.Partial {
			return true
		}
	}
	unknown := false
	each := func(n *yaml.Node) {
		if name := yamlnode.String(n); name != "" && reference.IsPlaceholder(name) {
			unknown = true
		}
	}
	for _, pod := range workload.Pods() {
		for _, c := range pod.Containers {
			for _, source := range yamlnode.Elements(yamlnode.Get(c.Node, "envFrom")) {
				each(yamlnode.Path(source, "configMapRef", "name"))
				each(yamlnode.Path(source, "secretRef", "name"))
			}
		}
		for _, v := range yamlnode.Elements(yamlnode.Get(pod.Spec, "volumes")) {
			each(yamlnode.Path(v, "configMap", "name"))
			each(yamlnode.Path(v, "secret", "secretName"))
		}
	}
	return unknown
}

// accounts are service accounts by namespace and name.
type accounts map[[2]string]bool

// in reports whether one of the accounts is in a namespace.
func (a accounts) in(namespace string) bool {
	for account := range a {
		if account[0] == namespace {
			return true
		}
	}
	return false
}

// readers returns the service accounts that a role in the build, or one that
// is not in it, may let read ConfigMaps or Secrets.
func (p *Pass) readers() accounts {
	found := accounts{}
	reads := map[*inventory.Object]bool{}
	for _, r := range p.refs.To(gk("ServiceAccount")) {
		if !strings.HasSuffix(r.From.Kind, "Binding") {
			continue
		}
		may, known := reads[r.From]
		if !known {
			may = p.bindsReader(r.From)
			reads[r.From] = may
		}
		if !may {
			continue
		}
		found[[2]string{r.Namespace, r.Name}] = true
		if account := p.resolve(r).Target; account != nil {
			found[[2]string{account.Namespace, account.Name}] = true
			found[[2]string{account.Namespace, account.BaseName()}] = true
		}
	}
	return found
}

// bindsReader reports whether the role of a binding may read ConfigMaps or
// Secrets.
func (p *Pass) bindsReader(binding *inventory.Object) bool {
	for _, r := range p.refs.From(binding) {
		if r.To[0].Kind != "Role" && r.To[0].Kind != "ClusterRole" {
			continue
		}
		role := p.resolve(r).Target
		if role == nil || role.Node == nil || role.Get("aggregationRule") != nil {
			return true
		}
		for _, rule := range yamlnode.Elements(role.Get("rules")) {
			for _, resource := range yamlnode.Elements(yamlnode.Get(rule, "resources")) {
				switch yamlnode.String(resource) {
				case "configmaps", "secrets", "*":
					return true
				}
			}
		}
	}
	return false
}

// mayRead reports whether the pods of a workload run under one of the accounts, or
// one that is not in the build.
func (p *Pass) mayRead(workload *inventory.Object, a accounts) bool {
	for _, pod := range workload.Pods() {
		name := yamlnode.GetString(pod.Spec, "serviceAccountName")
		if name == "" {
			name = yamlnode.GetString(pod.Spec, "serviceAccount")
		}
		if name == "" {
			name = "default"
		}
		if a[[2]string{workload.Namespace, name}] {
			return true
		}
		if name != "default" && p.Inventory.Lookup(gk("ServiceAccount"), workload.Namespace, name, true, workload) == nil {
			return true // nobody knows what it may do
		}
	}
	return false
}
