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

// existence describes one rule about references to objects of some kinds.
type existence struct {
	name  string
	kinds []inventory.GroupKind
	// notes are those of the kinds that clusters bring along, or that stop
	// nothing: where one is simply not in the build, that is a note.
	notes []inventory.GroupKind
	// warnings are those whose absence is a warning.
	warnings []inventory.GroupKind
	doc      string
	url      string
}

// undeclared is said of all kinds: the check command lowers what rules say.
const undeclared = " In a tree that nobody has declared to be whole, check makes a warning or a note of what is merely not in it, as far as nothing shows that it was forgotten."

// existenceRules makes a rule of each row of existenceTable, and one for all
// other kinds. They share nothing, so each is a topic.
func existenceRules() [][]*Rule {
	rules := make([][]*Rule, 0, len(existenceTable)+2)
	covered := map[inventory.GroupKind]bool{}
	for _, e := range existenceTable {
		for _, gk := range e.kinds {
			covered[gk] = true
		}
		rules = append(rules, []*Rule{{
			Name: e.name, Doc: e.doc + undeclared, URL: e.url, Severity: finding.Error,
			Run: func(p *Pass) error {
				for _, gk := range e.kinds {
					for _, r := range p.refs.To(gk) {
						if r.To[0] == gk {
							p.checkExists(r)
						}
					}
				}
				return nil
			},
		}})
	}
	return append(rules, []*Rule{objectNotFound(covered)}, []*Rule{keyNotFound})
}

// isUnusedConversion reports whether a webhook is for the conversion between versions of a
// definition that has one: nobody calls it.
func isUnusedConversion(r *reference.Ref) bool {
	return r.From.Kind == "CustomResourceDefinition" && strings.HasPrefix(r.Row.Path, "spec.conversion.") && len(yamlnode.Elements(r.From.Get("spec", "versions"))) < 2
}

