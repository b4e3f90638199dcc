package importer

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Renamed returns the environment of another name that this one could be: with its
// names, namespaces, labels and hosts, and new passwords. What cannot be known
// (replicas, sizes, images) is as it was.
func (e *Environment) Renamed(name string, index int) (*Environment, error) {
	r := renamer{from: tokensOf(e.Name), to: tokensOf(name), name: name, texts: map[string]string{}}
	out := &Environment{Name: name, Cleaned: map[string]int{}}
	r.collect(e)
	for _, o := range e.objects {
		c := *o
		c.env = index
		c.text = nil
		c.node = clone(o.node)
		if c.kind == "Secret" && c.group == "" {
			if err := r.secret(&c); err != nil {
				return nil, err
			}
		}
		out.objects = append(out.objects, &c)
	}
	r.fresh = replacer(secretValues(e), func(old string) string {
		if p, ok := r.pool[old]; ok {
			return p
		}
		return old
	})
	for _, c := range out.objects {
		r.object(c)
		if err := c.identify(); err != nil {
			return nil, err
		}
	}
	if err := out.unique(); err != nil {
		return nil, fmt.Errorf("made of %s, %s would have the same objects twice, since some are called after %s already:\n%w", e.Name, name, name, err)
	}
	out.Notes = append(out.Notes, fmt.Sprintf("made of %s: look at its images, replicas, sizes and certificates, which are those of %s", e.Name, e.Name))
	for _, h := range r.hosts {
		out.Notes = append(out.Notes, fmt.Sprintf("the host %s is %s here", h, r.texts[h]))
	}
	if r.passwords > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("new at random: passwords, keys and tokens (%d)", r.passwords))
	}
	if r.emptied > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("%d values of Secrets could not be made up and are empty: fill them in", r.emptied))
	}
	return out, nil
}

// renamer makes one environment of another.
type renamer struct {
	from, to []string // tokens
	name     string
	texts    map[string]string // names, namespaces and hosts, as they become
	hosts    []string
	pattern  *regexp.Regexp
	pool     map[string]string // passwords
	fresh    *strings.Replacer // puts those of Secrets in the place of the old ones

	passwords, emptied int
}

// token is what a spelling of the old environment is called in the new one.
func (r *renamer) token(old string) (string, bool) {
	i := slices.Index(r.from, lower(old))
	if i < 0 {
		return "", false
	}
	// The long word becomes the long word.
	for _, list := range spellings {
		if at := slices.Index(list, lower(old)); at >= 0 && slices.Contains(list, r.from[0]) {
			for _, other := range spellings {
				if slices.Contains(other, r.to[0]) && at < len(other) && other[0] == r.to[0] {
					return other[at], true
				}
			}
		}
	}
	return r.name, true
}

