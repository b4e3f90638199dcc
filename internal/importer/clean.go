package importer

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// A row of what the API server and controllers add to what they are given.
type added struct {
	kinds string // separated by blanks; "" for all
	path  string // of the field; * for each element or key
	value string // only if it has this value; "" for any
	keep  string // values that somebody chose
	any   bool   // also in manifests that never were in a cluster
}

// additions are the fields that kubectl get -o yaml prints and nobody wrote.
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
var additions = []added{
	{path: "status", any: true},
	{path: "metadata/creationTimestamp", any: true},
	{path: "metadata/uid", any: true},
	{path: "metadata/resourceVersion", any: true},
	{path: "metadata/generation", any: true},
	{path: "metadata/selfLink", any: true},
	{path: "metadata/managedFields", any: true},
	{path: "metadata/deletionTimestamp", any: true},
	{path: "metadata/deletionGracePeriodSeconds", any: true},
	{path: "metadata/ownerReferences"},
	{path: "metadata/annotations/kubectl.kubernetes.io~last-applied-configuration", any: true},
	{path: "metadata/annotations/deployment.kubernetes.io~revision", any: true},
	{path: "metadata/annotations/deprecated.daemonset.template.generation", any: true},
	{path: "metadata/annotations/pv.kubernetes.io~bind-completed"},
	{path: "metadata/annotations/pv.kubernetes.io~bound-by-controller"},
	{path: "metadata/annotations/pv.kubernetes.io~provisioned-by"},
	{path: "metadata/annotations/volume.kubernetes.io~storage-provisioner"},
	{path: "metadata/annotations/volume.beta.kubernetes.io~storage-provisioner"},
	{path: "metadata/annotations/volume.kubernetes.io~selected-node"},
	{path: "metadata/annotations/kubernetes.io~service-account.uid"},
	{path: "spec/template/metadata/creationTimestamp", any: true},
	{path: "spec/jobTemplate/metadata/creationTimestamp", any: true},
	{path: "spec/jobTemplate/spec/template/metadata/creationTimestamp", any: true},
	{path: "spec/volumeClaimTemplates/*/status", any: true},
	{path: "spec/volumeClaimTemplates/*/metadata/creationTimestamp", any: true},
	{path: "spec/template/metadata/annotations/kubectl.kubernetes.io~restartedAt"},
	{kinds: "Namespace", path: "spec/finalizers"},
	{kinds: "Namespace", path: "metadata/labels/kubernetes.io~metadata.name"},
	{kinds: "PersistentVolumeClaim", path: "metadata/finalizers"},
	{kinds: "PersistentVolume", path: "metadata/finalizers"},
	{kinds: "PersistentVolume", path: "spec/claimRef/uid"},
	{kinds: "PersistentVolume", path: "spec/claimRef/resourceVersion"},
	{kinds: "PersistentVolumeClaim", path: "spec/volumeName"},
	{kinds: "PersistentVolumeClaim", path: "spec/volumeMode", value: "Filesystem"},
	{kinds: "Service", path: "metadata/finalizers/*", value: "service.kubernetes.io/load-balancer-cleanup"},
	{kinds: "Service", path: "spec/clusterIP", keep: "None"},
	{kinds: "Service", path: "spec/clusterIPs"},
	{kinds: "Service", path: "spec/healthCheckNodePort"},
	{kinds: "Service", path: "spec/internalTrafficPolicy", value: "Cluster"},
	{kinds: "Service", path: "spec/externalTrafficPolicy", value: "Cluster"},
	{kinds: "Service", path: "spec/ipFamilies"},
	{kinds: "Service", path: "spec/ipFamilyPolicy", value: "SingleStack"},
	{kinds: "Service", path: "spec/sessionAffinity", value: "None"},
	{kinds: "Service", path: "spec/allocateLoadBalancerNodePorts", value: "true"},
	{kinds: "Service", path: "spec/ports/*/protocol", value: "TCP"},
	{kinds: "ServiceAccount", path: "secrets"},
	{kinds: "Job", path: "spec/selector"},
	{kinds: "Job", path: "metadata/labels/controller-uid"},
	{kinds: "Job", path: "metadata/labels/batch.kubernetes.io~controller-uid"},
	{kinds: "Job", path: "metadata/labels/batch.kubernetes.io~job-name"},
	{kinds: "Job", path: "metadata/labels/job-name"},
	{kinds: "Job", path: "spec/template/metadata/labels/controller-uid"},
	{kinds: "Job", path: "spec/template/metadata/labels/batch.kubernetes.io~controller-uid"},
	{kinds: "Job", path: "spec/template/metadata/labels/batch.kubernetes.io~job-name"},
	{kinds: "Job", path: "spec/template/metadata/labels/job-name"},
	{kinds: "Deployment", path: "spec/progressDeadlineSeconds", value: "600"},
	{kinds: "Deployment StatefulSet DaemonSet", path: "spec/revisionHistoryLimit", value: "10"},
	{kinds: "Deployment", path: "spec/strategy/rollingUpdate/maxSurge", value: "25%"},
	{kinds: "Deployment", path: "spec/strategy/rollingUpdate/maxUnavailable", value: "25%"},
	{kinds: "Deployment", path: "spec/strategy/type", value: "RollingUpdate"},
	{kinds: "StatefulSet", path: "spec/podManagementPolicy", value: "OrderedReady"},
	{kinds: "StatefulSet", path: "spec/updateStrategy/rollingUpdate/partition", value: "0"},
	{kinds: "StatefulSet DaemonSet", path: "spec/updateStrategy/type", value: "RollingUpdate"},
	{kinds: "DaemonSet", path: "spec/updateStrategy/rollingUpdate/maxSurge", value: "0"},
	{kinds: "DaemonSet", path: "spec/updateStrategy/rollingUpdate/maxUnavailable", value: "1"},
	{kinds: "StatefulSet", path: "spec/persistentVolumeClaimRetentionPolicy/whenDeleted", value: "Retain"},
	{kinds: "StatefulSet", path: "spec/persistentVolumeClaimRetentionPolicy/whenScaled", value: "Retain"},
	{kinds: "StatefulSet", path: "spec/volumeClaimTemplates/*/spec/volumeMode", value: "Filesystem"},
	{kinds: "CronJob", path: "spec/suspend", value: "false"},
	{kinds: "CronJob", path: "spec/concurrencyPolicy", value: "Allow"},
	{kinds: "CronJob", path: "spec/successfulJobsHistoryLimit", value: "3"},
	{kinds: "CronJob", path: "spec/failedJobsHistoryLimit", value: "1"},
}

