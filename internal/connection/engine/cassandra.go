package engine

var _ = register(cassandra)

// cassandra is Cassandra and what speaks CQL, mostly named by host and port.
func cassandra() []*Engine {
	return row(Engine{
		Name: "cassandra", Aliases: []string{"scylla"}, Schemes: []Scheme{{Name: "cassandra", Port: 9042}},
		Port: 9042, PortNames: []string{"cql", "cassandra"}, Images: []string{"cassandra", "scylla"},
	})
}
