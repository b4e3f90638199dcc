package host_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/internal/host"
)

func brief(os []host.Occurrence) []string {
	out := []string{}
	for _, o := range os {
		text := o.Host
		if o.Port != 0 {
			text = fmt.Sprintf("%s:%d", o.Host, o.Port)
		}
		if o.Default {
			text += " (default)"
		}
		if o.Doubtful() {
			text += " (doubtful)"
		}
		out = append(out, text)
	}
	return out
}

// Values of one line: environment variables, arguments, keys of a ConfigMap.
func TestFindInValues(t *testing.T) {
	for _, test := range []struct {
		key, text string
		want      []string
	}{
		// URLs
		{"DATABASE_URL", "postgresql://app:pw@postgres-service.data.svc.cluster.local:5432/app?sslmode=disable", []string{"postgres-service.data.svc.cluster.local:5432"}},
		{"X", "http://frontend", []string{"frontend"}},
		{"X", "http://tide/", []string{"tide"}},
		{"X", "https://[fd00::1]:8443/x", []string{"fd00::1:8443"}},
		{"X", "thanos.data.svc.cluster.local.:9090", []string{"thanos.data.svc.cluster.local:9090"}},
		{"X", "http://query.data.svc.cluster.local.:9090/x", []string{"query.data.svc.cluster.local:9090"}},
		{"X", "jdbc:mysql://users-db:3306/users?useSSL=false", []string{"users-db:3306"}},
		{"X", "jdbc:sqlserver://mssql:1433;databaseName=app;user=sa", []string{"mssql:1433"}},
		{"X", "jdbc:oracle:thin:@oracle:1521:orcl", []string{"oracle:1521"}},
		{"X", "jdbc:oracle:thin:@//oracle:1521/orcl", []string{"oracle:1521"}},
		{"X", "mongodb://u:p@db-0.db:27017,db-1.db:27017/app?replicaSet=rs0", []string{"db-0.db:27017", "db-1.db:27017"}},
		{"X", "redis+sentinel://a:26379,b:26379/0", []string{"a:26379", "b:26379"}},
		{"X", "http://a:1,http://b:2", []string{"a:1", "b:2"}},
		{"X", "PLAINTEXT://kafka-0.kafka:9092,SSL_X://kafka-0.kafka:9093", []string{"kafka-0.kafka:9092", "kafka-0.kafka:9093"}},
		{"X", "PLAINTEXT://:9092,CONTROLLER://0.0.0.0:9093", []string{"0.0.0.0:9093"}},
		{"X", "k8s+rpc://git:3178?kind=sts", []string{"git:3178"}},
		{"X", "dns:///ledger.pay:50051", []string{"ledger.pay:50051"}},
		{"X", "dns+cache.metrics.svc:11211", []string{"cache.metrics.svc:11211"}},
		{"ADMIN_URI", "backoffice", []string{}},
		{"ADMIN_URI", "backoffice.shop", []string{"backoffice.shop"}},
		{"RULE_URL", "http://a:8080/v1/<{ready,alive,orders}>/<**>", []string{"a:8080"}},
		{"RULE_URL", "http://a/(ready,alive),http://b", []string{"a", "b"}},
		{"X", "http://a/x?next=http://b:8080/y", []string{"a", "b:8080"}},
		{"X", "tcp://cache:6379", []string{"cache:6379"}},
		{"X", "amqp://$(USER):$(PASSWORD)@rabbit:5672/%2f", []string{"rabbit:5672"}},
		{"X", "http://api:${PORT}/", []string{"api"}},
		// User info never survives, however it is written.
		{"X", "postgres://u:p%40ss@db/x", []string{"db"}},
		{"X", "postgres://u:p/w:rd@db:5432/x", []string{"db:5432"}},
		{"X", "postgres://u:p@ss/w?rd#@db:5432/x", []string{"db:5432"}},
		{"X", `postgres://app:{{ .Password | quote }}@db:5432/x`, []string{"db:5432"}},
		{"X", `postgres://app:{{ index . "pass word" }}@db/x?sslmode=disable`, []string{"db"}},
		{"X", `mongodb://{{ .User }}:{{ .Password }}@mongo-0.mongo:27017,mongo-1.mongo:27017/x`, []string{"mongo-0.mongo:27017", "mongo-1.mongo:27017"}},
		{"X", "redis://:{{ .Password }}@cache", []string{"cache"}},
		{"X", `postgres://app:{{ .Password }}@{{ .Host }}/x`, nil},
		{"X", "postgres://user:password@host:5432/dbname", nil},
		{"X", "app:12345@tcp(mysql:3306)/app", []string{"mysql:3306"}},
		// host:port
		{"X", "--redis=redis-cart:6379", []string{"redis-cart:6379"}},
		{"X", "1@kafka-0.kafka:9093,2@kafka-1.kafka:9093", []string{"kafka-0.kafka:9093", "kafka-1.kafka:9093"}},
		{"X", "server.1=zk-0.zk.data.svc.cluster.local:2888:3888;2181", []string{"zk-0.zk.data.svc.cluster.local:2888"}},
		{"X", "zk-0.zk:2888:3888:participant", []string{"zk-0.zk:2888"}},
		{"X", "_grpc._tcp.store.data.svc.cluster.local", []string{"store.data.svc.cluster.local"}},
		{"X", `{"endpoint":"otel-collector:4317"}`, []string{"otel-collector:4317"}},
		{"X", "user=app password=x host=postgres port=5433 dbname=app", []string{"postgres:5433"}},
		{"X", "Server=mssql,1433;Database=app;User Id=sa;Password=x", []string{"mssql:1433"}},
		{"X", "Host=postgres;Port=5432;Username=app", []string{"postgres:5432"}},
		{"X", "${REDIS:-redis:6379}", []string{"redis:6379 (default)"}},
		{"X", "${URL:http://config:8888}", []string{"config:8888 (default)"}},
		// Words count under address keys only.
		{"DB_HOST", "postgres", []string{"postgres"}},
		{"PGHOST", "postgres", []string{"postgres"}},
		{"dbHost", "mysql\n", []string{"mysql"}},
		{"redis.server", "cache", []string{"cache"}},
		{"ELASTICSEARCH_HOSTS", "es-0,es-1.es, es-2:9200", []string{"es-0", "es-1.es", "es-2:9200"}},
		{"DB_HOST", "mysql.data.svc.cluster.local", []string{"mysql.data.svc.cluster.local"}},
		{"DB_NAME", "postgres", nil},
		{"DB_HOST", "ledger_db", []string{"ledger_db"}},
		{"DB_HOST", "ledger_", nil},
		{"DB_HOST", "ledger_db.example.com", nil},
		{"DB_URL", "http://ledger_api:8080/x_y", []string{"ledger_api:8080"}},
		{"X", "--db-host=postgres", []string{"postgres"}},
		// No addresses.
		{"DB_HOST", "", nil},
		{"DB_HOST", "$(DB)", nil},
		{"DB_HOST", "${DB}.data.svc", nil},
		{"DB_HOST", "<your-host>", nil},
		{"DB_HOST", "__HOST__", nil},
		{"DB_HOST", "see the wiki", nil},
		{"DB_HOST", "10", nil},
		{"USE_SERVER", "true", nil},
		{"RABBITMQ_VHOST", "app", nil},
		{"ALLOWED_HOSTS", "web,api", nil},
		{"LOG_TARGETS", "stdout", nil},
		{"NO_PROXY", "localhost,.svc,db.data.svc:80", nil},
		{"SIDECAR_IMAGE", "registry:5000/redis:7", nil},
		{"X", "docker.io/library/redis:7", nil},
		{"X", "redis:7", []string{"redis:7 (doubtful)"}},
		{"REDIS_ADDR", "redis:7", []string{"redis:7"}},
		{"X", "redis:7.2-alpine", nil},
		{"X", "%s-redis:6379", nil},
		{"X", "$HOST:6379", nil},
		{"X", "{{ .Release.Name }}-redis:6379", nil},
		{"X", "HOST:8080", nil},
		{"X", "http://HOST:8080", nil},
		{"X", "http://$(A).data.svc:80", nil},
		{"X", "http://db-${N}.db:80", nil},
		{"X", "s3://bucket/key", nil},
		{"X", "pvc://claim", nil},
		{"X", "oci://registry.data.svc/x", nil},
		{"X", "unix:///run/x.sock", nil},
		{"X", "spiffe://x.example/ns/a", nil},
		{"X", "12:30:45", nil},
		{"X", "2024-01-01T12:30:45Z", nil},
		{"X", "aa:bb:cc:dd:ee:ff", nil},
		{"X", "aa:11:22:33:44:55", nil},
		{"X", "fe80::1:8080", nil},
		{"X", "system:serviceaccount:data:80", nil},
		{"X", "main.go:123", nil},
		{"X", "sha256:1234567890", nil},
		{"X", "me@example.com", nil},
		{"X", "app.kubernetes.io/name", nil},
		{"X", "com.example.Foo", nil},
		{"X", `.*\.data\.svc`, nil},
		{"X", "*.data.svc", nil},
		{"X", ".svc", nil},
		{"X", "app:1000", []string{"app:1000 (doubtful)"}},
		{"X", "user:1000:2000:app", nil},
		{"X", "nobody:65534:65534", nil},
		{"X", "p{margin:0;z-index:99}", nil},
		{"X", "--user=app:8080", nil},
		{"HOSTNAME", "api", nil},
		{"TSNET_HOSTNAME", "api", nil},
		{"X", "ab:0,cd:7000000,ef:080", nil},
		{"X", "http://api:80001", []string{"api:80001"}},
		{"X", "text[from:100]", nil},
		{"X", "{width:100,height:200}", nil},
		{"X", "{ timeout:5000, retries:3 }", nil},
		{"X", "targets: [api:8080]", []string{"api:8080"}},
	} {
		got := brief(host.Find(test.text, host.Hint{Key: test.key}))
		if test.want == nil {
			test.want = []string{}
		}
		assert.Equal(t, test.want, got, "%s=%s", test.key, test.text)
	}
}

