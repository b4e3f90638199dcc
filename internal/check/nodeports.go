package check

import (
	"bytes"
	"regexp"
	"strconv"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
)

// nodePortRange is how kubeadm, k3s, minikube and others are told which ports the API
// server gives to nodes.
// https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
var nodePortRange = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)service[-_]?node[-_]?port[-_]?range["']?(?:\s*[:=]\s*|\s+|\s*\n\s*value:\s*)["']?([0-9]{1,5})\s*-\s*([0-9]{1,5})`)
})

var outsideRange = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^nodePort ([0-9]+) is outside 30000 to 32767`)
})

// portOutside returns the port of a finding that it is not in the usual range, 0 for others.
func portOutside(f *finding.Finding) int {
	if f.Rule != apischema.ServiceInvalid {
		return 0
	}
	if m := outsideRange().FindStringSubmatch(f.Message); m != nil {
		port, _ := strconv.Atoi(m[1])
		return port
	}
	return 0
}

// nodePorts makes notes of ports outside the usual range, where a file of the repository
// tells the API server of one that has them.
var nodePorts = saying[int]{
	asks: func(_ *outcome, f *finding.Finding) (port int, ok bool) {
		port = portOutside(f)
		return port, port != 0 && f.Severity == finding.Warning
	},
	wants: func(string) bool { return true },
	says: func(file string, text []byte) func(int) string {
		if !bytes.Contains(bytes.ToLower(text), []byte("range")) {
			return nil
		}
		ranges := nodePortRange().FindAllSubmatch(text, -1)
		return func(port int) string {
			for _, m := range ranges {
				first, _ := strconv.Atoi(string(m[1]))
				last, _ := strconv.Atoi(string(m[2]))
				if first <= port && port <= last {
					return file + " tells the API server of the range " + string(m[1]) + " to " + string(m[2])
				}
			}
			return ""
		}
	},
}

// chosenPorts makes notes of ports outside the usual range, where one Service has so many
// of them that somebody has chosen a range.
func chosenPorts(outcomes []outcome) {
	for i := range outcomes {
		o := &outcomes[i]
		const chosen = 3
		of := map[object]int{} // ports of a Service
		for j := range o.findings {
			if f := &o.findings[j]; portOutside(f) != 0 {
				of[object{f.File, f.Resource}]++
			}
		}
		for j := range o.findings {
			f := &o.findings[j]
			if _, set := o.set[f.Rule]; !set && portOutside(f) != 0 && f.Severity == finding.Warning && of[object{f.File, f.Resource}] >= chosen {
				f.Severity, f.Help = finding.Note, "it has several: the API server is probably told of another range"
			}
		}
	}
}
