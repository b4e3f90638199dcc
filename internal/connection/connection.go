// Package connection computes the addresses of a build's databases, brokers
// and servers from its real Services and writes them to the workloads that
// use them.
//
// For each connection of the configuration it finds the Service (or takes the
// external host), formats the address as package engine knows it, and puts it
// into environment variables, Secrets, ExternalSecrets or ConfigMaps. Running
// it again over its own result changes nothing.
package connection

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/result"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// The rules under which findings are reported. Names that package rules has
// too mean the same there.
const (
	RuleConfig            = "connection-invalid"
	RuleServiceNotFound   = "service-not-found"
	RulePortNotFound      = "service-port-not-found"
	RuleWorkloadNotFound  = "workload-not-found"
	RuleContainerNotFound = "container-not-found"
	RuleConfigMapNotFound = "configmap-not-found"
	RuleSecretNotFound    = "secret-not-found"
	RuleKeyNotFound       = "key-not-found"
	RuleElsewhere         = "credentials-elsewhere"
	RuleUnsafe            = "password-not-url-safe"
	RuleUnknown           = "credentials-unknown"
	RuleConflict          = "connection-conflict"
	RuleReplaced          = "connection-replaced"
	RuleNoNamespace       = "service-without-namespace"
)

// Apply computes the connections of the configuration and writes them into
// the inventory's objects. It reports what is wrong and what it replaced; a
// connection with an error is not written. How severe a finding is its rule
// says. The inventory should already know what its resources make at run time,
// so that Secrets of an ExternalSecret are found.
func Apply(inv *inventory.Inventory, cfg *config.ConfigPipeline, report func(finding.Finding)) []result.Injection {
	a := &applier{
		inv:      inv,
		resolver: reference.NewResolver(inv, nil),
		cfg:      cfg,
		report:   report,
		domain:   cfg.Spec.GetClusterDomain(),
		written:  map[place]claim{},
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.Spec.Connections)) {
		c := cfg.Spec.Connections[name]
		(&connection{applier: a, name: name, Connection: &c}).apply()
	}
	return a.injections
}

// applier is one run of Apply.
type applier struct {
	inv        *inventory.Inventory
	resolver   *reference.Resolver
	cfg        *config.ConfigPipeline
	report     func(finding.Finding)
	domain     string
	injections []result.Injection
	workloads  workloadIndex
	made       map[string][]*inventory.Object // see madeAs
	byBase     map[string][]*inventory.Object // see hashed
	// written says who wrote a place, and what.
	written map[place]claim
}

// place is a variable of a container, or a key of an object's data.
type place struct {
	node     *yaml.Node
	variable string
}

// claim is what a sink wrote to a place. The value stays in memory.
type claim struct{ at, value string }

// claim takes a place for a sink, unless another one wants another value there.
func (c *connection) claim(o *inventory.Object, node *yaml.Node, variable, value string, s *sink) bool {
	p := place{node, variable}
	if other, taken := c.written[p]; taken && other.value != value {
		c.fail(RuleConflict, s.variable(variable), nil,
			"%s gets %s twice, with different values: from %s and from here", o, variable, other.at)
		return false
	}
	c.written[p] = claim{s.at(), value}
	return true
}

// connection is one connection of the configuration while it is computed.
type connection struct {
	*applier
	*config.Connection
	name   string
	engine *engine.Engine
	target target
}

// sink is one place to write it to.
type sink struct {
	*config.Sink
	c     *connection
	index int
}

// at is the sink's field in the configuration.
func (s *sink) at() string { return s.c.field("into[" + strconv.Itoa(s.index) + "]") }

func (s *sink) field(path string) string { return s.at() + "." + path }

func (s *sink) variable(name string) string { return s.at() + ".variables" + fieldpath.ToKey(name) }

func (s *sink) as() string         { return cmp.Or(s.As, s.c.As, "variable") }
func (s *sink) secretName() string { return cmp.Or(s.Secret, s.c.Secret, s.c.credentials().Secret) }

// names are the variables of a sink in a stable order.
func (s *sink) names() []string { return slices.Sorted(maps.Keys(s.Variables)) }

