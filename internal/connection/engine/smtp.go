package engine

var _ = register(smtp)

// smtp is mail submission: https://www.rfc-editor.org/rfc/rfc6409. Clients do
// not agree about the port of a URL without one.
func smtp() []*Engine {
	return row(Engine{
		Name: "smtp", Protocol: "smtp", Schemes: []Scheme{{Name: "smtp"}, {Name: "smtps", Port: 465, TLS: true}},
		Port: 587, TLSPort: 465, PortNames: []string{"smtp", "smtps", "submission"},
		Encode:  "/?#",
		Formats: []Format{schemeURL("smtp", "smtps", oneHost, noDatabase)},
	})
}
