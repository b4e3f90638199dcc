package rules

import (
	"fmt"
	"iter"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var kindMissing = &Rule{
	Name:     "kind-missing",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/concepts/overview/working-with-objects/#required-fields",
	Doc: "A resource does not say its kind or its apiVersion. " +
		"kubectl refuses it, and no other rule knows what it is. Where it has no metadata either it is a warning. Files that are no resources, such as the values of a chart, are left alone.",
	Run: func(p *Pass) error {
		known := map[string]bool{}
		knows := func(kind string) bool {
			is, ok := known[kind]
			if !ok {
				is = p.knowsKind(kind)
				known[kind] = is
			}
			return is
		}
		for _, o := range p.Inventory.Objects() {
			if o.Local || o.Node == nil {
				continue
			}
			n := p.writtenNode(o)
			kind, apiVersion := yamlnode.GetString(n, "kind"), yamlnode.GetString(n, "apiVersion")
			switch {
			case kind == "" && apiVersion != "" && yamlnode.Get(n, "metadata") != nil:
				if version := apiVersion[strings.LastIndexByte(apiVersion, '/')+1:]; len(version) < 2 || version[0] != 'v' || version[1] < '0' || version[1] > '9' {
					continue // the version of something else, such as a devfile's 2.2.0
				}
				if key := apischema.HeadingKey(n, "kind"); key != nil && key.Value != "kind" {
					p.ReportKey(o, key, yamlnode.Get(n, key.Value), "this resource has no kind", DidYouMean("kind"))
					continue
				}
				if isOfProgram(n, o.Group) {
					continue
				}
				p.Report(o, n, "this resource has no kind", Help("%s", unread))
			case kind != "" && apiVersion == "":
				versions := apischema.Kubernetes().Versions(kind)
				if yamlnode.Get(n, "metadata") == nil && (len(versions) == 0 || yamlnode.Get(n, "sops") != nil || !apischema.Resembles(n, versions[0].Schema)) {
					continue // the sops of an inventory of Ansible's goes by the kind, and so do the values of a chart
				}
				message := "this " + kind + " has no apiVersion"
				if key := apischema.HeadingKey(n, "apiVersion"); key != nil && key.Value != "apiVersion" {
					if strings.HasPrefix(yamlnode.GetString(n, key.Value), "scorecard.operatorframework.io/") {
						continue // operator-sdk reads it, whatever the case of its keys
					}
					p.ReportKey(o, key, yamlnode.Get(n, key.Value), message, DidYouMean("apiVersion"))
					continue
				}
				if len(versions) == 0 && !knows(kind) {
					continue // files of other programs have kinds and metadata too
				}
				opts := []Option{Help("%s", unread)}
				if len(versions) > 0 {
					opts = []Option{DidYouMean(versions[0].APIVersion())}
				}
				if yamlnode.Get(n, "metadata") == nil {
					opts = append(opts, AtMost(finding.Warning)) // data of a program, or of a script that makes the rest
				}
				p.Report(o, yamlnode.Get(n, "kind"), message, opts...)
			}
		}
		return nil
	},
}

// isOfProgram reports whether more of the fields of what has no kind are ones that no kind
// of the API group has than ones that some kind has: other programs, such as
// openshift-install, have files with an apiVersion and metadata too.
func isOfProgram(n *yaml.Node, group string) bool {
	kinds := apischema.Kubernetes().Kinds(group)
	fields, others := 0, 0
	for k := range yamlnode.Fields(n) {
		switch {
		case k.Value == "apiVersion" || k.Value == "metadata":
		case slices.ContainsFunc(kinds, func(kind string) bool {
			return slices.ContainsFunc(apischema.Kubernetes().Versions(kind), func(v *apischema.Kind) bool { return v.Group == group && v.Field(k.Value) != nil })
		}):
			fields++
		default:
			others++
		}
	}
	return len(kinds) > 0 && others > fields
}

var unknownKind = &Rule{
	Name:     "unknown-kind",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/reference/kubernetes-api/",
	Doc: "A resource is of a kind that Kubernetes does not have in that apiVersion: the kind or the group is misspelt, or the kind is in another group. " +
		"kubectl answers with no matches for kind. " +
		"Kinds that programs send to a subresource, such as Eviction, are left alone, and so are groups that are not Kubernetes' own, unless one is a misspelt group of Kubernetes that has the kind. " +
		"It is a warning where a definition in the build, or a ConstraintTemplate of Gatekeeper, has a kind of nearly that name in that group, or the kind in a group of nearly that name.",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.Objects() {
			t := p.writtenType(o)
			k := p.kinds[t]
			if k == nil || k.unknown == "" || o.Local || subresourceKinds[apischema.GroupVersionKind{Group: t.Group, Version: t.Version, Kind: t.Kind}] {
				continue
			}
			written := p.writtenNode(o)
			if k.suggestion == "" && yamlnode.Get(written, "metadata") == nil && (yamlnode.Get(written, "spec") == nil || yamlnode.Get(written, "name") != nil) {
				continue // it is no resource: other programs have files with a kind too
			}
			n := yamlnode.Get(written, "apiVersion")
			opts := []Option{Help("%s", unread)}
			if k.meant != (apischema.GroupVersionKind{}) {
				opts = nil
			}
			if k.suggestion != "" {
				opts = []Option{DidYouMean(k.suggestion)}
				if !strings.Contains(k.suggestion, "/") && k.suggestion != "v1" {
					n = yamlnode.Get(written, "kind")
				}
			}
			if cluster, said := apischema.ParseRelease(p.Config.KubernetesVersion); said && apischema.Newest.Before(cluster) {
				if k.suggestion == "" {
					continue // it may have come since
				}
				opts = append(opts, AtMost(finding.Warning))
			}
			if k.doubtful {
				opts = append(opts, AtMost(finding.Warning))
			}
			if since := openShiftKinds[t.Kind]; since != "" && t.Group == "" && t.Version == "v1" {
				opts = []Option{AtMost(finding.Warning), DidYouMean(since), Help("OpenShift 3 had it in v1")}
				if t.Kind == "Template" {
					opts = []Option{AtMost(finding.Note), DidYouMean(since), Help("oc process --local reads it, an API server does not")}
				}
			}
			if isAccessOfOpenShift(written, t) {
				opts = append(opts, Help("OpenShift 3 had it in v1, with fields that are not there any more"))
			}
			p.Report(o, n, k.unknown, opts...)
		}
		return nil
	},
}

