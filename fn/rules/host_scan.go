package rules

import (
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/host"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// hostUse is one address that somebody typed somewhere.
type hostUse struct {
	host.Occurrence
	from *inventory.Object
	node *yaml.Node
	// portNode holds the port where it is not in node: DB_PORT beside DB_HOST.
	portNode *yaml.Node
	// pod is the pod that reads the text, nil for ConfigMaps and Secrets.
	pod *inventory.Pod
	// own is the container that looks at itself there: in a probe or a hook.
	own *inventory.Container
	// hook says that it is a hook, which commonly calls another port than users do.
	hook bool
	// namespace is where short names are looked up.
	namespace string
	// multiline says that line and column mean something.
	multiline bool
	// inFile says that the text is a file of settings rather than one value.
	inFile bool
	// decoded says that the node holds the text in base64.
	decoded bool
	// afterURL says that the text is a URL, so that what else is in it may
	// belong to a password that was not escaped.
	afterURL bool
	// off says that the setting beside it switches off what it is the address of.
	off bool
	// secret says that the text came from a Secret.
	secret bool
	// lenient is for text whose meaning is not sure, as in custom resources:
	// what is simply not in the build is not reported then.
	lenient bool

	judgement hostJudgement
}

// spot is where the address stands.
func (u *hostUse) spot() spot { return spot{u.from, u.node} }

// hosts are the addresses in the build, found and judged.
var hosts = NewFact(func(b *Build) *hostJudge {
	s := &hostScan{inv: b.Inventory, upstreams: map[upstream]bool{}}
	for _, o := range b.Inventory.Objects() {
		if !o.Local && o.Node != nil {
			s.object(o)
		}
	}
	return newHostJudge(b, s.uses, s.upstreams)
})

// hostUses returns the addresses in the build.
func (b *Build) hostUses() []*hostUse { return hosts.Of(b).uses }

type hostScan struct {
	inv       *inventory.Inventory
	uses      []*hostUse
	upstreams map[upstream]bool
}

// upstream is a group of hosts that a file of nginx's defines, which a file of another
// ConfigMap of the namespace may mean too.
type upstream struct{ namespace, name string }

func (s *hostScan) object(o *inventory.Object) {
	for _, pod := range o.Pods() {
		s.pod(pod)
	}
	core := inventory.ByKubernetes(o.Group)
	switch {
	case o.Kind == "CustomResourceDefinition":
		return
	case core && o.Group == "" && (o.Kind == "ConfigMap" || o.Kind == "Secret"):
		s.content(o)
	case core && o.Group == "" && o.Kind == "Service":
		s.text(hostUse{from: o, node: o.Get("spec", "externalName"), namespace: o.Namespace}, host.Hint{}, onlyCluster)
	case !core:
		s.custom(o)
	}
	s.annotations(o, o.Annotations())
}

// pod reads the environment and the command lines of the containers.
func (s *hostScan) pod(pod *inventory.Pod) {
	for _, c := range pod.Containers {
		use := hostUse{from: pod.Owner, pod: pod, namespace: pod.Namespace()}
		env := yamlnode.Get(c.Node, "env")
		values := sync.OnceValue(func() map[string]*yaml.Node {
			all := map[string]*yaml.Node{}
			for _, e := range slices.Backward(yamlnode.Elements(env)) {
				all[yamlnode.GetString(e, "name")] = yamlnode.Get(e, "value")
			}
			return all
		})
		for _, e := range yamlnode.Elements(env) {
			use.node = yamlnode.Get(e, "value")
			name := yamlnode.GetString(e, "name")
			from := len(s.uses)
			s.text(use, host.Hint{Key: name}, nil)
			s.pairPorts(s.uses[from:], func(key string) (*yaml.Node, string) {
				n := values()[key]
				return n, yamlnode.String(n)
			})
		}
		s.args(use, slices.Concat(yamlnode.Elements(yamlnode.Get(c.Node, "command")), yamlnode.Elements(yamlnode.Get(c.Node, "args"))))
		for _, command := range handlerCommands {
			own := use
			own.own, own.hook = c, command[0] == "lifecycle"
			s.args(own, yamlnode.Elements(yamlnode.Path(c.Node, command...)))
		}
	}
	if pod.Template != pod.Owner.Node {
		s.annotations(pod.Owner, yamlnode.Path(pod.Template, "metadata", "annotations"))
	}
}

// handlerCommands are where a container has commands besides its own.
var handlerCommands = [...][]string{
	{"livenessProbe", "exec", "command"}, {"readinessProbe", "exec", "command"}, {"startupProbe", "exec", "command"},
	{"lifecycle", "postStart", "exec", "command"}, {"lifecycle", "preStop", "exec", "command"},
}

func (s *hostScan) args(use hostUse, nodes []*yaml.Node) {
	if len(nodes) == 0 {
		return
	}
	args := make([]string, len(nodes))
	for i, n := range nodes {
		args[i] = yamlnode.String(n)
	}
	for i, found := range host.FindArgs(args) {
		use.node = yamlnode.Resolve(nodes[i])
		use.multiline = strings.Contains(args[i], "\n")
		s.add(use, found, false, nil)
	}
}

// content reads a ConfigMap or Secret, key by key.
func (s *hostScan) content(o *inventory.Object) {
	if o.Get("sops") != nil {
		return
	}
	content := o.Content()
	first := len(s.uses)
	groups := map[string]bool{} // of hosts, which one file of nginx's defines and another one includes
	use := hostUse{from: o, namespace: o.Namespace, secret: o.Kind == "Secret"}
	for _, key := range content.Keys {
		v, _ := content.Get(key)
		text, ok := plainText(v)
		if !ok || key == exampleKey || isDashboard(key, text) {
			continue
		}
		use.node, use.decoded = v.Node, v.Base64
		use.multiline = strings.Contains(strings.TrimRight(text, "\n"), "\n")
		use.afterURL = !use.multiline && strings.Contains(text, "://")
		if strings.Contains(text, "upstream ") {
			found := host.Upstreams(text)
			if use.multiline && len(content.Keys) > 1 {
				maps.Copy(groups, found)
			}
			for name := range found {
				s.upstreams[upstream{o.Namespace, name}] = true
			}
		}
		from := len(s.uses)
		shell := strings.HasSuffix(key, ".sh")
		var keep func(*host.Occurrence) bool
		switch {
		case shell && use.multiline:
			keep = notOwnVariable
		case key == "Corefile" && use.multiline:
			keep = func(o *host.Occurrence) bool { return !isZone(text, o) }
		}
		s.add(use, host.Find(text, host.Hint{Key: key, Shell: shell}), isFile(text), keep)
		s.pairPorts(s.uses[from:], func(key string) (*yaml.Node, string) {
			if v, ok := content.Get(key); ok {
				text, _ := plainText(v)
				return v.Node, strings.TrimSpace(text)
			}
			return nil, ""
		})
	}
	if len(groups) > 0 {
		added := slices.DeleteFunc(s.uses[first:], func(u *hostUse) bool { return u.Form == host.URL && groups[u.Host] })
		s.uses = s.uses[:first+len(added)]
	}
}

// notOwnVariable leaves out the words in the variables of a script, which are parts of
// something: endpoint=clients of a path. Those that it is given are in capitals.
func notOwnVariable(o *host.Occurrence) bool {
	return o.Form != host.Word || o.Port != 0 || strings.ContainsRune(o.Host, '.') || o.Key == "" || strings.ToLower(o.Key) != o.Key || strings.ContainsAny(o.Key, "-.")
}

// exampleKey is a key of Knative's ConfigMaps that holds what might be set:
// https://knative.dev/docs/serving/configuration/config-defaults/
const exampleKey = "_example"

// isDashboard reports whether a text is one of Grafana's: its addresses are what somebody
// once chose in a variable, and what it shows is in queries.
// https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
func isDashboard(key, text string) bool {
	return strings.HasSuffix(key, ".json") && strings.Contains(text, `"schemaVersion"`) && strings.Contains(text, `"panels"`)
}

// plainText returns the text of a value, decoded.
func plainText(v inventory.Value) (string, bool) {
	text := yamlnode.String(v.Node)
	if v.Field == "binaryData" || text == "" {
		return "", false
	}
	if !v.Base64 {
		return text, true
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || !utf8.Valid(b) {
		return "", false
	}
	return string(b), true
}

// pairPorts gives hosts without a port the one that the setting beside theirs
// holds: REDIS_PORT for REDIS_HOST. One of what a setting switches off is never used.
func (s *hostScan) pairPorts(uses []*hostUse, setting func(key string) (*yaml.Node, string)) {
	for _, u := range uses {
		u.off = isSwitchedOff(u.Key, setting) || isNotChosen(u.Key, setting)
		if u.Port != 0 || u.Form == host.URL || u.multiline {
			continue
		}
		for _, key := range host.PortKeys(u.Key) {
			n, text := setting(key)
			if port, err := strconv.Atoi(text); err == nil && port > 0 {
				u.Port, u.portNode = port, n
			}
		}
	}
}

// isSwitchedOff reports whether what a key is of is off: KAFKA_ENABLED beside KAFKA_BROKERS.
func isSwitchedOff(key string, setting func(key string) (*yaml.Node, string)) bool {
	for i, c := range key {
		if c != '_' || i == 0 {
			continue
		}
		for _, name := range [...]string{key[:i] + "_ENABLED", "ENABLE_" + key[:i], "USE_" + key[:i], key[:i] + "_ENABLE"} {
			if _, text := setting(name); isOff(text) {
				return true
			}
		}
	}
	for _, t := range [...]string{"OTEL_", "JAEGER_", "ZIPKIN_", "OTLP_"} {
		if strings.HasPrefix(key, t) {
			_, disabled := setting("OTEL_SDK_DISABLED") // https://opentelemetry.io/docs/languages/sdk-configuration/general/
			return disabled == "true" || slices.ContainsFunc(tracingSwitches, func(name string) bool {
				_, text := setting(name)
				return isOff(text)
			})
		}
	}
	return false
}

// tracingSwitches are the settings that programs commonly have for whether they send traces.
var tracingSwitches = []string{"TRACING_ENABLED", "ENABLE_TRACING", "TELEMETRY_ENABLED", "ENABLE_TELEMETRY", "TRACE_ENABLED"}

func isOff(text string) bool {
	switch strings.ToLower(text) {
	case "false", "0", "no", "off":
		return true
	}
	return false
}

// providers are settings that choose one of several, and what they choose from, each the first
// word of the settings of its own.
var providers = []struct{ by, among []string }{
	{[]string{"AI_PROVIDER", "LLM_PROVIDER", "LLM_BACKEND", "MODEL_PROVIDER", "EMBEDDING_PROVIDER", "EMBEDDINGS_PROVIDER"},
		[]string{"ollama", "openai", "anthropic", "claude", "azure", "gemini", "google", "bedrock", "groq", "mistral", "vllm", "localai", "litellm", "huggingface", "openrouter", "deepseek", "disabled", "none", "mock"}},
	{[]string{"CACHE_DRIVER", "CACHE_STORE", "CACHE_BACKEND", "CACHE_TYPE", "SESSION_DRIVER"}, []string{"memcached", "redis", "file", "array", "database", "dynamodb", "cookie", "memory", "none"}}, // https://laravel.com/docs/cache
	{[]string{"STORAGE_PROVIDER", "STORAGE_BACKEND", "STORAGE_TYPE", "STORAGE_DRIVER", "FILESYSTEM_DISK", "FILESYSTEM_DRIVER"}, []string{"minio", "s3", "gcs", "azure", "local", "filesystem", "disk"}},
	{[]string{"VECTOR_STORE", "VECTOR_DB", "VECTOR_STORE_PROVIDER", "VECTOR_DB_PROVIDER", "VECTOR_STORE_TYPE", "VECTOR_DB_TYPE"}, []string{"qdrant", "weaviate", "milvus", "chroma", "pgvector", "pinecone", "faiss", "elasticsearch", "opensearch"}},
}

// isNotChosen reports whether a key is of one thing, and another one is chosen: OLLAMA_URL
// beside LLM_PROVIDER=openai.
func isNotChosen(key string, setting func(key string) (*yaml.Node, string)) bool {
	first, _, _ := strings.Cut(strings.ToLower(key), "_")
	for _, c := range providers {
		if !slices.Contains(c.among, first) || first == "redis" || first == "elasticsearch" || first == "opensearch" { // which do more than one thing
			continue
		}
		other := false
		for _, by := range c.by {
			_, text := setting(by)
			switch text = strings.ToLower(text); {
			case text == first:
				return false
			case slices.Contains(c.among, text):
				other = true
			}
		}
		if other {
			return true
		}
	}
	return false
}

// custom reads the strings of a custom resource, apart from the pods in it.
// Names in the DNS zone of Services are sure there; URLs and host:port are
// judged where they resolve or nearly do.
func (s *hostScan) custom(o *inventory.Object) {
	skip := map[*yaml.Node]bool{}
	for _, pod := range o.Pods() {
		skip[pod.Spec] = true
	}
	keep := func(f *host.Occurrence) bool { return f.Form != host.Word }
	if o.Kind == "HelmRelease" || o.Kind == "Application" || o.Kind == "ApplicationSet" || o.Kind == "Kustomization" {
		keep = onlyCluster // short names are for the namespace the chart goes to
	}
	use := hostUse{from: o, namespace: o.Namespace, lenient: true}
	if o.Kind == "Certificate" {
		for _, n := range yamlnode.Elements(o.Get("spec", "dnsNames")) {
			use.node = yamlnode.Resolve(n)
			s.text(use, host.Hint{Key: "host"}, nil)
		}
		return
	}
	for k, v := range yamlnode.Fields(o.Node) {
		switch k.Value {
		case "apiVersion", "kind", "metadata", "status":
		default:
			s.strings(use, v, k.Value, skip, keep, 0)
		}
	}
}

func (s *hostScan) strings(use hostUse, n *yaml.Node, key string, skip map[*yaml.Node]bool, keep func(*host.Occurrence) bool, depth int) {
	n = yamlnode.Resolve(n)
	if n == nil || skip[n] || depth > 100 {
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		use.off = use.off || yamlnode.GetString(n, "enabled") == "false"
		for k, v := range yamlnode.Fields(n) {
			if k.Value == "gateway" || k.Value == "gateways" {
				// A Gateway's name may be written as a Service's is, with the zone behind it:
				// https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService-gateways
				continue
			}
			s.strings(use, v, k.Value, skip, keep, depth+1)
		}
	case yaml.SequenceNode:
		for _, e := range n.Content {
			s.strings(use, e, key, skip, keep, depth+1)
		}
	case yaml.ScalarNode:
		use.node = n
		s.text(use, host.Hint{Key: key}, keep)
	}
}

// annotations reads the annotations that hold names in the zone of Services.
func (s *hostScan) annotations(o *inventory.Object, annotations *yaml.Node) {
	for k, v := range yamlnode.Fields(annotations) {
		if v == nil || !strings.Contains(v.Value, ".svc") || strings.Contains(k.Value, "config.kubernetes.io/") ||
			strings.HasSuffix(k.Value, "last-applied-configuration") {
			continue
		}
		s.text(hostUse{from: o, node: v, namespace: o.Namespace, lenient: true}, host.Hint{Key: k.Value}, onlyCluster)
	}
}

// isFile reports whether a text of one line is a document all the same.
func isFile(text string) bool {
	text = strings.TrimSpace(text)
	return strings.HasPrefix(text, "{") || strings.HasPrefix(text, "<") || strings.HasPrefix(text, "[{")
}

// isZone reports whether a line of a Corefile begins with a name: that is a zone which CoreDNS
// answers for.
// https://coredns.io/manual/configuration/#server-blocks
func isZone(text string, o *host.Occurrence) bool {
	line := text[strings.LastIndexByte(text[:o.Offset], '\n')+1:]
	line, _, _ = strings.Cut(line, "\n")
	return line != "" && line[0] != ' ' && line[0] != '\t' && strings.HasSuffix(strings.TrimSpace(line), "{")
}

// isLink reports whether an address in a text is one of a page that browsers open, which
// are not in the cluster: that of an entry with a picture, on a start page.
// https://gethomepage.dev/configs/services/ and https://github.com/bastienwirtz/homer/blob/main/docs/configuration.md
func isLink(text string, o *host.Occurrence) bool {
	if o.Form != host.URL || strings.Contains(o.Host, ".svc") {
		return false
	}
	switch strings.ToLower(o.Key) {
	case "href":
		return true
	case "url":
	default:
		return false
	}
	start := strings.LastIndexByte(text[:o.Offset], '\n') + 1
	own, below, _ := strings.Cut(text[start:], "\n")
	pictured := func(line string) (is, more bool) {
		if textDepth(line) < textDepth(own) {
			return false, false
		}
		key, _, _ := strings.Cut(strings.TrimLeft(line, " -"), ":")
		return textDepth(line) == textDepth(own) && (key == "logo" || key == "icon" || key == "subtitle" || key == "tagstyle"), true
	}
	for above := text[:start]; above != "" && !isItem(own); {
		above = strings.TrimSuffix(above, "\n")
		line := above[strings.LastIndexByte(above, '\n')+1:]
		above = above[:len(above)-len(line)]
		is, more := pictured(line)
		if is {
			return true
		}
		if !more || isItem(line) {
			break
		}
	}
	for line := range strings.SplitSeq(below, "\n") {
		is, more := pictured(line)
		if is && !isItem(line) {
			return true
		}
		if !more || isItem(line) {
			break
		}
	}
	return false
}

func onlyCluster(o *host.Occurrence) bool { return strings.Contains(o.Host, ".svc") }

func (s *hostScan) text(use hostUse, hint host.Hint, keep func(*host.Occurrence) bool) {
	text := yamlnode.String(use.node)
	if len(text) < 2 {
		return
	}
	found := host.Find(text, hint)
	if len(found) == 0 {
		if hint.Key == "" && strings.Contains(text, ".svc") { // a bare name
			found = host.Find(text, host.Hint{Key: "host"})
		}
	}
	use.multiline = strings.Contains(strings.TrimRight(text, "\n"), "\n")
	s.add(use, found, isFile(text), keep)
}

func (s *hostScan) add(use hostUse, found []host.Occurrence, file bool, keep func(*host.Occurrence) bool) {
	for i := range found {
		if keep != nil && !keep(&found[i]) {
			continue
		}
		u := use
		u.Occurrence = found[i]
		u.inFile = u.multiline || file
		if u.multiline && isLink(yamlnode.String(u.node), &u.Occurrence) {
			continue
		}
		s.uses = append(s.uses, &u)
	}
}
