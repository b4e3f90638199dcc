package rules

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
	"github.com/ressKim-io/wealist-k8s-migration/internal/host"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// databaseWords stand for whatever database the program has.
var databaseWords = []string{"DATABASE", "DB", "DATASOURCE", "SPRING_DATASOURCE", "SQL"}

// serviceURL is what a URL says of the server: never its user info or query.
type serviceURL struct {
	engine   *engine.Engine
	scheme   engine.Scheme
	hosts    []string
	port     int // 0 if there are several
	database string
}

// isServiceURL reports whether text may be a URL that parseServiceURL reads: one
// of a server that environment variables are called after.
func isServiceURL(text string) bool {
	name, _, ok := cutScheme(text)
	e, _, known := engine.ByScheme(name)
	return ok && known && len(e.Variables) > 0 || mayBeKeywords(text)
}

// mayBeKeywords is a cheap test for connection strings that are no URLs: libpq's
// and ADO.NET's keywords, Go's data source names.
func mayBeKeywords(text string) bool {
	return len(text) < 1000 && !strings.Contains(text, "://") && (strings.Contains(text, "=") && strings.ContainsAny(text, " ;,") || strings.Contains(text, "@tcp(")) && !strings.ContainsRune(strings.TrimSpace(text), '\n')
}

// parseKeywords reads a connection string that is no URL, and has no mistake.
func parseKeywords(text string) (*serviceURL, bool) {
	text = strings.TrimSpace(text)
	if !mayBeKeywords(text) {
		return nil, false
	}
	found := engine.ReadTyped("", text, true)
	if len(found) != 1 || found[0].Start != 0 || found[0].End != len(text) || len(found[0].Faults) > 0 || len(found[0].Hosts) == 0 || found[0].IsJAAS() {
		return nil, false
	}
	t := found[0]
	s := &serviceURL{engine: t.Engine, scheme: engine.Scheme{Database: t.Database != ""}, database: t.Database}
	for _, h := range t.Hosts {
		s.hosts = append(s.hosts, h.Host)
	}
	if len(t.Hosts) == 1 {
		if s.port = t.Hosts[0].Port; s.port == 0 && !t.AnyEngine && len(t.Engine.Schemes) > 0 {
			s.port = t.Engine.Schemes[0].Port
		}
	}
	for _, name := range append(slices.Clone(s.hosts), s.database) {
		if strings.Trim(name, plainBytes) != "" {
			return nil, false
		}
	}
	return s, s.hosts[0] != ""
}

func cutScheme(text string) (scheme, rest string, ok bool) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "jdbc:")
	scheme, rest, ok = strings.Cut(text, "://")
	if !ok || len(scheme) > 40 {
		return "", "", false
	}
	return strings.ToLower(scheme), rest, true
}

// parseServiceURL reads a URL. It refuses whatever might make part of a
// password look like a host or a database.
func parseServiceURL(text string) (*serviceURL, bool) {
	name, rest, ok := cutScheme(text)
	if !ok {
		return parseKeywords(text)
	}
	e, scheme, known := engine.ByScheme(name)
	settings := ""
	if name == "sqlserver" { // user=…;password=…
		if rest, settings, _ = strings.Cut(rest, ";"); strings.Contains(settings, "@") {
			return nil, false
		}
	}
	if !ok || !known || len(e.Variables) == 0 || strings.ContainsAny(rest, " \n\t${}<>\\\"'`;") {
		return nil, false
	}
	u, err := url.Parse("x://" + firstHost(rest))
	if err != nil || u.Host == "" || strings.Contains(u.Path+u.RawQuery+u.Fragment, "@") {
		return nil, false
	}
	s := &serviceURL{engine: e, scheme: scheme, hosts: []string{u.Hostname()}, port: scheme.Port}
	if p := u.Port(); p != "" {
		s.port, _ = strconv.Atoi(p)
	}
	authority, _, _ := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		authority = authority[at+1:]
	}
	if strings.Contains(authority, ",") {
		s.port, s.hosts = 0, nil
		for member := range strings.SplitSeq(authority, ",") {
			name, _, _ := strings.Cut(member, ":")
			s.hosts = append(s.hosts, name)
		}
	}
	for pair := range strings.SplitSeq(settings, ";") {
		k, v, _ := strings.Cut(pair, "=")
		if strings.EqualFold(k, "password") {
			break // what follows may be a part of it
		}
		if strings.EqualFold(k, "databaseName") || strings.EqualFold(k, "database") {
			s.database, s.scheme.Database = v, true
		}
	}
	if scheme.Database {
		s.database, _, _ = strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	}
	for _, name := range append(s.hosts, s.database) {
		if strings.Trim(name, plainBytes) != "" {
			return nil, false
		}
	}
	return s, s.hosts[0] != ""
}