// subresourceKinds are the kinds of what clients send to subresources, which somebody may
// keep in a file and hand to curl or kubectl create --raw.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
var subresourceKinds = map[apischema.GroupVersionKind]bool{
	{Group: "autoscaling", Version: "v1", Kind: "Scale"}: true,
	{Group: "policy", Version: "v1", Kind: "Eviction"}:   true, {Group: "policy", Version: "v1beta1", Kind: "Eviction"}: true,
	{Group: "authentication.k8s.io", Version: "v1", Kind: "TokenRequest"}: true,
	{Version: "v1", Kind: "PodExecOptions"}:                               true, {Version: "v1", Kind: "PodAttachOptions"}: true,
	{Version: "v1", Kind: "PodPortForwardOptions"}: true, {Version: "v1", Kind: "PodProxyOptions"}: true,
	{Version: "v1", Kind: "ServiceProxyOptions"}: true, {Version: "v1", Kind: "NodeProxyOptions"}: true,
}

// knowsKind reports whether some custom resource is of a kind: of an operator that
// is known, or beside others in the build.
func (p *Pass) knowsKind(kind string) bool {
	return strings.ContainsFunc(kind[1:], unicode.IsUpper) && len(apischema.Operators().Versions(kind)) > 0 || // not Agent, nor Task
		nearestKind(kind, apischema.Kubernetes().AllKinds()) != "" ||
		slices.ContainsFunc(p.Inventory.Objects(), func(o *inventory.Object) bool { return o.Kind == kind && o.Version != "" }) ||
		slices.ContainsFunc(p.Inventory.CustomResourceDefinitions(), func(crd *inventory.Object) bool {
			return yamlnode.GetString(crd.Node, "spec", "names", "kind") == kind
		})
}

// unread is what is said of resources whose kind nobody knows.
const unread = "nothing else of it is checked"

