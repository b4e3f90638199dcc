package adopt

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
	"github.com/ressKim-io/wealist-k8s-migration/internal/host"
)

// outside finds the connections of an environment that lead out of its cluster: in
// the variables that lead to a Service in another environment, such as a managed
// database of production.
func (e *Environment) outside(others []*Environment) []*candidate {
	r := &recognizer{inv: e.inv, domain: defaultDomain, seen: map[string]bool{}}
	var found []*candidate
	for _, other := range others {
		if other == e {
			continue
		}
		for _, c := range other.found {
			if c.service == nil || len(c.engine.Variables) == 0 || slices.ContainsFunc(append(e.found, found...), func(d *candidate) bool { return d.name == c.name }) {
				continue
			}
			if d := r.elsewhere(c); d != nil {
				found = append(found, d)
			}
		}
	}
	return found
}

// elsewhere is a connection of another environment as this one has it.
func (r *recognizer) elsewhere(c *candidate) *candidate {
	out := &candidate{name: c.name, engine: c.engine}
	for i := range c.values {
		t := &c.values[i]
		if t.carries&engine.Hosts == 0 {
			continue
		}
		for _, o := range r.inv.OfKind(t.owner.GroupKind) {
			if o.Node == nil || o.BaseName() != t.owner.BaseName() {
				continue
			}
			for _, pod := range r.readers(o, t) {
				for _, ctr := range pod.Containers {
					if t.container != nil && ctr.Name != t.container.Name {
						continue
					}
					r.addElsewhere(out, t, o, ctr)
				}
			}
		}
	}
	if out.host == "" {
		return nil
	}
	return out
}

// readers are the pods that may read a value of a workload or a ConfigMap.
func (r *recognizer) readers(o *inventory.Object, t *typed) []*inventory.Pod {
	if t.container != nil {
		return o.Pods()
	}
	var all []*inventory.Pod
	for _, other := range r.inv.Objects() {
		if other.Node != nil && other.Namespace == o.Namespace {
			all = append(all, other.Pods()...)
		}
	}
	return all
}

// addElsewhere reads the variable that is t in the other environment, and adds it
// if it leads to the host that out leads to.
func (r *recognizer) addElsewhere(out *candidate, t *typed, o *inventory.Object, ctr *inventory.Container) {
	env := environmentOf(r.inv, ctr)
	i := slices.IndexFunc(env, func(v *variable) bool {
		if t.container == nil {
			return v.from == o && v.key == t.variable
		}
		return v.name == t.variable
	})
	if i < 0 || !env[i].known || env[i].kind == "Secret" || strings.ContainsAny(env[i].text, "\n") {
		return
	}
	v := env[i]
	plain, refs := withoutReferences(v.text)
	at := host.Find(plain, host.Hint{Key: v.name})
	if len(at) != 1 || !strings.Contains(at[0].Host, ".") || at[0].IsLoopback() || at[0].IsIP() || strings.Contains(at[0].Host, ".svc") || out.host != "" && out.host != at[0].Host {
		return
	}
	if s, _ := r.service(at[0].Host, o.Namespace); s != nil {
		return
	}
	format, a, ok := roundTrip(out.engine, plain, at)
	if !ok {
		return
	}
	carries, _ := out.engine.Carries(format)
	conn := &candidate{engine: out.engine, host: at[0].Host, port: a.Hosts[0].Port, parameters: a.Parameters, tls: a.TLS, database: a.Database, carries: carries &^ (engine.Hosts | engine.Ports)}
	if restore(a.Database, refs) != a.Database || len(a.Parameters) > 0 || !r.userInfo(ctr, env, v, conn, a, refs) {
		return
	}
	value := typed{owner: ctr.Pod.Owner, container: ctr, variable: v.name, format: format, carries: carries, text: v.text, meant: v.text}
	if v.kind == "ConfigMap" && conn.credentials.Secret == "" && v.from != nil {
		value.owner, value.container, value.variable = v.from, nil, v.key
	}
	conn.add(r, value)
	if a.Username == nil && a.Password == nil {
		r.group(ctr, env, v, conn)
	}
	if out.host == "" {
		*out = candidate{name: out.name, engine: out.engine, host: conn.host, port: conn.port, parameters: conn.parameters, tls: conn.tls,
			database: conn.database, credentials: conn.credentials, carries: conn.carries, values: conn.values}
		return
	}
	if out.takes(conn) {
		out.merge(conn)
	}
}

// portText is a port as a configuration has it, "" for the engine's usual one.
func (c *candidate) portText() string {
	if c.port == 0 || c.port == c.engine.Port {
		return ""
	}
	return strconv.Itoa(c.port)
}
