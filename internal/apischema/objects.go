package apischema

import (
	"net/netip"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/ressKim-io/wealist-k8s-migration/internal/quantity"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// The rules that rows about objects report under.
const (
	ProbeInvalid      = "probe-invalid"
	EnvSourceInvalid  = "env-source-invalid"
	VolumeInvalid     = "volume-invalid"
	SchedulingInvalid = "scheduling-invalid"
	WorkloadInvalid   = "workload-invalid"
	ResourcesInvalid  = "resources-invalid"
	QuantityUnlikely  = "quantity-unlikely"
	ServiceInvalid    = "service-invalid"
	IngressInvalid    = "ingress-invalid"
	SecretInvalid     = "secret-invalid"
	AccessInvalid     = "access-invalid"
	AutoscalerInvalid = "autoscaler-invalid"
	BudgetInvalid     = "disruption-budget-invalid"
	NetworkInvalid    = "network-policy-invalid"
)

// objectChecks are rows about objects, by type.
var objectChecks = sync.OnceValue(func() map[string][]objectCheck {
	return map[string][]objectCheck{
		"meta.v1.ObjectMeta":               {metadataKeys},
		"meta.v1.LabelSelector":            {selectorKeys},
		"meta.v1.LabelSelectorRequirement": {selectorRequirement(NameInvalid)},

		"apiextensions.v1.CustomResourceDefinition":        {crdNames},
		"apiextensions.v1.JSONSchemaProps":                 {structural},
		"apiregistration.v1.APIService":                    {apiService},
		"admissionregistration.v1.WebhookClientConfig":     {oneOfFields(ValueInvalid, 1, 1, "url", "service")},
		"admissionregistration.v1.RuleWithOperations":      {anyAlone("apiGroups"), anyAlone("apiVersions"), anyAlone("operations"), notEmptyList(ValueInvalid, "apiGroups"), notEmptyList(ValueInvalid, "apiVersions"), notEmptyList(ValueInvalid, "operations"), notEmptyList(ValueInvalid, "resources")},
		"admissionregistration.v1.MutatingWebhook":         {notEmptyList(ValueInvalid, "admissionReviewVersions"), reviewVersions},
		"admissionregistration.v1.ValidatingWebhook":       {notEmptyList(ValueInvalid, "admissionReviewVersions"), reviewVersions},
		"rbac.v1.AggregationRule":                          {notEmptyList(AccessInvalid, "clusterRoleSelectors")},
		"networking.v1.HTTPIngressRuleValue":               {notEmptyList(IngressInvalid, "paths")},
		"networking.v1.IngressClassParametersReference":    {parametersScope},
		"batch.v1.PodFailurePolicyRule":                    {failureRule},
		"batch.v1.PodFailurePolicyOnExitCodesRequirement":  {exitCodes},
		"core.v1.LimitRangeItem":                           {limitRangeItem},
		"resource.v1.DeviceRequest":                        {oneOfFields(ValueInvalid, 1, 1, "exactly", "firstAvailable")},
		"resource.v1.DeviceConstraint":                     {oneOfFields(ValueInvalid, 1, 1, "matchAttribute", "distinctAttribute"), noRepeat("requests")},
		"resource.v1.DeviceClaim":                          {noTwice(ValueInvalid, "requests", "name"), requestNames},
		"resource.v1.DeviceAttribute":                      {attributeValue},
		"resource.v1.ResourceSliceSpec":                    {oneOfFields(ValueInvalid, 1, 1, "nodeName", "nodeSelector", "allNodes", "perDeviceNodeSelection"), noTwice(ValueInvalid, "devices", "name")},
		"storage.v1.CSINodeSpec":                           {noTwice(ValueInvalid, "drivers", "name")},
		"storage.v1.CSIDriverSpec":                         {noTwice(ValueInvalid, "tokenRequests", "audience")},
		"storage.v1.VolumeAttachmentSource":                {oneOfFields(ValueInvalid, 1, 1, "persistentVolumeName", "inlineVolumeSpec")},
		"networking.v1.ServiceCIDRSpec":                    {notEmptyList(ValueInvalid, "cidrs")},
		"certificates.v1.CertificateSigningRequestSpec":    {noRepeat("usages"), notEmptyList(ValueInvalid, "usages")},
		"admissionregistration.v1.ParamRef":                {oneOfFields(ValueInvalid, 1, 1, "name", "selector"), needs(RequiredField, "parameterNotFoundAction")},
		"admissionregistration.v1.NamedRuleWithOperations": {anyAlone("apiGroups"), anyAlone("apiVersions"), anyAlone("operations"), notEmptyList(ValueInvalid, "apiGroups"), notEmptyList(ValueInvalid, "apiVersions"), notEmptyList(ValueInvalid, "operations"), notEmptyList(ValueInvalid, "resources")},
		"admissionregistration.v1.ValidatingAdmissionPolicySpec": {
			policyRules, needsOne(ValueInvalid, "validations", "auditAnnotations"),
			noTwice(ValueInvalid, "matchConditions", "name"), noTwice(ValueInvalid, "auditAnnotations", "key"),
		},
		"admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec": {noRepeat("validationActions"), notEmptyList(ValueInvalid, "validationActions")},
		"resource.v1.DeviceClaimConfiguration":                          {noRepeat("requests")},
		"admissionregistration.v1.MutatingWebhookConfiguration":         {noTwice(ValueInvalid, "webhooks", "name")},
		"admissionregistration.v1.ValidatingWebhookConfiguration":       {noTwice(ValueInvalid, "webhooks", "name")},
		"storage.v1.CSINodeDriver":                                      {noRepeat("topologyKeys")},
		"node.v1.Overhead":                                              {overhead},
		"networking.v1.IPAddress":                                       {addressName},
		"core.v1.Namespace":                                             {podSecurity},
		"core.v1.LimitRangeSpec":                                        {noTwice(ResourcesInvalid, "limits", "type")},
		"core.v1.PodSecurityContext":                                    {noTwice(ValueInvalid, "sysctls", "name")},
		"discovery.v1.EndpointSlice":                                    {sliceAddresses, noTwice(ValueInvalid, "ports", "name")},
		"core.v1.EndpointSubset":                                        {needsOne(ValueInvalid, "addresses", "notReadyAddresses")},
		"core.v1.TopologySelectorLabelRequirement":                      {notEmptyList(ValueInvalid, "values")},
		"node.v1.Scheduling":                                            {func(o *object) { o.labels(o.get("nodeSelector"), "label") }},
		"autoscaling.v2.MetricTarget":                                   {metricTarget},
		"autoscaling.v2.CrossVersionObjectReference":                    {targetVersion},
		"autoscaling.v1.CrossVersionObjectReference":                    {targetVersion},

		"core.v1.Probe":            {oneHandler("exec", "httpGet", "tcpSocket", "grpc")},
		"core.v1.LifecycleHandler": {oneHandler("exec", "httpGet", "tcpSocket", "sleep")},
		"core.v1.Container":        {containerProbes, capabilities},
		"core.v1.PodSpec":          {podSpec, noTwice(SchedulingInvalid, "topologySpreadConstraints", "topologyKey", "whenUnsatisfiable")},
		"core.v1.ExecAction":       {notEmptyList(ProbeInvalid, "command")},

		"core.v1.EnvVar":                                {envVar},
		"core.v1.EnvVarSource":                          {oneOfFields(EnvSourceInvalid, 1, 1, "fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef")},
		"core.v1.EnvFromSource":                         {oneOfFields(EnvSourceInvalid, 1, 1, "configMapRef", "secretRef")},
		"core.v1.ConfigMapEnvSource":                    {named(EnvSourceInvalid)},
		"core.v1.SecretEnvSource":                       {named(EnvSourceInvalid)},
		"core.v1.PersistentVolumeSpec":                  {persistentVolume},
		"discovery.v1.Endpoint":                         {notEmptyList(ValueInvalid, "addresses")},
		"flowcontrol.v1.PolicyRulesWithSubjects":        {notEmptyList(ValueInvalid, "subjects"), needsOne(ValueInvalid, "resourceRules", "nonResourceRules")},
		"flowcontrol.v1.ResourcePolicyRule":             {notEmptyList(ValueInvalid, "apiGroups"), notEmptyList(ValueInvalid, "resources"), notEmptyList(ValueInvalid, "verbs"), flowNamespaces},
		"flowcontrol.v1.Subject":                        {union("kind", "Group", "group", "User", "user", "ServiceAccount", "serviceAccount")},
		"flowcontrol.v1.PriorityLevelConfigurationSpec": {union("type", "Limited", "limited")},
		"flowcontrol.v1.LimitResponse":                  {union("type", "Queue", "queuing")},
		"core.v1.ResourceQuotaSpec":                     {quotaSpec},
		"core.v1.ConfigMapKeySelector":                  {named(EnvSourceInvalid)},
		"core.v1.SecretKeySelector":                     {named(EnvSourceInvalid)},

		"core.v1.Volume":                {volumeSource},
		"core.v1.ConfigMapVolumeSource": {named(VolumeInvalid)},
		"core.v1.ConfigMapProjection":   {named(VolumeInvalid)},
		"core.v1.SecretProjection":      {named(VolumeInvalid)},
		"core.v1.SecretVolumeSource":    {needs(VolumeInvalid, "secretName")},
		"core.v1.VolumeProjection":      {oneOfFields(VolumeInvalid, 0, 1, "secret", "downwardAPI", "configMap", "serviceAccountToken", "clusterTrustBundle", "podCertificate")},
		"core.v1.DownwardAPIVolumeFile": {oneOfFields(VolumeInvalid, 1, 1, "fieldRef", "resourceFieldRef")},
		"core.v1.VolumeMount":           {exclusive(VolumeInvalid, "subPath", "subPathExpr")},

		"core.v1.Toleration":               {toleration},
		"core.v1.NodeSelectorRequirement":  {selectorRequirement(SchedulingInvalid)},
		"core.v1.NodeSelector":             {notEmptyList(SchedulingInvalid, "nodeSelectorTerms")},
		"core.v1.TopologySpreadConstraint": {spread},

		"core.v1.ResourceRequirements":      {resourceRequirements},
		"core.v1.PersistentVolumeClaimSpec": {claimSpec},

		"apps.v1.DeploymentSpec":            {deploymentSpec, selects("Always")},
		"apps.v1.DeploymentStrategy":        {strategyParameters("Recreate")},
		"apps.v1.DaemonSetUpdateStrategy":   {strategyParameters("OnDelete")},
		"apps.v1.DaemonSetSpec":             {selects("Always")},
		"apps.v1.StatefulSetSpec":           {selects("Always")},
		"apps.v1.StatefulSetUpdateStrategy": {strategyParameters("OnDelete", "Recreate")},
		"apps.v1.ReplicaSetSpec":            {selects("Always")},
		"core.v1.ReplicationControllerSpec": {replicationController},
		"apps.v1.RollingUpdateDeployment":   {surge},
		"apps.v1.RollingUpdateDaemonSet":    {surge},
		"batch.v1.JobSpec":                  {jobSpec, failureContainers},

		"core.v1.ServiceSpec": {serviceSpec},
		"core.v1.Secret":      {secret},
		"core.v1.ConfigMap":   {configMap},

		"networking.v1.Ingress":            {certificates},
		"networking.v1.IngressSpec":        {ingressSpec},
		"networking.v1.IngressBackend":     {ingressResource, oneOfFields(IngressInvalid, 1, 1, "service", "resource")},
		"networking.v1.ServiceBackendPort": {oneOfFields(IngressInvalid, 1, 1, "name", "number")},
		"networking.v1.HTTPIngressPath":    {ingressPath},
		"networking.v1.NetworkPolicyPeer":  {networkPeer},
		"networking.v1.NetworkPolicyPort":  {networkPort},

		"policy.v1.PodDisruptionBudgetSpec":          {exclusive(BudgetInvalid, "minAvailable", "maxUnavailable")},
		"autoscaling.v1.HorizontalPodAutoscalerSpec": {autoscalerBounds},
		"autoscaling.v2.HorizontalPodAutoscalerSpec": {autoscalerBounds, scaledToNone},
		"autoscaling.v2.MetricSpec":                  {metricSource},
		"autoscaling.v2.HPAScalingRules":             {scalingRules},

		"rbac.v1.PolicyRule":         {policyRule},
		"rbac.v1.ClusterRoleBinding": {clusterRoleBinding},
		"rbac.v1.Role":               {roleRules},
		"rbac.v1.Subject":            {subject},
	}
})

// Checks that many objects share.

// oneOfFields wants at least low and at most high of the fields.
func oneOfFields(rule string, low, high int, fields ...string) objectCheck {
	return func(o *object) {
		var have []string
		for _, f := range fields {
			n := o.get(f)
			if n == nil || n.Kind == yaml.ScalarNode && n.Value == "" || n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
				continue
			}
			have = append(have, f)
		}
		switch {
		case len(have) > high:
			o.refuse(o.keyOf(have[high]), rule, "%s has both %s and %s, and may have one of them", o.describe(), have[0], have[high])
		case len(have) < low && len(o.meant) == 0:
			o.lacks(nil, rule, "%s needs %s", o.describe(), oneOf(fields))
		}
	}
}