// writtenNode is a resource as it is written.
func (b *Build) writtenNode(o *inventory.Object) *yaml.Node {
	if w := b.written[o]; w != nil {
		return w.node
	}
	return o.Node
}

// writtenType is the type that a resource is written with.
func (b *Build) writtenType(o *inventory.Object) *inventory.Type {
	if w := b.written[o]; w != nil {
		return w.of
	}
	return o.Type
}

// notForClusters reports whether a kind is read by programs, not by an API server.
// Config of v1 is a kubeconfig:
// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
func notForClusters(t *inventory.Type) bool {
	return t.Group == "kustomize.config.k8s.io" || t.Group == "skaffold" || t.Group == "" && (t.Version == "builtin" || t.Version == "v1" && t.Kind == "Config")
}

// unknownKindOf says what is wrong with a kind or apiVersion, "" if that cannot be
// known, and what was probably meant.
func unknownKindOf(inv *inventory.Inventory, t *inventory.Type) (message, suggestion string, meant apischema.GroupVersionKind) {
	table := apischema.Kubernetes()
	if strings.Trim(t.APIVersion(), ".…") == "" {
		return "", "", meant // as documents have it
	}
	if life, known := table.Life(gvk(t)); known && life.Removed != (apischema.Release{}) {
		return "", "", meant // api-removed
	}
	if _, gone := removedKinds[gvk(t)]; gone {
		return "", "", meant
	}
	if defined := definedVersions(inv, t); defined != nil {
		near := suggest.Nearest(t.Version, defined, 1)
		if slices.Contains(defined, t.Version) || len(near) == 0 {
			return "", "", meant // a version that is not in this copy of the definition, perhaps
		}
		return fmt.Sprintf("there is no kind %s in %s", t.Kind, t.APIVersion()), t.Group + "/" + near[0], meant
	}
	base, list := strings.CutSuffix(t.Kind, "List")
	if list && table.Lookup(apischema.GroupVersionKind{Group: t.Group, Version: t.Version, Kind: base}) != nil || list && base == "" {
		return "", "", meant
	}
	message = fmt.Sprintf("there is no kind %s in %s", t.Kind, t.APIVersion())
	versions := table.Versions(t.Kind)
	if len(versions) > 0 {
		var best *apischema.Kind
		own := false
		for _, k := range versions {
			if k.Group == t.Group {
				own, best = true, k
			}
		}
		for _, k := range versions {
			if best == nil || !own && suggest.Close(t.APIVersion(), k.APIVersion()) {
				best = k
			}
		}
		if own || dotless(t.Group) || table.HasGroup(t.Group) || suggest.Close(t.APIVersion(), best.APIVersion()) || truncated(t.Group, best.APIVersion()) {
			return message, best.APIVersion(), best.GroupVersionKind
		}
		return "", "", meant
	}
	if !table.HasGroup(t.Group) && !dotless(t.Group) {
		return "", "", meant
	}
	if kind := nearestKind(t.Kind, table.Kinds(t.Group)); kind != "" {
		meant = apischema.GroupVersionKind{Group: t.Group, Version: t.Version, Kind: kind}
		if table.Lookup(meant) == nil {
			meant.Version = ""
			for _, k := range table.Versions(kind) {
				if k.Group == t.Group {
					meant = k.GroupVersionKind
				}
			}
		}
		return message, kind, meant
	}
	if kind := nearestKind(t.Kind, table.AllKinds()); kind != "" {
		meant = table.Versions(kind)[0].GroupVersionKind
		if t.Group != "" && !table.HasGroup(t.Group) && !slices.ContainsFunc(table.Versions(kind), func(k *apischema.Kind) bool {
			return suggest.Close(t.Group, k.Group) || truncated(t.Group, k.APIVersion())
		}) {
			return "", "", apischema.GroupVersionKind{} // of another program: aiplatform/v1 Endpoint
		}
		return message + "; it is close to " + meant.APIVersion() + " " + kind, "", meant
	}
	if !table.HasGroup(t.Group) || t.Group == "" && t.Version != "v1" {
		return "", "", meant // files of other programs: the group of a custom resource is a domain
	}
	return message, "", meant
}

