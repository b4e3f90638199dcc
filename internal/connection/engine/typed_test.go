package engine_test

import (
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
)

// TestWhatIsWrittenIsRight: nothing is wrong with what Format writes, whatever
// the user, password and database are, and reading it gives the same.
func TestWhatIsWrittenIsRight(t *testing.T) {
	for _, e := range engine.All() {
		if e.Encode == "" {
			continue
		}
		for _, format := range []string{"url", "srv", "jdbc", "r2dbc"} {
			carries, err := e.Carries(format)
			if err != nil || e.Name == "sqlserver" && format == "jdbc" || e.Name == "clickhouse" && format != "url" {
				continue
			}
			t.Run(e.Name+"/"+format, func(t *testing.T) {
				r := rand.New(rand.NewPCG(7, 8))
				for range 1000 {
					a := project(randomAddress(r, false), carries|engine.Hosts|engine.Ports)
					adapt(e, &a)
					if a.Parameters = nil; e.Name == "nats" {
						a.TLS = false // tls:// may be anything
					}
					v, err := e.Format(format, a)
					if err != nil || format == "srv" && strings.Contains(a.Hosts[0].Host, ":") {
						continue
					}
					text := v.String()
					found := engine.ReadURLs(text)
					require.Len(t, found, 1, text)
					require.Empty(t, found[0].Faults, text)
					require.Equal(t, a.Hosts[0].Host, found[0].Hosts[0].Host, text)
					require.Equal(t, len(text), found[0].End, text)
					require.Empty(t, engine.JudgeWhole("DATABASE_URL", text), text)
					if user, password, ok := found[0].UserInfo(text); ok && a.Password != nil {
						want, _ := a.Password.Value()
						require.Equal(t, want, password)
						if a.Username != nil {
							want, _ = a.Username.Value()
							require.Equal(t, want, user)
						}
					}
				}
			})
		}
	}
}

// TestInsertableIsReadBack: where the password is inserted as it is and found sound, Go's
// own parser reads it back from a URL.
func TestInsertableIsReadBack(t *testing.T) {
	e, _ := engine.Lookup("redis")
	r := rand.New(rand.NewPCG(9, 10))
	judged := 0
	for range 5000 {
		password := randomText(r)
		if ok, _ := e.Insertable("password", password); !ok || strings.ContainsAny(password, "%\"<>[]\\^`{|} ") || strings.ContainsFunc(password, func(c rune) bool { return c < 33 || c > 126 }) {
			continue
		}
		judged++
		u, err := url.Parse("redis://u:" + password + "@host:6379/0")
		require.NoError(t, err, "%q", password)
		got, _ := u.User.Password()
		assert.Equal(t, password, got)
		assert.Equal(t, "host:6379", u.Host)
	}
	assert.NotZero(t, judged)
}

// FuzzReadURLs: no text makes it fail or read outside of it, and no fault shows a
// part of the text's user info.
func FuzzReadURLs(f *testing.F) {
	for _, text := range []string{
		"postgresql://u:p@ss/w@h:5432/d?sslmode=disabled", "jdbc:postgres://h/d", "mongodb+srv://u:p@h:1,b/x", "redis://:\x00@h", "'amqp://a:b#c@d'",
		"a://b://c://", "postgres//x", "nats://a,nats://b:c@d", "mysql://u:%@[::1]:99999/", "postgresql://\ue000:\ue001@h", "://", "redis://", "r2dbc:pool:mysql://h",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, u := range engine.ReadURLs(text) {
			if u.Start < 0 || u.End > len(text) || u.UserStart > u.UserEnd || u.UserEnd > u.End {
				t.Fatalf("%+v", u)
			}
			u.JudgeParameters()
			u.UserInfo(text)
			_, password, _ := strings.Cut(text[u.UserStart:u.UserEnd], ":")
			for _, fault := range u.Faults {
				if len(password) > 12 && strings.Contains(fault.Text+fault.Help+fault.Suggestion, password) {
					t.Fatalf("%q: %+v", text, fault)
				}
			}
		}
		engine.JudgeWhole("X", text)
	})
}