// needsOne wants at least one of several lists.
func needsOne(rule string, fields ...string) objectCheck {
	return oneOfFields(rule, 1, len(fields), fields...)
}

func exclusive(rule string, fields ...string) objectCheck { return oneOfFields(rule, 0, 1, fields...) }

// needs wants a field that is not empty.
func needs(rule, field string) objectCheck {
	return func(o *object) {
		if n := o.get(field); (n == nil || n.Kind == yaml.ScalarNode && n.Value == "") && len(o.meant) == 0 {
			o.lacks(n, rule, "%s needs the field %s", o.describe(), field)
			o.problems[len(o.problems)-1].Field = field
		}
	}
}

func named(rule string) objectCheck { return needs(rule, "name") }

func notEmptyList(rule, field string) objectCheck {
	return func(o *object) {
		if n := o.get(field); n == nil && len(o.meant) == 0 || n != nil && n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
			o.lacks(n, rule, "%s needs at least one entry under %s", o.describe(), field)
		}
	}
}

// keyOf returns the key node of a field, to report a problem at.
func (o *object) keyOf(field string) *yaml.Node {
	for i := 0; i+1 < len(o.node.Content); i += 2 {
		if o.node.Content[i].Value == field {
			return o.at(o.node.Content[i], o.node.Content[i+1])
		}
	}
	return nil
}

// number returns the integer at a field.
func (o *object) number(path ...string) (int64, bool) {
	n := o.get(path...)
	if n == nil || n.Kind != yaml.ScalarNode {
		return 0, false
	}
	return integer(n, typeOf(n))
}

func metadataKeys(o *object) {
	if o.in() == "batch.v1.JobTemplateSpec" {
		return // checked when there is a Job
	}
	o.labels(o.get("labels"), "label")
	annotations := o.get("annotations")
	size := 0
	for k, v := range yamlnode.Fields(annotations) {
		size += len(k.Value) + len(yamlnode.String(v))
		if !templated(k) && k.Tag != "!!merge" {
			if errs := validation.IsQualifiedName(strings.ToLower(k.Value)); len(errs) > 0 {
				o.refuse(o.at(k, v), NameInvalid, "%q is not a valid key of an annotation: %s", k.Value, short(errs[0]))
			}
		}
	}
	if size > 256<<10 {
		o.refuse(o.keyOf("annotations"), ValueInvalid, "the annotations have %d bytes, and all together may have 262144", size)
	}
}

// podSecurity refuses the labels of a Namespace that Pod Security admission, which every
// API server runs unless told otherwise, cannot read:
// https://kubernetes.io/docs/concepts/security/pod-security-admission/
func podSecurity(o *object) {
	const group = "pod-security.kubernetes.io/"
	for k, v := range yamlnode.Fields(o.get("metadata", "labels")) {
		mode, ours := strings.CutPrefix(k.Value, group)
		v = yamlnode.Resolve(v)
		if !ours || v == nil || v.Kind != yaml.ScalarNode || templated(v) {
			continue
		}
		switch mode {
		case "enforce", "audit", "warn":
			if !slices.Contains(podSecurityLevels, v.Value) {
				o.unsupported(v, k.Value, podSecurityLevels)
			}
		case "enforce-version", "audit-version", "warn-version":
			if minor, is := strings.CutPrefix(v.Value, "v1."); v.Value != "latest" && (!is || minor == "" || strings.Trim(minor, "0123456789") != "") {
				o.refuse(v, ValueInvalid, "%s cannot be %q; it is latest, or a release such as v1.31", k.Value, v.Value)
			}
		}
	}
}

var podSecurityLevels = []string{"privileged", "baseline", "restricted"}

func selectorKeys(o *object) {
	if !strings.HasPrefix(o.in(), "autoscaling.") {
		o.labels(o.get("matchLabels"), "label")
	}
}

// in is the type that holds the object, "" for a whole resource.
func (o *object) in() string {
	if len(o.above) < 2 {
		return ""
	}
	return o.above[len(o.above)-2].schema.Name
}

func selectorRequirement(rule string) objectCheck {
	return func(o *object) {
		values := o.get("values")
		n := len(yamlnode.Elements(values))
		switch op := o.text("operator"); {
		case (op == "In" || op == "NotIn") && n == 0:
			o.refuse(values, rule, "the operator %s needs values", op)
		case (op == "Exists" || op == "DoesNotExist") && n > 0:
			o.refuse(values, rule, "the operator %s takes no values", op)
		case (op == "Gt" || op == "Lt") && n != 1:
			o.refuse(values, rule, "the operator %s needs exactly one value", op)
		}
		if op := o.text("operator"); op != "Gt" && op != "Lt" {
			for _, v := range yamlnode.Elements(values) {
				if v = yamlnode.Resolve(v); v.Kind == yaml.ScalarNode && !templated(v) {
					if errs := validation.IsValidLabelValue(v.Value); len(errs) > 0 {
						o.refuse(v, rule, "%q is not a valid value of a label: %s", v.Value, short(errs[0]))
					}
				}
			}
		}
	}
}

// Pods.

func oneHandler(handlers ...string) objectCheck {
	return oneOfFields(ProbeInvalid, 1, 1, handlers...)
}

func containerProbes(o *object) {
	for _, probe := range []string{"livenessProbe", "startupProbe"} {
		if n, ok := o.number(probe, "successThreshold"); ok && n > 1 {
			o.refuse(o.get(probe, "successThreshold"), ProbeInvalid, "the successThreshold of a %s must be 1", probe)
		}
	}
	if n := o.get("readinessProbe", "terminationGracePeriodSeconds"); n != nil {
		o.refuse(n, ProbeInvalid, "a readinessProbe may not have terminationGracePeriodSeconds: it stops nothing")
	}
}

func capabilities(o *object) {
	privileged := yamlnode.Bool(o.get("securityContext", "privileged")) // which has all of them, whatever is listed
	for _, list := range []string{"add", "drop"} {
		for _, n := range yamlnode.Elements(o.get("securityContext", "capabilities", list)) {
			if name, ok := strings.CutPrefix(yamlnode.String(n), "CAP_"); ok && !privileged {
				o.warn(yamlnode.Resolve(n), ValueInvalid, "capabilities are written without CAP_ in Kubernetes; some container runtimes refuse CAP_%s", name)
				o.problems[len(o.problems)-1].Suggestions = []string{name}
			}
		}
	}
	if allow := o.get("securityContext", "allowPrivilegeEscalation"); allow != nil && allow.Value == "false" {
		if privileged {
			o.refuse(allow, ValueInvalid, "allowPrivilegeEscalation cannot be false in a container that is privileged")
		}
		for _, n := range yamlnode.Elements(o.get("securityContext", "capabilities", "add")) {
			if v := yamlnode.String(n); v == "CAP_SYS_ADMIN" {
				o.refuse(allow, ValueInvalid, "allowPrivilegeEscalation cannot be false in a container with the capability %s", v)
			}
		}
	}
}

