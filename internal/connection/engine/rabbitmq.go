package engine

var _ = register(rabbitmq)

// rabbitmq is RabbitMQ: https://www.rabbitmq.com/docs/uri-spec.
func rabbitmq() []*Engine {
	return row(Engine{
		Name: "rabbitmq", Aliases: []string{"amqp"}, Protocol: "amqp",
		Schemes: []Scheme{{Name: "amqp", Port: 5672}, {Name: "amqps", Port: 5671, TLS: true}},
		Port:    5672, TLSPort: 5671, PortNames: []string{"amqp", "amqps", "rabbitmq"},
		Variables: []string{"RABBITMQ", "RABBIT", "AMQP"}, Encode: "/?#",
		Wanted: []Wanted{{
			Names: []string{"CELERY_BROKER_URL", "CELERY_BROKER"}, Absolute: true, URL: "https://docs.celeryq.dev/en/stable/userguide/configuration.html#broker-settings",
			Prefixes: []string{"amqp://", "redis://", "amqps://", "rediss://", "sentinel://", "sqs://", "pyamqp://", "confluentkafka://", "filesystem://", "memory://", "redis+socket://", "sqla+", "zookeeper://", "mongodb://", "gcpubsub://", "azureservicebus://", "librabbitmq://", "py-amqp://"},
		}},
		Images: []string{"rabbitmq", "rabbitmq-management"},
		// The path is the virtual host without its leading slash: "/" is %2F.
		Server: Server{
			Users: []string{"RABBITMQ_DEFAULT_USER", "RABBITMQ_USERNAME"}, Passwords: []string{"RABBITMQ_DEFAULT_PASS", "RABBITMQ_PASSWORD"},
			Databases: []string{"RABBITMQ_DEFAULT_VHOST", "RABBITMQ_VHOST"}, DefaultUsers: []string{"guest"}, AlwaysDatabases: []string{"/", ""},
			Word:    "virtual host",
			Scripts: []string{"/etc/rabbitmq"}, URL: "https://hub.docker.com/_/rabbitmq",
		},
		Formats: []Format{schemeURL("amqp", "amqps", oneHost, inPath)},
	})
}