func TestFindInFiles(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []string // host:port@line:column
	}{
		"nginx": {`
# proxy_pass http://old:1;
upstream pool { server board-api:8000; }
upstream two {
  server board-api;
}
server {
  listen 80;
  server_name www;
  location /api { proxy_pass http://board-api.prod.svc.cluster.local:8000$request_uri; }
  location /two { proxy_pass http://two; }
}`, []string{"board-api:8000@3:24", "board-api@5:10", "board-api.prod.svc.cluster.local:8000@10:37"}},
		"haproxy": {"backend x\n  bind *:80\n  server R0 redis-0:26379 check inter 3s\n", []string{"redis-0:26379@3:13"}},
		"prometheus.yml": {`
scrape_configs:
- job_name: app
  scrape_timeout: 10s
  static_configs:
  - targets: ["api:8080", 'db:9187'] # old:80
    labels:
      image: postgres:5432
  - targets:
    - cache:9121
  relabel_configs:
  - regex: api:8080
    action: keep
`, []string{"api:8080@6:16", "db:9187@6:28", "cache:9121@10:7"}},
		"envoy": {`
- endpoint:
    address:
      socket_address:
        address: backend-envoy
        port_value: 9001
`, []string{"backend-envoy:9001@5:18"}},
		"toml":       {"[db]\nserver_address = \"spire-server\"\nserver_port = \"8081\"\n", []string{"spire-server:8081@2:19"}},
		"properties": {"spring.redis.host=redis\nspring.redis.port=6379\nname=redis\nspring.config=a.properties\n", []string{"redis:6379@1:19"}},
		"yaml list":  {"hosts:\n  - es-0\n  - es-1\nnames:\n  - es-2\n", []string{"es-0@2:5", "es-1@3:5"}},
		"json":       {"{\n  \"db\": {\"host\": \"mysql\", \"port\": 3306},\n  \"name\": \"mysql\"\n}\n", []string{"mysql:3306@2:19"}},
		"xml":        {"<x>\n <value>thrift://hive:9083</value>\n <host>click</host><port>9000</port>\n <name>x</name>\n</x>\n", []string{"hive:9083@2:18", "click:9000@3:8"}},
		"python":     {"import a.b\nDB_HOST = 'mysql'\nURI = 'postgresql://a:b@pg:5432/x'\nlogging.info(\"x\")\n", []string{"mysql@2:12", "pg:5432@3:25"}},
		"shell": {"set -e\nuntil nc -z postgres 5432; do sleep 1; done\npg_isready -h pg -p 5433 -U app\n" +
			"echo 'ping redis'\nexec 3<>/dev/tcp/kafka/9092\ngetent hosts zk && break\nFOO=\"${URL:-http://front}\"\n",
			[]string{"postgres:5432@2:13", "pg:5433@3:15", "kafka:9092@5:18", "zk@6:14", "front@7:20 (default)"}},
		"fluent-bit":               {"[OUTPUT]\n    Name  es\n    Host  elasticsearch\n    Port  9200\n", []string{"elasticsearch:9200@3:11"}},
		"redis.conf":               {"port 6379\nreplicaof redis-0.redis 6379\nsentinel monitor main redis-0.redis 6380 2\n", []string{"redis-0.redis:6379@2:11", "redis-0.redis:6380@3:23"}},
		"php":                      {"<?php\n$db = ['host' => 'mysql', 'port' => 3306];\n", []string{"mysql:3306@2:19"}},
		"django":                   {"DATABASES = {\n  'HOST': 'postgres',\n  'PORT': 5432,\n}\nredis.Redis(host='cache', port=6380)\n", []string{"postgres:5432@2:12", "cache:6380@5:19"}},
		"attributes":               {"<x>\n<db host=\"mysql\" port=\"3307\"/>\n</x>\n", []string{"mysql:3307@2:11"}},
		"css":                      {"<style>\n  z-index:1000;\n  p {font-weight:400;flex:100}\n</style>\n", []string{}},
		"columns count characters": {"a: 1\né: http://db:80\n", []string{"db:80@2:11"}},
	} {
		got := []string{}
		for _, o := range host.Find(test.text, host.Hint{Key: name}) {
			text := o.Host
			if o.Port != 0 {
				text = fmt.Sprintf("%s:%d", o.Host, o.Port)
			}
			text = fmt.Sprintf("%s@%d:%d", text, o.Line, o.Column)
			if o.Default {
				text += " (default)"
			}
			got = append(got, text)
		}
		assert.Equal(t, test.want, got, name)
	}
}

