package engine_test

import (
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/quick"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
)

// project is what a format can hand back of an address.
func project(a engine.Address, carries engine.Parts) engine.Address {
	var p engine.Address
	if carries&(engine.Hosts|engine.Ports) != 0 {
		for _, h := range a.Hosts {
			if carries&engine.Hosts == 0 {
				h.Host = ""
			}
			if carries&engine.Ports == 0 {
				h.Port = 0
			}
			p.Hosts = append(p.Hosts, h)
		}
	}
	if carries&engine.Username != 0 {
		p.Username = a.Username
	}
	if carries&engine.Password != 0 {
		p.Password = a.Password
	}
	if carries&engine.Database != 0 {
		p.Database = a.Database
	}
	if carries&engine.Parameters != 0 && len(a.Parameters) > 0 {
		p.Parameters = maps.Clone(a.Parameters)
	}
	if carries&engine.TLS != 0 {
		p.TLS = a.TLS
	}
	return p
}

var seeds = []string{
	"p@ss/w:rd%#? é", "", "postgres", "a b", "a+b", "100%41", `back\slash'"quote`, "{{ .x }}", "}{", "$(HOME) $$ $",
	"semi;colon,comma=eq", "\t\n\r", "日本語", "\xff\xfe", " lead", "trail ", "%", "[::1]", "a&b?c#d", "'", `"`, "}}", "{", "`",
}

func randomText(r *rand.Rand) string {
	if r.IntN(3) == 0 {
		return seeds[r.IntN(len(seeds))]
	}
	var b strings.Builder
	for range r.IntN(12) {
		switch r.IntN(4) {
		case 0:
			b.WriteByte(" !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"[r.IntN(33)])
		case 1:
			b.WriteRune(rune(1 + r.IntN(0x2fff)))
		default:
			b.WriteByte(byte('!' + r.IntN(94)))
		}
	}
	return b.String()
}

func randomAddress(r *rand.Rand, many bool) engine.Address {
	hosts := []string{"localhost", "postgres-service.postgresql-prod.svc.cluster.local", "10.0.0.7", "2001:db8::1", "db.x9.eu-west-1.rds.amazonaws.com", "a"}
	var a engine.Address
	n := 1
	if many {
		n += r.IntN(3)
	}
	port := 1 + r.IntN(65535)
	for range n {
		a.Hosts = append(a.Hosts, engine.HostPort{Host: hosts[r.IntN(len(hosts))], Port: port})
	}
	if r.IntN(4) > 0 {
		if text := randomText(r); text != "" {
			a.Username = engine.Literal(text)
		}
		a.Password = engine.Literal(randomText(r))
	}
	a.Database = randomText(r)
	for range r.IntN(3) {
		if a.Parameters == nil {
			a.Parameters = map[string]string{}
		}
		a.Parameters["p"+string(rune('a'+r.IntN(26)))] = randomText(r)
	}
	a.TLS = r.IntN(3) == 0
	return a
}

// TestRoundTrip is the property that everything else rests on: what a format
// writes can be read back, whatever the strings are.
func TestRoundTrip(t *testing.T) {
	for _, e := range engine.All() {
		for _, format := range e.FormatNames() {
			t.Run(e.Name+"/"+format, func(t *testing.T) {
				carries, err := e.Carries(format)
				require.NoError(t, err)
				r := rand.New(rand.NewPCG(1, 2))
				written := 0
				for range 1000 {
					a := project(randomAddress(r, r.IntN(2) == 0), carries|engine.Hosts|engine.Ports)
					adapt(e, &a)
					v, err := e.Format(format, a)
					if err != nil {
						continue
					}
					written++
					back, err := e.Parse(format, v.String())
					require.NoError(t, err, "%s", v)
					if format == "port" { // one number stands for all hosts
						a.Hosts = a.Hosts[:1]
					}
					require.Equal(t, project(a, carries), back, "%s", v)
				}
				assert.Greater(t, written, 100, "the property was hardly tested")
			})
		}
	}
}

// adapt makes an address one that the engine can have.
func adapt(e *engine.Engine, a *engine.Address) {
	switch e.Name {
	case "redis", "redis-sentinel":
		a.Database = []string{"", "0", "15"}[len(a.Database)%3]
	case "http", "elasticsearch", "etcd": // a path begins with a slash
		if a.Database != "" {
			a.Database = "/" + a.Database
		}
	}
	if slices.Contains([]string{"kafka", "nats", "grpc", "tcp", "smtp", "mqtt"}, e.Name) {
		a.Database = ""
	}
	if e.Name == "grpc" || e.Name == "kafka" {
		a.Parameters = nil
	}
}

func FuzzRoundTrip(f *testing.F) {
	for i, s := range seeds {
		f.Add(i, s, seeds[(i+7)%len(seeds)], s, s, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, choice int, user, password, database, value string, tls bool) {
		all := engine.All()
		e := all[uint(choice)%uint(len(all))]
		for _, format := range e.FormatNames() {
			carries, err := e.Carries(format)
			require.NoError(t, err)
			a := engine.Address{
				Hosts:    []engine.HostPort{{Host: "db.example.com", Port: 1234}},
				Password: engine.Literal(password), Database: database, TLS: tls,
				Parameters: map[string]string{"option": value},
			}
			if user != "" {
				a.Username = engine.Literal(user)
			}
			a = project(a, carries|engine.Hosts|engine.Ports)
			adapt(e, &a)
			v, err := e.Format(format, a)
			if err != nil {
				continue
			}
			back, err := e.Parse(format, v.String())
			require.NoError(t, err)
			require.Equal(t, project(a, carries), back)
		}
	})
}

// FuzzParse: hostile text is an error, not a panic, and what can be read
// reads the same after it is written again.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"postgresql://u:p@h:1/d?a=b", "jdbc:postgresql://h/d", "host=a port=1 user='u'", "u:p@tcp(h:1)/d?x=y", "redis://:p@h/0",
		"a=b", "=", "://", "http://[::1", "mongodb://a,b,c/?x", "{", "Server=tcp:h,1;PWD={a}}b}", "%", "nats://a,nats://b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, e := range engine.All() {
			for _, format := range e.FormatNames() {
				a, err := e.Parse(format, text)
				if err != nil || len(a.Hosts) == 0 {
					continue
				}
				v, err := e.Format(format, a)
				if err != nil {
					continue
				}
				again, err := e.Parse(format, v.String())
				require.NoError(t, err)
				require.Equal(t, a, again)
			}
		}
	})
}

// TestUserInfoIsThatOfNetURL: user info is encoded exactly as url.UserPassword.
func TestUserInfoIsThatOfNetURL(t *testing.T) {
	e, _ := engine.Lookup("postgres")
	check := func(user, password string) bool {
		user, password = strings.ReplaceAll("u"+user, "\x00", ""), strings.ReplaceAll(password, "\x00", "")
		v, err := e.Format("url", engine.Address{
			Hosts:    []engine.HostPort{{Host: "h", Port: 1}},
			Username: engine.Literal(user), Password: engine.Literal(password),
		})
		want := url.URL{Scheme: "postgresql", User: url.UserPassword(user, password), Host: "h:1"}
		return assert.NoError(t, err) && assert.Equal(t, want.String(), v.String())
	}
	require.NoError(t, quick.Check(check, nil))
	for _, s := range seeds {
		check(s, s)
	}
}
