package rules

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/host"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func placeholderRules() []*Rule { return []*Rule{placeholderLeft} }

var placeholderLeft = &Rule{
	Name:     "placeholder-left",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/concepts/containers/images/#image-names",
	Doc: "An image or a host name still has a placeholder that somebody was to replace: REPLACE_ME, <your-registry>, ACCOUNT_ID.dkr.ecr…, your-domain. " +
		"The image cannot be pulled, and the host leads nowhere. " +
		"It is a warning for host names that are valid as they stand or that a script fills in, in resources whose own name is still to be filled in, and in the values of variables. " +
		"So are values of Secrets that are nothing else than one: <BASE64_CERT>, REPLACE_ME. " +
		"What deployment tools fill in, as ${VAR}, $(VAR) or {{ var }}, is left alone.",
	Run: func(p *Pass) error {
		p.placeholdersInImages()
		for _, o := range p.Inventory.Objects() {
			if !o.Local {
				p.placeholdersInHosts(o)
			}
		}
		p.placeholdersInValues()
		p.placeholdersInSecrets()
		return nil
	},
}

// placeholder is a pattern for what people write where something is to be
// put in.
type placeholder struct {
	pattern string
	// maybe is set for words that are now and then real names.
	maybe bool
}

const yours = `registry|repo|name|user|org|company|domain|project|account|image|host|docker|app|cluster|server|bucket|tenant|team|aws|gcp|azure|ecr|acr|container|namespace|region|site|website|id\b`

// placeholders are tried in order, on text without ${…} and its like. Letters
// and digits may not stand right before a match.
var placeholders = []placeholder{
	{pattern: `<[A-Za-z][^<>]*>`},
	{pattern: `(?i:(?:replace|change|fill|edit|update)[-_]?(?:me|this|in)\b|replace[-_](?:with|from)[-_][a-z0-9_-]+)`},
	{pattern: `(?i:(?:to[-_]be[-_](?:replaced|filled|defined|set)|insert[-_](?:your|here)|put[-_]your))`},
	{pattern: `(?i:your[-_.]?(?:` + yours + `))[A-Za-z0-9_-]*`},
	{pattern: `(?:TODO|FIXME|TBD)\b`},
	{pattern: `(?i:x{3,})\b`},
	{pattern: `(?i:` + sameLetters + `|a\.b\.c\.d|w\.x\.y\.z)\b`}, // for an address
	{pattern: `(?:AWS[-_])?(?:ACCOUNT|PROJECT|ORG|TENANT)[-_]?(?:ID|NAME)\b`},
	{pattern: `(?:MY|YOUR|THE)[-_][A-Z][A-Z_-]+\b`},
	{pattern: `(?:REGISTRY|REPOSITORY|REPO|IMAGE|TAG|VERSION|REGION|DOMAIN|HOSTNAME)(?:[-_](?:URL|NAME|HOST|TAG|HERE|PLACEHOLDER|ID))*\b`, maybe: true},
	{pattern: `(?i:placeholder)(?:_[A-Za-z0-9_]+)?\b`, maybe: true},
	{pattern: `(?:123456789012|111122223333)\.dkr\.ecr\.`, maybe: true}, // the accounts of AWS's own examples
}

// sameLetters is an address that somebody took out of a text: x.x.x.x, y.y.y.y.
const sameLetters = `x{1,3}(?:\.x{1,3}){3}|y{1,3}(?:\.y{1,3}){3}|z{1,3}(?:\.z{1,3}){3}|n{1,3}(?:\.n{1,3}){3}`

var placeholderPattern = sync.OnceValue(func() *regexp.Regexp {
	var sure, maybe []string
	for _, p := range placeholders {
		if p.maybe {
			maybe = append(maybe, p.pattern)
		} else {
			sure = append(sure, p.pattern)
		}
	}
	return regexp.MustCompile(`(?:^|[^A-Za-z0-9])(?:(` + strings.Join(sure, "|") + `)|(` + strings.Join(maybe, "|") + `))`)
})

