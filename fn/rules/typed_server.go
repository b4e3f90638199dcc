package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var urlContradictsServer = &Rule{
	Name:     "url-contradicts-server",
	Severity: finding.Error,
	URL:      "https://hub.docker.com/_/postgres",
	Doc: "A connection URL or string leads to a server of the same build that is something else, or that does not create the user, password or database in the URL. " +
		"A mysql:// URL for a Service whose pods run postgres is an error. " +
		"A user, password or database other than that of POSTGRES_USER, MYSQL_DATABASE and their like is a warning: the images create what these variables say when they start on an empty volume, and something else may create more. " +
		"Servers with initialization scripts, and builds that create databases or users somewhere, are left alone.",
	Run: func(p *Pass) error {
		for _, t := range typedTexts.Of(p.Build) {
			urls := t.urls
			text := t.text
			if len(t.references) > 0 && t.expanded != "" {
				urls, text = engine.ReadTyped(t.name, t.expanded, t.whole), t.expanded
			}
			for _, u := range urls {
				if len(u.Hosts) == 1 && u.Hosts[0].Host != "" && !hasUserFault(u) {
					p.checkServer(t, u, text)
				}
			}
		}
		return nil
	},
}

func hasUserFault(u *engine.Typed) bool { return len(u.Faults) > 0 }

func (p *Pass) checkServer(t *typedText, u *engine.Typed, text string) {
	svc := p.serviceOf(t, u.Hosts[0].Host)
	if svc == nil {
		return
	}
	c, e := p.serverBehind(svc, u.Hosts[0].Port)
	if c == nil {
		return
	}
	if u.AnyEngine {
		if !u.MayBe(e) {
			return
		}
	} else if e.Protocol != u.Engine.Protocol && e.Protocol != "" && u.Engine.Protocol != "" {
		help := Help("name the Service that is meant, or write the string as %s wants it", e.Name)
		if u.Keywords == nil && u.Form == "" {
			help = Help("write %s:// and the port of %s, or name the Service that is meant", e.Schemes[0].Name, e.Name)
		}
		p.reportText(t, min(u.Start, len(t.text)), fmt.Sprintf("%s has a %s for Service %q, and the pods behind it run %s", t.name, u, svc.Name, e.Name), help)
		return
	}
	if !u.AnyEngine && e.Protocol != u.Engine.Protocol || p.initialized(c, &e.Server) {
		return
	}
	p.checkCreated(t, u, text, svc, containerEnvs.Of(p.Build)[c], e)
}

// serverBehind returns the container behind a Service's port that runs an
// engine.
func (p *Pass) serverBehind(svc *inventory.Object, port int) (*inventory.Container, *engine.Engine) {
	pods := p.SelectedPods(svc)
	if len(pods) != 1 || pods[0].Partial {
		return nil, nil
	}
	var found *inventory.Container
	apps := 0
	target := ""
	for _, n := range yamlnode.Elements(svc.Get("spec", "ports")) {
		if yamlnode.GetString(n, "port") == strconv.Itoa(port) || port == 0 {
			target = yamlnode.GetString(n, "targetPort")
			if target == "" {
				target = yamlnode.GetString(n, "port")
			}
		}
	}
	for _, c := range pods[0].Containers {
		if c.Type != inventory.AppContainer {
			continue
		}
		apps++
		for _, n := range yamlnode.Elements(yamlnode.Get(c.Node, "ports")) {
			if target != "" && (yamlnode.GetString(n, "name") == target || yamlnode.GetString(n, "containerPort") == target) {
				found = c
			}
		}
	}
	if found == nil && apps == 1 {
		found = pods[0].Containers[slices.IndexFunc(pods[0].Containers, func(c *inventory.Container) bool { return c.Type == inventory.AppContainer })]
	}
	if found == nil {
		return nil, nil
	}
	e, ok := engine.ByImage(yamlnode.GetString(found.Node, "image"))
	if !ok {
		return nil, nil
	}
	return found, e
}