// checkExists reports a reference whose target is not there.
func (p *Pass) checkExists(r *reference.Ref) {
	if r.Optional || isUnusedConversion(r) {
		return
	}
	res := p.resolve(r)
	if res.Status == reference.Found {
		return
	}
	what := describe(r)
	switch res.Status {
	case reference.Typo:
		if r.Row.Foreign && p.makes(r.From, r.To[0], r.Namespace, res.Suggestions) {
			p.Report(r.From, r.Node, what+" is not in this build", AtMost(finding.Note), p.NotInBuild(r.To[0].Kind, r.Namespace, r.Name),
				Help("add it to the build, or declare it under validate.externals with the reason why it exists anyway"))
			return
		}
		if !reference.IsPlaceholderName(r.Name) && inSameList(r, res.Suggestions[0]) { // a list that names both means both
			if r.Pod == nil {
				return
			}
			p.Report(r.From, r.Node, what+" is not in this build", AtMost(absentSeverity(r.To[0])), p.NotInBuild(r.To[0].Kind, r.Namespace, r.Name),
				Help("%sadd it to the build, or declare it under validate.externals with the reason why it exists anyway", sentence(consequence(r))))
			return
		}
		opts := []Option{DidYouMean(res.Suggestions...), Help("%s", consequence(r)), Wanted(r.To[0].Kind, r.Namespace, r.Name)}
		if reference.IsPlaceholderName(r.Name) {
			if !closeTemplates(r.Name, res.Suggestions[0]) {
				return
			}
			opts = append(opts, AtMost(finding.Warning)) // nobody knows what will be filled in
		}
		if r.To[0] == namespaceKind {
			severity := namespaceUses.Of(p.Build).mistyped(r.From, r.Name, res.Suggestions[0])
			if severity == finding.Off {
				return
			}
			opts = append(opts, AtMost(severity))
		}
		p.Report(r.From, r.Node, what+" does not exist", opts...)
	case reference.WrongNamespace:
		if !r.Vague {
			p.reportWrongNamespace(r, res.Target)
		}
	case reference.NotRewritten:
		p.reportNotRewritten(r, res.Target)
	case reference.Absent:
		if r.Row.Guess || r.Vague {
			return
		}
		if len(res.Suggestions) > 0 && inSameList(r, res.Suggestions[0]) {
			own := *res           // which others read
			own.Suggestions = nil // it is there beside the other
			res = &own
		}
		severity := absentSeverity(r.To[0])
		if r.Row.Lenient {
			severity = min(severity, finding.Note)
		}
		if inIdleVolume(r) {
			severity = min(severity, finding.Note)
		}
		if r.Namespace != "" && r.Namespace != r.From.Namespace && !p.Inventory.HasNamespace(r.Namespace) {
			severity = min(severity, finding.Note) // of a namespace this build knows nothing of
		}
		if res.Release != nil {
			severity = min(severity, finding.Note)
		}
		twin := p.twin(r)
		if twin != nil {
			severity = max(severity, finding.Warning)
		}
		siblings := p.siblings(r)
		var spare *inventory.Object
		if severity == finding.Note && res.Release == nil && !res.Likely && res.Affixed == nil {
			if spare = p.spare(r); spare != nil {
				own := *res
				own.Suggestions = []string{spare.Name}
				res = &own
			}
		}
		if spare != nil || res.Affixed != nil || len(siblings) > 0 && res.Release == nil && !res.Likely {
			severity = max(severity, finding.Warning)
		}
		namespace := r.Namespace
		if inventory.IsClusterScoped(r.To[0]) {
			namespace = ""
		}
		opts := []Option{
			AtMost(severity), p.NotInBuild(r.To[0].Kind, namespace, r.Name), Suggest(res.Suggestions...),
			Help("%sadd it to the build, or declare it under validate.externals with the reason why it exists anyway", sentence(consequence(r))),
		}
		if len(siblings) > 0 && len(res.Suggestions) == 0 {
			opts = append(opts, Help("%s; add it to the build, or declare it under validate.externals with the reason why it exists anyway", listOf("others here", siblings)))
		}
		if ns := reference.BuiltinNamespace(r.To[0], r.Name); ns != "" {
			opts = append(opts, Help("clusters have one of that name in namespace %q, and this field means one in %q", ns, r.Namespace))
		}
		message := what + " is not in this build"
		if twin != nil {
			message += fmt.Sprintf("; %s is, and is of another kind", twin)
			help := "this field means one kind only; another one is for the other kind"
			if r.Row.Kind != "" {
				help = "write kind: " + twin.Kind
			}
			opts = []Option{AtMost(severity), Help("%s", help)}
		}
		if res.Release != nil {
			message += fmt.Sprintf("; %s may make it", res.Release)
		}
		if res.Affixed != nil {
			message += fmt.Sprintf("; %q is, and has the prefix of the other names here", res.Affixed.Name)
		} else if len(res.Suggestions) > 0 {
			message += fmt.Sprintf("; the closest name is %q", res.Suggestions[0])
		}
		p.Report(r.From, r.Node, message, opts...)
	}
}

// twin is the object of that name whose kind differs in its scope only: a
// ClusterIssuer where an Issuer is asked for.
func (p *Pass) twin(r *reference.Ref) *inventory.Object {
	if r.Row.Guess || len(r.To) != 1 {
		return nil
	}
	other := r.To[0]
	if kind, cluster := strings.CutPrefix(other.Kind, "Cluster"); cluster {
		other.Kind = kind
	} else {
		other.Kind = "Cluster" + kind
	}
	for _, o := range p.Inventory.Find(other, r.Name) {
		if o.Node != nil && (inventory.IsClusterScoped(other) || inventory.SameNamespace(o.Namespace, r.Namespace)) {
			return o
		}
	}
	return nil
}

// spare is the one object that has the name of what a reference means and a word more,
// or less, or another number, and that nothing in the build refers to.
func (p *Pass) spare(r *reference.Ref) *inventory.Object {
	if len(r.To) != 1 {
		return nil
	}
	var found *inventory.Object
	for _, o := range p.spares(r.To[0]) {
		if o.Kind == "Service" && strings.HasSuffix(o.Name, "-metrics") {
			continue // beside the one that is meant
		}
		if o != r.From && inventory.SameNamespace(o.Namespace, r.Namespace) && (wordMore(o.Name, r.Name) || wordMore(r.Name, o.Name) || otherNumber(o.Name, r.Name)) {
			if found != nil {
				return nil
			}
			found = o
		}
	}
	return found
}

