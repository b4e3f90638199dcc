package rules

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/normalize"
	"github.com/ressKim-io/wealist-k8s-migration/internal/quantity"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func resourceRules() []*Rule {
	return []*Rule{
		quantityInvalid, limitBelowRequest, limitsMissing, memoryBelowProfile, profileNotFound,
		heapAboveLimit, limitRangeViolated, quotaExceeded,
	}
}

const manageResources = "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/"

// explicit reports whether the configuration sets the severity of the rule.
func (p *Pass) explicit() bool {
	if p.Config.Validate == nil {
		return false
	}
	_, ok := p.Config.Validate.Rules[p.rule.Name]
	return ok
}

var quantityInvalid = &Rule{
	Name:     "quantity-invalid",
	Severity: finding.Error,
	Doc: "A request, limit, size or quota is not a quantity, such as 512MB or 1 Gi. " +
		"The API server refuses the whole resource. Placeholders that something fills in later are left alone.",
	URL: "https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.Objects() {
			if o.Local {
				continue
			}
			for at, n := range normalize.Quantities(o) {
				q, err := quantity.Parse(n.Value)
				switch {
				case err != nil:
					p.reportQuantity(o, n, fmt.Sprintf("%q is not a quantity", n.Value), nearQuantity(n.Value))
				case countsBytes(at.Name()) && strings.HasSuffix(n.Value, "m") && q.MilliValue()%1000 != 0 && q.Value() < 1<<20: // what is more is how programs write 1.2Gi
					p.reportQuantity(o, n, fmt.Sprintf("%q is a fraction of a byte: m is a thousandth", n.Value), strings.TrimSuffix(n.Value, "m")+"Mi")
				}
			}
		}
		return nil
	},
}

func (p *Pass) reportQuantity(o *inventory.Object, n *yaml.Node, message, near string) {
	if word := quantityPlaceholder(n.Value); word != "" {
		p.Report(o, n, fmt.Sprintf("this quantity is still the placeholder %q", word), AtMost(finding.Warning), Help("write a number and a unit, such as 250m or 512Mi"), ToFillIn(word))
		return
	}
	if near == "" {
		p.Report(o, n, message, Help("write a number and a unit without a blank, such as 250m, 0.5, 512Mi or 2Gi"))
		return
	}
	p.Report(o, n, message, DidYouMean(near))
}

// quantityPlaceholder returns what stands for a quantity that somebody, or a script, is
// to put in: capitals without a digit, which no quantity is, a letter for the number
// before a unit, as in XGi, a word that says what the quantity is of, as in volsize, or
// a placeholder.
func quantityPlaceholder(text string) string {
	if len(text) > 2 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == "" {
		return text
	}
	if unit := strings.TrimLeft(text, "XxNn?#"); unit != text {
		if _, err := quantity.Parse("1" + unit); err == nil {
			return text
		}
	}
	if small := strings.ToLower(text); len(text) > 4 && strings.Trim(small, "abcdefghijklmnopqrstuvwxyz_-") == "" &&
		slices.ContainsFunc([]string{"size", "storage", "memory", "cpu", "capacity", "limit", "request"}, func(of string) bool { return strings.Contains(small, of) }) &&
		!strings.HasPrefix(small, "un") { // unlimited
		return text
	}
	if word, sure := findPlaceholder(text); sure {
		return word
	}
	return templateMark(text)
}

// countsBytes reports whether a quantity of that name is an amount of bytes.
func countsBytes(name string) bool {
	name = name[strings.LastIndexByte(name, '.')+1:] // of requests.memory in a quota
	return name == "memory" || name == "storage" || name == "ephemeral-storage" || name == "sizeLimit"
}

// nearQuantity corrects what people write instead of a unit: 512MB, 1 gb, 2GiB.
func nearQuantity(s string) string {
	s = strings.Join(strings.Fields(s), "")
	digits := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit := map[string]string{
		"kb": "Ki", "mb": "Mi", "gb": "Gi", "tb": "Ti", "kib": "Ki", "mib": "Mi", "gib": "Gi", "tib": "Ti",
		"ki": "Ki", "mi": "Mi", "gi": "Gi", "ti": "Ti", "g": "Gi", "m": "m", "mil": "m", "millicores": "m", "cores": "", "core": "", "": "",
	}
	u, ok := unit[strings.ToLower(s[len(digits):])]
	if _, err := quantity.Parse(digits + u); !ok || err != nil {
		return ""
	}
	return digits + u
}

