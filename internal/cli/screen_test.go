package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestMistakesFitOnOneScreen: of 500 resources, five are wrong, and that is what is
// shown.
func TestMistakesFitOnOneScreen(t *testing.T) {
	var text strings.Builder
	for i := range 100 {
		fmt.Fprintf(&text, `apiVersion: v1
kind: ServiceAccount
metadata: {name: shop%[1]d, namespace: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: shop%[1]d-config, namespace: shop}
data:
  LOG_LEVEL: info
---
apiVersion: v1
kind: Secret
metadata: {name: shop%[1]d-secret, namespace: shop}
stringData:
  PASSWORD: x
---
apiVersion: v1
kind: Service
metadata: {name: shop%[1]d, namespace: shop}
spec:
  selector: {app: shop%[1]d}
  ports:
  - {name: http, port: 80, targetPort: http}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop%[1]d, namespace: shop}
spec:
  selector: {matchLabels: {app: shop%[1]d}}
  template:
    metadata: {labels: {app: shop%[1]d}}
    spec:
      serviceAccountName: shop%[1]d
      containers:
      - name: web
        image: registry.example.com/shop%[1]d:1.0
        ports: [{name: http, containerPort: 8080}]
        envFrom: [{configMapRef: {name: shop%[1]d-config}}]
        env:
        - {name: NEXT_URL, value: "http://shop%[2]d:80"}
        - name: PASSWORD
          valueFrom: {secretKeyRef: {name: shop%[1]d-secret, key: PASSWORD}}
---
`, i, (i+1)%100)
	}
	sound := text.String()
	broken := sound
	for right, wrong := range map[string]string{
		"configMapRef: {name: shop11-config}":                                             "configMapRef: {name: shop11-confg}",
		"secretKeyRef: {name: shop22-secret, key: PASSWORD}":                              "secretKeyRef: {name: shop22-secret, key: PASWORD}",
		"serviceAccountName: shop33\n":                                                    "serviceAccountName: shopp33\n",
		"value: \"http://shop44:80\"":                                                     "value: \"http://shop44:8080\"",
		"selector: {app: shop55}\n  ports:\n  - {name: http, port: 80, targetPort: http}": "selector: {app: shop55}\n  ports:\n  - {name: http, port: 80, targetPort: htpp}",
	} {
		require.Contains(t, broken, right)
		broken = strings.Replace(broken, right, wrong, 1)
	}
	shown := func(text string) (string, int) {
		file := filepath.Join(t.TempDir(), "shop.yaml")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		code, stdout, _ := run(t, "check", file)
		return stdout, code
	}
	stdout, code := shown(sound)
	assert.Zero(t, code)
	assert.Equal(t, "no findings in 500 resources\n", stdout)

	stdout, code = shown(broken)
	assert.Equal(t, 1, code)
	assert.Equal(t, 6, strings.Count(stdout, "error["), stdout) // with the ConfigMap that nothing reads any more
	assert.LessOrEqual(t, strings.Count(stdout, "\n"), 60, stdout)
	for _, wrong := range []string{"shop11-confg", "PASWORD", "shopp33", "8080", "htpp"} {
		assert.Contains(t, stdout, wrong)
	}
}