// spares are the objects of a kind that nothing in the build refers to, if they are few.
func (p *Pass) spares(kind inventory.GroupKind) []*inventory.Object {
	return unreferred.Of(p.Build).Get(kind, func() []*inventory.Object {
		const most = 100
		referred := map[*inventory.Object]bool{}
		for _, r := range p.refs.To(kind) {
			if t := p.resolve(r).Target; t != nil {
				referred[t] = true
			}
		}
		var spares []*inventory.Object
		for _, o := range p.Inventory.OfKind(kind) {
			if o.Node != nil && !o.Local && !referred[o] {
				spares = append(spares, o)
			}
		}
		if len(spares) > most {
			return nil
		}
		return spares
	})
}

var unreferred = NewFact(func(*Build) *Memo[inventory.GroupKind, []*inventory.Object] {
	return &Memo[inventory.GroupKind, []*inventory.Object]{}
})

// wordMore reports whether a name is another one and a word at its beginning or end.
func wordMore(long, short string) bool {
	end, ok := strings.CutPrefix(long, short)
	start, also := strings.CutSuffix(long, short)
	return len(short) > 3 && (ok && len(end) > 1 && end[0] == '-' && strings.IndexByte(end[1:], '-') < 0 || also && strings.IndexByte(start, '-') == len(start)-1 && len(start) > 1)
}

// otherNumber reports whether two names have the same words but for numbers: v2 and v3,
// and not team-a and team-b, which both are somebody's.
func otherNumber(a, b string) bool {
	digit := func(r rune) bool { return '0' <= r && r <= '9' }
	return suggest.Numbered(a, b) && slices.Equal(strings.FieldsFunc(a, digit), strings.FieldsFunc(b, digit))
}

// siblings are the names of what the build has of the kind and in the namespace of
// a reference, the first few by name, for rows that say that it matters.
func (p *Pass) siblings(r *reference.Ref) []string {
	if !r.Row.Siblings || r.Namespace == "" {
		return nil
	}
	const few = 5
	all := siblingNames.Of(p.Build).Get(siblingsOf{r.To[0], r.Namespace}, func() (first []string) {
		for _, o := range p.Inventory.OfKind(r.To[0]) {
			if o.Namespace != r.Namespace || o.Node == nil {
				continue
			}
			if i, found := slices.BinarySearch(first, o.Name); !found && i <= few { // one may be who asks
				first = slices.Insert(first, i, o.Name)
				first = first[:min(len(first), few+1)]
			}
		}
		return first
	})
	var names []string
	for _, name := range all {
		if len(names) < few && (name != r.From.Name || r.From.GroupKind != r.To[0] || r.From.Namespace != r.Namespace) {
			names = append(names, name)
		}
	}
	return names
}

// siblingsOf are the objects of a kind in a namespace.
type siblingsOf struct {
	kind      inventory.GroupKind
	namespace string
}

var siblingNames = NewFact(func(*Build) *Memo[siblingsOf, []string] { return &Memo[siblingsOf, []string]{} })

// inSameList reports whether the list that holds a reference names name too.
func inSameList(r *reference.Ref, name string) bool {
	for _, v := range yamlnode.Fields(r.Parent) {
		if elements := yamlnode.Elements(v); slices.Contains(elements, r.Node) {
			return slices.ContainsFunc(elements, func(e *yaml.Node) bool { return yamlnode.String(e) == name })
		}
	}
	if r.Pod == nil || !strings.Contains(r.Row.Path, "envFrom[]") {
		return false
	}
	for _, c := range r.Pod.Containers { // no container reads one object twice
		here := ""
		named := map[string]bool{} // by the kind of reference
		for _, e := range yamlnode.Elements(yamlnode.Get(c.Node, "envFrom")) {
			for k, ref := range yamlnode.Fields(e) {
				if ref == r.Parent {
					here = k.Value
				}
				named[k.Value] = named[k.Value] || yamlnode.GetString(ref, "name") == name
			}
		}
		if here != "" {
			return named[here]
		}
	}
	return false
}

// closeTemplates reports whether what two names hold besides the parts that are
// filled in later is nearly the same.
func closeTemplates(a, b string) bool {
	a, b, same := reference.SameTemplate(a, b)
	return same && suggest.Close(a, b)
}