// initialized reports whether something may create users and databases besides
// the image's variables.
func (p *Pass) initialized(c *inventory.Container, s *engine.Server) bool {
	for _, m := range yamlnode.Elements(yamlnode.Get(c.Node, "volumeMounts")) {
		at := yamlnode.GetString(m, "mountPath")
		if slices.ContainsFunc(s.Scripts, func(dir string) bool { return strings.HasPrefix(at, dir) }) {
			return true
		}
	}
	return yamlnode.Get(c.Node, "command") != nil || yamlnode.Get(c.Node, "args") != nil && strings.Contains(yamlnode.GetString(c.Node, "image"), "bitnami")
}

// createsDatabases reports whether some text of the build creates databases or
// users: a script, a migration, a Job.
func (p *Pass) createsDatabases() bool {
	for _, o := range p.Inventory.Objects() {
		if o.Node != nil && !o.Local && mentionsCreation(o.Node, 0) {
			return true
		}
	}
	return false
}

func mentionsCreation(n *yaml.Node, depth int) bool {
	n = yamlnode.Resolve(n)
	if n == nil || depth > 100 {
		return false
	}
	if n.Kind == yaml.ScalarNode {
		lower := strings.ToLower(n.Value)
		for _, words := range [...]string{"create database", "create user", "create role", "createdb", "createuser", "add_user", "add_vhost", "alter user", "alter role"} {
			if strings.Contains(lower, words) {
				return true
			}
		}
		return false
	}
	return slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return mentionsCreation(c, depth+1) })
}

// created is the first of some variables that a server's container has.
func created(e *containerEnv, names []string) (v *variable, known bool) {
	if e == nil {
		return nil, true
	}
	for _, name := range names {
		if v := e.get(name); v != nil {
			return v, v.known && v.text != ""
		}
		if v := e.get(name + "_FILE"); v != nil {
			return nil, false
		}
	}
	for _, s := range e.sources {
		if s.data == nil || s.data.content.Open || s.data.encrypted {
			return nil, false // it may have them
		}
	}
	return nil, true
}

func (p *Pass) checkCreated(t *typedText, u *engine.Typed, text string, svc *inventory.Object, e *containerEnv, own *engine.Engine) {
	s := &own.Server
	user, password, written := u.UserInfo(text)
	report := func(what string, v *variable, name string) {
		if p.createsDatabases() {
			return
		}
		says := "and the server behind Service %q creates another"
		if v == nil {
			says = "and the server behind Service %q has no variable that creates it"
		}
		message := fmt.Sprintf("the %s in %s names a %s, "+says, u, t.name, what, svc.Name)
		if v != nil && v.holder.Kind != "Secret" && what != "password" && !isSecretly(v) {
			message += fmt.Sprintf(", %q", v.text)
		}
		p.reportText(t, min(u.Start, len(t.text)), message, AtMost(finding.Warning),
			Help("its image takes it from %s when it starts on an empty volume; let both say the same, or compute the URL with a connection", name))
	}
	owner, known := created(e, s.Users)
	if !known {
		return
	}
	secret, secretKnown := created(e, s.Passwords)
	userName := ""
	switch {
	case owner != nil:
		userName = owner.text
	case secret != nil && len(s.DefaultUsers) > 0: // without either, nothing is said of users
		userName = s.DefaultUsers[0]
	}
	if written && user != "" && userName != "" && userName != user && !slices.Contains(s.AlwaysUsers, user) {
		report("user", owner, s.Users[0])
		return
	}
	if written && secretKnown && secret != nil && password != "" && user == userName && secret.text != password {
		report("password", secret, s.Passwords[0])
		return
	}
	if roots := s.Roots[user]; written && len(roots) > 0 && password != "" {
		if root, known := created(e, roots); known && root != nil && root.text != password {
			report("password", root, roots[0])
			return
		}
	}
	database, known := created(e, s.Databases)
	if !known || len(s.Databases) == 0 || u.Database == "" || slices.Contains(s.AlwaysDatabases, u.Database) || strings.Contains(u.Database, "/") && !strings.HasPrefix(u.Database, "/") {
		return
	}
	switch {
	case database != nil && database.text != u.Database:
		report(s.DatabaseName(), database, s.Databases[0])
	case database == nil && s.DatabaseOfUser && u.Database != userName && owner != nil:
		report(s.DatabaseName(), nil, s.Databases[0])
	}
}

