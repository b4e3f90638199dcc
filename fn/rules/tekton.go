package rules

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// tektonRules are about what Tekton's tasks and pipelines hand to each other.
func tektonRules() []*Rule { return []*Rule{pipelineVariableNotFound, pipelineTaskMismatch} }

const tektonVariables = "https://tekton.dev/docs/pipelines/variables/"

var (
	tektonTasks     = gks("tekton.dev/Task", "tekton.dev/ClusterTask", "tekton.dev/StepAction")
	tektonPipelines = gks("tekton.dev/Pipeline")
)

// signature is what a Task or Pipeline declares.
type signature struct {
	params, workspaces, results choices
	// required are the params without a default, bound the workspaces that are not
	// optional.
	required, bound []string
}

// signatures are those of the specs of a build.
var signatures = NewFact(func(*Build) *Memo[*yaml.Node, *signature] { return &Memo[*yaml.Node, *signature]{} })

func (p *Pass) signatureOf(spec *yaml.Node) *signature {
	return signatures.Of(p.Build).Get(spec, func() *signature { return newSignature(spec) })
}

func newSignature(spec *yaml.Node) *signature {
	s := &signature{}
	var params, workspaces []string
	for _, n := range slices.Concat(yamlnode.Elements(yamlnode.Get(spec, "params")), yamlnode.Elements(yamlnode.Path(spec, "inputs", "params"))) {
		name := yamlnode.GetString(n, "name")
		params = append(params, name)
		if yamlnode.Get(n, "default") == nil {
			s.required = append(s.required, name)
		}
	}
	for _, n := range yamlnode.Elements(yamlnode.Get(spec, "workspaces")) {
		name := yamlnode.GetString(n, "name")
		workspaces = append(workspaces, name)
		if yamlnode.GetString(n, "optional") != "true" {
			s.bound = append(s.bound, name)
		}
	}
	s.params, s.workspaces, s.results = choices{choose(params)}, choices{choose(workspaces)}, choices{choose(namesUnder(spec, "results"))}
	return s
}

// tektonVariable is a variable in a text: its path between the parentheses, with
// names in brackets written with dots.
type tektonVariable struct {
	node *yaml.Node
	path []string
}

// tektonVariablesIn returns the variables below a node whose path begins with
// one of the words. What stands under skip is left out.
func tektonVariablesIn(n *yaml.Node, skip ...*yaml.Node) []tektonVariable {
	var found []tektonVariable
	eachText(n, 0, setOf(skip), func(at *yaml.Node) {
		text := at.Value
		for from := 0; ; {
			i := strings.Index(text[from:], "$(")
			if i < 0 {
				return
			}
			i += from
			from = i + 2
			end := strings.IndexByte(text[from:], ')')
			if end < 0 {
				return
			}
			inner := text[from : from+end]
			if i > 0 && text[i-1] == '$' || strings.ContainsAny(inner, " \t\n{}$|&;<>") {
				continue
			}
			for _, quote := range [...]string{`'`, `"`} {
				inner = strings.ReplaceAll(strings.ReplaceAll(inner, "["+quote, "\x00"), quote+"]", "")
			}
			if inner, _, _ = strings.Cut(inner, "["); strings.HasPrefix(inner, "inputs.params.") {
				inner = inner[len("inputs."):]
			}
			var path []string
			for i, part := range strings.Split(inner, "\x00") {
				if i == 0 {
					path = strings.Split(strings.TrimSuffix(part, "."), ".")
				} else if name, rest, ok := strings.Cut(part, "."); ok && strings.HasPrefix(path[0], "tasks") {
					path = append(append(path, name), strings.Split(rest, ".")...)
				} else {
					path = append(path, part)
				}
			}
			found = append(found, tektonVariable{at, path})
		}
	})
	return found
}

// eachText calls f for the strings below a node.
func eachText(n *yaml.Node, depth int, skip map[*yaml.Node]bool, f func(*yaml.Node)) {
	n = yamlnode.Resolve(n)
	if n == nil || depth > 60 || skip[n] {
		return
	}
	if n.Kind == yaml.ScalarNode {
		if strings.Contains(n.Value, "$(") || strings.Contains(n.Value, "{{") {
			f(n)
		}
		return
	}
	for i, c := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			eachText(c, depth+1, skip, f)
		}
	}
}

