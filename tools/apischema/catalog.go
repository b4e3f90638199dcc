package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// operators are modules that publish CustomResourceDefinitions, with the API
// groups that are theirs. A new one is a row.
var operators = []struct{ module, groups string }{
	{"github.com/argoproj/argo-cd/v3@v3.6.1", "argoproj.io"},
	{"github.com/argoproj/argo-rollouts@v1.10.2", "argoproj.io"},
	{"github.com/argoproj/argo-workflows/v4@v4.0.5", "argoproj.io"},
	{"github.com/aws/karpenter-provider-aws@v1.15.1", "karpenter.k8s.aws"},
	{"github.com/bitnami-labs/sealed-secrets@v0.40.0", "bitnami.com"},
	{"github.com/cert-manager/cert-manager@v1.21.2", "cert-manager.io acme.cert-manager.io"},
	{"github.com/cert-manager/trust-manager@v0.25.0", "trust.cert-manager.io trust-manager.io"},
	{"github.com/external-secrets/external-secrets@v1.3.2", "external-secrets.io generators.external-secrets.io"},
	{"github.com/elastic/cloud-on-k8s/v3@v3.5.0", "elasticsearch.k8s.elastic.co kibana.k8s.elastic.co beat.k8s.elastic.co logstash.k8s.elastic.co apm.k8s.elastic.co agent.k8s.elastic.co"},
	{"github.com/fluxcd/flagger@v1.36.1", "flagger.app"},
	{"github.com/fluxcd/kustomize-controller@v1.10.1", "kustomize.toolkit.fluxcd.io"},
	{"github.com/fluxcd/source-controller@v1.10.1", "source.toolkit.fluxcd.io"},
	{"github.com/kedacore/keda/v2@v2.21.0", "keda.sh eventing.keda.sh"},
	{"github.com/kubernetes-csi/external-snapshotter/client/v8@v8.7.0", "snapshot.storage.k8s.io groupsnapshot.storage.k8s.io"},
	{"github.com/kyverno/kyverno@v1.19.1", "kyverno.io policies.kyverno.io"},
	{"github.com/prometheus-operator/prometheus-operator@v0.85.0", "monitoring.coreos.com"},
	{"github.com/traefik/traefik/v3@v3.7.13", "traefik.io"},
	{"github.com/vmware-tanzu/velero@v1.18.3", "velero.io"},
	{"go.universe.tf/metallb@v0.16.2", "metallb.io"},
	{"istio.io/api@v1.32.0", "networking.istio.io security.istio.io telemetry.istio.io extensions.istio.io"},
	{"knative.dev/serving@v0.51.0", "serving.knative.dev networking.internal.knative.dev autoscaling.internal.knative.dev"},
	{"sigs.k8s.io/gateway-api@v1.7.0", "gateway.networking.k8s.io"},
	{"sigs.k8s.io/karpenter@v1.15.0", "karpenter.sh"},
	{"sigs.k8s.io/kueue@v0.17.0", "kueue.x-k8s.io"},
}

// libraries are modules that publish the Go types of their kinds and nothing else.
var libraries = []struct{ module, group, kind string }{
	{"github.com/fluxcd/helm-controller/api@v1.7.1", "helm.toolkit.fluxcd.io", "HelmRelease"},
	{"github.com/fluxcd/image-automation-controller/api@v1.3.0", "image.toolkit.fluxcd.io", "ImageUpdateAutomation"},
	{"github.com/fluxcd/image-reflector-controller/api@v1.3.0", "image.toolkit.fluxcd.io", "ImagePolicy"},
	{"github.com/fluxcd/image-reflector-controller/api@v1.3.0", "image.toolkit.fluxcd.io", "ImageRepository"},
	{"github.com/fluxcd/notification-controller/api@v1.10.0", "notification.toolkit.fluxcd.io", "Alert"},
	{"github.com/fluxcd/notification-controller/api@v1.10.0", "notification.toolkit.fluxcd.io", "Provider"},
	{"github.com/fluxcd/notification-controller/api@v1.10.0", "notification.toolkit.fluxcd.io", "Receiver"},
}

// catalog collects the kinds of operators.
type catalog struct {
	table
	kinds map[apiVersion]*crdVersion
	types map[string]string // names by lines
}

// crdVersion is one version of a kind.
type crdVersion struct {
	plural, scope string
	schema        *openAPI
}

// openAPI is the part of a CustomResourceDefinition's schema that the table keeps.
type openAPI struct {
	Type       string
	Properties map[string]*openAPI
	Additional yaml.Node `yaml:"additionalProperties"`
	Items      *openAPI
	Open       bool `yaml:"x-kubernetes-preserve-unknown-fields"`
	IntOrText  bool `yaml:"x-kubernetes-int-or-string"`
	Embedded   bool `yaml:"x-kubernetes-embedded-resource"`
}

func (s *openAPI) size() int {
	if s == nil {
		return 0
	}
	n := 1 + s.Items.size()
	for _, p := range s.Properties {
		n += p.size()
	}
	return n
}

