package databases

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/microsoft/go-mssqldb/msdsn"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"

	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
)

// parsed is what a driver understood.
type parsed struct{ host, username, password, database string }

// drivers are the Go drivers of the engines, and how each reads a format.
var drivers = []struct {
	engine, format string
	database       string
	parse          func(text string) (parsed, error)
}{
	{"postgresql", "url", "we/alist %", parsePgx},
	{"postgresql", "libpq", `we'al\ist`, parsePgx},
	{"mysql", "go", "we/alist %?", parseMySQL},
	{"mariadb", "go", "wealist", parseMySQL},
	{"mysql", "url", "wealist", parseURL},
	{"mongodb", "url", "boards", parseMongo},
	{"redis", "url", "3", parseRedis},
	{"rabbitmq", "url", "/v host", parseAMQP},
	{"clickhouse", "url", "events", parseClickHouse},
	{"clickhouse-http", "url", "", parseURL},
	{"elasticsearch", "url", "", parseURL},
	{"sqlserver", "url", "boards", parseSQLServer},
}

// TestDriversReadTheParts: every engine's usual driver takes the address
// apart into what it was made of, whatever the password.
func TestDriversReadTheParts(t *testing.T) {
	for _, d := range drivers {
		t.Run(d.engine+"/"+d.format, func(t *testing.T) {
			e, ok := engine.Lookup(d.engine)
			require.True(t, ok)
			for i, password := range append(hardPasswords, generated(300)...) {
				want := parsed{host: "db.example.com:1234", username: "us@er name", password: password, database: d.database}
				v, err := e.Format(d.format, engine.Address{
					Hosts:    []engine.HostPort{{Host: "db.example.com", Port: 1234}},
					Username: engine.Literal(want.username), Password: engine.Literal(password), Database: d.database,
				})
				require.NoError(t, err)
				got, err := d.parse(v.String())
				require.NoError(t, err, "%s in %s", hidden(i, password), v)
				require.Equal(t, want, got, v)
			}
		})
	}
}

func parsePgx(text string) (parsed, error) {
	c, err := pgx.ParseConfig(text)
	if err != nil {
		return parsed{}, err
	}
	return parsed{fmt.Sprintf("%s:%d", c.Host, c.Port), c.User, c.Password, c.Database}, nil
}

func parseMySQL(text string) (parsed, error) {
	c, err := mysql.ParseDSN(text)
	if err != nil {
		return parsed{}, err
	}
	return parsed{c.Addr, c.User, c.Passwd, c.DBName}, nil
}

func parseURL(text string) (parsed, error) {
	u, err := url.Parse(text)
	if err != nil {
		return parsed{}, err
	}
	password, _ := u.User.Password()
	return parsed{u.Host, u.User.Username(), password, strings.TrimPrefix(u.Path, "/")}, nil
}

func parseMongo(text string) (parsed, error) {
	c, err := connstring.ParseAndValidate(text)
	if err != nil {
		return parsed{}, err
	}
	return parsed{strings.Join(c.Hosts, ","), c.Username, c.Password, c.Database}, nil
}

func parseRedis(text string) (parsed, error) {
	c, err := redis.ParseURL(text)
	if err != nil {
		return parsed{}, err
	}
	return parsed{c.Addr, c.Username, c.Password, fmt.Sprint(c.DB)}, nil
}

func parseAMQP(text string) (parsed, error) {
	c, err := amqp.ParseURI(text)
	if err != nil {
		return parsed{}, err
	}
	return parsed{fmt.Sprintf("%s:%d", c.Host, c.Port), c.Username, c.Password, c.Vhost}, nil
}

func parseClickHouse(text string) (parsed, error) {
	c, err := clickhouse.ParseDSN(text)
	if err != nil {
		return parsed{}, err
	}
	return parsed{c.Addr[0], c.Auth.Username, c.Auth.Password, c.Auth.Database}, nil
}

