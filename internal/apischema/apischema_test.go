package apischema_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
)

func TestTable(t *testing.T) {
	table := apischema.Kubernetes()
	k := table.Lookup(apischema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"})
	require.NotNil(t, k)
	assert.Equal(t, "deployments", k.Resource)
	assert.True(t, k.Namespaced)
	spec := k.Field("spec")
	require.NotNil(t, spec)
	assert.Equal(t, "apps.v1.DeploymentSpec", spec.Schema.Name)
	assert.True(t, spec.Field("selector").Required)
	containers := spec.Field("template").Field("spec").Field("containers")
	assert.Equal(t, apischema.List, containers.Type)
	assert.Equal(t, []string{"name"}, containers.Keys)
	assert.Equal(t, []string{"Always", "IfNotPresent", "Never"}, containers.Elem.Field("imagePullPolicy").Enum)
	assert.Nil(t, spec.Field("nothing"))

	newest := apischema.Release{}
	for _, kind := range table.AllKinds() {
		for _, k := range table.Versions(kind) {
			if life, ok := table.Life(k.GroupVersionKind); ok && newest.Before(life.Introduced) {
				newest = life.Introduced
			}
		}
	}
	assert.False(t, apischema.Newest.Before(newest), "the table has kinds of %s", newest)

	life, ok := table.Life(apischema.GroupVersionKind{Group: "extensions", Version: "v1beta1", Kind: "Ingress"})
	require.True(t, ok)
	assert.Equal(t, "1.22", life.Removed.String())
	assert.Equal(t, "networking.k8s.io/v1", life.Replacement.APIVersion())
}

func TestOperators(t *testing.T) {
	table := apischema.Operators()
	k := table.Lookup(apischema.GroupVersionKind{Group: "cert-manager.io", Version: "v1", Kind: "Certificate"})
	require.NotNil(t, k)
	assert.Equal(t, apischema.List, k.Field("spec").Field("dnsNames").Type)
	assert.Contains(t, table.From("cert-manager.io", "Certificate"), "github.com/cert-manager/cert-manager@v1.")
	for _, group := range []string{
		"argoproj.io", "cert-manager.io", "external-secrets.io", "gateway.networking.k8s.io", "helm.toolkit.fluxcd.io", "karpenter.sh", "keda.sh",
		"kustomize.toolkit.fluxcd.io", "kyverno.io", "monitoring.coreos.com", "networking.istio.io", "serving.knative.dev", "source.toolkit.fluxcd.io", "traefik.io", "velero.io",
	} {
		assert.NotEmpty(t, table.Kinds(group), group)
	}
}

// TestEveryType reads all types: each field leads to one that the table has.
func TestEveryType(t *testing.T) {
	table := apischema.Kubernetes()
	seen := map[*apischema.Schema]bool{}
	var visit func(s *apischema.Schema)
	visit = func(s *apischema.Schema) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		visit(s.Elem)
		for _, f := range s.Fields() {
			require.NotNil(t, f.Schema, "%s.%s", s.Name, f.Name)
			visit(f.Schema)
		}
	}
	for _, kind := range apischema.Operators().AllKinds() {
		for _, k := range apischema.Operators().Versions(kind) {
			visit(k.Schema)
		}
	}
	for _, name := range []string{"Deployment", "Pod", "Service", "Ingress", "CustomResourceDefinition", "APIService", "ResourceSlice"} {
		versions := table.Versions(name)
		require.NotEmpty(t, versions, name)
		for _, k := range versions {
			visit(k.Schema)
		}
	}
	assert.Greater(t, len(seen), 300)
}

// FuzzWalk judges any YAML as any kind: it ends, and what it reports is in the
// document.
func FuzzWalk(f *testing.F) {
	files, err := filepath.Glob("../../fn/rules/testdata/*/bad.yaml")
	require.NoError(f, err)
	require.NotEmpty(f, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var doc yaml.Node
		if yaml.Unmarshal(text, &doc) != nil {
			return // no YAML: there is nothing to walk
		}
		inside := map[*yaml.Node]bool{}
		var collect func(n *yaml.Node)
		collect = func(n *yaml.Node) {
			if n == nil || inside[n] {
				return
			}
			inside[n] = true
			collect(n.Alias)
			for _, c := range n.Content {
				collect(c)
			}
		}
		collect(&doc)
		for _, kind := range []string{"Deployment", "Service", "CronJob", "Ingress", "Secret", "CustomResourceDefinition"} {
			for _, k := range apischema.Kubernetes().Versions(kind) {
				for _, p := range apischema.Judge(&doc, k.Schema, kind == "Secret", false).Problems {
					require.NotEmpty(t, p.Message)
					require.True(t, inside[p.Node], p.Message)
				}
			}
		}
	})
}