func setOf(nodes []*yaml.Node) map[*yaml.Node]bool {
	set := make(map[*yaml.Node]bool, len(nodes))
	for _, n := range nodes {
		set[n] = true
	}
	return set
}

// named reports whether a path's name is one of names: names may have dots, and
// what follows one may be a key of an object.
func named(path []string, names choices) bool {
	for i := len(path); i > 0; i-- {
		if names.has(strings.Join(path[:i], ".")) {
			return true
		}
	}
	return false
}

var pipelineVariableNotFound = &Rule{
	Name:     "pipeline-variable-not-found",
	Severity: finding.Error,
	URL:      tektonVariables,
	Doc: "A Tekton Task, Pipeline or TriggerTemplate uses a variable that it does not declare: $(params.x), $(workspaces.x.path), $(results.x.path), $(tasks.x.results.y) or $(tt.params.x). " +
		"Tekton refuses the resource, or the run fails with the text of the variable in a script. " +
		"Results are looked up in the Task where it is in the build or in the pipeline itself. Specs that are embedded in a run or a Pipeline also see the params and workspaces around them.",
	Run: func(p *Pass) error {
		for _, kind := range tektonTasks {
			for _, o := range p.Inventory.OfKind(kind) {
				if o.Node != nil {
					spec := o.Get("spec")
					p.checkTaskVariables(o, spec, p.signatureOf(spec))
				}
			}
		}
		for _, o := range p.Inventory.OfKind(gk("tekton.dev/TaskRun")) {
			if spec := o.Get("spec", "taskSpec"); o.Node != nil && spec != nil {
				p.checkTaskVariables(o, spec, p.signatureOf(spec).with(p.signatureOf(o.Get("spec"))))
			}
		}
		p.eachPipeline(func(o *inventory.Object, spec *yaml.Node, around *signature) {
			p.checkPipelineVariables(o, spec, around)
		})
		for _, o := range p.Inventory.OfKind(gk("triggers.tekton.dev/TriggerTemplate")) {
			if o.Node == nil {
				continue
			}
			own := p.signatureOf(o.Get("spec"))
			for _, v := range tektonVariablesIn(o.Get("spec", "resourcetemplates")) {
				if len(v.path) > 2 && v.path[0] == "tt" && v.path[1] == "params" {
					p.checkTektonName(o, v, "param", v.path[2:], own.params)
				}
			}
		}
		return nil
	},
}

// dotted reports whether one of the names has a dot.
func (c choices) dotted() bool {
	return slices.ContainsFunc(c, func(one *choice) bool {
		return slices.ContainsFunc(one.names, func(name string) bool { return strings.Contains(name, ".") })
	})
}

func (c choices) empty() bool {
	return !slices.ContainsFunc(c, func(one *choice) bool { return len(one.names) > 0 })
}

// with adds what is declared around an embedded spec.
func (s *signature) with(around *signature) *signature {
	return &signature{params: slices.Concat(s.params, around.params), workspaces: slices.Concat(s.workspaces, around.workspaces), results: s.results}
}

// eachPipeline calls f for the pipelines of the build, those in a PipelineRun
// included, with what is declared around them.
func (p *Pass) eachPipeline(f func(o *inventory.Object, spec *yaml.Node, around *signature)) {
	for _, o := range p.Inventory.OfKind(tektonPipelines[0]) {
		if o.Node != nil {
			f(o, o.Get("spec"), &signature{})
		}
	}
	for _, o := range p.Inventory.OfKind(gk("tekton.dev/PipelineRun")) {
		if spec := o.Get("spec", "pipelineSpec"); o.Node != nil && spec != nil {
			f(o, spec, p.signatureOf(o.Get("spec")))
		}
	}
}

func (p *Pass) checkTektonName(o *inventory.Object, v tektonVariable, what string, path []string, names choices) {
	if len(path) == 0 || path[0] == "" || strings.Contains(strings.Join(path, ""), "{{") || named(path, names) {
		return
	}
	name := path[0]
	if what == "param" && len(path) > 1 && names.dotted() {
		name = strings.Join(path, ".")
	}
	severity := finding.Error
	if what == "workspace" && len(names.closest(name)) == 0 {
		severity = finding.Warning // the text stays as it is, which may not matter
	}
	p.Report(o, v.node, fmt.Sprintf("there is no %s %q here, and $(%s) asks for it", what, name, strings.Join(v.path, ".")), DidYouMean(names.nearest(name)...),
		AtMost(severity), Help("%s", names.listOf("its "+what+"s")), SecretLine())
}