// plainBytes are what host names and the names of databases are made of.
const plainBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"

// firstHost leaves one host of a list such as a:1,b:2 in an authority, for
// net/url knows no lists.
func firstHost(rest string) string {
	slash := strings.IndexAny(rest, "/?#")
	if slash < 0 {
		slash = len(rest)
	}
	at := strings.LastIndexByte(rest[:slash], '@') + 1
	if comma := strings.IndexByte(rest[at:slash], ','); comma >= 0 {
		return rest[:at+comma] + rest[slash:]
	}
	return rest
}

var urlContradictsParts = &Rule{
	Name:     "url-contradicts-parts",
	Severity: finding.Error,
	URL:      envFromDocs,
	Doc: "A container gets the address of a server twice, as a URL and in parts, and the two disagree: DATABASE_URL leads to one database and DB_NAME says another. " +
		"The program uses one of the two, so it may connect to the wrong server, and editing the other changes nothing. " +
		"It compares host, port and database name of URLs of databases and brokers, and of connection strings of other forms (libpq, ADO.NET, JDBC, Go's data source names), in the container's final environment: env, envFrom and valueFrom as far as the build knows them. " +
		"Parts belong to a URL by their names: DB_HOST to DB_URL, DATABASE_URL and, for PostgreSQL, to POSTGRES_URL. " +
		"Two names of one Service are no contradiction.",
	Run: func(p *Pass) error {
		reported := map[[2]spot]bool{}
		for _, e := range wired.Of(p.Build).containers {
			urls := e.urls()
			for i := range urls {
				p.checkURL(e, &urls[i], urls, reported)
			}
		}
		return nil
	},
}

// urlNames returns the names of the variables that some source gives a URL.
func (e *containerEnv) urlNames() []string {
	var names []string
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for i := range e.entries {
		entry := &e.entries[i]
		switch {
		case entry.ref() && entry.data != nil:
			if slices.Contains(entry.data.urls, entry.key()) {
				add(entry.name)
			}
		case !entry.ref() && isServiceURL(yamlnode.String(entry.node)):
			add(entry.name)
		}
	}
	for _, s := range e.sources {
		if s.data != nil {
			for _, key := range s.data.urls {
				add(s.prefix + key)
			}
		}
	}
	return names
}

// urlEndings are how names of variables with URLs end.
var urlEndings = [...]string{"_URL", "_URI", "_DSN", "_JDBC_URL", "_JDBCURL", "_CONNECTION_STRING", "_CONNECTION_URL", "_CONN_STRING"}

// urlStem is DATABASE for DATABASE_URL, MAIN_DB for MAIN_DB_URI.
func urlStem(name string) (string, bool) {
	best := ""
	for _, ending := range urlEndings {
		if strings.HasSuffix(name, ending) && len(ending) > len(best) {
			best = ending
		}
	}
	return strings.TrimSuffix(name, best), best != "" && len(best) < len(name)
}

