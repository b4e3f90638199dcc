package rules

import (
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection"
)

// APINotServed is the rule of check --cluster.
const APINotServed = "api-not-served"

// stepRules are about what the steps before the rules report: those have no
// Run. Names that connections share with other rules, such as
// service-not-found, are not repeated here.
func stepRules() []*Rule {
	const url = "https://github.com/ressKim-io/wealist-k8s-migration/blob/main/docs/connections.md"
	return []*Rule{
		{
			Name: connection.RuleConfig, Severity: finding.Error, URL: url,
			Doc: "A connection in the configuration cannot be computed as it stands. " +
				"Its variables are not written, and the containers start without them. " +
				"It has both a service and a host or neither, an engine or a format that does not exist, a name that several objects have, " +
				"or credentials in a place that cannot hold them, such as a ConfigMap.",
		},
		{
			Name: connection.RuleConflict, Severity: finding.Error, URL: url,
			Doc: "A variable that a connection writes gets another value from elsewhere: from a second connection, or from a ConfigMap or Secret that the container takes with envFrom. " +
				"One of the two would win silently in the cluster, and the program might connect to another server than the one that was meant. " +
				"The same value from both is left alone.",
		},
		{
			Name: connection.RuleReplaced, Severity: finding.Note, URL: url,
			Doc: "A value that somebody typed gives way to the one that a connection computes. " +
				"The build is right; the typed value is still in the source, where the next reader takes it for the one in use.",
		},
		{
			Name: connection.RuleWorkloadNotFound, Severity: finding.Error, URL: url,
			Doc: "A connection goes into a workload that is not in the build. " +
				"Nothing gets its variables: the workload that was meant starts without the address of its server. " +
				"Workloads are found by the names in their own YAML and by those in the build.",
		},
		{
			Name: connection.RuleContainerNotFound, Severity: finding.Error, URL: url,
			Doc: "A connection goes into a container that its workload does not have. " +
				"Nothing gets its variables: the container that was meant starts without the address of its server.",
		},
		{
			Name: connection.RuleElsewhere, Severity: finding.Error,
			URL: "https://kubernetes.io/docs/concepts/configuration/secret/#restrictions",
			Doc: "The Secret with a connection's credentials is in another namespace than the workload that needs them. " +
				"Pods read Secrets of their own namespace only, so they would stay in CreateContainerConfigError. " +
				"Make the Secret in the workload's namespace too.",
		},
		{
			Name: connection.RuleUnknown, Severity: finding.Error, URL: url,
			Doc: "A connection is to be written to a Secret (as: secret), and the credentials in it are not part of the build. " +
				"The address cannot be computed without them: something else makes them in the cluster. " +
				"With as: variable the kubelet puts the address together, with as: externalSecret External Secrets does.",
		},
		{
			Name: connection.RuleUnsafe, Severity: finding.Error,
			URL: "https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/",
			Doc: "A user name or password has characters that mean something else in the address it goes into, such as @ or / in a URL. " +
				"With as: variable the kubelet inserts it as it is, and the program would read another host or password. " +
				"Passwords that are not in the build cannot be checked: keep them to letters, digits and -._~.",
		},
		{
			Name: connection.RuleNoNamespace, Severity: finding.Warning,
			URL: "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#services",
			Doc: "A connection leads from a workload with a namespace to a Service without one. " +
				"The Service goes to whatever namespace it is applied to, while the address has to name one, and says default. " +
				"Where neither has a namespace the address is the short name, which is right anywhere.",
		},
		{
			Name: APINotServed, Severity: finding.Error, Live: true,
			URL: "https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/custom-resources/",
			Doc: "A custom resource is of a kind that the cluster of check --cluster does not serve in that apiVersion, and no tree has its CustomResourceDefinition. " +
				"Applying it fails with no matches for kind, and what stands behind it in the same stream may be applied all the same. " +
				"Kinds of Kubernetes itself are judged by the release of the cluster: see api-removed.",
		},
	}
}