// openShiftKinds are those that OpenShift 3 had in v1, which oc reads to this day,
// and the groups that they are in since:
// https://docs.openshift.com/container-platform/3.11/rest_api/index.html
var openShiftKinds = map[string]string{
	"Route": "route.openshift.io/v1", "Template": "template.openshift.io/v1", "DeploymentConfig": "apps.openshift.io/v1",
	"BuildConfig": "build.openshift.io/v1", "Build": "build.openshift.io/v1",
	"ImageStream": "image.openshift.io/v1", "ImageStreamTag": "image.openshift.io/v1", "ImageStreamImport": "image.openshift.io/v1",
	"Project": "project.openshift.io/v1", "ProjectRequest": "project.openshift.io/v1",
	"SecurityContextConstraints": "security.openshift.io/v1", "OAuthClient": "oauth.openshift.io/v1",
	"User": "user.openshift.io/v1", "Group": "user.openshift.io/v1", "Identity": "user.openshift.io/v1",
	"NetNamespace": "network.openshift.io/v1", "HostSubnet": "network.openshift.io/v1", "EgressNetworkPolicy": "network.openshift.io/v1",
}

// isAccessOfOpenShift reports whether a role or binding is written for OpenShift 3, which
// had them in v1: its bindings list names, or refer to a role without its kind, and its
// rules have attributes. That the kind is not there says all that is wrong with them.
// https://docs.openshift.com/container-platform/3.11/rest_api/authorization/clusterrolebinding-authorization-openshift-io-v1.html
func isAccessOfOpenShift(n *yaml.Node, t *inventory.Type) bool {
	if t.Group != "" || t.Version != "v1" {
		return false
	}
	switch t.Kind {
	case "ClusterRoleBinding", "RoleBinding":
		return yamlnode.Get(n, "userNames") != nil || yamlnode.Get(n, "groupNames") != nil ||
			yamlnode.Path(n, "roleRef", "name") != nil && yamlnode.Path(n, "roleRef", "kind") == nil
	case "ClusterRole", "Role":
		return slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(n, "rules")), func(rule *yaml.Node) bool {
			return yamlnode.Get(rule, "attributeRestrictions") != nil || yamlnode.Get(rule, "apiGroups") == nil && yamlnode.Get(rule, "nonResourceURLs") == nil
		})
	}
	return false
}

// nearestKind returns the kind that was probably meant, or "".
func nearestKind(kind string, kinds []string) string {
	for _, k := range kinds {
		if strings.EqualFold(k, kind) {
			return k
		}
	}
	if near := suggest.Nearest(kind, kinds, 1); len(near) > 0 {
		return near[0]
	}
	return ""
}

// dotless reports whether a group can only be Kubernetes' own: those of custom
// resources have a dot in them.
func dotless(group string) bool { return !strings.Contains(group, ".") }

// truncated reports whether group is the beginning of the group of apiVersion:
// networking for networking.k8s.io.
func truncated(group, apiVersion string) bool {
	full, _, _ := strings.Cut(apiVersion, "/")
	return group != "" && strings.HasPrefix(full, group+".")
}

// definedVersions are the versions that the definitions of the build have of a kind,
// nil if there are none.
func definedVersions(inv *inventory.Inventory, t *inventory.Type) []string {
	var versions []string
	for kind, crd := range definedKinds(inv, t.Group) {
		if kind != t.Kind {
			continue
		}
		versions = append(versions, yamlnode.GetString(crd.Node, "spec", "version"))
		for _, v := range yamlnode.Elements(crd.Get("spec", "versions")) {
			versions = append(versions, yamlnode.GetString(v, "name"))
		}
	}
	return versions
}

// nearDefinedGroup returns the apiVersion of the only kind of a name that the build defines,
// if its group is a typing error away from one of which it defines nothing; else "".
func nearDefinedGroup(inv *inventory.Inventory, t *inventory.Type) string {
	near := ""
	if apischema.Operators().HasGroup(t.Group) {
		return ""
	}
	for _, crd := range inv.CustomResourceDefinitions() {
		group := yamlnode.GetString(crd.Node, "spec", "group")
		switch {
		case crd.Node == nil:
		case group == t.Group:
			return ""
		case yamlnode.GetString(crd.Node, "spec", "names", "kind") != t.Kind:
		case near != "" && !strings.HasPrefix(near, group+"/"):
			return ""
		case suggest.Distance(group, t.Group) == 1:
			near = group + "/" + t.Version
		}
	}
	return near
}

