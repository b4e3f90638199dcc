package engine

var _ = register(ldap)

// ldap is LDAP: https://www.rfc-editor.org/rfc/rfc4516.
func ldap() []*Engine {
	return row(Engine{
		Name: "ldap", Protocol: "ldap", Schemes: []Scheme{{Name: "ldap", Port: 389}, {Name: "ldaps", Port: 636, TLS: true}},
		Port: 389, TLSPort: 636, PortNames: []string{"ldap", "ldaps"},
		Images:  []string{"openldap"},
		Formats: []Format{schemeURL("ldap", "ldaps", oneHost, inPath)},
	})
}
