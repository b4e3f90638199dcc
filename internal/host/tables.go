package host

import (
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/internal/connection/engine"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
)

// networkScheme reports whether the authority of scheme's URLs is a host on the
// network: those of engines, and those known besides. Most schemes are for files,
// buckets, images, secrets or identities, and new ones are made up every day.
func networkScheme(scheme string) bool {
	base, driver, _ := strings.Cut(scheme, "+")
	if base == "git" || driver == "unix" {
		return false
	}
	if _, _, ok := engine.ByScheme(base); ok {
		return true
	}
	switch base {
	case "h2", "h2c", "rpc", "tcp4", "tcp6", "tcps", "udp4", "udp6", "tls", "ssl", "dtls", // protocols
		"ftp", "ftps", "sftp", "submission", "imap", "imaps", "pop3", "pop3s", "telnet", "sip", "sips", "stun", "stuns", "turn", "turns",
		"rtsp", "rtmp", "rtmps", "socks", "socks4", "socks5", "socks5h", "proxy", "nfs", "smb", "cifs", "iscsi", "hdfs", "webhdfs", "swebhdfs", "nbd", "zk", "zookeeper",
		"otlp", "zipkin", "jaeger", "thrift", "syslog", "gelf", "statsd", "fluent", "fluentd", "loki", "graphite", "influx", "influxdb", "collectd", "sentry", // telemetry
		"etcd", "etcds", "consul", "nacos", "dubbo", "eureka", "spark", "flink", "livy", "trino", "presto", "hive", "hive2", "impala", "phoenix", "pinot", "druid", "dremio",
		"jdbc", "jtds", "oracle", "db2", "informix", "sybase", "firebird", "vertica", "teradata", "redshift", "exasol", "sap", "hana", "ignite", "h2-tcp",
		"couchbase", "couchbases", "couchdb", "arangodb", "rethinkdb", "dgraph", "scylla", "neptune", "tidb", "vitess", "singlestore", "cockroach", "crdb", "yugabyte", "questdb", "milvus", "qdrant", "weaviate",
		"pulsar", "pulsars", "stomp", "stomps", "activemq", "failover", "rabbitmq", "rabbit", "mq", "nsq", "beanstalk", "beanstalkd", "gearman", "zmq", "sentinel", "redis-cluster",
		"tor", "ray", "dask", "postgis", "pg", "pgsql", "psql", "psycopg", "memcache":
		return true
	}
	return false
}

// NearSchemes returns common schemes that an unknown one is one letter away from:
// http for htp. Of a scheme of two letters one is missing. The scheme is in lower case.
func NearSchemes(scheme string) []string {
	if len(scheme) < 2 || networkScheme(scheme) || resolverSchemes[scheme] {
		return nil
	}
	var near []string
	for _, known := range commonSchemes {
		if suggest.Distance(scheme, known) == 1 && (len(scheme) > 2 || len(known) > 2) {
			near = append(near, known)
		}
	}
	return near
}

// commonSchemes are what URLs begin with mostly, the commonest first.
var commonSchemes = [...]string{
	"http", "https", "tcp", "postgres", "postgresql", "redis", "rediss", "mysql", "mongodb", "amqp", "amqps", "mariadb", "nats", "kafka", "grpc", "grpcs",
	"ws", "wss", "udp", "ftp", "ldap", "ldaps", "smtp", "smtps", "mqtt", "mqtts", "thrift", "memcached", "clickhouse", "elasticsearch", "cassandra", "sqlserver", "proxy",
}

// resolverSchemes are the name resolvers of gRPC, whose endpoint is the path:
// https://github.com/grpc/grpc/blob/master/doc/naming.md.
var resolverSchemes = map[string]bool{"dns": true, "passthrough": true, "xds": true, "ipv4": true}

// Endings of keys that hold addresses, in lower case.
var addressEndings = [...]string{
	"host", "hosts", "hostname", "hostnames", "addr", "addrs", "address", "addresses", "endpoint", "endpoints",
	"server", "servers", "url", "urls", "uri", "uris", "broker", "brokers", "upstream", "upstreams", "seeds", "sentinels",
	"targets", "_connect", ".connect", "contactpoints", "contact-points", "contact_points", "hostaddr",
}