func podSpec(o *object) {
	o.labels(o.get("nodeSelector"), "label")
	if n := o.get("containers"); n != nil && n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		o.lacks(n, RequiredField, "a pod needs at least one container")
	}
	if c := o.get("dnsConfig", "nameservers"); o.text("dnsPolicy") == "None" && len(yamlnode.Elements(c)) == 0 {
		o.lacks(o.get("dnsPolicy"), ValueInvalid, "the dnsPolicy None needs nameservers under dnsConfig")
	}
	host := yamlnode.Bool(o.get("hostNetwork"))
	used := map[string]bool{}
	for _, c := range yamlnode.Elements(o.get("containers")) {
		for _, p := range yamlnode.Elements(yamlnode.Get(c, "ports")) {
			hostPort := yamlnode.GetString(p, "hostPort")
			if hostPort == "" || hostPort == "0" {
				continue
			}
			key := yamlnode.GetString(p, "protocol") + "/" + yamlnode.GetString(p, "hostIP") + "/" + hostPort
			key = strings.TrimPrefix(key, "TCP")
			if used[key] {
				o.refuse(yamlnode.Get(p, "hostPort"), ValueInvalid, "two ports of the pod have the hostPort %s", hostPort)
			}
			used[key] = true
			if container := yamlnode.GetString(p, "containerPort"); host && container != "" && container != hostPort && !templated(yamlnode.Get(p, "containerPort")) {
				o.refuse(yamlnode.Get(p, "hostPort"), ValueInvalid, "hostPort must be equal to containerPort (%s) in a pod with hostNetwork", container)
			}
		}
	}
	for _, c := range yamlnode.Elements(o.get("initContainers")) {
		if yamlnode.GetString(c, "restartPolicy") == "Always" {
			continue
		}
		for _, f := range []string{"livenessProbe", "readinessProbe", "startupProbe", "lifecycle"} {
			if n := yamlnode.Get(c, f); !yamlnode.IsNull(n) {
				o.refuse(n, ProbeInvalid, "an init container may not have a %s, unless its restartPolicy is Always", f)
			}
		}
	}
	for k, v := range yamlnode.Fields(o.get("overhead")) {
		if !standardResource(k.Value) {
			o.refuse(o.at(k, v), ResourcesInvalid, "there is no resource %q", k.Value)
		} else if q, err := quantity.Parse(yamlnode.String(v)); err == nil && q.Sign() < 0 {
			o.refuse(v, ResourcesInvalid, "%s must not be negative", k.Value)
		}
	}
	claims := map[string]bool{}
	for _, c := range yamlnode.Elements(o.get("resourceClaims")) {
		if name := yamlnode.GetString(c, "name"); claims[name] {
			o.refuse(yamlnode.Get(c, "name"), ValueInvalid, "two resourceClaims of the pod have the name %q", name)
		} else {
			claims[name] = true
		}
	}
}

func envVar(o *object) {
	if v := o.get("value"); v != nil && v.Kind == yaml.ScalarNode && v.Value != "" && o.get("valueFrom") != nil {
		o.refuse(o.keyOf("valueFrom"), EnvSourceInvalid, "the variable %s has both value and valueFrom", o.text("name"))
	}
}

// volumeSource wants one of the fields that say where a volume comes from.
func volumeSource(o *object) {
	var have []string
	for k, v := range yamlnode.Fields(o.node) {
		if k.Value != "name" && o.schema.Field(k.Value) != nil && !yamlnode.IsNull(v) {
			have = append(have, k.Value)
		}
	}
	switch {
	case len(have) > 1:
		o.refuse(o.keyOf(have[1]), VolumeInvalid, "volume %q has both %s and %s, and may have one source", o.text("name"), have[0], have[1])
	case len(have) == 0 && len(o.meant) == 0 && len(o.node.Content) > 2 && o.keyOf("emptyDir") == nil:
		empty := o.node.Content[2]
		o.warn(empty, VolumeInvalid, "volume %q has no source, and becomes an emptyDir", o.text("name"))
	}
}

func toleration(o *object) {
	op, value := o.text("operator"), o.get("value")
	switch {
	case op == "Exists" && value != nil && value.Value != "":
		o.refuse(value, SchedulingInvalid, "a toleration with the operator Exists may not have a value")
		o.problems[len(o.problems)-1].Help = "use the operator Equal, or take the value off"
	case o.text("key") == "" && op != "Exists":
		o.refuse(nil, SchedulingInvalid, "a toleration without a key needs the operator Exists")
	}
	if n := o.get("tolerationSeconds"); n != nil && o.text("effect") != "NoExecute" {
		o.refuse(n, SchedulingInvalid, "tolerationSeconds is for the effect NoExecute alone")
	}
	if (op == "" || op == "Equal") && value != nil && !templated(value) {
		if errs := validation.IsValidLabelValue(value.Value); len(errs) > 0 {
			o.refuse(value, SchedulingInvalid, "%q is not a valid value of a taint: %s", value.Value, short(errs[0]))
		}
	}
}

func spread(o *object) {
	if n := o.get("minDomains"); n != nil && o.text("whenUnsatisfiable") == "ScheduleAnyway" {
		o.refuse(n, SchedulingInvalid, "minDomains is for whenUnsatisfiable: DoNotSchedule alone")
	}
}

// resourceRequirements checks the names and amounts of what a container asks for.
func resourceRequirements(o *object) {
	for _, list := range []string{"limits", "requests"} {
		for k, v := range yamlnode.Fields(o.get(list)) {
			name := k.Value
			if k.Tag == "!!merge" || templated(k) || v == nil || v.Kind != yaml.ScalarNode || templated(v) || isNull(v) {
				continue
			}
			if !standardResource(name) {
				o.refuse(o.at(k, v), ResourcesInvalid, "there is no resource %q: the names are cpu, memory, ephemeral-storage, and those with a domain such as nvidia.com/gpu", name)
				o.problems[len(o.problems)-1].Suggestions = near(name, []string{"cpu", "memory", "ephemeral-storage"})
				continue
			}
			q, err := quantity.Parse(v.Value)
			if err != nil {
				continue // quantity-invalid
			}
			if q.Sign() < 0 {
				o.refuse(v, ResourcesInvalid, "%s must not be negative", name)
				continue
			}
			o.unlikely(v, name, q)
			if strings.Contains(name, "/") && !strings.HasPrefix(name, "hugepages-") && q.MilliValue()%1000 != 0 {
				o.refuse(v, ResourcesInvalid, "%s must be a whole number", name)
			}
		}
	}
	for k, v := range yamlnode.Fields(o.get("requests")) {
		if !strings.Contains(k.Value, "/") && !strings.HasPrefix(k.Value, "hugepages-") || v == nil || templated(v) {
			continue
		}
		limit := o.get("limits", k.Value)
		if limit == nil {
			o.refuse(o.at(k, v), ResourcesInvalid, "%s needs a limit equal to its request", k.Value)
		} else if a, err := quantity.Parse(v.Value); err == nil {
			if b, err := quantity.Parse(limit.Value); err == nil && a.Cmp(b) < 0 {
				o.refuse(limit, ResourcesInvalid, "the limit of %s must be equal to its request", k.Value)
			}
		}
	}
}

func standardResource(name string) bool {
	switch name {
	case "cpu", "memory", "ephemeral-storage":
		return true
	}
	if strings.HasPrefix(name, "hugepages-") {
		return true
	}
	return strings.Contains(name, "/") && len(validation.IsQualifiedName(name)) == 0
}

// unlikely warns of amounts that are valid and hardly meant.
func (o *object) unlikely(v *yaml.Node, name string, q resource.Quantity) {
	warn := func(meant, format string, args ...any) {
		o.warn(v, QuantityUnlikely, format, args...)
		o.problems[len(o.problems)-1].Suggestions = []string{meant}
	}
	switch number, suffix := cutSuffix(v.Value); {
	case name == "memory" && suffix == "m" && q.MilliValue()%1000 == 0 && q.Value() < 1<<20: // quantity-invalid says it of fractions
		warn(number+"Mi", "memory %s is %s thousandths of a byte", v.Value, number)
	case name == "memory" && suffix == "" && q.Sign() > 0 && q.Value() < 1<<20:
		warn(v.Value+"Mi", "memory %s is %s bytes", v.Value, v.Value)
	case name == "memory" && (suffix == "k" || suffix == "Ki") && q.Value() < 1<<20:
		warn(number+"Mi", "memory %s is less than a mebibyte", v.Value)
	case name == "cpu" && strings.HasSuffix(suffix, "i"), name == "cpu" && (suffix == "M" || suffix == "G" || suffix == "k"):
		warn(number+"m", "cpu %s is %d processors", v.Value, q.Value())
	case name == "cpu" && suffix == "" && q.Value() >= 100:
		warn(v.Value+"m", "cpu %s is %d processors", v.Value, q.Value())
	}
}

func cutSuffix(s string) (number, suffix string) {
	number = strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	return number, s[len(number):]
}

func claimSpec(o *object) {
	modes := o.get("accessModes")
	if modes != nil && modes.Kind == yaml.SequenceNode && len(modes.Content) == 0 {
		o.lacks(modes, RequiredField, "%s needs at least one of accessModes", o.describe())
	}
	once := false
	for _, m := range yamlnode.Elements(modes) {
		once = once || yamlnode.String(m) == "ReadWriteOncePod"
	}
	if once && len(yamlnode.Elements(modes)) > 1 {
		o.refuse(modes, VolumeInvalid, "ReadWriteOncePod may not be used with other accessModes")
	}
	size := o.get("resources", "requests", "storage")
	if size == nil {
		if requests := o.get("resources", "requests"); requests == nil || !misspelt(requests, "storage") {
			o.lacks(o.get("resources"), RequiredField, "%s needs resources.requests.storage", o.describe())
		} else {
			key := requests.Content[0]
			o.refuse(o.at(key, requests.Content[1]), RequiredField, "there is no resource %q here", key.Value)
			o.problems[len(o.problems)-1].Suggestions = []string{"storage"}
		}
		return
	}
	if q, err := quantity.Parse(size.Value); err == nil && q.Sign() <= 0 && size.Kind == yaml.ScalarNode {
		o.refuse(size, ValueInvalid, "storage must be more than 0")
	}
}