// checkTaskVariables judges the variables in the steps of a task.
func (p *Pass) checkTaskVariables(o *inventory.Object, spec *yaml.Node, s *signature) {
	for _, field := range [...]string{"steps", "sidecars", "stepTemplate", "volumes"} {
		n := yamlnode.Get(spec, field)
		for _, v := range tektonVariablesIn(n) {
			if len(v.path) < 2 {
				continue
			}
			switch v.path[0] {
			case "params":
				p.checkTektonName(o, v, "param", v.path[1:], s.params)
			case "workspaces":
				if v.path[len(v.path)-1] != "bound" {
					p.checkTektonName(o, v, "workspace", v.path[1:2], s.workspaces)
				}
			case "results":
				if len(v.path) == 3 && v.path[2] == "path" || !s.results.empty() && v.path[len(v.path)-1] == "path" {
					p.checkTektonName(o, v, "result", v.path[1:len(v.path)-1], s.results)
				}
			}
		}
	}
}

// pipelineTasks are the tasks of a pipeline, the last ones included.
func pipelineTasks(spec *yaml.Node) []*yaml.Node {
	return slices.Concat(yamlnode.Elements(yamlnode.Get(spec, "tasks")), yamlnode.Elements(yamlnode.Get(spec, "finally")))
}

func (p *Pass) checkPipelineVariables(o *inventory.Object, spec *yaml.Node, around *signature) {
	scope := p.signatureOf(spec).with(around)
	tasks := map[string]*yaml.Node{}
	// What the pipeline leaves as it is, the Task puts in: its own workspaces. An
	// embedded one sees those of the tasks before it.
	var all, workspaces, params []string
	type embedding struct {
		task, spec         *yaml.Node
		workspaces, params int // how many of them it sees
	}
	var embedded []embedding
	var skip []*yaml.Node
	for _, t := range pipelineTasks(spec) {
		name := yamlnode.GetString(t, "name")
		all = append(all, name)
		tasks[name] = yamlnode.Resolve(t)
		workspaces = append(workspaces, namesUnder(t, "workspaces")...)
		params = append(params, namesUnder(t, "matrix", "params")...)
		if inner := yamlnode.Resolve(yamlnode.Get(t, "taskSpec")); inner != nil {
			embedded = append(embedded, embedding{t, inner, len(workspaces), len(params)})
			skip = append(skip, inner)
		}
	}
	names, ofTasks := choices{choose(all)}, &signature{workspaces: choices{choose(workspaces)}, params: choices{choose(params)}}
	for _, e := range embedded {
		inScope := p.signatureOf(e.spec).with(scope)
		inScope.params = append(inScope.params, ofTasks.params[0].first(e.params), choose(namesUnder(e.task, "params")), choose(namesUnder(e.task, "matrix", "params")))
		inScope.workspaces = append(inScope.workspaces, ofTasks.workspaces[0].first(e.workspaces), choose(namesUnder(e.task, "workspaces")))
		p.checkTaskVariables(o, e.spec, inScope)
	}
	scope = scope.with(ofTasks)
	for _, field := range [...]string{"tasks", "finally", "results"} {
		for _, v := range tektonVariablesIn(yamlnode.Get(spec, field), skip...) {
			switch {
			case len(v.path) < 2:
			case v.path[0] == "params":
				p.checkTektonName(o, v, "param", v.path[1:], scope.params)
			case v.path[0] == "workspaces" && v.path[len(v.path)-1] != "bound":
				p.checkTektonName(o, v, "workspace", v.path[1:2], scope.workspaces)
			case v.path[0] == "tasks" && len(v.path) > 3 && v.path[2] == "results":
				if tasks[v.path[1]] == nil {
					p.checkTektonName(o, v, "task", v.path[1:2], names)
				} else if _, s := p.taskOf(o, tasks[v.path[1]]); s != nil {
					p.checkTektonResult(o, v, v.path[1], v.path[3:], s.results)
				}
			case v.path[0] == "tasks" && len(v.path) == 3 && (v.path[2] == "status" || v.path[2] == "reason"):
				p.checkTektonName(o, v, "task", v.path[1:2], names)
			}
		}
	}
}

