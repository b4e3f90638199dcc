package rules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

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
	eachText(n, 0, setOf(skip), func(at *yaml.Node) {
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
	templates := map[string]*workflowTemplate{}
	for _, t := range yamlnode.Elements(yamlnode.Get(spec, "templates")) {
		templates[yamlnode.GetString(t, "name")] = newWorkflowTemplate(t)
	}
	global := choose(namesUnder(spec, "arguments", "parameters"))
	report := func(v workflowVariable, what, name string, names *choice) {
		p.Report(o, v.node, fmt.Sprintf("there is no %s %q here, and {{%s}} asks for it", what, name, strings.Join(v.path, ".")),
			DidYouMean(names.nearest(name)...), Help("%s", listOf("its "+what+"s", names.names)))
	}
	for _, n := range yamlnode.Elements(yamlnode.Get(spec, "templates")) {
		if yamlnode.Get(n, "inline") != nil {
			continue
		}
		t := templates[yamlnode.GetString(n, "name")]
		if t.node != yamlnode.Resolve(n) {
			t = newWorkflowTemplate(n) // another one has its name
		}
		for _, v := range workflowVariables(n, inlineTemplates(t.tasks)...) {
			if len(v.path) < 3 {
				continue
			}
			name := v.path[2]
			switch what := v.path[0] + "." + v.path[1]; what {
			case "inputs.parameters", "inputs.artifacts":
				if names := t.names(v.path[0], v.path[1]); !names.has(name) {
					report(v, "input "+strings.TrimSuffix(v.path[1], "s"), name, names)
				}
			case "workflow.parameters":
				if !global.has(name) && len(closeTo(name, global.nearest(name))) > 0 {
					report(v, "parameter of the workflow", name, global)
				}
			}
			if v.path[0] != "tasks" && v.path[0] != "steps" || len(v.path) < 4 {
				continue
			}
			task, ok := t.tasks[v.path[1]]
			if !ok {
				if len(t.tasks) > 0 {
					report(v, strings.TrimSuffix(v.path[0], "s"), v.path[1], t.taskNames())
				}
				continue
			}
			called := templates[yamlnode.GetString(task, "template")]
			if called == nil || v.path[2] != "outputs" || len(v.path) < 5 || v.path[3] != "parameters" && v.path[3] != "artifacts" {
				continue
			}
			if names := called.names("outputs", v.path[3]); !names.has(v.path[4]) {
				report(v, "output "+strings.TrimSuffix(v.path[3], "s"), v.path[4], names)
			}
		}
	}
}

// workflowTemplate is a template with what its variables and those of others ask
// of it.
type workflowTemplate struct {
	node      *yaml.Node
	tasks     map[string]*yaml.Node
	taskNames func() *choice
	known     map[[2]string]*choice // by where they are
}

func newWorkflowTemplate(n *yaml.Node) *workflowTemplate {
	t := &workflowTemplate{node: yamlnode.Resolve(n), tasks: workflowTasks(n), known: map[[2]string]*choice{}}
	t.taskNames = sync.OnceValue(func() *choice { return choose(slices.Sorted(maps.Keys(t.tasks))) })
	return t
}

// names are those under inputs, parameters and the like.
func (t *workflowTemplate) names(of, kind string) *choice {
	at := [2]string{of, kind}
	if t.known[at] == nil {
		t.known[at] = choose(namesUnder(t.node, of, kind))
	}
	return t.known[at]
}

// inlineTemplates are templates inside of the steps of another.
func inlineTemplates(tasks map[string]*yaml.Node) []*yaml.Node {
	var found []*yaml.Node
	for _, task := range tasks {
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
			templates := map[string]*workflowInputs{}
			for _, t := range yamlnode.Elements(yamlnode.Get(spec, "templates")) {
				templates[yamlnode.GetString(t, "name")] = newWorkflowInputs(t)
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

// workflowInputs are the inputs of a template that those who call it have to give,
// by kind.
type workflowInputs struct {
	node   *yaml.Node
	needed map[string][]string
}

func newWorkflowInputs(template *yaml.Node) *workflowInputs {
	t := &workflowInputs{node: template, needed: map[string][]string{}}
	for _, kind := range inputKinds {
		for _, in := range yamlnode.Elements(yamlnode.Path(template, "inputs", kind)) {
			supplied := yamlnode.GetString(in, "optional") == "true"
			for k := range yamlnode.Fields(in) {
				switch k.Value {
				case "name", "description", "enum", "path", "mode", "archive", "recurseMode", "globalName":
				default:
					supplied = true // value, default, valueFrom, s3, git, …
				}
			}
			if !supplied {
				t.needed[kind] = append(t.needed[kind], yamlnode.GetString(in, "name"))
			}
		}
	}
	return t
}

var inputKinds = [...]string{"parameters", "artifacts"}

func (p *Pass) checkWorkflowArguments(o *inventory.Object, task *yaml.Node, called *workflowInputs) {
	for _, kind := range inputKinds {
		if len(called.needed[kind]) == 0 {
			continue
		}
		given := choose(namesUnder(task, "arguments", kind))
		// Arguments that nobody declares may be meant for inputs that nobody gives.
		strange := sync.OnceValue(func() *strangers { return strangersOf(task, called.node, kind) })
		for _, name := range called.needed[kind] {
			if given.has(name) {
				continue
			}
			message := fmt.Sprintf("template %q needs the %s %q, which is not given", yamlnode.GetString(called.node, "name"), strings.TrimSuffix(kind, "s"), name)
			if at := strange().meaning(name); at != nil {
				p.Report(o, at, message, DidYouMean(name))
				continue
			}
			p.Report(o, yamlnode.Get(task, "name"), message)
		}
	}
}

// strangers are arguments that no input is called as.
type strangers struct {
	*choice
	nodes map[string]*yaml.Node
}

func strangersOf(task, called *yaml.Node, kind string) *strangers {
	declared := choose(namesUnder(called, "inputs", kind))
	s := &strangers{nodes: map[string]*yaml.Node{}}
	var names []string
	for _, n := range yamlnode.Elements(yamlnode.Path(task, "arguments", kind)) {
		at := yamlnode.Get(n, "name")
		if name := yamlnode.String(at); !declared.has(name) {
			names = append(names, name)
			s.nodes[name] = at
		}
	}
	s.choice = choose(names)
	return s
}

// meaning returns the last of the arguments that is close to a name, or nil; of
// very many the nearest.
func (s *strangers) meaning(name string) *yaml.Node {
	const few = 64 // are looked through
	if len(s.names) > few {
		if near := closeTo(name, s.nearest(name)); len(near) > 0 {
			return s.nodes[near[0]]
		}
		return nil
	}
	for _, other := range slices.Backward(s.names) {
		if suggest.Close(other, name) {
			return s.nodes[other]
		}
	}
	return nil
}
