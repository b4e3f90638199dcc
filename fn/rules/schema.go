package rules

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// schemaRules are about what the API server takes. One walk over each resource
// finds what is wrong (internal/apischema); a rule reports its part of that.
func schemaRules() []*Rule {
	rules := []*Rule{unknownKind, apiRemoved, kindMissing}
	for i := range schemaTable {
		rules = append(rules, schemaTable[i].rule())
	}
	return rules
}

const apiConventions = "https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation"

// schemaRule is a rule about problems that the walk finds under its name.
type schemaRule struct {
	name, doc, url string
	// warning is set for what the API server takes.
	warning bool
}

var schemaTable = []schemaRule{
	{
		name: apischema.UnknownField,
		url:  apiConventions,
		doc: "A resource has a field that its kind does not have. " +
			"kubectl apply refuses it, and so does the API server where it applies what Flux or kubectl apply --server-side send; where validation is off, or another client sends it, the field is dropped without a word and the default takes its place. " +
			"The message names the field that was probably meant, or the level that the field belongs to. " +
			"Fields of custom resources are known where the CustomResourceDefinition is part of the build, or the CompositeResourceDefinition of Crossplane, or, where check looks at several trees, the former in a file of the repository. " +
			"Of widespread operators they are known besides, of one version of each: there, what is close to a known field is a warning, and what is not is left alone.",
	},
	{
		name: apischema.WrongType,
		url:  apiConventions,
		doc: "A field has a value of another type than its kind says: a number where text is expected, text where a number is, a mapping where a list is. " +
			"The API server refuses the resource. " +
			"kubectl reads YAML 1.1, in which yes, no, on, off, y and n without quotes are true and false. " +
			"Placeholders that something fills in later are left alone.",
	},
	{
		name: apischema.UnsupportedValue,
		url:  "https://kubernetes.io/docs/reference/kubernetes-api/",
		doc: "A field that allows a few values has another one, such as Forbidden for Forbid, or the right one in the wrong case. " +
			"The API server refuses the resource.",
	},
	{
		name: apischema.RequiredField,
		url:  "https://kubernetes.io/docs/reference/kubernetes-api/",
		doc: "A field is missing without which the API server refuses the resource, such as a container's image or a Deployment's selector. " +
			"Files that look like patches are left alone.",
	},
	{
		name: apischema.DuplicateEntry,
		url:  "https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy",
		doc: "Two entries of a list have the same values in the fields that tell its entries apart, such as two ports of a Service with one number and protocol. " +
			"The API server refuses that, or takes it and confuses the two in the next change. " +
			"It is a warning where the API server takes it. Containers, volumes, mounts and variables have rules of their own.",
	},
	{
		name: apischema.ValueInvalid,
		url:  "https://kubernetes.io/docs/reference/kubernetes-api/",
		doc: "A field has a value that its kind does not allow: a number out of bounds, a text that is too long or of another form. " +
			"The API server refuses the resource. It is a warning where only a container runtime minds.",
	},
	{
		name: apischema.NameInvalid,
		url:  "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/",
		doc: "A name has characters or a length that Kubernetes does not allow there: of an object, a label, a container, a volume, a port, a variable, a key. " +
			"The API server refuses the resource. Most names are of lower case letters, digits and dashes; those of ports have at most 15 characters, those of CronJobs 52. Placeholders that something fills in later are left alone.",
	},
	{
		name: apischema.ProbeInvalid,
		url:  "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
		doc: "A probe or a lifecycle hook does not say what to do, or says two things, or is where there can be none. " +
			"The API server refuses the resource.",
	},
	{
		name: apischema.EnvSourceInvalid,
		url:  "https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/",
		doc: "A variable of a container has two sources or none, or a source without a name. " +
			"The API server refuses the resource.",
	},
	{
		name: apischema.VolumeInvalid,
		url:  "https://kubernetes.io/docs/concepts/storage/volumes/",
		doc: "A volume, or a claim of one, has two sources or access modes that exclude each other. " +
			"The API server refuses the resource. It is a warning where a volume has no source at all: it becomes an emptyDir.",
	},
	{
		name: apischema.SchedulingInvalid,
		url:  "https://kubernetes.io/docs/concepts/scheduling-eviction/",
		doc: "A toleration, an affinity or a spread constraint contradicts itself, such as a toleration with the operator Exists and a value. " +
			"The API server refuses the resource.",
	},
	{
		name: apischema.WorkloadInvalid,
		url:  "https://kubernetes.io/docs/concepts/workloads/controllers/",
		doc: "A workload has fields that exclude each other: a rollingUpdate beside the type Recreate, a restartPolicy that its kind does not allow, an empty selector. " +
			"The API server refuses the resource.",
	},
	{
		name: apischema.ResourcesInvalid,
		url:  "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
		doc: "A container asks for a resource that does not exist, for less than nothing, or for more of a device than its limit. " +
			"The API server refuses the resource. Whether an amount is written as one is quantity-invalid.",
	},
	{
		name: apischema.QuantityUnlikely, warning: true,
		url: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#meaning-of-memory",
		doc: "A container's cpu or memory is valid and hardly what was meant. " +
			"Memory 512 is 512 bytes, memory 400m is less than one, cpu 1000 is a thousand processors.",
	},
	{
		name: apischema.ServiceInvalid,
		url:  "https://kubernetes.io/docs/concepts/services-networking/service/",
		doc: "A Service has fields that do not go together: several ports and one without a name, a nodePort where the type is ClusterIP, an ExternalName that is a URL. " +
			"The API server refuses it. It is a warning for node ports outside the usual range.",
	},
	{
		name: apischema.IngressInvalid,
		url:  "https://kubernetes.io/docs/concepts/services-networking/ingress/",
		doc: "An Ingress has a host that is no host name, a path that does not start with a slash, or a backend without a port. " +
			"The API server refuses it. It is a warning where a certificate is for a host that no rule names, and a host that has a rule has no certificate; " +
			"where each has one it is a note.",
	},
	{
		name: apischema.ScheduleInvalid,
		url:  "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax",
		doc: "A CronJob's schedule is not one that cron can read, or its timeZone does not exist. " +
			"The API server refuses it.",
	},
	{
		name: apischema.SecretInvalid,
		url:  "https://kubernetes.io/docs/concepts/configuration/secret/#secret-types",
		doc: "A Secret lacks a key that its type needs, or a registry's credentials in it are not JSON. " +
			"The API server refuses it. It is a warning where a certificate or key is no PEM block, which only who reads it notices. No value is shown.",
	},
	{
		name: apischema.AccessInvalid,
		url:  "https://kubernetes.io/docs/reference/access-authn-authz/rbac/",
		doc: "A rule of a Role names no verbs or resources, or a binding refers to what it cannot bind. " +
			"The API server refuses it. It is a warning where a rule allows nothing, because a resource is in none of its groups.",
	},
	{
		name: apischema.AutoscalerInvalid,
		url:  "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
		doc: "A HorizontalPodAutoscaler has bounds that exclude each other, or a metric without what its type needs. " +
			"The API server refuses it.",
	},
	{
		name: apischema.BudgetInvalid,
		url:  "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
		doc: "A PodDisruptionBudget has both minAvailable and maxUnavailable. " +
			"The API server refuses it.",
	},
	{
		name: apischema.NetworkInvalid,
		url:  "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
		doc: "A NetworkPolicy has a peer without a selector, or a range of ports that ends before it starts. " +
			"The API server refuses it.",
	},
}