// Parts of keys that look like address keys and hold something else: names
// that a server answers to, what it listens on, mail addresses.
var otherKeys = [...]string{
	"vhost", "virtual", "allow", "listen", "bind", "mail_addr", "mailaddr", "mail.addr", "mail-addr", "from_addr", "fromaddr", "sender", "white", "cors", "origin", "trust", "public",
	"external", "mac_addr", "macaddr", "curl", "localhost", "inhost", "use_host", "usehost", "per_host", "perhost",
	"ingress", "accept", "redirect", "callback", "issuer",
	"regional_endpoint", // AWS's SDKs: regional or legacy
}

// ownNames are keys of what a machine is called itself, and of what it calls itself to a
// mesh or a monitor: https://tailscale.com/kb/1282/docker and
// https://docs.datadoghq.com/agent/docker/
var ownNames = map[string]bool{
	"hostname": true, "ts_hostname": true, "tsnet_hostname": true, "tailscale_hostname": true, "dd_hostname": true, "nb_hostname": true, "node_hostname": true,
	"agent_hostname": true, "container_hostname": true, "device_hostname": true, "my_hostname": true, "zbx_hostname": true,
}

// IsAddressKey reports whether a value under key may be expected to be an
// address: DB_HOST, redis.server, --endpoint, dbHost, PGHOST.
func IsAddressKey(key string) bool {
	if len(key) < 3 || len(key) > 200 {
		return false
	}
	// The last letter decides for nearly every key, without a copy.
	switch key[len(key)-1] | 0x20 {
	case 't', 's', 'e', 'r', 'l', 'i', 'm':
	default:
		return false
	}
	lower := strings.ToLower(key)
	if ownNames[lower] {
		return false
	}
	ends := false
	for _, ending := range addressEndings {
		if strings.HasSuffix(lower, ending) {
			ends = true
			break
		}
	}
	if !ends {
		return false
	}
	for _, other := range otherKeys {
		if strings.Contains(lower, other) {
			return false
		}
	}
	return true
}

// silentKey reports whether nothing under key is an address that anybody
// connects to: images, patterns, and lists of names to exclude or to accept.
func silentKey(key string) bool {
	if len(key) < 3 || len(key) > 200 {
		return false
	}
	lower := strings.ToLower(key)
	switch strings.TrimLeft(lower, "-") {
	case "user", "label", "labels", "publish", "weight", "weights", "chown", "owner":
		return true
	}
	switch lower {
	case "sni", "tls-sni", "--auth-host": // initdb: how a host authenticates
		return true
	}
	for _, part := range [...]string{"image", "no_proxy", "noproxy", "nonproxy", "no-proxy", "regex", "pattern", "whitelist", "allowlist", "allowed", "origins", "alloworigin", "allow_origin", "allow-origin", "spiffe", "description", "servername", "server_name", "server-name"} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return false
}

// Words that stand under address keys and before ports and are no hosts.
func isNoHost(word string) bool {
	switch word {
	case "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "undefined", "default", "auto", "all", "any", "self", "enabled", "disabled",
		"http", "https", "tcp", "udp", "grpc", "tls", "ssl", "unix", "string", "int", "bool", "integer", "object", "array", "hostname", "host", "port",
		"server", "client", "url", "uri", "address", "addr", "endpoint", "info", "debug", "warn", "error", "value", "name", "os.environ", "environ",
		"uid", "gid", "line", "sha256", "md5", "root", "version", "timeout", "stdin", "stdout", "stderr", "console", "syslog",
		// of WebRTC, stun:8555, and socat, udp-l:9001
		"stun", "stuns", "turn", "turns", "tcp4", "tcp6", "udp4", "udp6", "tcp-l", "tcp-listen", "tcp4-listen", "tcp6-listen", "udp-l", "udp-listen", "openssl-listen", "unix-listen":
		return true
	}
	return false
}