func (c *connection) field(path string) string {
	return "spec.connections" + fieldpath.ToKey(c.name) + "." + path
}

// credentials are never nil.
func (c *connection) credentials() *config.Credentials {
	if c.Credentials == nil {
		return &config.Credentials{}
	}
	return c.Credentials
}

func (c *connection) apply() {
	var ok bool
	if c.engine, ok = engine.Lookup(c.Engine); !ok {
		var names []string
		for _, e := range engine.All() {
			names = append(names, e.Name)
		}
		c.add(finding.Finding{
			Rule: RuleConfig, Field: c.field("engine"),
			Message:     fmt.Sprintf("connection %s: engine %q is not known", c.name, c.Engine),
			Suggestions: suggest.Nearest(c.Engine, engine.Names(), 3),
			Help:        "engines are " + strings.Join(names, ", ") + "; tcp with a template of your own does for any other",
		})
		return
	}
	if !c.check() {
		return
	}
	if c.target, ok = c.resolveTarget(); !ok {
		return
	}
	for i := range c.Into {
		s := &sink{Sink: &c.Into[i], c: c, index: i}
		if !s.check() {
			continue
		}
		if s.ConfigMap != nil {
			s.writeConfigMap()
			continue
		}
		for _, ctr := range s.containers() {
			s.write(ctr)
		}
	}
}

// check refuses configurations that mean nothing.
func (c *connection) check() bool {
	cred := c.credentials()
	switch {
	case (c.Service == nil) == (c.Host == nil):
		c.fail(RuleConfig, c.field("service"), nil, "connection %s needs either a service or a host", c.name)
	case len(c.Into) == 0:
		c.fail(RuleConfig, c.field("into"), nil, "connection %s goes nowhere: name a workload or a ConfigMap under into", c.name)
	case cred.Username != "" && cred.UsernameKey != "":
		c.fail(RuleConfig, c.field("credentials.username"), nil, "connection %s has both username and usernameKey", c.name)
	case cred.Secret == "" && (cred.UsernameKey != "" || cred.PasswordKey != ""):
		c.fail(RuleConfig, c.field("credentials.secret"), nil, "connection %s names keys of a Secret, but no secret", c.name)
	case cred.Secret != "" && cred.UsernameKey == "" && cred.PasswordKey == "":
		c.fail(RuleConfig, c.field("credentials"), nil, "connection %s names Secret %s, but neither usernameKey nor passwordKey", c.name, cred.Secret)
	default:
		return true
	}
	return false
}

func (s *sink) check() bool {
	c := s.c
	if (s.Workload == nil) == (s.ConfigMap == nil) {
		c.fail(RuleConfig, s.at(), nil, "an entry of into names either a workload or a configMap")
		return false
	}
	if len(s.Variables) == 0 {
		c.fail(RuleConfig, s.field("variables"), nil, "this entry of into names no variables, as in DATABASE_URL: url")
		return false
	}
	if !slices.Contains([]string{"variable", "secret", "externalSecret"}, s.as()) {
		c.fail(RuleConfig, s.field("as"), suggest.Nearest(s.as(), []string{"variable", "secret", "externalSecret"}, 1),
			"as: %s: expected variable, secret or externalSecret", s.as())
		return false
	}
	for _, name := range s.names() {
		if strings.ContainsAny(name, "=\x00") || name == "" {
			c.fail(RuleConfig, s.field("variables"), nil, "%q cannot be the name of a variable", name)
			return false
		}
		_, err := c.engine.Carries(s.Variables[name])
		if err == nil {
			continue
		}
		var suggestions []string
		if unknown := new(engine.UnknownFormatError); errors.As(err, &unknown) {
			suggestions = suggest.Nearest(unknown.Format, c.engine.FormatNames(), 3)
		}
		c.fail(RuleConfig, s.variable(name), suggestions, "%s", err)
		return false
	}
	return true
}