func (r *schemaRule) rule() *Rule {
	severity := finding.Error
	if r.warning {
		severity = finding.Warning
	}
	return &Rule{Name: r.name, Doc: r.doc, URL: r.url, Severity: severity, Run: func(p *Pass) error {
		all := p.problems[r.name]
		for i := range all {
			of := &all[i]
			for j := range of.all {
				if found := &of.all[j]; !isPlaceholderHost(of.object, found) {
					p.reportProblem(of.object, found)
				}
			}
			of.all = nil // there may be many, and as many findings
		}
		return nil
	}}
}

// isPlaceholderHost reports whether a host is no host name because something is
// still to be put in: placeholder-left says so.
func isPlaceholderHost(o *inventory.Object, found *apischema.Problem) bool {
	if found.Node == nil || found.Node.Kind != yaml.ScalarNode {
		return false
	}
	if word, _ := findPlaceholder(found.Node.Value); word == "" && templateMark(found.Node.Value) == "" && labelInCapitals(found.Node.Value) == "" {
		return false
	}
	for _, path := range hostFields()[o.GroupKind] {
		leads := false
		eachScalar(o.Node, path, func(n *yaml.Node) { leads = leads || n == found.Node })
		if leads {
			return true
		}
	}
	return false
}

// isSlipOfHost reports whether a host is nearly one that has a rule, and no wildcard.
func isSlipOfHost(found *apischema.Problem) bool {
	return len(found.Suggestions) > 0 && !strings.HasPrefix(found.Node.Value, "*.")
}

