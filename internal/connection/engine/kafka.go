package engine

var _ = register(kafka)

// kafka is Kafka, whose clients take host:port lists and logins:
// https://kafka.apache.org/documentation/#security_sasl_config
func kafka() []*Engine {
	return row(Engine{
		Name: "kafka", Aliases: []string{"redpanda"}, Protocol: "kafka", Schemes: []Scheme{{Name: "kafka"}},
		Port: 9092, TLSPort: 9093, PortNames: []string{"kafka", "broker", "client", "plaintext"},
		Images: []string{"kafka", "cp-kafka", "redpanda"},
		Wanted: []Wanted{{
			Names:    []string{"SCHEMA_REGISTRY_URL", "CONNECT_KEY_CONVERTER_SCHEMA_REGISTRY_URL", "CONNECT_VALUE_CONVERTER_SCHEMA_REGISTRY_URL", "KSQL_KSQL_SCHEMA_REGISTRY_URL", "KAFKA_REST_SCHEMA_REGISTRY_URL"},
			Prefixes: []string{"http://", "https://", "mock://"}, Absolute: true, URL: "https://docs.confluent.io/platform/current/schema-registry/connect.html",
		}},
		Formats: []Format{
			jaas("jaas", "Kafka's sasl.jaas.config for mechanism PLAIN", "org.apache.kafka.common.security.plain.PlainLoginModule"),
			jaas("jaas-scram", "the same for SCRAM-SHA-256 and SCRAM-SHA-512", "org.apache.kafka.common.security.scram.ScramLoginModule"),
		},
	})
}