func misspelt(n *yaml.Node, name string) bool {
	return n.Kind == yaml.MappingNode && len(n.Content) > 0 && len(near(n.Content[0].Value, []string{name})) > 0
}

// Workloads.

func deploymentSpec(o *object) {
	minReady, _ := o.number("minReadySeconds")
	if progress, ok := o.number("progressDeadlineSeconds"); ok && progress <= minReady {
		o.refuse(o.get("progressDeadlineSeconds"), WorkloadInvalid, "progressDeadlineSeconds must be more than minReadySeconds (%d)", minReady)
	}
}

// selects checks the selector of a workload and the restartPolicy of its pods.
// That the selector matches the template is selector-mismatch.
func selects(policy string) objectCheck {
	return func(o *object) {
		if s := o.get("selector"); s != nil && s.Kind == yaml.MappingNode {
			if len(yamlnode.Elements(yamlnode.Get(s, "matchExpressions"))) == 0 && empty(yamlnode.Get(s, "matchLabels")) && !unknownIn(s) {
				o.refuse(s, WorkloadInvalid, "an empty selector selects everything; it must name labels of the template")
			}
		}
		if p := o.get("template", "spec", "restartPolicy"); p != nil && p.Kind == yaml.ScalarNode && p.Value != "" && p.Value != policy && !templated(p) {
			if p.Value == "OnFailure" || p.Value == "Never" {
				o.refuse(p, WorkloadInvalid, "the restartPolicy of these pods must be %s", policy)
			}
		}
		if n := o.get("template", "spec", "activeDeadlineSeconds"); n != nil {
			o.refuse(n, WorkloadInvalid, "activeDeadlineSeconds is for Jobs: pods of this kind run for ever")
		}
	}
}

func empty(n *yaml.Node) bool { return n == nil || n.Kind != yaml.MappingNode || len(n.Content) == 0 }

// unknownIn reports whether a selector has fields that it should not have.
func unknownIn(n *yaml.Node) bool {
	for i := 0; i < len(n.Content); i += 2 {
		if k := n.Content[i].Value; k != "matchLabels" && k != "matchExpressions" {
			return true
		}
	}
	return false
}

func replicationController(o *object) {
	if p := o.get("template", "spec", "restartPolicy"); p != nil && (p.Value == "OnFailure" || p.Value == "Never") {
		o.refuse(p, WorkloadInvalid, "the restartPolicy of these pods must be Always")
	}
	if empty(o.get("selector")) && empty(o.get("template", "metadata", "labels")) && o.get("template") != nil {
		o.lacks(nil, WorkloadInvalid, "a ReplicationController needs a selector or labels in its template")
	}
}

// strategyParameters refuses rollingUpdate beside other types.
func strategyParameters(others ...string) objectCheck {
	return func(o *object) {
		n := o.get("rollingUpdate")
		for _, t := range others {
			if n != nil && o.text("type") == t {
				o.refuse(o.keyOf("rollingUpdate"), WorkloadInvalid, "rollingUpdate may not be set where the type is %s", t)
			}
		}
	}
}

// surge refuses updates that could never start.
func surge(o *object) {
	zero := func(field string) (is, known bool) {
		n := o.get(field)
		if n == nil {
			return false, false
		}
		return n.Value == "0" || n.Value == "0%", true
	}
	s, haveS := zero("maxSurge")
	u, haveU := zero("maxUnavailable")
	daemon := o.schema.Name == "apps.v1.RollingUpdateDaemonSet"
	switch {
	case haveU && u && (haveS && s || daemon && !haveS):
		o.refuse(o.get("maxUnavailable"), WorkloadInvalid, "maxSurge and maxUnavailable may not both be 0")
	case daemon && haveS && haveU && !s && !u, daemon && haveS && !s && !haveU:
		if !haveU {
			return // maxUnavailable is 1 unless it is set
		}
		o.refuse(o.get("maxSurge"), WorkloadInvalid, "only one of maxSurge and maxUnavailable may be more than 0 in a DaemonSet")
	}
}

func jobSpec(o *object) {
	p := o.get("template", "spec", "restartPolicy")
	switch {
	case o.get("template", "spec") == nil || p != nil && templated(p):
	case p == nil || p.Value == "Always" || p.Value == "":
		if p == nil && misspeltField(o.get("template", "spec"), "restartPolicy") {
			break
		}
		const message = "the restartPolicy of a Job's pods must be Never or OnFailure; without one it is Always"
		if p == nil {
			o.lacks(o.get("template", "spec"), WorkloadInvalid, message)
		} else {
			o.refuse(p, WorkloadInvalid, message)
		}
	}
	indexed := o.text("completionMode") == "Indexed"
	if indexed && o.get("completions") == nil {
		o.lacks(o.get("completionMode"), WorkloadInvalid, "the completionMode Indexed needs completions")
	}
	if failed, ok := o.number("maxFailedIndexes"); ok {
		if o.get("backoffLimitPerIndex") == nil {
			o.lacks(o.get("maxFailedIndexes"), WorkloadInvalid, "maxFailedIndexes needs backoffLimitPerIndex")
		}
		if n, ok := o.number("completions"); ok && failed > n {
			o.refuse(o.get("maxFailedIndexes"), WorkloadInvalid, "maxFailedIndexes must not be above completions (%d)", n)
		}
	}
	for _, f := range []string{"backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"} {
		if n := o.get(f); n != nil && !indexed {
			o.refuse(n, WorkloadInvalid, "%s needs completionMode: Indexed", f)
		}
	}
	if n := o.get("podFailurePolicy"); n != nil && p != nil && p.Value == "OnFailure" {
		o.refuse(p, WorkloadInvalid, "the restartPolicy must be Never where there is a podFailurePolicy")
	}
	if s := o.get("selector"); s != nil && !yamlnode.Bool(o.get("manualSelector")) && len(s.Content) > 0 {
		o.refuse(s, WorkloadInvalid, "the selector of a Job is made by the API server")
		o.problems[len(o.problems)-1].Help = "take it off, or set manualSelector"
	}
}

func misspeltField(n *yaml.Node, name string) bool {
	for i := 0; n != nil && n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		if k := n.Content[i].Value; suggest.Close(k, name) {
			return true
		}
	}
	return false
}

// Services, Ingresses and policies.

func serviceSpec(o *object) {
	kind, ports := o.text("type"), yamlnode.Elements(o.get("ports"))
	external := kind == "ExternalName"
	switch name := o.get("externalName"); {
	case !external:
	case name == nil || name.Value == "":
		o.lacks(o.get("type"), ServiceInvalid, "a Service of the type ExternalName needs externalName")
	case !templated(name):
		if errs := validation.IsDNS1123Subdomain(strings.TrimSuffix(name.Value, ".")); len(errs) > 0 {
			o.refuse(name, ServiceInvalid, "externalName %q is not a host name: %s", name.Value, short(errs[0]))
			if strings.ContainsAny(name.Value, ":/") {
				o.problems[len(o.problems)-1].Help = "write the host alone, without scheme, port and path"
			}
		}
	}
	headless := o.text("clusterIP") == "None"
	if !external && !headless && len(ports) == 0 && len(o.meant) == 0 && kind != "" || !external && !headless && len(ports) == 0 && len(o.meant) == 0 && o.get("clusterIP") == nil {
		o.lacks(o.get("ports"), ServiceInvalid, "a Service needs ports, unless it is headless (clusterIP: None) or an ExternalName")
	}
	if external && o.text("clusterIP") != "" && !headless || external && headless {
		o.refuse(o.get("clusterIP"), ServiceInvalid, "clusterIP may not be set for an ExternalName")
	}
	if headless && (kind == "NodePort" || kind == "LoadBalancer") {
		o.refuse(o.get("clusterIP"), ServiceInvalid, "a Service of the type %s cannot be headless", kind)
	}
	o.labels(o.get("selector"), "label")
	for _, p := range ports {
		name, nodePort := yamlnode.Get(p, "name"), yamlnode.Get(p, "nodePort")
		if len(ports) > 1 && yamlnode.String(name) == "" && !misspeltField(yamlnode.Resolve(p), "name") {
			at := yamlnode.Resolve(p)
			o.lacks(at, ServiceInvalid, "each port of a Service with several needs a name")
		}
		if nodePort != nil && yamlnode.String(nodePort) != "" && nodePort.Value != "0" && !templated(nodePort) {
			if kind == "" || kind == "ClusterIP" {
				o.refuse(nodePort, ServiceInvalid, "nodePort may not be set where the type is ClusterIP")
			} else if i, ok := integer(nodePort, typeOf(nodePort)); ok && (i < 1 || i > 65535) {
				o.refuse(nodePort, ServiceInvalid, "nodePort must be from 30000 to 32767, not %d", i)
			} else if ok && (i < 30000 || i > 32767) {
				o.warn(nodePort, ServiceInvalid, "nodePort %d is outside 30000 to 32767, the range unless the API server is told of another", i)
			}
		}
	}
	if n := o.get("externalTrafficPolicy"); n != nil && n.Value != "" && (kind == "" || kind == "ClusterIP" || external) && len(yamlnode.Elements(o.get("externalIPs"))) == 0 {
		o.refuse(n, ServiceInvalid, "externalTrafficPolicy is for Services of the type NodePort or LoadBalancer")
	}
	if n := o.get("sessionAffinityConfig"); n != nil && o.text("sessionAffinity") == "None" {
		o.refuse(n, ServiceInvalid, "sessionAffinityConfig needs sessionAffinity: ClientIP")
	}
	if n := o.get("loadBalancerClass"); n != nil && kind != "LoadBalancer" {
		o.refuse(n, ServiceInvalid, "loadBalancerClass is for the type LoadBalancer")
	}
	if n := o.get("allocateLoadBalancerNodePorts"); n != nil && kind != "LoadBalancer" {
		o.refuse(n, ServiceInvalid, "allocateLoadBalancerNodePorts is for the type LoadBalancer")
	}
	if n := o.get("healthCheckNodePort"); n != nil && n.Value != "0" && !(kind == "LoadBalancer" && o.text("externalTrafficPolicy") == "Local") {
		o.refuse(n, ServiceInvalid, "healthCheckNodePort is for the type LoadBalancer with externalTrafficPolicy: Local")
	}
}

