package engine

var _ = register(http)

// http is what speaks HTTP without being one of the other engines, and the bare
// protocols below it: https://www.rfc-editor.org/rfc/rfc9110#name-http-uri-scheme.
func http() []*Engine {
	return []*Engine{
		{
			Name: "http", Aliases: []string{"https"}, Protocol: "http", TLSProtocol: "https",
			Schemes: []Scheme{{Name: "http", Port: 80}, {Name: "https", Port: 443, TLS: true}, {Name: "ws", Port: 80}, {Name: "wss", Port: 443, TLS: true}},
			Port:    80, TLSPort: 443, PortNames: []string{"http", "https", "web"},
			Formats: []Format{webURL(oneHost, 80, 443)},
		},
		{
			// https://github.com/grpc/grpc/blob/master/doc/naming.md. It runs on
			// HTTP, so http:// to a port called grpc is no contradiction.
			Name: "grpc", Schemes: []Scheme{{Name: "grpc"}, {Name: "grpcs", TLS: true}, {Name: "dns"}},
			PortNames: []string{"grpc", "grpcs"},
			Formats:   []Format{grpcTarget()},
		},
		{
			Name: "tcp", Schemes: []Scheme{{Name: "tcp"}, {Name: "udp"}},
			Formats: []Format{schemeURL("tcp", "", oneHost, noDatabase)},
		},
	}
}
