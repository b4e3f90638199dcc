package rules

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/host"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// weak reports whether the text could be something else than an address: a
// name and a number in the middle of a file, or a word there.
func (u *hostUse) weak() bool {
	switch u.Form {
	case host.HostPort:
		return u.inFile && !host.IsAddressKey(u.Key) && !strings.Contains(u.Host, ".")
	case host.Word:
		return u.inFile && !strings.Contains(u.Host, ".")
	}
	return false
}

// strong reports whether the text says by itself that this is an address.
func (u *hostUse) strong() bool {
	switch u.Form {
	case host.HostPort:
		return host.IsAddressKey(u.Key)
	case host.Word:
		return !u.weak()
	}
	return true
}

// evident reports whether the text leaves no doubt that this is an address,
// so that one that leads nowhere may be called wrong.
func (j *hostJudge) evident(u *hostUse) bool {
	switch {
	case u.off, isExampleName(u.judgement.service):
		return false
	case u.multiline && !u.decoded && isOffInFile(yamlnode.String(u.node), u.Offset):
		return false
	case strings.Contains(u.node.Value, "${metadata."):
		return false // a link of Argo's pages, which browsers follow: https://argo-workflows.readthedocs.io/en/latest/links/
	case u.lenient:
		return strings.Contains(u.Host, ".svc")
	case u.Form == host.HostPort && u.secret && !host.IsAddressKey(u.Key) && (!u.multiline || isSensitiveKey(u.Key)):
		return false // a password may look like this
	case u.secret && u.afterURL && u.Form != host.URL:
		return false
	case u.Form == host.Word && u.Port == 0 && (isSoftwareKey(u.Key) || u.inFile && strings.EqualFold(u.Key, "endpoints")): // which may be those of one server, by name
		return false
	case u.weak():
		return u.Port != 0 && j.portNumbers[u.Port] || j.company[u.spot()]
	}
	return true
}

// isOffInFile reports whether what stands at an offset of a file belongs to something that the
// file switches off: the endpoint beside "enabled: false", in YAML and indented JSON, of its own
// block or one around it, or in the same section of an INI or TOML file.
func isOffInFile(text string, offset int) bool {
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	line, below, _ := strings.Cut(text[start:], "\n")
	if isOffLine(line) {
		return true
	}
	const most = 500                       // lines each way: a file may have very many addresses
	depth, other := textDepth(line), false // other: in another element of the list
	n := 0
	for line := range strings.SplitSeq(below, "\n") {
		if n++; n > most {
			break
		}
		d := textDepth(line)
		if isBlank(line) || d > depth || d == depth && other {
			continue
		}
		if strings.HasPrefix(line, "[") { // the head of a section
			break
		}
		depth, other = d, isItem(line)
		if !other && isOffLine(line) {
			return true
		}
	}
	depth, other = textDepth(line), isItem(line)
	n = 0
	for above := text[:start]; above != "" && n < most; n++ {
		above = strings.TrimSuffix(above, "\n")
		line := above[strings.LastIndexByte(above, '\n')+1:]
		above = above[:len(above)-len(line)]
		d := textDepth(line)
		if isBlank(line) || d > depth || d == depth && other {
			continue
		}
		if strings.HasPrefix(line, "[") {
			break
		}
		depth, other = d, isItem(line)
		if isOffLine(line) {
			return true
		}
	}
	return false
}

// textDepth is the column of what a line begins with, behind the dash of a list.
func textDepth(line string) int { return len(line) - len(strings.TrimLeft(line, " -")) }

func isItem(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " "), "- ") }

func isBlank(line string) bool {
	line = strings.TrimLeft(line, " \t")
	return line == "" || line[0] == '#' || line[0] == ';'
}

// isOffLine reports whether a line is a setting that switches off: enabled: false, "enabled": false,
// or enabled = false.
func isOffLine(line string) bool {
	key, value, ok := strings.Cut(strings.TrimLeft(line, " -"), ":")
	if !ok {
		if key, value, ok = strings.Cut(key, "="); !ok {
			return false
		}
	}
	value, _, _ = strings.Cut(value, "#")
	value = strings.ToLower(strings.Trim(value, " ,\t\r\"'"))
	switch strings.Trim(key, " \t\"'") {
	case "enabled", "enable", "Enabled":
		return isOff(value)
	case "disabled", "Disabled":
		return value == "true" || value == "yes" || value == "on" || value == "1"
	}
	return false
}

