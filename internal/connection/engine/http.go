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
			Formats: []Format{webURL(oneHost, 80, 443)}, Wanted: wantedURLs,
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

// wantedURLs are variables of clients that speak HTTP and take no host:port.
var wantedURLs = []Wanted{
	{Names: []string{"VAULT_ADDR"}, Prefixes: []string{"http://", "https://", "unix://"}, Absolute: true, URL: "https://developer.hashicorp.com/vault/docs/commands#vault_addr"},
	{
		Names: []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_DYNAMODB", "MLFLOW_S3_ENDPOINT_URL"}, Prefixes: []string{"http://", "https://"}, Absolute: true,
		URL: "https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html",
	},
	{Names: []string{"SPRING_CLOUD_CONFIG_URI"}, Prefixes: []string{"http://", "https://"}, Absolute: true, URL: "https://docs.spring.io/spring-cloud-config/reference/client.html"},
	{
		Names: []string{"EUREKA_CLIENT_SERVICEURL_DEFAULTZONE", "EUREKA_CLIENT_SERVICE_URL_DEFAULTZONE"}, Prefixes: []string{"http://", "https://"}, Absolute: true,
		URL: "https://docs.spring.io/spring-cloud-netflix/reference/spring-cloud-netflix.html",
	},
	{
		Names: []string{"ETCD_LISTEN_CLIENT_URLS", "ETCD_ADVERTISE_CLIENT_URLS", "ETCD_LISTEN_PEER_URLS", "ETCD_INITIAL_ADVERTISE_PEER_URLS"}, Prefixes: []string{"http://", "https://", "unix://", "unixs://"}, Absolute: true,
		URL: "https://etcd.io/docs/latest/op-guide/configuration/",
	},
	{
		Names: []string{"OTEL_EXPORTER_ZIPKIN_ENDPOINT"}, Prefixes: []string{"http://", "https://"}, Absolute: true, Doubtful: true,
		URL: "https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#zipkin-exporter",
	},
	{Names: []string{"DOCKER_HOST"}, Prefixes: []string{"tcp://", "unix://", "ssh://", "fd://", "npipe://", "http://", "https://"}, Absolute: true, URL: "https://docs.docker.com/reference/cli/docker/#environment-variables"},
}