// No part of a password may be taken for a host, however badly it is escaped.
func TestFindKeepsSecrets(t *testing.T) {
	for _, text := range []string{
		"postgres://u:S@db:5432/x", "postgres://u:S/S@db:5432/x", "postgres://u:S?S@db", "postgres://u:S#S@db", "postgres://u:S:99@db",
		"postgres://S@db", "http://u:S,S@db/x", "http://u:S;S@db/x", "http://u:S S@db/x", "u:S@tcp(db:1)/x", "mongodb://u:S,80@db:1/x",
		"amqp://u:S:80,S@db", "redis://:S@db:6379", "http://S:123@db", "jdbc:sqlserver://S;S@db/x", "jdbc:sqlserver://db:1433;user=sa;password=S:80",
		"u=a;pwd=S;host=db", "host=db password=S port=1", "password=S host=db", `postgres://u:S\S@db`, `postgres://u:S"S@db`, "postgres://u:S@S@db:1/x",
		"Server=db;Password=S,90", "https://db/x?token=S:90", "https://db/x#S:90", "S:90@db", "postgres://u:p)S@db:1/x", "postgres://u:p|S:80@db:1/x",
	} {
		for _, key := range []string{"X", "DB_URL", "DB_HOST"} {
			for _, o := range host.Find(strings.ReplaceAll(text, "S", "sekret"), host.Hint{Key: key, Shell: true}) {
				assert.NotContains(t, o.Host+o.Scheme, "sekret", "%s=%s", key, text)
			}
		}
	}
}