var limitBelowRequest = &Rule{
	Name:     "limit-below-request",
	Severity: finding.Error,
	Doc: "A container's limit is below its request. " +
		"The API server refuses the workload, or refuses each of its pods.",
	URL: manageResources,
	Run: func(p *Pass) error {
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			for k, n := range yamlnode.Fields(yamlnode.Path(c.Node, "resources", "limits")) {
				limit, ok1 := amount(n)
				request, ok2 := amount(yamlnode.Path(c.Node, "resources", "requests", k.Value))
				if ok1 && ok2 && limit.Cmp(request) < 0 {
					p.Report(o, n, fmt.Sprintf("container %q: the limit of %s, %s, is below the request, %s", c.Name, k.Value, limit.String(), request.String()),
						Help("raise the limit, or lower the request"))
				}
			}
		})
		return nil
	},
}

// amount parses a quantity. ok is false where there is none.
func amount(n *yaml.Node) (q resource.Quantity, ok bool) {
	s := yamlnode.String(n)
	if s == "" {
		return q, false
	}
	q, err := quantity.Parse(s)
	return q, err == nil
}

var limitsMissing = &Rule{
	Name:     "limits-missing",
	Severity: finding.Warning,
	Doc: "A container has no memory limit. " +
		"It can take the memory of its whole node, and the kernel then kills processes of other pods too. " +
		"It is checked where the configuration sets resources (normalize.resources) or names this rule; " +
		"and everywhere for what a ResourceQuota of the namespace demands, because the API server refuses pods without it. " +
		"Init containers, and containers with the profile none, are left alone. A missing CPU limit is not reported: many do without on purpose.",
	URL: manageResources,
	Run: func(p *Pass) error {
		asked := p.explicit() || p.Config.Normalize.GetResources() != nil
		demands := p.demanded()
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			if c.Pod.Partial || !yamlnode.IsNull(yamlnode.Get(c.Pod.Spec, "resources")) {
				return
			}
			for _, d := range demands[o.Namespace] {
				if c.Type != inventory.EphemeralContainer && !sets(c, d.field, d.resource) {
					p.Report(o, c.Node, fmt.Sprintf("container %q sets no %s of %s, and %s demands one: its pods are refused", c.Name, strings.TrimSuffix(d.field, "s"), d.resource, d.by),
						Help("set it, or name a resource profile in the annotation %s", normalize.ProfileKey))
					return
				}
			}
			if !asked || c.Type != inventory.AppContainer || sets(c, "limits", "memory") ||
				normalize.ProfileOf(p.Config.Normalize.GetResources(), c).Profile == normalize.NoProfile {
				return
			}
			p.Report(o, c.Node, fmt.Sprintf("container %q has no memory limit", c.Name),
				Help("set one, or name a resource profile in the annotation %s: %q, or %q for one container",
					normalize.ProfileKey, "python", c.Name+"=python"))
		})
		return nil
	},
}

// sets reports whether a container has a request or limit. A limit is a
// request, too: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#requests-and-limits
func sets(c *inventory.Container, field, name string) bool {
	return !yamlnode.IsNull(yamlnode.Path(c.Node, "resources", field, name)) ||
		field == "requests" && !yamlnode.IsNull(yamlnode.Path(c.Node, "resources", "limits", name))
}

type demand struct {
	field, resource string
	by              string
}

// demanded is what each namespace's quotas demand of all containers, less what
// a LimitRange gives them.
func (p *Pass) demanded() map[string][]demand {
	demands := map[string][]demand{}
	ranges := p.limitRanges()
	for _, q := range p.Inventory.OfKind(inventory.GroupKind{Kind: "ResourceQuota"}) {
		if scoped(q) || q.Namespace == "" {
			continue
		}
		for k := range yamlnode.Fields(q.Get("spec", "hard")) {
			field, name := quotaResource(k.Value)
			if name != "cpu" && name != "memory" || limitRangeDefault(ranges[q.Namespace], field, name) != nil {
				continue
			}
			demands[q.Namespace] = append(demands[q.Namespace], demand{field, name, fmt.Sprintf("ResourceQuota %q", q.Name)})
		}
	}
	return demands
}

