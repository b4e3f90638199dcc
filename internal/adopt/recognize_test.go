package adopt

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// servers are Services with what is behind them, by name: image and port.
var servers = [][3]string{
	{"postgres", "postgres:16", "5432"}, {"mysql", "mysql:8", "3306"}, {"redis", "redis:7", "6379"}, {"mongo", "mongo:8", "27017"},
	{"rabbitmq", "rabbitmq:4", "5672"}, {"kafka", "apache/kafka:3.9.0", "9092"}, {"mssql", "mcr.microsoft.com/mssql/server:2022-latest", "1433"},
	{"nats", "nats:2", "4222"}, {"search", "elasticsearch:8.15.0", "9200"}, {"api", "example.com/api:1", "80"}, {"orders", "example.com/orders:1", "8080"},
	{"cache", "memcached:1", "11211"},
}

func build(t *testing.T, env string) *inventory.Inventory {
	t.Helper()
	text := `apiVersion: v1
kind: Secret
metadata: {name: db, namespace: shop}
stringData: {username: app, password: throw-away-1}
`
	for _, s := range servers {
		text += fmt.Sprintf(`---
apiVersion: v1
kind: Service
metadata: {name: %[1]s, namespace: shop}
spec: {selector: {app: %[1]s}, ports: [{port: %[3]s}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: %[1]s, namespace: shop}
spec: {selector: {matchLabels: {app: %[1]s}}, template: {metadata: {labels: {app: %[1]s}}, spec: {containers: [{name: %[1]s, image: "%[2]s"}]}}}
`, s[0], s[1], s[2])
	}
	text += "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app, namespace: shop}\nspec: {selector: {matchLabels: {app: app}}, template: {metadata: {labels: {app: app}}, spec: {containers: [{name: app, image: x, env: [" + env + "]}]}}}\n"
	inv := &inventory.Inventory{}
	dec := yaml.NewDecoder(strings.NewReader(text))
	for {
		var n yaml.Node
		if dec.Decode(&n) != nil {
			break
		}
		inv.Add(yamlnode.Resolve(&n), inventory.Source{})
	}
	reference.Produce(inv)
	return inv
}

