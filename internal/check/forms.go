package check

import (
	"cmp"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// spareForms makes warnings of the mistakes in forms, which were found in a folder:
// whoever fills one in may add what is missing as well. The folder of a Go program
// has such files, that it reads and completes; where that is plain, what is not about
// their structure is a note, and so is what lacks in an object that is merged into one
// which is there. In a file that has what a cluster had made, as a backup of one does, what
// is wrong in the copies of its objects is a note. Rules whose severity is set have that.
func spareForms(inv *inventory.Inventory, findings []finding.Finding, set map[string]finding.Severity) {
	forms, templates, completed, merged := map[object]bool{}, map[object]bool{}, map[object]bool{}, map[object]bool{}
	scaffolds := map[object]bool{}
	copies, dumps := map[object]bool{}, map[string]bool{}
	for _, o := range inv.Objects() {
		key := object{o.File, o.Resource()}
		switch {
		case o.Node == nil:
		case isCompleted(o), saysFilled(o):
			completed[key], forms[key] = true, true
		case isScaffold(o):
			forms[key], scaffolds[key] = true, true
		case isForm(o):
			forms[key] = true
		case marked(o.Name) || marked(o.Namespace):
			templates[key] = true
		}
		if o.Node != nil && isForExisting(o) {
			merged[key] = true
		}
		if o.File != "" && isCopy(o) {
			copies[key], dumps[o.File] = true, dumps[o.File] || rules.Recorded(o)
		}
	}
	if len(forms)+len(templates)+len(merged)+len(copies) == 0 {
		return
	}
	for i := range findings {
		f := &findings[i]
		if _, ok := set[f.Rule]; ok {
			continue
		}
		key := object{f.File, f.Resource}
		if copies[key] && dumps[f.File] {
			f.Severity = min(f.Severity, finding.Note)
		}
		if (completed[key] || merged[key] && !strings.HasPrefix(f.Field, "metadata")) && !structural[f.Rule] {
			f.Severity = min(f.Severity, finding.Note)
		}
		if scaffolds[key] && (f.Rule == apischema.RequiredField || f.Rule == apischema.UnknownField && strings.HasPrefix(f.Field, "spec.")) {
			f.ToFillIn = true // its foo: bar, and what is to come in its place
		}
		if forms[key] || templates[key] && (!structural[f.Rule] || f.Rule == apischema.WrongType) {
			f.Severity = min(f.Severity, finding.Warning)
		}
	}
}

// structural are the rules about the structure of a resource, which no script
// completes: what it fills in are values.
var structural = map[string]bool{
	apischema.UnknownField: true, apischema.WrongType: true, "duplicate-yaml-key": true, "duplicate-env": true, "duplicate-container": true,
	"duplicate-volume": true, "duplicate-mount-path": true, "api-removed": true, "unknown-kind": true,
}

// marks are those of scripts and template languages. What Flux, Argo CD and kustomize
// replace, ${NAME} and $(NAME), stands in repositories that are applied as they are.
var marks = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\{\{.*\}\}|<[A-Za-z].*>|%[A-Za-z_]+%|@[A-Za-z_]+@|__[A-Za-z_]+__|#[A-Za-z_]+#|\[\[.*\]\]`)
})

// marked reports whether a name has a part that a script is to put in.
func marked(name string) bool {
	return strings.ContainsAny(name, "{<%@_[#") && marks().MatchString(name)
}

// isForm reports whether the name or the namespace of a resource is a phrase in
// capitals, which neither can be, such as FILLED BY THE OPERATOR; whether its
// metadata, its name or an image of its containers are empty; or whether a workload has
// neither a selector nor labels of its pods, as what is merged into one.
func isForm(o *inventory.Object) bool {
	if inCapitals(o.Namespace) || inCapitals(o.Name) {
		return true
	}
	if m := yamlnode.Resolve(yamlnode.Get(o.Node, "metadata")); o.Kind != "" && m != nil && m.Kind == yaml.MappingNode && (len(m.Content) == 0 || isEmptyText(yamlnode.Get(m, "name"))) {
		return true
	}
	if o.Group == "apps" && yamlnode.IsNull(o.Get("spec", "selector")) && o.Get("spec", "template") != nil && yamlnode.IsNull(o.Get("spec", "template", "metadata")) {
		return true
	}
	for _, pod := range o.Pods() {
		for _, c := range pod.Containers {
			if isEmptyText(yamlnode.Get(c.Node, "image")) {
				return true
			}
		}
	}
	return false
}

