package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"text/template"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
)

// credentialFormats calls test for every format that carries a password.
func credentialFormats(t *testing.T, test func(t *testing.T, e *engine.Engine, format string)) {
	for _, e := range engine.All() {
		for _, format := range e.FormatNames() {
			if carries, err := e.Carries(format); err == nil && carries&engine.Password != 0 {
				t.Run(e.Name+"/"+format, func(t *testing.T) { test(t, e, format) })
			}
		}
	}
}

func address(user, password *engine.Text) engine.Address {
	return engine.Address{Hosts: []engine.HostPort{{Host: "h", Port: 1}}, Username: user, Password: password}
}

// TestVariablesAreSafeOrRefused: a known password that is inserted as it is
// either reads back as itself or is refused, without being shown.
func TestVariablesAreSafeOrRefused(t *testing.T) {
	credentialFormats(t, func(t *testing.T, e *engine.Engine, format string) {
		r := rand.New(rand.NewPCG(3, 4))
		refused, accepted := 0, 0
		for range 2000 {
			password := strings.ReplaceAll(randomText(r), "\x00", "")
			v, err := e.Format(format, address(engine.Literal("u"), engine.VariableOf("PW", password)))
			if unsafe := new(engine.UnsafeError); errors.As(err, &unsafe) {
				refused++
				assert.Equal(t, "PW", unsafe.Variable)
				if len(password) > 3 {
					assert.NotContains(t, err.Error(), password)
				}
				continue
			}
			require.NoError(t, err)
			accepted++
			back, err := e.Parse(format, strings.Replace(v.Env(), "$(PW)", password, 1))
			require.NoError(t, err, "%q in %s", password, v.Env())
			value, _ := back.Password.Value()
			require.Equal(t, password, value)
		}
		assert.NotZero(t, accepted)
		if format != "password" && format != "go" {
			assert.NotZero(t, refused)
		}
	})
}

// TestTemplatesEncode: External Secrets' template gives a text that reads
// back as the password, whatever it is. replace is sprig's, whose arguments
// are old, new and text; test/databases runs the same with sprig itself.
func TestTemplatesEncode(t *testing.T) {
	funcs := template.FuncMap{"replace": func(old, new, text string) string { return strings.ReplaceAll(text, old, new) }}
	credentialFormats(t, func(t *testing.T, e *engine.Engine, format string) {
		v, err := e.Format(format, address(engine.TemplateKey("user"), engine.TemplateKey("pass-word")))
		require.NoError(t, err)
		tmpl, err := template.New("").Option("missingkey=error").Funcs(funcs).Parse(v.Template())
		require.NoError(t, err, v.Template())
		r := rand.New(rand.NewPCG(5, 6))
		for range 1000 {
			password := randomText(r)
			if _, err := e.Format(format, address(engine.Literal("us er"), engine.Literal(password))); err != nil {
				continue // what the format cannot say, its template cannot either
			}
			var b strings.Builder
			require.NoError(t, tmpl.Execute(&b, map[string]string{"user": "us er", "pass-word": password}))
			back, err := e.Parse(format, b.String())
			require.NoError(t, err, "%q: %s", password, b.String())
			value, _ := back.Password.Value()
			require.Equal(t, password, value, b.String())
		}
	})
}

// TestLiteralsSurviveTheKubelet: $ is doubled wherever it is not a reference.
func TestLiteralsSurviveTheKubelet(t *testing.T) {
	e, _ := engine.Lookup("tcp")
	v, err := e.Format("{{ .Username }}$(X)$$ {{ .Password }}$", address(engine.Literal("a$"), engine.Variable("PW")))
	require.NoError(t, err)
	assert.Equal(t, "a$$$$(X)$$$$ $(PW)$$", v.Env())
	assert.Equal(t, "a$$(X)$$ $(PW)$", v.String())
}

func TestTemplateFormats(t *testing.T) {
	e, _ := engine.Lookup("tcp")
	a := engine.Address{
		Hosts:    []engine.HostPort{{Host: "a.ns.svc.cluster.local", Port: 1}, {Host: "b", Port: 2}},
		Username: engine.Literal("us er"), Password: engine.Variable("PW"), Database: "d b", Parameters: map[string]string{"k": "v"},
	}
	for format, want := range map[string]string{
		"{{ .Host }}:{{ .Port }}/{{ .Database | percent }}":                                  "a.ns.svc.cluster.local:1/d%20b",
		"{{ .Username | userinfo }}:{{ .Password | userinfo }}@{{ .HostPort }}":              "us%20er:$(PW)@a.ns.svc.cluster.local:1",
		"{{ range $i, $h := .Hosts }}{{ if $i }};{{ end }}{{ $h.Host | hostname }}{{ end }}": "a;b",
		"{{ with .Parameters.k }}{{ . }}{{ end }}{{ .Parameters.none }}":                     "v",
		"{{ if .TLS }}tls{{ else }}plain{{ end }}":                                           "plain",
		"{{ if .Password }}{{ .Username }}{{ end }}":                                         "us er",
	} {
		v, err := e.Format(format, a)
		require.NoError(t, err, format)
		assert.Equal(t, want, v.String())
	}
	for format, want := range map[string]string{
		"{{ .Hots }}":                         "can't evaluate field Hots",
		"{{ range 1000000000 }}{{ end }}":     "range is only available over .Hosts",
		"{{ printf \"%1000000000d\" 1 }}":     "printf is not available",
		"{{ define \"x\" }}{{ end }}":         "define",
		"{{ template \"format\" . }}":         "template",
		"{{ call .Host }}":                    "call is not available",
		"{{ .Host":                            "unclosed action",
		"{{ .Hosts.String.Host | userinfo }}": "can't evaluate field",
		"{{ env \"HOME\" }}":                  "not defined",
	} {
		_, err := e.Format(format, a)
		require.Error(t, err, format)
		assert.Contains(t, err.Error(), want, format)
	}
}

// TestPrintingHidesPasswords: no verb of fmt shows the value.
func TestPrintingHidesPasswords(t *testing.T) {
	a := address(nil, engine.Literal("hunter2"))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		assert.NotContains(t, fmt.Sprintf(verb, a.Password), "hunter2", verb)
		assert.NotContains(t, fmt.Sprintf(verb, a), "hunter2", verb)
	}
}