func TestFindArgs(t *testing.T) {
	for _, test := range []struct {
		args, want []string
	}{
		{[]string{"--db-host", "postgres", "--db-name", "app"}, []string{"", "postgres", "", ""}},
		{[]string{"nc", "-z", "-w", "3", "postgres", "5432"}, []string{"", "", "", "", "postgres:5432", ""}},
		{[]string{"redis-cli", "-h", "cache", "-p", "6380", "ping"}, []string{"", "", "cache:6380", "", "", ""}},
		{[]string{"sh", "-c", "until nc -z db 3306; do sleep 1; done"}, []string{"", "", "db:3306"}},
		{[]string{"--upstream=http://api:80", "serve"}, []string{"api:80", ""}},
		{[]string{"--tag-image", "redis:6379"}, []string{"", ""}},
	} {
		got := []string{}
		for _, found := range host.FindArgs(test.args) {
			got = append(got, strings.Join(brief(found), " "))
		}
		assert.Equal(t, test.want, got, "%q", test.args)
	}
}

func TestPortKeys(t *testing.T) {
	assert.Equal(t, []string{"REDIS_PORT"}, host.PortKeys("REDIS_HOST"))
	assert.Equal(t, []string{"PGPORT"}, host.PortKeys("PGHOST"))
	assert.Equal(t, []string{"dbPort"}, host.PortKeys("dbHost"))
	assert.Equal(t, []string{"db.port"}, host.PortKeys("db.host"))
	assert.Nil(t, host.PortKeys("NAME"))
}

