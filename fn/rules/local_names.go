package rules

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func localNameRules() []*Rule { return []*Rule{localNameNotFound} }

// localName says that one field of a resource holds a name that another field
// of the same resource defines. A new one is a row.
type localName struct {
	kinds []inventory.GroupKind
	// uses and definitions are paths as in reference.NodesAt.
	uses, definitions []string
	// others are paths among those of uses whose names another resource defines.
	others []string
	what   string
}

var localNames = []localName{
	// https://argo-workflows.readthedocs.io/en/latest/fields/
	{
		kinds: gks("argoproj.io/Workflow", "argoproj.io/WorkflowTemplate", "argoproj.io/ClusterWorkflowTemplate"), what: "template",
		uses:        workflowCalls("spec", "entrypoint", "onExit", "hooks.**.template"),
		others:      workflowRefs("spec"),
		definitions: []string{"spec.templates[].name"},
	},
	{
		kinds: gks("argoproj.io/CronWorkflow"), what: "template",
		uses:        workflowCalls("spec.workflowSpec", "entrypoint", "onExit", "hooks.**.template"),
		others:      workflowRefs("spec.workflowSpec"),
		definitions: []string{"spec.workflowSpec.templates[].name"},
	},
	{
		kinds: gks("argoproj.io/Workflow", "argoproj.io/WorkflowTemplate", "argoproj.io/ClusterWorkflowTemplate"), what: "task",
		uses:        []string{"spec.templates[].dag.tasks[].dependencies[]"},
		definitions: []string{"spec.templates[].dag.tasks[].name"},
	},
	{
		kinds: gks("argoproj.io/CronWorkflow"), what: "task",
		uses:        []string{"spec.workflowSpec.templates[].dag.tasks[].dependencies[]"},
		definitions: []string{"spec.workflowSpec.templates[].dag.tasks[].name"},
	},
	// https://argo-rollouts.readthedocs.io/en/stable/features/traffic-management/
	{
		kinds: gks("argoproj.io/Rollout"), what: "managed route",
		uses:        []string{"spec.strategy.canary.steps[].setHeaderRoute.name", "spec.strategy.canary.steps[].setMirrorRoute.name"},
		definitions: []string{"spec.strategy.canary.trafficRouting.managedRoutes[].name"},
	},
	// https://docs.redhat.com/en/documentation/openshift_container_platform/latest/html/building_applications/deployments
	{
		kinds: gks("apps.openshift.io/DeploymentConfig"), what: "container",
		uses:        []string{"spec.triggers[].imageChangeParams.containerNames[]"},
		definitions: []string{"spec.template.spec.containers[].name", "spec.template.spec.initContainers[].name"},
	},
	// https://tekton.dev/docs/pipelines/pipelines/#using-the-runafter-field
	{kinds: gks("tekton.dev/Pipeline"), what: "task", uses: []string{"spec.tasks[].runAfter[]"}, definitions: []string{"spec.tasks[].name"}},
	// https://prometheus-operator.dev/docs/developer/alerting/
	{kinds: gks("monitoring.coreos.com/AlertmanagerConfig"), what: "receiver", uses: []string{"spec.**.receiver"}, definitions: []string{"spec.receivers[].name"}},
	{
		kinds: gks("monitoring.coreos.com/AlertmanagerConfig"), what: "time interval",
		uses:        []string{"spec.route.**.muteTimeIntervals[]", "spec.route.**.activeTimeIntervals[]"},
		definitions: []string{"spec.muteTimeIntervals[].name", "spec.timeIntervals[].name"},
	},
	// https://cloudnative-pg.io/documentation/current/bootstrap/
	{
		kinds: gks("postgresql.cnpg.io/Cluster"), what: "external cluster",
		uses:        []string{"spec.bootstrap.recovery.source", "spec.bootstrap.pg_basebackup.source", "spec.bootstrap.initdb.import.source.externalCluster", "spec.replica.source"},
		definitions: []string{"spec.externalClusters[].name"},
	},
	// https://strimzi.io/docs/operators/latest/configuring
	{
		kinds: gks("kafka.strimzi.io/KafkaMirrorMaker2"), what: "cluster",
		uses:        []string{"spec.connectCluster", "spec.mirrors[].sourceCluster", "spec.mirrors[].targetCluster"},
		definitions: []string{"spec.clusters[].alias"},
	},
	// https://kserve.github.io/website/latest/modelserving/inference_graph/
	{kinds: gks("serving.kserve.io/InferenceGraph"), what: "node", uses: []string{"spec.**.nodeName"}, definitions: []string{"spec.nodes{key}"}},
	// https://jobset.sigs.k8s.io/docs/concepts/
	{
		kinds: gks("jobset.x-k8s.io/JobSet"), what: "replicated job",
		uses:        []string{"spec.replicatedJobs[].dependsOn[].name", "spec.successPolicy.targetReplicatedJobs[]", "spec.failurePolicy.rules[].targetReplicatedJobs[]"},
		definitions: []string{"spec.replicatedJobs[].name"},
	},
	// https://docs.nginx.com/nginx-ingress-controller/configuration/virtualserver-and-virtualserverroute-resources/
	{kinds: gks("k8s.nginx.org/VirtualServer", "k8s.nginx.org/VirtualServerRoute"), what: "upstream", uses: []string{"spec.**.action.pass"}, definitions: []string{"spec.upstreams[].name"}},
	{kinds: gks("zalando.org/RouteGroup"), what: "backend", uses: []string{"spec.**.backendName"}, definitions: []string{"spec.backends[].name"}},
	{kinds: gks("apiextensions.crossplane.io/Composition"), what: "patch set", uses: []string{"spec.resources[].patches[].patchSetName"}, definitions: []string{"spec.patchSets[].name"}},
	// https://opentelemetry.io/docs/collector/configuration/#service
	{kinds: gks("opentelemetry.io/OpenTelemetryCollector"), what: "receiver", uses: []string{"spec.config.service.**.receivers[]"}, definitions: []string{"spec.config.receivers{key}", "spec.config.connectors{key}"}},
	{kinds: gks("opentelemetry.io/OpenTelemetryCollector"), what: "processor", uses: []string{"spec.config.service.**.processors[]"}, definitions: []string{"spec.config.processors{key}"}},
	{kinds: gks("opentelemetry.io/OpenTelemetryCollector"), what: "exporter", uses: []string{"spec.config.service.**.exporters[]"}, definitions: []string{"spec.config.exporters{key}", "spec.config.connectors{key}"}},
	{kinds: gks("opentelemetry.io/OpenTelemetryCollector"), what: "extension", uses: []string{"spec.config.service.extensions[]"}, definitions: []string{"spec.config.extensions{key}"}},
}