// standsForNamespace reports whether the name of a namespace is one that stands for any.
func standsForNamespace(name string) bool {
	for _, any := range [...]string{"some", "your", "my", "target", "example", "any"} {
		if name == any+"-namespace" || name == any+"-ns" {
			return true
		}
	}
	return false
}

// copiedSecrets are the Secrets, by namespace and name, that ExternalSecrets copy from a
// namespace of a cluster: they are there.
// https://external-secrets.io/latest/provider/kubernetes/
var copiedSecrets = NewFact(func(b *Build) map[[2]string]bool {
	const group = "external-secrets.io/"
	from := map[[2]string]string{} // the namespace that a store reads, by its own and its name
	for _, kind := range [...]string{"SecretStore", "ClusterSecretStore"} {
		for _, store := range b.Inventory.OfKind(gk(group + kind)) {
			if store.Node != nil {
				if remote := yamlnode.GetString(store.Node, "spec", "provider", "kubernetes", "remoteNamespace"); remote != "" {
					from[[2]string{store.Namespace, store.Name}] = remote
				}
			}
		}
	}
	copied := map[[2]string]bool{}
	if len(from) == 0 {
		return copied
	}
	for _, o := range b.Inventory.OfKind(gk(group + "ExternalSecret")) {
		if o.Node == nil {
			continue
		}
		store := [2]string{o.Namespace, yamlnode.GetString(o.Node, "spec", "secretStoreRef", "name")}
		if yamlnode.GetString(o.Node, "spec", "secretStoreRef", "kind") == "ClusterSecretStore" {
			store[0] = ""
		}
		remote := from[store]
		for _, e := range yamlnode.Elements(o.Get("spec", "data")) {
			copied[[2]string{remote, yamlnode.GetString(e, "remoteRef", "key")}] = true
		}
		for _, e := range yamlnode.Elements(o.Get("spec", "dataFrom")) {
			copied[[2]string{remote, yamlnode.GetString(e, "extract", "key")}] = true
		}
	}
	return copied
})

// makes reports whether an object makes all that there is under some names.
func (p *Pass) makes(o *inventory.Object, kind inventory.GroupKind, namespace string, names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool {
		made := p.Inventory.Lookup(kind, namespace, name, false, o)
		return made == nil || made.Producer != o
	})
}