// mayHoldPlaceholder is a cheap test that nearly all texts fail.
func mayHoldPlaceholder(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case 'A' <= c && c <= 'Z', c == '<', c == '.' && i > 0 && i+1 < len(text) && inLetters(text[i-1:]):
			return true
		case c|0x20 == 'x' && (strings.HasPrefix(text[i:], "xxx") || strings.HasPrefix(text[i+1:], ".x") || strings.HasPrefix(text[i+1:], "x.x")),
			c == 'y' && strings.HasPrefix(text[i:], "your"),
			c == 'm' && strings.HasPrefix(text[i:], "me") && asksTo(text[:i]),
			c == 't' && strings.HasPrefix(text[i:], "this") && asksTo(text[:i]),
			c == 'i' && strings.HasPrefix(text[i:], "in") && (asksTo(text[:i]) || strings.HasPrefix(text[i:], "insert")),
			c == 'w' && strings.HasPrefix(text[i:], "with") && asksTo(text[:i]),
			c == 'f' && strings.HasPrefix(text[i:], "from") && asksTo(text[:i]),
			c == 'p' && strings.HasPrefix(text[i:], "placeholder"),
			c == 't' && (strings.HasPrefix(text[i:], "to-") || strings.HasPrefix(text[i:], "to_")),
			c == '1' && (strings.HasPrefix(text[i:], "123456789012") || strings.HasPrefix(text[i:], "111122223333")):
			return true
		}
	}
	return false
}

// inLetters is a cheap test for an address in letters, from before its dot.
func inLetters(text string) bool {
	return text[0] >= 'a' && text[0] == text[2] || strings.HasPrefix(text, "a.b.c.d") || strings.HasPrefix(text, "w.x.y.z")
}

// asksTo reports whether text ends in replace, or another word before me, this
// or in.
func asksTo(text string) bool {
	if n := len(text) - 1; n > 0 && (text[n] == '-' || text[n] == '_') {
		text = text[:n]
	}
	for _, word := range [...]string{"replace", "change", "fill", "edit", "update"} {
		if strings.HasSuffix(text, word) {
			return true
		}
	}
	return false
}

// findPlaceholder returns the placeholder in text, and whether it is surely one.
func findPlaceholder(text string) (word string, sure bool) {
	if !mayHoldPlaceholder(text) || filledByTools(text) {
		return "", false
	}
	m := placeholderPattern().FindStringSubmatchIndex(text)
	switch {
	case m == nil:
		return "", false
	case m[2] >= 0:
		return text[m[2]:m[3]], true
	}
	// Scripts look for all of it: IMAGE_REGISTRY_URL.
	start := m[4]
	for start > 0 && isUpperWord(text[m[4]]) && isUpperWord(text[start-1]) {
		start--
	}
	return strings.TrimSuffix(text[start:m[5]], ".dkr.ecr."), false
}

func isUpperWord(c byte) bool { return c == '_' || c >= 'A' && c <= 'Z' }

// filledByTools reports whether text holds what Flux, Argo CD, Helm, envsubst,
// kustomize or a script puts a value in for.
func filledByTools(text string) bool {
	return strings.ContainsAny(text, "$%@") && (strings.Contains(text, "${") || strings.Contains(text, "$(") || strings.Count(text, "%") > 1 || strings.HasPrefix(text, "$") || strings.HasPrefix(text, "@")) ||
		strings.HasPrefix(text, "<path:") && strings.Contains(text, "#") || // argocd-vault-plugin.readthedocs.io/en/stable/howitworks/#inline-path-placeholders
		strings.Contains(text, "{{") || strings.Contains(text, "#{") || strings.Contains(text, "__") || strings.Contains(text, "<%") || strings.Contains(text, "[[")
}

func (p *Pass) placeholdersInImages() {
	p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
		p.placeholderInImage(o, yamlnode.Get(c.Node, "image"), "container", c.Name)
	})
	p.eachPod(func(pod *inventory.Pod) {
		for _, v := range yamlnode.Elements(yamlnode.Get(pod.Spec, "volumes")) {
			if n := yamlnode.Path(v, "image", "reference"); n != nil {
				p.placeholderInImage(pod.Owner, n, "volume", yamlnode.GetString(v, "name"))
			}
		}
	})
}

func (p *Pass) placeholderInImage(o *inventory.Object, n *yaml.Node, what, name string) {
	image := yamlnode.String(n)
	word, sure := findPlaceholder(image)
	if !sure && word != "" && calledSo(o.Name, word) {
		return // a program of that name
	}
	if word == "" {
		if word = cmp.Or(accountPlaceholder(image), ownerPlaceholder(image)); word == "" {
			return
		}
		if isNumber(word) && !isMadeUp(word) {
			p.Report(o, n, fmt.Sprintf("%s.dkr.ecr in the image of %s %q is no registry: an account of AWS has 12 digits, and this one %d", word, what, name, len(word)))
			return
		}
		sure = true
	}
	opts := []Option{Help("write the real name, or let kustomize put it in with images: in the kustomization of the environment")}
	if !sure {
		opts = append(opts, AtMost(finding.Warning))
	}
	opts = append(opts, ToFillIn(word))
	if what == "container" { // which scripts set
		opts = append(opts, Says(finding.About{What: apischema.ToFillIn, Name: word, Of: image}))
	}
	p.Report(o, n, fmt.Sprintf("the image of %s %q still has the placeholder %q", what, name, word), opts...)
}

