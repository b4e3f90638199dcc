package wealist_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/kustomizebin"
)

// TestIncidents builds the broken overlays with both programs. Each
// directory has the message in want.txt; UPDATE=1 rewrites it.
func TestIncidents(t *testing.T) {
	for _, incident := range []struct {
		dir string
		// names are what the people who had the incident would search for.
		names []string
	}{
		{"1-image-pull-back-off", []string{"ImagePullBackOff", "board-api-dev/board-api", "wealist-board-api:latest"}},
		{"2-create-container-config-error", []string{"CreateContainerConfigError", "board-api-dev/board-api", "db-secret"}},
		{"3-oom-killed", []string{"OOMKilled", "board-api-prod/board-api", "256Mi", "512Mi"}},
		{"4-database-unreachable", []string{"postgress-service", "did you mean", "postgres-service", "board-api-database", "DATABASE_URL"}},
		{"5-bad-gateway", []string{"postgress-service", "board-api-database", "Deployment board-api reads it", "/health", "Service board-api-service", "Ingress board-api-ingress", "502", "wealist.local/api"}},
		{"6-wrong-target-port", []string{"board-api-prod/board-api-service", "htpp", "did you mean", "502"}},
	} {
		t.Run(incident.dir, func(t *testing.T) {
			dir := filepath.Join("testdata", "incidents", incident.dir)
			stdout, stderr, err := run(t, binary(t), "build", dir)
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit)
			assert.Equal(t, 1, exit.ExitCode())
			assert.Empty(t, stdout)
			for _, name := range incident.names {
				assert.Contains(t, stderr, name)
			}
			assert.NotContains(t, stderr, "throw-away", "a secret in a message")

			want := filepath.Join(root(t), dir, "want.txt")
			if os.Getenv("UPDATE") != "" {
				write(t, want, []byte(stderr))
			}
			text, err := os.ReadFile(want)
			require.NoError(t, err, "UPDATE=1 go test ./test/wealist writes it")
			assert.Equal(t, string(text), stderr)

			stdout, stderr, err = run(t, kustomizebin.Path(t), "build", "--enable-alpha-plugins", "--enable-exec", dir)
			require.Error(t, err)
			assert.Empty(t, stdout)
			for _, name := range incident.names {
				assert.Contains(t, stderr, name)
			}
		})
	}
}
