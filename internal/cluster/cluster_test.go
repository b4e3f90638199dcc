package cluster_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/cluster"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kubectl"
)

// asKubectl makes the test binary be a kubectl; make e2e has kubectl and a server
// themselves. Its value is what kind of a cluster there is.
const asKubectl = "KRM_VALIDATE_TEST_KUBECTL"

func TestMain(m *testing.M) {
	if of := os.Getenv(asKubectl); of != "" {
		os.Exit(kubectlOf(of, os.Args[1:]))
	}
	os.Exit(m.Run())
}

func kubectlOf(of string, args []string) int {
	call := strings.Join(args, " ")
	switch {
	case of == "none":
		fmt.Fprintln(os.Stderr, "error: current-context is not set")
		return 1
	case strings.HasPrefix(call, "config current-context"):
		fmt.Println("prod")
	case strings.HasPrefix(call, "config view --minify"):
		fmt.Print("shop")
	case of == "ends":
		fmt.Fprintln(os.Stderr, "error: exec plugin: executable aws not found\nmore")
		return 1
	case args[0] == "proxy":
		socket, _ := strings.CutPrefix(args[1], "--unix-socket=")
		l, err := net.Listen("unix", socket)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println("Starting to serve on", socket)
		_ = http.Serve(l, serverOf(of))
	}
	return 0
}

const (
	core = `{"kind":"APIGroupDiscoveryList","items":[{"metadata":{},"versions":[{"version":"v1","resources":[
{"resource":"secrets","scope":"Namespaced","responseKind":{"kind":"Secret"}},{"resource":"namespaces","scope":"Cluster","responseKind":{"kind":"Namespace"}}]}]}]}`
	groups = `{"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"example.com"},"versions":[{"version":"v2","resources":[{"resource":"widgets","scope":"Namespaced","responseKind":{"kind":"Widget"}}]}]},
{"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale"}]}]}`
)

func serverOf(of string) http.Handler {
	mux := http.NewServeMux()
	answer := func(path, text string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			if of == "down" {
				http.Error(w, "Error trying to reach service: 'dial tcp 10.0.0.1:6443: i/o timeout'", http.StatusBadGateway)
				return
			}
			fmt.Fprint(w, text)
		})
	}
	answer("/version", `{"gitVersion":"v1.33.2+k3s1"}`)
	if of == "old" {
		answer("/api", `{"kind":"APIVersions"}`)
	} else {
		answer("/api", core)
	}
	answer("/apis", groups)
	object := func(path string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			// The object itself must not be asked for.
			if !strings.Contains(r.Header.Get("Accept"), "as=Table") || r.URL.Query().Get("includeObject") != "None" {
				http.Error(w, "the whole object was asked for", http.StatusTeapot)
				return
			}
			fmt.Fprint(w, `{"kind":"Table"}`)
		})
	}
	object("/api/v1/namespaces/shop/secrets/db")
	object("/api/v1/namespaces/shop")
	object("/api/v1/namespaces/shop/{$}") // what .. below it is
	object("/api/v1/namespaces/shop/secrets/{$}")
	object("/api/v1/secrets/db")
	answer("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com", `{"kind":"CustomResourceDefinition","spec":{"group":"example.com"}}`)
	mux.HandleFunc("GET /api/v1/namespaces/mute/secrets/{name}", func(http.ResponseWriter, *http.Request) {
		panic(http.ErrAbortHandler) // no answer
	})
	mux.HandleFunc("GET /api/v1/namespaces/closed/secrets/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"kind":"Status","message":"secrets \"db\" is forbidden: User \"dev\" cannot get resource"}`)
	})
	return mux
}

func open(t *testing.T, of string) (*cluster.Cluster, error) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	t.Setenv(asKubectl, of)
	return cluster.Open(t.Context(), &kubectl.Client{Program: self})
}

func TestCluster(t *testing.T) {
	c, err := open(t, "sound")
	require.NoError(t, err)
	defer c.Close()
	assert.Equal(t, "prod", c.Name)
	assert.Equal(t, "1.33", c.Release)
	for _, w := range []struct {
		kind, namespace, name string
		there                 bool
		err                   string
	}{
		{"Secret", "shop", "db", true, ""},
		{"Secret", "shop", "", false, ""},
		{"Secret", "shop", "..", false, ""},
		{"Secret", "mute/..", "db", false, ""},
		{"Secret", "..", "db", false, ""},
		{"Secret", "shop", "../secrets/db", false, ""},
		{"Secret", "", "db", true, ""}, // the context's namespace
		{"Secret", "shop", "gone", false, ""},
		{"Namespace", "", "shop", true, ""},
		{"Namespace", "", "gone", false, ""},
		{"Unheard", "shop", "db", false, ""},
		{"Secret", "closed", "db", false, `secrets "db" is forbidden`},
		{"Secret", "shop", "../../../apis", false, ""},
	} {
		there, err := c.Has(t.Context(), w.kind, w.namespace, w.name)
		assert.Equal(t, w.there, there, w)
		if w.err == "" {
			assert.NoError(t, err)
		} else {
			assert.ErrorContains(t, err, w.err)
		}
	}
	assert.True(t, c.Serves("example.com", "v2", "Widget"))
	assert.False(t, c.Serves("example.com", "v1", "Widget"))
	assert.True(t, c.Serves("metrics.k8s.io", "v1beta1", "PodMetrics"), "its server does not answer now")
	assert.NotNil(t, c.Definition(t.Context(), "example.com", "Widget"))
	assert.Nil(t, c.Definition(t.Context(), "example.com", "Gadget"))
}

// Who does not answer is not asked again and again.
func TestClusterThatStopsAnswering(t *testing.T) {
	c, err := open(t, "sound")
	require.NoError(t, err)
	defer c.Close()
	_, gone := c.Has(t.Context(), "Secret", "mute", "db")
	require.Error(t, gone)
	_, err = c.Has(t.Context(), "Secret", "shop", "db")
	assert.Equal(t, gone, err)
	assert.Nil(t, c.Definition(t.Context(), "example.com", "Widget"))
}

// What is wrong is one line that says what to do.
func TestClusterThatIsNotThere(t *testing.T) {
	for of, want := range map[string]string{
		"none": "no cluster: current-context is not set; name one with --context",
		"ends": "context prod: exec plugin: executable aws not found",
		"down": "cluster prod: it does not answer: Error trying to reach service: 'dial tcp 10.0.0.1:6443: i/o timeout'; try kubectl cluster-info",
		"old":  "cluster prod: it has no aggregated discovery, which Kubernetes has since 1.27; it is v1.33.2+k3s1",
	} {
		_, err := open(t, of)
		assert.EqualError(t, err, want, of)
	}
	_, err := cluster.Open(context.Background(), &kubectl.Client{Program: "kubectl-that-is-not-there"})
	require.ErrorIs(t, err, exec.ErrNotFound)
	assert.NotContains(t, err.Error(), "\n")
}

// Nothing is left behind.
func TestClusterClose(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	c, err := open(t, "sound")
	require.NoError(t, err)
	c.Close()
	c.Close()
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}
