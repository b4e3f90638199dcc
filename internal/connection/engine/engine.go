// Package engine knows how the addresses of databases, brokers and other
// servers are written: one row of a table for each engine, with its schemes,
// ports and formats. It is pure text: it knows nothing of Kubernetes objects.
//
//	e, _ := engine.Lookup("postgresql")
//	v, err := e.Format("url", engine.Address{
//		Hosts:    []engine.HostPort{{Host: "postgres-service.postgresql-prod.svc.cluster.local", Port: 5432}},
//		Username: engine.Literal("postgres"),
//		Password: engine.Variable("POSTGRES_PASSWORD"),
//		Database: "wealist",
//	})
//	v.Env() // postgresql://postgres:$(POSTGRES_PASSWORD)@postgres-service…:5432/wealist
//
// Every format can be parsed as well, and Parse(Format(a)) is a, restricted to
// the parts the format carries.
package engine

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// HostPort is one server. Port is 0 where there is none.
type HostPort struct {
	Host string
	Port int
}

// String is host:port, with brackets around IPv6 addresses.
func (h HostPort) String() string {
	if h.Port == 0 {
		if strings.Contains(h.Host, ":") {
			return "[" + h.Host + "]"
		}
		return h.Host
	}
	return net.JoinHostPort(h.Host, strconv.Itoa(h.Port))
}

// Address is everything a client needs to know to connect.
type Address struct {
	Hosts []HostPort
	// Username and Password are nil where there are none.
	Username, Password *Text
	// Database is the name after the address: a database, a Redis number, a
	// RabbitMQ virtual host, an HTTP path.
	Database string
	// Parameters are options such as sslmode=require, in the spelling of the
	// format they are written to.
	Parameters map[string]string
	// TLS asks for the encrypted form: another scheme, or a parameter.
	TLS bool
}

// Parts is a set of the parts of an Address.
type Parts uint8

// The parts of an Address.
const (
	Hosts Parts = 1 << iota
	Ports
	Username
	Password
	Database
	Parameters
	TLS

	userInfo = Username | Password
)

// Engine is one row of the table.
type Engine struct {
	// Name is the engine's name in the configuration; Aliases are accepted too.
	Name    string
	Aliases []string
	// Schemes are the URL schemes that mean this engine, without those of
	// other engines. They serve to recognize addresses, not to write them.
	Schemes []Scheme
	// Protocol is what its clients and servers speak, by one name for all
	// engines that understand each other; TLSProtocol is another name for the
	// encrypted form. It is empty where names of ports and schemes do not tell.
	Protocol, TLSProtocol string
	// Variables are what the environment variables about it begin with:
	// POSTGRES for POSTGRES_HOST. Only servers whose URLs programs take apart
	// have some.
	Variables []string
	// Port is the usual port, TLSPort the one for encrypted connections where
	// that is another one. 0 means that there is no usual port.
	Port, TLSPort int
	// PortNames are usual names of the engine's port in Services.
	PortNames []string
	// AuthDatabase is what the path of a URL may name instead of the database that
	// the program works with: where users are looked up.
	AuthDatabase string
	// Images are the last parts of the names of images that run it.
	Images []string
	// Server says what such an image creates by itself.
	Server Server
	// Encode are the characters that its own clients refuse, or read as the end
	// of the user info, when they stand unencoded in the user name or password of
	// a URL. It is empty where its URLs have no user info.
	Encode string
	// Values are parameters that take one of a few values.
	Values []ParameterValues
	// Keywords are the connection strings of its drivers that are lists of
	// keywords and values.
	Keywords []Keywords
	// Wanted are variables for its addresses whose readers take one form only.
	Wanted []Wanted
	// JDBC are the subprotocols of its JDBC drivers, the usual one first.
	JDBC []string
	// jdbcUserInfo says that its JDBC URLs may have user info.
	jdbcUserInfo bool
	// Formats are the ways in which an address is written; see also Common.
	Formats []Format
}

// Scheme is a URL scheme, without jdbc: and without what stands behind a plus
// sign (postgresql+asyncpg).
type Scheme struct {
	Name string
	// Port is what clients take where a URL has none, 0 where they do not agree.
	Port int
	// TLS says that the scheme asks for encryption.
	TLS bool
	// Database says that the first part of the path is the name of a database.
	Database bool
}

// Server is what the images of an engine create when they start on an empty
// volume: the environment variables that name it, and what is there without.
type Server struct {
	// Users and Databases are the variables, the one that counts first.
	Users, Databases []string
	// Passwords are the variables for the password of that user, Roots those for
	// the users that are always there.
	Passwords []string
	Roots     map[string][]string
	// DefaultUsers are there where no variable names one; AlwaysUsers and
	// AlwaysDatabases in any case.
	DefaultUsers, AlwaysUsers, AlwaysDatabases []string
	// DatabaseOfUser says that without a variable the database is called as the
	// user.
	DatabaseOfUser bool
	// Word is what a database is called, "database" unless set.
	Word string
	// Scripts are directories whose scripts may create more.
	Scripts []string
	// URL is the image's documentation.
	URL string
}

