package host

import "strings"

// Commands whose operands or options are hosts. Their man pages are the source.
var clients = map[string]client{
	"nc":            {operand: true},
	"ncat":          {operand: true},
	"netcat":        {operand: true},
	"telnet":        {operand: true},
	"nslookup":      {operand: true},
	"ping":          {operand: true},
	"hosts":         {operand: true}, // getent hosts
	"replicaof":     {operand: true}, // redis.conf
	"slaveof":       {operand: true},
	"monitor":       {operand: true, skip: 1}, // sentinel monitor <name> <host> <port>
	"psql":          {flag: "-h", port: "-p"},
	"pg_isready":    {flag: "-h", port: "-p"},
	"pg_dump":       {flag: "-h", port: "-p"},
	"pg_dumpall":    {flag: "-h", port: "-p"},
	"pg_restore":    {flag: "-h", port: "-p"},
	"pg_basebackup": {flag: "-h", port: "-p"},
	"createdb":      {flag: "-h", port: "-p"},
	"redis-cli":     {flag: "-h", port: "-p"},
	"valkey-cli":    {flag: "-h", port: "-p"},
	"mysql":         {flag: "-h", port: "-P"},
	"mariadb":       {flag: "-h", port: "-P"},
	"mysqladmin":    {flag: "-h", port: "-P"},
	"mysqldump":     {flag: "-h", port: "-P"},
	"mosquitto_pub": {flag: "-h", port: "-p"},
	"mosquitto_sub": {flag: "-h", port: "-p"},
}

// A client says where a command has its host: the option flag (with the port in
// another option), or the first operand (with the port in the second).
type client struct {
	flag, port string
	operand    bool
	skip       int // operands before the host
}

// A commandWord is the index of the word that is a command's host.
type commandWord struct {
	index, port int // port is -1 where there is none
	command     string
}

// commandWords finds the hosts in the words of a command line.
func commandWords(words []string) []commandWord {
	var found []commandWord
	for i := 0; i < len(words); i++ {
		name := words[i][strings.LastIndexByte(words[i], '/')+1:]
		c, ok := clients[name]
		if !ok || c.operand && !startsCommand(words, i) {
			continue
		}
		w := commandWord{index: -1, port: -1, command: name}
		operands := 0
	words:
		for j := i + 1; j < min(len(words), i+40); j++ {
			word := words[j]
			switch {
			case word == "" || strings.IndexByte("&|;<>#", word[0]) >= 0:
				break words
			case c.flag != "" && (words[j-1] == c.flag || words[j-1] == "--host"):
				w.index = j
			case c.flag != "" && (words[j-1] == c.port || words[j-1] == "--port"):
				w.port = j
			case c.operand && word[0] != '-' && !timeoutOf(words[j-1]):
				if operands++; operands == c.skip+1 {
					w.index = j
				} else if _, isPort := parsePort(strings.TrimRight(word, ";")); operands == c.skip+2 && isPort {
					w.port = j
				}
			}
			if strings.HasSuffix(word, ";") || operands == c.skip+2 {
				break words
			}
		}
		if w.index >= 0 && plausible(strings.TrimRight(words[w.index], ";"), Word) {
			found = append(found, w)
		}
	}
	return found
}

// startsCommand reports whether the shell would run words[i], rather than pass
// it to another command: echo "ping me" is prose.
func startsCommand(words []string, i int) bool {
	switch words[i] {
	case "hosts":
		return i > 0 && words[i-1] == "getent"
	case "monitor":
		return i > 0 && words[i-1] == "sentinel"
	}
	if i == 0 {
		return true
	}
	switch prev := words[i-1]; prev {
	case "if", "while", "until", "do", "then", "else", "!", "exec", "sudo", "timeout", "&&", "||", "|", "&", ";", "$", "{", "-c":
		return true
	default:
		return prev[len(prev)-1] == ';' || isDigit(prev[0])
	}
}