// partStems returns what the names of the parts of the URL with that stem begin
// with, its own stem first.
func partStems(stem string, u *serviceURL) []string {
	stems := []string{stem}
	words := u.engine.Variables
	if u.scheme.Database {
		words = slices.Concat(words, databaseWords)
	}
	// MAIN_DATABASE_URL goes with MAIN_DB_HOST, and not with DB_HOST.
	lead, found := "", false
	longest := 0
	for _, w := range words {
		if l, ok := strings.CutSuffix(stem, w); ok && (l == "" || strings.HasSuffix(l, "_")) && len(w) > longest {
			lead, found, longest = l, true, len(w)
		}
	}
	if !found {
		return stems
	}
	for _, w := range words {
		if s := lead + w; s != stem {
			stems = append(stems, s)
		}
	}
	return stems
}

// urlPart is what a URL and another variable both say.
type urlPart struct {
	what    string
	endings []string
	// differs returns what the two say where they disagree. namespace is the
	// pod's.
	differs func(p *Pass, u *serviceURL, text, namespace string) (inURL, inPart string, differ bool)
}

// urlParts are the parts of URLs, with the endings of variables for them. An
// ending without _ is for PGHOST and its like.
var urlParts = [...]urlPart{
	{"host", []string{"_HOST", "_HOSTNAME", "_SERVER", "_ADDRESS", "HOST"}, hostDiffers},
	{"port", []string{"_PORT", "PORT"}, portDiffers},
	{"database", []string{"_NAME", "_DB", "_DATABASE", "_DB_NAME", "_DBNAME", "_DATABASE_NAME", "DATABASE"}, databaseDiffers},
}

func hostDiffers(p *Pass, u *serviceURL, text, namespace string) (inURL, inPart string, differ bool) {
	name, port, ok := splitPart(text)
	switch {
	case !ok:
		return "", "", false
	case !p.sameHost(namespace, name, u.hosts):
		return u.hosts[0], name, true
	case port != "":
		if _, _, differ := portDiffers(p, u, port, namespace); differ {
			return u.hosts[0] + ":" + strconv.Itoa(u.port), name + ":" + port, true
		}
	}
	return "", "", false
}

func portDiffers(_ *Pass, u *serviceURL, text, _ string) (inURL, inPart string, differ bool) {
	port, err := strconv.Atoi(strings.TrimSpace(text))
	return strconv.Itoa(u.port), strconv.Itoa(port), err == nil && u.port != 0 && port != u.port
}

func databaseDiffers(_ *Pass, u *serviceURL, text, _ string) (inURL, inPart string, differ bool) {
	name := strings.TrimSpace(text)
	return u.database, name, u.database != "" && name != "" && name != u.database && strings.Trim(name, plainBytes) == "" && u.database != u.engine.AuthDatabase
}

// containerURL is a URL in a variable of a container.
type containerURL struct {
	*variable
	*serviceURL
	// stems are what the names of its parts begin with, its own first.
	stems []string
}

// urls returns the URLs in the final environment.
func (e *containerEnv) urls() []containerURL {
	var found []containerURL
	for _, name := range e.urlNames() {
		stem, ok := urlStem(name)
		v := e.get(name)
		if !ok || v == nil || !v.known || v.node == nil {
			continue
		}
		if u, ok := parseServiceURL(v.text); ok {
			found = append(found, containerURL{v, u, partStems(stem, u)})
		}
	}
	return found
}

func (p *Pass) checkURL(e *containerEnv, u *containerURL, all []containerURL, reported map[[2]spot]bool) {
	for i := range urlParts {
		kind := &urlParts[i]
		for j, stem := range u.stems {
			parts := e.parts(stem, kind.endings)
			for _, part := range parts {
				inURL, inPart, differ := kind.differs(p, u.serviceURL, part.text, e.owner.Namespace)
				pair := [2]spot{{u.holder, u.node}, {part.holder, part.node}}
				if !differ || reported[pair] || j > 0 && p.belongsElsewhere(e, part, kind, stem, u, all) {
					continue
				}
				reported[pair] = true
				where := ""
				if part.holder != u.holder {
					where = " in " + part.holder.String()
				}
				p.Report(u.holder, u.node,
					fmt.Sprintf("%s leads to %s %q, but %s%s is %q, and container %q gets both", u.name, kind.what, inURL, part.name, where, inPart, e.container.Name),
					SecretLine(), Help("let both say the same, or compute the URL with a connection so that they cannot disagree"))
			}
			if j == 0 && len(parts) > 0 {
				break // the URL has parts of its own name
			}
		}
	}
}

