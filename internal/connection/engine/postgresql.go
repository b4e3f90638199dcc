package engine

var _ = register(postgresql)

// postgresql is PostgreSQL and what speaks its protocol. URLs and keywords:
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING,
// JDBC: https://jdbc.postgresql.org/documentation/use/.
func postgresql() []*Engine {
	return []*Engine{
		{
			Name: "postgresql", Aliases: []string{"postgres", "timescaledb"}, Protocol: "postgresql",
			Schemes: []Scheme{{Name: "postgresql", Port: 5432, Database: true}, {Name: "postgres", Port: 5432, Database: true}},
			Port:    5432, PortNames: []string{"postgresql", "postgres", "pg", "psql", "pgsql"},
			Variables: []string{"POSTGRES", "POSTGRESQL", "PG", "PSQL"},
			// libpq ends the user info at the first @ and the host's part at the
			// first /, and refuses a % that encodes nothing.
			Encode: "/@%", Values: postgresValues, JDBC: []string{"postgresql"}, Keywords: postgresKeywords(),
			Images: []string{"postgres", "postgresql", "timescaledb", "timescaledb-ha", "postgis", "pgvector", "postgres-alpine"},
			Server: Server{
				Users:           []string{"POSTGRES_USER", "POSTGRESQL_USERNAME", "POSTGRESQL_USER"},
				Passwords:       []string{"POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD"},
				Databases:       []string{"POSTGRES_DB", "POSTGRESQL_DATABASE"},
				DatabaseOfUser:  true,
				DefaultUsers:    []string{"postgres"},
				AlwaysDatabases: []string{"postgres", "template1"},
				Scripts:         []string{"/docker-entrypoint-initdb.d"},
				URL:             "https://hub.docker.com/_/postgres",
			},
			Formats: postgresFormats(),
		},
		{
			// https://www.cockroachlabs.com/docs/stable/connection-parameters
			Name: "cockroachdb", Aliases: []string{"cockroach"}, Protocol: "postgresql",
			Schemes: []Scheme{{Name: "cockroachdb", Port: 26257, Database: true}},
			Port:    26257, PortNames: []string{"cockroachdb", "cockroach", "sql", "grpc"},
			Variables: []string{"COCKROACH", "COCKROACHDB", "CRDB"},
			Encode:    "/@%", Values: postgresValues, JDBC: []string{"postgresql", "cockroachdb"},
			Images:  []string{"cockroach", "cockroachdb"},
			Formats: postgresFormats(),
		},
	}
}

// postgresValues: libpq's keywords, and those of pgjdbc. sslmode has values of
// Node's pg besides.
var postgresValues = []ParameterValues{
	{Name: "sslmode", Values: []string{"disable", "allow", "prefer", "require", "verify-ca", "verify-full", "no-verify"},
		URL: "https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-SSLMODE"},
	{Name: "target_session_attrs", Values: []string{"any", "read-write", "read-only", "primary", "standby", "prefer-standby"},
		URL: "https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS"},
	{Name: "channel_binding", Values: []string{"disable", "prefer", "require"},
		URL: "https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-CHANNEL-BINDING"},
	{Name: "gssencmode", Values: []string{"disable", "prefer", "require"},
		URL: "https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-GSSENCMODE"},
	{Name: "targetServerType", Values: []string{"any", "primary", "master", "slave", "secondary", "preferSlave", "preferSecondary", "preferPrimary"}, Fold: true,
		URL: "https://jdbc.postgresql.org/documentation/use/#connection-parameters"},
}

func postgresFormats() []Format {
	sslmode := parameter{"sslmode", "require"} // libpq, pgjdbc
	return []Format{
		withDrivers(urlFormat("url", "URL of libpq, pgx, SQLAlchemy (url+asyncpg), …",
			urlStyle{scheme: "postgresql", schemes: []string{"postgres"}, hosts: hostsInURL}, sslmode)),
		jdbc("postgresql", hostsInURL, sslmode),
		r2dbc("postgresql"),
		pairFormat("libpq", "keywords and values for libpq, also Go's pgx and pq", pairStyle{
			separator: " ", host: "host", port: "port", username: "user", password: "password", database: "dbname",
			quote: libpqQuoting,
		}, sslmode, true),
		pairFormat("ado", "ADO.NET connection string for Npgsql", pairStyle{
			separator: ";", host: "Host", port: "Port", username: "Username", password: "Password", database: "Database",
			quote: adoQuoting,
		}, parameter{"SSL Mode", "Require"}, false),
		pairFormat("odbc", "ODBC connection string; name the driver in parameters", pairStyle{
			separator: ";", host: "Server", port: "Port", username: "UID", password: "PWD", database: "Database",
			quote: braceQuoting,
		}, parameter{"SSLmode", "require"}, false),
	}
}