func parseSQLServer(text string) (parsed, error) {
	c, err := msdsn.Parse(text)
	if err != nil {
		return parsed{}, err
	}
	return parsed{fmt.Sprintf("%s:%d", c.Host, c.Port), c.User, c.Password, c.Database}, nil
}

// threeHosts is an address of a cluster.
func threeHosts(t *testing.T, name, format string) string {
	e, _ := engine.Lookup(name)
	a := engine.Address{}
	for i := range 3 {
		a.Hosts = append(a.Hosts, engine.HostPort{Host: fmt.Sprintf("pod-%d.headless.ns.svc.cluster.local", i), Port: 4567})
	}
	v, err := e.Format(format, a)
	require.NoError(t, err)
	return v.String()
}

// TestDriversReadSeveralHosts: lists of brokers and replica sets.
func TestDriversReadSeveralHosts(t *testing.T) {
	mongo, err := connstring.ParseAndValidate(threeHosts(t, "mongodb", "url"))
	require.NoError(t, err)
	assert.Len(t, mongo.Hosts, 3)

	pg, err := pgx.ParseConfig(threeHosts(t, "postgresql", "url"))
	require.NoError(t, err)
	assert.Len(t, pg.Fallbacks, 5, "each host with TLS and without, but for the first of all")

	seeds := strings.Split(threeHosts(t, "kafka", "hostport"), ",")
	kafka, err := kgo.NewClient(kgo.SeedBrokers(seeds...))
	require.NoError(t, err)
	defer kafka.Close()
	assert.Equal(t, seeds, kafka.OptValue(kgo.SeedBrokers))
	assert.Len(t, seeds, 3)
}

// TestSQLServerPairs: go-mssqldb reads ODBC's braces and ADO.NET's quotes. It
// knows the credentials' long names only.
func TestSQLServerPairs(t *testing.T) {
	e, _ := engine.Lookup("sqlserver")
	long := strings.NewReplacer("UID=", "user id=", "PWD=", "password=")
	for format, prefix := range map[string]string{"odbc": "odbc:", "ado": ""} {
		for i, password := range append(hardPasswords, generated(300)...) {
			v, err := e.Format(format, engine.Address{
				Hosts:    []engine.HostPort{{Host: "db.example.com", Port: 1234}},
				Username: engine.Literal("sa"), Password: engine.Literal(password),
			})
			require.NoError(t, err)
			c, err := msdsn.Parse(prefix + long.Replace(v.String()))
			require.NoError(t, err, "%s %s", format, hidden(i, password))
			require.Equal(t, "sa", c.User)
			require.Equal(t, password, c.Password, v)
			if format == "ado" { // with odbc: it does not know tcp:host,port
				require.Equal(t, "db.example.com", c.Host)
				require.EqualValues(t, 1234, c.Port)
			}
		}
	}
}

// TestNATS logs in to a real server, which is a Go library.
func TestNATS(t *testing.T) {
	const passwords = 100
	opts := &server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true}
	for i, p := range append(hardPasswords, generated(passwords)...) {
		opts.Users = append(opts.Users, &server.User{Username: fmt.Sprintf("user %d", i), Password: p})
	}
	srv, err := server.NewServer(opts)
	require.NoError(t, err)
	srv.Start()
	defer srv.Shutdown()
	require.True(t, srv.ReadyForConnections(10e9))
	port := srv.Addr().String()
	port = port[strings.LastIndexByte(port, ':')+1:]

	e, _ := engine.Lookup("nats")
	for _, u := range opts.Users {
		if strings.HasPrefix(u.Password, "$2") { // would be taken for a bcrypt hash
			continue
		}
		var number int
		_, _ = fmt.Sscan(port, &number)
		v, err := e.Format("url", engine.Address{
			Hosts:    []engine.HostPort{{Host: "127.0.0.1", Port: number}, {Host: "localhost", Port: number}},
			Username: engine.Literal(u.Username), Password: engine.Literal(u.Password),
		})
		require.NoError(t, err)
		c, err := nats.Connect(v.String())
		require.NoError(t, err, "%s", v)
		c.Close()
	}
}
