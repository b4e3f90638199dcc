package engine

// rabbitmq is RabbitMQ: https://www.rabbitmq.com/docs/uri-spec.
func rabbitmq() []*Engine {
	return row(Engine{
		Name: "rabbitmq", Aliases: []string{"amqp"}, Protocol: "amqp",
		Schemes: []Scheme{{Name: "amqp", Port: 5672}, {Name: "amqps", Port: 5671, TLS: true}},
		Port:    5672, TLSPort: 5671, PortNames: []string{"amqp", "amqps", "rabbitmq"},
		Variables: []string{"RABBITMQ", "RABBIT", "AMQP"},
		Formats:   []Format{schemeURL("amqp", "amqps", oneHost, inPath)},
	})
}
