package connection_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
)

// TestDocs keeps the table of engines in docs/connections.md equal to the one
// in the code.
func TestDocs(t *testing.T) {
	const path = "../../docs/connections.md"
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	begin, rest, ok := strings.Cut(string(text), "<!-- engines:")
	require.True(t, ok)
	head, rest, _ := strings.Cut(rest, "-->\n")
	_, end, ok := strings.Cut(rest, "<!-- /engines -->")
	require.True(t, ok)
	want := begin + "<!-- engines:" + head + "-->\n" + engineTable(t) + "<!-- /engines -->" + end
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
		return
	}
	assert.Equal(t, want, string(text), "UPDATE=1 rewrites it")
}

// engineTable shows every engine with an example of each of its formats.
func engineTable(t *testing.T) string {
	var b strings.Builder
	b.WriteString("\n| engine | port | format | example |\n|---|---|---|---|\n")
	for _, e := range engine.All() {
		name, port := "`"+e.Name+"`", "–"
		for _, alias := range e.Aliases {
			name += ", `" + alias + "`"
		}
		if e.Port != 0 {
			port = strconv.Itoa(e.Port)
		}
		if e.TLSPort != 0 {
			port += ", TLS " + strconv.Itoa(e.TLSPort)
		}
		if len(e.Formats) == 0 {
			fmt.Fprintf(&b, "| %s | %s | `hostport` | `%s` |\n", name, port, example(t, e, "hostport"))
		}
		for _, f := range e.Formats {
			fmt.Fprintf(&b, "| %s | %s | `%s` | `%s`<br>%s |\n", name, port, f.Name, example(t, e, f.Name), f.Doc)
			name, port = "", ""
		}
	}
	b.WriteString("\n")
	return b.String()
}

func example(t *testing.T, e *engine.Engine, format string) string {
	carries, err := e.Carries(format)
	require.NoError(t, err)
	a := engine.Address{
		Hosts:    []engine.HostPort{{Host: "name.ns.svc", Port: e.Port}},
		Username: engine.Literal("user"), Password: engine.Literal("p@ss"),
	}
	if e.Port == 0 {
		a.Hosts[0].Port = 8080
	}
	if carries&engine.Database != 0 {
		a.Database = "db"
	}
	if strings.HasPrefix(e.Name, "redis") {
		a.Database = "0"
	}
	v, err := e.Format(format, a)
	require.NoError(t, err)
	return v.String()
}