func (p *Pass) checkTektonResult(o *inventory.Object, v tektonVariable, task string, path []string, results choices) {
	if !named(path, results) {
		p.Report(o, v.node, fmt.Sprintf("task %q has no result %q", task, path[0]), DidYouMean(results.nearest(path[0])...), Help("%s", results.listOf("its results")), SecretLine())
	}
}

// taskOf returns the Task that a task of a pipeline, or a TaskRun, runs, and what
// it declares; nil where it is not known. The object is nil for embedded ones.
func (p *Pass) taskOf(o *inventory.Object, task *yaml.Node) (*inventory.Object, *signature) {
	if spec := yamlnode.Get(task, "taskSpec"); spec != nil {
		if yamlnode.Get(spec, "apiVersion") != nil || yamlnode.Get(spec, "steps") == nil {
			return nil, nil // a custom task
		}
		return nil, p.signatureOf(spec)
	}
	ref := yamlnode.Get(task, "taskRef")
	kind := gk("tekton.dev/Task")
	switch yamlnode.GetString(ref, "kind") {
	case "", "Task":
	case "ClusterTask":
		kind = gk("tekton.dev/ClusterTask")
	default:
		return nil, nil
	}
	if yamlnode.Get(ref, "resolver") != nil || yamlnode.Get(ref, "bundle") != nil {
		return nil, nil
	}
	target := p.onlyNamed(o, kind, yamlnode.GetString(ref, "name"))
	if target == nil {
		return nil, nil
	}
	return target, p.signatureOf(target.Get("spec"))
}

// onlyNamed returns the resource of a name that another one of its namespace
// means; nil where there are several, such as versions in files of their own.
func (p *Pass) onlyNamed(from *inventory.Object, kind inventory.GroupKind, name string) *inventory.Object {
	var found *inventory.Object
	for _, o := range p.Inventory.Find(kind, name) {
		if o.Node == nil || !inventory.SameNamespace(o.Namespace, from.Namespace) && kind.Kind != "ClusterTask" {
			continue
		}
		if found != nil {
			return nil
		}
		found = o
	}
	return found
}

var pipelineTaskMismatch = &Rule{
	Name:     "pipeline-task-mismatch",
	Severity: finding.Error,
	URL:      "https://tekton.dev/docs/pipelines/pipelines/#specifying-parameters",
	Doc: "A Tekton Pipeline does not give a Task what it declares, or a PipelineRun or TaskRun does not give its Pipeline or Task: a param without a default, a workspace that is not optional, or a name that nobody declares. " +
		"The run fails before its first step. A param that nobody declares is ignored: it is an error where the one that was meant is missing, or is nearly its name, and otherwise a warning. " +
		"Only Tasks and Pipelines of the build are looked at; those of a resolver or a bundle are not known.",
	Run: func(p *Pass) error {
		p.eachPipeline(func(o *inventory.Object, spec *yaml.Node, around *signature) {
			workspaces := slices.Concat(p.signatureOf(spec).workspaces, around.workspaces)
			for _, t := range pipelineTasks(spec) {
				for _, w := range yamlnode.Elements(yamlnode.Get(t, "workspaces")) {
					n := yamlnode.Get(w, "workspace")
					if n == nil {
						n = yamlnode.Get(w, "name")
					}
					if name := yamlnode.String(n); name != "" && !workspaces.has(name) && !strings.ContainsAny(name, "{$") {
						p.Report(o, n, fmt.Sprintf("the pipeline has no workspace %q", name), DidYouMean(workspaces.nearest(name)...), Help("%s", workspaces.listOf("its workspaces")))
					}
				}
				if target, s := p.taskOf(o, t); target != nil { // an embedded one sees what is around it
					p.checkGiven(o, t, target.String(), s)
				}
			}
		})
		for _, run := range [...]struct{ kind, ref, target string }{{"PipelineRun", "pipelineRef", "Pipeline"}, {"TaskRun", "taskRef", "Task"}} {
			for _, o := range p.Inventory.OfKind(gk("tekton.dev/" + run.kind)) {
				if o.Node == nil {
					continue
				}
				ref := o.Get("spec", run.ref)
				kind := yamlnode.GetString(ref, "kind")
				if ref == nil || yamlnode.Get(ref, "resolver") != nil || yamlnode.Get(ref, "bundle") != nil || kind != "" && kind != run.target {
					continue
				}
				if target := p.onlyNamed(o, gk("tekton.dev/"+run.target), yamlnode.GetString(ref, "name")); target != nil {
					p.checkGiven(o, o.Get("spec"), target.String(), p.signatureOf(target.Get("spec")))
				}
			}
		}
		return nil
	},
}

