// Package databases proves connection URLs where they count: in the drivers
// that read them and the servers that check the password. It is a module of
// its own, because of the drivers. `make e2e-databases` runs it.
package databases

import (
	"encoding/base64"
	"fmt"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/connection"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// build is a small cluster: a Service, a Secret, and a Deployment that wants
// to connect.
type build struct {
	engine     string
	port       int
	username   string
	password   string
	database   string
	parameters map[string]string
	// as is variable, secret or externalSecret.
	as        string
	variables map[string]string
}

// environment is what the Deployment's container sees once the build's
// connections are injected and the cluster has done its part.
func (b build) environment() (map[string]string, error) {
	inv := &inventory.Inventory{}
	for _, doc := range []any{b.service(), b.deployment(), b.secret()} {
		var n yaml.Node
		if err := n.Encode(doc); err != nil {
			return nil, err
		}
		inv.Add(&n, inventory.Source{})
	}
	reference.Produce(inv)
	var problems []string
	connection.Apply(inv, b.config(), func(f finding.Finding) {
		problems = append(problems, fmt.Sprintf("%s: %s", f.Rule, f.Message))
	})
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(problems, "; "))
	}
	return b.start(inv)
}

func (b build) host() string { return b.engine + "-service.databases.svc.cluster.local" }

type object map[string]any

func (b build) service() object {
	return object{
		"apiVersion": "v1", "kind": "Service",
		"metadata": object{"name": b.engine + "-service", "namespace": "databases"},
		"spec":     object{"ports": []object{{"port": b.port}}},
	}
}

func (b build) deployment() object {
	return object{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": object{"name": "client", "namespace": "clients"},
		"spec":     object{"template": object{"spec": object{"containers": []object{{"name": "client", "image": "client"}}}}},
	}
}

// secret is the Secret, or the ExternalSecret that makes it.
func (b build) secret() object {
	meta := object{"name": "credentials", "namespace": "clients"}
	if b.as != "externalSecret" {
		return object{"apiVersion": "v1", "kind": "Secret", "metadata": meta, "data": object{
			"username": base64.StdEncoding.EncodeToString([]byte(b.username)),
			"password": base64.StdEncoding.EncodeToString([]byte(b.password)),
		}}
	}
	entry := func(key string) object {
		return object{"secretKey": key, "remoteRef": object{"key": "store/" + key}}
	}
	return object{
		"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": meta,
		"spec": object{
			"secretStoreRef": object{"kind": "ClusterSecretStore", "name": "store"},
			"target":         object{"name": "credentials"},
			"data":           []object{entry("username"), entry("password")},
		},
	}
}

func (b build) config() *config.ConfigPipeline {
	c := config.Connection{
		Engine: b.engine, Service: &config.ServiceTarget{Name: b.engine + "-service"},
		Database: b.database, Parameters: b.parameters, As: b.as,
		Credentials: &config.Credentials{Secret: "credentials", UsernameKey: "username", PasswordKey: "password"},
		Into: []config.Sink{{
			Workload: &config.WorkloadSelector{Name: "client"}, Variables: b.variables,
		}},
	}
	if b.username == "" {
		c.Credentials.UsernameKey = ""
	}
	if b.engine == "postgres" {
		c.Engine = "postgresql"
	}
	return &config.ConfigPipeline{Spec: config.Spec{Connections: map[string]config.Connection{"test": c}}}
}

// start does what a cluster does: External Secrets executes its template, and
// the kubelet puts the container's environment together, in the order of env
// and with $(VAR) expanded.
func (b build) start(inv *inventory.Inventory) (map[string]string, error) {
	secret := map[string]string{"username": b.username, "password": b.password}
	var env *yaml.Node
	for _, o := range inv.Objects() {
		switch o.Kind {
		case "Deployment":
			env = yamlnode.Get(o.Pods()[0].Containers[0].Node, "env")
		case "Secret":
			for k, v := range yamlnode.Fields(o.Get("data")) {
				text, err := base64.StdEncoding.DecodeString(v.Value)
				if err != nil {
					return nil, err
				}
				secret[k.Value] = string(text)
			}
		case "ExternalSecret":
			for k, v := range yamlnode.Fields(o.Get("spec", "target", "template", "data")) {
				text, err := execute(v.Value, map[string]string{"username": b.username, "password": b.password})
				if err != nil {
					return nil, err
				}
				secret[k.Value] = text
			}
		}
	}
	vars := map[string]string{}
	for _, e := range yamlnode.Elements(env) {
		name := yamlnode.GetString(e, "name")
		if ref := yamlnode.Path(e, "valueFrom", "secretKeyRef"); ref != nil {
			value, ok := secret[yamlnode.GetString(ref, "key")]
			if !ok {
				return nil, fmt.Errorf("the Secret has no key %s", yamlnode.GetString(ref, "key"))
			}
			vars[name] = value
			continue
		}
		vars[name] = expand(yamlnode.GetString(e, "value"), vars)
	}
	return vars, nil
}

// execute runs a template as External Secrets' engine v2 does: the functions
// of sprig without those that read the environment, and data of strings.
func execute(text string, data map[string]string) (string, error) {
	funcs := sprig.TxtFuncMap()
	delete(funcs, "env")
	delete(funcs, "expandenv")
	t, err := template.New("").Option("missingkey=error").Funcs(funcs).Parse(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = t.Execute(&b, data)
	return b.String(), err
}

// expand replaces $(VAR) and makes $$ a single $, as the kubelet does:
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables
func expand(text string, vars map[string]string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '$' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		switch text[i+1] {
		case '$':
			b.WriteByte('$')
			i++
		case '(':
			end := strings.IndexByte(text[i:], ')')
			if end < 0 {
				b.WriteByte('$')
				continue
			}
			name := text[i+2 : i+end]
			if value, ok := vars[name]; ok {
				b.WriteString(value)
			} else {
				b.WriteString(text[i : i+end+1])
			}
			i += end
		default:
			b.WriteByte('$')
		}
	}
	return b.String()
}