// DatabaseName is what a database of the server is called.
func (s *Server) DatabaseName() string {
	if s.Word != "" {
		return s.Word
	}
	return "database"
}

// Format is one way to write an Address.
type Format struct {
	Name string
	// Doc says in a few words what it is for, Example shows one.
	Doc string
	// Carries are the parts of an Address that the text holds. The others are
	// left out without an error: they have variables of their own.
	Carries Parts

	// tls is the parameter that asks for TLS where the scheme cannot.
	tls parameter
	// many is set when the text can hold more than one host.
	many bool
	// drivers is set when "+driver" may follow the format's name.
	drivers bool

	write func(w *writer, a Address)
	parse func(text string) (Address, error)
}

// parameter is a key and its value.
type parameter struct{ key, value string }

// All returns the rows of the table, sorted by name.
func All() []*Engine { return table() }

var byName = sync.OnceValue(func() map[string]*Engine {
	m := map[string]*Engine{}
	for _, e := range table() {
		m[e.Name] = e
		for _, alias := range e.Aliases {
			m[alias] = e
		}
	}
	return m
})

// Lookup finds an engine by its name or an alias.
func Lookup(name string) (*Engine, bool) {
	e, ok := byName()[strings.ToLower(name)]
	return e, ok
}

// found is a scheme with its engine.
type found struct {
	engine *Engine
	scheme Scheme
}

var byScheme = sync.OnceValue(func() map[string]found {
	m := map[string]found{}
	for _, e := range table() {
		for _, s := range e.Schemes {
			m[s.Name] = found{e, s}
		}
	}
	return m
})

// ByScheme finds the engine that a URL's scheme means. The scheme is in lower
// case, without jdbc: or r2dbc:; a driver behind a plus sign is allowed.
func ByScheme(scheme string) (*Engine, Scheme, bool) {
	f, ok := byScheme()[scheme]
	if !ok {
		if base, _, driver := strings.Cut(scheme, "+"); driver {
			f, ok = byScheme()[base]
		}
	}
	return f.engine, f.scheme, ok
}

var byImage = sync.OnceValue(func() map[string]*Engine {
	m := map[string]*Engine{}
	for _, e := range table() {
		for _, image := range e.Images {
			m[image] = e
		}
	}
	return m
})

// ByImage finds the engine that an image runs, by the last part of its name, or
// the last two.
func ByImage(image string) (*Engine, bool) {
	image, _, _ = strings.Cut(image, "@")
	if colon := strings.LastIndexByte(image, ':'); colon > strings.LastIndexByte(image, '/') {
		image = image[:colon]
	}
	words := strings.Split(image, "/")
	e, ok := byImage()[words[len(words)-1]]
	if !ok && len(words) > 1 {
		e, ok = byImage()[strings.Join(words[len(words)-2:], "/")]
	}
	return e, ok
}

// ProtocolOf returns the protocol that a word means in the name of a port, an
// appProtocol or a scheme, or "".
func ProtocolOf(word string) string {
	if e, scheme, ok := ByScheme(word); ok {
		if scheme.TLS && e.TLSProtocol != "" {
			return e.TLSProtocol
		}
		return e.Protocol
	}
	if e, ok := byName()[word]; ok {
		return e.Protocol
	}
	return ""
}

