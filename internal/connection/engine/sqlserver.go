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
		Encode:    "/?#%", JDBC: []string{"sqlserver", "jtds"},
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