// belongsElsewhere reports whether a part is that of another URL: one of its
// own name, or one that agrees with it.
func (p *Pass) belongsElsewhere(e *containerEnv, part *variable, kind *urlPart, stem string, u *containerURL, all []containerURL) bool {
	for i := range all {
		other := &all[i]
		if other.name == u.name || !slices.Contains(other.stems, stem) {
			continue
		}
		if _, _, differ := kind.differs(p, other.serviceURL, part.text, e.owner.Namespace); other.stems[0] == stem || !differ {
			return true
		}
	}
	return false
}

// parts returns the variables with these endings whose values are known. An
// ending without _ is for stems that are written together with it: PGHOST.
func (e *containerEnv) parts(stem string, endings []string) []*variable {
	var found []*variable
	for _, ending := range endings {
		if ending[0] != '_' && stem != "PG" && !strings.HasSuffix(stem, "_PG") {
			continue
		}
		if v := e.get(stem + ending); v != nil && v.known && v.node != nil && v.text != "" {
			found = append(found, v)
		}
	}
	return found
}

// splitPart splits a host variable, and refuses what is no plain address.
func splitPart(text string) (name, port string, ok bool) {
	text = strings.TrimSuffix(strings.TrimSpace(text), ".")
	name, port, _ = strings.Cut(text, ":")
	if name == "" || strings.Trim(name, plainBytes) != "" || strings.Trim(port, "0123456789") != "" || name == "0.0.0.0" {
		return "", "", false
	}
	return name, port, true
}

// sameHost reports whether a host may be one of others, by another of its names.
func (p *Pass) sameHost(namespace, name string, others []string) bool {
	for _, other := range others {
		if strings.EqualFold(name, other) || isLoopback(name) && isLoopback(other) || p.sameService(namespace, name, other) {
			return true
		}
	}
	return false
}

func isLoopback(h string) bool {
	o := host.Occurrence{Host: h}
	return o.IsLoopback()
}

// sameService reports whether two names are of one Service, or of Services in
// front of the same pods, or cannot be told apart.
func (p *Pass) sameService(namespace, a, b string) bool {
	a, b = strings.TrimSuffix(a, "."), strings.TrimSuffix(b, ".")
	serviceA, namespaceA := p.splitService(a, namespace)
	serviceB, namespaceB := p.splitService(b, namespace)
	if serviceA == serviceB && serviceA != "" && inventory.SameNamespace(namespaceA, namespaceB) {
		return true
	}
	x := p.Inventory.Lookup(gk("Service"), namespaceA, serviceA, false, nil)
	y := p.Inventory.Lookup(gk("Service"), namespaceB, serviceB, false, nil)
	for _, s := range [...]*inventory.Object{x, y} {
		if s != nil && s.Node != nil && yamlnode.GetString(s.Node, "spec", "type") == "ExternalName" {
			return true
		}
	}
	if x == nil || y == nil || x.Node == nil || y.Node == nil {
		return false
	}
	if x == y {
		return true
	}
	pods := p.SelectedPods(y)
	return slices.ContainsFunc(p.SelectedPods(x), func(pod *inventory.Pod) bool { return slices.Contains(pods, pod) })
}

// splitService reads name, name.ns, name.ns.svc and so on, and a pod's
// pod.name.ns.svc.
func (p *Pass) splitService(name, namespace string) (service, ns string) {
	labels := strings.Split(strings.ToLower(strings.TrimSuffix(name, "."+p.ClusterDomain())), ".")
	if i := slices.Index(labels, "svc"); i >= 2 && i == len(labels)-1 {
		return labels[i-2], labels[i-1]
	}
	switch len(labels) {
	case 1:
		return labels[0], namespace
	case 2:
		return labels[0], labels[1]
	}
	return "", ""
}
