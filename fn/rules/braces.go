package rules

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var bracesNotExpanded = &Rule{
	Name:     "braces-not-expanded",
	Severity: finding.Warning,
	URL:      "https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/",
	Doc: "A variable or an argument of a container has ${NAME} in it, where NAME is a variable of the same container: the kubelet expands $(NAME) only, with round brackets. " +
		"The program gets the text ${NAME}, unless it expands that itself, which is why this is a warning. " +
		"What a shell runs, values of Spring and its like, which expand ${NAME} themselves, and containers in which a deployment tool fills other names in are left alone.",
	Run: func(p *Pass) error {
		for _, e := range wired.Of(p.Build).containers {
			if !e.expandsBraces() {
				p.checkBraces(e)
			}
		}
		return nil
	},
}

// expandsBraces reports whether something may put values in for ${NAME}: a
// shell, the program, or a tool before it is applied.
func (e *containerEnv) expandsBraces() bool {
	if name, _, _ := strings.Cut(path.Base(yamlnode.GetString(e.container.Node, "image")), ":"); slices.Contains(expandingImages[:], name) {
		return true
	}
	for _, n := range e.words() {
		word := yamlnode.String(n)
		base := word[strings.LastIndexByte(word, '/')+1:]
		switch base {
		case "sh", "bash", "ash", "dash", "zsh", "ksh", "busybox", "envsubst", "-c", "-ec", "-lc", "-xc", "-ce", "cmd", "pwsh", "powershell":
			return true
		}
		if strings.Contains(word, "expand") || strings.Contains(word, "eval ") || strings.Contains(word, "envsubst") {
			return true
		}
	}
	for i := range e.entries {
		entry := &e.entries[i]
		if entry.ref() {
			continue
		}
		for _, name := range braces(yamlnode.String(entry.node)) {
			if name == entry.name || e.get(name) == nil {
				return true // nobody but a tool can know it
			}
		}
	}
	return false
}

// expandingImages are programs that expand ${NAME} in what they are given:
// https://quarkus.io/guides/config-reference#property-expressions
var expandingImages = [...]string{"keycloak", "keycloakx"}

// words are those of the container's command line.
func (e *containerEnv) words() []*yaml.Node {
	return slices.Concat(yamlnode.Elements(yamlnode.Get(e.container.Node, "command")), yamlnode.Elements(yamlnode.Get(e.container.Node, "args")))
}

// expandingNames are parts of the names of variables whose readers have a
// language of their own.
var expandingNames = [...]string{"SPRING", "QUARKUS", "MICRONAUT", "JAVA", "OPTS", "OPTIONS", "CMD", "COMMAND", "SCRIPT", "TEMPLATE", "FORMAT", "PATTERN", "CONFIG", "EXPRESSION", "PS1", "LOGGING", "SERVER_", "MANAGEMENT_", "EUREKA"}

func (p *Pass) checkBraces(e *containerEnv) {
	report := func(n *yaml.Node, what string, names []string) {
		names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return e.get(name) == nil })
		if len(names) == 0 {
			return
		}
		slices.Sort(names)
		names = slices.Compact(names)
		var right []string
		for _, name := range names {
			right = append(right, "$("+name+")")
		}
		p.Report(e.owner, n, fmt.Sprintf("%s of container %q has ${%s} in it, and the kubelet expands round brackets only: write %s", what, e.container.Name, names[0], strings.Join(right, ", ")),
			Suggest(right...), SecretLine(), Help("keep it if the program itself expands ${…}: then ignore this rule for it"))
	}
	for i := range e.entries {
		entry := &e.entries[i]
		text := yamlnode.String(entry.node)
		if entry.ref() || strings.Contains(text, "\n") || slices.ContainsFunc(expandingNames[:], func(part string) bool { return strings.Contains(entry.name, part) }) {
			continue
		}
		report(entry.node, entry.name, braces(text))
	}
	for _, n := range e.words() {
		if text := yamlnode.String(n); !strings.Contains(text, "\n") {
			report(yamlnode.Resolve(n), "the command line", braces(text))
		}
	}
}

// braces returns the names in ${NAME}, without those with a default or another
// operator, which only shells have.
func braces(text string) []string {
	var names []string
	for {
		i := strings.Index(text, "${")
		if i < 0 {
			return names
		}
		escaped := i > 0 && text[i-1] == '$'
		text = text[i+2:]
		name, _, ok := strings.Cut(text, "}")
		if ok && !escaped && isVariableName(name) {
			names = append(names, name)
		}
	}
}