// Names are the names and aliases that Lookup knows, sorted.
func Names() []string {
	names := make([]string, 0, len(byName()))
	for name := range byName() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// FormatNames are the names of the formats of e, its own first.
func (e *Engine) FormatNames() []string {
	var names []string
	for _, f := range e.Formats {
		names = append(names, f.Name)
	}
	for _, f := range e.common() {
		names = append(names, f.Name)
	}
	return names
}

// common are those of the common formats that mean something for e.
func (e *Engine) common() []Format {
	known := e.parts() | Hosts | Ports
	return slices.DeleteFunc(slices.Clone(Common()), func(f Format) bool { return f.Carries&^known != 0 })
}

// UnknownFormatError says that an engine has no such format.
type UnknownFormatError struct {
	Engine *Engine
	Format string
}

func (err *UnknownFormatError) Error() string {
	return fmt.Sprintf("%s has no format %q: expected one of %s, or a template with {{ }}",
		err.Engine.Name, err.Format, strings.Join(err.Engine.FormatNames(), ", "))
}

// format finds a format by name. The driver of a name such as url+asyncpg is
// returned apart.
func (e *Engine) format(name string) (f Format, driver string, err error) {
	for _, f := range e.Formats {
		if f.Name == name {
			return f, "", nil
		}
		if d, ok := strings.CutPrefix(name, f.Name+"+"); ok && f.drivers && isDriver(d) {
			return f, d, nil
		}
	}
	for _, f := range e.common() {
		if f.Name == name {
			return f, "", nil
		}
	}
	return Format{}, "", &UnknownFormatError{e, name}
}

// Carries returns the parts of an Address that a format's text holds.
func (e *Engine) Carries(format string) (Parts, error) {
	if IsTemplate(format) {
		return templateCarries(format)
	}
	f, _, err := e.format(format)
	return f.Carries, err
}

// parts are those that at least one of the engine's own formats carries, or
// all where it has none.
func (e *Engine) parts() Parts {
	if len(e.Formats) == 0 {
		return userInfo | Database | Parameters
	}
	var p Parts
	for _, f := range e.Formats {
		p |= f.Carries
	}
	return p
}

// Format writes a in a format of the engine or, when format holds {{, as a
// template. Parts that the format does not carry are left out; parts that the
// engine as a whole does not know are errors.
func (e *Engine) Format(format string, a Address) (Value, error) {
	if err := check(a); err != nil {
		return Value{}, err
	}
	w := &writer{}
	if IsTemplate(format) {
		writeTemplate(w, format, a)
		return w.result()
	}
	known := e.parts()
	if a.Database != "" && known&Database == 0 {
		return Value{}, fmt.Errorf("%s addresses have no database", e.Name)
	}
	if len(a.Parameters) > 0 && known&Parameters == 0 {
		return Value{}, fmt.Errorf("%s addresses have no parameters", e.Name)
	}
	f, driver, err := e.format(format)
	if err != nil {
		return Value{}, err
	}
	if n := len(a.Hosts); n > 1 && f.Carries&Hosts != 0 && !f.many {
		return Value{}, fmt.Errorf("format %s of %s names one host, not %d", f.Name, e.Name, n)
	}
	if a, err = f.canonical(a); err != nil {
		return Value{}, fmt.Errorf("format %s of %s %w", f.Name, e.Name, err)
	}
	if a.TLS && f.tls.key != "" {
		params := map[string]string{f.tls.key: f.tls.value}
		for k, v := range a.Parameters {
			params[k] = v
		}
		a.Parameters = params
	}
	f.write(w, a)
	v, err := w.result()
	if driver != "" && err == nil {
		v.insertDriver(driver)
	}
	return v, err
}

// Parse reads what Format wrote. User name and password are Literals.
func (e *Engine) Parse(format, text string) (Address, error) {
	f, driver, err := e.format(format)
	if err != nil {
		return Address{}, err
	}
	if driver != "" {
		scheme, rest, ok := strings.Cut(text, "+"+driver+"://")
		if !ok {
			return Address{}, fmt.Errorf("no +%s:// in the URL", driver)
		}
		text = scheme + "://" + rest
	}
	a, err := f.parse(text)
	if err != nil {
		return Address{}, err
	}
	return f.canonical(a)
}

// canonical moves TLS from the parameters to the field where it was written
// as the format writes it. An explicit other value wins over the field.
func (f Format) canonical(a Address) (Address, error) {
	if f.tls.key == "" {
		if a.TLS && f.Carries&Parameters != 0 && f.Carries&TLS == 0 {
			return a, fmt.Errorf("has no form of its own for TLS: say it in parameters")
		}
		return a, nil
	}
	v, ok := a.Parameters[f.tls.key]
	if !ok {
		return a, nil
	}
	a.TLS = v == f.tls.value
	if !a.TLS {
		return a, nil
	}
	rest := map[string]string{}
	for k, v := range a.Parameters {
		if k != f.tls.key {
			rest[k] = v
		}
	}
	if a.Parameters = rest; len(rest) == 0 {
		a.Parameters = nil
	}
	return a, nil
}

// check refuses what no format could write.
func check(a Address) error {
	if len(a.Hosts) == 0 {
		return fmt.Errorf("no host")
	}
	for _, h := range a.Hosts {
		if !validHost(h.Host) {
			return fmt.Errorf("%q is not a host name", h.Host)
		}
		if h.Port < 0 || h.Port > 65535 {
			return fmt.Errorf("%d is not a port number", h.Port)
		}
	}
	if strings.ContainsRune(a.Database, 0) {
		return fmt.Errorf("the database's name has a NUL byte")
	}
	for k, v := range a.Parameters {
		if k == "" || strings.ContainsRune(k+v, 0) {
			return fmt.Errorf("parameter %q is empty or has a NUL byte", k)
		}
	}
	return nil
}

// validHost reports whether s is a DNS name, an IPv4 or an IPv6 address.
// Underscores are accepted, as in the names of DNS SRV records.
func validHost(s string) bool {
	if strings.Contains(s, ":") {
		return net.ParseIP(s) != nil
	}
	if s == "" || len(s) > 253 || s[0] == '.' || s[0] == '-' {
		return false
	}
	for _, c := range s {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.', c == '_':
		default:
			return false
		}
	}
	return true
}

// isDriver reports whether s can follow the + of a URL scheme.
func isDriver(s string) bool {
	for _, c := range s {
		if ('a' > c || c > 'z') && ('0' > c || c > '9') && c != '_' {
			return false
		}
	}
	return s != ""
}