// write puts a sink's variables into one container.
func (s *sink) write(ctr *inventory.Container) {
	// Variables without credentials are plain values, however the others go.
	var plain, secret []string
	for _, name := range s.names() {
		carries, _ := s.c.engine.Carries(s.Variables[name])
		if s.c.credentials().Secret != "" && carries&(engine.Username|engine.Password) != 0 {
			secret = append(secret, name)
		} else {
			plain = append(plain, name)
		}
	}
	e := newEnvList(s, ctr)
	for _, name := range plain {
		e.writeValue(name, nil, nil)
	}
	if len(secret) == 0 {
		return
	}
	cred, ok := s.resolveCredentials(ctr.Pod.Owner)
	if !ok {
		return
	}
	switch s.as() {
	case "secret":
		s.writeSecret(e, cred, secret)
	case "externalSecret":
		s.writeExternalSecret(e, cred, secret)
	default:
		s.writeVariables(e, cred, secret)
	}
}

// format computes the value of a variable for a consumer.
func (s *sink) format(name string, consumer *inventory.Object, user, password *engine.Text) (engine.Value, bool) {
	c := s.c
	if user == nil && c.credentials().Username != "" {
		user = engine.Literal(c.credentials().Username)
	}
	a := engine.Address{
		Hosts: c.target.hostsFor(consumer), Username: user, Password: password,
		Database: c.Database, Parameters: c.Parameters, TLS: c.TLS,
	}
	v, err := c.engine.Format(s.Variables[name], a)
	if err == nil {
		return v, true
	}
	field := s.variable(name)
	if unsafe := new(engine.UnsafeError); errors.As(err, &unsafe) {
		key := c.credentials().PasswordKey
		if unsafe.Part == "user name" {
			key = c.credentials().UsernameKey
		}
		c.add(finding.Finding{
			Rule: RuleUnsafe, Field: field,
			Message: fmt.Sprintf("the %s in key %s of Secret %s has characters that %s must have encoded, but the kubelet inserts $(VAR) as it is: %s would read another address",
				unsafe.Part, key, c.credentials().Secret, name, consumer),
			Help: "let it be encoded: `as: secret` writes the finished value to a Secret, `as: externalSecret` lets External Secrets encode it; or choose one of letters, digits and -._~",
		})
		return v, false
	}
	c.fail(RuleConfig, field, nil, "%s for %s: %s", name, consumer, err)
	return v, false
}

// record notes that a value is in place.
func (s *sink) record(o *inventory.Object, field, variable string, inputs ...result.Input) {
	s.c.injections = append(s.c.injections, result.Injection{
		Connection: s.c.name, Object: o, Field: field, Variable: variable,
		Target: s.c.target.service, Inputs: append(slices.Clone(s.c.target.inputs), inputs...),
	})
}

// fail reports an error in the configuration.
func (a *applier) fail(rule, field string, suggestions []string, format string, args ...any) {
	a.add(finding.Finding{
		Rule: rule, Field: field, Suggestions: suggestions, Message: fmt.Sprintf(format, args...),
	})
}

// add reports a finding about the configuration.
func (a *applier) add(f finding.Finding) {
	if f.Resource.Kind == "" {
		f.Resource = finding.Resource{
			APIVersion: config.APIVersion, Kind: config.Kind,
			Namespace: a.cfg.Metadata.Namespace, Name: a.cfg.Metadata.Name,
		}
	}
	if len(f.Suggestions) > 0 {
		f.Meant = strconv.Quote(f.Suggestions[0])
	}
	a.report(f)
}

// replaced notes that something typed by hand gave way to a computed value.
func (s *sink) replaced(o *inventory.Object, field string, n *yaml.Node, variable string) {
	s.c.add(finding.Finding{
		Rule: RuleReplaced, Resource: o.Resource(), Field: field, File: o.File, Line: o.LineOf(n), Sum: finding.Sum(n.Value), Secret: true,
		Message: fmt.Sprintf("%s was written by hand; it is computed by connection %s now", variable, s.c.name),
		Help:    "remove it from the source: the computed value replaces it in every build",
	})
}

// data returns the mapping of an object's data, made if need be.
func data(o *inventory.Object) *yaml.Node { return yamlnode.Ensure(o.Node, "data") }

// input is an Input whose value is read from the object.
func input(o *inventory.Object, field string, keys ...string) result.Input {
	return result.Input{Object: o, Field: field, Value: yamlnode.GetString(o.Node, keys...)}
}
