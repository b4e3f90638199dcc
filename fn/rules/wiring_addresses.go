package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
)

var addressDiffers = &Rule{
	Name:     "address-differs",
	Severity: finding.Warning,
	URL:      envFromDocs,
	Doc: "Two ConfigMaps of one namespace give the same key different addresses of the Service that the key is called after: USERS_URL is http://users:8080 in one and http://users:8080/api in the other. " +
		"The workloads that read them call the same Service in different ways, and a change of the one is forgotten in the other. " +
		"It compares scheme, host, port and path of HTTP URLs that containers read as variables. Keys that are not called after the Service, and names of one Service in different lengths, are left alone.",
	Run: func(p *Pass) error {
		type use struct {
			data      *settings
			key, text string
			owners    []*inventory.Object
		}
		uses := map[string][]*use{}
		var keys []string
		read := func(e *containerEnv, data *settings, key string) {
			text, known := data.value(key)
			if !known || data.object.Kind != "ConfigMap" || !strings.HasPrefix(text, "http") {
				return
			}
			id := data.object.Namespace + "\n" + key
			for _, u := range uses[id] {
				if u.data == data {
					u.owners = append(u.owners, e.owner)
					return
				}
			}
			if uses[id] == nil {
				keys = append(keys, id)
			}
			uses[id] = append(uses[id], &use{data, key, text, []*inventory.Object{e.owner}})
		}
		for _, e := range wired.Of(p.Build).containers {
			for i := range e.sources {
				if data := e.sources[i].data; data != nil {
					for _, key := range data.names {
						read(e, data, key)
					}
				}
			}
			for i := range e.entries {
				if entry := &e.entries[i]; entry.data != nil {
					read(e, entry.data, entry.key())
				}
			}
		}
		for _, id := range keys {
			all := uses[id]
			slices.SortStableFunc(all, func(a, b *use) int { return compareObjects(a.data.object, b.data.object) })
			for _, u := range all {
				slices.SortStableFunc(u.owners, compareObjects)
			}
			for _, u := range all[1:] {
				first := all[0]
				if difference := p.addressesDiffer(u.data.object.Namespace, u.key, first.text, u.text); difference != "" && !slices.Contains(first.owners, u.owners[0]) {
					value, _ := u.data.content.Get(u.key)
					p.Report(u.data.object, value.Node,
						fmt.Sprintf("%s has another %s here than in %s, and both are addresses of one Service: %s reads this one, %s the other", u.key, difference, first.data, u.owners[0], first.owners[0]),
						SecretLine(), Help("let both say the same, from one ConfigMap that both workloads read"))
				}
			}
		}
		return nil
	},
}

// addressesDiffer returns the part in which two HTTP URLs under a key differ,
// where both are for the Service that the key is called after.
func (p *Pass) addressesDiffer(namespace, key, one, other string) string {
	schemeA, hostA, portA, pathA, okA := cutHTTP(one)
	schemeB, hostB, portB, pathB, okB := cutHTTP(other)
	serviceA, nsA := p.splitService(hostA, namespace)
	serviceB, nsB := p.splitService(hostB, namespace)
	if !okA || !okB || serviceA == "" || serviceA != serviceB || !keyIsFor(key, serviceA) {
		return ""
	}
	switch {
	case nsA != nsB:
		return "namespace"
	case schemeA != schemeB:
		return "scheme"
	case portA != portB:
		return "port"
	case pathA != pathB:
		return "path"
	}
	return ""
}

// keyIsFor reports whether a key such as USERS_URL is called after a Service
// such as users or users-service.
func keyIsFor(key, service string) bool {
	words := strings.Split(strings.ToLower(strings.ReplaceAll(key, "-", "_")), "_")
	first, _, _ := strings.Cut(service, "-")
	return len(words) > 1 && len(first) > 2 && slices.Contains(words, first)
}

// cutHTTP takes an HTTP URL without user info apart.
func cutHTTP(text string) (scheme, host, port, path string, ok bool) {
	scheme, rest, ok := strings.Cut(strings.TrimSpace(text), "://")
	if !ok || scheme != "http" && scheme != "https" || strings.ContainsAny(rest, "@$ \n{") {
		return "", "", "", "", false
	}
	rest, path, _ = strings.Cut(rest, "/")
	host, port, _ = strings.Cut(rest, ":")
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[scheme]
	}
	path, _, _ = strings.Cut(path, "?")
	return scheme, host, port, strings.TrimRight(path, "/"), host != ""
}
