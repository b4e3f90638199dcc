package engine

var _ = register(sqlserver)

// sqlserver is Microsoft SQL Server. URLs: https://github.com/microsoft/go-mssqldb#the-connection-string-can-be-specified-in-one-of-three-formats,
// JDBC: https://learn.microsoft.com/sql/connect/jdbc/building-the-connection-url.
func sqlserver() []*Engine {
	encrypt := parameter{"encrypt", "true"}
	return row(Engine{
		Name: "sqlserver", Aliases: []string{"mssql"}, Protocol: "sqlserver",
		// The path of sqlserver:// is an instance; SQLAlchemy's mssql:// has a database there.
		Schemes: []Scheme{{Name: "sqlserver", Port: 1433}, {Name: "mssql", Port: 1433, Database: true}},
		Port:    1433, PortNames: []string{"sqlserver", "mssql", "tds"},
		Variables: []string{"MSSQL", "SQLSERVER"},
		Images:    []string{"mssql/server", "mssql-server-linux", "azure-sql-edge"},
		Encode:    "/?#%", JDBC: []string{"sqlserver", "jtds"}, Keywords: sqlserverKeywords(),
		Server: Server{
			Roots: map[string][]string{"sa": {"MSSQL_SA_PASSWORD", "SA_PASSWORD"}}, AlwaysUsers: []string{"sa"},
			URL: "https://learn.microsoft.com/sql/linux/sql-server-linux-configure-environment-variables",
		},
		Values: []ParameterValues{
			{Name: "encrypt", Values: []string{"true", "false", "strict", "disable", "mandatory", "optional", "yes", "no", "1", "0", "t", "f"}, Fold: true,
				URL: "https://github.com/microsoft/go-mssqldb#common-parameters"},
		},
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
	})
}

// sqlserverKeywords are the strings that Microsoft.Data.SqlClient and the ODBC
// drivers of SQL Server read.
func sqlserverKeywords() []Keywords {
	yesOrNo := []string{"true", "false", "yes", "no"}
	const client = "https://learn.microsoft.com/dotnet/api/microsoft.data.sqlclient.sqlconnection.connectionstring"
	const odbc = "https://learn.microsoft.com/sql/connect/odbc/dsn-connection-string-attribute"
	return []Keywords{
		{
			Name: "SQL Server", Syntax: Semicolons, PortInHost: ",",
			Parts: map[string]KeywordPart{
				"server": HostPart, "datasource": HostPart, "address": HostPart, "addr": HostPart, "networkaddress": HostPart, "port": PortPart,
				"userid": UserPart, "uid": UserPart, "user": UserPart, "password": PasswordPart, "pwd": PasswordPart,
				"database": DatabasePart, "initialcatalog": DatabasePart,
			},
			Options: []string{
				"applicationintent", "applicationname", "app", "attachdbfilename", "authentication", "commandtimeout", "connectretrycount", "connectretryinterval",
				"connecttimeout", "connectiontimeout", "timeout", "connectionlifetime", "loadbalancetimeout", "currentlanguage", "language", "encrypt", "enlist",
				"failoverpartner", "hostnameincertificate", "integratedsecurity", "trusted_connection", "ipaddresspreference", "maxpoolsize", "minpoolsize",
				"multipleactiveresultsets", "multisubnetfailover", "networklibrary", "network", "net", "packetsize", "persistsecurityinfo", "pooling", "poolblockingperiod",
				"replication", "servercertificate", "trustservercertificate", "typesystemversion", "userinstance", "workstationid", "wsid", "columnencryptionsetting",
				"attestationprotocol", "enclaveattestationurl", "contextconnection", "transactionbinding", "connectionreset", "asynchronousprocessing", "async",
			},
			Doubtful: map[string]string{"port": "server=host,port"}, // go-mssqldb takes it
			Own: []string{
				"host,1433", "host:1433", "multipleactiveresultsets", "trusted_connection", "attachdbfilename", "applicationintent", "userid=sa", "uid=sa", "user=sa",
				"multisubnetfailover", "columnencryptionsetting", "encrypt",
			},
			Values: []ParameterValues{
				{Name: "encrypt", Values: []string{"true", "false", "yes", "no", "strict", "mandatory", "optional", "disable"}, Fold: true, URL: client},
				{Name: "trustservercertificate", Values: yesOrNo, Fold: true, URL: client},
				{Name: "multipleactiveresultsets", Values: yesOrNo, Fold: true, URL: client},
				{Name: "integratedsecurity", Values: append([]string{"sspi"}, yesOrNo...), Fold: true, URL: client},
				{Name: "applicationintent", Values: []string{"ReadOnly", "ReadWrite"}, Fold: true, URL: client},
			},
			URL: client,
		},
		{
			Name: "SQL Server ODBC", Syntax: Braces, PortInHost: ",", Drivers: []string{"sql server", "sqlserver", "sql native client"},
			Parts: map[string]KeywordPart{
				"server": HostPart, "address": HostPart, "addr": HostPart, "uid": UserPart, "pwd": PasswordPart, "database": DatabasePart,
			},
			Options: []string{
				"driver", "dsn", "app", "encrypt", "trustservercertificate", "trusted_connection", "mars_connection", "multisubnetfailover", "applicationintent", "wsid",
				"language", "network", "authentication", "connectretrycount", "connectretryinterval", "hostnameincertificate", "autotranslate", "quotedid", "timeout", "logintimeout",
			},
			Values: []ParameterValues{
				{Name: "encrypt", Values: []string{"yes", "no", "true", "false", "strict", "mandatory", "optional"}, Fold: true, URL: odbc},
				{Name: "trustservercertificate", Values: yesOrNo, Fold: true, URL: odbc},
			},
			URL: odbc,
		},
		{
			Name: "FreeTDS", Syntax: Braces, Drivers: []string{"freetds", "libtdsodbc"},
			Parts: map[string]KeywordPart{
				"server": HostPart, "servername": HostPart, "port": PortPart, "uid": UserPart, "pwd": PasswordPart, "database": DatabasePart,
			},
			Options: []string{"driver", "dsn", "tds_version", "clientcharset", "app", "encryption"},
			URL:     "https://www.freetds.org/userguide/OdbcConnAttr.html",
		},
	}
}