// podAdditions are those of pod specs.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
var podAdditions = []added{
	{path: "dnsPolicy", value: "ClusterFirst"},
	{path: "restartPolicy", value: "Always"},
	{path: "schedulerName", value: "default-scheduler"},
	{path: "terminationGracePeriodSeconds", value: "30"},
	{path: "serviceAccount"}, // serviceAccountName says it
	{path: "enableServiceLinks", value: "true"},
	{path: "preemptionPolicy", value: "PreemptLowerPriority"},
	{path: "volumes/*/configMap/defaultMode", value: "420"},
	{path: "volumes/*/secret/defaultMode", value: "420"},
	{path: "volumes/*/projected/defaultMode", value: "420"},
	{path: "volumes/*/hostPath/type", value: ""},
}

var containerAdditions = []added{
	{path: "terminationMessagePath", value: "/dev/termination-log"},
	{path: "terminationMessagePolicy", value: "File"},
	{path: "ports/*/protocol", value: "TCP"},
	{path: "env/*/valueFrom/fieldRef/apiVersion", value: "v1"},
}

var probeAdditions = []added{
	{path: "failureThreshold", value: "3"},
	{path: "periodSeconds", value: "10"},
	{path: "successThreshold", value: "1"},
	{path: "timeoutSeconds", value: "1"},
	{path: "httpGet/scheme", value: "HTTP"},
}

