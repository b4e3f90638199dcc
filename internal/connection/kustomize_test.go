package connection_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
)

// TestMain lets the test binary be the program that a build runs.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == kbuild.ChildCommand {
		os.Exit(kbuild.Child(os.Args[2:], function.RunFilter, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// files of a build in which everything has another name in the end: two
// prefixes, a namespace transformer, and a generated Secret with a hash.
var renamed = map[string]string{
	"/base/kustomization.yaml": `
namePrefix: team-
resources: [app.yaml]
secretGenerator:
- name: db-secret
  literals: [user=us er, "password=p@ss/w:rd%#? é"]
`,
	"/base/app.yaml": `
apiVersion: v1
kind: Service
metadata: {name: postgres-service}
spec: {ports: [{port: 5432}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
      - name: api
        image: api
        envFrom: [{secretRef: {name: db-secret}}]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: 0 3 * * *
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: report, image: report}]
`,
	"/prod/kustomization.yaml": `
namePrefix: prod-
namespace: shop
resources: [../base]
transformers: [config.yaml]
`,
	"/prod/config.yaml": `
apiVersion: wealist.io/v1alpha1
kind: ConfigPipeline
metadata:
  name: connections
  annotations:
    config.kubernetes.io/function: |
      exec: {path: krm-validate}
spec:
  connections:
    database:
      engine: postgresql
      service: {name: postgres-service}
      credentials: {secret: db-secret, usernameKey: user, passwordKey: password}
      as: secret
      into:
      - workload: {name: api}
        variables: {DATABASE_URL: url}
      - workload: {name: report}
        variables: {DATABASE_URL: url}
`,
}

func kustomize(t *testing.T, files map[string]string) resmap.ResMap {
	t.Helper()
	root := t.TempDir()
	for path, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Join(root, filepath.Dir(path)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(root, path), []byte(text), 0o644))
	}
	result, err := kbuild.Build(filesys.MakeFsOnDisk(), filepath.Join(root, "prod"), kbuild.Options{})
	require.NoError(t, err)
	return result.Resources
}

// TestThroughKustomize: the function sees a tree in the middle of being
// renamed; what it writes must be right when kustomize is done.
func TestThroughKustomize(t *testing.T) {
	type container struct {
		Env []struct {
			Name      string
			ValueFrom struct {
				SecretKeyRef struct{ Name, Key string } `yaml:"secretKeyRef"`
			} `yaml:"valueFrom"`
		}
		EnvFrom []struct {
			SecretRef struct{ Name string } `yaml:"secretRef"`
		} `yaml:"envFrom"`
	}
	type template struct {
		Spec struct{ Containers []container }
	}
	var object struct {
		Spec struct {
			Template    template
			JobTemplate struct{ Spec struct{ Template template } } `yaml:"jobTemplate"`
		}
		Data map[string]string
	}
	var secret, envFrom, secretKeyRef, url string
	for _, r := range kustomize(t, renamed).Resources() {
		text, err := r.AsYAML()
		require.NoError(t, err)
		require.NoError(t, yaml.Unmarshal(text, &object))
		switch r.GetKind() {
		case "Secret":
			secret = r.GetName()
			decoded, err := base64.StdEncoding.DecodeString(object.Data["DATABASE_URL"])
			require.NoError(t, err)
			url = string(decoded)
		case "Deployment":
			c := object.Spec.Template.Spec.Containers[0]
			envFrom = c.EnvFrom[0].SecretRef.Name
			assert.Empty(t, c.Env, "envFrom has the key already")
		case "CronJob":
			secretKeyRef = object.Spec.JobTemplate.Spec.Template.Spec.Containers[0].Env[0].ValueFrom.SecretKeyRef.Name
		}
	}
	assert.Equal(t, "postgresql://us%20er:p%40ss%2Fw%3Ard%25%23%3F%20%C3%A9@prod-team-postgres-service.shop.svc.cluster.local:5432", url)
	assert.Regexp(t, "^prod-team-db-secret-[a-z0-9]{10}$", secret)
	assert.Equal(t, secret, envFrom)
	assert.Equal(t, secret, secretKeyRef)

	// The hash is of the content, the computed key included: another database
	// rolls the pods.
	changed := map[string]string{}
	for path, text := range renamed {
		changed[path] = strings.Replace(text, "port: 5432", "port: 5433", 1)
	}
	for _, r := range kustomize(t, changed).Resources() {
		if r.GetKind() == "Secret" {
			assert.NotEqual(t, secret, r.GetName())
		}
	}
}