// calledSo reports whether a name is a word, or has it between its hyphens.
func calledSo(name, word string) bool {
	return strings.Contains("-"+name+"-", "-"+word+"-")
}

// ToFillIn says that a placeholder is left, where somebody or a script is to put something
// in.
func ToFillIn(word string) Option {
	return func(f *finding.Finding) {
		f.ToFillIn = true
		Says(finding.About{What: apischema.ToFillIn, Name: word})(f)
	}
}

// PlaceholderLeft returns the placeholder that a finding says is to be replaced.
func PlaceholderLeft(f *finding.Finding) (word string, ok bool) {
	said := f.Said()
	return said.Name, said.What == apischema.ToFillIn && said.Name != ""
}

// UnfilledImage returns the name without its tag of the image that has a placeholder.
func UnfilledImage(f *finding.Finding) (name string, ok bool) {
	said := f.Said()
	if said.What != apischema.ToFillIn || said.Of == "" {
		return "", false
	}
	name, _ = cutTag(said.Of)
	return name, true
}

// accountPlaceholder returns what stands for the account in the host of an
// Amazon registry, which begins with twelve digits.
func accountPlaceholder(image string) string {
	account, _, ok := strings.Cut(image, ".dkr.ecr.")
	if !ok || len(account) == 12 && isNumber(account) || strings.Contains(account, "/") || filledByTools(account) {
		return ""
	}
	return account
}

var owner = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`/((?:(?:GITHUB|GITLAB|DOCKERHUB|DOCKER|QUAY)[-_])?(?:OWNER|ORG(?:ANI[SZ]ATION)?|USER(?:[-_]?NAME)?|NAMESPACE))/`)
})

// ownerPlaceholder returns what stands for the owner of an image: ghcr.io/OWNER/app.
func ownerPlaceholder(image string) string {
	if m := owner().FindStringSubmatch(image); m != nil {
		return m[1]
	}
	return ""
}

// isMadeUp reports whether a number is one that nobody has: 1234567, 0000.
func isMadeUp(number string) bool {
	return strings.Contains("01234567890123456789", number) || strings.Trim(number, number[:1]) == ""
}

// hostFields are where resources say host names.
var hostFields = sync.OnceValue(func() map[inventory.GroupKind][][]string {
	m := map[inventory.GroupKind][][]string{}
	for _, row := range [...]struct {
		kinds string
		paths []string
	}{
		{"networking.k8s.io/Ingress,extensions/Ingress", []string{"spec.rules.host", "spec.tls.hosts"}},
		{"gateway.networking.k8s.io/HTTPRoute,gateway.networking.k8s.io/GRPCRoute,gateway.networking.k8s.io/TLSRoute", []string{"spec.hostnames"}},
		{"gateway.networking.k8s.io/Gateway", []string{"spec.listeners.hostname"}},
		{"networking.istio.io/VirtualService,networking.istio.io/ServiceEntry", []string{"spec.hosts"}},
		{"networking.istio.io/Gateway", []string{"spec.servers.hosts"}},
		{"projectcontour.io/HTTPProxy", []string{"spec.virtualhost.fqdn"}},
		{"route.openshift.io/Route", []string{"spec.host"}},
		{"cert-manager.io/Certificate", []string{"spec.commonName", "spec.dnsNames"}},
		{"Service", []string{"spec.externalName"}},
	} {
		for kind := range strings.SplitSeq(row.kinds, ",") {
			for _, path := range row.paths {
				m[gk(kind)] = append(m[gk(kind)], strings.Split(path, "."))
			}
		}
	}
	return m
})