// isSecretly reports whether a variable's value is put together from others,
// which may be a Secret's.
func isSecretly(v *variable) bool { return v.node == nil || strings.Contains(v.node.Value, "$(") }

var otlpPortMismatch = &Rule{
	Name:     "otlp-port-mismatch",
	Severity: finding.Error,
	Advises:  true,
	URL:      "https://opentelemetry.io/docs/specs/otel/protocol/exporter/",
	Doc: "An OTLP endpoint does not fit its protocol: OTLP over HTTP sent to the gRPC port 4317, gRPC to the HTTP port 4318, or an endpoint without http:// or https://. " +
		"The exporter's requests fail and no telemetry arrives. " +
		"The protocol is known from OTEL_EXPORTER_OTLP_PROTOCOL or from a path /v1/traces and its like; an endpoint without a scheme is a warning, since the exporters of some languages accept it, and a note for programs in Python.",
	Run: func(p *Pass) error {
		for _, e := range wired.Of(p.Build).containers {
			for _, signal := range [...]string{"", "TRACES_", "METRICS_", "LOGS_"} {
				if v := e.get("OTEL_EXPORTER_OTLP_" + signal + "ENDPOINT"); v != nil && v.known && v.node != nil {
					p.checkOTLP(e, v, signal)
				}
			}
		}
		return nil
	},
}

// isPython reports whether a container runs a Python program, as its variables say.
// https://docs.python.org/3/using/cmdline.html#environment-variables
func isPython(e *containerEnv) bool {
	return slices.ContainsFunc(e.entries, func(entry envEntry) bool { return strings.HasPrefix(entry.name, "PYTHON") })
}

func (p *Pass) checkOTLP(e *containerEnv, v *variable, signal string) {
	protocol := ""
	for _, name := range [...]string{"OTEL_EXPORTER_OTLP_" + signal + "PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if own := e.get(name); own != nil && own.known && protocol == "" {
			protocol = own.text
		}
	}
	scheme, rest, ok := strings.Cut(v.text, "://")
	if !ok {
		if _, _, plain := splitPart(v.text); plain && strings.Contains(v.text, ":") {
			severity := finding.Warning
			if isPython(e) {
				severity = finding.Note // its exporters take it, if they are told whether to encrypt
			}
			p.Report(v.holder, v.node, fmt.Sprintf("%s has no scheme, and an OTLP endpoint is a URL that begins with http:// or https://", v.name), AtMost(severity), SecretLine(),
				Help("exporters of Go and Java refuse it; write http:// in front of it"))
		}
		return
	}
	if scheme != "http" && scheme != "https" || strings.Contains(rest, "@") {
		return
	}
	authority, path, _ := strings.Cut(rest, "/")
	_, port, _ := strings.Cut(authority, ":")
	overHTTP := strings.HasPrefix(path, "v1/traces") || strings.HasPrefix(path, "v1/metrics") || strings.HasPrefix(path, "v1/logs")
	switch {
	case port == "4317" && strings.HasPrefix(protocol, "http"):
		p.Report(v.holder, v.node, fmt.Sprintf("%s leads to port 4317, where collectors speak gRPC, and the protocol of container %q is %s", v.name, e.container.Name, protocol), SecretLine(),
			Help("OTLP over HTTP has port 4318; or set OTEL_EXPORTER_OTLP_PROTOCOL to grpc"))
	case port == "4317" && overHTTP && protocol == "":
		p.Report(v.holder, v.node, fmt.Sprintf("%s has the path of OTLP over HTTP and port 4317, where collectors speak gRPC", v.name), SecretLine(),
			Help("OTLP over HTTP has port 4318; for gRPC leave the path out"))
	case port == "4318" && protocol == "grpc":
		p.Report(v.holder, v.node, fmt.Sprintf("%s leads to port 4318, where collectors speak HTTP, and the protocol of container %q is grpc", v.name, e.container.Name), SecretLine(),
			Help("gRPC has port 4317; or set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf"))
	}
}