// isFileName reports whether the last label of a dotted word is a file's
// extension rather than a domain.
func isFileName(host string) bool {
	dot := strings.LastIndexByte(host, '.')
	if dot < 0 {
		return false
	}
	switch host[dot+1:] {
	case "conf", "cfg", "cnf", "ini", "yaml", "yml", "json", "toml", "xml", "properties", "env", "txt", "log", "md", "html", "htm", "css", "csv", "tpl",
		"tmpl", "lock", "py", "pyc", "js", "mjs", "ts", "tsx", "jsx", "go", "java", "class", "jar", "war", "rb", "php", "lua", "pl", "rs", "cc", "cpp", "hpp",
		"kt", "scala", "cs", "sql", "sh", "bash", "bat", "ps1", "proto", "pem", "crt", "cer", "key", "jks", "p12", "sock", "pid", "db", "sqlite", "so", "dll",
		"exe", "gz", "tgz", "tar", "zip", "xz", "rpm", "deb", "png", "jpg", "svg", "ico", "gif", "pdf", "mo", "rules", "service", "socket", "target", "vcl", "bin":
		return true
	}
	return false
}

// plausible reports whether host can be the name of something on the network,
// given where it stands.
func plausible(host string, form Form) bool {
	if host == "" || len(host) > 253 {
		return false
	}
	letters, upper, dots := 0, 0, 0
	label := 0
	for i := 0; i < len(host); i++ {
		c := host[i]
		switch {
		case c >= 'a' && c <= 'z':
			letters++
		case c >= 'A' && c <= 'Z':
			upper++
		case c == '.':
			if label == 0 && !twoDots(host, i) || i > 0 && host[i-1] == '-' {
				return false
			}
			dots++
			label = -1
		case c == '-':
			if label == 0 {
				return false
			}
		case c == '_': // as Docker Compose has it, of which there are no domains
			if label == 0 || strings.IndexByte(host, '.') >= 0 || host[len(host)-1] == '_' {
				return false
			}
		case isDigit(c) || c == ':': // a colon: an IPv6 address, checked before
		default:
			return false
		}
		if label++; label > 63 {
			return false
		}
	}
	if label == 0 || host[len(host)-1] == '-' {
		return false
	}
	if letters == 0 { // HOST is a placeholder; 10.0.0.1 an address
		return upper == 0 && (dots == 3 || strings.Contains(host, "::") || strings.Count(host, ":") > 1)
	}
	switch form {
	case URL:
		return host != "host" && host != "hostname" // as in a form to fill in: postgres://user:password@host/db
	case Cluster:
		return upper == 0
	}
	if upper > 0 || isDigit(host[0]) && dots == 0 || isFileName(host) || dots == 0 && isNoHost(host) {
		return false
	}
	return form == HostPort || len(host) > 1
}

// twoDots reports whether the dot at i is one too many in a name of the zone of
// Services: api.shop..svc.
func twoDots(host string, i int) bool {
	return i > 1 && host[i-1] == '.' && host[i-2] != '.' && (strings.Contains(host, ".svc") || strings.HasSuffix(host, ".local"))
}

// inServiceZone reports whether host is service.namespace.svc, or longer at
// either end: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/.
func inServiceZone(host string) bool {
	i := strings.Index(host, ".svc")
	if i <= 0 || strings.IndexByte(host[:i], '.') <= 0 {
		return false
	}
	rest := host[i+len(".svc"):]
	return rest == "" || rest[0] == '.'
}

// trimSRV drops the leading _port._proto labels of an SRV name. It rejects
// other names with underscores and dots by returning "".
func trimSRV(text string, start int, host string) (int, string) {
	for strings.HasPrefix(host, "_") {
		dot := strings.IndexByte(host, '.')
		if dot < 0 {
			return start, ""
		}
		start, host = start+dot+1, host[dot+1:]
	}
	if strings.IndexByte(host, '_') >= 0 && strings.IndexByte(host, '.') >= 0 {
		return start, ""
	}
	return start, host
}

// hostStem returns what a key that names a host has in common with the key
// that names its port: "redis_" for REDIS_HOST.
func hostStem(key string) (string, bool) {
	lower := strings.ToLower(strings.TrimLeft(key, "-"))
	for _, ending := range [...]string{"hostname", "hostaddr", "host", "address", "addr", "server", "endpoint"} {
		if strings.HasSuffix(lower, ending) {
			return lower[:len(lower)-len(ending)], true
		}
	}
	return "", false
}

