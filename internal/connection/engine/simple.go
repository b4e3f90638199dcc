package engine

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// plain is the escaping of a value that stands alone in its variable.
var plain = escaping{
	encode: func(s string) (string, error) { return s, nil },
	safe:   func(string) bool { return true },
}

// Common are the formats that every engine has: the parts, one to a variable.
var Common = sync.OnceValue(func() []Format {
	return []Format{
		{
			Name: "hostport", Doc: "host:port, several separated by commas", Carries: Hosts | Ports, many: true,
			write: func(w *writer, a Address) {
				var list []string
				for _, h := range a.Hosts {
					list = append(list, h.String())
				}
				w.lit(strings.Join(list, ","))
			},
			parse: func(text string) (a Address, err error) {
				a.Hosts, err = parseHosts(text, 0)
				return a, err
			},
		},
		{
			Name: "host", Doc: "the host alone, as for PGHOST", Carries: Hosts, many: true,
			write: func(w *writer, a Address) {
				var list []string
				for _, h := range a.Hosts {
					list = append(list, h.Host)
				}
				w.lit(strings.Join(list, ","))
			},
			parse: func(text string) (a Address, err error) {
				a.Hosts, err = joinHosts(text, "")
				return a, err
			},
		},
		{
			Name: "port", Doc: "the port alone, as for PGPORT", Carries: Ports, many: true,
			write: writePort,
			parse: func(text string) (a Address, err error) {
				h, err := parseHost("port:" + text)
				a.Hosts = []HostPort{{Port: h.Port}}
				return a, err
			},
		},
		{
			Name: "database", Doc: "the database's name alone, as for PGDATABASE", Carries: Database,
			write: func(w *writer, a Address) {
				if a.Database == "" {
					w.fail("no database is given")
				}
				w.lit(a.Database)
			},
			parse: func(text string) (Address, error) { return Address{Database: text}, nil },
		},
		{
			Name: "username", Doc: "the user name alone, not encoded", Carries: Username,
			write: func(w *writer, a Address) {
				if a.Username == nil {
					w.fail("no user name is given")
				}
				w.text("user name", a.Username, plain)
			},
			parse: func(text string) (Address, error) { return Address{Username: Literal(text)}, nil },
		},
		{
			Name: "password", Doc: "the password alone, not encoded", Carries: Password,
			write: func(w *writer, a Address) {
				if a.Password == nil {
					w.fail("no password is given")
				}
				w.text("password", a.Password, plain)
			},
			parse: func(text string) (Address, error) { return Address{Password: Literal(text)}, nil },
		},
	}
})

// writePort writes one port, or one to each host where they differ.
func writePort(w *writer, a Address) {
	var ports []string
	for _, h := range a.Hosts {
		if h.Port == 0 {
			w.fail("no port is known")
			return
		}
		ports = append(ports, portText(h.Port))
	}
	if len(slices.Compact(slices.Clone(ports))) == 1 {
		ports = ports[:1]
	}
	w.lit(strings.Join(ports, ","))
}

// goDSN is the data source name of github.com/go-sql-driver/mysql, which
// encodes neither user name nor password:
// https://github.com/go-sql-driver/mysql#dsn-data-source-name
func goDSN() Format {
	user := escaping{
		encode: func(s string) (string, error) {
			if strings.Contains(s, ":") {
				return "", errors.New("has a colon, which a Go data source name cannot express")
			}
			return s, nil
		},
		safe: func(s string) bool { return !strings.Contains(s, ":") },
	}
	return Format{
		Name: "go", Doc: "data source name of go-sql-driver/mysql", tls: parameter{"tls", "true"},
		Carries: Hosts | Ports | userInfo | Database | Parameters | TLS,
		write: func(w *writer, a Address) {
			if a.Username != nil || a.Password != nil {
				w.text("user name", a.Username, user)
				if a.Password != nil {
					w.lit(":")
					w.text("password", a.Password, plain)
				}
				w.lit("@")
			}
			w.lit("tcp(", a.Hosts[0].String(), ")/", url.PathEscape(a.Database))
			for k := range a.Parameters {
				if !isKey(k) || strings.Contains(k, " ") {
					w.fail("%q cannot be a parameter here", k)
				}
			}
			urlStyle{}.writeQuery(w, Address{Database: "-", Parameters: a.Parameters})
		},
		parse: func(text string) (a Address, err error) {
			i := strings.LastIndexByte(text, '/')
			if i < 0 {
				return a, errors.New("no / before the database")
			}
			server, name := text[:i], text[i+1:]
			name, query, _ := strings.Cut(name, "?")
			if a.Database, err = unescape(name); err != nil {
				return a, err
			}
			if at := strings.LastIndexByte(server, '@'); at >= 0 {
				user, pw, hasPassword := strings.Cut(server[:at], ":")
				if server = server[at+1:]; user != "" {
					a.Username = Literal(user)
				}
				if hasPassword {
					a.Password = Literal(pw)
				}
			}
			server, ok := strings.CutPrefix(server, "tcp(")
			server, closed := strings.CutSuffix(server, ")")
			if !ok || !closed {
				return a, errors.New("no tcp(host:port)")
			}
			if a.Hosts, err = parseHosts(server, 0); err != nil {
				return a, err
			}
			return a, a.parseQuery(query)
		},
	}
}

// grpcTarget is the name syntax of gRPC:
// https://github.com/grpc/grpc/blob/master/doc/naming.md
func grpcTarget() Format {
	return Format{
		Name: "url", Doc: "gRPC target that DNS resolves", Carries: Hosts | Ports,
		write: func(w *writer, a Address) { w.lit("dns:///", a.Hosts[0].String()) },
		parse: func(text string) (a Address, err error) {
			rest, ok := strings.CutPrefix(text, "dns:///")
			if !ok {
				return a, errors.New("the target does not begin with dns:///")
			}
			a.Hosts, err = parseHosts(rest, 0)
			return a, err
		},
	}
}

// jaas is the value of Kafka's sasl.jaas.config, for one login module:
// https://kafka.apache.org/documentation/#security_sasl_config
func jaas(name, doc, module string) Format {
	style := pairStyle{
		prefix: module + " required ", separator: " ", end: ";", server: noServer,
		username: "username", password: "password", quote: jaasQuoting,
	}
	f := pairFormat(name, doc, style, parameter{}, true)
	f.Carries = userInfo
	f.write = func(w *writer, a Address) {
		if a.Username == nil || a.Password == nil {
			w.fail("a login needs a user name and a password")
			return
		}
		style.write(w, Address{Username: a.Username, Password: a.Password})
	}
	return f
}
