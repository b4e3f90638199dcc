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
					require.Empty(t, engine.JudgeWhole("DATABASE_URL", text, nil), text)
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

// TestListsThatAreWrittenAreRight: the same for lists of keywords, Go's data
// source names and JAAS.
func TestListsThatAreWrittenAreRight(t *testing.T) {
	for _, row := range []struct{ engine, format, parameter, value string }{
		{"postgresql", "libpq", "sslmode", "prefer"}, {"postgresql", "ado", "Search Path", "public"}, {"postgresql", "odbc", "Driver", "PostgreSQL Unicode"},
		{"mysql", "ado", "AllowUserVariables", "true"}, {"mysql", "odbc", "Driver", "MySQL ODBC 8.0 Unicode Driver"}, {"mysql", "go", "parseTime", "true"},
		{"sqlserver", "ado", "MultipleActiveResultSets", "true"}, {"sqlserver", "odbc", "Driver", "ODBC Driver 18 for SQL Server"},
		{"sqlserver", "jdbc", "", ""}, {"redis", "stackexchange", "abortConnect", "false"}, {"kafka", "jaas", "", ""}, {"kafka", "jaas-scram", "", ""},
	} {
		t.Run(row.engine+"/"+row.format, func(t *testing.T) {
			e, _ := engine.Lookup(row.engine)
			carries, err := e.Carries(row.format)
			require.NoError(t, err)
			r := rand.New(rand.NewPCG(7, 8))
			judged := 0
			for range 2000 {
				a := project(randomAddress(r, false), carries|engine.Hosts|engine.Ports)
				adapt(e, &a)
				a.Parameters, a.TLS = nil, false
				if row.parameter != "" {
					a.Parameters = map[string]string{row.parameter: row.value}
				}
				if carries&engine.Hosts != 0 && strings.Contains(a.Hosts[0].Host, ":") && row.format != "go" {
					continue // IPv6
				}
				v, err := e.Format(row.format, a)
				if err != nil {
					continue
				}
				text := v.String()
				if strings.ContainsFunc(text, func(c rune) bool { return c >= 0xE000 && c < 0xF900 }) || engine.HasPlaceholder(text) || row.format == "go" && strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || strings.ContainsRune("\"'`<", c) }) || (row.format == "stackexchange" || row.format == "jdbc") && strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || strings.ContainsRune("\"'`<", c) }) {
					continue
				}
				found := engine.ReadTyped("SASL_JAAS_CONFIG", text, true)
				if row.format == "jaas" || row.format == "jaas-scram" || a.Username != nil || a.Database != "" && row.format != "go" || row.format == "jdbc" {
					require.NotEmpty(t, found, text)
				}
				if len(found) == 0 || found[0].Start != 0 {
					continue // a password that looks like one
				}
				judged++
				found[0].JudgeParameters()
				require.Empty(t, found[0].Faults, text)
				if carries&engine.Hosts != 0 && row.format != "jaas" {
					require.Equal(t, a.Hosts[0].Host, found[0].Hosts[0].Host, text)
				}
				if a.Database != "" && row.format != "stackexchange" {
					require.Equal(t, a.Database, found[0].Database, text)
				}
				if user, password, ok := found[0].UserInfo(text); ok && a.Password != nil {
					want, _ := a.Password.Value()
					require.Equal(t, want, password, text)
					if a.Username != nil {
						want, _ = a.Username.Value()
						require.Equal(t, want, user, text)
					}
				}
			}
			require.Greater(t, judged, 100)
		})
	}
}

