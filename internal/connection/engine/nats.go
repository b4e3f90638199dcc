package engine

var _ = register(nats)

// nats is NATS: https://docs.nats.io/using-nats/developer/connecting.
func nats() []*Engine {
	return row(Engine{
		Name: "nats", Protocol: "nats", Schemes: []Scheme{{Name: "nats", Port: 4222}},
		Port: 4222, PortNames: []string{"nats", "client"}, Variables: []string{"NATS"}, Encode: "/?#", Images: []string{"nats", "nats-streaming"},
		Formats: []Format{schemeURL("nats", "tls", urlPerHost, noDatabase)},
	})
}