func ingressSpec(o *object) {
	if o.get("defaultBackend") == nil && len(yamlnode.Elements(o.get("rules"))) == 0 && len(o.meant) == 0 {
		o.lacks(nil, IngressInvalid, "an Ingress needs rules or a defaultBackend")
	}
}

// certificates warns of hosts that have a certificate and no rule: it is served to
// nobody, and the host that was meant has none. A controller may be told of more hosts.
// https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#server-alias
// https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#redirect-fromto-www
func certificates(o *object) {
	var hosts, own []string
	www := false
	for k, v := range yamlnode.Fields(o.get("metadata", "annotations")) {
		switch _, name, _ := strings.Cut(k.Value, "/"); name {
		case "server-alias":
			for alias := range strings.SplitSeq(yamlnode.String(v), ",") {
				hosts = append(hosts, strings.TrimSpace(alias))
			}
		case "server-alias-regex", "server-snippet":
			return
		case "from-to-www-redirect":
			www = yamlnode.String(v) == "true"
		}
	}
	if slices.ContainsFunc(hosts, func(h string) bool { return strings.ContainsAny(h, "~$") }) {
		return // an expression, or what is filled in
	}
	for _, r := range yamlnode.Elements(o.get("spec", "rules")) {
		n := yamlnode.Get(r, "host")
		if yamlnode.String(n) == "" || templated(n) {
			return // a rule for any host
		}
		hosts, own = append(hosts, n.Value), append(own, n.Value)
		if www {
			hosts = append(hosts, "www."+n.Value, strings.TrimPrefix(n.Value, "www."))
		}
	}
	if len(own) == 0 {
		return
	}
	under := func(host, wildcard string) bool {
		_, domain, _ := strings.Cut(host, ".")
		return wildcard == "*."+domain
	}
	covers := func(certificate, host string) bool {
		return certificate == host || under(host, certificate) || under(certificate, host) || host == "*."+certificate
	}
	var certified []*yaml.Node
	for _, t := range yamlnode.Elements(o.get("spec", "tls")) {
		for _, n := range yamlnode.Elements(yamlnode.Get(t, "hosts")) {
			if n = yamlnode.Resolve(n); n.Kind == yaml.ScalarNode && n.Value != "" {
				certified = append(certified, n)
			}
		}
	}
	what, without := CertificateAlone, ""
	for _, h := range own {
		if !slices.ContainsFunc(certified, func(n *yaml.Node) bool { return covers(n.Value, h) }) {
			what, without = CertificateElsewhere, h
		}
	}
	for _, n := range certified {
		if templated(n) || slices.ContainsFunc(hosts, func(h string) bool { return covers(n.Value, h) }) {
			continue
		}
		o.warn(n, IngressInvalid, "%q has a certificate, and no rule is for that host", n.Value)
		last := &o.problems[len(o.problems)-1]
		last.Suggestions, last.What, last.Field = suggest.Nearest(n.Value, hosts, 1), what, without
	}
}

func ingressPath(o *object) {
	path, pathType := o.get("path"), o.text("pathType")
	switch {
	case path == nil || path.Kind != yaml.ScalarNode || path.Value == "":
		if pathType == "Prefix" || pathType == "Exact" {
			o.lacks(path, IngressInvalid, "a path of the type %s needs a path", pathType)
		}
	case templated(path):
	case !strings.HasPrefix(path.Value, "/"):
		o.refuse(path, IngressInvalid, "path must start with /, and %q does not", path.Value)
		o.problems[len(o.problems)-1].Suggestions = []string{"/" + path.Value}
	case pathType == "Prefix" || pathType == "Exact":
		for _, s := range []string{"//", "/./", "/../", "%2f", "%2F"} {
			if strings.Contains(path.Value, s) {
				o.refuse(path, IngressInvalid, "path must not contain %s where the type is %s", s, pathType)
				return
			}
		}
		if strings.HasSuffix(path.Value, "/..") || strings.HasSuffix(path.Value, "/.") {
			o.refuse(path, IngressInvalid, "path must not end with a dot segment")
		}
	}
}

func networkPeer(o *object) {
	ip, pods, namespaces := o.get("ipBlock"), o.get("podSelector"), o.get("namespaceSelector")
	switch {
	case ip != nil && (pods != nil || namespaces != nil):
		o.refuse(ip, NetworkInvalid, "ipBlock may not stand beside podSelector or namespaceSelector")
	case ip == nil && pods == nil && namespaces == nil && len(o.meant) == 0:
		o.lacks(nil, NetworkInvalid, "%s needs ipBlock, podSelector or namespaceSelector", o.describe())
	}
}

func networkPort(o *object) {
	end, ok := o.number("endPort")
	if !ok {
		return
	}
	switch first, number := o.number("port"); {
	case !number:
		o.refuse(o.get("endPort"), NetworkInvalid, "endPort needs a port that is a number")
	case end < first:
		o.refuse(o.get("endPort"), NetworkInvalid, "endPort must not be below port (%d)", first)
	}
}

func autoscalerBounds(o *object) {
	low, haveLow := o.number("minReplicas")
	high, haveHigh := o.number("maxReplicas")
	if haveLow && haveHigh && low > high {
		o.refuse(o.get("maxReplicas"), AutoscalerInvalid, "maxReplicas (%d) must not be below minReplicas (%d)", high, low)
	}
}

// scaledToNone refuses no replicas at all where nothing outside of the pods says when there
// are to be some again.
func scaledToNone(o *object) {
	if low, ok := o.number("minReplicas"); !ok || low != 0 {
		return
	}
	for _, m := range yamlnode.Elements(o.get("metrics")) {
		switch yamlnode.GetString(m, "type") {
		case "Resource", "ContainerResource", "Pods":
		default:
			return
		}
	}
	o.refuse(o.get("minReplicas"), AutoscalerInvalid, "minReplicas may be 0 only with a metric of type Object or External: without pods there is nothing else to measure")
}

func metricSource(o *object) {
	sources := map[string]string{
		"Resource": "resource", "Pods": "pods", "Object": "object", "External": "external", "ContainerResource": "containerResource",
	}
	want, known := sources[o.text("type")]
	if !known {
		return
	}
	if o.get(want) == nil && len(o.meant) == 0 {
		o.lacks(o.get("type"), AutoscalerInvalid, "a metric of the type %s needs the field %s", o.text("type"), want)
	}
	for _, f := range []string{"resource", "pods", "object", "external", "containerResource"} {
		if f != want && o.get(f) != nil {
			o.refuse(o.keyOf(f), AutoscalerInvalid, "a metric of the type %s may not have the field %s", o.text("type"), f)
		}
	}
}

func scalingRules(o *object) {
	if n := o.get("policies"); n != nil && n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		o.lacks(n, AutoscalerInvalid, "policies needs at least one entry")
	}
}

// Secrets and ConfigMaps.

// maxData is the size that the data of a Secret or ConfigMap may have.
const maxData = 1 << 20

func (o *object) dataKeys(fields ...string) (size int) {
	for _, f := range fields {
		for k, v := range yamlnode.Fields(o.get(f)) {
			if k.Tag == "!!merge" || templated(k) {
				continue
			}
			if errs := validation.IsConfigMapKey(k.Value); len(errs) > 0 {
				o.refuse(o.at(k, v), NameInvalid, "%q is not a valid key: %s", k.Value, short(errs[0]))
			}
			n := len(yamlnode.String(v))
			if f == "binaryData" || f == "data" && o.schema.Name == "core.v1.Secret" {
				n = n / 4 * 3
			}
			size += n
		}
	}
	return size
}

func configMap(o *object) {
	if size := o.dataKeys("data", "binaryData"); size > maxData {
		o.refuse(o.keyOf("data"), ValueInvalid, "this ConfigMap has %d bytes of data, and may have %d", size, maxData)
	}
	for k, v := range yamlnode.Fields(o.get("binaryData")) {
		if o.get("data", k.Value) != nil {
			o.refuse(o.at(k, v), ValueInvalid, "the key %q is under data and under binaryData", k.Value)
		}
	}
}

// secretKeys are the keys that the types of Secrets need. See
// https://kubernetes.io/docs/concepts/configuration/secret/#secret-types
var secretKeys = map[string][]string{
	"kubernetes.io/tls":              {"tls.crt", "tls.key"},
	"kubernetes.io/dockerconfigjson": {".dockerconfigjson"},
	"kubernetes.io/dockercfg":        {".dockercfg"},
	"kubernetes.io/ssh-auth":         {"ssh-privatekey"},
}

func secret(o *object) {
	if size := o.dataKeys("data", "stringData"); size > maxData {
		o.refuse(o.keyOf("data"), ValueInvalid, "this Secret has %d bytes of data, and may have %d", size, maxData)
	}
	kind := o.text("type")
	var lacking []string
	for _, key := range secretKeys[kind] {
		if o.get("data", key) == nil && o.get("stringData", key) == nil && !hasKey(o.get("data"), key) {
			lacking = append(lacking, key)
		}
	}
	switch len(lacking) {
	case 0:
	case 1:
		if at := o.misspelt(lacking[0]); at != nil {
			o.refuse(at, SecretInvalid, "a Secret of the type %s needs the key %s, not %s", kind, lacking[0], at.Value)
			o.problems[len(o.problems)-1].Suggestions = lacking
			break
		}
		o.lacks(o.get("type"), SecretInvalid, "a Secret of the type %s needs the key %s", kind, lacking[0])
	default:
		o.lacks(o.get("type"), SecretInvalid, "a Secret of the type %s needs the keys %s", kind, and(lacking))
	}
	switch kind {
	case "kubernetes.io/basic-auth":
		if !o.has("username") && !o.has("password") {
			o.lacks(o.get("type"), SecretInvalid, "a Secret of the type %s needs the key username or password", kind)
		}
	case "kubernetes.io/service-account-token":
		if o.text("metadata", "annotations", "kubernetes.io/service-account.name") == "" {
			o.lacks(o.get("type"), SecretInvalid, "a Secret of the type %s needs the annotation kubernetes.io/service-account.name", kind)
		}
	}
	o.secretContent(kind)
}

