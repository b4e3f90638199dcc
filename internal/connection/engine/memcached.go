package engine

var _ = register(memcached)

// memcached is Memcached, named by host and port.
func memcached() []*Engine {
	return row(Engine{
		Name: "memcached", Aliases: []string{"memcache"}, Schemes: []Scheme{{Name: "memcached", Port: 11211}},
		Port: 11211, PortNames: []string{"memcached", "memcache"}, Images: []string{"memcached"},
	})
}