// postgresKeywords are the strings that libpq and those after it, Npgsql and
// psqlODBC read.
func postgresKeywords() []Keywords {
	return []Keywords{
		{
			Name: "libpq", Syntax: Words,
			Parts: map[string]KeywordPart{
				"host": HostPart, "hostaddr": HostPart, "port": PortPart, "user": UserPart, "password": PasswordPart,
				"dbname": DatabasePart, "database": DatabasePart,
			},
			// Others go to the server as settings: pgx and pq pass them on.
			Options: []string{
				"service", "passfile", "connect_timeout", "client_encoding", "options", "application_name", "fallback_application_name",
				"keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
				"sslmode", "sslnegotiation", "sslcompression", "sslcert", "sslkey", "sslcertmode", "sslpassword", "sslrootcert", "sslcrl", "sslcrldir", "sslsni",
				"requirepeer", "require_auth", "channel_binding", "ssl_min_protocol_version", "ssl_max_protocol_version", "min_protocol_version", "max_protocol_version",
				"gssencmode", "krbsrvname", "gsslib", "gssdelegation", "replication", "target_session_attrs", "load_balance_hosts",
				"pool_max_conns", "pool_min_conns", "pool_mode", "pool_size", "statement_timeout", "lock_timeout", "search_path", "timezone", "datestyle",
			},
			Mistaken: map[string]string{
				"username": "user", "usr": "user", "uid": "user", "pass": "password", "passwd": "password", "pwd": "password",
				"db": "dbname", "db_name": "dbname", "database_name": "dbname", "hostname": "host", "server": "host", "ssl_mode": "sslmode", "ssl": "sslmode",
			},
			Doubtful: map[string]string{"database": "dbname"}, // pgx takes it
			Own:      []string{"dbname", "sslmode", "port=5432", "target_session_attrs", "sslrootcert"},
			Values:   postgresValues,
			URL:      "https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS",
		},
		{
			Name: "Npgsql", Syntax: Semicolons,
			Parts: map[string]KeywordPart{
				"host": HostPart, "server": HostPart, "port": PortPart, "username": UserPart, "userid": UserPart, "uid": UserPart, "user": UserPart,
				"password": PasswordPart, "pwd": PasswordPart, "psw": PasswordPart, "database": DatabasePart, "db": DatabasePart,
			},
			Options: []string{
				"sslmode", "pooling", "timeout", "commandtimeout", "trustservercertificate", "searchpath", "applicationname", "minimumpoolsize", "maximumpoolsize",
				"minpoolsize", "maxpoolsize", "keepalive", "tcpkeepalive", "includeerrordetail", "persistsecurityinfo", "encoding", "clientencoding", "timezone",
				"connectionidlelifetime", "connectionlifetime", "noresetonclose", "maxautoprepare", "multiplexing", "rootcertificate", "sslcertificate", "sslkey", "sslpassword",
				"integratedsecurity", "enlist", "targetsessionattributes", "loadbalancehosts", "options", "passfile", "channelbinding", "gssencryptionmode",
				"loglevel", "logparameters", "cancellationtimeout", "internalcommandtimeout", "readbuffersize", "writebuffersize",
			},
			Own: []string{"port=5432", "includeerrordetail", "searchpath", "noresetonclose", "maxautoprepare", "targetsessionattributes"},
			Values: []ParameterValues{{
				Name: "sslmode", Values: []string{"Disable", "Allow", "Prefer", "Require", "VerifyCA", "VerifyFull"}, Fold: true,
				URL: "https://www.npgsql.org/doc/security.html#encryption-ssltls",
			}},
			URL: "https://www.npgsql.org/doc/connection-string-parameters.html",
		},
		{
			Name: "psqlODBC", Syntax: Braces, Drivers: []string{"postgres", "psqlodbc"},
			Parts: map[string]KeywordPart{
				"server": HostPart, "servername": HostPart, "port": PortPart, "uid": UserPart, "username": UserPart, "pwd": PasswordPart, "password": PasswordPart, "database": DatabasePart,
			},
			Options: []string{"driver", "dsn", "sslmode", "readonly", "protocol", "connsettings", "description", "debug", "commlog", "fetch", "bytea", "pqopt"},
			Values: []ParameterValues{{
				Name: "sslmode", Values: []string{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}, Fold: true,
				URL: "https://odbc.postgresql.org/docs/config-opt.html",
			}},
			URL: "https://odbc.postgresql.org/docs/config-opt.html",
		},
	}
}