// definedKinds yields the kinds that the build defines in a group, each with its
// CustomResourceDefinition, or with Crossplane's CompositeResourceDefinition, which may
// have a kind of claims too.
func definedKinds(inv *inventory.Inventory, group string) iter.Seq2[string, *inventory.Object] {
	return func(yield func(string, *inventory.Object) bool) {
		for _, all := range [...][]*inventory.Object{inv.CustomResourceDefinitions(), inv.CompositeResourceDefinitions()} {
			for _, crd := range all {
				if crd.Node == nil || yamlnode.GetString(crd.Node, "spec", "group") != group {
					continue
				}
				for _, names := range [...]string{"names", "claimNames"} {
					if kind := yamlnode.GetString(crd.Node, "spec", names, "kind"); kind != "" && !yield(kind, crd) {
						return
					}
				}
			}
		}
	}
}

// constraintTemplate is the kind that Gatekeeper makes a kind of constraints of:
// https://open-policy-agent.github.io/gatekeeper/website/docs/howto/#constraint-templates
var constraintTemplate = gk("templates.gatekeeper.sh/ConstraintTemplate")

// nearDefinedKind returns the kind that the build defines in the group of a kind that it
// does not, and that was probably meant, or "".
func nearDefinedKind(inv *inventory.Inventory, t *inventory.Type) string {
	var kinds []string
	for kind := range definedKinds(inv, t.Group) {
		kinds = append(kinds, kind)
	}
	if t.Group == "constraints.gatekeeper.sh" {
		for _, o := range inv.OfKind(constraintTemplate) {
			if kind := yamlnode.GetString(o.Node, "spec", "crd", "spec", "names", "kind"); kind != "" {
				kinds = append(kinds, kind)
			}
		}
	}
	if slices.Contains(kinds, t.Kind) || slices.Contains(kinds, strings.TrimSuffix(t.Kind, "List")) {
		return ""
	}
	return nearestKind(t.Kind, kinds)
}

var apiRemoved = &Rule{
	Name:     "api-removed",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
	Doc: "A resource is written for a version of its API that Kubernetes no longer serves, or does not serve yet, or that cert-manager no longer serves. " +
		"kubectl answers with no matches for kind. The message says since which release, and what to write instead. " +
		"The release is that of the cluster, if the configuration or the command line names it.",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.Objects() {
			if o.Local || o.Node == nil || o.Kind == "" || o.Version == "" {
				continue
			}
			p.checkServed(o)
			p.checkServedByOperator(o)
		}
		return nil
	},
}

