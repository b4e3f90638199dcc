package engine

var _ = register(elasticsearch)

// elasticsearch is Elasticsearch and OpenSearch, which speak HTTP:
// https://www.elastic.co/docs/reference/elasticsearch/configuration-reference/networking-settings
func elasticsearch() []*Engine {
	return row(Engine{
		Name: "elasticsearch", Aliases: []string{"opensearch", "elastic"},
		Port: 9200, PortNames: []string{"http", "https", "elasticsearch", "opensearch", "rest"},
		Images: []string{"elasticsearch", "opensearch"},
		Wanted: []Wanted{{
			// Others than Kibana have variables of this name too.
			Names: []string{"ELASTICSEARCH_HOSTS", "ELASTICSEARCH_URL"}, Prefixes: []string{"http://", "https://"}, Absolute: true, Doubtful: true,
			URL: "https://www.elastic.co/docs/reference/kibana/configuration-reference/general-settings#elasticsearch-hosts",
		}},
		Formats: []Format{webURL(urlPerHost, 0, 0)},
	})
}