// isScaffold reports whether an object is of a custom kind and its spec has still to be
// written: it is empty, and what belongs there is not beside it, or is the foo: bar of
// operator-sdk and kubebuilder.
// https://sdk.operatorframework.io/docs/building-operators/golang/tutorial/#create-a-memcached-cr
func isScaffold(o *inventory.Object) bool {
	if inventory.ByKubernetes(o.Group) {
		return false
	}
	for key := range yamlnode.Fields(o.Node) {
		switch key.Value {
		case "apiVersion", "kind", "metadata", "spec", "status":
		default:
			return false
		}
	}
	spec := yamlnode.Resolve(yamlnode.Get(o.Node, "spec"))
	switch {
	case spec == nil:
		return false
	case yamlnode.IsNull(spec):
		return true
	case spec.Kind == yaml.MappingNode:
		return len(spec.Content) == 0 || len(spec.Content) == 2 && spec.Content[0].Value == "foo" && spec.Content[1].Value == "bar"
	}
	return false
}

// isCopy reports whether an object was read from a cluster.
func isCopy(o *inventory.Object) bool {
	return o.Node != nil && o.Get("metadata", "uid") != nil && o.Get("metadata", "resourceVersion") != nil
}

// isForExisting reports whether an object is nothing but labels and annotations, which
// server-side apply gives to what is there already:
// https://kubernetes.io/docs/reference/using-api/server-side-apply/
func isForExisting(o *inventory.Object) bool {
	for key := range yamlnode.Fields(o.Node) {
		switch key.Value {
		case "apiVersion", "kind", "metadata":
		default:
			return false
		}
	}
	return o.Name != "" && (!isEmpty(o.Get("metadata", "labels")) || !isEmpty(o.Get("metadata", "annotations")))
}

// isCompleted reports whether a program gives a workload what it has none of: what its
// pods are called, and the image of one of their containers.
func isCompleted(o *inventory.Object) bool {
	if o.Group != "apps" || !isEmpty(o.Get("spec", "selector")) || !isEmpty(o.Get("spec", "template", "metadata", "labels")) {
		return false
	}
	for _, pod := range o.Pods() {
		for _, c := range pod.Containers {
			if image := yamlnode.Get(c.Node, "image"); yamlnode.IsNull(image) || isEmptyText(image) {
				return true
			}
		}
	}
	return false
}

