package apischema

import (
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// The rules that rows about values report under.
const (
	NameInvalid     = "name-invalid"
	ScheduleInvalid = "schedule-invalid"
)

// requiredFields are where the API server and the OpenAPI document differ about
// what is required: true adds a field, false takes one off.
var requiredFields = sync.OnceValue(func() map[string]bool {
	return map[string]bool{
		"storage.v1.VolumeAttributesClass.parameters": true,
		// What decodes to its zero value, which is taken.
		"storage.v1.CSINode.spec":             false,
		"storage.v1.CSINodeSpec.drivers":      false,
		"resource.v1.DeviceCapacity.value":    false,
		"resource.v1.ResourcePool.generation": false,

		"resource.v1.DeviceSelector.cel":                                                  true,
		"resource.v1.DeviceClassConfiguration.opaque":                                     true,
		"resource.v1.DeviceClaimConfiguration.opaque":                                     true,
		"networking.v1.ServiceCIDR.spec":                                                  true,
		"networking.v1.ServiceCIDRSpec.cidrs":                                             true,
		"networking.v1.IPAddress.spec":                                                    true,
		"networking.v1.ParentReference.resource":                                          true,
		"certificates.v1.CertificateSigningRequestSpec.usages":                            true,
		"admissionregistration.v1.ValidatingAdmissionPolicy.spec":                         true,
		"admissionregistration.v1.ValidatingAdmissionPolicySpec.matchConstraints":         true,
		"admissionregistration.v1.ParamKind.apiVersion":                                   true,
		"admissionregistration.v1.ParamKind.kind":                                         true,
		"admissionregistration.v1.ValidatingAdmissionPolicyBinding.spec":                  true,
		"admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec.policyName":        true,
		"admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec.validationActions": true,
		"core.v1.Container.image":                                                         true,
		"core.v1.PersistentVolumeClaimSpec.accessModes":                                   true,
		"networking.v1.IngressServiceBackend.port":                                        true,
		"networking.v1.HTTPIngressRuleValue.paths":                                        true,
		"rbac.v1.ClusterRoleBinding.roleRef":                                              true,
		"policy.v1.PodDisruptionBudgetSpec.selector":                                      false,
		"apiextensions.v1.CustomResourceDefinitionVersion.schema":                         true,
		"storage.v1.CSIDriver.spec":                                                       false,
		"storage.v1.TokenRequest.audience":                                                false,
		"apiextensions.v1.CustomResourceDefinitionVersion.served":                         false,
		"core.v1.PreferredSchedulingTerm.preference":                                      false,
		"core.v1.HTTPHeader.value":                                                        false,
		"core.v1.Sysctl.value":                                                            false,
		"batch.v1.PodFailurePolicy.rules":                                                 false,
		"core.v1.LimitRangeSpec.limits":                                                   false,
		"core.v1.TypedLocalObjectReference.name":                                          false,
		"core.v1.TypedLocalObjectReference.kind":                                          false,
		"batch.v1.JobTemplateSpec.spec":                                                   true,
		"core.v1.PodTemplateSpec.spec":                                                    true,
		"networking.v1.Ingress.spec":                                                      true,
		"networking.v1.IngressClass.spec":                                                 true,
		"networking.v1.IngressClassSpec.controller":                                       true,
		"apiregistration.v1.APIService.spec":                                              true,
		"core.v1.PersistentVolumeClaim.spec":                                              true,
		"apiregistration.v1.ServiceReference.name":                                        true,
		"apiregistration.v1.ServiceReference.namespace":                                   true,
		"apiextensions.v1.CustomResourceValidation.openAPIV3Schema":                       true,
		"core.v1.Service.spec":                                                            true,
		"batch.v1.Job.spec":                                                               true,
		"apiextensions.v1.CustomResourceDefinitionNames.kind":                             true,
		"admissionregistration.v1.RuleWithOperations.apiGroups":                           true,
		"admissionregistration.v1.RuleWithOperations.apiVersions":                         true,
		"admissionregistration.v1.RuleWithOperations.operations":                          true,
		"admissionregistration.v1.RuleWithOperations.resources":                           true,
		"rbac.v1.AggregationRule.clusterRoleSelectors":                                    true,
		"core.v1.Pod.spec":                                                                true,
		"core.v1.PodTemplate.template":                                                    true,
		"core.v1.ReplicationController.spec":                                              true,
		"core.v1.ReplicationControllerSpec.template":                                      true,
		"apps.v1.ReplicaSetSpec.template":                                                 true,
		"core.v1.PersistentVolume.spec":                                                   true,
		"core.v1.PersistentVolumeSpec.capacity":                                           true,
		"core.v1.PersistentVolumeSpec.accessModes":                                        true,
		"core.v1.VolumeNodeAffinity.required":                                             true,
		"core.v1.EphemeralVolumeSource.volumeClaimTemplate":                               true,
		"core.v1.PodDNSConfigOption.name":                                                 true,
		"core.v1.VolumeMount.name":                                                        true,
		"core.v1.Container.name":                                                          true,
	}
})

// freeEnums are fields whose values the API server does not check.
var freeEnums = sync.OnceValue(func() map[string]struct{} {
	return map[string]struct{}{}
})

// enums are values of fields that Kubernetes' own code checks and its OpenAPI
// document does not list.
var enums = sync.OnceValue(func() map[string][]string {
	return map[string][]string{
		"admissionregistration.v1.NamedRuleWithOperations.operations":                     {"*", "CREATE", "UPDATE", "DELETE", "CONNECT"},
		"resource.v1.DeviceSubRequest.allocationMode":                                     {"ExactCount", "All"},
		"resource.v1.ExactDeviceRequest.allocationMode":                                   {"ExactCount", "All"},
		"admissionregistration.v1.Validation.reason":                                      {"Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge"},
		"admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec.validationActions": {"Deny", "Warn", "Audit"},
		"core.v1.Container.restartPolicy":                                                 {"Always", "OnFailure", "Never"},
		"storage.v1.CSIDriverSpec.fsGroupPolicy":                                          {"None", "File", "ReadWriteOnceWithFSType"},
		"storage.v1.CSIDriverSpec.volumeLifecycleModes":                                   {"Persistent", "Ephemeral"},
		"autoscaling.v2.HPAScalingPolicy.type":                                            {"Pods", "Percent"},
		"autoscaling.v2.HPAScalingRules.selectPolicy":                                     {"Max", "Min", "Disabled"},
		"autoscaling.v2.MetricTarget.type":                                                {"Utilization", "Value", "AverageValue"},
		"autoscaling.v2.MetricSpec.type":                                                  {"ContainerResource", "External", "Object", "Pods", "Resource"},
		"networking.v1.IngressClassParametersReference.scope":                             {"Cluster", "Namespace"},
		"apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted":             {"Retain", "Delete"},
		"apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled":              {"Retain", "Delete"},
		"batch.v1.PodFailurePolicyOnPodConditionsPattern.status":                          {"True", "False", "Unknown"},
		"batch.v1.PodFailurePolicyOnExitCodesRequirement.operator":                        {"In", "NotIn"},
		"flowcontrol.v1.Subject.kind":                                                     {"User", "Group", "ServiceAccount"},
		"flowcontrol.v1.FlowDistinguisherMethod.type":                                     {"ByUser", "ByNamespace"},
		"flowcontrol.v1.PriorityLevelConfigurationSpec.type":                              {"Exempt", "Limited"},
		"flowcontrol.v1.LimitResponse.type":                                               {"Queue", "Reject"},
		"apiextensions.v1.CustomResourceColumnDefinition.type":                            {"integer", "number", "string", "boolean", "date"},
		"apiextensions.v1.JSONSchemaProps.type":                                           {"object", "array", "string", "integer", "number", "boolean"},
		"admissionregistration.v1.RuleWithOperations.operations":                          {"*", "CREATE", "UPDATE", "DELETE", "CONNECT"},
		"core.v1.ObjectFieldSelector.apiVersion":                                          {"v1"},
		"core.v1.SecurityContext.procMount":                                               {"Default", "Unmasked"},
		"core.v1.EphemeralContainer.restartPolicy":                                        {},
		"rbac.v1.Subject.kind":                                                            {"ServiceAccount", "User", "Group"},
		"rbac.v1.RoleRef.kind":                                                            {"Role", "ClusterRole"},
		"rbac.v1.RoleRef.apiGroup":                                                        {"rbac.authorization.k8s.io"},
		"apps.v1.StatefulSetSpec.podManagementPolicy":                                     {"OrderedReady", "Parallel"},
		"core.v1.PersistentVolumeClaimSpec.accessModes":                                   {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"},
		"core.v1.PersistentVolumeSpec.accessModes":                                        {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"},
		"core.v1.ServiceSpec.type":                                                        {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"},
		"networking.v1.NetworkPolicySpec.policyTypes":                                     {"Ingress", "Egress"},
		"apiextensions.v1.CustomResourceDefinitionSpec.scope":                             {"Cluster", "Namespaced"},
		"meta.v1.LabelSelectorRequirement.operator":                                       {"In", "NotIn", "Exists", "DoesNotExist"},
	}
})

// A check for each form of value. The messages are those of apimachinery, put
// into a sentence.

// form makes a check of one of apimachinery's validation functions.
func form(rule string, valid func(string) []string) valueCheck {
	return func(v *value) {
		if v.node.Value == "" || rule == NameInvalid && isPlaceholderName(v.node.Value) {
			return
		}
		if errs := valid(v.node.Value); len(errs) > 0 {
			v.refuse(rule, "%s %q is not valid: %s", v.key.Value, v.node.Value, short(errs[0]))
		}
	}
}

// short cuts the examples off a message of apimachinery.
func short(message string) string {
	message, _, _ = strings.Cut(message, " (e.g.")
	return message
}

var (
	dnsLabel     = form(NameInvalid, validation.IsDNS1123Label)
	dnsSubdomain = form(NameInvalid, validation.IsDNS1123Subdomain)
	portName     = form(NameInvalid, validation.IsValidPortName)
	configKey    = form(NameInvalid, validation.IsConfigMapKey)
	envName      = form(NameInvalid, validation.IsRelaxedEnvVarName)
	qualified    = form(NameInvalid, validation.IsQualifiedName)
	hostName     = form(ValueInvalid, validation.IsDNS1123Subdomain)
)

// attributeName checks the name of a device's attribute behind its domain.
func attributeName(v *value) {
	if _, name, ok := strings.Cut(v.node.Value, "/"); ok && len(name) > 32 {
		v.refuse(ValueInvalid, "%s may not have more than 32 characters behind its domain, and has %d", v.key.Value, len(name))
	}
}

// atMost checks the length of a text, in bytes.
func atMost(most int) valueCheck {
	return func(v *value) {
		if n := len(v.node.Value); n > most {
			v.refuse(ValueInvalid, "%s may not have more than %d characters, and has %d", v.key.Value, most, n)
		}
	}
}

// between checks a number.
func between(low, high int64) valueCheck {
	return func(v *value) {
		i, ok := integer(v.node, typeOf(v.node))
		switch {
		case !ok || i >= low && i <= high:
		case high >= math.MaxInt32:
			v.refuse(ValueInvalid, "%s must be at least %d, not %d", v.key.Value, low, i)
		default:
			v.refuse(ValueInvalid, "%s must be from %d to %d, not %d", v.key.Value, low, high, i)
		}
	}
}

var (
	port       = between(1, 65535)
	notBelow0  = between(0, math.MaxInt64)
	notBelow1  = between(1, math.MaxInt64)
	percentage = between(1, 100)
)

// fileMode checks the permissions of a file.
func fileMode(v *value) {
	if i, ok := integer(v.node, typeOf(v.node)); ok && (i < 0 || i > 0o777) {
		v.refuse(ValueInvalid, "%s must be from 0 to 0777 (octal), and %s is %04o", v.key.Value, v.node.Value, i)
		if i > 0 && digitsBelow8(v.node.Value) {
			v.problems[len(v.problems)-1].Help = fmt.Sprintf("write 0%s: a number without the zero in front is decimal", v.node.Value)
		}
	}
}

func digitsBelow8(s string) bool {
	return len(s) == 3 && strings.Trim(s, "01234567") == ""
}

// portNumberOrName checks a port that may be either.
func portNumberOrName(v *value) {
	if typeOf(v.node) == "!!int" {
		port(v)
		return
	}
	if errs := validation.IsValidPortName(v.node.Value); len(errs) > 0 {
		v.refuse(NameInvalid, "%s %q is not the name of a port: %s", v.key.Value, v.node.Value, short(errs[0]))
		if strings.Trim(v.node.Value, "0123456789") == "" {
			v.problems[len(v.problems)-1].Help = "take the quotes off: a number in quotes is a name"
		}
	}
}

// targetPort is portNumberOrName, or nothing: then it is the port.
func targetPort(v *value) {
	if v.node.Value != "0" && v.node.Value != "" {
		portNumberOrName(v)
	}
}

// countOrPercent checks a number or a percentage.
func countOrPercent(v *value) {
	if i, ok := integer(v.node, typeOf(v.node)); ok {
		if i < 0 {
			v.refuse(ValueInvalid, "%s must be at least 0, not %d", v.key.Value, i)
		}
		return
	}
	if digits, ok := strings.CutSuffix(v.node.Value, "%"); !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
		v.refuse(ValueInvalid, "%s must be a number or a percentage such as 25%%, not %q", v.key.Value, v.node.Value)
	}
}

// countOrUpTo100Percent is countOrPercent for what cannot exceed the whole.
func countOrUpTo100Percent(v *value) {
	countOrPercent(v)
	if digits, ok := strings.CutSuffix(v.node.Value, "%"); ok && (len(digits) > 3 || len(digits) == 3 && digits > "100") {
		v.refuse(ValueInvalid, "%s must not be more than 100%%", v.key.Value)
	}
}

// relativePath checks a path that must stay below where it starts.
func relativePath(v *value) {
	path := v.node.Value
	if strings.HasPrefix(path, "/") {
		v.refuse(ValueInvalid, "%s must be a relative path, not %q", v.key.Value, path)
	} else if slices.Contains(strings.Split(path, "/"), "..") {
		v.refuse(ValueInvalid, "%s must not contain ..", v.key.Value)
	}
}

func ipAddress(v *value) {
	if v.node.Value == "" {
		return
	}
	if a, err := netip.ParseAddr(v.node.Value); err != nil || a.Zone() != "" {
		v.refuse(ValueInvalid, "%s must be an IP address, not %q", v.key.Value, v.node.Value)
	}
}

func cidr(v *value) {
	if _, err := netip.ParsePrefix(v.node.Value); err != nil {
		v.refuse(ValueInvalid, "%s must be a range of addresses such as 10.0.0.0/8, not %q", v.key.Value, v.node.Value)
	}
}

func notEmpty(v *value) {
	if v.node.Value == "" {
		v.add(Problem{Rule: RequiredField, Node: v.node, Message: v.key.Value + " must not be empty"})
	}
}

// resourceRead checks which resource of a container is read.
// https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#downwardapi-resourceFieldRef
func resourceRead(v *value) {
	known := []string{"limits.cpu", "limits.memory", "limits.ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage"}
	s := v.node.Value
	if s == "" || slices.Contains(known, s) || strings.HasPrefix(s, "limits.hugepages-") || strings.HasPrefix(s, "requests.hugepages-") {
		return
	}
	v.unsupported(v.node, v.key.Value, known)
}

// measured checks the name of a resource that pods are scaled by: the resource metrics
// are those of two.
// https://kubernetes.io/docs/tasks/debug/debug-cluster/resource-metrics-pipeline/
func measured(v *value) {
	known := []string{"cpu", "memory"}
	if v.node.Value == "" || slices.Contains(known, v.node.Value) {
		return
	}
	v.unsupported(v.node, v.key.Value, known)
	v.problems[len(v.problems)-1].Warning = len(v.problems[len(v.problems)-1].Suggestions) == 0
}

// valueChecks are rows about the values of fields, by type and field.
var valueChecks = sync.OnceValue(func() map[string][]valueCheck {
	return map[string][]valueCheck{
		"storage.v1.VolumeAttachmentSource.persistentVolumeName":                          {dnsSubdomain},
		"resource.v1.DeviceConstraint.distinctAttribute":                                  {attributeName},
		"resource.v1.DeviceConstraint.matchAttribute":                                     {attributeName},
		"admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec.validationActions": {notEmpty},
		"admissionregistration.v1.Validation.reason":                                      {notEmpty},
		"admissionregistration.v1.NamedRuleWithOperations.scope":                          {notEmpty},
		"admissionregistration.v1.NamedRuleWithOperations.resources":                      {notEmpty},
		"admissionregistration.v1.NamedRuleWithOperations.operations":                     {notEmpty},
		"admissionregistration.v1.NamedRuleWithOperations.apiVersions":                    {notEmpty},
		"storage.v1.CSINodeDriver.name":                                                   {notEmpty, driverName, atMost63},
		"storage.v1.CSINodeDriver.nodeID":                                                 {notEmpty, atMost(192)},
		"storage.v1.CSINodeDriver.topologyKeys":                                           {notEmpty, qualified},
		"storage.v1.VolumeNodeResources.count":                                            {notBelow0},
		"storage.v1.CSIStorageCapacity.storageClassName":                                  {notEmpty, dnsSubdomain},
		"storage.v1.VolumeAttachmentSpec.attacher":                                        {notEmpty, driverName, atMost63},
		"storage.v1.VolumeAttachmentSpec.nodeName":                                        {notEmpty, dnsSubdomain},
		"storage.v1.VolumeAttributesClass.driverName":                                     {notEmpty, provisioner},
		"resource.v1.OpaqueDeviceConfiguration.driver":                                    {notEmpty, driverName, atMost63},
		"resource.v1.ResourceSliceSpec.driver":                                            {notEmpty, driverName, atMost63},
		"resource.v1.ResourceSliceSpec.nodeName":                                          {notEmpty, dnsSubdomain},
		"resource.v1.ResourcePool.name":                                                   {notEmpty},
		"resource.v1.ResourcePool.generation":                                             {notBelow0},
		"resource.v1.ResourcePool.resourceSliceCount":                                     {notBelow1},
		"resource.v1.Device.name":                                                         {notEmpty, dnsLabel},
		"resource.v1.DeviceAttribute.string":                                              {atMost(64)},
		"resource.v1.DeviceRequest.name":                                                  {notEmpty, dnsLabel},
		"resource.v1.DeviceSubRequest.name":                                               {notEmpty, dnsLabel},
		"resource.v1.ExactDeviceRequest.deviceClassName":                                  {notEmpty, dnsSubdomain},
		"resource.v1.DeviceSubRequest.deviceClassName":                                    {notEmpty, dnsSubdomain},
		"resource.v1.ExactDeviceRequest.count":                                            {notBelow0},
		"resource.v1.DeviceSubRequest.count":                                              {notBelow0},
		"resource.v1.CELDeviceSelector.expression":                                        {notEmpty},
		"networking.v1.ServiceCIDRSpec.cidrs":                                             {notEmpty, cidr},
		"networking.v1.ParentReference.resource":                                          {notEmpty, pathSegment},
		"networking.v1.ParentReference.name":                                              {notEmpty, pathSegment},
		"networking.v1.ParentReference.namespace":                                         {pathSegment},
		"certificates.v1.CertificateSigningRequestSpec.usages":                            {notEmpty},
		"certificates.v1.CertificateSigningRequestSpec.expirationSeconds":                 {between(600, 1<<32)},
		"certificates.v1.CertificateSigningRequestSpec.signerName":                        {notEmpty},
		"admissionregistration.v1.ValidatingAdmissionPolicySpec.failurePolicy":            {notEmpty},
		"admissionregistration.v1.MatchResources.matchPolicy":                             {notEmpty},
		"admissionregistration.v1.MatchCondition.name":                                    {notEmpty, qualified},
		"admissionregistration.v1.MatchCondition.expression":                              {notEmpty},
		"admissionregistration.v1.Validation.expression":                                  {notEmpty},
		"admissionregistration.v1.Variable.name":                                          {notEmpty},
		"admissionregistration.v1.Variable.expression":                                    {notEmpty},
		"admissionregistration.v1.AuditAnnotation.key":                                    {notEmpty},
		"admissionregistration.v1.AuditAnnotation.valueExpression":                        {notEmpty},
		"admissionregistration.v1.ParamKind.apiVersion":                                   {notEmpty},
		"admissionregistration.v1.ParamKind.kind":                                         {notEmpty},
		"admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec.policyName":        {notEmpty, dnsSubdomain},
		"storage.v1.CSIDriverSpec.fsGroupPolicy":                                          {notEmpty},
		"storage.v1.CSIDriverSpec.volumeLifecycleModes":                                   {notEmpty},
		"core.v1.VolumeMount.mountPropagation":                                            {notEmpty},
		"meta.v1.LabelSelectorRequirement.operator":                                       {notEmpty},
		"core.v1.NodeSelectorRequirement.operator":                                        {notEmpty},
		"core.v1.PodSecurityContext.fsGroupChangePolicy":                                  {notEmpty},
		"core.v1.SeccompProfile.type":                                                     {notEmpty},
		"core.v1.TopologySpreadConstraint.whenUnsatisfiable":                              {notEmpty},
		"discovery.v1.EndpointSlice.addressType":                                          {notEmpty},
		"discovery.v1.EndpointPort.protocol":                                              {notEmpty},
		"autoscaling.v2.HPAScalingPolicy.type":                                            {notEmpty},
		"autoscaling.v2.HPAScalingRules.selectPolicy":                                     {notEmpty},
		"autoscaling.v2.MetricTarget.type":                                                {notEmpty},
		"autoscaling.v2.MetricSpec.type":                                                  {notEmpty},
		"networking.v1.NetworkPolicyPort.protocol":                                        {notEmpty},
		"networking.v1.IngressClassParametersReference.scope":                             {notEmpty},
		"batch.v1.PodFailurePolicyRule.action":                                            {notEmpty},
		"batch.v1.PodFailurePolicyOnExitCodesRequirement.operator":                        {notEmpty},
		"batch.v1.JobSpec.podReplacementPolicy":                                           {notEmpty},
		"admissionregistration.v1.MutatingWebhook.reinvocationPolicy":                     {notEmpty},
		"admissionregistration.v1.MutatingWebhook.sideEffects":                            {notEmpty},
		"admissionregistration.v1.ValidatingWebhook.sideEffects":                          {notEmpty},
		"admissionregistration.v1.ValidatingWebhook.failurePolicy":                        {notEmpty},
		"admissionregistration.v1.ValidatingWebhook.matchPolicy":                          {notEmpty},
		"admissionregistration.v1.MutatingWebhook.failurePolicy":                          {notEmpty},
		"admissionregistration.v1.MutatingWebhook.matchPolicy":                            {notEmpty},
		"admissionregistration.v1.RuleWithOperations.scope":                               {notEmpty},
		"admissionregistration.v1.RuleWithOperations.operations":                          {notEmpty},
		"admissionregistration.v1.RuleWithOperations.apiVersions":                         {notEmpty},
		"admissionregistration.v1.RuleWithOperations.resources":                           {notEmpty},
		"core.v1.ServiceSpec.internalTrafficPolicy":                                       {notEmpty},
		"core.v1.ServiceSpec.ipFamilyPolicy":                                              {notEmpty},
		"core.v1.PersistentVolumeClaimSpec.accessModes":                                   {notEmpty},
		"core.v1.PersistentVolumeClaimSpec.volumeMode":                                    {notEmpty},
		"storage.v1.StorageClass.volumeBindingMode":                                       {notEmpty},
		"flowcontrol.v1.Subject.kind":                                                     {notEmpty},
		"flowcontrol.v1.FlowDistinguisherMethod.type":                                     {notEmpty},
		"flowcontrol.v1.PriorityLevelConfigurationSpec.type":                              {notEmpty},
		"flowcontrol.v1.LimitResponse.type":                                               {notEmpty},
		"apiextensions.v1.CustomResourceDefinitionSpec.scope":                             {notEmpty},
		"apiextensions.v1.CustomResourceColumnDefinition.type":                            {notEmpty},
		"apiextensions.v1.CustomResourceColumnDefinition.name":                            {notEmpty},
		"apiextensions.v1.CustomResourceColumnDefinition.jsonPath":                        {notEmpty},
		"apiregistration.v1.ServiceReference.name":                                        {notEmpty},
		"apiregistration.v1.ServiceReference.namespace":                                   {notEmpty},
		"core.v1.ObjectFieldSelector.fieldPath":                                           {notEmpty},
		"core.v1.ResourceFieldSelector.resource":                                          {notEmpty, resourceRead},
		"autoscaling.v2.ResourceMetricSource.name":                                        {notEmpty, measured},
		"flowcontrol.v1.GroupSubject.name":                                                {notEmpty},
		"flowcontrol.v1.PriorityLevelConfigurationReference.name":                         {notEmpty, dnsSubdomain},
		"flowcontrol.v1.UserSubject.name":                                                 {notEmpty},
		"core.v1.ConfigMapKeySelector.name":                                               {dnsSubdomain},
		"core.v1.SecretKeySelector.name":                                                  {dnsSubdomain},
		"core.v1.ConfigMapEnvSource.name":                                                 {dnsSubdomain},
		"core.v1.SecretEnvSource.name":                                                    {dnsSubdomain},
		"core.v1.PodAffinityTerm.namespaces":                                              {notEmpty, dnsLabel},
		"core.v1.Sysctl.name":                                                             {notEmpty, sysctlName},
		"core.v1.EndpointAddress.ip":                                                      {notEmpty, ipAddress},
		"core.v1.EndpointAddress.hostname":                                                {dnsLabel},
		"core.v1.EndpointPort.port":                                                       {port},
		"core.v1.EndpointPort.name":                                                       {dnsLabel},
		"discovery.v1.EndpointPort.name":                                                  {dnsLabel},
		"discovery.v1.Endpoint.addresses":                                                 {notEmpty},
		"autoscaling.v2.ContainerResourceMetricSource.container":                          {notEmpty, dnsLabel},
		"autoscaling.v2.ContainerResourceMetricSource.name":                               {notEmpty, containerResource},
		"autoscaling.v2.MetricIdentifier.name":                                            {notEmpty, pathSegment},
		"networking.v1.IngressClassSpec.controller":                                       {notEmpty, domainPath},
		"networking.v1.IngressClassParametersReference.apiGroup":                          {notEmpty, dnsSubdomain},
		"networking.v1.IngressClassParametersReference.kind":                              {notEmpty, pathSegment},
		"networking.v1.IngressClassParametersReference.name":                              {notEmpty, pathSegment},
		"networking.v1.IngressClassParametersReference.namespace":                         {notEmpty, dnsLabel},
		"admissionregistration.v1.MutatingWebhook.name":                                   {notEmpty, dnsSubdomain},
		"admissionregistration.v1.ValidatingWebhook.name":                                 {notEmpty, dnsSubdomain},
		"admissionregistration.v1.MutatingWebhook.admissionReviewVersions":                {notEmpty, dnsLabel1035},
		"admissionregistration.v1.ValidatingWebhook.admissionReviewVersions":              {notEmpty, dnsLabel1035},
		"admissionregistration.v1.WebhookClientConfig.url":                                {httpsURL},
		"storage.v1.TokenRequest.expirationSeconds":                                       {between(600, 1<<32)},
		"core.v1.TopologySelectorLabelRequirement.key":                                    {notEmpty, qualified},
		"core.v1.ServiceSpec.clusterIP":                                                   {clusterIP},
		"core.v1.LimitRangeItem.type":                                                     {limitType},
		"apiextensions.v1.CustomResourceDefinitionNames.categories":                       {notEmpty, dnsLabel1035},
		"apiextensions.v1.CustomResourceDefinitionNames.shortNames":                       {notEmpty, dnsLabel1035},
		"apiextensions.v1.CustomResourceDefinitionNames.singular":                         {dnsLabel1035},
		"apiextensions.v1.CustomResourceDefinitionNames.plural":                           {notEmpty, dnsLabel1035},
		"apiextensions.v1.CustomResourceDefinitionVersion.name":                           {notEmpty, dnsLabel1035},
		"apiextensions.v1.CustomResourceDefinitionNames.kind":                             {notEmpty, kindName},
		"apiextensions.v1.CustomResourceDefinitionNames.listKind":                         {kindName},
		"apiextensions.v1.CustomResourceDefinitionSpec.group":                             {notEmpty, dnsSubdomain},
		"apiregistration.v1.APIServiceSpec.group":                                         {dnsSubdomain},
		"apiregistration.v1.APIServiceSpec.version":                                       {notEmpty, dnsLabel1035},
		"batch.v1.PodFailurePolicyOnExitCodesRequirement.containerName":                   {notEmpty},
		"batch.v1.PodFailurePolicyOnPodConditionsPattern.type":                            {notEmpty, qualified},
		"core.v1.PodDNSConfig.searches":                                                   {notEmpty, searchDomain},
		"flowcontrol.v1.FlowSchemaSpec.matchingPrecedence":                                {between(0, 10000)},
		"flowcontrol.v1.LimitedPriorityLevelConfiguration.nominalConcurrencyShares":       {notBelow0},
		"flowcontrol.v1.LimitedPriorityLevelConfiguration.lendablePercent":                {between(0, 100)},
		"flowcontrol.v1.LimitedPriorityLevelConfiguration.borrowingLimitPercent":          {notBelow0},
		"flowcontrol.v1.QueuingConfiguration.queues":                                      {between(0, 10_000_000)},
		"flowcontrol.v1.QueuingConfiguration.handSize":                                    {notBelow0},
		"flowcontrol.v1.QueuingConfiguration.queueLengthLimit":                            {notBelow0},

		"core.v1.VolumeDevice.name":                                    {notEmpty},
		"core.v1.PodSpec.preemptionPolicy":                             {notEmpty},
		"scheduling.v1.PriorityClass.preemptionPolicy":                 {notEmpty},
		"policy.v1.PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy": {notEmpty},
		"core.v1.PersistentVolumeSpec.accessModes":                     {notEmpty},
		"core.v1.PersistentVolumeSpec.volumeMode":                      {notEmpty},
		"networking.v1.NetworkPolicySpec.policyTypes":                  {notEmpty},
		"core.v1.LocalVolumeSource.path":                               {notEmpty},
		"core.v1.PodDNSConfigOption.name":                              {notEmpty},
		"flowcontrol.v1.ResourcePolicyRule.verbs":                      {flowVerb},
		"core.v1.Container.name":                                       {notEmpty, dnsLabel},
		"core.v1.Container.image":                                      {notEmpty},
		"core.v1.Volume.name":                                          {notEmpty, dnsLabel},
		"core.v1.VolumeMount.name":                                     {notEmpty},
		"core.v1.VolumeMount.mountPath":                                {notEmpty},
		"core.v1.VolumeMount.subPath":                                  {relativePath},
		"core.v1.VolumeMount.subPathExpr":                              {relativePath},
		"core.v1.VolumeDevice.devicePath":                              {notEmpty},
		"core.v1.ContainerPort.name":                                   {portName},
		"core.v1.ContainerPort.containerPort":                          {port},
		"core.v1.ContainerPort.hostPort":                               {between(0, 65535)},
		"core.v1.EnvVar.name":                                          {notEmpty, envName},
		"core.v1.EnvFromSource.prefix":                                 {envName},
		"core.v1.ConfigMapKeySelector.key":                             {notEmpty, configKey},
		"core.v1.SecretKeySelector.key":                                {notEmpty, configKey},
		"core.v1.KeyToPath.key":                                        {notEmpty},
		"core.v1.KeyToPath.path":                                       {notEmpty, relativePath},
		"core.v1.KeyToPath.mode":                                       {fileMode},
		"core.v1.DownwardAPIVolumeFile.path":                           {notEmpty, relativePath},
		"core.v1.DownwardAPIVolumeFile.mode":                           {fileMode},
		"core.v1.ConfigMapVolumeSource.defaultMode":                    {fileMode},
		"core.v1.SecretVolumeSource.defaultMode":                       {fileMode},
		"core.v1.ProjectedVolumeSource.defaultMode":                    {fileMode},
		"core.v1.DownwardAPIVolumeSource.defaultMode":                  {fileMode},
		"core.v1.ServiceAccountTokenProjection.path":                   {notEmpty, relativePath},
		"core.v1.ServiceAccountTokenProjection.expirationSeconds":      {between(600, 1<<32)},
		"core.v1.HostPathVolumeSource.path":                            {notEmpty},
		"core.v1.NFSVolumeSource.path":                                 {notEmpty, absolutePath},
		"core.v1.NFSVolumeSource.server":                               {notEmpty},
		"core.v1.PersistentVolumeClaimVolumeSource.claimName":          {notEmpty},
		"core.v1.CSIVolumeSource.driver":                               {notEmpty, driverName, atMost63},

		"core.v1.HTTPGetAction.port":                  {portNumberOrName},
		"core.v1.TCPSocketAction.port":                {portNumberOrName},
		"core.v1.GRPCAction.port":                     {port},
		"core.v1.Probe.initialDelaySeconds":           {notBelow0},
		"core.v1.Probe.timeoutSeconds":                {notBelow0},
		"core.v1.Probe.periodSeconds":                 {notBelow0},
		"core.v1.Probe.successThreshold":              {notBelow0},
		"core.v1.Probe.failureThreshold":              {notBelow0},
		"core.v1.Probe.terminationGracePeriodSeconds": {notBelow1},
		"core.v1.HTTPHeader.name":                     {notEmpty, form(ValueInvalid, validation.IsHTTPHeaderName)},

		"core.v1.PodSpec.activeDeadlineSeconds": {between(1, math.MaxInt32)},

		"core.v1.PodSpec.hostname":                      {dnsLabel},
		"core.v1.PodSpec.subdomain":                     {dnsLabel},
		"core.v1.PodSpec.serviceAccountName":            {dnsSubdomain},
		"core.v1.PodSpec.priorityClassName":             {dnsSubdomain},
		"core.v1.PodSpec.runtimeClassName":              {notEmpty, dnsSubdomain},
		"core.v1.PodSpec.nodeName":                      {dnsSubdomain},
		"core.v1.HostAlias.ip":                          {notEmpty, ipAddress},
		"core.v1.HostAlias.hostnames":                   {notEmpty, hostName},
		"core.v1.PodReadinessGate.conditionType":        {notEmpty, qualified},
		"core.v1.PodSchedulingGate.name":                {notEmpty, qualified},
		"core.v1.PodDNSConfig.nameservers":              {notEmpty, ipAddress},
		"core.v1.Toleration.key":                        {qualified},
		"core.v1.TopologySpreadConstraint.maxSkew":      {notBelow1},
		"core.v1.TopologySpreadConstraint.minDomains":   {notBelow1},
		"core.v1.TopologySpreadConstraint.topologyKey":  {notEmpty},
		"core.v1.PodAffinityTerm.topologyKey":           {notEmpty, qualified},
		"core.v1.WeightedPodAffinityTerm.weight":        {percentage},
		"core.v1.PreferredSchedulingTerm.weight":        {percentage},
		"core.v1.NodeSelectorRequirement.key":           {notEmpty, qualified},
		"core.v1.PodSecurityContext.runAsUser":          {between(0, math.MaxInt32)},
		"core.v1.PodSecurityContext.runAsGroup":         {between(0, math.MaxInt32)},
		"core.v1.PodSecurityContext.fsGroup":            {between(0, math.MaxInt32)},
		"core.v1.PodSecurityContext.supplementalGroups": {between(0, math.MaxInt32)},
		"core.v1.SecurityContext.runAsUser":             {between(0, math.MaxInt32)},
		"core.v1.SecurityContext.runAsGroup":            {between(0, math.MaxInt32)},

		"core.v1.ServicePort.name":                     {dnsLabel},
		"core.v1.ServicePort.port":                     {port},
		"core.v1.ServicePort.targetPort":               {targetPort},
		"core.v1.ServicePort.appProtocol":              {notEmpty, qualified},
		"core.v1.ServiceSpec.externalIPs":              {notEmpty, ipAddress},
		"core.v1.ServiceSpec.loadBalancerSourceRanges": {cidrTrimmed},
		"core.v1.ClientIPConfig.timeoutSeconds":        {between(1, 86400)},

		"apps.v1.DeploymentSpec.replicas":                         {notBelow0},
		"apps.v1.DeploymentSpec.minReadySeconds":                  {notBelow0},
		"apps.v1.DeploymentSpec.revisionHistoryLimit":             {notBelow0},
		"apps.v1.DeploymentSpec.progressDeadlineSeconds":          {notBelow0},
		"apps.v1.RollingUpdateDeployment.maxSurge":                {countOrPercent},
		"apps.v1.RollingUpdateDeployment.maxUnavailable":          {countOrUpTo100Percent},
		"apps.v1.RollingUpdateDaemonSet.maxSurge":                 {countOrUpTo100Percent},
		"apps.v1.RollingUpdateDaemonSet.maxUnavailable":           {countOrUpTo100Percent},
		"apps.v1.RollingUpdateStatefulSetStrategy.partition":      {notBelow0},
		"apps.v1.RollingUpdateStatefulSetStrategy.maxUnavailable": {countOrUpTo100Percent},
		"apps.v1.ReplicaSetSpec.replicas":                         {notBelow0},
		"apps.v1.ReplicaSetSpec.minReadySeconds":                  {notBelow0},
		"apps.v1.DaemonSetSpec.minReadySeconds":                   {notBelow0},
		"apps.v1.DaemonSetSpec.revisionHistoryLimit":              {notBelow0},
		"apps.v1.StatefulSetSpec.replicas":                        {notBelow0},
		"apps.v1.StatefulSetSpec.minReadySeconds":                 {notBelow0},
		"apps.v1.StatefulSetSpec.serviceName":                     {dnsSubdomain, atMost63},
		"apps.v1.StatefulSetOrdinals.start":                       {notBelow0},
		"core.v1.ReplicationControllerSpec.replicas":              {notBelow0},
		"core.v1.ReplicationControllerSpec.minReadySeconds":       {notBelow0},

		"batch.v1.JobSpec.parallelism":                    {notBelow0},
		"batch.v1.JobSpec.completions":                    {notBelow0},
		"batch.v1.JobSpec.activeDeadlineSeconds":          {notBelow0},
		"batch.v1.JobSpec.backoffLimit":                   {notBelow0},
		"batch.v1.JobSpec.backoffLimitPerIndex":           {notBelow0},
		"batch.v1.JobSpec.maxFailedIndexes":               {notBelow0},
		"batch.v1.JobSpec.ttlSecondsAfterFinished":        {notBelow0},
		"batch.v1.CronJobSpec.startingDeadlineSeconds":    {notBelow0},
		"batch.v1.CronJobSpec.successfulJobsHistoryLimit": {notBelow0},
		"batch.v1.CronJobSpec.failedJobsHistoryLimit":     {notBelow0},
		"batch.v1.CronJobSpec.schedule":                   {notEmpty, schedule},
		"batch.v1.CronJobSpec.timeZone":                   {timeZone},

		"autoscaling.v1.HorizontalPodAutoscalerSpec.maxReplicas":                    {notBelow1},
		"autoscaling.v2.HorizontalPodAutoscalerSpec.maxReplicas":                    {notBelow1},
		"autoscaling.v1.HorizontalPodAutoscalerSpec.minReplicas":                    {notBelow0},
		"autoscaling.v2.HorizontalPodAutoscalerSpec.minReplicas":                    {notBelow0},
		"autoscaling.v1.HorizontalPodAutoscalerSpec.targetCPUUtilizationPercentage": {notBelow1},
		"autoscaling.v2.MetricTarget.averageUtilization":                            {notBelow1},
		"autoscaling.v2.CrossVersionObjectReference.kind":                           {notEmpty, pathSegment},
		"autoscaling.v2.CrossVersionObjectReference.name":                           {notEmpty, pathSegment},
		"autoscaling.v1.CrossVersionObjectReference.kind":                           {notEmpty, pathSegment},
		"autoscaling.v1.CrossVersionObjectReference.name":                           {notEmpty, pathSegment},
		"autoscaling.v2.HPAScalingPolicy.value":                                     {notBelow1},
		"autoscaling.v2.HPAScalingPolicy.periodSeconds":                             {between(1, 1800)},
		"autoscaling.v2.HPAScalingRules.stabilizationWindowSeconds":                 {between(0, 3600)},

		"policy.v1.PodDisruptionBudgetSpec.minAvailable":   {countOrUpTo100Percent},
		"policy.v1.PodDisruptionBudgetSpec.maxUnavailable": {countOrUpTo100Percent},

		"networking.v1.IngressRule.host":             {ingressHost},
		"networking.v1.IngressTLS.hosts":             {notEmpty, ingressHost},
		"networking.v1.IngressTLS.secretName":        {dnsSubdomain},
		"networking.v1.IngressServiceBackend.name":   {notEmpty, dnsLabel},
		"networking.v1.ServiceBackendPort.name":      {portName},
		"networking.v1.ServiceBackendPort.number":    {port},
		"networking.v1.IngressSpec.ingressClassName": {notEmpty, dnsSubdomain},
		"networking.v1.HTTPIngressPath.pathType":     {notEmpty},
		"networking.v1.IPBlock.cidr":                 {notEmpty, cidr},
		"networking.v1.IPBlock.except":               {cidr},
		"networking.v1.NetworkPolicyPort.port":       {portNumberOrName},
		"networking.v1.NetworkPolicyPort.endPort":    {port},

		"core.v1.PersistentVolumeClaimSpec.storageClassName":        {dnsSubdomain},
		"core.v1.PersistentVolumeSpec.storageClassName":             {dnsSubdomain},
		"storage.v1.StorageClass.provisioner":                       {notEmpty, provisioner},
		"scheduling.v1.PriorityClass.value":                         {between(math.MinInt32, 1_000_000_000)},
		"rbac.v1.RoleRef.name":                                      {notEmpty, pathSegment},
		"rbac.v1.RoleRef.kind":                                      {notEmpty},
		"rbac.v1.Subject.name":                                      {notEmpty},
		"rbac.v1.Subject.kind":                                      {notEmpty},
		"coordination.v1.LeaseSpec.leaseDurationSeconds":            {notBelow1},
		"coordination.v1.LeaseSpec.leaseTransitions":                {notBelow0},
		"apiregistration.v1.APIServiceSpec.groupPriorityMinimum":    {between(1, 20000)},
		"apiregistration.v1.APIServiceSpec.versionPriority":         {between(1, 1000)},
		"apiregistration.v1.ServiceReference.port":                  {port},
		"admissionregistration.v1.ServiceReference.port":            {port},
		"admissionregistration.v1.ServiceReference.name":            {notEmpty},
		"admissionregistration.v1.ServiceReference.namespace":       {notEmpty},
		"admissionregistration.v1.MutatingWebhook.timeoutSeconds":   {between(1, 30)},
		"admissionregistration.v1.ValidatingWebhook.timeoutSeconds": {between(1, 30)},
		"apiextensions.v1.ServiceReference.port":                    {port},
		"node.v1.RuntimeClass.handler":                              {notEmpty, dnsLabel},

		"meta.v1.LabelSelectorRequirement.key": {qualified},
		"meta.v1.OwnerReference.name":          {notEmpty},
		"meta.v1.OwnerReference.uid":           {notEmpty},
		"meta.v1.ObjectMeta.finalizers":        {qualified},
	}
})

func cidrTrimmed(v *value) {
	if _, err := netip.ParsePrefix(strings.TrimSpace(v.node.Value)); err != nil {
		v.refuse(ValueInvalid, "%s must be ranges of addresses such as 10.0.0.0/8, not %q", v.key.Value, v.node.Value)
	}
}

// pathSegment checks names that RBAC allows, which may hold nearly anything.
func pathSegment(v *value) {
	if s := v.node.Value; s == "." || s == ".." || strings.ContainsAny(s, "/%") {
		v.refuse(NameInvalid, "%s %q is not valid: it must not be . or .. nor contain / or %%", v.key.Value, s)
	}
}

// ingressHost checks a host name that may start with *.
func ingressHost(v *value) {
	host := v.node.Value
	valid := validation.IsDNS1123Subdomain
	if strings.Contains(host, "*") {
		valid = validation.IsWildcardDNS1123Subdomain
	}
	if host == "" {
		return
	}
	if _, err := netip.ParseAddr(host); err == nil && v.key.Value == "host" {
		v.refuse(IngressInvalid, "%s must be a host name, not the address %s", v.key.Value, host)
	} else if errs := valid(host); len(errs) > 0 {
		v.refuse(IngressInvalid, "%s %q is not a host name: %s", v.key.Value, host, short(errs[0]))
		if strings.Contains(host, "://") || strings.Contains(host, "/") || strings.Contains(host, ":") {
			v.problems[len(v.problems)-1].Help = "write the host alone, without scheme, port and path"
		} else if lower := strings.ToLower(host); len(valid(lower)) == 0 {
			v.problems[len(v.problems)-1].Suggestions = []string{lower}
		}
	}
}

func timeZone(v *value) {
	name := v.node.Value
	if _, found := slices.BinarySearch(timeZones(), name); found || name == "UTC" {
		return
	}
	p := Problem{Rule: ScheduleInvalid, Node: v.node, Message: fmt.Sprintf("there is no time zone %q", name)}
	if strings.EqualFold(name, "local") {
		p.Message = "timeZone cannot be " + name + ": it must name a zone such as Asia/Seoul"
	}
	p.Suggestions = near(name, timeZones())
	v.add(p)
}

// names of objects by kind; the others are DNS subdomains.
var objectNames = sync.OnceValue(func() map[string]func(string) []string {
	return map[string]func(string) []string{
		"Namespace":   validation.IsDNS1123Label,
		"Job":         jobName,
		"Service":     validation.IsDNS1123Label,
		"StatefulSet": validation.IsDNS1123Label,
		"CronJob": func(s string) []string {
			if len(s) > 52 {
				return []string{"must be no more than 52 characters, because the controller adds 11 to it"}
			}
			return validation.IsDNS1123Subdomain(s)
		},
		"ClusterRole": anyPathSegment, "ClusterRoleBinding": anyPathSegment, "Role": anyPathSegment, "RoleBinding": anyPathSegment,
		"CertificateSigningRequest": nil, "PodDisruptionBudget": anyPathSegment, "IPAddress": nil, "ClusterTrustBundle": nil,
		"APIService": nil, "CustomResourceDefinition": nil,
	}
})

func anyPathSegment(s string) []string {
	if s == "." || s == ".." || strings.ContainsAny(s, "/%") {
		return []string{"it must not be . or .. nor contain / or %"}
	}
	return nil
}

// Metadata checks the metadata of a whole resource: its name, its namespace, its
// labels and annotations. It is not of [Walk], because templates have
// metadata without a name.
func Metadata(n *yaml.Node, kind string, namespaced bool) []Problem {
	w := &walker{}
	metadata := yamlnode.Get(n, "metadata")
	if yamlnode.IsNull(metadata) {
		metadata = nil
	}
	name := yamlnode.Get(metadata, "name")
	switch {
	case metadata != nil && metadata.Kind != yaml.MappingNode:
		return nil
	case name != nil && (name.Kind == yaml.MappingNode || inBrackets(name)): // {shop} and [SHOP_NAME] are of a wrong type, and stand for a name
	case yamlnode.String(name) == "" && yamlnode.GetString(metadata, "generateName") == "":
		at := metadata
		if at == nil {
			at = n
		}
		if !strings.HasSuffix(kind, "List") && kind != "LimitRange" {
			w.add(Problem{Rule: RequiredField, Node: at, Message: "this " + kind + " has no name", Field: "name"})
		}
	case name != nil && name.Kind == yaml.ScalarNode && !templated(name) && typeOf(name) == "!!str" && name.Value != "":
		valid, listed := objectNames()[kind]
		if !listed {
			valid = validation.IsDNS1123Subdomain
		}
		if valid != nil && !isSimple(name.Value) && !isPlaceholderName(name.Value) {
			if errs := valid(name.Value); len(errs) > 0 {
				w.add(Problem{Rule: NameInvalid, Node: name, Message: fmt.Sprintf("%q is not a valid name of a %s: %s", name.Value, kind, short(errs[0]))})
			}
		}
	}
	if ns := yamlnode.Get(metadata, "namespace"); ns != nil && ns.Kind == yaml.ScalarNode && namespaced && !isSimple(ns.Value) && ns.Value != "" && !templated(ns) {
		if errs := validation.IsDNS1123Label(ns.Value); len(errs) > 0 {
			w.add(Problem{Rule: NameInvalid, Node: ns, Message: fmt.Sprintf("%q is not a valid namespace: %s", ns.Value, short(errs[0]))})
		}
	}
	return w.problems
}

// isSimple reports whether text is valid as a label's key and value, and as most
// names, so that what nearly all are need not be matched with expressions.
func isSimple(s string) bool {
	if s == "" || len(s) > 52 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// labels checks the keys and values of labels.
func (w *walker) labels(n *yaml.Node, what string) {
	for k, v := range yamlnode.Fields(n) {
		if k.Tag == "!!merge" || templated(k) {
			continue
		}
		if !isSimple(k.Value) {
			if errs := validation.IsQualifiedName(k.Value); len(errs) > 0 {
				w.add(Problem{Rule: NameInvalid, Node: k, Value: v, Message: fmt.Sprintf("%s %q is not a valid key: %s", what, k.Value, short(errs[0]))})
			}
		}
		if v != nil && v.Kind == yaml.ScalarNode && !isSimple(v.Value) && typeOf(v) == "!!str" && !templated(v) {
			if errs := validation.IsValidLabelValue(v.Value); len(errs) > 0 {
				w.add(Problem{Rule: NameInvalid, Node: v, Message: fmt.Sprintf("%q is not a valid value of the %s %s: %s", v.Value, what, k.Value, short(errs[0]))})
			}
		}
	}
}

// jobName is the form of a Job's name, which is also a label of its pods.
func jobName(s string) []string {
	if len(s) > 63 {
		return []string{"must be no more than 63 characters, because it is a label of the pods"}
	}
	return validation.IsDNS1123Subdomain(s)
}

var (
	dnsLabel1035 = form(NameInvalid, validation.IsDNS1035Label)
	kindName     = form(NameInvalid, func(s string) []string { return validation.IsDNS1035Label(strings.ToLower(s)) })
	provisioner  = form(NameInvalid, func(s string) []string { return validation.IsQualifiedName(strings.ToLower(s)) })
	driverName   = form(NameInvalid, func(s string) []string { return validation.IsDNS1123Subdomain(strings.ToLower(s)) })
	atMost63     = form(NameInvalid, func(s string) []string {
		if len(s) > 63 {
			return []string{"must be no more than 63 characters"}
		}
		return nil
	})
	searchDomain = form(ValueInvalid, func(s string) []string {
		s = strings.TrimSuffix(s, ".")
		if s == "" {
			return nil
		}
		return validation.IsDNS1123Subdomain(strings.ReplaceAll(s, "_", "-"))
	})
	sysctlName = form(ValueInvalid, func(s string) []string {
		if len(s) > 253 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_./") != "" {
			return []string{"it has lower case letters, digits, dashes, dots and slashes"}
		}
		return nil
	})
)

func clusterIP(v *value) {
	if v.node.Value != "None" {
		ipAddress(v)
	}
}

func containerResource(v *value) {
	if name := v.node.Value; name != "" && !standardResource(name) {
		v.refuse(AutoscalerInvalid, "there is no resource %q", name)
		v.problems[len(v.problems)-1].Suggestions = near(name, []string{"cpu", "memory", "ephemeral-storage"})
	}
}

func limitType(v *value) {
	switch name := v.node.Value; {
	case name == "Container", name == "Pod", name == "PersistentVolumeClaim":
	case strings.Contains(name, "/") && len(validation.IsQualifiedName(name)) == 0:
	default:
		v.unsupported(v.node, v.key.Value, []string{"Container", "Pod", "PersistentVolumeClaim"})
	}
}

// domainPath checks names such as example.com/ingress-controller.
func domainPath(v *value) {
	domain, path, ok := strings.Cut(v.node.Value, "/")
	if v.node.Value == "" {
		return
	}
	if !ok || path == "" || len(v.node.Value) > 250 || len(validation.IsDNS1123Subdomain(domain)) > 0 || strings.ContainsAny(path, " ") {
		v.refuse(ValueInvalid, "%s must be a domain and a path, such as example.com/controller, not %q", v.key.Value, v.node.Value)
	}
}

func httpsURL(v *value) {
	u, err := url.Parse(v.node.Value)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		v.refuse(ValueInvalid, "%s must be an address that starts with https://, without user, query and fragment", v.key.Value)
	}
}

func absolutePath(v *value) {
	if v.node.Value != "" && !strings.HasPrefix(v.node.Value, "/") {
		v.refuse(ValueInvalid, "%s must be an absolute path, not %q", v.key.Value, v.node.Value)
	}
}

// flowVerb checks the verbs of requests.
func flowVerb(v *value) {
	verbs := []string{"*", "get", "list", "create", "update", "patch", "delete", "deletecollection", "watch", "proxy"}
	if !slices.Contains(verbs, v.node.Value) {
		v.unsupported(v.node, v.key.Value, verbs)
	}
}