// TestRecognize: how an address is written, and what the connection says of it.
func TestRecognize(t *testing.T) {
	const user = "{name: U, valueFrom: {secretKeyRef: {name: db, key: username}}}, {name: P, valueFrom: {secretKeyRef: {name: db, key: password}}}, "
	for _, c := range []struct{ env, want string }{
		{"{name: DATABASE_URL, value: 'postgresql://postgres:5432/shop'}", "postgres postgresql shop DATABASE_URL=url"},
		{user + "{name: DATABASE_URL, value: 'postgresql://$(U):$(P)@postgres:5432/shop'}", "postgres postgresql shop db/username/password DATABASE_URL=url"},
		{user + "{name: DATABASE_URL, value: 'postgresql+asyncpg://$(U):$(P)@postgres:5432/shop'}", "postgres postgresql shop db/username/password DATABASE_URL=url+asyncpg"},
		{user + "{name: DATABASE_URL, value: 'postgres://$(U):$(P)@postgres.shop:5432/shop'}", "postgres postgresql shop db/username/password DATABASE_URL=postgres://{{ .Username | userinfo }}:{{ .Password | userinfo }}@{{ .HostPort }}/{{ .Database }}"},
		{"{name: DATABASE_URL, value: 'postgresql://app:throw-away-1@postgres.shop.svc.cluster.local/shop'}", "postgres postgresql shop db/username/password DATABASE_URL=url"},
		{"{name: DATABASE_URL, value: 'postgresql://other:throw-away-1@postgres:5432/shop'}", "postgres postgresql shop db//password+other DATABASE_URL=url"},
		{"{name: DATABASE_URL, value: 'postgresql://app:unknown-throw-away@postgres:5432/shop'}", "left DATABASE_URL"},
		{"{name: SPRING_DATASOURCE_URL, value: 'jdbc:postgresql://postgres:5432/shop'}, {name: SPRING_DATASOURCE_USERNAME, valueFrom: {secretKeyRef: {name: db, key: username}}}, {name: SPRING_DATASOURCE_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}",
			"postgres postgresql shop db/username/password SPRING_DATASOURCE_PASSWORD=password SPRING_DATASOURCE_URL=jdbc SPRING_DATASOURCE_USERNAME=username"},
		{"{name: SPRING_DATASOURCE_URL, value: 'jdbc:mysql://mysql:3306/shop?useSSL=false'}", "mysql mysql shop useSSL=false SPRING_DATASOURCE_URL=jdbc"},
		{"{name: spring.datasource.url, value: 'jdbc:mysql://mysql/shop'}", "mysql mysql shop spring.datasource.url=jdbc"},
		{"{name: JDBC, value: 'jdbc:sqlserver://mssql:1433;databaseName=shop'}", "mssql sqlserver shop JDBC=jdbc"},
		{user + "{name: DSN, value: '$(U):$(P)@tcp(mysql:3306)/shop'}", "mysql mysql shop db/username/password DSN=go"},
		{"{name: REDIS_URL, value: 'redis://redis:6379/1'}", "redis redis 1 REDIS_URL=url"},
		{"{name: REDIS_URL, value: 'redis://redis'}", "redis redis REDIS_URL=url"},
		{"{name: REDIS_URL, value: 'redis://:throw-away-1@redis:6379'}", "redis redis db//password REDIS_URL=url"},
		{"{name: REDIS_ADDR, value: 'redis:6379'}", "redis redis REDIS_ADDR=hostport"},
		{"{name: redisHost, value: redis}, {name: redisPort, value: '6379'}", "redis redis redisHost=host redisPort=port"},
		{"{name: DB_HOST, value: mysql}, {name: DB_PORT, value: '3306'}, {name: DB_NAME, value: shop}, {name: DB_USER, value: app}, {name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}",
			"mysql mysql shop db//password+app DB_HOST=host DB_NAME=database DB_PASSWORD=password DB_PORT=port DB_USER=username"},
		{"{name: PGHOST, value: postgres}, {name: PGPORT, value: '5432'}, {name: PGDATABASE, value: shop}, {name: PGUSER, valueFrom: {secretKeyRef: {name: db, key: username}}}, {name: PGPASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}",
			"postgres postgresql shop db/username/password PGDATABASE=database PGHOST=host PGPASSWORD=password PGPORT=port PGUSER=username"},
		{"{name: MONGODB_URI, value: 'mongodb://mongo:27017/shop'}", "mongo mongodb shop MONGODB_URI=url"},
		{"{name: MONGO_URL, value: 'mongodb://app:throw-away-1@mongo:27017/shop?authSource=admin&retryWrites=true'}", "mongo mongodb shop authSource=admin retryWrites=true db/username/password MONGO_URL=url"},
		{"{name: AMQP_URL, value: 'amqp://app:throw-away-1@rabbitmq:5672'}", "rabbitmq rabbitmq db/username/password AMQP_URL=url"},
		{"{name: RABBITMQ_HOST, value: rabbitmq}, {name: RABBITMQ_PORT, value: '5672'}", "rabbitmq rabbitmq RABBITMQ_HOST=host RABBITMQ_PORT=port"},
		{"{name: KAFKA_BOOTSTRAP_SERVERS, value: 'kafka:9092'}", "kafka kafka KAFKA_BOOTSTRAP_SERVERS=hostport"},
		{"{name: NATS_URL, value: 'nats://nats:4222'}", "nats nats NATS_URL=url"},
		{"{name: ELASTICSEARCH_URL, value: 'http://search:9200'}", "search elasticsearch ELASTICSEARCH_URL=url"},
		{"{name: MEMCACHED, value: 'cache:11211'}", "cache memcached MEMCACHED=hostport"},
		{"{name: API_URL, value: 'http://api'}", "api http API_URL=url"},
		{"{name: ORDERS_URL, value: 'http://orders:8080/v1/'}", "orders http ORDERS_URL=http://{{ .HostPort }}/v1/"},
		{"{name: ORDERS_ADDR, value: 'orders:8080'}", "orders tcp ORDERS_ADDR=hostport"},
		{"{name: CONNECTION, value: 'Host=postgres;Port=5432;Database=shop'}", "postgres postgresql shop CONNECTION=ado"},
		{"{name: DATABASE_URL, value: 'postgresql://db.example.com:5432/shop'}", ""},
		{"{name: DATABASE_URL, value: 'postgresql://localhost:5432/shop'}", ""},
		{"{name: DATABASE_URL, value: 'postgresql://postgres.other:5432/shop'}", ""},
		{"{name: TEXT, value: 'the api is at http://api and http://orders'}", ""},
		{"{name: TEXT, value: 'the api is at http://api'}", ""},
		{"{name: API_URL, value: 'https://api'}", "api http API_URL=url"},
		{"{name: DB, value: 'host=postgres port=5432 dbname=shop sslmode=disable'}", "postgres postgresql shop DB=libpq"},
		{"{name: GREETING, value: redis}", ""},
		{"{name: URL, value: 'http://api/{{ path }}'}", ""},
		{"{name: MYSQL_URL, value: 'jdbc:mysql://mysql:3306/shop?user=app&password=throw-away-1'}", "left MYSQL_URL"},
	} {
		found, left := recognize(build(t, c.env))
		var got []string
		for _, f := range found {
			conf := f.config(build(t, c.env))
			words := []string{conf.Service.Name, conf.Engine}
			if conf.Database != "" {
				words = append(words, conf.Database)
			}
			for _, k := range []string{"useSSL", "authSource", "retryWrites"} {
				if v, ok := conf.Parameters[k]; ok {
					words = append(words, k+"="+v)
				}
			}
			if cr := conf.Credentials; cr != nil {
				word := cr.Secret + "/" + cr.UsernameKey + "/" + cr.PasswordKey
				if cr.Username != "" {
					word += "+" + cr.Username
				}
				words = append(words, word)
			}
			require.Len(t, conf.Into, 1)
			var variables []string
			for k, v := range conf.Into[0].Variables {
				variables = append(variables, k+"="+v)
			}
			slices.Sort(variables)
			got = append(got, strings.Join(append(words, variables...), " "))
		}
		for _, l := range left {
			got = append(got, "left "+l.Variable)
		}
		assert.Equal(t, c.want, strings.Join(got, "; "), c.env)
	}
}
