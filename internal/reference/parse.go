package reference

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/host"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Parse says how to read a scalar that holds more than a name.
type Parse int

// The spellings of names.
const (
	Plain         Parse = iota
	NamespaceName       // namespace/name, or name
	NameList            // name,name or namespace/name,…
	// Host is the DNS name of a Service: name, name.namespace,
	// name.namespace.svc and so on. Other hosts are left alone.
	Host
	// URL is an address that holds a Host: http://name.namespace:80/path.
	URL
	// User is a service account as RBAC spells it among users,
	// system:serviceaccount:namespace:name.
	User
	// Principal is a service account as meshes spell it,
	// cluster.local/ns/namespace/sa/name.
	Principal
	// TraefikName is name, or namespace-name@kubernetescrd; names of other
	// providers are left alone.
	TraefikName
	// TraefikList is a list of TraefikNames.
	TraefikList
	// JSONValues are the strings in a JSON text.
	JSONValues
	// Tagged is name:tag or name@digest.
	Tagged
)

// qualified is a name with the namespace that its own text says, if any.
type qualified struct{ namespace, name string }

var parsers = [...]func(x *extractor, text string) []qualified{
	Plain:         func(_ *extractor, text string) []qualified { return []qualified{{name: text}} },
	NamespaceName: func(_ *extractor, text string) []qualified { return []qualified{namespaced(text)} },
	NameList: func(_ *extractor, text string) []qualified {
		var all []qualified
		for part := range strings.SplitSeq(text, ",") {
			all = append(all, namespaced(strings.TrimSpace(part)))
		}
		return all
	},
	Host:        func(x *extractor, text string) []qualified { return x.host(text) },
	URL:         func(x *extractor, text string) []qualified { return x.url(text) },
	User:        func(_ *extractor, text string) []qualified { return between(text, "system:serviceaccount:", ":") },
	Principal:   principal,
	TraefikName: func(x *extractor, text string) []qualified { return x.traefik(text) },
	TraefikList: func(x *extractor, text string) []qualified {
		var all []qualified
		for part := range strings.SplitSeq(text, ",") {
			all = append(all, x.traefik(strings.TrimSpace(part))...)
		}
		return all
	},
	JSONValues: func(_ *extractor, text string) []qualified {
		docs, err := manifest.ReadOnly(manifest.Source{Data: []byte(text)})
		if err != nil || len(docs) == 0 {
			return nil
		}
		return jsonValues(docs[0].Node, 0)
	},
	Tagged: func(_ *extractor, text string) []qualified {
		if i := strings.IndexAny(text, ":@"); i >= 0 {
			text = text[:i]
		}
		return []qualified{{name: text}}
	},
}

func namespaced(text string) qualified {
	if ns, name, ok := strings.Cut(text, "/"); ok {
		return qualified{ns, name}
	}
	return qualified{name: text}
}

// between reads namespace and name after a prefix.
func between(text, prefix, separator string) []qualified {
	rest, ok := strings.CutPrefix(text, prefix)
	if !ok {
		return nil
	}
	ns, name, ok := strings.Cut(rest, separator)
	if !ok {
		return nil
	}
	return []qualified{{ns, name}}
}

// principal: https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source
func principal(_ *extractor, text string) []qualified {
	_, rest, ok := strings.Cut(text, "/ns/")
	if !ok {
		return nil
	}
	return between("/"+rest, "/", "/sa/")
}

// host reads the DNS name of a Service:
// https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
func (x *extractor) host(text string) []qualified {
	text = strings.TrimSuffix(text, ".")
	if before, _, ok := strings.Cut(text+".", ".svc."); ok {
		labels := strings.Split(before, ".")
		if len(labels) < 2 {
			return nil
		}
		labels = labels[len(labels)-2:] // a pod's own label may come first
		return []qualified{{labels[1], labels[0]}}
	}
	name, namespace, dotted := strings.Cut(text, ".")
	switch {
	case strings.HasSuffix(text, "."+x.domain):
		return []qualified{{name: text}} // no Service is called that
	case !dotted:
		if name == "localhost" || strings.ContainsAny(name, ":/[") {
			return nil
		}
		return []qualified{{name: name}}
	case strings.Contains(namespace, ".") || host.IsTopLevel(namespace) || strings.Trim(text, "0123456789.") == "":
		return nil
	case x.inv.HasNamespace(namespace):
		return []qualified{{namespace, name}}
	}
	for _, o := range x.inv.Find(inventory.GroupKind{Kind: "Service"}, name) {
		if o != x.obj || x.obj.Get("spec", "externalName") == nil { // which may be of a machine that the Service is called after
			return []qualified{{namespace, name}}
		}
	}
	return nil
}

// url reads the host of scheme://user@host:port/path or host:port.
func (x *extractor) url(text string) []qualified {
	if _, rest, ok := strings.Cut(text, "://"); ok {
		text = rest
	}
	if i := strings.IndexAny(text, "/?#"); i >= 0 {
		text = text[:i]
	}
	text = text[strings.LastIndexByte(text, '@')+1:]
	if strings.HasPrefix(text, "[") {
		return nil // an IPv6 address
	}
	text, _, _ = strings.Cut(text, ":")
	if text == "" {
		return nil
	}
	return x.host(text)
}

// traefik reads a name that may belong to a provider:
// https://doc.traefik.io/traefik/providers/overview/#provider-namespace
func (x *extractor) traefik(text string) []qualified {
	name, provider, ok := strings.Cut(text, "@")
	switch {
	case !ok:
		return []qualified{{name: name}}
	case provider != "kubernetescrd":
		return nil
	}
	// Both parts may hold dashes; a namespace that is known decides.
	if rest, ok := strings.CutPrefix(name, x.obj.Namespace+"-"); ok && x.obj.Namespace != "" {
		return []qualified{{x.obj.Namespace, rest}}
	}
	for i := range name {
		if name[i] == '-' && x.inv.HasNamespace(name[:i]) {
			return []qualified{{name[:i], name[i+1:]}}
		}
	}
	return nil
}

func jsonValues(n *yaml.Node, depth int) []qualified {
	if n == nil || depth > fieldpath.MaxDepth {
		return nil
	}
	var all []qualified
	switch n.Kind {
	case yaml.ScalarNode:
		if n.Tag == "!!str" {
			all = append(all, qualified{name: n.Value})
		}
	case yaml.MappingNode:
		for _, v := range yamlnode.Fields(n) {
			all = append(all, jsonValues(v, depth+1)...)
		}
	case yaml.SequenceNode:
		for _, e := range n.Content {
			all = append(all, jsonValues(yamlnode.Resolve(e), depth+1)...)
		}
	}
	return all
}
