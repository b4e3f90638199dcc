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
			Images: []string{"mysql", "mysql-server", "percona", "percona-server"}, Server: mysqlServer, Keywords: mysqlKeywords(),
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
	Roots:           map[string][]string{"root": {"MYSQL_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD"}},
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

// mysqlKeywords are the strings that MySqlConnector, Connector/NET and the ODBC
// drivers of MySQL and MariaDB read.
func mysqlKeywords() []Keywords {
	return []Keywords{
		{
			Name: "MySQL ADO.NET", Syntax: Semicolons,
			Parts: map[string]KeywordPart{
				"server": HostPart, "host": HostPart, "datasource": HostPart, "address": HostPart, "addr": HostPart, "networkaddress": HostPart, "port": PortPart,
				"userid": UserPart, "uid": UserPart, "username": UserPart, "user": UserPart, "password": PasswordPart, "pwd": PasswordPart,
				"database": DatabasePart, "initialcatalog": DatabasePart,
			},
			Options: []string{
				"sslmode", "pooling", "charset", "characterset", "allowuservariables", "convertzerodatetime", "allowzerodatetime", "allowpublickeyretrieval",
				"treattinyasboolean", "guidformat", "oldguids", "connectiontimeout", "connecttimeout", "defaultcommandtimeout", "minimumpoolsize", "maximumpoolsize",
				"minpoolsize", "maxpoolsize", "persistsecurityinfo", "keepalive", "allowloadlocalinfile", "connectionlifetime", "connectionreset", "applicationname",
				"sslca", "sslcert", "sslkey", "tlsversion", "serverrsapublickeyfile", "usecompression", "useaffectedrows", "autoenlist", "datetimekind",
			},
			Own: []string{"port=3306", "host:3306", "allowuservariables", "convertzerodatetime", "allowzerodatetime", "allowpublickeyretrieval", "treattinyasboolean", "guidformat", "oldguids", "charset", "characterset"},
			Values: []ParameterValues{{
				Name: "sslmode", Values: []string{"None", "Disabled", "Preferred", "Required", "VerifyCA", "VerifyFull"}, Fold: true,
				URL: "https://mysqlconnector.net/connection-options/#SslMode",
			}},
			URL: "https://mysqlconnector.net/connection-options/",
		},
		{
			Name: "MySQL ODBC", Syntax: Braces, Drivers: []string{"mysql", "mariadb"},
			Parts: map[string]KeywordPart{
				"server": HostPart, "servername": HostPart, "port": PortPart, "uid": UserPart, "user": UserPart, "pwd": PasswordPart, "password": PasswordPart,
				"database": DatabasePart, "db": DatabasePart,
			},
			Options: []string{"driver", "dsn", "option", "charset", "sslmode", "sslca", "sslkey", "sslcert", "socket", "stmt", "no_schema"},
			Values: []ParameterValues{{
				Name: "sslmode", Values: []string{"DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"}, Fold: true,
				URL: "https://dev.mysql.com/doc/connector-odbc/en/connector-odbc-configuration-connection-parameters.html",
			}},
			URL: "https://dev.mysql.com/doc/connector-odbc/en/connector-odbc-configuration-connection-parameters.html",
		},
	}
}
