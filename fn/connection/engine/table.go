package engine

import (
	"slices"
	"strings"
	"sync"
)

// table is the table of engines. A new engine is a row here and a line in
// docs/connections.md, which a test writes.
var table = sync.OnceValue(func() []*Engine {
	// Parameters that ask for TLS, by format.
	var (
		none       parameter
		sslmode    = parameter{"sslmode", "require"}   // libpq, pgjdbc
		sslMode    = parameter{"sslMode", "REQUIRED"}  // MySQL Connector/J
		adoSSL     = parameter{"SSL Mode", "Require"}  // Npgsql
		mysqlADO   = parameter{"SslMode", "Required"}  // MySqlConnector
		encrypt    = parameter{"encrypt", "true"}      // SQL Server
		mongoTLS   = parameter{"tls", "true"}          // MongoDB
		secure     = parameter{"secure", "true"}       // ClickHouse, native
		ssl        = parameter{"ssl", "true"}          // ClickHouse and R2DBC
		mysqlSSL   = parameter{"ssl-mode", "REQUIRED"} // MySQL's own URLs
		postgresIn = urlStyle{scheme: "postgresql", schemes: []string{"postgres"}, hosts: hostsInURL}
	)
	jdbc := func(scheme string, hosts hostsStyle, tls parameter) Format {
		return urlFormat("jdbc", "JDBC URL without credentials, which go into variables of their own",
			urlStyle{prefix: "jdbc:", scheme: scheme, hosts: hosts, noCredentials: true}, tls)
	}
	r2dbc := func(scheme string) Format {
		return urlFormat("r2dbc", "R2DBC URL without credentials",
			urlStyle{prefix: "r2dbc:", scheme: scheme, noCredentials: true}, ssl)
	}
	// webURL is the URL of something that speaks HTTP.
	webURL := func(hosts hostsStyle, usual, usualTLS int) Format {
		return urlFormat("url", "http:// or, with tls, https://",
			urlStyle{scheme: "http", tlsScheme: "https", hosts: hosts, database: asPath, usual: usual, usualTLS: usualTLS}, none)
	}
	// schemeURL is a URL with one scheme, another with TLS, and no more.
	schemeURL := func(scheme, tlsScheme string, hosts hostsStyle, database databaseStyle) Format {
		return urlFormat("url", "URL", urlStyle{scheme: scheme, tlsScheme: tlsScheme, hosts: hosts, database: database}, none)
	}
	withDrivers := func(f Format) Format {
		f.drivers = true
		return f
	}
	postgresFormats := func() []Format {
		return []Format{
			withDrivers(urlFormat("url", "URL of libpq, pgx, SQLAlchemy (url+asyncpg), …", postgresIn, sslmode)),
			jdbc("postgresql", hostsInURL, sslmode),
			r2dbc("postgresql"),
			pairFormat("libpq", "keywords and values for libpq, also Go's pgx and pq", pairStyle{
				separator: " ", host: "host", port: "port", username: "user", password: "password", database: "dbname",
				quote: libpqQuoting,
			}, sslmode, true),
			pairFormat("ado", "ADO.NET connection string for Npgsql", pairStyle{
				separator: ";", host: "Host", port: "Port", username: "Username", password: "Password", database: "Database",
				quote: adoQuoting,
			}, adoSSL, false),
			pairFormat("odbc", "ODBC connection string; name the driver in parameters", pairStyle{
				separator: ";", host: "Server", port: "Port", username: "UID", password: "PWD", database: "Database",
				quote: braceQuoting,
			}, parameter{"SSLmode", "require"}, false),
		}
	}
	mysqlFormats := func(scheme string) []Format {
		return []Format{
			withDrivers(urlFormat("url", "URL, also for SQLAlchemy (url+pymysql)", urlStyle{scheme: scheme}, mysqlSSL)),
			jdbc(scheme, hostsInURL, sslMode),
			r2dbc(scheme),
			goDSN(),
			pairFormat("ado", "ADO.NET connection string", pairStyle{
				separator: ";", host: "Server", port: "Port", username: "User ID", password: "Password", database: "Database",
				quote: adoQuoting,
			}, mysqlADO, false),
			pairFormat("odbc", "ODBC connection string; name the driver in parameters", pairStyle{
				separator: ";", host: "Server", port: "Port", username: "UID", password: "PWD", database: "Database",
				quote: braceQuoting,
			}, parameter{"SSLMODE", "REQUIRED"}, false),
		}
	}
	rows := []*Engine{
		{
			Name: "postgresql", Aliases: []string{"postgres", "timescaledb"}, Schemes: []string{"postgresql", "postgres"},
			Port: 5432, PortNames: []string{"postgresql", "postgres", "pg", "psql", "pgsql"}, Formats: postgresFormats(),
		},
		{
			Name: "cockroachdb", Aliases: []string{"cockroach"},
			Port: 26257, PortNames: []string{"cockroachdb", "cockroach", "sql", "grpc"}, Formats: postgresFormats(),
		},
		{
			Name: "mysql", Schemes: []string{"mysql", "mysqlx"},
			Port: 3306, PortNames: []string{"mysql", "db"}, Formats: mysqlFormats("mysql"),
		},
		{
			Name: "mariadb", Schemes: []string{"mariadb"},
			Port: 3306, PortNames: []string{"mariadb", "mysql", "db"}, Formats: mysqlFormats("mariadb"),
		},
		{
			Name: "sqlserver", Aliases: []string{"mssql"}, Schemes: []string{"sqlserver", "mssql"},
			Port: 1433, PortNames: []string{"sqlserver", "mssql", "tds"},
			Formats: []Format{
				urlFormat("url", "URL of go-mssqldb", urlStyle{scheme: "sqlserver", database: inQuery}, encrypt),
				pairFormat("jdbc", "JDBC URL without credentials", pairStyle{
					prefix: "jdbc:sqlserver://", separator: ";", server: asHead, database: "databaseName", quote: braceQuoting,
				}, encrypt, false),
				pairFormat("ado", "ADO.NET connection string", pairStyle{
					separator: ";", server: tcpComma, host: "Server", username: "User ID", password: "Password", database: "Database",
					quote: adoQuoting,
				}, parameter{"Encrypt", "True"}, false),
				pairFormat("odbc", "ODBC connection string; name the driver in parameters", pairStyle{
					separator: ";", server: tcpComma, host: "Server", username: "UID", password: "PWD", database: "Database",
					quote: braceQuoting,
				}, parameter{"Encrypt", "yes"}, false),
			},
		},
		{
			Name: "mongodb", Aliases: []string{"mongo"}, Schemes: []string{"mongodb", "mongodb+srv"},
			Port: 27017, PortNames: []string{"mongodb", "mongo"},
			Formats: []Format{
				urlFormat("url", "URL; a replica set with service.pods and parameter replicaSet", urlStyle{scheme: "mongodb", hosts: hostsInURL}, mongoTLS),
				urlFormat("srv", "mongodb+srv URL: hosts and ports from DNS, the Service's port must be named mongodb", urlStyle{scheme: "mongodb+srv", noPort: true}, mongoTLS),
			},
		},
		{
			Name: "redis", Aliases: []string{"valkey", "keydb", "dragonfly"}, Schemes: []string{"redis", "rediss", "valkey"},
			Port: 6379, PortNames: []string{"redis", "valkey"},
			Formats: []Format{
				schemeURL("redis", "rediss", oneHost, asNumber),
				pairFormat("stackexchange", "StackExchange.Redis configuration for .NET", pairStyle{
					separator: ",", server: asHead, username: "user", password: "password", database: "defaultDatabase", number: true,
					quote: noQuoting,
				}, ssl, true),
			},
		},
		{
			Name: "redis-sentinel", Aliases: []string{"sentinel"}, Schemes: []string{"redis-sentinel", "rediss-sentinel"},
			Port: 26379, PortNames: []string{"sentinel", "redis-sentinel"},
			Formats: []Format{
				urlFormat("url", "Lettuce's redis-sentinel URL; parameter sentinelMasterId is the master's name",
					urlStyle{scheme: "redis-sentinel", tlsScheme: "rediss-sentinel", hosts: hostsInURL, database: asNumber, fragment: "sentinelMasterId"}, none),
			},
		},
		{
			Name: "rabbitmq", Aliases: []string{"amqp"}, Schemes: []string{"amqp", "amqps"},
			Port: 5672, TLSPort: 5671, PortNames: []string{"amqp", "amqps", "rabbitmq"},
			Formats: []Format{schemeURL("amqp", "amqps", oneHost, inPath)},
		},
		{
			Name: "kafka", Aliases: []string{"redpanda"}, Schemes: []string{"kafka"},
			Port: 9092, TLSPort: 9093, PortNames: []string{"kafka", "broker", "client", "plaintext"},
			Formats: []Format{
				jaas("jaas", "Kafka's sasl.jaas.config for mechanism PLAIN", "org.apache.kafka.common.security.plain.PlainLoginModule"),
				jaas("jaas-scram", "the same for SCRAM-SHA-256 and SCRAM-SHA-512", "org.apache.kafka.common.security.scram.ScramLoginModule"),
			},
		},
		{
			Name: "nats", Schemes: []string{"nats"},
			Port: 4222, PortNames: []string{"nats", "client"},
			Formats: []Format{schemeURL("nats", "tls", urlPerHost, noDatabase)},
		},
		{
			Name: "elasticsearch", Aliases: []string{"opensearch", "elastic"},
			Port: 9200, PortNames: []string{"http", "https", "elasticsearch", "opensearch", "rest"},
			Formats: []Format{webURL(urlPerHost, 0, 0)},
		},
		{
			Name: "clickhouse", Schemes: []string{"clickhouse"},
			Port: 9000, TLSPort: 9440, PortNames: []string{"native", "clickhouse", "tcp"},
			Formats: []Format{
				urlFormat("url", "URL of the native protocol", urlStyle{scheme: "clickhouse", hosts: hostsInURL}, secure),
			},
		},
		{
			Name: "clickhouse-http",
			Port: 8123, TLSPort: 8443, PortNames: []string{"http", "https"},
			Formats: []Format{
				urlFormat("url", "URL of the HTTP interface", urlStyle{scheme: "http", tlsScheme: "https", database: inQuery}, none),
				jdbc("clickhouse", hostsInURL, ssl),
				r2dbc("clickhouse"),
			},
		},
		{
			Name: "http", Aliases: []string{"https"}, Schemes: []string{"http", "https", "ws", "wss"},
			Port: 80, TLSPort: 443, PortNames: []string{"http", "https", "web"},
			Formats: []Format{webURL(oneHost, 80, 443)},
		},
		{
			Name: "grpc", Schemes: []string{"grpc", "grpcs", "dns"},
			Port: 0, PortNames: []string{"grpc", "grpcs"},
			Formats: []Format{grpcTarget()},
		},
		{
			Name: "tcp", Schemes: []string{"tcp", "udp"},
			Formats: []Format{schemeURL("tcp", "", oneHost, noDatabase)},
		},
		{
			Name: "memcached", Aliases: []string{"memcache"}, Schemes: []string{"memcached"},
			Port: 11211, PortNames: []string{"memcached", "memcache"},
		},
		{
			Name: "cassandra", Aliases: []string{"scylla"}, Schemes: []string{"cassandra"},
			Port: 9042, PortNames: []string{"cql", "cassandra"},
		},
		{
			Name: "zookeeper", Port: 2181, PortNames: []string{"client", "zookeeper", "tcp-client"},
		},
		{
			Name: "etcd", Port: 2379, PortNames: []string{"client", "etcd"},
			Formats: []Format{webURL(urlPerHost, 0, 0)},
		},
		{
			Name: "smtp", Schemes: []string{"smtp", "smtps"}, Port: 587, TLSPort: 465, PortNames: []string{"smtp", "smtps", "submission"},
			Formats: []Format{schemeURL("smtp", "smtps", oneHost, noDatabase)},
		},
		{
			Name: "mqtt", Schemes: []string{"mqtt", "mqtts"}, Port: 1883, TLSPort: 8883, PortNames: []string{"mqtt", "mqtts"},
			Formats: []Format{schemeURL("mqtt", "mqtts", oneHost, noDatabase)},
		},
		{
			Name: "ldap", Schemes: []string{"ldap", "ldaps"}, Port: 389, TLSPort: 636, PortNames: []string{"ldap", "ldaps"},
			Formats: []Format{schemeURL("ldap", "ldaps", oneHost, inPath)},
		},
	}
	slices.SortFunc(rows, func(a, b *Engine) int { return strings.Compare(a.Name, b.Name) })
	return rows
})