// isCertified reports whether a Certificate of the build is for a host. Controllers take
// what a certificate is for from itself, where an Ingress does not say it.
func (p *Pass) isCertified(host string) bool {
	_, domain, _ := strings.Cut(host, ".")
	return slices.ContainsFunc(p.Inventory.OfKind(gk("cert-manager.io/Certificate")), func(c *inventory.Object) bool {
		return slices.ContainsFunc(yamlnode.Elements(c.Get("spec", "dnsNames")), func(n *yaml.Node) bool {
			name := yamlnode.String(n)
			return name == host || name == "*."+domain
		})
	})
}

func (p *Pass) reportProblem(o *inventory.Object, found *apischema.Problem) {
	opts := []Option{DidYouMean(found.Suggestions...), Help("%s", found.Help)}
	if word, field := p.toFillIn(o, found); word != "" {
		p.Report(o, found.Node, fmt.Sprintf("%s still has the placeholder %q", field, word), AtMost(finding.Warning), Help("as it stands, %s", found.Message), ToFillIn(word))
		return
	}
	if found.Help == apischema.Quote && p.Inventory.Substituted != nil && p.Inventory.Substituted(o) != nil {
		opts = append(opts, Help("%s", found.Help+fluxQuote))
	}
	if found.Warning {
		opts = append(opts, AtMost(finding.Warning))
	}
	if found.What == apischema.FormerToRead || found.What == apischema.CertificateAlone || found.What == apischema.CertificateElsewhere && p.isCertified(found.Field) && !isSlipOfHost(found) {
		opts = append(opts, AtMost(finding.Note)) // each host that has a rule has a certificate, and nobody lacks what the group had
	}
	if found.Help == apischema.Blank || found.What == apischema.ToFillIn {
		opts = append(opts, func(f *finding.Finding) { f.ToFillIn = true })
	}
	if found.Rule == apischema.SecretInvalid && isUnfilledKey(o, found.Node) {
		opts = append(opts, AtMost(finding.Warning), func(f *finding.Finding) { f.ToFillIn = true })
	}
	if isNamelessCustom(o) || isRecorded(o) || found.Rule == apischema.WorkloadInvalid && o.Kind == "Job" && yamlnode.GetString(o.Node, "metadata", "uid") != "" { // the backup of a Job has the selector that it got
		opts = append(opts, AtMost(finding.Note))
	}
	about := finding.About{What: found.What, Name: found.Field, Of: found.List}
	if found.Rule == apischema.NameInvalid && found.Node != nil && found.Node.Kind == yaml.ScalarNode {
		about.Name = found.Node.Value
	}
	if about != (finding.About{}) {
		opts = append(opts, Says(about))
	}
	p.ReportKey(o, found.Node, found.Value, found.Message, opts...)
}

// fluxQuote is how a value that Flux puts in stays a text: the quotes around a variable
// are not there any more when it is replaced.
// https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution
const fluxQuote = "; around a variable Flux takes quotes off: there write ${quote}${NAME}${quote}, with quote: '\"' under postBuild.substitute"

