package engine

var _ = register(clickhouse)

// clickhouse is ClickHouse by its native protocol and by HTTP:
// https://clickhouse.com/docs/interfaces/cli#connection_string and
// https://clickhouse.com/docs/integrations/language-clients/java/jdbc.
// Its ports are called clickhouse whichever they speak, so the name says nothing.
func clickhouse() []*Engine {
	return []*Engine{
		{
			Name: "clickhouse", Schemes: []Scheme{{Name: "clickhouse", Port: 9000, Database: true}},
			Port: 9000, TLSPort: 9440, PortNames: []string{"native", "clickhouse", "tcp"},
			Variables: []string{"CLICKHOUSE"}, Encode: "/?#@%", JDBC: []string{"clickhouse", "ch"},
			Images: []string{"clickhouse-server", "clickhouse"},
			Server: Server{
				Users: []string{"CLICKHOUSE_USER", "CLICKHOUSE_ADMIN_USER"}, Databases: []string{"CLICKHOUSE_DB"}, Passwords: []string{"CLICKHOUSE_PASSWORD"},
				DefaultUsers: []string{"default"}, AlwaysDatabases: []string{"default", "system"},
				Scripts: []string{"/docker-entrypoint-initdb.d", "/etc/clickhouse-server"}, URL: "https://hub.docker.com/r/clickhouse/clickhouse-server",
			},
			Formats: []Format{
				urlFormat("url", "URL of the native protocol", urlStyle{scheme: "clickhouse", hosts: hostsInURL}, parameter{"secure", "true"}),
			},
		},
		{
			Name: "clickhouse-http",
			Port: 8123, TLSPort: 8443, PortNames: []string{"http", "https"},
			Formats: []Format{
				urlFormat("url", "URL of the HTTP interface", urlStyle{scheme: "http", tlsScheme: "https", database: inQuery}, parameter{}),
				jdbc("clickhouse", hostsInURL, parameter{"ssl", "true"}),
				r2dbc("clickhouse"),
			},
		},
	}
}