var memoryBelowProfile = &Rule{
	Name:     "memory-below-profile",
	Severity: finding.Error,
	Doc: "A memory limit is below what such a program uses once it runs, by the container's resource profile. " +
		"The kernel then kills the program again and again: OOMKilled, exit code 137. " +
		"It is checked for containers whose workload names a profile, or which the configuration gives one.",
	URL: "https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/#exceed-a-container-s-memory-limit",
	Run: func(p *Pass) error {
		cfg := p.Config.Normalize.GetResources()
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			name := normalize.ProfileOf(cfg, c).Profile
			if name == "" {
				return
			}
			profile, ok := cfg.Profile(name)
			if !ok {
				return
			}
			for _, res := range slices.Sorted(maps.Keys(profile.Floor)) {
				n := yamlnode.Path(c.Node, "resources", "limits", res)
				limit, ok1 := amount(n)
				floor, err := quantity.Parse(string(profile.Floor[res]))
				if !ok1 || err != nil || limit.Cmp(floor) > 0 {
					continue
				}
				message := fmt.Sprintf("container %q has a limit of %s %s, and a program of profile %q needs more than %s once it runs", c.Name, limit.String(), res, name, floor.String())
				if res == "memory" {
					message += ": OOMKilled, exit code 137"
				}
				p.Report(o, n, message, Help("%s", remedy(profile, name, res, limit)))
			}
		})
		return nil
	},
}

func remedy(profile config.Profile, name, res string, limit resource.Quantity) string {
	at := "spec.normalize.resources.profiles." + name
	if q, err := quantity.Parse(string(profile.Limits[res])); err == nil && q.Cmp(limit) > 0 {
		return fmt.Sprintf("take the limit out here and profile %q sets %s; or raise it; or, if that is enough for this program, lower %s.floor.%s", name, q.String(), at, res)
	}
	return fmt.Sprintf("raise %s.limits.%s, or, if that is enough for these programs, lower %s.floor.%s", at, res, at, res)
}

var profileNotFound = &Rule{
	Name:     "profile-not-found",
	Severity: finding.Error,
	Doc: "The annotation or label wealist.io/resource-profile names a profile, or a container, that does not exist. " +
		"The container then gets no requests and limits, or those of somebody else.",
	Run: func(p *Pass) error {
		cfg := p.Config.Normalize.GetResources()
		names := append(cfg.ProfileNames(), normalize.NoProfile)
		for _, o := range p.Inventory.Objects() {
			reported := map[string]bool{} // pods of one workload share its annotation
			for _, pod := range o.Pods() {
				for _, n := range normalize.NamedProfiles(pod) {
					p.checkProfile(o, pod, n, names, reported)
				}
			}
		}
		return nil
	},
}

func (p *Pass) checkProfile(o *inventory.Object, pod *inventory.Pod, n normalize.Named, names []string, reported map[string]bool) {
	report := func(message, text string, candidates []string) {
		if reported[message] {
			return
		}
		reported[message] = true
		near := nearest(text, candidates)
		p.Report(o, n.Node, message, DidYouMean(near...), Help("%s", listOf("the profiles", candidates)))
	}
	if !slices.Contains(names, n.Profile) {
		report(fmt.Sprintf("there is no resource profile %q", n.Profile), n.Profile, names)
	}
	var containers []string
	for _, c := range pod.Containers {
		containers = append(containers, c.Name)
	}
	if n.Container != "" && !slices.Contains(containers, n.Container) {
		report(fmt.Sprintf("resource profile %q is for container %q, which the pod does not have", n.Profile, n.Container), n.Container, containers)
	}
}