func writeCatalog(file string) error {
	c := catalog{kinds: map[apiVersion]*crdVersion{}, types: map[string]string{}}
	for _, o := range operators {
		if err := c.read(o.module, strings.Fields(o.groups)); err != nil {
			return fmt.Errorf("%s: %w", o.module, err)
		}
	}
	for _, l := range libraries {
		if err := c.readTypes(l.module, l.group, l.kind); err != nil {
			return fmt.Errorf("%s: %w", l.module, err)
		}
	}
	var order []apiVersion
	for k := range c.kinds {
		order = append(order, k)
	}
	slices.SortFunc(order, func(a, b apiVersion) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Version, b.Version))
	})
	for _, k := range order {
		v := c.kinds[k]
		// Nobody writes status, and metadata are not the operator's.
		v.schema.Properties["status"], v.schema.Properties["metadata"] = &openAPI{Type: "object"}, &openAPI{Type: "object"}
		v.schema.Properties["apiVersion"], v.schema.Properties["kind"] = &openAPI{Type: "string"}, &openAPI{Type: "string"}
		v.schema.Open = false
		code := c.code(v.schema)
		c.add("kind", k.Group, k.Version, k.Kind, v.plural, v.scope, strings.TrimPrefix(code, "@"))
	}
	return writeCompressed(file, c.text())
}

// read takes the CustomResourceDefinitions of the groups out of a module. The
// module's archive is read: nothing of it is built.
func (c *catalog) read(module string, groups []string) error {
	archive, err := downloadArchive(module)
	if err != nil {
		return err
	}
	z, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer z.Close()
	before := len(c.kinds)
	for _, f := range z.File {
		if ext := path.Ext(f.Name); ext != ".yaml" && ext != ".yml" || strings.Contains(f.Name, "/test") || strings.Contains(f.Name, "-test") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return err
		}
		text, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if bytes.Contains(text, []byte("kind: CustomResourceDefinition")) {
			c.readCRDs(text, module, groups)
		}
	}
	if len(c.kinds) == before {
		return errors.New("no CustomResourceDefinition of its groups")
	}
	fmt.Fprintln(os.Stderr, module, len(c.kinds)-before, "kinds")
	return nil
}

// readCRDs reads the definitions in a file. What is no YAML, such as a template,
// is left out; of several definitions of one version that with most fields counts.
func (c *catalog) readCRDs(text []byte, module string, groups []string) {
	for dec := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var crd struct {
			Kind string
			Spec struct {
				Group, Scope string
				Names        struct{ Kind, Plural string }
				Versions     []struct {
					Name   string
					Schema struct {
						OpenAPI *openAPI `yaml:"openAPIV3Schema"`
					}
				}
			}
		}
		if err := dec.Decode(&crd); err != nil {
			return
		}
		if crd.Kind != "CustomResourceDefinition" || !slices.Contains(groups, crd.Spec.Group) {
			continue
		}
		for _, v := range crd.Spec.Versions {
			k := apiVersion{crd.Spec.Group, v.Name, crd.Spec.Names.Kind}
			s := v.Schema.OpenAPI
			if s == nil || s.Properties["spec"] == nil && len(s.Properties) < 4 || c.kinds[k] != nil && c.kinds[k].schema.size() >= s.size() {
				continue
			}
			c.kinds[k] = &crdVersion{crd.Spec.Names.Plural, crd.Spec.Scope, s}
			c.add("from", k.Group, k.Kind, module)
		}
	}
}

// code says how values of a schema are written. Objects that are alike share a
// type.
func (c *catalog) code(s *openAPI) string {
	switch {
	case s == nil:
		return "a"
	case s.IntOrText:
		return "o"
	case s.Type == "array":
		return "[" + c.code(s.Items)
	case s.Properties != nil:
		var row []string
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) { // types are numbered in this order
			if !strings.ContainsAny(name, ":\t") {
				row = append(row, name+":"+c.code(s.Properties[name]))
			}
		}
		slices.Sort(row)
		if s.Open || s.Embedded || s.Additional.Kind == yaml.MappingNode || s.Additional.Value == "true" {
			row = append(row, "*") // and others
		}
		line := strings.Join(row, "\t")
		name, known := c.types[line]
		if !known {
			name = strconv.FormatInt(int64(len(c.types)), 36)
			c.types[line] = name
			c.add("type", name, line)
		}
		return "@" + name
	case s.Additional.Kind == yaml.MappingNode:
		var values openAPI
		if s.Additional.Decode(&values) != nil {
			return "r"
		}
		return "{" + c.code(&values)
	case s.Type == "object":
		return "r"
	}
	return cmp.Or(map[string]string{"string": "s", "number": "n", "boolean": "b", "integer": "l"}[s.Type], "a")
}

// downloadArchive returns the archive of a module.
func downloadArchive(module string) (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", module)
	text, err := cmd.Output()
	var answer struct{ Zip, Error string }
	if jsonErr := json.Unmarshal(text, &answer); jsonErr != nil {
		return "", errors.Join(err, jsonErr)
	}
	if answer.Zip == "" {
		return "", errors.New(answer.Error)
	}
	return answer.Zip, nil // an error about the version of Go does not matter here
}