// callers are the fields of a workflow's template that call others. What else it has may
// have any keys, as its labels.
var callers = []string{"templates[].steps", "templates[].dag.tasks"}

// workflowCalls are the fields of a workflow's spec in which templates are called.
func workflowCalls(spec string, fields ...string) []string {
	var paths []string
	for _, at := range callers {
		fields = append(fields, at+".**.template", at+".**.onExit")
	}
	for _, field := range fields {
		paths = append(paths, spec+"."+field)
	}
	return paths
}

// workflowRefs are those that call templates of other resources.
func workflowRefs(spec string) []string {
	paths := []string{spec + ".hooks.**.templateRef.template"}
	for _, at := range callers {
		paths = append(paths, spec+"."+at+".**.templateRef.template")
	}
	return paths
}

var localNameNotFound = &Rule{
	Name:     "local-name-not-found",
	Severity: finding.Error,
	Doc: "A resource uses a name that it has to define itself, and does not: a workflow's entrypoint without such a template, an alert's route to a receiver that is not there, a telemetry pipeline with an exporter that nobody configured. " +
		"The operator refuses the resource, or stops at that step.",
	URL: "https://argo-workflows.readthedocs.io/en/latest/workflow-concepts/",
	Run: func(p *Pass) error {
		for i := range localNames {
			for _, kind := range localNames[i].kinds {
				for _, o := range p.Inventory.OfKind(kind) {
					if o.Node != nil {
						p.checkLocalNames(o, &localNames[i])
					}
				}
			}
		}
		p.checkTemplateRefs()
		return nil
	},
}

// checkTemplateRefs reports the templates that workflows use of another resource which
// the build has, and which has no such template.
// https://argo-workflows.readthedocs.io/en/latest/workflow-templates/#referencing-other-workflowtemplates
func (p *Pass) checkTemplateRefs() {
	for _, kind := range workflowTemplates {
		for _, r := range p.refs.To(kind) {
			template := yamlnode.Get(r.Parent, "template")
			res := p.resolve(r)
			if !strings.HasSuffix(r.Row.Path, ".templateRef.name") || res.Status != reference.Found || res.Target == nil || res.Target.Node == nil || yamlnode.String(template) == "" || reference.IsPlaceholder(template.Value) {
				continue
			}
			var names []string
			for _, n := range fieldpath.Of("spec.templates[].name").Nodes(res.Target.Node) {
				names = append(names, n.Value)
			}
			if len(names) > 0 && !slices.Contains(names, template.Value) {
				p.Report(r.From, template, fmt.Sprintf("%s has no template %q", res.Target, template.Value), DidYouMean(nearest(template.Value, names)...), Help("%s", listOf("its templates", names)))
			}
		}
	}
}

var workflowTemplates = gks("argoproj.io/WorkflowTemplate", "argoproj.io/ClusterWorkflowTemplate")

func (p *Pass) checkLocalNames(o *inventory.Object, l *localName) {
	var names []string
	for _, path := range l.definitions {
		for _, n := range fieldpath.Of(path).Nodes(o.Node) {
			names = append(names, n.Value)
		}
	}
	if len(names) == 0 || slices.ContainsFunc(names, reference.IsTemplate) {
		return // defined elsewhere, as by a workflowTemplateRef, or filled in later
	}
	others := map[*yaml.Node]bool{}
	for _, path := range l.others {
		for _, n := range fieldpath.Of(path).Nodes(o.Node) {
			others[n] = true
		}
	}
	defined := choose(names)
	for _, path := range l.uses {
		for _, n := range fieldpath.Of(path).Nodes(o.Node) {
			if others[n] || n.Kind != yaml.ScalarNode || n.Value == "" || reference.IsPlaceholder(n.Value) || defined.has(n.Value) {
				continue
			}
			near := defined.nearest(n.Value)
			message := fmt.Sprintf("there is no %s %q here", l.what, n.Value)
			p.Report(o, n, message, DidYouMean(near...), Help("%s", listOf("its "+l.what+"s", names)))
		}
	}
}
