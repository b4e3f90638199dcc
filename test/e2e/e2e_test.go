package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const repository = "../.."

// kubectls are the clients to test with: the one of the cluster's release, and
// the one that this machine has, which is likely another.
func kubectls(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{"kubectl " + kubernetesVersion: filepath.Join(control.bin, "kubectl")}
	if file, err := exec.LookPath("kubectl"); err == nil {
		all["kubectl on the PATH"] = file
	} else {
		t.Log("no kubectl on the PATH: only kubectl", kubernetesVersion, "is tested")
	}
	return all
}

type client struct {
	t    *testing.T
	file string
}

// run runs kubectl and returns its exit code and stdout.
func (c client) run(stdin []byte, args ...string) (int, string) {
	c.t.Helper()
	cmd := exec.Command(c.file, args...)
	cmd.Env = append(os.Environ(), "KUBECONFIG="+control.kubeconfig)
	cmd.Stdin = bytes.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if stderr.Len() > 0 {
		c.t.Logf("kubectl %s: %s", strings.Join(args, " "), &stderr)
	}
	if err != nil && cmd.ProcessState == nil {
		require.NoError(c.t, err)
	}
	return cmd.ProcessState.ExitCode(), stdout.String()
}

func (c client) must(args ...string) string {
	c.t.Helper()
	code, out := c.run(nil, args...)
	require.Zero(c.t, code, "kubectl %s\n%s", strings.Join(args, " "), out)
	return out
}

func krmValidate(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(filepath.Join(control.bin, "krm-validate"), args...)
	cmd.Dir = repository
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	return out
}

type object map[string]any

func (o object) at(path ...string) any {
	var v any = map[string]any(o)
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

func items(t *testing.T, text string) []object {
	t.Helper()
	var list struct{ Items []object }
	require.NoError(t, json.Unmarshal([]byte(text), &list))
	return list.Items
}

// live are the objects of a rendered tree as the server has them.
func (c client) live(rendered []byte) []object {
	c.t.Helper()
	code, out := c.run(rendered, "get", "-f", "-", "-o", "json")
	require.Zero(c.t, code, out)
	return items(c.t, out)
}

// settled drops what differs between two reads of one object: bookkeeping, and
// what controllers write.
func settled(objects []object) []object {
	for _, o := range objects {
		delete(o, "status")
		metadata := o.at("metadata").(map[string]any)
		for _, k := range []string{"managedFields", "resourceVersion", "uid", "creationTimestamp", "generation"} {
			delete(metadata, k)
		}
		annotations, _ := metadata["annotations"].(map[string]any)
		delete(annotations, "kubectl.kubernetes.io/last-applied-configuration")
		delete(annotations, "deployment.kubernetes.io/revision")
		if len(annotations) == 0 {
			delete(metadata, "annotations")
		}
	}
	return objects
}

// specs are the generations of objects by kind, namespace and name. The server
// counts a generation whenever what is asked for changes.
func specs(objects []object) map[string]any {
	all := map[string]any{}
	for _, o := range objects {
		all[fmt.Sprint(o["kind"], " ", o.at("metadata", "namespace"), "/", o.at("metadata", "name"))] = o.at("metadata", "generation")
	}
	return all
}

func TestOverlays(t *testing.T) {
	for name, file := range kubectls(t) {
		for _, env := range []string{"prod", "dev"} {
			t.Run(name+"/"+env, func(t *testing.T) { testOverlay(client{t, file}, env) })
		}
	}
}

func testOverlay(c client, env string) {
	t := c.t
	dir := filepath.Join(repository, "overlays", env)
	c.must("apply", "-f", "testdata/externalsecret-crd.yaml")
	c.must("wait", "--for=condition=Established", "--timeout=60s", "crd/externalsecrets.external-secrets.io")

	rendered := krmValidate(t, "build", filepath.Join("overlays", env, "pipeline"))
	count := strings.Count("\n"+string(rendered), "\nkind: ")

	// The first of the three ways: stock kubectl, no plugin.
	c.must("apply", "-k", dir)
	t.Cleanup(func() {
		if t.Failed() {
			c.run(nil, "delete", "-k", dir, "--ignore-not-found", "--timeout=60s")
		}
	})
	first := c.live(rendered)
	require.Len(t, first, count, "every object is there")

	// The URL in the live Deployment is the one that was computed.
	url := "postgresql://$(DATABASE_USERNAME):$(DATABASE_PASSWORD)@postgres-service.postgresql-" + env + ".svc.cluster.local:5432/wealist"
	assert.Equal(t, url, c.must("get", "deployment", "board-api", "-n", "board-api-"+env,
		"-o", `jsonpath={.spec.template.spec.containers[0].env[?(@.name=="DATABASE_URL")].value}`))

	for _, line := range strings.Split(strings.TrimSpace(c.must("apply", "-k", dir)), "\n") {
		// Of a StatefulSet with claim templates kubectl says this always: the
		// server fills in defaults in that list, which is replaced whole.
		again := strings.HasPrefix(line, "statefulset.apps/") && strings.HasSuffix(line, " configured")
		assert.True(t, again || strings.HasSuffix(line, " unchanged"), line)
	}
	assert.Equal(t, specs(first), specs(c.live(rendered)), "applied again, nothing changes")
	code, diff := c.run(nil, "diff", "-k", dir)
	assert.Zero(t, code, diff)
	assert.Empty(t, diff)

	// Controllers make what the objects ask for.
	require.Eventually(t, func() bool {
		_, out := c.run(nil, "get", "pods", "-A", "-o", "json")
		pods := map[string]int{}
		for _, p := range items(t, out) {
			pods[p.at("metadata", "namespace").(string)]++
		}
		return pods["board-api-"+env] > 0 && pods["front-"+env] > 0 && pods["postgresql-"+env] > 0
	}, 90*time.Second, time.Second, "pods get created")

	// The third way: the pipeline, applied on the server, gives the same objects.
	code, out := c.run(rendered, "apply", "--server-side", "--force-conflicts", "-f", "-")
	require.Zero(t, code, out)
	assert.Equal(t, settled(first), settled(c.live(rendered)))

	c.must("delete", "-k", dir, "--timeout=120s")
	code, out = c.run(rendered, "get", "-f", "-", "--ignore-not-found", "-o", "name")
	require.Zero(t, code)
	assert.Empty(t, strings.TrimSpace(out), "nothing is left")
}
