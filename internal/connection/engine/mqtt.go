package engine

var _ = register(mqtt)

// mqtt is MQTT: https://github.com/mqtt/mqtt.org/wiki/URI-Scheme.
func mqtt() []*Engine {
	return row(Engine{
		Name: "mqtt", Protocol: "mqtt", Schemes: []Scheme{{Name: "mqtt", Port: 1883}, {Name: "mqtts", Port: 8883, TLS: true}},
		Port: 1883, TLSPort: 8883, PortNames: []string{"mqtt", "mqtts"},
		Encode: "/?#", Images: []string{"eclipse-mosquitto", "mosquitto", "emqx"},
		Formats: []Format{schemeURL("mqtt", "mqtts", oneHost, noDatabase)},
	})
}