// portStem is hostStem for the port's key; "-" is the stem of no host.
func portStem(key string) string {
	lower := strings.ToLower(strings.TrimLeft(key, "-"))
	lower = strings.TrimSuffix(lower, "_value") // Envoy: port_value
	if strings.HasSuffix(lower, "port") {
		return lower[:len(lower)-len("port")]
	}
	return "-"
}

// PortKeys returns the keys that would hold the port of the host under
// hostKey, in its own style of writing.
func PortKeys(hostKey string) []string {
	stem, ok := hostStem(hostKey)
	if !ok {
		return nil
	}
	own := hostKey[:min(len(hostKey), len(stem)+len(hostKey)-len(strings.TrimLeft(hostKey, "-")))]
	rest := hostKey[len(own):]
	switch {
	case rest == strings.ToUpper(rest):
		return []string{own + "PORT"}
	case rest[0] >= 'A' && rest[0] <= 'Z':
		return []string{own + "Port"}
	}
	return []string{own + "port"}
}

func isSpace(c byte) bool         { return c == ' ' || c == '\t' || c == '\r' }
func isQuote(c byte) bool         { return c == '"' || c == '\'' || c == '`' }
func isDigit(c byte) bool         { return c >= '0' && c <= '9' }
func isLower(c byte) bool         { return c >= 'a' && c <= 'z' }
func isLetterOrDigit(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' }
func isHostByte(c byte) bool      { return isLetterOrDigit(c) || c == '.' || c == '-' }
func isKeyByte(c byte) bool       { return isHostByte(c) || c == '_' }
func isPlaceholder(c byte) bool   { return c == '$' || c == '{' || c == '<' || c == '%' }

// isAuthorityEnd: RFC 3986, section 3.2, and what ends a URL in a text.
func isAuthorityEnd(c byte) bool {
	return c == '/' || c == '?' || c == '#' || isURLEnd(c)
}

func isURLEnd(c byte) bool {
	return c <= ' ' || isQuote(c) || c == '\\'
}

// canFollow reports whether an address may end at text[i].
func canFollow(text string, i int) bool {
	var next byte
	if i+1 < len(text) {
		next = text[i+1]
	}
	switch c := text[i]; c {
	case ' ', '\t', '\n', '\r', '"', '\'', '`', '/', '?', '#', ',', ';', ')', ']', '}', '|', '&', '>':
		return true
	case '<':
		return next == '/'
	case '\\':
		return next == '"' || next == 'n' || next == 't' || next == 'r' || next == '\\' || next == '/' || next == '\n'
	case '.':
		return !isHostByte(next)
	case '$': // nginx: http://host:80$request_uri
		return isLower(next)
	}
	return false
}

// readPort reads a decimal port at i. It returns -1 for a number that nobody
// takes for a port, 0 where there is none, and where the digits end. A typing
// error may well make a port larger than 65535.
func readPort(text string, i int) (port, end int) {
	for end = i; end < len(text) && isDigit(text[end]); end++ {
		if port < 1<<20 {
			port = port*10 + int(text[end]-'0')
		}
	}
	if end > i && (port == 0 || end-i > 6 || text[i] == '0') {
		return -1, end
	}
	return port, end
}

func parsePort(s string) (int, bool) {
	p, end := readPort(s, 0)
	return p, p > 0 && end == len(s)
}

// topLevel are common top-level domains, and those of networks at home and at
// work, beside the two letters of countries.
var topLevel = map[string]bool{
	"com": true, "org": true, "net": true, "dev": true, "app": true, "cloud": true, "tech": true, "info": true, "biz": true,
	"xyz": true, "site": true, "online": true, "page": true, "arpa": true,
	"local": true, "localdomain": true, "internal": true, "lan": true, "home": true, "corp": true, "intranet": true,
	"test": true, "example": true, "invalid": true, "localhost": true,
}

// IsTopLevel reports whether a label is a common top-level domain, so that
// name.label is rather a public name than one in the namespace label.
func IsTopLevel(label string) bool { return topLevel[label] || len(label) == 2 && label != "db" }
