package engine

var _ = register(mongodb)

// mongodb is MongoDB: https://www.mongodb.com/docs/manual/reference/connection-string/.
func mongodb() []*Engine {
	tls := parameter{"tls", "true"}
	return row(Engine{
		Name: "mongodb", Aliases: []string{"mongo"}, Protocol: "mongodb",
		Schemes: []Scheme{{Name: "mongodb", Port: 27017, Database: true}, {Name: "mongodb+srv", Database: true, TLS: true}},
		Port:    27017, PortNames: []string{"mongodb", "mongo"},
		Variables:    []string{"MONGO", "MONGODB"},
		AuthDatabase: "admin",
		// The specification lets drivers refuse all of them:
		// https://github.com/mongodb/specifications/blob/master/source/connection-string/connection-string-spec.md#userinfo-optional
		Encode: ":/?#[]@%",
		Values: []ParameterValues{
			{Name: "tls", Values: []string{"true", "false"}, URL: mongoOptions}, {Name: "ssl", Values: []string{"true", "false"}, URL: mongoOptions},
			{Name: "retryWrites", Values: []string{"true", "false"}, URL: mongoOptions}, {Name: "retryReads", Values: []string{"true", "false"}, URL: mongoOptions},
			{Name: "directConnection", Values: []string{"true", "false"}, URL: mongoOptions},
			{Name: "readPreference", Values: []string{"primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest"}, Fold: true, URL: mongoOptions},
			{Name: "readConcernLevel", Values: []string{"local", "majority", "linearizable", "available", "snapshot"}, URL: mongoOptions},
			{Name: "authMechanism", Values: []string{"SCRAM-SHA-1", "SCRAM-SHA-256", "MONGODB-X509", "MONGODB-AWS", "MONGODB-OIDC", "GSSAPI", "PLAIN", "MONGODB-CR", "DEFAULT"}, URL: mongoOptions},
		},
		Wanted: []Wanted{{
			Names:    []string{"SPRING_DATA_MONGODB_URI", "SPRING_MONGODB_URI", "spring.data.mongodb.uri"},
			Prefixes: []string{"mongodb:", "mongodb+srv:"}, URL: "https://docs.spring.io/spring-boot/reference/data/nosql.html#data.nosql.mongodb.connecting",
		}, {
			Names: []string{"MONGODB_URI", "MONGO_URI", "MONGO_URL", "MONGODB_URL", "ME_CONFIG_MONGODB_URL"}, Prefixes: []string{"mongodb://", "mongodb+srv://"}, Absolute: true, Doubtful: true, // some programs put it before
			URL: "https://www.mongodb.com/docs/manual/reference/connection-string/",
		}},
		Images: []string{"mongo", "mongodb", "mongodb-community-server", "mongodb-enterprise-server", "percona-server-mongodb"},
		// Databases are made when something is written to them.
		Server: Server{
			Users:     []string{"MONGO_INITDB_ROOT_USERNAME", "MONGODB_INITDB_ROOT_USERNAME", "MONGODB_USERNAME", "MONGODB_ROOT_USER"},
			Passwords: []string{"MONGO_INITDB_ROOT_PASSWORD", "MONGODB_INITDB_ROOT_PASSWORD"},
			Scripts:   []string{"/docker-entrypoint-initdb.d"},
			URL:       "https://hub.docker.com/_/mongo",
		},
		Formats: []Format{
			urlFormat("url", "URL; a replica set with service.pods and parameter replicaSet", urlStyle{scheme: "mongodb", hosts: hostsInURL}, tls),
			urlFormat("srv", "mongodb+srv URL: hosts and ports from DNS, the Service's port must be named mongodb", urlStyle{scheme: "mongodb+srv", noPort: true}, tls),
		},
	})
}

const mongoOptions = "https://www.mongodb.com/docs/manual/reference/connection-string-options/"