var heapAboveLimit = &Rule{
	Name:     "heap-above-limit",
	Severity: finding.Warning,
	Doc: "The heap that a JVM (-Xmx, -XX:MaxRAMPercentage) or Node.js (--max-old-space-size) may use fills the container's memory limit. " +
		"The container is OOMKilled before the program collects its garbage. " +
		"Heaps of more than 95 % of the limit are reported: threads, buffers and code need the rest.",
	URL: "https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html",
	Run: func(p *Pass) error {
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			limit, ok := amount(yamlnode.Path(c.Node, "resources", "limits", "memory"))
			if !ok || limit.Sign() <= 0 {
				return
			}
			for _, n := range flagNodes(c) {
				for _, h := range heaps(n.Value) {
					if h.share(limit.Value()) > maxHeap {
						p.Report(o, n, fmt.Sprintf("container %q: %s leaves nothing of the memory limit, %s, for anything but the heap", c.Name, h.flag, limit.String()),
							SecretLine(), Says(finding.About{What: heapFlags, Name: variableOf(c, n)}), Help("leave a quarter of the limit for threads, buffers and code: lower the heap, or raise the limit"))
					}
				}
			}
		})
		return nil
	},
}

const (
	maxHeap   = 0.95
	heapFlags = "heap flags"
)

// variableOf is the name of the variable of a container that a value is of, "" if it is of none.
func variableOf(c *inventory.Container, value *yaml.Node) string {
	for _, e := range yamlnode.Elements(yamlnode.Get(c.Node, "env")) {
		if yamlnode.Get(e, "value") == value {
			return yamlnode.GetString(e, "name")
		}
	}
	return ""
}

// HeapVariable returns the variable whose flags a finding is about, where programs read it only
// if a script hands it on: the JVM reads JAVA_TOOL_OPTIONS and JDK_JAVA_OPTIONS, and Node.js
// NODE_OPTIONS. https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html
func HeapVariable(f *finding.Finding) (name string, ok bool) {
	said := f.Said()
	switch said.Name {
	case "", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "NODE_OPTIONS":
		return "", false
	}
	return said.Name, said.What == heapFlags
}

// flagNodes are the scalars in which a container gives flags to its program.
func flagNodes(c *inventory.Container) []*yaml.Node {
	var out []*yaml.Node
	for _, field := range []string{"command", "args"} {
		for _, e := range yamlnode.Elements(yamlnode.Get(c.Node, field)) {
			out = append(out, yamlnode.Resolve(e))
		}
	}
	for _, e := range yamlnode.Elements(yamlnode.Get(c.Node, "env")) {
		if v := yamlnode.Get(e, "value"); v != nil && v.Kind == yaml.ScalarNode {
			out = append(out, v)
		}
	}
	return out
}

// heap is a flag that sets the size of a heap.
type heap struct {
	flag    string
	bytes   int64
	percent float64 // of the limit, instead of bytes
}

func (h heap) share(limit int64) float64 {
	if h.percent > 0 {
		return h.percent / 100
	}
	return float64(h.bytes) / float64(limit)
}

// heaps finds flags in text, the value of a variable or shell text. Of several
// of one kind the last one counts, as it does for the programs.
func heaps(text string) []heap {
	var jvm, percentage, node heap
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n\"',;", r) }) {
		if at := strings.Index(word, "=-"); at >= 0 {
			word = word[at+1:] // JAVA_OPTS=-Xmx1g
		}
		name, value, _ := strings.Cut(word, "=")
		switch {
		case strings.HasPrefix(word, "-Xmx"):
			jvm = heap{flag: word, bytes: jvmSize(word[len("-Xmx"):])}
		case name == "-XX:MaxRAMPercentage":
			v, _ := strconv.ParseFloat(value, 64)
			percentage = heap{flag: word, percent: v}
		case strings.ReplaceAll(name, "_", "-") == "--max-old-space-size":
			v, _ := strconv.ParseInt(value, 10, 32)
			node = heap{flag: word, bytes: v << 20}
		}
	}
	if jvm.bytes > 0 {
		percentage = heap{} // -Xmx wins
	}
	return []heap{jvm, percentage, node}
}

// jvmSize is a size as the JVM writes it, such as 512m or 2g, in bytes; 0 if
// it is none.
func jvmSize(s string) int64 {
	shift := 0
	if i := strings.IndexAny(s, "kKmMgGtT"); i >= 0 && i == len(s)-1 {
		shift = 10 * (1 + strings.IndexByte("kmgt", s[i]|0x20))
		s = s[:i]
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64>>shift {
		return 0
	}
	return n << shift
}