// misspelt returns the key of the data that is nearly another one, nil if none is.
func (o *object) misspelt(key string) *yaml.Node {
	for _, field := range [...]string{"data", "stringData"} {
		for k, v := range yamlnode.Fields(o.get(field)) {
			if suggest.Close(key, k.Value) {
				return o.at(k, v)
			}
		}
	}
	return nil
}

// hasKey reports whether a mapping has a key, also with a null value.
func hasKey(n *yaml.Node, key string) bool {
	for k := range yamlnode.Fields(n) {
		if k.Value == key {
			return true
		}
	}
	return false
}

func (o *object) has(key string) bool {
	return hasKey(o.get("data"), key) || hasKey(o.get("stringData"), key)
}

// Access.

func policyRule(o *object) {
	list := func(field string) int { return len(yamlnode.Elements(o.get(field))) }
	missing := func(field string) {
		if len(o.meant) == 0 {
			o.lacks(o.get(field), AccessInvalid, "a rule needs at least one entry under %s", field)
		}
	}
	if list("verbs") == 0 {
		if o.get("verbs") != nil {
			missing("verbs")
		}
	}
	if list("nonResourceURLs") > 0 {
		if list("apiGroups")+list("resources")+list("resourceNames") > 0 {
			o.refuse(o.get("nonResourceURLs"), AccessInvalid, "a rule is about resources or about nonResourceURLs, not both")
		}
		o.verbsMean(slices.Concat(methods, verbs)) // many list and watch paths, which does no harm
		return
	}
	if list("apiGroups") == 0 {
		missing("apiGroups")
	}
	if list("resources") == 0 {
		missing("resources")
	}
	o.ruleMatches()
}

// ruleMatches warns of resources of Kubernetes that none of a rule's groups has,
// and another group of Kubernetes does.
func (o *object) ruleMatches() {
	o.verbsMean(verbs)
	groups := map[string]bool{}
	open := false // any group, or one that has resources of its own, as metrics.k8s.io has pods
	for _, g := range yamlnode.Elements(o.get("apiGroups")) {
		g = yamlnode.Resolve(g)
		open = open || g.Value == "*" || templated(g) || strings.Contains(g.Value, ".") && !servedGroups()[g.Value]
		groups[g.Value] = true
		if o.groupMeans(g) {
			open = true
		}
	}
	for _, n := range yamlnode.Elements(o.get("resources")) {
		n = yamlnode.Resolve(n)
		in := resources()[n.Value]
		// The kubelet has parts of nodes that the API server does not. Finalizers are
		// of every resource, for those who set owners:
		// https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#ownerreferencespermissionenforcement
		if len(in) == 0 && !strings.Contains(n.Value, "*") && !strings.HasPrefix(n.Value, "nodes/") && !strings.HasSuffix(n.Value, "/finalizers") && !templated(n) {
			o.ruleMeans(n, groups)
		}
		if open || len(in) == 0 || len(groups) == 0 || slices.ContainsFunc(in, func(g string) bool { return groups[g] }) {
			continue
		}
		group := in[len(in)-1]
		if groups["extensions"] && strings.HasPrefix(n.Value, "replicationcontrollers") {
			continue // it had nothing of them but their scale, and who still lists them lists all it once had
		}
		if o.allowedBeside(n.Value, in) {
			continue // a group of before, such as extensions, that is left beside the one of today
		}
		o.warn(n, AccessInvalid, "the resource %s is in the group %q, which this rule does not name", n.Value, group)
		last := &o.problems[len(o.problems)-1]
		last.Help = "the rule allows nothing of it"
		if groups["extensions"] && slices.Contains(otherGroups["extensions"], n.Value) {
			last.What, last.Field = Former, "16"
			if name, _, _ := strings.Cut(n.Value, "/"); name == "ingresses" {
				last.Field = "22"
			}
			last.Help = "extensions has it no more since Kubernetes 1." + last.Field + ", and the rule allows nothing of it"
			if o.reads() && !o.aboveAllows("ingresses/status") {
				last.What = FormerToRead
			}
		}
	}
}

// reads reports whether a rule of a role is for looking only.
func (o *object) reads() bool {
	return !slices.ContainsFunc(yamlnode.Elements(o.get("verbs")), func(n *yaml.Node) bool {
		verb := yamlnode.String(n)
		return verb != "get" && verb != "list" && verb != "watch"
	})
}

// aboveAllows reports whether a rule of the same Role is about a resource.
func (o *object) aboveAllows(resource string) bool {
	return len(o.above) > 0 && slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(o.above[0].node, "rules")), func(rule *yaml.Node) bool {
		return slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(rule, "resources")), func(n *yaml.Node) bool { return yamlnode.String(n) == resource })
	})
}

// allowedBeside reports whether another rule of the same Role allows what this one says
// of a resource, in one of its groups. Of all verbs any are enough.
func (o *object) allowedBeside(resource string, groups []string) bool {
	if len(o.above) == 0 {
		return false
	}
	const most = 200 // rules that are worth the look
	rules := yamlnode.Elements(yamlnode.Get(o.above[0].node, "rules"))
	has := func(list *yaml.Node, is func(string) bool) bool {
		return slices.ContainsFunc(yamlnode.Elements(list), func(n *yaml.Node) bool { return is(yamlnode.String(n)) })
	}
	return len(rules) <= most && slices.ContainsFunc(rules, func(rule *yaml.Node) bool {
		for _, verb := range yamlnode.Elements(o.get("verbs")) {
			if yamlnode.String(verb) != "*" && !has(yamlnode.Get(rule, "verbs"), func(v string) bool { return v == "*" || v == yamlnode.String(verb) }) {
				return false
			}
		}
		return has(yamlnode.Get(rule, "apiGroups"), func(g string) bool { return g == "*" || slices.Contains(groups, g) }) &&
			has(yamlnode.Get(rule, "resources"), func(r string) bool { return r == "*" || r == resource })
	})
}

