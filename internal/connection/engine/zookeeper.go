package engine

var _ = register(zookeeper)

// zookeeper is the coordination services: ZooKeeper, named by host and port, and
// etcd, which speaks HTTP: https://etcd.io/docs/latest/op-guide/configuration/.
func zookeeper() []*Engine {
	return []*Engine{
		{Name: "zookeeper", Port: 2181, PortNames: []string{"client", "zookeeper", "tcp-client"}},
		{Name: "etcd", Port: 2379, PortNames: []string{"client", "etcd"}, Formats: []Format{webURL(urlPerHost, 0, 0)}},
	}
}
