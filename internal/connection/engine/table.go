package engine

//go:generate go run -C ../../../tools -mod=mod ./docs -engines ../docs/connections.md

import (
	"slices"
	"strings"
	"sync"
)

// registered are the rows of the files of this package, made when the table is.
var registered []func() []*Engine

// register adds the rows of a file: everything that is known of its engines
// stands in them. The table in docs/connections.md is made from them.
func register(rows func() []*Engine) bool {
	registered = append(registered, rows)
	return true
}

// table is the table of engines, by name.
var table = sync.OnceValue(func() []*Engine {
	var all []*Engine
	for _, rows := range registered {
		all = append(all, rows()...)
	}
	slices.SortFunc(all, func(a, b *Engine) int { return strings.Compare(a.Name, b.Name) })
	return all
})

// row is a table of one.
func row(e Engine) []*Engine { return []*Engine{&e} }

// Formats and parameters that several engines share.

// jdbc is a JDBC URL without credentials.
func jdbc(scheme string, hosts hostsStyle, tls parameter) Format {
	return urlFormat("jdbc", "JDBC URL without credentials, which go into variables of their own",
		urlStyle{prefix: "jdbc:", scheme: scheme, hosts: hosts, noCredentials: true}, tls)
}

// r2dbc is an R2DBC URL: https://r2dbc.io/spec/1.0.0.RELEASE/spec/html/#overview.connection.url
func r2dbc(scheme string) Format {
	return urlFormat("r2dbc", "R2DBC URL without credentials",
		urlStyle{prefix: "r2dbc:", scheme: scheme, noCredentials: true}, parameter{"ssl", "true"})
}

// webURL is the URL of something that speaks HTTP.
func webURL(hosts hostsStyle, usual, usualTLS int) Format {
	return urlFormat("url", "http:// or, with tls, https://",
		urlStyle{scheme: "http", tlsScheme: "https", hosts: hosts, database: asPath, usual: usual, usualTLS: usualTLS}, parameter{})
}

// schemeURL is a URL with one scheme, another with TLS, and no more.
func schemeURL(scheme, tlsScheme string, hosts hostsStyle, database databaseStyle) Format {
	return urlFormat("url", "URL", urlStyle{scheme: scheme, tlsScheme: tlsScheme, hosts: hosts, database: database}, parameter{})
}

// withDrivers lets "+driver" follow the format's name, as SQLAlchemy has it:
// https://docs.sqlalchemy.org/en/20/core/engines.html#database-urls
func withDrivers(f Format) Format {
	f.drivers = true
	return f
}