// removedKinds are kinds that are gone from Kubernetes' sources. See
// https://kubernetes.io/docs/reference/using-api/deprecation-guide/
var removedKinds = map[apischema.GroupVersionKind]removedKind{
	{Group: "policy", Version: "v1beta1", Kind: "PodSecurityPolicy"}:                               {minor: 25},
	{Group: "extensions", Version: "v1beta1", Kind: "PodSecurityPolicy"}:                           {minor: 16},
	{Group: "apiextensions.k8s.io", Version: "v1beta1", Kind: "CustomResourceDefinition"}:          {22, "apiextensions.k8s.io/v1"},
	{Group: "apiregistration.k8s.io", Version: "v1beta1", Kind: "APIService"}:                      {22, "apiregistration.k8s.io/v1"},
	{Group: "autoscaling", Version: "v2beta1", Kind: "HorizontalPodAutoscaler"}:                    {25, "autoscaling/v2"},
	{Group: "autoscaling", Version: "v2beta2", Kind: "HorizontalPodAutoscaler"}:                    {26, "autoscaling/v2"},
	{Group: "batch", Version: "v2alpha1", Kind: "CronJob"}:                                         {21, "batch/v1"},
	{Group: "rbac.authorization.k8s.io", Version: "v1alpha1", Kind: "Role"}:                        {22, "rbac.authorization.k8s.io/v1"},
	{Group: "rbac.authorization.k8s.io", Version: "v1alpha1", Kind: "RoleBinding"}:                 {22, "rbac.authorization.k8s.io/v1"},
	{Group: "rbac.authorization.k8s.io", Version: "v1alpha1", Kind: "ClusterRole"}:                 {22, "rbac.authorization.k8s.io/v1"},
	{Group: "rbac.authorization.k8s.io", Version: "v1alpha1", Kind: "ClusterRoleBinding"}:          {22, "rbac.authorization.k8s.io/v1"},
	{Group: "scheduling.k8s.io", Version: "v1alpha1", Kind: "PriorityClass"}:                       {22, "scheduling.k8s.io/v1"},
	{Group: "settings.k8s.io", Version: "v1alpha1", Kind: "PodPreset"}:                             {minor: 20},
	{Group: "auditregistration.k8s.io", Version: "v1alpha1", Kind: "AuditSink"}:                    {minor: 19},
	{Group: "storage.k8s.io", Version: "v1alpha1", Kind: "CSIStorageCapacity"}:                     {24, "storage.k8s.io/v1"},
	{Group: "flowcontrol.apiserver.k8s.io", Version: "v1alpha1", Kind: "FlowSchema"}:               {21, "flowcontrol.apiserver.k8s.io/v1"},
	{Group: "networking.k8s.io", Version: "v1alpha1", Kind: "ClusterCIDR"}:                         {minor: 31},
	{Group: "discovery.k8s.io", Version: "v1alpha1", Kind: "EndpointSlice"}:                        {21, "discovery.k8s.io/v1"},
	{Group: "coordination.k8s.io", Version: "v1beta1", Kind: "Lease"}:                              {22, "coordination.k8s.io/v1"},
	{Group: "admissionregistration.k8s.io", Version: "v1alpha1", Kind: "InitializerConfiguration"}: {minor: 14},
}

// removedVersions are versions of operators' groups that they serve no more.
var removedVersions = map[string]struct{ since, instead string }{
	// https://cert-manager.io/docs/releases/upgrading/remove-deprecated-apis/
	"cert-manager.io/v1alpha2":      {"cert-manager 1.6", "cert-manager.io/v1"},
	"cert-manager.io/v1alpha3":      {"cert-manager 1.6", "cert-manager.io/v1"},
	"cert-manager.io/v1beta1":       {"cert-manager 1.6", "cert-manager.io/v1"},
	"acme.cert-manager.io/v1alpha2": {"cert-manager 1.6", "acme.cert-manager.io/v1"},
	"acme.cert-manager.io/v1alpha3": {"cert-manager 1.6", "acme.cert-manager.io/v1"},
	"acme.cert-manager.io/v1beta1":  {"cert-manager 1.6", "acme.cert-manager.io/v1"},
	"certmanager.k8s.io/v1alpha1":   {"cert-manager 0.11", "cert-manager.io/v1"},
}

// checkServedByOperator reports a version that the operator of a kind serves no more,
// unless the build defines it: it has an older release.
func (p *Pass) checkServedByOperator(o *inventory.Object) {
	gone, ok := removedVersions[o.APIVersion()]
	if !ok || schemaOf(p.Inventory, o.Type) != nil || slices.ContainsFunc(p.Inventory.CustomResourceDefinitions(), func(crd *inventory.Object) bool {
		return yamlnode.GetString(crd.Node, "spec", "group") == o.Group
	}) {
		return
	}
	p.Report(o, yamlnode.Get(o.Node, "apiVersion"), fmt.Sprintf("%s %s is not served since %s; use %s", o.APIVersion(), o.Kind, gone.since, gone.instead),
		Suggest(gone.instead), Says(finding.About{Name: o.APIVersion(), Of: gone.since}))
}

type removedKind struct {
	minor   int // of the release 1.minor that has it no more
	instead string
}

// served returns the same object in a version that is served, from another file: who
// has both chooses between them.
func (p *Pass) served(o *inventory.Object, replacement apischema.GroupVersionKind) *inventory.Object {
	for _, other := range p.Inventory.Find(inventory.GroupKind{Group: replacement.Group, Kind: replacement.Kind}, o.Name) {
		if other.Node != nil && other.File != o.File && inventory.SameNamespace(other.Namespace, o.Namespace) && apischema.Kubernetes().Lookup(gvk(other.Type)) != nil {
			return other
		}
	}
	return nil
}

