package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// judged are the rules that say what a server refuses in one object.
var judged = map[string]bool{}

func init() {
	for _, rule := range strings.Fields(`
		access-invalid api-removed autoscaler-invalid duplicate-container duplicate-list-entry duplicate-mount-path
		duplicate-port-name duplicate-volume env-source-invalid field-ref-invalid ingress-invalid kind-missing
		limit-below-request name-invalid network-policy-invalid probe-invalid quantity-invalid
		required-field-missing resources-invalid schedule-invalid scheduling-invalid secret-invalid selector-mismatch
		service-invalid unknown-field unknown-kind unsupported-value value-invalid volume-invalid volume-not-found
		workload-invalid wrong-type`) {
		judged[rule] = true
	}
}

var (
	namespaceOf = regexp.MustCompile(`(?m)^  namespace: ["']?([a-z0-9-]+)["']?\s*(#.*)?$`)
	// elsewhere is what the server says about the cluster, not about the object.
	elsewhere = regexp.MustCompile(`no matches for kind|no objects passed|serviceaccount "[^"]*" not found`)
	// withoutEffect is what the server takes although no container can start with it.
	withoutEffect = regexp.MustCompile(`is a fraction of a byte`)
)

// TestVerdicts has the server try each object of the rules' fixtures, and compares what
// it says with what check says: an error in what the server takes is a defect. What
// it refuses and check does not name, such as placeholders, is in the log.
func TestVerdicts(t *testing.T) {
	admin := client{t, filepath.Join(control.bin, "kubectl")}
	made := map[string]bool{"default": true}
	dir := t.TempDir()
	accepted, refused, found := 0, 0, 0
	for rule := range judged {
		files, err := filepath.Glob(filepath.Join(repository, "fn", "rules", "testdata", rule, "*.yaml"))
		require.NoError(t, err)
		require.NotEmpty(t, files, rule)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			for i, doc := range strings.Split(string(text), "\n---\n") {
				if !strings.Contains(doc, "kind:") {
					continue
				}
				what := strings.TrimPrefix(file, repository) + " document " + strconv.Itoa(i+1)
				for _, m := range namespaceOf.FindAllStringSubmatch(doc, -1) {
					if !made[m[1]] {
						made[m[1]] = true
						admin.run(nil, "create", "namespace", m[1])
					}
				}
				one := filepath.Join(dir, "one.yaml")
				require.NoError(t, os.WriteFile(one, []byte(doc+"\n"), 0o600))
				code, _, said := as(t, control.kubeconfig, "kubectl", "create", "--dry-run=server", "--validate=strict", "-f", one)
				if elsewhere.MatchString(said) {
					continue
				}
				_, out, errs := as(t, control.kubeconfig, "krm-validate", "check", "--no-defaults", "-o", "json", one)
				var report struct {
					Findings []struct{ Rule, Severity, Message string }
				}
				require.NoError(t, json.Unmarshal([]byte(out), &report), "%s\n%s", what, errs)
				var errors, all []string
				for _, f := range report.Findings {
					if judged[f.Rule] {
						all = append(all, f.Rule+": "+f.Message)
						if f.Severity == "error" && !withoutEffect.MatchString(f.Message) {
							errors = append(errors, f.Rule+": "+f.Message)
						}
					}
				}
				if code == 0 {
					accepted++
					assert.Empty(t, errors, "%s is taken by the server", what)
					continue
				}
				refused++
				if len(all) > 0 {
					found++
				} else {
					t.Logf("%s is refused and nothing is said: %s", what, said)
				}
			}
		}
	}
	t.Logf("taken %d; refused %d, of which %d are found", accepted, refused, found)
	assert.Greater(t, accepted, 40)
	assert.Greater(t, found, 60)
}