// isUnfilledKey reports whether the value of a key of a Secret, in base64 or not, still
// has a placeholder.
func isUnfilledKey(o *inventory.Object, key *yaml.Node) bool {
	if key == nil {
		return false
	}
	text := yamlnode.String(cmp.Or(o.Get("stringData", key.Value), o.Get("data", key.Value)))
	if plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text)); err == nil {
		if word, _ := findPlaceholder(string(plain)); word != "" {
			return true
		}
	}
	word, _ := findPlaceholder(text)
	return word != ""
}

// toFillIn returns what stands in a value for something that a person or a script is
// to put in, and the name of its field: what is wrong with the value is no mistake
// before that is done. What is close to a value that would be right is one.
func (p *Pass) toFillIn(o *inventory.Object, found *apischema.Problem) (word, field string) {
	n := found.Node
	if n == nil || n.Kind != yaml.ScalarNode || found.Value != nil || len(found.Suggestions) > 0 || found.Rule == apischema.UnknownField || found.Rule == apischema.RequiredField {
		return "", ""
	}
	word, _ = findPlaceholder(n.Value)
	if word == "" {
		word = templateMark(n.Value)
	}
	switch found.Rule {
	case apischema.ValueInvalid, apischema.WrongType, apischema.ScheduleInvalid, apischema.IngressInvalid, apischema.UnsupportedValue:
		// No address, number, schedule or word of the schema is written so, and variables of scripts are.
		if word == "" && isVariableName(n.Value) && (strings.Contains(n.Value, "_") || numbered().MatchString(n.Value)) {
			word = n.Value
		}
		if word == "" && strings.HasSuffix(n.Value, "...") {
			word = "..." // a certificate that was cut short
		}
	}
	kind := strings.ToUpper(o.Kind)
	if word == "" && found.Rule == apischema.NameInvalid && kind != "" {
		if n.Value == kind || n.Value == kind+"NAME" || n.Value == "NAMESPACE" || n == yamlnode.Path(o.Node, "metadata", "namespace") && inCapitals().MatchString(n.Value) {
			word = n.Value
		} else if n == yamlnode.Path(o.Node, "metadata", "name") || n == yamlnode.Path(o.Node, "metadata", "namespace") {
			if word = capitalsIn(n.Value); word == "" && strings.Contains(n.Value, "_") && (isVariableName(n.Value) || isNameOfKind(n.Value, o.Kind)) {
				word = n.Value
			}
		} else if own := capitalsIn(o.Name); own != "" && own == capitalsIn(n.Value) {
			word = own // as in the name of the resource
		}
	}
	if word == "" {
		return "", ""
	}
	root := o.Node
	if w := p.written[o]; w != nil {
		root = w.node
		if written := w.nodes[n]; written != nil {
			n = written
		}
	}
	path, _ := fieldpath.Find(root, n)
	return word, lastField(path)
}

// inCapitals is a word for what a namespace belongs to, such as TENANT.
var inCapitals = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Z]{5,}$`) })

// numbered is a word in capitals with a number inside, such as NODE0ADDRESS.
var numbered = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Z]{2,}\d+[A-Z]{2,}$`) })

// isNameOfKind reports whether a name says nothing but that it is one of that kind, in English
// or another language: name_backup of a Backup, nombre_configmap.
func isNameOfKind(name, kind string) bool {
	words := strings.Split(name, "_")
	is := slices.IndexFunc(words, func(word string) bool {
		return slices.Contains([]string{"name", "nombre", "nome", "nom", "namen"}, word)
	})
	if is < 0 {
		return false
	}
	rest := strings.Join(slices.Delete(words, is, is+1), "")
	return rest != "" && strings.Contains(strings.ToLower(kind), rest)
}

// capitalsIn returns the word in capitals that a name in small letters has between its
// dashes, as in restore-TIMESTAMP, or "".
func capitalsIn(name string) (word string) {
	small := false
	for part := range strings.SplitSeq(name, "-") {
		switch {
		case len(part) > 3 && strings.Trim(part, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == "":
			word = part
		case strings.ToLower(part) != part:
			return ""
		case part != "":
			small = true
		}
	}
	if !small {
		return ""
	}
	return word
}

// lastField is the name of the innermost field of a path, without numbers.
func lastField(path string) string {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		path = path[i+1:]
	}
	name, _, _ := strings.Cut(path, "[")
	return cmp.Or(name, "a value")
}

