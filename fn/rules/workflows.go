package rules

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// workflowRules are about what the templates of Argo Workflows hand to each
// other.
func workflowRules() []*Rule { return []*Rule{workflowVariableNotFound, workflowArgumentMissing} }

// workflowSpecs are where the specs of workflows are.
var workflowSpecs = []struct {
	kind inventory.GroupKind
	path []string
}{
	{inventory.GroupKind{Group: "argoproj.io", Kind: "Workflow"}, []string{"spec"}},
	{inventory.GroupKind{Group: "argoproj.io", Kind: "WorkflowTemplate"}, []string{"spec"}},
	{inventory.GroupKind{Group: "argoproj.io", Kind: "ClusterWorkflowTemplate"}, []string{"spec"}},
	{inventory.GroupKind{Group: "argoproj.io", Kind: "CronWorkflow"}, []string{"spec", "workflowSpec"}},
}

func (p *Pass) eachWorkflow(f func(o *inventory.Object, spec *yaml.Node)) {
	for _, w := range workflowSpecs {
		for _, o := range p.Inventory.OfKind(w.kind) {
			if o.Node == nil {
				continue
			}
			if spec := o.Get(w.path...); spec != nil && yamlnode.Get(spec, "workflowTemplateRef") == nil {
				f(o, spec)
			}
		}
	}
}

// namesUnder returns the names of the elements of a list, such as that at inputs,
// parameters.
func namesUnder(n *yaml.Node, path ...string) []string {
	var names []string
	for _, e := range yamlnode.Elements(yamlnode.Path(n, path...)) {
		names = append(names, yamlnode.GetString(e, "name"))
	}
	return names
}

// workflowVariable is {{inputs.parameters.x}} in a text.
type workflowVariable struct {
	node *yaml.Node
	path []string
}

func workflowVariables(n *yaml.Node, skip ...*yaml.Node) []workflowVariable {
	var found []workflowVariable
	eachText(n, 0, skip, func(at *yaml.Node) {
		text := at.Value
		for {
			_, rest, ok := strings.Cut(text, "{{")
			inner, after, closed := strings.Cut(rest, "}}")
			if !ok || !closed {
				return
			}
			text = after
			if inner = strings.TrimSpace(inner); inner == "" || strings.ContainsAny(inner, "= ()'\"{}[]$|+") {
				continue // an expression
			}
			found = append(found, workflowVariable{at, strings.Split(inner, ".")})
		}
	})
	return found
}

var workflowVariableNotFound = &Rule{
	Name:     "workflow-variable-not-found",
	Severity: finding.Error,
	URL:      "https://argo-workflows.readthedocs.io/en/latest/variables/",
	Doc: "A template of an Argo Workflow uses an input, an output of another step, or a parameter of the workflow that is not declared. " +
		"Argo refuses the workflow when it is submitted: failed to resolve. " +
		"Parameters of the workflow itself may come with its submission, so that a missing one is reported where nearly its name is declared; expressions with = are left alone.",
	Run: func(p *Pass) error {
		p.eachWorkflow(p.checkWorkflowVariables)
		return nil
	},
}

func (p *Pass) checkWorkflowVariables(o *inventory.Object, spec *yaml.Node) {
	templates := map[string]*yaml.Node{}
	for _, t := range yamlnode.Elements(yamlnode.Get(spec, "templates")) {
		templates[yamlnode.GetString(t, "name")] = yamlnode.Resolve(t)
	}
	global := namesUnder(spec, "arguments", "parameters")
	report := func(v workflowVariable, what, name string, names []string) {
		p.Report(o, v.node, fmt.Sprintf("there is no %s %q here, and {{%s}} asks for it", what, name, strings.Join(v.path, ".")),
			DidYouMean(nearest(name, names)...), Help("%s", listOf("its "+what+"s", names)))
	}
	for _, t := range yamlnode.Elements(yamlnode.Get(spec, "templates")) {
		if yamlnode.Get(t, "inline") != nil {
			continue
		}
		inner := inlineTemplates(t)
		tasks := workflowTasks(t)
		for _, v := range workflowVariables(t, inner...) {
			if len(v.path) < 3 {
				continue
			}
			name := v.path[2]
			switch what := v.path[0] + "." + v.path[1]; what {
			case "inputs.parameters", "inputs.artifacts":
				if names := namesUnder(t, "inputs", v.path[1]); !slices.Contains(names, name) {
					report(v, "input "+strings.TrimSuffix(v.path[1], "s"), name, names)
				}
			case "workflow.parameters":
				names := closestNames(name, global)
				if !slices.Contains(global, name) && len(names) > 0 {
					report(v, "parameter of the workflow", name, global)
				}
			}
			if v.path[0] != "tasks" && v.path[0] != "steps" || len(v.path) < 4 {
				continue
			}
			task, ok := tasks[v.path[1]]
			if !ok {
				if len(tasks) > 0 {
					var names []string
					for n := range tasks {
						names = append(names, n)
					}
					slices.Sort(names)
					report(v, strings.TrimSuffix(v.path[0], "s"), v.path[1], names)
				}
				continue
			}
			called := templates[yamlnode.GetString(task, "template")]
			if called == nil || v.path[2] != "outputs" || len(v.path) < 5 || v.path[3] != "parameters" && v.path[3] != "artifacts" {
				continue
			}
			if names := namesUnder(called, "outputs", v.path[3]); !slices.Contains(names, v.path[4]) {
				report(v, "output "+strings.TrimSuffix(v.path[3], "s"), v.path[4], names)
			}
		}
	}
}

