package wealist_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// value is a scalar in a hand-written file: a key or a value in YAML, a line
// anywhere else. Comments are none.
type value struct {
	file string // from the root, with slashes
	line int
	path string // of keys, as in spec.ports.port; lists leave no trace
	text string
}

// sources reads every hand-written file of base and overlays.
func sources(t *testing.T) []value {
	t.Helper()
	root := root(t)
	var values []value
	for _, top := range []string{"base", "overlays"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				if d.Name() == "lock" {
					return fs.SkipDir // written by krm-validate lock
				}
				return nil
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			file, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			file = filepath.ToSlash(file)
			if filepath.Ext(path) == ".yaml" {
				values = append(values, yamlValues(t, file, data)...)
			} else {
				values = append(values, lineValues(file, data)...)
			}
			return nil
		})
		require.NoError(t, err)
	}
	require.NotEmpty(t, values)
	return values
}

func yamlValues(t *testing.T, file string, data []byte) []value {
	var values []value
	var walk func(path string, n *yaml.Node)
	walk = func(path string, n *yaml.Node) {
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i < len(n.Content); i += 2 {
				key := strings.TrimPrefix(path+"."+n.Content[i].Value, ".")
				values = append(values, value{file, n.Content[i].Line, key, n.Content[i].Value})
				walk(key, n.Content[i+1])
			}
		case yaml.ScalarNode:
			values = append(values, value{file, n.Line, path, n.Value})
		default:
			for _, c := range n.Content {
				walk(path, c)
			}
		}
	}
	for dec := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return values
		}
		require.NoError(t, err, file)
		walk("", &doc)
	}
}

func lineValues(file string, data []byte) []value {
	var values []value
	scanner := bufio.NewScanner(bytes.NewReader(data))
	for line := 1; scanner.Scan(); line++ {
		if text := strings.TrimSpace(scanner.Text()); text != "" && !strings.HasPrefix(text, "#") {
			values = append(values, value{file: file, line: line, text: text})
		}
	}
	return values
}

// where returns "file: path" of the values that match, each once, sorted.
func where(values []value, match func(value) bool) []string {
	var found []string
	for _, v := range values {
		if match(v) {
			found = append(found, v.file+": "+v.path)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func contains(part string) func(value) bool {
	return func(v value) bool { return strings.Contains(v.text, part) }
}

// word matches values that have the word between hyphens, dots, slashes, …
func word(w string) func(value) bool {
	re := regexp.MustCompile(`(^|[^A-Za-z0-9])` + regexp.QuoteMeta(w) + `($|[^A-Za-z0-9])`)
	return func(v value) bool { return re.MatchString(v.text) }
}

// policy matches the registries that are allowed: they are there to disagree
// when somebody changes where images come from.
func policy(v value) bool {
	return strings.HasPrefix(v.path, "spec.normalize.images.registries.")
}

var serviceHost = regexp.MustCompile(`([a-z0-9-]+)\.([a-z0-9-]+)\.svc\.([a-z0-9.-]+[a-z0-9])`)

// TestWrittenOnce takes the addresses apart that the builds print, and looks
// for the parts in the sources.
func TestWrittenOnce(t *testing.T) {
	values := sources(t)

	for _, env := range environments {
		t.Run(env, func(t *testing.T) {
			objects := decode(t, pipeline(t, filepath.Join("overlays", env, "pipeline")))

			hosts := 0
			for _, o := range objects {
				for _, e := range o.env() {
					host := serviceHost.FindStringSubmatch(e.value)
					if host == nil {
						continue
					}
					hosts++
					assert.Empty(t, where(values, contains(host[0])), "the address %s is typed somewhere", host[0])
					assert.Empty(t, where(values, contains(host[2])), "the namespace %s is typed somewhere", host[2])
					assert.Empty(t, where(values, contains(host[3])), "the cluster's domain %s is typed somewhere", host[3])
					for _, v := range values {
						if strings.Contains(v.text, host[1]) {
							assert.Equal(t, host[1], v.text, "%s:%d: a Service's name inside another text", v.file, v.line)
						}
					}
				}
			}
			assert.NotZero(t, hosts, "no address was injected")

			for _, o := range objects {
				if o.Kind == "Namespace" {
					assert.Empty(t, where(values, contains(o.Metadata.Name)), "the namespace %s is typed somewhere", o.Metadata.Name)
				}
			}

			assert.Equal(t, []string{"overlays/" + env + "/source/environment.yaml: data.name"},
				where(values, word(env)), "the environment's name stands in one place")
		})
	}

	t.Run("domain", func(t *testing.T) {
		const domain = "wealist.local"
		for env, host := range map[string]string{"prod": domain, "dev": "dev." + domain} {
			objects := decode(t, pipeline(t, filepath.Join("overlays", env, "pipeline")))
			for _, o := range objects {
				if o.Kind == "Ingress" {
					require.Len(t, o.Spec.Rules, 1)
					assert.Equal(t, host, o.Spec.Rules[0].Host, env)
				}
			}
		}
		assert.Equal(t, []string{"base/environment/domain.yaml: data.host"}, where(values, contains(domain)))
	})

	t.Run("registry", func(t *testing.T) {
		for _, o := range decode(t, pipeline(t, "overlays/prod/pipeline")) {
			for _, c := range o.containers() {
				registry, _, found := strings.Cut(c.Image, "/")
				if found {
					assert.Equal(t, []string{"overlays/prod/source/environment.yaml: data.registry"},
						where(values, func(v value) bool { return contains(registry)(v) && !policy(v) }))
				}
			}
		}
	})

	t.Run("resource figures", func(t *testing.T) {
		for _, key := range []string{"cpu", "memory"} {
			places := where(values, func(v value) bool { return v.text == key })
			require.NotEmpty(t, places)
			for _, place := range places {
				assert.True(t, strings.HasPrefix(place, "base/config/normalize.yaml: spec.normalize.resources.profiles."), place)
			}
		}
	})

	t.Run("database", func(t *testing.T) {
		assert.Equal(t, []string{"base/config/connections.yaml: spec.connections.database.database"},
			where(values, func(v value) bool { return strings.HasSuffix(v.path, ".database") && v.text == "wealist" }))
		assert.Len(t, where(values, func(v value) bool { return strings.HasPrefix(v.text, "POSTGRES_PASSWORD=") }), 1)
	})
}

// TestNoSecretsInGit: base64 is not encryption, and nobody types it.
func TestNoSecretsInGit(t *testing.T) {
	for _, v := range sources(t) {
		if v.path == "kind" {
			assert.NotEqual(t, "Secret", v.text, "%s:%d: generate it, or take it from an external store", v.file, v.line)
		}
	}
}