// live reports whether an object came out of a cluster.
func live(o *object) bool {
	meta := yamlnode.Get(o.node, "metadata")
	for _, field := range []string{"uid", "resourceVersion", "managedFields", "selfLink"} {
		if yamlnode.Get(meta, field) != nil {
			return true
		}
	}
	return yamlnode.GetString(meta, "creationTimestamp") != "" && yamlnode.Get(o.node, "status") != nil
}

// madeByCluster says why an object is none that somebody wrote, or "".
func madeByCluster(o *object) string {
	if !live(o) {
		return ""
	}
	for _, owner := range yamlnode.Elements(yamlnode.Path(o.node, "metadata", "ownerReferences")) {
		if yamlnode.Bool(yamlnode.Get(owner, "controller")) {
			return "made by " + yamlnode.GetString(owner, "kind") + " " + yamlnode.GetString(owner, "name")
		}
	}
	switch {
	case slices.Contains([]string{"Event", "Endpoints", "EndpointSlice", "Lease", "Node", "ControllerRevision", "PodMetrics", "NodeMetrics"}, o.kind):
		return "made by the cluster"
	case o.kind == "ConfigMap" && (o.name == "kube-root-ca.crt" || o.name == "openshift-service-ca.crt" || o.name == "istio-ca-root-cert"),
		o.kind == "ServiceAccount" && o.name == "default",
		o.kind == "Service" && o.name == "kubernetes" && o.namespace == "default":
		return "made by the cluster in each namespace"
	case o.kind == "Secret":
		switch yamlnode.GetString(o.node, "type") {
		case "kubernetes.io/service-account-token":
			return "a token that the cluster made"
		case "helm.sh/release.v1":
			return "Helm's own record"
		}
	}
	return ""
}