// isExampleName reports whether a name is one that stands in for another.
func isExampleName(name string) bool {
	for _, part := range [...]string{"changeme", "change-me", "dummy", "replace", "placeholder", "your-", "example", "overrid", "overwrit", "injected", "-by-env", "from-env", "set-by-"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}

// isSoftwareKey reports whether a key may name a product rather than an
// address, as in WEB_SERVER=nginx.
func isSoftwareKey(key string) bool {
	lower := strings.ToLower(key)
	return strings.HasSuffix(lower, "server") || strings.HasSuffix(lower, "broker")
}

// isSensitiveKey reports whether values under a key are likely secret.
func isSensitiveKey(key string) bool {
	lower := strings.ToLower(key)
	for _, part := range [...]string{"pass", "pwd", "secret", "token", "key", "cred", "auth"} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return false
}

// forgiveAlternatives drops wrong namespaces in a text that also has the same
// Service in the right one: scrape configurations list both.
func (j *hostJudge) forgiveAlternatives() {
	type place struct {
		spot
		service string
	}
	right := map[place]bool{}
	for _, u := range j.uses {
		if u.judgement.verdict == hostFound && u.Form == host.Cluster {
			right[place{u.spot(), u.judgement.service}] = true
		}
	}
	for _, u := range j.uses {
		r := &u.judgement
		if r.verdict == hostWrongNamespace && strings.Contains(u.Host, ".") && u.multiline && u.Port == 0 &&
			right[place{u.spot(), r.service}] && !suggest.Close(r.namespace, r.target.Namespace) {
			r.verdict = hostElsewhere
		}
	}
}

// isTypo tells a typing error from a different name that happens to be near:
// redis-2 for redis-1, user-db for user-ui.
func (j *hostJudge) isTypo(u *hostUse, service string, o *inventory.Object) bool {
	digits := func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}
	if strings.Trim(strings.Map(digits, service), "-") == strings.Trim(strings.Map(digits, o.Name), "-") {
		return false
	}
	distance := suggest.Distance(service, o.Name)
	substituted := len(service) == len(o.Name) && !isTransposed(service, o.Name)
	if u.Form == host.HostPort && u.weak() && !j.hasPort(o, u.Port) {
		return false
	}
	if distance == 1 && !substituted {
		return true
	}
	if u.Port != 0 && j.hasPort(o, u.Port) && distance <= 2 {
		return wordsAlike(service, o.Name, 2)
	}
	if distance == 1 {
		return len(service) > 5
	}
	return len(service) > 8 && wordsAlike(service, o.Name, 1)
}

func isTransposed(a, b string) bool {
	for i := 0; i+1 < len(a) && i+1 < len(b); i++ {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return false
}

// wordsAlike reports whether each dash-separated word of a is at most limit
// edits, and less than half of its letters, away from that of b.
func wordsAlike(a, b string, limit int) bool {
	as, bs := strings.Split(a, "-"), strings.Split(b, "-")
	if len(as) != len(bs) {
		return suggest.Distance(a, b) == 1
	}
	for i := range as {
		if d := suggest.Distance(as[i], bs[i]); d > limit || 2*d >= len(bs[i])+1 && d > 0 {
			return false
		}
	}
	return true
}

// A numberedPort is a port of a Service with its numbers parsed.
type numberedPort struct {
	ServicePort
	port, nodePort int
}

// servicePorts returns the ports of a Service, nil where they are not all
// plain numbers.
func (j *hostJudge) servicePorts(o *inventory.Object) []numberedPort {
	if ports, ok := j.ports[o]; ok {
		return ports
	}
	return readPorts(o)
}

func readPorts(o *inventory.Object) []numberedPort {
	var ports []numberedPort
	for _, p := range ServicePorts(o) {
		number, err := strconv.Atoi(p.Port)
		if err != nil {
			return nil
		}
		nodePort, _ := strconv.Atoi(yamlnode.GetString(p.Node, "nodePort"))
		ports = append(ports, numberedPort{p, number, nodePort})
	}
	return ports
}

// hasPort reports whether a connection to port of the Service can arrive: a
// port of the Service or, where DNS answers with pods, one of theirs.
func (j *hostJudge) hasPort(o *inventory.Object, port int) bool {
	for _, p := range j.servicePorts(o) {
		if p.port == port || isHeadless(o) && p.TargetPort == strconv.Itoa(port) {
			return true
		}
	}
	return isHeadless(o) && slices.Contains(j.podPorts(o), port)
}

// podPorts returns the container ports of the pods that the Service selects.
func (j *hostJudge) podPorts(o *inventory.Object) []int {
	var ports []int
	for _, pod := range j.b.SelectedPods(o) {
		for _, c := range pod.Containers {
			for _, e := range yamlnode.Elements(yamlnode.Get(c.Node, "ports")) {
				if number, err := strconv.Atoi(yamlnode.GetString(e, "containerPort")); err == nil {
					ports = append(ports, number)
				}
			}
		}
	}
	return ports
}