func FuzzFind(f *testing.F) {
	for _, seed := range []string{
		"postgresql://app:p@ss/w:rd%#? é@db.data.svc.cluster.local:5432/app", "host=a port=1", "ab:1,cd:2", "<host>a</host>",
		"hosts:\n- a\n- b:1\n", "http://[::1", "://", ":1", "a:", "=", "${A:-http://b}", "server a;\nupstream b {\n", "_a._b.c.svc", "nc -z a 1;", "/dev/tcp/a/1",
		"\xff\xfe://\x00:80", "jdbc:oracle:thin:@a:1:b", "Server=a,1433", "Host: a", "x: [\n a:80\n]", "a:1:2:3:4", "dns:///a:1", "@", "-h a -p 1",
		"smtp:\n  port: 25\n  host: relay.d.svc.cluster.local\n", "host: relay.d.svc\nport: 25\n", "port=25 host=relay.d.svc.cluster.local",
	} {
		f.Add(seed, "DB_HOST")
	}
	f.Fuzz(func(t *testing.T, text, key string) {
		before := 0
		for _, o := range host.Find(text, host.Hint{Key: key, Shell: true}) {
			if text[o.Offset:o.Offset+len(o.Host)] != o.Host || o.Host == "" {
				t.Errorf("%q: host %q is not at %d", text, o.Host, o.Offset)
			}
			if strings.ContainsAny(o.Host, "@ /\n$<{%_") {
				t.Errorf("%q: host %q", text, o.Host)
			}
			if o.Port < 0 || o.Port > 999999 || o.Offset < before || o.Line < 1 || o.Column < 1 {
				t.Errorf("%q: %+v", text, o)
			}
			if o.Port != 0 && o.PortOffset != 0 && !strings.HasPrefix(text[o.PortOffset:], fmt.Sprint(o.Port)) {
				t.Errorf("%q: port %d is not at %d", text, o.Port, o.PortOffset)
			}
			before = o.Offset
		}
		host.FindArgs(strings.Fields(text))
	})
}

func BenchmarkFind(b *testing.B) {
	unit := "apiVersion: v1\nkind: Thing\n  value: http://user:pass@backend.data.svc.cluster.local:8080/x\n  path: /etc/config/a.yaml\n  n: 12\n  # a comment: b:80\n  text: some words of prose, and more\n"
	text := strings.Repeat(unit, 4_200_000/len(unit))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		host.Find(text, host.Hint{})
	}
}