// checkGiven compares params and workspaces that are given with those declared.
func (p *Pass) checkGiven(o *inventory.Object, giver *yaml.Node, to string, s *signature) {
	given, bound := map[string]bool{}, map[string]bool{}
	var strange []*yaml.Node
	params := slices.Concat(yamlnode.Elements(yamlnode.Get(giver, "params")), yamlnode.Elements(yamlnode.Path(giver, "matrix", "params")))
	for _, include := range yamlnode.Elements(yamlnode.Path(giver, "matrix", "include")) {
		params = append(params, yamlnode.Elements(yamlnode.Get(include, "params"))...)
	}
	for _, n := range params {
		at := yamlnode.Get(n, "name")
		name := yamlnode.String(at)
		if strings.ContainsAny(name, "{$") {
			return
		}
		given[name] = true
		if name != "" && !s.params.has(name) {
			strange = append(strange, at)
		}
	}
	if len(strange) > 0 {
		var free []string
		for _, c := range s.params {
			free = append(free, slices.DeleteFunc(slices.Clone(c.names), func(name string) bool { return given[name] })...)
		}
		unused := choices{choose(free)}
		for _, at := range strange {
			near := unused.closest(at.Value)
			opts := []Option{DidYouMean(near...), Help("%s", s.params.listOf("its params"))}
			if len(near) == 0 {
				opts = append(opts, AtMost(finding.Warning))
			} else {
				given[near[0]] = true // one cause
			}
			p.Report(o, at, fmt.Sprintf("%s has no param %q, so it is ignored", to, at.Value), opts...)
		}
	}
	missing := slices.DeleteFunc(slices.Clone(s.required), func(name string) bool { return given[name] })
	for _, n := range yamlnode.Elements(yamlnode.Get(giver, "workspaces")) {
		at := yamlnode.Get(n, "name")
		bound[yamlnode.String(at)] = true
		if o.Kind != "PipelineRun" && !s.workspaces.has(yamlnode.String(at)) {
			near := s.workspaces.nearest(yamlnode.String(at))
			p.Report(o, at, fmt.Sprintf("%s has no workspace %q", to, yamlnode.String(at)), DidYouMean(near...), Help("%s", s.workspaces.listOf("its workspaces")))
			for _, name := range near {
				bound[name] = true
			}
		}
	}
	unbound := slices.DeleteFunc(slices.Clone(s.bound), func(name string) bool { return bound[name] })
	at := yamlnode.Get(giver, "name")
	if at == nil {
		if at = yamlnode.Get(giver, "pipelineRef"); at == nil {
			at = yamlnode.Get(giver, "taskRef")
		}
		at = yamlnode.Get(at, "name")
	}
	if len(missing) > 0 && yamlnode.Path(giver, "matrix") == nil {
		p.Report(o, at, fmt.Sprintf("%s needs %s, which %s no default and %s not given", to, withNames("param", missing), hasOrHave(missing), isOrAre(missing)))
	}
	if len(unbound) > 0 {
		severity := finding.Error
		help := Help("bind it under workspaces")
		if o.Kind == "TaskRun" {
			severity = finding.Warning
			help = Help("bind it under workspaces; it is assumed that Tekton's configuration has no default-task-run-workspace-binding")
		}
		p.Report(o, at, fmt.Sprintf("%s needs %s, which %s not given", to, withNames("workspace", unbound), isOrAre(unbound)), AtMost(severity), help)
	}
}

func withNames(what string, names []string) string {
	if len(names) > 1 {
		what += "s"
	}
	return what + " " + enumerate(names)
}

func isOrAre(names []string) string {
	if len(names) > 1 {
		return "are"
	}
	return "is"
}

func hasOrHave(names []string) string {
	if len(names) > 1 {
		return "have"
	}
	return "has"
}