// ruleMeans warns of a resource that no group of a rule has, and that is close to
// one that they have: deployment for deployments.
func (o *object) ruleMeans(n *yaml.Node, groups map[string]bool) {
	var names []string
	for g := range groups {
		other, known := otherGroups[g]
		if !servedGroups()[g] && !known || slices.Contains(other, n.Value) {
			return
		}
		names = append(names, other...)
	}
	for name, in := range resources() {
		if slices.ContainsFunc(in, func(g string) bool { return groups[g] }) && strings.Contains(name, "/") == strings.Contains(n.Value, "/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	o.ruleTypo(n, names, "there is no resource %q in the groups of this rule", "the rule allows nothing of it")
}

// otherGroups are the resources of groups that are not in the table, and that
// rules often name beside those that are: one that is gone, and one that metrics
// servers serve.
// https://kubernetes.io/docs/reference/using-api/deprecation-guide/
// https://github.com/kubernetes/metrics/blob/master/pkg/apis/metrics/v1beta1/types.go
var otherGroups = map[string][]string{
	"extensions": {"daemonsets", "deployments", "ingresses", "networkpolicies", "podsecuritypolicies", "replicasets", "replicationcontrollers",
		"daemonsets/status", "deployments/rollback", "deployments/scale", "deployments/status", "ingresses/status", "replicasets/scale",
		"replicasets/status", "replicationcontrollers/scale"},
	"metrics.k8s.io": {"nodes", "pods"},
}

// groupMeans warns of a group that nobody is known to serve, and that is one edit
// away from one of Kubernetes'.
func (o *object) groupMeans(n *yaml.Node) bool {
	if _, known := otherGroups[n.Value]; known || n.Value == "" || n.Value == "*" || servedGroups()[n.Value] || templated(n) {
		return false
	}
	var near []string
	for _, groups := range [...]map[string]bool{servedGroups(), {"extensions": true}} {
		for g := range groups {
			if g != "" && suggest.Distance(n.Value, g) == 1 {
				near = append(near, g)
			}
		}
	}
	if len(near) != 1 {
		return false
	}
	o.warn(n, AccessInvalid, "there is no API group %q", n.Value)
	last := &o.problems[len(o.problems)-1]
	last.Suggestions, last.Help = near, "the rule allows nothing of it"
	return true
}

// ruleTypo warns of a word of a rule that is close to one of those there are.
func (o *object) ruleTypo(n *yaml.Node, words []string, message, help string) {
	meant := suggest.Nearest(n.Value, words, 1)
	if lower := strings.ToLower(n.Value); slices.Contains(words, lower) {
		meant = []string{lower}
	}
	if len(meant) > 0 {
		o.warn(n, AccessInvalid, message, n.Value)
		last := &o.problems[len(o.problems)-1]
		last.Suggestions, last.Help = meant, help
	}
}

// verbs are those that requests are made of:
// https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb
var verbs = []string{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}

// methods are the verbs of requests for nonResourceURLs: those of HTTP.
var methods = []string{"get", "head", "post", "put", "patch", "delete", "options"}

// verbsMean warns of verbs that are close to one of those. Others, such as bind, are
// left alone.
func (o *object) verbsMean(known []string) {
	for _, n := range yamlnode.Elements(o.get("verbs")) {
		if n = yamlnode.Resolve(n); !templated(n) && !slices.Contains(known, n.Value) {
			o.ruleTypo(n, known, "there is no verb %q", "the rule does not allow it")
		}
	}
}

func clusterRoleBinding(o *object) {
	if kind := o.get("roleRef", "kind"); kind != nil && kind.Value == "Role" {
		o.refuse(kind, AccessInvalid, "a ClusterRoleBinding binds a ClusterRole, not a Role")
		o.problems[len(o.problems)-1].Help = "use a RoleBinding, or a ClusterRole"
	}
	for _, s := range yamlnode.Elements(o.get("subjects")) {
		if yamlnode.GetString(s, "kind") == "ServiceAccount" && yamlnode.GetString(s, "namespace") == "" && !misspeltField(yamlnode.Resolve(s), "namespace") {
			o.lacks(yamlnode.Resolve(s), AccessInvalid, "a ServiceAccount in a ClusterRoleBinding needs a namespace")
			o.problems[len(o.problems)-1].What = Namespaceless
		}
	}
}

func roleRules(o *object) {
	for _, r := range yamlnode.Elements(o.get("rules")) {
		if n := yamlnode.Get(r, "nonResourceURLs"); len(yamlnode.Elements(n)) > 0 {
			o.refuse(n, AccessInvalid, "a Role cannot be about nonResourceURLs: they have no namespace")
		}
	}
}

func subject(o *object) {
	group := o.get("apiGroup")
	switch kind := o.text("kind"); kind {
	case "ServiceAccount":
		if group != nil && group.Value != "" {
			o.refuse(group, AccessInvalid, "the apiGroup of a ServiceAccount is empty, not %q", group.Value)
		}
		if name := o.get("name"); name != nil && name.Value != "" && !templated(name) {
			if errs := validation.IsDNS1123Subdomain(name.Value); len(errs) > 0 {
				o.refuse(name, NameInvalid, "%q is not a valid name of a ServiceAccount: %s", name.Value, short(errs[0]))
			}
		}
	case "User", "Group":
		const rbac = "rbac.authorization.k8s.io"
		if group != nil && group.Value != "" && group.Value != rbac && !templated(group) {
			o.refuse(group, AccessInvalid, "the apiGroup of a %s is %s, not %q", kind, rbac, group.Value)
			o.problems[len(o.problems)-1].Suggestions = near(group.Value, []string{rbac})
		}
	}
}

// failureRule wants what a rule of a podFailurePolicy is about.
func failureRule(o *object) {
	codes, conditions := o.get("onExitCodes"), o.get("onPodConditions")
	if (codes == nil) == (len(yamlnode.Elements(conditions)) == 0) && len(o.meant) == 0 {
		o.lacks(nil, WorkloadInvalid, "%s needs either onExitCodes or onPodConditions", o.describe())
	}
}

func exitCodes(o *object) {
	values := yamlnode.Elements(o.get("values"))
	if len(values) == 0 && len(o.meant) == 0 {
		o.lacks(o.get("values"), WorkloadInvalid, "onExitCodes needs values")
	}
	for i, v := range values {
		v = yamlnode.Resolve(v)
		code, ok := integer(v, typeOf(v))
		if ok && code == 0 && o.text("operator") == "In" {
			o.refuse(v, WorkloadInvalid, "the exit code 0 is success, and no failure")
		}
		if i > 0 {
			if before, _ := integer(yamlnode.Resolve(values[i-1]), typeOf(yamlnode.Resolve(values[i-1]))); ok && before >= code {
				o.refuse(v, WorkloadInvalid, "the exit codes must be in order, each once")
			}
		}
	}
}

// limitRangeItem wants the bounds of each resource in order.
func limitRangeItem(o *object) {
	lists := []string{"min", "defaultRequest", "default", "max"}
	names := map[string]bool{}
	for _, list := range append(lists, "maxLimitRequestRatio") {
		for k, v := range yamlnode.Fields(o.get(list)) {
			if o.text("type") == "Container" && !standardResource(k.Value) && !templated(k) {
				o.refuse(o.at(k, v), ResourcesInvalid, "there is no resource %q", k.Value)
				o.problems[len(o.problems)-1].Suggestions = near(k.Value, []string{"cpu", "memory", "ephemeral-storage"})
				return
			}
			names[k.Value] = true
		}
	}
	for name := range names {
		var before resource.Quantity
		known := ""
		for _, list := range lists {
			n := yamlnode.Path(o.node, list, name)
			if n == nil {
				continue
			}
			text := n.Value
			if isNull(n) {
				text = "0" // as the API server reads it
			}
			q, err := quantity.Parse(text)
			if err != nil {
				return
			}
			if known != "" && before.Cmp(q) > 0 {
				o.refuse(n, ResourcesInvalid, "the %s of %s must not be below its %s", list, name, known)
				return
			}
			before, known = q, list
		}
		if n := yamlnode.Path(o.node, "maxLimitRequestRatio", name); n != nil {
			if q, err := quantity.Parse(n.Value); isNull(n) || err == nil && q.CmpInt64(1) < 0 {
				o.refuse(n, ResourcesInvalid, "maxLimitRequestRatio must be at least 1")
			}
		}
	}
}

// metricTarget wants a target that is of its type, and more than nothing.
func metricTarget(o *object) {
	fields := map[string]string{"Utilization": "averageUtilization", "Value": "value", "AverageValue": "averageValue"}
	have := ""
	for _, f := range fields {
		n := o.get(f)
		if n == nil {
			continue
		}
		have = f
		if q, err := quantity.Parse(n.Value); err == nil && q.Sign() <= 0 && f != "averageUtilization" {
			o.refuse(n, AutoscalerInvalid, "%s must be more than 0", f)
		}
	}
	if have == "" && len(o.meant) == 0 {
		o.lacks(nil, AutoscalerInvalid, "target needs averageUtilization, averageValue or value")
	}
}

// targetVersion wants the group of what is scaled.
func targetVersion(o *object) {
	n := o.get("apiVersion")
	if n == nil || n.Value == "" {
		kind := o.text("kind")
		if o.key != nil && o.key.Value == "scaleTargetRef" && kind != "ReplicationController" && len(o.meant) == 0 {
			o.lacks(nil, AutoscalerInvalid, "scaleTargetRef needs apiVersion, unless it is a ReplicationController")
		}
		return
	}
	if strings.Count(n.Value, "/") > 1 {
		o.refuse(n, AutoscalerInvalid, "apiVersion must be group/version, not %q", n.Value)
	}
}

func parametersScope(o *object) {
	namespace := o.get("namespace")
	switch scope := o.text("scope"); {
	case scope == "Namespace" && namespace == nil:
		o.lacks(nil, IngressInvalid, "parameters of the scope Namespace need a namespace")
	case (scope == "Cluster" || scope == "") && namespace != nil:
		o.refuse(namespace, IngressInvalid, "parameters of the scope Cluster have no namespace")
	}
}

// reviewVersions wants a version that the API server speaks.
func reviewVersions(o *object) {
	list := yamlnode.Elements(o.get("admissionReviewVersions"))
	seen := map[string]bool{}
	known := len(list) == 0
	for _, v := range list {
		text := yamlnode.String(v)
		known = known || text == "v1" || text == "v1beta1" || templated(yamlnode.Resolve(v))
		if seen[text] {
			o.refuse(yamlnode.Resolve(v), ValueInvalid, "admissionReviewVersions has %s twice", text)
		}
		seen[text] = true
	}
	if !known {
		o.refuse(o.get("admissionReviewVersions"), ValueInvalid, "admissionReviewVersions needs v1 or v1beta1")
	}
}

// crdNames wants the name of a CustomResourceDefinition to be that of its
// resource, and one version to be stored.
func crdNames(o *object) {
	name, plural, group := o.get("metadata", "name"), o.text("spec", "names", "plural"), o.text("spec", "group")
	if name != nil && plural != "" && group != "" && name.Value != plural+"."+group && !templated(name) {
		o.refuse(name, NameInvalid, "the name must be that of the resource and its group, %s.%s", plural, group)
	}
	versions := yamlnode.Elements(o.get("spec", "versions"))
	stored := 0
	for _, v := range versions {
		if n := yamlnode.Get(v, "storage"); n != nil && (yamlnode.Bool(n) || n.Tag == "!!str" && isOldBool(n.Value) && strings.ContainsAny(n.Value, "yYsS") || n.Value == "on") {
			stored++
		}
	}
	const one = "exactly one of the versions must have storage: true"
	switch n := o.get("spec", "versions"); {
	case n == nil || stored == 1:
	case stored == 0:
		o.lacks(n, ValueInvalid, one)
	default:
		o.refuse(n, ValueInvalid, one)
	}
}

// structural wants a schema to say its type. See
// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
func structural(o *object) {
	for _, l := range o.above {
		switch l.key {
		case "allOf", "anyOf", "oneOf", "not", "dependencies", "definitions", "patternProperties":
			return
		}
	}
	for i := range o.above {
		if o.above[i].key == "" && i > 0 && o.above[i].schema.Name == o.schema.Name {
			return // an element of a list of alternatives
		}
	}
	preserves := yamlnode.Bool(o.get("x-kubernetes-preserve-unknown-fields"))
	open := preserves || yamlnode.Bool(o.get("x-kubernetes-int-or-string"))
	root := o.in() == "apiextensions.v1.CustomResourceValidation"
	switch t := o.text("type"); {
	case t == "" && !preserves && (root || !open) && len(o.meant) == 0:
		o.lacks(nil, ValueInvalid, "%s needs a type: the schema must be structural", o.describe())
	case root && t != "" && t != "object":
		o.refuse(o.get("type"), ValueInvalid, "the type of a resource must be object")
	}
	if o.text("type") == "array" && o.get("items") == nil {
		o.lacks(nil, ValueInvalid, "%s is an array and needs items", o.describe())
	}
}

func apiService(o *object) {
	name, version, group := o.get("metadata", "name"), o.text("spec", "version"), o.text("spec", "group")
	if o.get("spec") == nil || o.get("spec").Kind != yaml.MappingNode {
		return
	}
	if name != nil && name.Value != version+"."+group && !templated(name) {
		o.refuse(name, NameInvalid, "the name must be that of the version and its group, %s.%s", version, group)
	}
	if o.get("spec", "service") == nil && yamlnode.Bool(o.get("spec", "insecureSkipTLSVerify")) {
		o.refuse(o.get("spec", "insecureSkipTLSVerify"), ValueInvalid, "insecureSkipTLSVerify needs a service")
	}
}

// ingressResource wants the resource of a backend to be named in full.
func ingressResource(o *object) {
	r := o.get("resource")
	if r == nil || r.Kind != yaml.MappingNode {
		return
	}
	for _, f := range []string{"kind", "name"} {
		if text := yamlnode.GetString(r, f); text == "" {
			o.lacks(r, IngressInvalid, "resource needs the field %s", f)
		} else if len(anyPathSegment(text)) > 0 {
			o.refuse(yamlnode.Get(r, f), NameInvalid, "%s %q is not valid", f, text)
		}
	}
	if n := yamlnode.Get(r, "apiGroup"); n != nil && n.Kind == yaml.ScalarNode && !isNull(n) && !templated(n) {
		if errs := validation.IsDNS1123Subdomain(n.Value); len(errs) > 0 {
			o.refuse(n, NameInvalid, "apiGroup %q is not valid: %s", n.Value, short(errs[0]))
		}
	}
}

// union wants the field that goes with the value of another. pairs are values and
// fields.
func union(by string, pairs ...string) objectCheck {
	return func(o *object) {
		for i := 0; i+1 < len(pairs); i += 2 {
			if o.text(by) == pairs[i] && o.get(pairs[i+1]) == nil && len(o.meant) == 0 {
				o.lacks(o.get(by), ValueInvalid, "the %s %s needs the field %s", by, pairs[i], pairs[i+1])
			}
		}
	}
}

func flowNamespaces(o *object) {
	list := yamlnode.Elements(o.get("namespaces"))
	if len(list) == 0 && !yamlnode.Bool(o.get("clusterScope")) && len(o.meant) == 0 {
		o.lacks(o.get("namespaces"), ValueInvalid, "a rule that is not for the cluster needs namespaces")
	}
	for _, n := range list {
		n = yamlnode.Resolve(n)
		if n.Kind == yaml.ScalarNode && !templated(n) && n.Value != "*" && len(validation.IsDNS1123Label(n.Value)) > 0 {
			o.refuse(n, NameInvalid, "%q is not a valid namespace", n.Value)
		}
		if n.Value == "*" && len(list) > 1 {
			o.refuse(n, ValueInvalid, "no other namespaces may stand beside *")
		}
	}
}

// persistentVolume wants a size and one source.
func persistentVolume(o *object) {
	if c := o.get("capacity"); c != nil && c.Kind == yaml.MappingNode {
		size := o.get("capacity", "storage")
		if size == nil || len(c.Content) != 2 {
			o.lacks(c, VolumeInvalid, "capacity needs storage, and nothing else")
		} else if q, err := quantity.Parse(size.Value); err == nil && q.Sign() <= 0 {
			o.refuse(size, VolumeInvalid, "storage must be more than 0")
		}
	}
	if m := o.get("accessModes"); m != nil && len(yamlnode.Elements(m)) == 0 {
		o.lacks(m, VolumeInvalid, "a PersistentVolume needs accessModes")
	}
	var have []string
	for k, v := range yamlnode.Fields(o.node) {
		f := o.schema.Field(k.Value)
		if f == nil || yamlnode.IsNull(v) || !strings.HasSuffix(f.Schema.Name, "VolumeSource") {
			continue
		}
		have = append(have, k.Value)
	}
	switch {
	case len(have) == 0 && len(o.meant) == 0:
		o.lacks(nil, VolumeInvalid, "a PersistentVolume needs a source, such as csi or nfs")
	case len(have) > 1:
		o.refuse(o.keyOf(have[1]), VolumeInvalid, "a PersistentVolume has both %s and %s, and may have one source", have[0], have[1])
	case len(have) == 1 && have[0] == "local" && o.get("nodeAffinity") == nil:
		o.lacks(o.keyOf("local"), VolumeInvalid, "a local volume needs nodeAffinity")
	}
}

// countedResources are those that a quota may name without a domain:
// https://kubernetes.io/docs/concepts/policy/resource-quotas/
var countedResources = []string{
	"cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage",
	"limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods", "resourcequotas", "services", "replicationcontrollers",
	"secrets", "persistentvolumeclaims", "configmaps", "services.nodeports", "services.loadbalancers",
}

// quotaSpec wants names that are close to no other, and no less than nothing.
func quotaSpec(o *object) {
	for k, v := range yamlnode.Fields(o.get("hard")) {
		if !strings.Contains(k.Value, "/") && !strings.Contains(k.Value, "hugepages-") && !slices.Contains(countedResources, k.Value) && !templated(k) {
			if meant := suggest.Nearest(k.Value, countedResources, 1); len(meant) > 0 {
				o.refuse(o.at(k, v), ResourcesInvalid, "there is no resource %q for quotas", k.Value)
				o.problems[len(o.problems)-1].Suggestions = meant
			}
		}
		if v == nil || v.Kind != yaml.ScalarNode || templated(v) {
			continue
		}
		if q, err := quantity.Parse(v.Value); err == nil && q.Sign() < 0 {
			o.refuse(v, ResourcesInvalid, "%s must not be negative", k.Value)
		}
	}
}

// noTwice refuses two entries of a list that have the same values in some fields.
func noTwice(rule, list string, fields ...string) objectCheck {
	return func(o *object) {
		entries := yamlnode.Elements(o.get(list))
		if len(entries) < 2 {
			return
		}
		seen := map[string]bool{}
		for _, e := range entries {
			key := ""
			for _, f := range fields {
				n := yamlnode.Get(e, f)
				if n != nil && templated(n) {
					return
				}
				key += yamlnode.String(n) + "\x00"
			}
			if seen[key] {
				o.refuse(e, rule, "two entries of %s have the same %s", list, strings.Join(fields, " and "))
				return
			}
			seen[key] = true
		}
	}
}

// sliceAddresses wants the addresses of an EndpointSlice to be of its type.
func sliceAddresses(o *object) {
	kind := o.text("addressType")
	for _, endpoint := range yamlnode.Elements(o.get("endpoints")) {
		for _, n := range yamlnode.Elements(yamlnode.Get(endpoint, "addresses")) {
			if n = yamlnode.Resolve(n); n.Kind != yaml.ScalarNode || typeOf(n) != "!!str" || templated(n) {
				continue
			}
			a, err := netip.ParseAddr(n.Value)
			switch {
			case kind == "IPv4" && (err != nil || !a.Is4()), kind == "IPv6" && (err != nil || !a.Is6() || a.Zone() != "" || a.Is4In6()):
				o.refuse(n, ValueInvalid, "an endpoint of the type %s must have an address such as %s, not %q", kind, map[string]string{"IPv4": "10.9.8.7", "IPv6": "2001:db8::ffff"}[kind], n.Value)
			case kind == "FQDN" && len(validation.IsDNS1123Subdomain(n.Value)) > 0:
				o.refuse(n, ValueInvalid, "an endpoint of the type FQDN must have the name of a host, not %q", n.Value)
			}
		}
	}
}

// policyRules wants the constraints of a policy to name resources.
func policyRules(o *object) {
	if n := o.get("matchConstraints"); n != nil && len(yamlnode.Elements(yamlnode.Get(n, "resourceRules"))) == 0 && len(o.meant) == 0 && n.Kind == yaml.MappingNode {
		o.lacks(n, ValueInvalid, "matchConstraints needs at least one entry under resourceRules")
	}
}

// noRepeat refuses a text that is in a list twice.
func noRepeat(list string) objectCheck {
	return func(o *object) {
		seen := map[string]bool{}
		for _, n := range yamlnode.Elements(o.get(list)) {
			text := yamlnode.String(n)
			if seen[text] && text != "" {
				o.refuse(n, ValueInvalid, "%s has %q twice", list, text)
				return
			}
			seen[text] = true
		}
	}
}

// anyAlone refuses * beside others in a list.
func anyAlone(list string) objectCheck {
	return func(o *object) {
		entries := yamlnode.Elements(o.get(list))
		for _, n := range entries {
			if len(entries) > 1 && yamlnode.String(n) == "*" {
				o.refuse(n, ValueInvalid, "%s has * beside others: it stands for all and must be alone", list)
				return
			}
		}
	}
}

// attributeValue wants a device's attribute to have one value, which may be an
// empty text.
func attributeValue(o *object) {
	n := 0
	for _, v := range yamlnode.Fields(o.node) {
		if !isNull(v) {
			n++
		}
	}
	if n != 1 && len(o.meant) == 0 {
		o.lacks(nil, ValueInvalid, "%s needs one of int, bool, string, version and lists of them", o.describe())
	}
}

// requestNames wants what refers to the requests of a claim to name one, as
// request or request/subrequest.
func requestNames(o *object) {
	known := map[string]bool{}
	for _, request := range yamlnode.Elements(o.get("requests")) {
		name := yamlnode.GetString(request, "name")
		known[name] = true
		for _, sub := range yamlnode.Elements(yamlnode.Get(request, "firstAvailable")) {
			known[name+"/"+yamlnode.GetString(sub, "name")] = true
		}
	}
	for _, list := range [...]string{"constraints", "config"} {
		for _, e := range yamlnode.Elements(o.get(list)) {
			for _, n := range yamlnode.Elements(yamlnode.Get(e, "requests")) {
				if n = yamlnode.Resolve(n); n.Kind == yaml.ScalarNode && !known[n.Value] && !templated(n) && len(o.meant) == 0 {
					o.refuse(n, ValueInvalid, "the claim has no request %q", n.Value)
				}
			}
		}
	}
}

// failureContainers wants the containers of a failure policy to be in the pod.
func failureContainers(o *object) {
	names := map[string]bool{}
	for _, list := range [...]string{"containers", "initContainers"} {
		for _, c := range yamlnode.Elements(o.get("template", "spec", list)) {
			names[yamlnode.GetString(c, "name")] = true
		}
	}
	for _, rule := range yamlnode.Elements(o.get("podFailurePolicy", "rules")) {
		n := yamlnode.Path(rule, "onExitCodes", "containerName")
		if name := yamlnode.String(n); name != "" && len(names) > 0 && !names[name] && !templated(n) && typeOf(n) == "!!str" {
			o.refuse(n, WorkloadInvalid, "the pod has no container %q", name)
		}
	}
}

// overhead wants amounts of nothing below zero.
func overhead(o *object) {
	for _, v := range yamlnode.Fields(o.get("podFixed")) {
		if q, err := quantity.Parse(v.Value); err == nil && q.Sign() < 0 {
			o.refuse(v, ResourcesInvalid, "%s must not be negative", v.Value)
		}
	}
}

// addressName wants the name of an IPAddress to be one.
func addressName(o *object) {
	n := o.get("metadata", "name")
	if name := yamlnode.String(n); name != "" && !templated(n) {
		if a, err := netip.ParseAddr(name); err != nil || a.String() != name {
			o.refuse(n, NameInvalid, "an IPAddress must have the name of one, not %q", name)
		}
	}
}
