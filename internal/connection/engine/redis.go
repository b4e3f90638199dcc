package engine

var _ = register(redis)

// redis is Redis, what speaks its protocol, and Sentinel. URLs:
// https://www.iana.org/assignments/uri-schemes/prov/redis,
// .NET: https://stackexchange.github.io/StackExchange.Redis/Configuration,
// Sentinel: https://redis.github.io/lettuce/user-guide/connecting-redis/.
func redis() []*Engine {
	return []*Engine{
		{
			Name: "redis", Aliases: []string{"valkey", "keydb", "dragonfly"}, Protocol: "redis",
			Schemes: []Scheme{{Name: "redis", Port: 6379}, {Name: "rediss", Port: 6379, TLS: true}, {Name: "valkey", Port: 6379}, {Name: "valkeys", Port: 6379, TLS: true}},
			Port:    6379, PortNames: []string{"redis", "valkey"},
			Variables: []string{"REDIS", "VALKEY", "CACHE"}, Encode: "/?#",
			Values: []ParameterValues{{Name: "ssl_cert_reqs", Values: []string{"none", "optional", "required", "CERT_NONE", "CERT_OPTIONAL", "CERT_REQUIRED"},
				URL: "https://redis.readthedocs.io/en/stable/connections.html#redis.connection.SSLConnection"}},
			Keywords: []Keywords{{
				Name: "StackExchange.Redis", Syntax: Commas, Closed: true,
				Parts: map[string]KeywordPart{"user": UserPart, "password": PasswordPart, "defaultdatabase": DatabasePart},
				Options: []string{
					"abortconnect", "allowadmin", "asynctimeout", "channelprefix", "checkcertificaterevocation", "configchannel", "configcheckseconds", "configurationchannel",
					"connectretry", "connecttimeout", "heartbeatconsistencychecks", "heartbeatinterval", "highprioritysocketthreads", "highprioritythreads", "keepalive", "name", "preserveasyncorder", "protocol",
					"proxy", "resolvedns", "responsetimeout", "servicename", "setclientlibrary", "ssl", "sslhost", "sslprotocols", "synctimeout", "tiebreaker", "tunnel", "version", "writebuffer",
					"$client", "$info",
				},
				Values: []ParameterValues{
					{Name: "ssl", Values: []string{"true", "false", "yes", "no", "on", "off"}, Fold: true, URL: stackExchangeURL},
					{Name: "abortconnect", Values: []string{"true", "false", "yes", "no", "on", "off"}, Fold: true, URL: stackExchangeURL},
				},
				URL: stackExchangeURL,
			}},
			Wanted: []Wanted{{
				Names:    []string{"REDIS_URL", "REDIS_URI", "VALKEY_URL", "SPRING_DATA_REDIS_URL", "SPRING_REDIS_URL"},
				Prefixes: []string{"redis://", "rediss://", "redis+", "rediss+", "valkey://", "valkeys://", "unix://", "redis-sentinel://", "rediss-sentinel://", "tcp://", "tls://", "jdbc:"}, Absolute: true, Doubtful: true, // some programs put it before
				Alone:  true,                                        // https://pkg.go.dev/github.com/redis/go-redis/v9#Options
				Unless: []string{"REDIS_SOCKET_TYPE", "REDIS_TYPE"}, // https://github.com/envoyproxy/ratelimit#redis
				URL:    "https://www.iana.org/assignments/uri-schemes/prov/redis",
			}},
			Images: []string{"redis", "redis-stack", "redis-stack-server", "valkey", "keydb", "dragonfly"},
			Formats: []Format{
				schemeURL("redis", "rediss", oneHost, asNumber),
				pairFormat("stackexchange", "StackExchange.Redis configuration for .NET", pairStyle{
					separator: ",", server: asHead, username: "user", password: "password", database: "defaultDatabase", number: true,
					quote: noQuoting,
				}, parameter{"ssl", "true"}, true),
			},
		},
		{
			Name: "redis-sentinel", Aliases: []string{"sentinel"},
			Schemes: []Scheme{{Name: "redis-sentinel", Port: 26379}, {Name: "rediss-sentinel", Port: 26379, TLS: true}},
			Port:    26379, PortNames: []string{"sentinel", "redis-sentinel"}, Encode: "/?#",
			Formats: []Format{
				urlFormat("url", "Lettuce's redis-sentinel URL; parameter sentinelMasterId is the master's name",
					urlStyle{scheme: "redis-sentinel", tlsScheme: "rediss-sentinel", hosts: hostsInURL, database: asNumber, fragment: "sentinelMasterId"}, parameter{}),
			},
		},
	}
}

const stackExchangeURL = "https://stackexchange.github.io/StackExchange.Redis/Configuration"
