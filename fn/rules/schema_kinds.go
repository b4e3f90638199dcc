package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var kindMissing = &Rule{
	Name:     "kind-missing",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/concepts/overview/working-with-objects/#required-fields",
	Doc: "A resource does not say its kind or its apiVersion. " +
		"kubectl refuses it, and no other rule knows what it is. Files that are no resources, such as the values of a chart, are left alone.",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.Objects() {
			if o.Local || o.Node == nil {
				continue
			}
			apiVersion := yamlnode.GetString(o.Node, "apiVersion")
			switch {
			case o.Kind == "" && apiVersion != "" && yamlnode.Get(o.Node, "metadata") != nil:
				p.Reportf(o, o.Node, "this resource has no kind")
			case o.Kind != "" && apiVersion == "":
				versions := apischema.Kubernetes().Versions(o.Kind)
				if len(versions) == 0 && yamlnode.Get(o.Node, "metadata") == nil {
					continue
				}
				message := "this " + o.Kind + " has no apiVersion"
				var opts []Option
				if len(versions) > 0 {
					opts = append(opts, DidYouMean(versions[0].APIVersion()))
				}
				p.Report(o, yamlnode.Get(o.Node, "kind"), message, opts...)
			}
		}
		return nil
	},
}

var unknownKind = &Rule{
	Name:     "unknown-kind",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/reference/kubernetes-api/",
	Doc: "A resource is of a kind that Kubernetes does not have in that apiVersion: the kind or the group is misspelt, or the kind is in another group. " +
		"kubectl answers with no matches for kind. " +
		"Groups that are not Kubernetes' own are left alone, unless one is a misspelt group of Kubernetes that has the kind.",
	Run: func(p *Pass) error {
		p.eachType(func(o *inventory.Object) {
			message, suggestion := p.unknownKind(o)
			if message == "" {
				return
			}
			n := yamlnode.Get(o.Node, "apiVersion")
			var opts []Option
			if suggestion != "" {
				opts = append(opts, DidYouMean(suggestion))
				if !strings.Contains(suggestion, "/") && suggestion != "v1" {
					n = yamlnode.Get(o.Node, "kind")
				}
			}
			p.Report(o, n, message, opts...)
		})
		return nil
	},
}

// eachType calls f for each resource that has a kind and an apiVersion, and is
// meant for a cluster.
func (p *Pass) eachType(f func(*inventory.Object)) {
	fine := map[*inventory.Type]bool{}
	for _, o := range p.Inventory.Objects() {
		if o.Local || o.Node == nil || o.Kind == "" || o.Version == "" || fine[o.Type] {
			continue
		}
		if apischema.Kubernetes().Lookup(gvk(o.Type)) != nil || notForClusters(o.Type) || reference.IsPlaceholder(o.Kind) || reference.IsPlaceholder(o.APIVersion()) {
			fine[o.Type] = true
			continue
		}
		f(o)
	}
}

// notForClusters reports whether a kind is read by programs, not by an API server.
func notForClusters(t *inventory.Type) bool {
	return t.Group == "kustomize.config.k8s.io" || t.Group == "" && t.Version == "builtin"
}

