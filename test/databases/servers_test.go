package databases

import (
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// socket returns what run.sh says of a server.
func socket(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Skip("needs servers: make e2e-databases")
	}
	return path
}

// trial is one password in one way of delivering it.
type trial struct {
	as, password string
}

// trials are all ways with all passwords they can carry.
func trials(n int) []trial {
	var list []trial
	for _, p := range append(append([]string{}, hardPasswords...), generated(n)...) {
		list = append(list, trial{"secret", p}, trial{"externalSecret", p})
	}
	for _, p := range safePasswords {
		list = append(list, trial{"variable", p})
	}
	return list
}

func TestPostgreSQL(t *testing.T) {
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, fmt.Sprintf("host=%s port=25432 user=postgres dbname=postgres", socket(t, "DATABASES_POSTGRES_SOCKET")))
	require.NoError(t, err)
	defer admin.Close(ctx)
	const database, user = "we/alist 100%", "wealist user"
	for _, statement := range []string{
		"create role " + pgx.Identifier{user}.Sanitize() + " login",
		"create database " + pgx.Identifier{database}.Sanitize(),
	} {
		_, err := admin.Exec(ctx, statement)
		require.NoError(t, err)
	}
	last := ""
	for i, try := range trials(200) {
		name := user
		if try.as == "variable" { // a user name with a blank is not safe
			name = "postgres"
		}
		if last != name+try.password {
			quoted := strings.ReplaceAll(strings.ReplaceAll(try.password, `\`, `\\`), "'", "''")
			_, err := admin.Exec(ctx, "alter role "+pgx.Identifier{name}.Sanitize()+" password E'"+quoted+"'")
			require.NoError(t, err)
			last = name + try.password
		}
		env, err := build{
			engine: "postgres", port: 25432, username: name, password: try.password, database: database,
			as: try.as, parameters: map[string]string{"application_name": "it's a \\ test"},
			variables: map[string]string{"DATABASE_URL": "url", "DSN": "libpq"},
		}.environment()
		require.NoError(t, err)
		for _, variable := range []string{"DATABASE_URL", "DSN"} {
			c, err := pgx.Connect(ctx, env[variable])
			require.NoError(t, err, "%s as %s, %s", variable, try.as, hidden(i, try.password))
			var got, app string
			require.NoError(t, c.QueryRow(ctx, "select current_database(), current_setting('application_name')").Scan(&got, &app))
			require.Equal(t, database, got)
			require.Equal(t, `it's a \ test`, app)
			require.NoError(t, c.Close(ctx))

			if try.as == "variable" || try.as == "secret" && i < 2*len(hardPasswords) { // libpq itself
				out, err := exec.Command("psql", "-X", "-w", "-At", "-c", "select current_database()", env[variable]).CombinedOutput()
				require.NoError(t, err, "psql with %s as %s, %s: %s", variable, try.as, hidden(i, try.password), out)
				require.Equal(t, database, strings.TrimSpace(string(out)))
			}
		}
	}
}

// TestPostgreSQLFamily: PGHOST and its brothers, for programs that build
// their own connection.
func TestPostgreSQLFamily(t *testing.T) {
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, fmt.Sprintf("host=%s port=25432 user=postgres dbname=postgres", socket(t, "DATABASES_POSTGRES_SOCKET")))
	require.NoError(t, err)
	defer admin.Close(ctx)
	for i, password := range hardPasswords {
		quoted := strings.ReplaceAll(strings.ReplaceAll(password, `\`, `\\`), "'", "''")
		_, err := admin.Exec(ctx, "alter role postgres password E'"+quoted+"'")
		require.NoError(t, err)
		env, err := build{
			engine: "postgres", port: 25432, username: "postgres", password: password, database: "postgres", as: "variable",
			variables: map[string]string{"PGHOST": "host", "PGPORT": "port", "PGUSER": "username", "PGPASSWORD": "password", "PGDATABASE": "database"},
		}.environment()
		require.NoError(t, err)
		cmd := exec.Command("psql", "-X", "-w", "-At", "-c", "select 1")
		cmd.Env = os.Environ()
		for k, v := range env {
			cmd.Env = append(cmd.Env, k+"="+v)
		}
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s", hidden(i, password), out)
	}
}

func TestMariaDB(t *testing.T) {
	admin, err := sql.Open("mysql", fmt.Sprintf("root@unix(%s)/", socket(t, "DATABASES_MARIADB_SOCKET")))
	require.NoError(t, err)
	defer admin.Close()
	const user = "we@list/user"
	const database = "we/alist %"
	for _, statement := range []string{
		"create database `" + database + "`",
		"create user 'plainuser'@'%'", "grant all on *.* to 'plainuser'@'%'",
		"create user '" + user + "'@'%'", "grant all on *.* to '" + user + "'@'%'",
	} {
		_, err := admin.Exec(statement)
		require.NoError(t, err)
	}
	for i, try := range trials(200) {
		name := user
		if try.as == "variable" {
			name = "plainuser"
		}
		quoted := strings.ReplaceAll(strings.ReplaceAll(try.password, `\`, `\\`), "'", "''")
		_, err := admin.Exec("alter user '" + name + "'@'%' identified by '" + quoted + "'")
		require.NoError(t, err)
		env, err := build{
			engine: "mariadb", port: 23306, username: name, password: try.password, database: database, as: try.as,
			parameters: map[string]string{"charset": "utf8mb4"},
			variables:  map[string]string{"DSN": "go", "DATABASE_URL": "url"},
		}.environment()
		require.NoError(t, err)

		// What clients of URLs do: take it apart by RFC 3986.
		u, err := url.Parse(env["DATABASE_URL"])
		require.NoError(t, err)
		fromURL := mysql.NewConfig()
		fromURL.Net, fromURL.Addr, fromURL.User, fromURL.DBName = "tcp", u.Host, u.User.Username(), strings.TrimPrefix(u.Path, "/")
		fromURL.Passwd, _ = u.User.Password()
		fromDSN, err := mysql.ParseDSN(env["DSN"])
		require.NoError(t, err)
		for _, c := range []*mysql.Config{fromDSN, fromURL} {
			connector, err := mysql.NewConnector(c)
			require.NoError(t, err)
			db := sql.OpenDB(connector)
			var got string
			require.NoError(t, db.QueryRow("select database()").Scan(&got), "as %s, %s", try.as, hidden(i, try.password))
			require.Equal(t, database, got)
			require.NoError(t, db.Close())
		}
	}
}

func TestRedis(t *testing.T) {
	ctx := context.Background()
	admin := redis.NewClient(&redis.Options{Network: "unix", Addr: socket(t, "DATABASES_REDIS_SOCKET")})
	defer admin.Close()
	for i, try := range trials(200) {
		require.NoError(t, admin.Do(ctx, "ACL", "SETUSER", "wealist", "on", "resetpass", ">"+try.password, "+@all", "~*").Err())
		env, err := build{
			engine: "redis", port: 26379, username: "wealist", password: try.password, database: "3", as: try.as,
			variables: map[string]string{"REDIS_URL": "url"},
		}.environment()
		require.NoError(t, err)
		opts, err := redis.ParseURL(env["REDIS_URL"])
		require.NoError(t, err)
		require.Equal(t, 3, opts.DB)
		c := redis.NewClient(opts)
		require.NoError(t, c.Ping(ctx).Err(), "as %s, %s", try.as, hidden(i, try.password))
		require.NoError(t, c.Close())
		if i < 2*len(hardPasswords) {
			out, err := exec.Command("redis-cli", "--no-auth-warning", "-u", env["REDIS_URL"], "ping").CombinedOutput()
			require.NoError(t, err)
			require.Equal(t, "PONG", strings.TrimSpace(string(out)), "redis-cli as %s, %s", try.as, hidden(i, try.password))
		}
	}
}

// TestRedisPasswordOnly: requirepass, without a user name.
func TestRedisPasswordOnly(t *testing.T) {
	ctx := context.Background()
	admin := redis.NewClient(&redis.Options{Network: "unix", Addr: socket(t, "DATABASES_REDIS_SOCKET")})
	defer admin.Close()
	conn := admin.Conn()
	defer conn.Close()
	for i, password := range hardPasswords {
		require.NoError(t, conn.Do(ctx, "ACL", "SETUSER", "default", "resetpass", ">"+password).Err())
		env, err := build{
			engine: "redis", port: 26379, password: password, as: "secret", variables: map[string]string{"REDIS_URL": "url"},
		}.environment()
		require.NoError(t, err)
		opts, err := redis.ParseURL(env["REDIS_URL"])
		require.NoError(t, err)
		c := redis.NewClient(opts)
		require.NoError(t, c.Ping(ctx).Err(), hidden(i, password))
		require.NoError(t, c.Close())
	}
	require.NoError(t, conn.Do(ctx, "ACL", "SETUSER", "default", "nopass").Err())
}

func TestRabbitMQ(t *testing.T) {
	ctl := socket(t, "DATABASES_RABBITMQCTL")
	const vhost = "/we list%"
	list := trials(200)
	// rabbitmqctl takes a second to start: one call makes all users.
	var script strings.Builder
	fmt.Fprintf(&script, "V = base64:decode(<<\"%s\">>), rabbit_vhost:add(V, <<\"test\">>), ", base64.StdEncoding.EncodeToString([]byte(vhost)))
	script.WriteString("[begin P = base64:decode(B), rabbit_auth_backend_internal:add_user(U, P, <<\"test\">>), " +
		"rabbit_auth_backend_internal:set_permissions(U, V, <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"test\">>) end || {U, B} <- [")
	for i, try := range list {
		if i > 0 {
			script.WriteString(",")
		}
		fmt.Fprintf(&script, "{<<\"user%d\">>,<<\"%s\">>}", i, base64.StdEncoding.EncodeToString([]byte(try.password)))
	}
	script.WriteString("]], ok.")
	out, err := exec.Command(ctl, "eval", script.String()).CombinedOutput()
	require.NoError(t, err, string(out))
	for i, try := range list {
		env, err := build{
			engine: "rabbitmq", port: 25672, username: fmt.Sprintf("user%d", i), password: try.password, database: vhost,
			as: try.as, variables: map[string]string{"AMQP_URL": "url"},
		}.environment()
		require.NoError(t, err)
		c, err := amqp.Dial(env["AMQP_URL"])
		require.NoError(t, err, "as %s, %s", try.as, hidden(i, try.password))
		require.NoError(t, c.Close())
	}
}