func (p *Pass) placeholdersInHosts(o *inventory.Object) {
	if o.GroupKind == serviceKind && (o.Annotation("tailscale.com/tailnet-fqdn") != "" || o.Annotation("tailscale.com/tailnet-ip") != "") {
		return // its operator writes the externalName: https://tailscale.com/kb/1438/kubernetes-operator-cluster-egress
	}
	for _, path := range hostFields()[o.GroupKind] {
		eachScalar(o.Node, path, func(n *yaml.Node) {
			word, _ := findPlaceholder(n.Value)
			var opts []Option
			if word == "" {
				if word = cmp.Or(templateMark(n.Value), labelInCapitals(n.Value)); word == "" {
					return
				}
				opts = append(opts, AtMost(finding.Warning)) // something may fill it in before it is applied
			}
			if isDNSName(n.Value) || strings.Contains(n.Value, "$"+word) || isTemplateFile(o) {
				opts = append(opts, AtMost(finding.Warning))
			}
			p.Report(o, n, fmt.Sprintf("the host still has the placeholder %q", word), append(opts, Help("write the real name"), ToFillIn(word))...)
		})
	}
}

// hostParts are what people write in capitals for a part of a label that is to be
// filled in, as in NAMESPACE-shop.example.com.
var hostParts = []string{"NAMESPACE", "ENVIRONMENT", "ENV", "STAGE", "CLUSTER", "REGION", "DOMAIN", "TENANT", "PROJECT", "TEAM", "USER", "USERNAME", "NAME", "HOST", "HOSTNAME", "SERVICE", "APP", "BRANCH"}

// labelInCapitals returns the first label in capitals of a host name that has others in
// small letters, as in shop.ENVIRONMENT.example.com, or such a part of one, or a whole name
// that is spelt as a variable is (SHOP_HOST), or "".
func labelInCapitals(host string) (word string) {
	if strings.Contains(strings.Trim(host, "_"), "_") && strings.Trim(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == "" {
		return host
	}
	small := false
	for label := range strings.SplitSeq(host, ".") {
		switch {
		case strings.ToLower(label) == label:
			small = small || label != ""
		case len(label) > 2 && strings.Trim(label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == "":
			word = cmp.Or(word, label)
		default:
			parts := strings.Split(label, "-")
			i := slices.IndexFunc(parts, func(part string) bool { return slices.Contains(hostParts, part) })
			if i < 0 {
				return ""
			}
			word = cmp.Or(word, parts[i])
			if rest := strings.Join(slices.Delete(parts, i, i+1), "-"); strings.ToLower(rest) != rest {
				return ""
			}
			small = true
		}
	}
	if !small {
		return ""
	}
	return word
}

// isTemplateFile reports whether an object's own name is a placeholder: it is
// there to be filled in, and is nothing that anyone forgot.
func isTemplateFile(o *inventory.Object) bool {
	word, sure := findPlaceholder(o.Name)
	return word != "" && sure
}

// templateMark returns what stands in a host name for something that a script
// is to put in, in the marks of sed scripts and CI systems: __DOMAIN__, @DOMAIN@.
// What kustomize's users know as variables, ${DOMAIN} and $(DOMAIN), is for Flux
// and its like.
func templateMark(text string) string {
	for _, mark := range [...][2]string{{"__", "__"}, {"@", "@"}, {"%", "%"}, {"#{", "}#"}, {"[[", "]]"}, {"%%", "%%"}, {"#", "#"}} {
		i := strings.Index(text, mark[0])
		if i < 0 {
			continue
		}
		inner, _, ok := strings.Cut(text[i+len(mark[0]):], mark[1])
		if ok && len(inner) > 1 && strings.Trim(inner, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.") == "" {
			return mark[0] + inner + mark[1]
		}
	}
	return ""
}

// eachScalar calls f for the scalars at a path, through lists.
func eachScalar(n *yaml.Node, path []string, f func(*yaml.Node)) {
	n = yamlnode.Resolve(n)
	switch {
	case n == nil:
	case n.Kind == yaml.SequenceNode:
		for _, e := range n.Content {
			eachScalar(e, path, f)
		}
	case len(path) > 0:
		eachScalar(yamlnode.Get(n, path[0]), path[1:], f)
	case n.Kind == yaml.ScalarNode:
		f(n)
	}
}

// isDNSName reports whether the API server would accept a host name:
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
func isDNSName(s string) bool {
	return strings.Trim(strings.TrimPrefix(s, "*."), "abcdefghijklmnopqrstuvwxyz0123456789-.") == ""
}

// placeholdersInValues looks at the hosts in variables, and in the one-line
// values of ConfigMaps and Secrets.
func (p *Pass) placeholdersInValues() {
	report := func(o *inventory.Object, n *yaml.Node, key, text string) {
		word, sure := findPlaceholder(hostIn(key, text))
		if sure {
			p.Report(o, n, fmt.Sprintf("the host in %s still has the placeholder %q", key, word), AtMost(finding.Warning), SecretLine(), Help("write the real name"), ToFillIn(word))
		}
	}
	p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
		for _, e := range yamlnode.Elements(yamlnode.Get(c.Node, "env")) {
			n := yamlnode.Get(e, "value")
			report(o, n, yamlnode.GetString(e, "name"), yamlnode.String(n))
		}
	})
	for _, kind := range [...]string{"ConfigMap", "Secret"} {
		for _, o := range p.Inventory.OfKind(gk(kind)) {
			if o.Node == nil || o.Get("sops") != nil {
				continue
			}
			content := o.Content()
			for _, key := range content.Keys {
				v, _ := content.Get(key)
				if text, ok := plainText(v); ok {
					report(o, v.Node, key, strings.TrimSpace(text))
				}
			}
		}
	}
}