var wordOf = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z0-9]+`) })

// words replaces the words of a name that are the environment.
func (r *renamer) words(name string) (string, bool) {
	changed := false
	out := wordOf().ReplaceAllStringFunc(name, func(w string) string {
		if t, ok := r.token(w); ok {
			changed = true
			return t
		}
		return w
	})
	return out, changed
}

// collect finds what is called otherwise.
func (r *renamer) collect(e *Environment) {
	r.pool = map[string]string{}
	namespaced := false
	for _, o := range e.objects {
		for _, name := range []string{o.plainName(), o.namespace} {
			if to, ok := r.words(name); ok && name != "" {
				r.texts[name] = to
				namespaced = namespaced || name == o.namespace || o.kind == "Namespace"
			}
		}
	}
	if !namespaced {
		// Both environments in one namespace would be one.
		for _, o := range e.objects {
			for _, ns := range []string{o.namespace, map[bool]string{true: o.name}[o.kind == "Namespace" && o.group == ""]} {
				if ns != "" && r.texts[ns] == "" && ns != "default" && !strings.HasPrefix(ns, "kube-") {
					r.texts[ns] = ns + "-" + r.name
				}
			}
		}
	}
	for _, o := range e.objects {
		eachHost(o, func(n *yaml.Node) {
			h := n.Value
			if h == "" || r.texts[h] != "" || !strings.Contains(h, ".") {
				return
			}
			to, ok := r.words(h)
			if !ok {
				if rest, wild := strings.CutPrefix(h, "*."); wild {
					to = "*." + r.name + "." + rest
				} else {
					to = r.name + "." + h
				}
			}
			r.texts[h] = to
			r.hosts = append(r.hosts, h)
		})
	}
	var all []string
	for t := range r.texts {
		all = append(all, regexp.QuoteMeta(t))
	}
	// The longest first: board-api-prod before board.
	slices.SortFunc(all, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	if len(all) > 0 {
		r.pattern = regexp.MustCompile(strings.Join(all, "|"))
	}
}

// text replaces the names, namespaces and hosts in a text. A namespace that does
// not name its environment is one only where a Service's host has it.
func (r *renamer) text(s string) string {
	if r.pattern == nil {
		return s
	}
	if to, ok := r.texts[s]; ok {
		return to
	}
	var out strings.Builder
	last := 0
	for _, m := range r.pattern.FindAllStringIndex(s, -1) {
		word := s[m[0]:m[1]]
		if m[0] > 0 && partOfName(s[m[0]-1], false) || m[1] < len(s) && partOfName(s[m[1]], true) {
			continue
		}
		if _, named := r.words(word); !named && !slices.Contains(r.hosts, word) {
			// shop in web.shop.svc or web.shop:80, not in https://shop.example.com
			if m[0] == 0 || s[m[0]-1] != '.' || m[1] < len(s) && !strings.HasPrefix(s[m[1]:], ".svc") && s[m[1]] != ':' && s[m[1]] != '/' {
				continue
			}
		}
		if slices.Contains(r.hosts, word) && m[0] > 0 && s[m[0]-1] == '.' {
			continue // of another host
		}
		out.WriteString(s[last:m[0]])
		out.WriteString(r.texts[word])
		last = m[1]
	}
	out.WriteString(s[last:])
	return out.String()
}

func partOfName(c byte, behind bool) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// object renames everything in an object but the data of a Secret.
func (r *renamer) object(o *object) {
	meta := yamlnode.Get(o.node, "metadata")
	for _, field := range []string{"name", "namespace"} {
		if v := yamlnode.Get(meta, field); v != nil && r.texts[v.Value] != "" {
			if field == "name" && o.kind != "Namespace" {
				if _, named := r.words(v.Value); !named {
					continue
				}
			}
			v.Value = r.texts[v.Value]
		}
	}
	r.walk(o, o.node, nil)
}

func (r *renamer) walk(o *object, n *yaml.Node, path []string) {
	switch n.Kind {
	case yaml.ScalarNode:
		if n.ShortTag() == "!!str" {
			n.Value = r.text(r.fresh.Replace(n.Value))
		}
	case yaml.SequenceNode:
		for _, e := range n.Content {
			r.walk(o, e, append(slices.Clip(path), "*"))
		}
	case yaml.MappingNode:
		name := yamlnode.GetString(n, "name")
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, v := n.Content[i].Value, n.Content[i+1]
			if len(path) == 0 && (k == "apiVersion" || k == "kind" || o.kind == "Secret" && o.group == "" && (k == "data" || k == "stringData")) ||
				len(path) == 1 && path[0] == "metadata" && (k == "name" || k == "namespace") || k == "image" {
				continue
			}
			said := k
			if k == "value" && name != "" {
				said = name
			}
			if v.Kind == yaml.ScalarNode && secretText(said, v) && r.fresh.Replace(v.Value) == v.Value {
				v.Value = r.hidden(said, v.Value)
				continue
			}
			if v.Kind == yaml.ScalarNode && len(path) > 0 && (path[len(path)-1] == "labels" || path[len(path)-1] == "matchLabels" || path[len(path)-1] == "selector") {
				if t, ok := r.token(v.Value); ok {
					v.Value = t
					continue
				}
			}
			r.walk(o, v, append(slices.Clip(path), k))
		}
	}
}

// secret makes the values of a Secret those of the new environment.
func (r *renamer) secret(o *object) error {
	data, err := secretData(o)
	if err != nil {
		return err
	}
	fresh := yamlnode.NewMapping()
	for _, d := range data {
		v := text(base64.StdEncoding.EncodeToString([]byte(r.value(d))))
		v.LineComment = d.comment
		fresh.Content = append(fresh.Content, clone(d.node), v)
	}
	yamlnode.Delete(o.node, "stringData")
	if len(fresh.Content) > 0 {
		yamlnode.Set(o.node, "data", fresh)
	}
	return nil
}

// open are the last words of keys whose values are no secret.
var open = []string{"user", "username", "name", "db", "database", "host", "hostname", "port", "region", "bucket", "endpoint", "address", "addr", "scheme", "email", "url", "uri"}

func (r *renamer) value(d datum) string {
	if strings.Contains(d.value, "://") && !strings.Contains(d.value, "\n") {
		return r.hidden(d.key, d.value)
	}
	words := wordEnds().Split(lower(d.key), -1)
	if slices.Contains(open, words[len(words)-1]) && !redact.HasCredential(d.value) {
		return r.text(d.value)
	}
	if d.value == "" {
		return ""
	}
	if strings.Contains(d.value, "\n") || strings.ContainsAny(d.value, "{}<>") || len(d.value) > 200 {
		r.emptied++
		return ""
	}
	return r.password(d.value)
}

// hidden is a value with another password: a URL with its host, or all of it.
func (r *renamer) hidden(name, value string) string {
	if u, err := url.Parse(value); err == nil && u.Host != "" {
		if p, ok := u.User.Password(); ok {
			text := r.text(value)
			if u, err := url.Parse(text); err == nil {
				u.User = url.UserPassword(u.User.Username(), r.password(p))
				return u.String()
			}
		}
		if u.User == nil {
			return r.text(value)
		}
	}
	if strings.ContainsAny(value, "\n ={}") {
		r.emptied++
		return ""
	}
	return r.password(value)
}

// password is the new password in the place of an old one, everywhere the same.
func (r *renamer) password(old string) string {
	if p, ok := r.pool[old]; ok {
		return p
	}
	var b [18]byte
	_, _ = rand.Read(b[:]) // never fails
	p := base64.RawURLEncoding.EncodeToString(b[:])
	r.pool[old] = p
	r.passwords++
	return p
}

// eachHost calls f for the hosts under which an object is reached from outside.
func eachHost(o *object, f func(*yaml.Node)) {
	list := func(n *yaml.Node) {
		for _, e := range yamlnode.Elements(n) {
			if e.Kind == yaml.ScalarNode {
				f(e)
			}
		}
	}
	spec := yamlnode.Get(o.node, "spec")
	switch o.kind {
	case "Ingress":
		for _, r := range yamlnode.Elements(yamlnode.Get(spec, "rules")) {
			if h := yamlnode.Get(r, "host"); h != nil {
				f(h)
			}
		}
		for _, t := range yamlnode.Elements(yamlnode.Get(spec, "tls")) {
			list(yamlnode.Get(t, "hosts"))
		}
	case "HTTPRoute", "GRPCRoute", "TLSRoute":
		list(yamlnode.Get(spec, "hostnames"))
	case "Gateway":
		for _, l := range yamlnode.Elements(yamlnode.Get(spec, "listeners")) {
			if h := yamlnode.Get(l, "hostname"); h != nil {
				f(h)
			}
		}
	case "Certificate":
		list(yamlnode.Get(spec, "dnsNames"))
	}
}
