package rules

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/normalize"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// linkRules are about the variables that the kubelet sets for the Services of a
// namespace.
func linkRules() []*Rule { return []*Rule{serviceVariableCollision} }

// refusedVariable says that an image's own entry point does not start with the address
// of a Service in one of its variables, which end in _PORT. A new one is a row.
type refusedVariable struct {
	images   []string // on Docker Hub
	variable string
	// unless are variables whose presence leads past it.
	unless []string
}

var refusedVariables = []refusedVariable{
	// https://docs.confluent.io/platform/current/installation/docker/config-reference.html:
	// what begins with KAFKA_ is configuration, and port is refused
	{images: []string{"confluentinc/cp-kafka", "confluentinc/cp-enterprise-kafka", "confluentinc/cp-server"}, variable: "KAFKA_PORT"},
	{images: []string{"confluentinc/cp-schema-registry"}, variable: "SCHEMA_REGISTRY_PORT"},
	// https://github.com/wurstmeister/kafka-docker/issues/122
	{images: []string{"wurstmeister/kafka"}, variable: "KAFKA_PORT", unless: []string{"KAFKA_PROTOCOL_NAME", "KAFKA_ADVERTISED_PROTOCOL_NAME"}},
}

var serviceVariableCollision = &Rule{
	Name:     "service-variable-collision",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables",
	Doc: "A Service gives the pods beside it a variable that their image takes for its own configuration. " +
		"For a Service kafka the kubelet sets KAFKA_PORT=tcp://10.0.0.11:9092 in the containers of its namespace, and images that read KAFKA_PORT as a number exit with it: CrashLoopBackOff. " +
		"Only images are looked at that are known to end so, and run with their own command. " +
		"Headless Services have no such variables; a pod with enableServiceLinks: false and a container that sets the variable itself are left alone.",
	Run: func(p *Pass) error {
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			if c.Type != inventory.AppContainer || yamlnode.Get(c.Node, "command") != nil || yamlnode.Get(c.Node, "args") != nil || yamlnode.GetString(c.Pod.Spec, "enableServiceLinks") == "false" {
				return
			}
			node := yamlnode.Get(c.Node, "image")
			row := refusedBy(yamlnode.String(node))
			if row == nil || row.setIn(c) {
				return
			}
			name := strings.ReplaceAll(strings.ToLower(strings.TrimSuffix(row.variable, "_PORT")), "_", "-")
			for _, svc := range p.Inventory.Find(serviceKind, name) {
				if svc.Node == nil || svc.Namespace != o.Namespace || !hasLinks(svc) {
					continue
				}
				if !p.Inventory.Finished && filepath.Dir(svc.File) != filepath.Dir(o.File) {
					continue // for another cluster, or namespace, as likely as not
				}
				p.Report(o, node, fmt.Sprintf("container %q exits at once: for Service %s beside it the kubelet sets %s=tcp://…, which this image takes for its own configuration", c.Name, name, row.variable),
					Help("set enableServiceLinks: false in the pod spec, or give the Service another name"))
				return
			}
		})
		return nil
	},
}

// refusedBy returns the row of an image, nil if there is none.
func refusedBy(image string) *refusedVariable {
	img, ok := normalize.ParseImage(image)
	if !ok || img.Registry != "docker.io" {
		return nil
	}
	i := slices.IndexFunc(refusedVariables, func(r refusedVariable) bool { return slices.Contains(r.images, img.Repository) })
	if i < 0 {
		return nil
	}
	return &refusedVariables[i]
}

// setIn reports whether a container has the variable, or one that leads past it, from
// elsewhere, or may have it.
func (r *refusedVariable) setIn(c *inventory.Container) bool {
	if len(yamlnode.Elements(yamlnode.Get(c.Node, "envFrom"))) > 0 {
		return true
	}
	return slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(c.Node, "env")), func(e *yaml.Node) bool {
		name := yamlnode.GetString(e, "name")
		return name == r.variable || slices.Contains(r.unless, name)
	})
}

// hasLinks reports whether the kubelet sets variables for a Service: it has an address
// and a port.
func hasLinks(svc *inventory.Object) bool {
	return !isHeadless(svc) && yamlnode.String(svc.Get("spec", "type")) != "ExternalName" && len(ServicePorts(svc)) > 0
}