// reportWrongNamespace reports a name that exists in other namespaces only: at
// the field with the namespace, if there is one.
func (p *Pass) reportWrongNamespace(r *reference.Ref, target *inventory.Object) {
	message := fmt.Sprintf("%s does not exist in that namespace, only in %q", describe(r), target.Namespace)
	wanted := Wanted(r.To[0].Kind, r.Namespace, r.Name)
	if otherEnvironment(r.Namespace, target.Namespace) {
		p.Report(r.From, r.Node, message, wanted, AtMost(finding.Warning), Help("%sthat is another environment: add it to the build, or declare it under validate.externals with the reason why it exists anyway", sentence(consequence(r))))
		return
	}
	if r.Namespace == "system" && len(r.From.Previous) == 0 || target.Namespace == "placeholder" {
		// What kubebuilder writes, and the kustomization that deploys it replaces, with a prefix for the names;
		// and what operator-sdk does, where the Operator Lifecycle Manager knows better.
		p.Report(r.From, r.Node, message, wanted, AtMost(finding.Note))
		return
	}
	if claim := target.Producer; claim != nil && claim.Kind == "ObjectBucketClaim" && r.Pod == nil {
		// Programs have formats of their own for the credentials of a bucket.
		// https://loki-operator.dev/docs/object_storage.md/
		p.Report(r.From, r.Node, message, wanted, AtMost(finding.Note), Help("that of %s has keys of its own, which somebody may make this one from", claim))
		return
	}
	if standsForNamespace(r.Namespace) {
		p.Report(r.From, r.Node, message, wanted, AtMost(finding.Warning), Help("whoever applies it is to put the real namespace in"), func(f *finding.Finding) { f.ToFillIn = true })
		return
	}
	if r.Name == "default" { // which each namespace may have one of
		p.Report(r.From, r.Node, message, wanted, AtMost(finding.Warning), Help("%sadd it to the build, or declare it under validate.externals with the reason why it exists anyway", sentence(consequence(r))))
		return
	}
	if r.To[0] == gk("Secret") && copiedSecrets.Of(p.Build)[[2]string{r.Namespace, r.Name}] {
		p.Report(r.From, r.Node, message, wanted, AtMost(finding.Note), Help("an ExternalSecret copies it from there, so it is made by something that is not in this build"))
		return
	}
	if by := p.traefikHas(r, target); by != nil {
		p.Report(r.From, r.Node, message, wanted, AtMost(finding.Note), Help("Traefik chooses among all certificates that it has by the host, and has this one on account of %s", by))
		return
	}
	if r.Row.Namespace != "" {
		if n := r.NamespaceNode; n != nil {
			opts := []Option{Suggest(target.Namespace), wanted}
			if word, _ := findPlaceholder(r.Namespace); word != "" || namedBeside(r, target) { // whoever applies it is to put the real one in
				opts = append(opts, AtMost(finding.Warning))
			}
			p.Report(r.From, n, message, opts...)
			return
		}
	}
	if meant := inNamespaceOf(target, r); meant != "" {
		p.Report(r.From, r.Node, message, Suggest(meant), wanted)
		return
	}
	remedy := "this field cannot reach another namespace: "
	switch beside := r.Row.Namespace; {
	case beside != "" && strings.Trim(beside, letters) == "": // it is not there
		remedy = fmt.Sprintf("write %s: %s beside the name where that may be named from here, ", beside, target.Namespace)
	case r.Row.Parse == reference.NamespaceName && yamlnode.String(r.Node) == r.Name:
		remedy = fmt.Sprintf("write %s/%s where that may be named from here, ", target.Namespace, r.Name)
	}
	p.Report(r.From, r.Node, message, wanted,
		Help("%s%smove one of the two, or make a %s of that name in %q too", sentence(consequence(r)), remedy, target.Kind, r.Namespace))
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// environments are words for the environments that namespaces are called after.
var environments = []string{"dev", "develop", "development", "prod", "production", "prd", "stage", "staging", "stg", "qa", "uat", "preprod", "sandbox", "test"}

// otherEnvironment reports whether two namespaces are one in two environments:
// what the one lacks is hardly meant to be taken from the other.
func otherEnvironment(a, b string) bool {
	words, others := strings.Split(a, "-"), strings.Split(b, "-")
	if len(words) != len(others) {
		return false
	}
	differ := 0
	for i, word := range words {
		if word == others[i] {
			continue
		}
		if differ++; !slices.Contains(environments, word) || !slices.Contains(environments, others[i]) {
			return false
		}
	}
	return differ == 1
}

// namedBeside reports whether the list that an entry is in has the object itself too:
// a binding for whatever namespace something is installed in names it in several.
func namedBeside(r *reference.Ref, target *inventory.Object) bool {
	for _, v := range yamlnode.Fields(r.From.Node) {
		elements := yamlnode.Elements(v)
		if slices.ContainsFunc(elements, func(e *yaml.Node) bool { return yamlnode.Resolve(e) == yamlnode.Resolve(r.Parent) }) {
			return slices.ContainsFunc(elements, func(e *yaml.Node) bool {
				return yamlnode.GetString(e, "kind") == target.Kind && yamlnode.GetString(e, "name") == target.Name && yamlnode.GetString(e, "namespace") == target.Namespace
			})
		}
	}
	return false
}

// inIdleVolume reports whether a reference is that of a volume of a Secret or ConfigMap
// which no container mounts: the kubelet leaves those out. For claims the scheduler waits
// all the same.
// https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/volumemanager/populator/desired_state_of_world_populator.go
func inIdleVolume(r *reference.Ref) bool {
	if r.Pod == nil || r.Pod.Partial || !strings.HasPrefix(r.Row.Path, "volumes") || r.To[0] != gk("Secret") && r.To[0] != gk("ConfigMap") {
		return false
	}
	for _, v := range yamlnode.Elements(yamlnode.Get(r.Pod.Spec, "volumes")) {
		if holds(v, r.Node, 0) {
			name := yamlnode.GetString(v, "name")
			return name != "" && slices.Contains(unmounted(r.Pod, []string{name}), name)
		}
	}
	return false
}

// holds reports whether a node is in another one.
func holds(n, wanted *yaml.Node, depth int) bool {
	n = yamlnode.Resolve(n)
	return n != nil && depth < 10 && (n == wanted || slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return holds(c, wanted, depth+1) }))
}

