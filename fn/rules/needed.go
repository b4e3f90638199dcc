package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// neededRules are about what well-known images do not start without.
func neededRules() []*Rule { return []*Rule{neededVariable} }

// need is a variable that an image stops without when its data is empty. A new one is a
// row.
type need struct {
	// images are whole names, without registry and tag.
	images []string
	// variables are the one to set and those that take its place, of which one is enough.
	// With "_FILE" behind it each may be the path of a file, if files is set.
	variables []string
	files     bool
	// family are the beginnings of the names of the image's own variables: a container that
	// has none of them may be no server.
	family []string
	// since is the first major version for which it is so; a release of an older one may
	// be older than the check too.
	since int
	url   string
}

var needs = []need{
	{images: []string{"postgres", "postgis/postgis", "timescale/timescaledb", "pgvector/pgvector"}, variables: []string{"POSTGRES_PASSWORD", "POSTGRES_HOST_AUTH_METHOD"}, files: true, family: []string{"POSTGRES_", "PGDATA"}, since: 13, url: "https://hub.docker.com/_/postgres#postgres_password"},
	{images: []string{"mysql"}, variables: []string{"MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD"}, files: true, family: []string{"MYSQL_"}, url: "https://hub.docker.com/_/mysql#mysql_root_password"},
	{images: []string{"mariadb"}, variables: []string{"MARIADB_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD_HASH", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "MARIADB_RANDOM_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD"}, files: true, family: []string{"MARIADB_", "MYSQL_"}, url: "https://hub.docker.com/_/mariadb"},
	{images: []string{"mssql/server"}, variables: []string{"ACCEPT_EULA"}, family: []string{"MSSQL_", "SA_PASSWORD"}, url: "https://learn.microsoft.com/sql/linux/sql-server-linux-configure-environment-variables"},
	{images: []string{"dpage/pgadmin4"}, variables: []string{"PGADMIN_DEFAULT_EMAIL"}, family: []string{"PGADMIN_"}, url: "https://www.pgadmin.org/docs/pgadmin4/latest/container_deployment.html"},
	{images: []string{"dpage/pgadmin4"}, variables: []string{"PGADMIN_DEFAULT_PASSWORD"}, files: true, family: []string{"PGADMIN_"}, url: "https://www.pgadmin.org/docs/pgadmin4/latest/container_deployment.html"},
}

var neededVariable = &Rule{
	Name:     "needed-variable-missing",
	Severity: finding.Note, // nobody can see whether a volume has data already
	Doc: "A container of a well-known image lacks a variable that its first start stops without: POSTGRES_PASSWORD of postgres, the password of root of mysql and mariadb, ACCEPT_EULA of SQL Server, the account of pgAdmin. " +
		"The pod crashes until the variable is there, CrashLoopBackOff; where the volume already has the data of an earlier start it does not, so this is a note. " +
		"It knows the official images, and the variables that take the place of others; containers with no variable of the image at all, with a command or arguments of their own, and those with an envFrom whose keys are not known, are left alone.",
	URL: "https://hub.docker.com/_/postgres#environment-variables",
	Run: func(p *Pass) error {
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			image := yamlnode.Get(c.Node, "image")
			if c.Pod.Partial || c.Type != inventory.AppContainer || runsOnce(o.Kind) || yamlnode.Get(c.Node, "command") != nil || yamlnode.Get(c.Node, "args") != nil {
				return
			}
			img := libraryImage(yamlnode.String(image))
			if !slices.Contains(originals[:], img.registry) {
				return // it may have been built with the variable
			}
			for i := range needs {
				if n := &needs[i]; slices.Contains(n.images, img.name) && (img.major < 0 || img.major >= n.since) && p.lacks(c, n) {
					p.Report(o, image, fmt.Sprintf("%s stops at its first start: container %q has no %s", img.name, c.Name, n.variables[0]),
						Help("set %s, from a Secret if it is one%s: %s", n.variables[0], n.others(), n.url))
				}
			}
		})
		return nil
	},
}

// originals are the registries of the images of needs, and mirrors of them.
var originals = [...]string{"", "docker.io", "index.docker.io", "mcr.microsoft.com", "mirror.gcr.io"}

// others says what may be set in place of the variable.
func (n *need) others() string {
	if len(n.variables) == 1 {
		return ""
	}
	return ", or " + n.variables[1]
}

// lacks reports whether a container has variables of the image, and none of those that it
// needs one of.
func (p *Pass) lacks(c *inventory.Container, n *need) bool {
	e := containerEnvs.Of(p.Build)[c]
	if e == nil {
		return false
	}
	configured := false
	sets := func(name string) bool {
		configured = configured || slices.ContainsFunc(n.family, func(start string) bool { return strings.HasPrefix(name, start) })
		if n.files {
			name = strings.TrimSuffix(name, "_FILE")
		}
		return slices.Contains(n.variables, name)
	}
	return !slices.ContainsFunc(e.entries, func(v envEntry) bool { return v.name == "" || sets(v.name) }) &&
		!slices.ContainsFunc(e.sources, func(s envSource) bool {
			return s.data == nil || s.data.content.Open || slices.ContainsFunc(s.data.names, func(key string) bool { return sets(s.prefix + key) })
		}) && configured
}