// inlineTemplates are templates inside of the steps of another.
func inlineTemplates(t *yaml.Node) []*yaml.Node {
	var found []*yaml.Node
	for _, task := range workflowTasks(t) {
		if n := yamlnode.Resolve(yamlnode.Get(task, "inline")); n != nil {
			found = append(found, n)
		}
	}
	return found
}

// workflowTasks are the steps or tasks of a template, by name.
func workflowTasks(t *yaml.Node) map[string]*yaml.Node {
	tasks := map[string]*yaml.Node{}
	add := func(n *yaml.Node) { tasks[yamlnode.GetString(n, "name")] = yamlnode.Resolve(n) }
	for _, n := range yamlnode.Elements(yamlnode.Path(t, "dag", "tasks")) {
		add(n)
	}
	for _, group := range yamlnode.Elements(yamlnode.Get(t, "steps")) {
		if g := yamlnode.Resolve(group); g.Kind == yaml.MappingNode {
			add(g)
		}
		for _, n := range yamlnode.Elements(group) {
			add(n)
		}
	}
	return tasks
}

var workflowArgumentMissing = &Rule{
	Name:     "workflow-argument-missing",
	Severity: finding.Error,
	URL:      "https://argo-workflows.readthedocs.io/en/latest/walk-through/parameters/",
	Doc: "A step or task of an Argo Workflow calls a template without one of its inputs, which has neither a value nor a default. " +
		"Argo refuses the workflow: the input was not supplied. Only templates of the same resource are looked at; optional artifacts, and inputs with valueFrom or a source of their own, are left alone.",
	Run: func(p *Pass) error {
		p.eachWorkflow(func(o *inventory.Object, spec *yaml.Node) {
			templates := map[string]*yaml.Node{}
			for _, t := range yamlnode.Elements(yamlnode.Get(spec, "templates")) {
				templates[yamlnode.GetString(t, "name")] = t
			}
			for _, t := range yamlnode.Elements(yamlnode.Get(spec, "templates")) {
				for _, task := range workflowTasks(t) {
					if called := templates[yamlnode.GetString(task, "template")]; called != nil {
						p.checkWorkflowArguments(o, task, called)
					}
				}
			}
		})
		return nil
	},
}

func (p *Pass) checkWorkflowArguments(o *inventory.Object, task, called *yaml.Node) {
	for _, kind := range [...]string{"parameters", "artifacts"} {
		given := namesUnder(task, "arguments", kind)
		declared := namesUnder(called, "inputs", kind)
		for _, in := range yamlnode.Elements(yamlnode.Path(called, "inputs", kind)) {
			name := yamlnode.GetString(in, "name")
			if slices.Contains(given, name) || yamlnode.GetString(in, "optional") == "true" {
				continue
			}
			supplied := false
			for k := range yamlnode.Fields(in) {
				switch k.Value {
				case "name", "description", "enum", "path", "mode", "archive", "recurseMode", "globalName":
				default:
					supplied = true // value, default, valueFrom, s3, git, …
				}
			}
			if supplied {
				continue
			}
			at, near := yamlnode.Get(task, "name"), ""
			for _, n := range yamlnode.Elements(yamlnode.Path(task, "arguments", kind)) {
				if other := yamlnode.GetString(n, "name"); !slices.Contains(declared, other) && suggest.Close(other, name) {
					at, near = yamlnode.Get(n, "name"), name
				}
			}
			what := strings.TrimSuffix(kind, "s")
			message := fmt.Sprintf("template %q needs the %s %q, which is not given", yamlnode.GetString(called, "name"), what, name)
			if near != "" {
				p.Report(o, at, message, DidYouMean(near))
				continue
			}
			p.Report(o, at, message)
		}
	}
}