// timeoutOf reports whether flag takes a value of its own in nc and ping.
func timeoutOf(flag string) bool {
	return flag == "-w" || flag == "-c" || flag == "-i" || flag == "-W" || flag == "-s" || flag == "-t" || flag == "-G" || flag == "-p"
}

// commands finds the hosts in the command lines of a script.
func (s *scanner) commands() {
	s.lineStart, s.eolOf, s.parent = 0, -1, ""
	for s.lineStart <= len(s.text) {
		end := s.lineEnd(s.lineStart)
		s.command(s.lineStart, end)
		s.lineStart = end + 1
	}
}

func (s *scanner) command(start, end int) {
	line := s.text[start:end]
	if i := strings.Index(line, "/dev/tcp/"); i >= 0 { // bash: </dev/tcp/host/port
		from := start + i + len("/dev/tcp/")
		stop := s.tokenEnd(from)
		if port, e := readPort(s.text, min(stop+1, len(s.text))); stop < len(s.text) && s.text[stop] == '/' && port > 0 &&
			(e >= len(s.text) || !isLetterOrDigit(s.text[e])) && plausible(s.text[from:stop], HostPort) {
			s.add(Occurrence{Host: s.text[from:stop], Port: port, PortOffset: stop + 1, Form: HostPort, Key: "/dev/tcp", Offset: from})
		}
	}
	if !mentionsClient(line) || strings.HasPrefix(strings.TrimLeft(line, " \t"), "#") {
		return
	}
	words, offsets := fields(line)
	for _, w := range commandWords(words) {
		host := strings.TrimRight(words[w.index], ";")
		o := Occurrence{Host: host, Form: Word, Key: w.command, Offset: start + offsets[w.index]}
		if inServiceZone(host) {
			o.Form = Cluster
		}
		if w.port >= 0 {
			if p, ok := parsePort(strings.TrimRight(words[w.port], ";")); ok {
				o.Port, o.PortOffset, o.Form = p, start+offsets[w.port], max(o.Form, HostPort)
			}
		}
		s.add(o)
	}
}

// mentionsClient is the cheap test before a line is cut into words.
func mentionsClient(line string) bool {
	if strings.Contains(line, "/dev/tcp/") {
		return true
	}
	for i := 2; i < len(line); i++ {
		if line[i] == ' ' && endsClient(line, i) {
			return true
		}
	}
	return false
}

// endsClient reports whether the word that ends at i may name or belong to one
// of clients. Its last letter decides for most words.
func endsClient(text string, i int) bool {
	switch text[i-1] {
	case 'c':
		return strings.HasSuffix(text[:i], "nc")
	case 'h':
		return strings.HasSuffix(text[:i], "-h")
	case 's':
		return strings.HasSuffix(text[:i], "getent hosts")
	case 'p':
		return strings.HasSuffix(text[:i], "nslookup")
	case 'f':
		return strings.HasSuffix(text[:i], "replicaof") || strings.HasSuffix(text[:i], "slaveof")
	case 'r':
		return strings.HasSuffix(text[:i], "sentinel monitor")
	case 'g':
		return strings.HasSuffix(text[:i], "ping")
	case 't':
		return strings.HasSuffix(text[:i], "--host") || strings.HasSuffix(text[:i], "telnet") ||
			strings.HasSuffix(text[:i], "ncat") || strings.HasSuffix(text[:i], "netcat")
	}
	return false
}

// fields is strings.Fields with the offset of each field; quotes, parentheses
// and backquotes separate too.
func fields(line string) (words []string, offsets []int) {
	start := -1
	for i := 0; i <= len(line); i++ {
		if i == len(line) || isSpace(line[i]) || isQuote(line[i]) || line[i] == '(' || line[i] == ')' {
			if start >= 0 {
				words, offsets = append(words, line[start:i]), append(offsets, start)
			}
			start = -1
		} else if start < 0 {
			start = i
		}
	}
	return words, offsets
}
