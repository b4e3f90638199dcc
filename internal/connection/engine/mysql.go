package engine

var _ = register(mysql)

// mysql is MySQL and MariaDB. URLs:
// https://dev.mysql.com/doc/refman/8.4/en/connecting-using-uri-or-key-value-pairs.html,
// JDBC: https://dev.mysql.com/doc/connector-j/en/connector-j-reference-jdbc-url-format.html
// and https://mariadb.com/kb/en/about-mariadb-connector-j/.
func mysql() []*Engine {
	variables := []string{"MYSQL", "MARIADB"}
	return []*Engine{
		{
			Name: "mysql", Protocol: "mysql",
			Schemes: []Scheme{
				{Name: "mysql", Port: 3306, Database: true}, {Name: "mysql2", Port: 3306, Database: true}, // Ruby's and Node's driver
				{Name: "mysqlx", Port: 33060, Database: true},
			},
			Port: 3306, PortNames: []string{"mysql", "db"}, Variables: variables, Formats: mysqlFormats("mysql"),
			Encode: "/?#@%", Values: mysqlValues, JDBC: []string{"mysql"}, jdbcUserInfo: true,
			Images: []string{"mysql", "mysql-server", "percona", "percona-server"}, Server: mysqlServer,
		},
		{
			Name: "mariadb", Protocol: "mysql", Schemes: []Scheme{{Name: "mariadb", Port: 3306, Database: true}},
			Port: 3306, PortNames: []string{"mariadb", "mysql", "db"}, Variables: variables, Formats: mysqlFormats("mariadb"),
			Encode: "/?#@%", JDBC: []string{"mariadb", "mysql"},
			Images: []string{"mariadb", "mariadb-galera"}, Server: mysqlServer,
		},
	}
}

// mysqlServer is what the images of MySQL and MariaDB create.
var mysqlServer = Server{
	Users:           []string{"MYSQL_USER", "MARIADB_USER"},
	Passwords:       []string{"MYSQL_PASSWORD", "MARIADB_PASSWORD"},
	Databases:       []string{"MYSQL_DATABASE", "MARIADB_DATABASE"},
	AlwaysUsers:     []string{"root"},
	AlwaysDatabases: []string{"mysql", "information_schema", "sys", "performance_schema"},
	Scripts:         []string{"/docker-entrypoint-initdb.d"},
	URL:             "https://hub.docker.com/_/mysql",
}

var mysqlValues = []ParameterValues{
	{Name: "sslMode", Values: []string{"DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"}, Fold: true,
		URL: "https://dev.mysql.com/doc/connector-j/en/connector-j-connp-props-security.html"},
	{Name: "ssl-mode", Values: []string{"DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"}, Fold: true,
		URL: "https://dev.mysql.com/doc/refman/8.4/en/connection-options.html#option_general_ssl-mode"},
}

func mysqlFormats(scheme string) []Format {
	return []Format{
		withDrivers(urlFormat("url", "URL, also for SQLAlchemy (url+pymysql)", urlStyle{scheme: scheme}, parameter{"ssl-mode", "REQUIRED"})),
		jdbc(scheme, hostsInURL, parameter{"sslMode", "REQUIRED"}),
		r2dbc(scheme),
		goDSN(),
		pairFormat("ado", "ADO.NET connection string", pairStyle{
			separator: ";", host: "Server", port: "Port", username: "User ID", password: "Password", database: "Database",
			quote: adoQuoting,
		}, parameter{"SslMode", "Required"}, false),
		pairFormat("odbc", "ODBC connection string; name the driver in parameters", pairStyle{
			separator: ";", host: "Server", port: "Port", username: "UID", password: "PWD", database: "Database",
			quote: braceQuoting,
		}, parameter{"SSLMODE", "REQUIRED"}, false),
	}
}