// toBeSecret is a value that is nothing but a placeholder. In small letters "changeme" is a
// password that people really use, and what is in brackets is words or four letters.
var toBeSecret = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:<[A-Za-z][A-Za-z0-9]*(?:[ _-][A-Za-z0-9]+)+>|<(?:[A-Z]{4,}|[a-z]{4,})>|(?:REPLACE|CHANGE|FILL|EDIT|UPDATE)[-_]?(?:ME|THIS|IN)(?:[-_][A-Z]+)*|(?:YOUR|INSERT|REPLACE[-_]WITH)(?:[-_][A-Z0-9]+)+|TODO|FIXME|TBD)$`)
})

// placeholdersInSecrets looks at values of Secrets that are still to be written, one finding
// for each Secret. The words stay out of the message, as all values of Secrets do.
func (p *Pass) placeholdersInSecrets() {
	for _, o := range p.Inventory.OfKind(gk("Secret")) {
		if o.Node == nil || o.Local || o.Get("sops") != nil || isTemplateFile(o) || filledFromVault(o) {
			continue
		}
		content := o.Content()
		var at *yaml.Node
		var word string
		var keys []string
		for _, key := range content.Keys {
			v, _ := content.Get(key)
			if v.Node == nil || v.Field == "binaryData" {
				continue
			}
			text := strings.TrimSpace(yamlnode.String(v.Node))
			if !toBeSecret().MatchString(text) {
				plain, ok := plainText(v)
				if text = strings.TrimSpace(plain); !ok || !toBeSecret().MatchString(text) {
					continue
				}
			}
			if host.IsAddressKey(key) && hostIn(key, text) != "" {
				continue // said of the host
			}
			at, word = cmp.Or(at, v.Node), cmp.Or(word, text)
			keys = append(keys, key)
		}
		if len(keys) == 0 {
			continue
		}
		what := fmt.Sprintf("the value of %s is still a placeholder", keys[0])
		if len(keys) > 1 {
			what = fmt.Sprintf("the values of %s are still placeholders", enumerate(keys))
		}
		p.Report(o, at, what, AtMost(finding.Warning), SecretLine(), Help("write the real value, or have the Secret made by what keeps it"), ToFillIn(word))
	}
}

// filledFromVault reports whether Argo CD's plugin puts values in for all <words> of a resource.
// https://argocd-vault-plugin.readthedocs.io/en/stable/howitworks/
func filledFromVault(o *inventory.Object) bool {
	for k := range yamlnode.Fields(o.Get("metadata", "annotations")) {
		if strings.HasPrefix(k.Value, "avp.kubernetes.io/") {
			return true
		}
	}
	return false
}

// hostIn returns the part of a one-line value that is a host: the authority of
// a URL without its user info, or all of it under a key that holds addresses.
func hostIn(key, text string) string {
	if text == "" || len(text) > 300 || strings.ContainsAny(text, "\n ") {
		return ""
	}
	if i := strings.Index(text, "://"); i >= 0 {
		text = text[i+3:]
		rest := ""
		if i := strings.IndexAny(text, "/?#;"); i >= 0 {
			text, rest = text[:i], text[i:]
		}
		if strings.Contains(rest, "@") || strings.Count(text, "@") > 1 {
			return "" // part of a password could pass for a host
		}
		return text[strings.IndexByte(text, '@')+1:]
	}
	if !host.IsAddressKey(key) || strings.ContainsAny(text, "@/=") {
		return ""
	}
	return text
}
