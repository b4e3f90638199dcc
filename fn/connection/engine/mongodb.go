package engine

// mongodb is MongoDB: https://www.mongodb.com/docs/manual/reference/connection-string/.
func mongodb() []*Engine {
	tls := parameter{"tls", "true"}
	return row(Engine{
		Name: "mongodb", Aliases: []string{"mongo"}, Protocol: "mongodb",
		Schemes: []Scheme{{Name: "mongodb", Port: 27017, Database: true}, {Name: "mongodb+srv", Database: true, TLS: true}},
		Port:    27017, PortNames: []string{"mongodb", "mongo"},
		Variables: []string{"MONGO", "MONGODB"},
		Formats: []Format{
			urlFormat("url", "URL; a replica set with service.pods and parameter replicaSet", urlStyle{scheme: "mongodb", hosts: hostsInURL}, tls),
			urlFormat("srv", "mongodb+srv URL: hosts and ports from DNS, the Service's port must be named mongodb", urlStyle{scheme: "mongodb+srv", noPort: true}, tls),
		},
	})
}