// isNamelessCustom reports whether an object is of a custom kind and has no
// metadata: nobody can apply it, and operators read such files as defaults of
// their own, which are complete only once they are merged.
func isNamelessCustom(o *inventory.Object) bool {
	return strings.Contains(o.Group, ".") && !apischema.Kubernetes().HasGroup(o.Group) && yamlnode.IsNull(o.Get("metadata"))
}

// Recorded reports whether an object is a copy of one that a cluster had and that something
// there had made.
func Recorded(o *inventory.Object) bool { return o.Node != nil && isRecorded(o) }

// isRecorded reports whether an object was written down from a cluster, where a
// controller or an object with a uid owns it: it is for comparing or a backup, and has
// what a server adds.
func isRecorded(o *inventory.Object) bool {
	return slices.ContainsFunc(yamlnode.Elements(o.Get("metadata", "ownerReferences")), func(owner *yaml.Node) bool {
		uid := yamlnode.GetString(owner, "uid")
		return yamlnode.GetString(owner, "controller") == "true" || uid != "" && !reference.IsPlaceholder(uid)
	})
}

// schemaOf returns the schema of a kind: Kubernetes' own, or that of a
// CustomResourceDefinition in the build.
func schemaOf(inv *inventory.Inventory, t *inventory.Type) *apischema.Schema {
	if t.Kind == "" {
		return nil
	}
	if k := apischema.Kubernetes().Lookup(gvk(t)); k != nil {
		return k.Schema
	}
	if n := definedSchema(inv.CustomResourceDefinitions(), t); n != nil {
		return apischema.FromCRD(n)
	}
	if n := definedSchema(inv.CompositeResourceDefinitions(), t); n != nil {
		return apischema.FromXRD(n)
	}
	return nil
}

// WithoutSchema counts the resources whose fields nothing is compared with, by API
// group: those of groups that are not Kubernetes' own, of kinds that no
// CustomResourceDefinition in the inventory has a schema of.
func WithoutSchema(inv *inventory.Inventory) map[string]int {
	unknown := map[*inventory.Type]bool{}
	counts := map[string]int{}
	for _, o := range inv.Objects() {
		if o.Local || o.Node == nil {
			continue
		}
		is, known := unknown[o.Type]
		if !known {
			is = o.Kind != "" && strings.Contains(o.Group, ".") && !apischema.Kubernetes().HasGroup(o.Group) &&
				!notForClusters(o.Type) && o.APIVersion() != config.APIVersion && !reference.IsPlaceholder(o.APIVersion()+o.Kind) &&
				schemaOf(inv, o.Type) == nil && apischema.Operators().Lookup(gvk(o.Type)) == nil
			unknown[o.Type] = is
		}
		if is {
			counts[o.Group]++
		}
	}
	return counts
}

func gvk(t *inventory.Type) apischema.GroupVersionKind {
	return apischema.GroupVersionKind{Group: t.Group, Version: t.Version, Kind: t.Kind}
}

// definedSchema returns the schema that a definition of the build has of a kind, or nil.
// Where several files have one, as a repository that keeps its releases does, nobody
// knows which is meant. Of a composite resource there are claims as well.
func definedSchema(definitions []*inventory.Object, t *inventory.Type) (schema *yaml.Node) {
	var from *inventory.Object
	for _, crd := range definitions {
		if crd.Node == nil || yamlnode.GetString(crd.Node, "spec", "group") != t.Group ||
			yamlnode.GetString(crd.Node, "spec", "names", "kind") != t.Kind && yamlnode.GetString(crd.Node, "spec", "claimNames", "kind") != t.Kind {
			continue
		}
		for _, v := range yamlnode.Elements(crd.Get("spec", "versions")) {
			if yamlnode.GetString(v, "name") != t.Version {
				continue
			}
			if from != nil && from.File != crd.File {
				return nil
			}
			if from == nil {
				from, schema = crd, yamlnode.Path(v, "schema", "openAPIV3Schema")
			}
		}
	}
	return schema
}