// filledBy is how resources say that a program fills in a value: FILLED_BY_OPERATOR.
var filledBy = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\bfilled[ _-]by[ _-]`) })

// saysFilled reports whether the name, the namespace or an image of a resource says so.
func saysFilled(o *inventory.Object) bool {
	if filledBy().MatchString(o.Name) || filledBy().MatchString(o.Namespace) {
		return true
	}
	for _, pod := range o.Pods() {
		for _, c := range pod.Containers {
			if filledBy().MatchString(yamlnode.GetString(c.Node, "image")) {
				return true
			}
		}
	}
	return false
}

// isEmpty reports whether a value is not there or has nothing in it.
func isEmpty(n *yaml.Node) bool {
	n = yamlnode.Resolve(n)
	return yamlnode.IsNull(n) || n.Kind == yaml.MappingNode && len(n.Content) == 0
}

// isEmptyText reports whether a value is "".
func isEmptyText(n *yaml.Node) bool {
	return n != nil && n.Kind == yaml.ScalarNode && n.Value == "" && n.Tag != "!!null"
}

// inCapitals reports whether a name is a word or a phrase in capitals.
func inCapitals(name string) bool {
	letters := 0
	for i := range len(name) {
		switch c := name[i]; {
		case 'A' <= c && c <= 'Z':
			letters++
		case !('0' <= c && c <= '9' || c == '_' || c == '-' || c == ' '):
			return false
		}
	}
	return letters > 3
}

// crdKey is a kind as a CustomResourceDefinition names it.
type crdKey struct{ group, kind string }

// define remembers what the definitions of a tree say.
func (rep *Report) define(inv *inventory.Inventory) {
	rep.mutates(inv)
	for _, crd := range inv.CustomResourceDefinitions() {
		if crd.Node == nil {
			continue
		}
		key, dir := crdKeyOf(crd.Node), ""
		if crd.File != "" {
			dir = filepath.ToSlash(absolute(filepath.Dir(filepath.FromSlash(crd.File))))
		}
		rep.definesIn(key, dir)
		if rep.several || len(rep.mutated) > 0 {
			rep.defines(key, cmp.Or(yamlnode.Path(crd.Node, "spec", "versions"), yamlnode.Get(crd.Node, "spec")))
		}
	}
}

// definesIn remembers the folders that a definition is in.
func (rep *Report) definesIn(key crdKey, dirs ...string) {
	if rep.definedIn == nil {
		rep.definedIn = map[crdKey][]string{}
	}
	for _, dir := range dirs {
		if all := rep.definedIn[key]; !slices.Contains(all, dir) {
			rep.definedIn[key] = append(slices.Clip(all), dir) // others may have the list as it was
		}
	}
}

// defines remembers what a CustomResourceDefinition says, if it is not what another one
// says.
func (rep *Report) defines(key crdKey, n *yaml.Node) {
	if rep.defined == nil {
		rep.defined = map[crdKey][]*yaml.Node{}
	}
	if all := rep.defined[key]; !slices.ContainsFunc(all, func(other *yaml.Node) bool { return same(other, n) }) {
		rep.defined[key] = append(slices.Clip(all), n) // others may have the list as it was
	}
}

// mutates remembers which resources the webhooks of a tree may complete before the
// API server compares them with their schema. Some programs write the rules of their
// webhooks themselves, which then go by the name of the group, or are for what the tree
// defines of the same domain.
// https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
func (rep *Report) mutates(inv *inventory.Inventory) {
	for _, o := range inv.OfKind(inventory.GroupKind{Group: "operators.coreos.com", Kind: "ClusterServiceVersion"}) {
		// https://olm.operatorframework.io/docs/advanced-tasks/adding-admission-and-conversion-webhooks/
		for _, webhook := range yamlnode.Elements(o.Get("spec", "webhookdefinitions")) {
			if yamlnode.GetString(webhook, "type") == "MutatingAdmissionWebhook" {
				rep.mutatesBy(inv, webhook)
			}
		}
	}
	for _, o := range inv.OfKind(inventory.GroupKind{Group: "admissionregistration.k8s.io", Kind: "MutatingWebhookConfiguration"}) {
		if o.Node == nil {
			continue
		}
		for _, webhook := range yamlnode.Elements(o.Get("webhooks")) {
			rep.mutatesBy(inv, webhook)
		}
	}
}

// mutatesBy remembers which resources one webhook may complete.
func (rep *Report) mutatesBy(inv *inventory.Inventory, webhook *yaml.Node) {
	if rep.mutated == nil {
		rep.mutated = map[crdKey]bool{}
	}
	rules := yamlnode.Elements(yamlnode.Get(webhook, "rules"))
	for _, rule := range rules {
		for _, group := range yamlnode.Elements(yamlnode.Get(rule, "apiGroups")) {
			for _, resource := range yamlnode.Elements(yamlnode.Get(rule, "resources")) {
				rep.mutated[crdKey{yamlnode.String(group), yamlnode.String(resource)}] = true
			}
		}
	}
	if len(rules) > 0 {
		return
	}
	name := yamlnode.GetString(webhook, "name")
	for _, crd := range inv.CustomResourceDefinitions() {
		if group := yamlnode.GetString(crd.Node, "spec", "group"); crd.Node != nil && domain(group) == domain(name) {
			rep.mutated[crdKey{group, "*"}] = true
		}
	}
	for _, group, ok := strings.Cut(name, "."); ok && strings.Contains(group, "."); _, group, ok = strings.Cut(group, ".") {
		rep.mutated[crdKey{group, "*"}] = true
	}
}

// domain is the end of a name that says whose it is.
func domain(name string) string {
	labels := strings.Split(name, ".")
	return strings.Join(labels[max(0, len(labels)-2):], ".")
}

// mutates reports whether a webhook may complete the resource that a finding is about.
func mutates(mutated map[crdKey]bool, f *finding.Finding) bool {
	group, kind := groupOf(f), strings.ToLower(f.Resource.Kind)
	if inventory.ByKubernetes(group) {
		return false
	}
	for by := range mutated {
		if (by.group == group || by.group == "*") && isOfKind(by.kind, kind) {
			return true
		}
	}
	return false
}

// isOfKind reports whether a resource, as webhooks and their markers name it, may be that
// of a kind in small letters: the plural of a definition may be made in another way.
func isOfKind(resource, kind string) bool {
	plural, ok := strings.CutPrefix(resource, strings.TrimSuffix(kind, "y"))
	return resource == "" || resource == "*" || resource == "*/*" || ok && len(plural) <= len("ies") // clusterclasses are no Clusters
}

// spareDisputed makes notes of what the schema of a custom resource refuses and another
// definition in the trees of a run takes, as in a repository that keeps an earlier release
// beside its own; notes or warnings of what lacks where a webhook may add it; and warnings
// of fields of files that the definition of another file has not and that of the operator's own release
// has.
func (rep *Report) spareDisputed(o *outcome) {
	for i := range o.findings {
		f := &o.findings[i]
		if _, ok := o.set[f.Rule]; ok || f.Severity <= finding.Note || !schemaRules[f.Rule] {
			continue
		}
		group := groupOf(f)
		defined := rep.defined[crdKey{group, f.Resource.Kind}]
		switch {
		case len(defined) > 1 && slices.ContainsFunc(defined, func(n *yaml.Node) bool { return takes(n, f, defined) }):
			f.Severity = finding.Note
		case f.Rule == apischema.RequiredField && mutates(rep.mutated, f):
			f.Severity = min(f.Severity, finding.Warning)
			if slices.ContainsFunc(defined, func(n *yaml.Node) bool { return takesEmpty(yamlnode.Path(schemaAt(n, f), "properties", f.Said().Name)) }) {
				f.Severity = finding.Note
				f.Help = cmp.Or(f.Help, "a webhook of the repository writes resources of this kind back, with what they lack empty")
			}
		case f.Rule == apischema.UnknownField && o.tree.Root == "" && !o.tree.Named && published(f):
			f.Severity = min(f.Severity, finding.Warning)
		}
	}
}

// takesEmpty reports whether a schema takes what a program in Go writes for a field that
// nobody has set. Its webhook decodes a resource, sets defaults and answers with what is
// another text then: fields that have to be there are written, whether they are set or not.
// https://pkg.go.dev/sigs.k8s.io/controller-runtime/pkg/webhook/admission#PatchResponseFromRaw
func takesEmpty(schema *yaml.Node) bool {
	is := yamlnode.GetString(schema, "type")
	either := yamlnode.GetString(schema, "x-kubernetes-int-or-string") == "true"
	for key, v := range yamlnode.Fields(schema) {
		switch key.Value {
		case "enum", "pattern", "minLength", "minProperties", "oneOf", "allOf", "not":
			return false
		case "anyOf":
			if !either {
				return false
			}
		case "format":
			if is == "string" {
				return false
			}
		case "minimum":
			if v.Value != "0" && !strings.HasPrefix(v.Value, "-") {
				return false
			}
		case "required":
			for _, name := range yamlnode.Elements(v) {
				if !takesEmpty(yamlnode.Path(schema, "properties", yamlnode.String(name))) {
					return false
				}
			}
		}
	}
	switch is {
	case "string", "integer", "number", "boolean":
		return true
	case "object":
		return yamlnode.Get(schema, "properties") != nil
	}
	return either
}

// takes reports whether a definition, one of several of a kind, takes what a finding is
// about: it has the field, does not require it, or says of its value what not all do.
func takes(n *yaml.Node, f *finding.Finding, all []*yaml.Node) bool {
	schema := schemaAt(n, f)
	if schema == nil {
		return false
	}
	switch f.Rule {
	case apischema.UnknownField:
		return true
	case apischema.RequiredField:
		name := f.Said().Name
		return name != "" && !slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(schema, "required")), func(e *yaml.Node) bool { return yamlnode.String(e) == name })
	}
	return slices.ContainsFunc(all, func(other *yaml.Node) bool {
		at := schemaAt(other, f)
		return at != nil && (!saysOfValues(schema, at) || !saysOfValues(at, schema))
	})
}

// schemaAt is what a definition says of the field that a finding is about, nil if it has
// none there.
func schemaAt(n *yaml.Node, f *finding.Finding) *yaml.Node {
	_, version, _ := strings.Cut(f.Resource.APIVersion, "/")
	schema := yamlnode.Path(n, "validation", "openAPIV3Schema")
	for _, v := range yamlnode.Elements(n) {
		if yamlnode.GetString(v, "name") == version {
			schema = yamlnode.Path(v, "schema", "openAPIV3Schema")
		}
	}
	for _, step := range fieldpath.Parse(f.Field) {
		if schema == nil || yamlnode.GetString(schema, "x-kubernetes-preserve-unknown-fields") == "true" && yamlnode.Path(schema, "properties", step.Key) == nil {
			break
		}
		if step.Kind == fieldpath.Index {
			schema = yamlnode.Get(schema, "items")
		} else {
			schema = cmp.Or(yamlnode.Path(schema, "properties", step.Key), yamlnode.Get(schema, "additionalProperties"))
		}
	}
	return yamlnode.Resolve(schema)
}

// saysOfValues reports whether one schema says of values all that another one says; what
// is in them has places of its own.
func saysOfValues(a, b *yaml.Node) bool {
	for key, v := range yamlnode.Fields(b) {
		switch key.Value {
		case "description", "properties", "required", "items", "additionalProperties":
		default:
			if !same(yamlnode.Get(a, key.Value), v) {
				return false
			}
		}
	}
	return true
}

// published reports whether the definition that the operator of a custom resource
// publishes has the field that a finding is about.
func published(f *finding.Finding) bool {
	group, version, _ := strings.Cut(f.Resource.APIVersion, "/")
	kind := apischema.Operators().Lookup(apischema.GroupVersionKind{Group: group, Version: version, Kind: f.Resource.Kind})
	if kind == nil {
		return false
	}
	s := kind.Schema
	for _, step := range fieldpath.Parse(f.Field) {
		if step.Kind == fieldpath.Index || s.Type == apischema.Map {
			s = s.Elem
		} else if field := s.Field(step.Key); field != nil {
			s = field.Schema
		} else {
			return false
		}
		if s == nil {
			return false
		}
	}
	return true
}

func groupOf(f *finding.Finding) string {
	group, _, _ := strings.Cut(f.Resource.APIVersion, "/")
	return group
}

// schemaRules are those that a schema alone decides.
var schemaRules = map[string]bool{
	apischema.UnknownField: true, apischema.WrongType: true, apischema.UnsupportedValue: true,
	apischema.RequiredField: true, apischema.ValueInvalid: true, apischema.DuplicateEntry: true,
}
