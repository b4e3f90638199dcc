package rules

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// rewriteRules are about what controllers make of the path of a request.
func rewriteRules() []*Rule { return []*Rule{rewriteDropsPath} }

const rewriteTarget = "nginx.ingress.kubernetes.io/rewrite-target"

var rewriteDropsPath = &Rule{
	Name:     "rewrite-drops-path",
	Severity: finding.Warning,
	Doc: "An Ingress has rewrite-target: / of ingress-nginx, and a path that requests for more than one page go by. " +
		"Since its release 0.22 the target is the whole new path: a request for /api/users is passed on as /, and so is every other one. " +
		"What is to be kept is in a group of the path, and in the target as $1 or $2. " +
		"The path that is the target itself is left as it is, and paths of type Exact, Ingresses of other controllers, and Services whose pods answer every path alike, such as http-echo, are left alone.",
	URL: "https://kubernetes.github.io/ingress-nginx/examples/rewrite/#rewrite-target",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.OfKind(gk("networking.k8s.io/Ingress")) {
			if o.Node == nil || o.Annotation(rewriteTarget) != "/" || !ofIngressNginx(o) {
				continue
			}
			for _, path := range ingressPaths(o) {
				if path.path == "" || path.path == "/" || strings.Contains(path.key, " Exact ") || p.answersAlike(o, path.backend) {
					continue
				}
				literal, expression := literalPart(path.path)
				group := strings.Contains(expression, "(")
				if literal == "/" || isOnePage(literal) || !group && strings.HasSuffix(expression, "$") {
					continue
				}
				help := fmt.Sprintf("leave the target out where the program knows the path; otherwise write path: %s(/|$)(.*) with pathType: ImplementationSpecific, and %s: /$2, which is for all paths of this Ingress", literal, rewriteTarget)
				if n := lastGroup(expression); n > 0 {
					help = fmt.Sprintf("write %s: /$%d, which is the rest of the path", rewriteTarget, n)
				} else if group {
					help = fmt.Sprintf("leave the target out where the program knows the path; otherwise end the path with (/|$)(.*), and write the number of that last group into %s, as in /$3", rewriteTarget)
				}
				message := fmt.Sprintf("ingress-nginx passes every request below %s on as /", literal)
				if !strings.ContainsAny(expression, `[{\`) { // which may not take it
					message += fmt.Sprintf(": %s/a arrives as / too", literal)
				}
				p.Report(o, path.node, message, Help("%s", help))
			}
		}
		return nil
	},
}

// literalPart splits a path where it becomes a regular expression, and leaves out what that
// makes optional: /api of /api/?(.*).
func literalPart(path string) (literal, expression string) {
	literal = path
	if i := strings.IndexAny(path, `([{?+*$^|\`); i >= 0 {
		literal, expression = path[:i], path[i:]
		if expression[0] == '?' && i > 0 {
			literal = path[:i-1]
		}
	}
	return "/" + strings.Trim(strings.TrimRight(literal, "."), "/"), expression
}

// lastGroup returns the number of the group that an expression ends with, where that takes
// the rest of a path.
func lastGroup(expression string) int {
	expression = strings.TrimSuffix(expression, "$")
	if !strings.HasSuffix(expression, "(.*)") && !strings.HasSuffix(expression, "(.+)") {
		return 0
	}
	re, err := regexp.Compile(expression)
	if err != nil {
		return 0
	}
	return re.NumSubexp()
}

// ofIngressNginx reports whether an Ingress is for ingress-nginx, as far as its class
// says so: without one it goes to the cluster's own.
func ofIngressNginx(o *inventory.Object) bool {
	class := ingressClass(o)
	return class == "" || strings.Contains(class, "nginx") || class == "public" || strings.HasPrefix(class, "webapprouting")
}

// isOnePage reports whether a path is usually that of one page, with nothing below it.
func isOnePage(path string) bool {
	switch last := path[strings.LastIndexByte(path, '/')+1:]; last {
	case "graphql", "metrics", "health", "healthz", "ready", "ping", "status", "version", "webhook", "ws":
		return true
	default:
		return strings.Contains(last, ".")
	}
}

// answersAlike reports whether the Service behind a path runs a server that answers all
// paths alike, as those of examples do.
func (p *Pass) answersAlike(o *inventory.Object, backend *yaml.Node) bool {
	svc := p.Inventory.Lookup(serviceKind, o.Namespace, yamlnode.GetString(backend, "service", "name"), true, o)
	if svc == nil || svc.Node == nil {
		return false
	}
	for _, pod := range p.SelectedPods(svc) {
		for _, c := range pod.Containers {
			image := yamlnode.GetString(c.Node, "image")
			for _, word := range [...]string{"echo", "hello", "whoami", "httpbin"} {
				if strings.Contains(image, word) {
					return true
				}
			}
		}
	}
	return false
}