// consequence is what kubectl get pods shows of a pod whose ConfigMap or
// Secret is missing, "" for other references.
func consequence(r *reference.Ref) string {
	if r.Pod == nil || !slices.ContainsFunc(r.To, func(to inventory.GroupKind) bool { return to == gk("Secret") || to == gk("ConfigMap") }) {
		return ""
	}
	switch {
	case strings.HasPrefix(r.Row.Path, "container.env"):
		return "without it the pod stays in CreateContainerConfigError"
	case inIdleVolume(r):
		return "no container mounts the volume, so that the pod starts without it"
	case strings.HasPrefix(r.Row.Path, "volumes"):
		return "without it the pod stays in ContainerCreating"
	}
	return ""
}

// sentence lets more follow on text, unless it is empty.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return text + "; "
}

// inNamespaceOf returns the text of a field that holds a namespace and a name
// (namespace/name, name.namespace.svc) with the namespace of target; "" if the
// field has no namespace in it.
func inNamespaceOf(target *inventory.Object, r *reference.Ref) string {
	text := yamlnode.String(r.Node)
	if rest, ok := strings.CutPrefix(text, r.Namespace+"/"); ok {
		return target.Namespace + "/" + rest
	}
	if before, after, ok := strings.Cut(text, r.Name+"."+r.Namespace); ok && r.Namespace != "" {
		return before + r.Name + "." + target.Namespace + after
	}
	return ""
}

// reportNotRewritten reports a name that a prefix, suffix or hash changed, in
// a field that kustomize leaves alone.
func (p *Pass) reportNotRewritten(r *reference.Ref, target *inventory.Object) {
	if p.Inventory.Finished {
		help := "write the final name, or tell kustomize about the field with a nameReference under configurations"
		if r.Repaired {
			help = "kustomize rewrites it only where both have the same namespace, or neither has one: give the generator or the resource the namespace of the other"
		}
		opts := []Option{Suggest(target.Name), Help("%s", help), Says(finding.About{What: finding.Renamed})}
		if p.Inventory.Unfinished != nil && p.Inventory.Unfinished() {
			opts = append(opts, AtMost(finding.Note))
		}
		p.Report(r.From, r.Node, fmt.Sprintf("%s does not exist: kustomize renamed it to %q, and did not rewrite this field", describe(r), target.Name), opts...)
		return
	}
	if r.Repaired {
		p.Report(r.From, r.Node, fmt.Sprintf("%s will be renamed, and kustomize does not rewrite this field: the namespaces differ", describe(r)),
			Help("give the generator or the resource the namespace of the other"))
		return
	}
	if target.NeedsHash {
		p.Report(r.From, r.Node,
			fmt.Sprintf("%s will be called %s-<hash>, and kustomize does not rewrite this field", describe(r), target.Name),
			Help("set disableNameSuffixHash for this generator, or tell kustomize about the field with a nameReference under configurations, and krm-validate under validate.nameReference"))
		return
	}
	p.Report(r.From, r.Node,
		fmt.Sprintf("%s is called %q in this build, and kustomize does not rewrite this field", describe(r), target.Name),
		Suggest(target.Name),
		Help("write the final name, or tell kustomize about the field with a nameReference under configurations, and krm-validate under validate.nameReference"))
}

// describe is `Secret "db-secret" in namespace "shop"`.
func describe(r *reference.Ref) string {
	kinds := make([]string, 0, len(r.To))
	for _, gk := range r.To {
		if len(kinds) == 0 || kinds[len(kinds)-1] != gk.Kind {
			kinds = append(kinds, gk.Kind)
		}
	}
	s := fmt.Sprintf("%s %q", strings.Join(kinds, " or "), r.Name)
	if r.Namespace != "" && !inventory.IsClusterScoped(r.To[0]) {
		s += fmt.Sprintf(" in namespace %q", r.Namespace)
	}
	return s
}