// unknownKind says what is wrong with the kind or apiVersion of a resource, ""
// if that cannot be known, and what was probably meant.
func (p *Pass) unknownKind(o *inventory.Object) (message, suggestion string) {
	table := apischema.Kubernetes()
	if life, known := table.Life(gvk(o.Type)); known && life.Removed != (apischema.Release{}) {
		return "", "" // api-removed
	}
	if _, gone := removedKinds[gvk(o.Type)]; gone {
		return "", ""
	}
	if p.definesKind(o.Type) {
		return "", ""
	}
	base, list := strings.CutSuffix(o.Kind, "List")
	if list && table.Lookup(apischema.GroupVersionKind{Group: o.Group, Version: o.Version, Kind: base}) != nil || list && base == "" {
		return "", ""
	}
	versions := table.Versions(o.Kind)
	if len(versions) > 0 {
		best := ""
		own := false
		for _, k := range versions {
			if k.Group == o.Group {
				own = true
				best = k.APIVersion()
			}
		}
		for _, k := range versions {
			if best == "" || !own && suggest.Close(o.APIVersion(), k.APIVersion()) {
				best = k.APIVersion()
			}
		}
		dotless := !strings.Contains(o.Group, ".")
		if own || dotless || table.HasGroup(o.Group) || suggest.Close(o.APIVersion(), best) || truncated(o.Group, best) {
			return fmt.Sprintf("there is no kind %s in %s", o.Kind, o.APIVersion()), best
		}
		return "", ""
	}
	if !table.HasGroup(o.Group) {
		return "", ""
	}
	if near := suggest.Nearest(o.Kind, table.Kinds(o.Group), 1); len(near) > 0 {
		return fmt.Sprintf("there is no kind %s in %s", o.Kind, o.APIVersion()), near[0]
	}
	for _, kind := range table.Kinds(o.Group) {
		if strings.EqualFold(kind, o.Kind) {
			return fmt.Sprintf("there is no kind %s in %s", o.Kind, o.APIVersion()), kind
		}
	}
	return fmt.Sprintf("there is no kind %s in %s", o.Kind, o.APIVersion()), ""
}

// truncated reports whether group is the beginning of the group of apiVersion:
// networking for networking.k8s.io.
func truncated(group, apiVersion string) bool {
	full, _, _ := strings.Cut(apiVersion, "/")
	return group != "" && strings.HasPrefix(full, group+".")
}

// definesKind reports whether the build has a CustomResourceDefinition of the
// kind, or an APIService for its group.
func (p *Pass) definesKind(t *inventory.Type) bool {
	return slices.ContainsFunc(p.Inventory.CustomResourceDefinitions(), func(crd *inventory.Object) bool {
		return crd.Node != nil && yamlnode.GetString(crd.Node, "spec", "group") == t.Group && yamlnode.GetString(crd.Node, "spec", "names", "kind") == t.Kind
	})
}

var apiRemoved = &Rule{
	Name:     "api-removed",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
	Doc: "A resource is written for a version of its API that Kubernetes no longer serves, or does not serve yet. " +
		"kubectl answers with no matches for kind. The message says since which release, and what to write instead. " +
		"The release is that of the cluster, if the configuration or the command line names it.",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.Objects() {
			if o.Local || o.Node == nil || o.Kind == "" || o.Version == "" {
				continue
			}
			p.checkServed(o)
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

type removedKind struct {
	minor   int // of the release 1.minor that has it no more
	instead string
}

func (p *Pass) checkServed(o *inventory.Object) {
	table := apischema.Kubernetes()
	life, known := table.Life(gvk(o.Type))
	removed, instead := life.Removed, ""
	if life.Replacement != (apischema.GroupVersionKind{}) {
		instead = life.Replacement.APIVersion()
	}
	if gone, ok := removedKinds[gvk(o.Type)]; ok && !known {
		removed, instead = apischema.Release{Major: 1, Minor: gone.minor}, gone.instead
	}
	cluster, said := apischema.ParseRelease(p.Config.KubernetesVersion)
	switch {
	case removed == (apischema.Release{}):
	case said && cluster.Before(removed):
		return
	case said, table.Lookup(gvk(o.Type)) == nil:
		message := fmt.Sprintf("%s %s is not served since Kubernetes %s", o.APIVersion(), o.Kind, removed)
		var opts []Option
		if instead != "" && instead != o.APIVersion() {
			message += "; use " + instead
			opts = append(opts, Suggest(instead))
			if life.Replacement.Kind != "" && life.Replacement.Kind != o.Kind {
				message += " " + life.Replacement.Kind
			}
		}
		p.Report(o, yamlnode.Get(o.Node, "apiVersion"), message, opts...)
		return
	}
	if said && known && life.Introduced != (apischema.Release{}) && cluster.Before(life.Introduced) {
		p.Report(o, yamlnode.Get(o.Node, "apiVersion"),
			fmt.Sprintf("%s %s is served from Kubernetes %s on, and the cluster has %s", o.APIVersion(), o.Kind, life.Introduced, cluster))
	}
}
