package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// idleRules are about containers that do nothing.
func idleRules() []*Rule { return []*Rule{probeNotAnswered} }

var probeNotAnswered = &Rule{
	Name:     "probe-not-answered",
	Severity: finding.Error,
	Doc: "A container does nothing but wait, as with command: [sleep, infinity], and has a probe that asks a port. " +
		"Nothing listens there: with a liveness or startup probe the kubelet restarts it again and again, and with a readiness probe it is never ready. " +
		"Pods with another container or a hook that may listen, or that a webhook adds one to, are left alone.",
	URL: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
	Run: func(p *Pass) error {
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			if c.Type != inventory.AppContainer || c.Pod.Partial || !isIdle(c) || yamlnode.Bool(yamlnode.Get(c.Pod.Spec, "hostNetwork")) ||
				slices.ContainsFunc(c.Pod.Containers, mayListen) || p.injected(c.Pod) {
				return
			}
			for _, probe := range [...]string{"startupProbe", "livenessProbe", "readinessProbe"} {
				for _, how := range [...]string{"httpGet", "tcpSocket", "grpc"} {
					n := yamlnode.Path(c.Node, probe, how)
					if n == nil || yamlnode.GetString(n, "host") != "" {
						continue
					}
					at := yamlnode.Get(n, "port")
					if at == nil {
						at = n
					}
					then := "the kubelet restarts it again and again"
					if probe == "readinessProbe" {
						then = "it is never ready"
					}
					p.Report(o, at, fmt.Sprintf("container %q only waits, and nothing answers its %s: %s", c.Name, probe, then),
						Help("take the probe away, or let the container run its program"))
				}
			}
		})
		return nil
	},
}

// mayListen reports whether a container runs beside the others of its pod and does more
// than to wait, or has a hook that may have started something.
func mayListen(c *inventory.Container) bool {
	return (c.Type == inventory.AppContainer || c.Sidecar()) && (!isIdle(c) || yamlnode.Path(c.Node, "lifecycle", "postStart") != nil)
}

// waiting is a script that does nothing.
var waiting = sync.OnceValue(func() *regexp.Regexp {
	const wait = `(?:exec\s+)?(?:sleep\s+[0-9a-z]+|tail\s+-[fF]\s+/dev/null)(?:\s*&\s*wait)?`
	return regexp.MustCompile(`^\s*(?:trap\s[^;&]*;\s*)?(?:` + wait + `|while\s+(?:true|:|\[\s*1\s*\])\s*;?\s*do\s+` + wait + `\s*;?\s*done)\s*;?\s*$`)
})

// isIdle reports whether the command of a container does nothing but wait.
func isIdle(c *inventory.Container) bool {
	var words []string
	for _, n := range slices.Concat(yamlnode.Elements(yamlnode.Get(c.Node, "command")), yamlnode.Elements(yamlnode.Get(c.Node, "args"))) {
		words = append(words, yamlnode.String(n))
	}
	if len(yamlnode.Elements(yamlnode.Get(c.Node, "command"))) == 0 || len(words) < 2 {
		return false
	}
	if isShell(words[0]) {
		if !strings.HasPrefix(words[1], "-") || !strings.HasSuffix(words[1], "c") || len(words) != 3 {
			return false
		}
		return waiting().MatchString(words[2])
	}
	words[0] = words[0][strings.LastIndexByte(words[0], '/')+1:]
	return (words[0] == "sleep" || words[0] == "tail") && waiting().MatchString(strings.Join(words, " "))
}