// TestInsertedInListsIsReadBack: a password that is inserted as it is, and found
// sound, is read back by what reads the format.
func TestInsertedInListsIsReadBack(t *testing.T) {
	for _, row := range [][2]string{{"postgresql", "libpq"}, {"postgresql", "odbc"}, {"sqlserver", "ado"}, {"kafka", "jaas"}} {
		e, _ := engine.Lookup(row[0])
		mark := engine.Reference(0)
		a := engine.Address{Hosts: []engine.HostPort{{Host: "h", Port: 1433}}, Username: engine.Literal("u"), Password: engine.Literal(mark), Database: "d"}
		if row[1] == "odbc" {
			a.Parameters = map[string]string{"Driver": "PostgreSQL"}
		}
		if row[1] == "kafka" {
			a.Database = ""
		}
		v, err := e.Format(row[1], a)
		if row[0] == "kafka" {
			a.Database = ""
			v, err = e.Format(row[1], a)
		}
		require.NoError(t, err)
		text := v.String()
		found := engine.ReadTyped("SASL_JAAS_CONFIG", text, true)
		require.NotEmpty(t, found, text)
		r := rand.New(rand.NewPCG(11, 12))
		judged, refused := 0, 0
		for range 3000 {
			password := randomText(r)
			part, ok, _ := found[0].Inserted(strings.Index(text, mark), password)
			require.Equal(t, "password", part, text)
			if !ok || strings.ContainsRune(password, 0) {
				refused++
				continue
			}
			judged++
			back, err := e.Parse(row[1], strings.Replace(text, mark, password, 1))
			require.NoError(t, err)
			got, _ := back.Password.Value()
			require.Equal(t, password, got, row)
		}
		require.NotZero(t, judged)
		require.NotZero(t, refused)
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

// FuzzReadTyped: no text makes it fail or read outside of it, and no fault shows a
// part of the text's user info.
func FuzzReadTyped(f *testing.F) {
	for _, text := range []string{
		"postgresql://u:p@ss/w@h:5432/d?sslmode=disabled", "jdbc:postgres://h/d", "mongodb+srv://u:p@h:1,b/x", "redis://:\x00@h", "'amqp://a:b#c@d'",
		"a://b://c://", "postgres//x", "nats://a,nats://b:c@d", "mysql://u:%@[::1]:99999/", "postgresql://\ue000:\ue001@h", "://", "redis://", "r2dbc:pool:mysql://h",
		"host=h user=u password='a\\'b' dbname=d sslmode=disabled", "Server=tcp:h,1433;Database=d;User ID=sa;Password=\"a;b\"", "Driver={SQL Server};Server=h:1433;UID=u;PWD={a}}b}",
		"u:p@tcp(h:3306)/d?timeout=1", "h:6379,password=p,ssl=maybe", "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=1;",
		"jdbc:sqlserver://h:1433/d;user=u;password={p}", "x=\"Server=h;Database=d;Password=a\\\"b\"",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, u := range engine.ReadTyped("DB_DSN", text, len(text)%2 == 0) {
			if u.Start < 0 || u.End > len(text) || u.UserStart > u.UserEnd || u.UserEnd > u.End {
				t.Fatalf("%+v", u)
			}
			u.JudgeParameters()
			u.UserInfo(text)
			_, password, _ := strings.Cut(text[u.UserStart:u.UserEnd], ":")
			if _, pw, ok := u.UserInfo(text); ok {
				password = pw
			}
			for _, fault := range u.Faults {
				if len(password) > 12 && strings.Contains(fault.Text+fault.Help+fault.Suggestion, password) {
					t.Fatalf("%q: %+v", text, fault)
				}
			}
		}
		engine.JudgeWhole("X", text, nil)
	})
}

// TestNearestIsSuggested: of several names that a slip may be for, the closest.
func TestNearestIsSuggested(t *testing.T) {
	for text, want := range map[string]string{
		"host=db user=app dbname=shop ssl_mn_protocol_version=TLSv1.2": "ssl_min_protocol_version",
		"host=db user=app dbname=shop sslmode=require sslcr=/crl.pem":  "sslcrl",
		"Server=db;Port=3306;User ID=app;MiimumPoolSize=2":             "minimumpoolsize",
		"mongodb://db:27017/shop?readPreference=primaryPrefered":       "primaryPreferred",
		"postgres://db:5432/shop?sslmode=verify-ful":                   "verify-full",
		"postgres://db:5432/shop?sslmode=REQUIRE":                      "require",
	} {
		found := engine.ReadTyped("DSN", text, true)
		require.Len(t, found, 1, text)
		found[0].JudgeParameters()
		require.Len(t, found[0].Faults, 1, text)
		require.Equal(t, want, found[0].Faults[0].Suggestion, text)
	}
}