var apiAccess = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:kube-api-access-\w{5}|[\w.-]+-token-\w{5})$`) })

// clean takes off what nobody wrote, counts it, and reports whether there was any.
func clean(o *object, counts map[string]int) bool {
	isLive := live(o)
	applied := lastApplied(o.node)
	c := cleaner{counts: counts}
	rows := func(n *yaml.Node, path string, table []added) {
		for _, row := range table {
			if (isLive || row.any) && (row.kinds == "" || slices.Contains(strings.Fields(row.kinds), o.kind)) {
				c.row(n, path, strings.Split(row.path, "/"), &row, applied)
			}
		}
	}
	if isLive && o.kind == "Service" && yamlnode.GetString(o.node, "spec", "type") != "NodePort" {
		rows(o.node, "", []added{{path: "spec/ports/*/nodePort"}})
	}
	rows(o.node, "", additions)
	if isLive {
		for path, spec := range podSpecs(o.node) {
			c.tokens(spec)
			for _, list := range []string{"containers", "initContainers"} {
				for _, container := range yamlnode.Elements(yamlnode.Get(spec, list)) {
					c.pullPolicy(container)
					for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
						if p := yamlnode.Get(container, probe); p != nil {
							rows(p, path+"/"+list+"/*/"+probe, probeAdditions)
						}
					}
					rows(container, path+"/"+list+"/*", containerAdditions)
					c.empty(container, "resources", "securityContext")
				}
			}
			rows(spec, path, podAdditions)
			c.empty(spec, "securityContext")
		}
		c.empty(yamlnode.Get(o.node, "spec"), "strategy", "updateStrategy", "persistentVolumeClaimRetentionPolicy")
	}
	for _, meta := range []*yaml.Node{yamlnode.Get(o.node, "metadata"), yamlnode.Path(o.node, "spec", "template", "metadata")} {
		c.empty(meta, "annotations", "labels", "finalizers")
	}
	return c.changed
}

// cleaner takes fields off one object.
type cleaner struct {
	counts  map[string]int
	changed bool
}

func (c *cleaner) count(path string) {
	c.changed = true
	c.counts[strings.ReplaceAll(strings.TrimPrefix(path, "/"), "~", "/")]++
}

func (c *cleaner) row(n *yaml.Node, path string, steps []string, row *added, applied any) {
	step := strings.ReplaceAll(steps[0], "~", "/")
	if step == "*" {
		n = yamlnode.Resolve(n)
		if n == nil || n.Kind != yaml.SequenceNode {
			return
		}
		for i := 0; i < len(n.Content); i++ {
			if len(steps) > 1 {
				c.row(n.Content[i], path+"/*", steps[1:], row, element(applied, i))
			} else if n.Content[i].Value == row.value {
				n.Content = slices.Delete(n.Content, i, i+1)
				i--
				c.count(path)
			}
		}
		return
	}
	child := yamlnode.Get(n, step)
	if child == nil {
		return
	}
	was := member(applied, step)
	if len(steps) > 1 {
		c.row(child, path+"/"+step, steps[1:], row, was)
		if child.Kind == yaml.MappingNode && len(child.Content) == 0 && was == nil {
			yamlnode.Delete(n, step)
		}
		return
	}
	if !row.any && was != nil || row.value != "" && yamlnode.String(child) != row.value || row.keep != "" && yamlnode.String(child) == row.keep {
		return
	}
	if row.value == "" && strings.HasSuffix(row.path, "hostPath/type") && yamlnode.String(child) != "" {
		return
	}
	yamlnode.Delete(n, step)
	c.count(path + "/" + step)
}

// empty takes off mappings and lists that are empty, which mean nothing.
func (c *cleaner) empty(n *yaml.Node, fields ...string) {
	for _, field := range fields {
		if v := yamlnode.Get(n, field); v != nil && v.Kind != yaml.ScalarNode && len(v.Content) == 0 && c.changed {
			yamlnode.Delete(n, field)
		}
	}
}

// tokens takes off the volumes with which pods reach the API server.
func (c *cleaner) tokens(spec *yaml.Node) {
	drop := func(list *yaml.Node) {
		if list == nil {
			return
		}
		before := len(list.Content)
		list.Content = slices.DeleteFunc(list.Content, func(e *yaml.Node) bool { return apiAccess().MatchString(yamlnode.GetString(e, "name")) })
		if len(list.Content) < before {
			c.count("the volume of the default token")
		}
	}
	drop(yamlnode.Get(spec, "volumes"))
	for _, list := range []string{"containers", "initContainers"} {
		for _, container := range yamlnode.Elements(yamlnode.Get(spec, list)) {
			drop(yamlnode.Get(container, "volumeMounts"))
			c.empty(container, "volumeMounts")
		}
	}
	c.empty(spec, "volumes")
}

// pullPolicy takes off the policy that an image gets by its tag.
// https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting
func (c *cleaner) pullPolicy(container *yaml.Node) {
	im := parseImage(yamlnode.GetString(container, "image"))
	usual := "IfNotPresent"
	if im.digest == "" && (im.tag == "" || im.tag == "latest") {
		usual = "Always"
	}
	if yamlnode.GetString(container, "imagePullPolicy") == usual {
		yamlnode.Delete(container, "imagePullPolicy")
		c.count("imagePullPolicy, where it is the default")
	}
}

// lastApplied is what somebody applied: such values were chosen.
func lastApplied(n *yaml.Node) (object any) {
	text := yamlnode.GetString(n, "metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration")
	_ = json.Unmarshal([]byte(text), &object) // none is like one that cannot be read
	return object
}

func member(v any, key string) any {
	m, _ := v.(map[string]any)
	return m[key]
}

func element(v any, i int) any {
	if l, _ := v.([]any); i < len(l) {
		return l[i]
	}
	return nil
}

// podSpecs yields the pod specs of an object with their paths.
func podSpecs(n *yaml.Node) func(yield func(path string, spec *yaml.Node) bool) {
	return func(yield func(string, *yaml.Node) bool) {
		for _, path := range [][]string{{"spec"}, {"spec", "template", "spec"}, {"spec", "jobTemplate", "spec", "template", "spec"}} {
			spec := yamlnode.Path(n, path...)
			if yamlnode.Get(spec, "containers") != nil && !yield(strings.Join(path, "/"), spec) {
				return
			}
		}
	}
}
