package check

import (
	"bytes"
	"regexp"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
)

// certificateHosts makes notes of hosts of an Ingress that have a certificate there and no
// rule, where the rule is in another tree or a chart, of another kind, or commented out.
var certificateHosts = saying[string]{
	asks: func(_ *outcome, f *finding.Finding) (host string, ok bool) {
		about := f.Said()
		return about.Name, f.Rule == apischema.IngressInvalid && about.What == apischema.CertificateAlone
	},
	wants: isYAML,
	most:  mostScripts,
	says: func(file string, text []byte) func(string) string {
		routes := false // hosts are in a list
		for _, kind := range [...]string{"Route", "kind: Gateway", "kind: VirtualService", "kind: Tunnel", "ingress:\n"} {
			routes = routes || bytes.Contains(text, []byte(kind))
		}
		if !routes && !bytes.Contains(text, []byte("host")) {
			return nil
		}
		ruled := map[string]bool{}
		commented := map[string]bool{}
		for _, m := range ruleHost().FindAllSubmatch(text, -1) {
			ruled[string(m[2])] = true
			commented[string(m[2])] = len(m[1]) > 0
		}
		return func(host string) string {
			switch {
			case commented[host]:
				return "its rule is commented out in " + file
			case ruled[host], routes && isRouted(text, host):
				return file + " has a rule for it"
			}
			return ""
		}
	},
}

// ruleHost is the host of a rule, also of one that is commented out.
var ruleHost = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^\s*(#?)[\s#]*(?:- )?["']?host(?:name)?["']?:\s*["']?([\w*.-]+)`)
})

// isRouted reports whether a host stands in a text with routes of another kind than an
// Ingress: in its match, or in a list.
func isRouted(text []byte, host string) bool {
	return !bytes.Contains(text, []byte("kind: Ingress\n")) && hasWord(text, host) && !bytes.Contains(text, []byte("."+host))
}