// releaseBehind is how the name of a file ends that is for the clusters from a release of
// Kubernetes on.
var releaseBehind = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^[-_.]?(?:k8s|kube|kubernetes|from|since)?[-_.]?v?1[._](?:1[4-9]|[23][0-9])(?:[-_.]?(?:\+|plus|and[-_]later))?\.(?:ya?ml|json)$`)
})

// ForNewerClusters reports whether a file is called as another one is, and a release of
// Kubernetes: ingress.yaml and ingress-v1.19.yaml, of which somebody takes the one for their
// cluster.
func ForNewerClusters(file, other string) bool {
	stem := strings.TrimSuffix(file, path.Ext(file))
	rest, ok := strings.CutPrefix(other, stem)
	return ok && stem != "" && releaseBehind().MatchString(rest)
}

// removal says since which release a kind is not served, and what to write instead
// of it. Both are zero where it is not known to be removed.
func removal(t apischema.GroupVersionKind) (since apischema.Release, instead apischema.GroupVersionKind) {
	life, known := apischema.Kubernetes().Life(t)
	if gone, ok := removedKinds[t]; ok && !known {
		group, version, _ := strings.Cut(gone.instead, "/")
		if gone.instead != "" {
			instead = apischema.GroupVersionKind{Group: group, Version: version, Kind: t.Kind}
		}
		return apischema.Release{Major: 1, Minor: gone.minor}, instead
	}
	instead = life.Replacement
	if instead.Kind == t.Kind+"List" {
		instead.Kind = t.Kind // as Kubernetes' sources have it of an IngressClass
	}
	return life.Removed, instead
}

// Removed returns the release of Kubernetes that serves a kind no more, as in 1 and
// 22, or two zeros.
func Removed(apiVersion, kind string) (major, minor int) {
	t := apischema.GroupVersionKind{Version: apiVersion, Kind: kind}
	if group, version, ok := strings.Cut(apiVersion, "/"); ok {
		t.Group, t.Version = group, version
	}
	since, _ := removal(t)
	return since.Major, since.Minor
}

func (p *Pass) checkServed(o *inventory.Object) {
	table := apischema.Kubernetes()
	life, known := table.Life(gvk(o.Type))
	removed, replacement := removal(gvk(o.Type))
	instead := ""
	if replacement != (apischema.GroupVersionKind{}) {
		instead = replacement.APIVersion()
	}
	cluster, said := apischema.ParseRelease(p.Config.KubernetesVersion)
	switch {
	case removed == (apischema.Release{}):
	case said && cluster.Before(removed):
		return
	case said, table.Lookup(gvk(o.Type)) == nil:
		message := fmt.Sprintf("%s %s is not served since Kubernetes %s", o.APIVersion(), o.Kind, removed)
		since := len(message) - len(removed.String())
		var opts []Option
		if instead != "" && instead != o.APIVersion() {
			message += "; use " + instead
			opts = append(opts, Suggest(instead))
			if replacement.Kind != o.Kind {
				message += " " + replacement.Kind
			}
		}
		if other := p.served(o, replacement); other != nil {
			level := finding.Warning
			if ForNewerClusters(o.File, other.File) || strings.Contains(path.Base(o.File), o.Version) && o.Version != "v1" {
				level = finding.Note
			}
			opts = append(opts, AtMost(level), Help("%s has it in %s", other.File, other.APIVersion()))
		}
		p.Report(o, yamlnode.Get(o.Node, "apiVersion"), message, append(opts, Says(finding.About{Name: o.APIVersion(), Of: message[since:]}))...)
		return
	}
	if said && known && life.Introduced != (apischema.Release{}) && cluster.Before(life.Introduced) {
		p.Report(o, yamlnode.Get(o.Node, "apiVersion"),
			fmt.Sprintf("%s %s is served from Kubernetes %s on, and the cluster has %s", o.APIVersion(), o.Kind, life.Introduced, cluster))
	}
}