// objectNotFound covers every kind that has no rule of its own.
func objectNotFound(covered map[inventory.GroupKind]bool) *Rule {
	return &Rule{
		Name:     "object-not-found",
		Severity: finding.Error,
		Doc: "A reference points to an object that does not exist, of a kind that no other rule is about. " +
			"A name that is close to an existing one, or exists in another namespace, is an error; " +
			"one that is simply not in the build is a note for what clusters bring along, such as a StorageClass or an issuer.",
		Run: func(p *Pass) error {
			for _, r := range p.refs.All {
				if !covered[r.To[0]] {
					p.checkExists(r)
				}
			}
			return nil
		},
	}
}

var keyNotFound = &Rule{
	Name:     "key-not-found",
	Severity: finding.Error,
	Doc: "A ConfigMap or Secret exists, but not the key that a container or a connection asks of it. " +
		"The container then stays in CreateContainerConfigError, or the file is missing from its volume. " +
		"Objects that are filled at run time, and references marked optional, are left alone. " +
		"It is a warning for a key unlike those of a Secret in another file none of whose keys anything asks for: a program may fill it.",
	URL: "https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-environment-variables",
	Run: func(p *Pass) error {
		var none string
		sets := map[*string]*keySet{} // by the first key
		for _, r := range p.refs.All {
			if len(r.Keys) == 0 || r.Optional {
				continue
			}
			res := p.resolve(r)
			if res.Status != reference.Found {
				continue
			}
			var known []string
			if res.Target != nil {
				known = res.Target.Content().Keys
			} else if res.External >= 0 {
				known = p.externals.entries[res.External].Keys
				if len(known) == 0 {
					continue
				}
			}
			if res.Target != nil && res.Target.Producer == r.From {
				continue // it makes one of that name, and reads another one, elsewhere
			}
			for _, k := range reference.KeyMissing(r, res.Target, known) {
				first := &none
				if len(known) > 0 {
					first = &known[0]
				}
				keys := sets[first]
				if keys == nil {
					keys = newKeySet(known)
					sets[first] = keys
				}
				p.reportKey(r, k, keys, res.Target)
			}
		}
		return nil
	},
}

func (p *Pass) reportKey(r *reference.Ref, k reference.Key, keys *keySet, target *inventory.Object) {
	object := describe(r)
	near := keys.Nearest(k.Name, 3)
	opts := []Option{DidYouMean(near...), Help("%s", keys.help), Says(finding.About{Name: k.Name, Object: r.Name, Of: object})}
	if target != nil && target.Kind == "Secret" && target.File != r.From.File && (len(near) == 0 || !suggest.Close(k.Name, near[0])) && !usedSecrets.Of(p.Build)[target] {
		opts = append(opts, AtMost(finding.Warning)) // nobody asks for what is in it: a program may fill it, or it is for others
	}
	p.Report(r.From, k.Node, fmt.Sprintf("%s has no key %q", object, k.Name), opts...)
}

// usedSecrets are the Secrets of which some reference asks for a key that is there, or
// for all of them.
var usedSecrets = NewFact(func(b *Build) map[*inventory.Object]bool {
	used := map[*inventory.Object]bool{}
	for _, r := range b.refs.All {
		if len(r.To) == 0 || r.To[0].Kind != "Secret" {
			continue
		}
		if t := b.resolve(r).Target; t != nil && len(reference.KeyMissing(r, t, nil)) < max(1, len(r.Keys)) {
			used[t] = true
		}
	}
	return used
})

// KeyAsked returns the object and the key that a finding of key-not-found is about.
func KeyAsked(f *finding.Finding) (name, key string, ok bool) {
	about := f.Said()
	return about.Object, about.Name, f.Rule == keyNotFound.Name && about.Object != "" && about.Name != ""
}

// keySet are the keys of one object, as many references ask for them.
type keySet struct {
	*suggest.Index
	help string
}

func newKeySet(known []string) *keySet {
	const most = 30
	keys := slices.Clone(known)
	slices.Sort(keys)
	more := ""
	if len(keys) > most {
		more = fmt.Sprintf(" and %d more", len(keys)-most)
		keys = keys[:most]
	}
	return &keySet{suggest.NewIndex(known), "its keys are: " + strings.Join(keys, ", ") + more}
}
