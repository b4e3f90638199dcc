// Package manifest reads Kubernetes YAML: streams of documents, Lists and
// ResourceLists, from files nobody has vetted. It keeps where everything came
// from, and the bytes, so that what is not changed can be written as it came.
package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/blockyaml"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var byteOrderMark = []byte("\ufeff")

// Document is one YAML document of a stream.
type Document struct {
	// Node is the document's content, nil for an empty document. It holds no
	// aliases: they are expanded, as every Kubernetes client does.
	Node *yaml.Node
	File string
	// Line is the line of File (from 1) that Text starts at.
	Line int
	// Text is the document as it came, without its separator.
	Text []byte

	// anchored is the content with its aliases, nil if it has none.
	anchored *yaml.Node
	// head and foot are comments that belong to no node of the content.
	head, foot string
}

// Comments are the comments at the start and the end of a document that belong
// to no node of its content.
func (d *Document) Comments() (head, foot string) { return d.head, d.foot }

// Error is a document that could not be read.
type Error struct {
	File string
	Line int // from 1; 0 if unknown
	Err  error
}

func (e *Error) Error() string {
	where := e.File
	if where == "" {
		where = "input"
	}
	if e.Line > 0 {
		where += ":" + strconv.Itoa(e.Line)
	}
	return where + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Source is a stream of documents, and what it is called.
type Source struct {
	File string
	Data []byte
}

// Read parses a stream of documents. Empty documents are left out. It parses
// on all processors.
func Read(file string, data []byte) ([]Document, error) {
	return ReadAll(Source{file, data})
}

// ReadAll is Read for several streams.
func ReadAll(sources ...Source) ([]Document, error) {
	return read(sources, blockyaml.Parser{})
}

// ReadOnly is ReadAll for those who change nothing: comments are left out,
// and what is equal in text and place in several documents is one node. Streams
// made from templates take a fraction of the memory.
func ReadOnly(sources ...Source) ([]Document, error) {
	return read(sources, blockyaml.Parser{DropComments: true, Share: true})
}

// reading is one call of Read: what its documents have in common.
type reading struct {
	aliased atomic.Int64 // nodes that aliases stand for
}

// read parses streams, each document with a parser like the given one.
func read(sources []Source, like blockyaml.Parser) ([]Document, error) {
	var docs []Document
	size := int64(0)
	for i, s := range sources {
		if size += int64(len(s.Data)); size > limits.Current().Size {
			return nil, &Error{File: s.File, Err: limits.TooLarge()}
		}
		data := bytes.TrimPrefix(s.Data, byteOrderMark)
		if !utf8.Valid(data) {
			return nil, &Error{File: s.File, Line: invalidLine(data), Err: errors.New("not UTF-8: Kubernetes reads YAML and JSON in UTF-8 only")}
		}
		if i == 0 {
			docs = make([]Document, 0, max(len(sources), bytes.Count(data, []byte("\n---"))+1))
		}
		docs = split(docs, s.File, data)
	}
	r := &reading{}
	errs := make([]error, len(docs))
	var further sync.Map // of documents that turned out to be several, by index
	parallel(len(docs), like, func(p *blockyaml.Parser, i int) {
		var several []Document
		if several, errs[i] = r.parse(&docs[i], p, 1); several != nil {
			further.Store(i, several)
		}
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	out := docs[:0]
	for i, d := range docs {
		if several, ok := further.Load(i); ok {
			// Rare: what follows moves, so out must not be docs any more.
			out = append(slices.Clip(out), several.([]Document)...)
			for j := i + 1; j < len(docs); j++ {
				if more, ok := further.Load(j); ok {
					out = append(out, more.([]Document)...)
				} else if docs[j].Node != nil {
					out = append(out, docs[j])
				}
			}
			break
		}
		if d.Node != nil {
			out = append(out, d)
		}
	}
	return out, nil
}

// parallel runs f(0) … f(n-1) on all processors, in chunks of neighbours, each
// processor with a parser of its own.
func parallel(n int, like blockyaml.Parser, f func(p *blockyaml.Parser, i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	const chunk = 64
	if workers < 2 || n <= chunk {
		for i := range n {
			f(&like, i)
		}
		return
	}
	var wg sync.WaitGroup
	next := make(chan int)
	for range workers {
		wg.Go(func() {
			p := like
			for start := range next {
				for i := start; i < min(start+chunk, n); i++ {
					f(&p, i)
				}
			}
		})
	}
	for start := 0; start < n; start += chunk {
		next <- start
	}
	close(next)
	wg.Wait()
}

// split appends the documents of a stream to docs. A line that starts with ---
// is a separator wherever it stands, and ... an end: YAML lets no scalar contain
// one. Directives belong to the document behind the next separator.
func split(docs []Document, file string, data []byte) []Document {
	line, start, begin := 1, 1, 0
	bare, directives := true, bytes.HasPrefix(data, []byte("%")) // nothing but comments since the last end; directives among it
	for pos := 0; pos < len(data); {
		end := bytes.IndexByte(data[pos:], '\n')
		if end < 0 {
			end = len(data)
		} else {
			end += pos + 1
		}
		rest, mark := marker(data[pos:end])
		switch {
		case mark == noMarker:
			if bare && data[pos] != '#' && len(bytes.TrimSpace(data[pos:end])) > 0 {
				directives = directives || data[pos] == '%'
				bare = data[pos] == '%'
			}
		case mark == separator && directives:
			bare, directives = false, false
		default:
			if pos > begin {
				docs = append(docs, Document{File: file, Line: start, Text: data[begin:pos]})
			}
			if len(rest) > 0 {
				// "--- {a: b}": content behind the separator; keep the columns right.
				begin, start = pos, line
			} else {
				begin, start = end, line+1
			}
			bare = mark == endMarker
		}
		pos = end
		line++
	}
	if begin < len(data) {
		docs = append(docs, Document{File: file, Line: start, Text: data[begin:]})
	}
	return docs
}

const (
	noMarker = iota
	separator
	endMarker
)

// marker says whether a line separates or ends documents, and what content
// stands behind a separator.
func marker(line []byte) (rest []byte, mark int) {
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	mark = separator
	if !ok {
		if rest, ok = bytes.CutPrefix(line, []byte("...")); !ok {
			return nil, noMarker
		}
		mark = endMarker
	}
	if len(rest) > 0 && !strings.ContainsRune(" \t\r\n", rune(rest[0])) {
		return nil, noMarker
	}
	rest = bytes.TrimSpace(rest)
	if bytes.HasPrefix(rest, []byte("#")) {
		rest = nil
	}
	if mark == endMarker && len(rest) > 0 {
		return nil, noMarker // yaml.v3 says what is wrong
	}
	return rest, mark
}

// parse sets Node, whose lines count from firstLine. Nearly all documents are in
// the part of YAML that p reads; yaml.v3 reads the others, and says what is
// wrong with those that are not YAML. A text of several JSON values is several
// documents, which are returned.
func (r *reading) parse(d *Document, p *blockyaml.Parser, firstLine int) (several []Document, err error) {
	root, ok := p.Parse(d.Text, firstLine)
	if !ok {
		if root, err = r.parseAny(d, firstLine); err != nil {
			if several, ok := r.jsonStream(d, blockyaml.Parser{DropComments: p.DropComments}); ok {
				return several, nil
			}
			return nil, err
		}
		root = p.Adopt(root)
	}
	if !yamlnode.IsNull(root) {
		d.Node = root
	}
	return nil, nil
}

// parseAny parses the whole of YAML. The root is nil for an empty document.
func (r *reading) parseAny(d *Document, firstLine int) (*yaml.Node, error) {
	var doc, next yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(d.Text))
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, d.locate(err)
	}
	// The library reads no further than the first document. That nothing follows
	// has to be asked for.
	if err := dec.Decode(&next); !errors.Is(err, io.EOF) {
		line := d.Line
		var located *Error
		if err != nil && errors.As(d.locate(err), &located) {
			line = located.Line
			if yamlLine().MatchString(err.Error()) && strings.Contains(err.Error(), "<document start>") {
				line++ // the library counts lines of this error from 0
			}
		}
		return nil, &Error{File: d.File, Line: line, Err: errors.New("this text belongs to no document: it is indented less than the first line, or --- is missing in front of it")}
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	root, err := r.expand(doc.Content[0])
	if err != nil {
		return nil, &Error{File: d.File, Line: d.Line, Err: err}
	}
	d.head, d.foot = doc.HeadComment, doc.FootComment
	if root != doc.Content[0] {
		d.anchored = doc.Content[0]
	}
	moveDown(root, firstLine-1)
	return root, nil
}

// jsonStream parses JSON values one after the other, as jq -c writes them and
// kubectl reads them. ok is false for anything else.
//
// Their columns change, so that they share no nodes.
func (r *reading) jsonStream(d *Document, p blockyaml.Parser) (docs []Document, ok bool) {
	if text := bytes.TrimLeft(d.Text, " \t\r\n"); len(text) == 0 || text[0] != '{' {
		return nil, false
	}
	docs = []Document{}
	line, begin := 0, int64(0) // line of begin, from 0
	for dec := json.NewDecoder(bytes.NewReader(d.Text)); ; {
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return docs, errors.Is(err, io.EOF)
		}
		end := dec.InputOffset()
		start := end - int64(len(value))
		line += bytes.Count(d.Text[begin:start], []byte("\n"))
		begin = start
		one := Document{File: d.File, Line: d.Line + line, Text: d.Text[start:end]}
		root, ok := p.Parse(one.Text, 1)
		if !ok {
			var err error
			if root, err = r.parseAny(&Document{File: one.File, Line: one.Line, Text: yamlEscapes(one.Text)}, 1); err != nil {
				return nil, false
			}
		}
		if !yamlnode.IsNull(root) {
			one.Node = root
			moveRight(one.Node, utf8.RuneCount(d.Text[bytes.LastIndexByte(d.Text[:start], '\n')+1:start]))
			docs = append(docs, one)
		}
	}
}

// yamlEscapes returns JSON without the escapes that YAML readers refuse: \/, and
// the two halves of a character of UTF-16.
func yamlEscapes(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out = append(out, text[i])
			continue
		}
		if text[i+1] == 'u' && i+12 <= len(text) && text[i+6] == '\\' && text[i+7] == 'u' {
			high, errHigh := strconv.ParseUint(string(text[i+2:i+6]), 16, 16)
			low, errLow := strconv.ParseUint(string(text[i+8:i+12]), 16, 16)
			if c := utf16.DecodeRune(rune(high), rune(low)); errHigh == nil && errLow == nil && c != utf8.RuneError {
				out = utf8.AppendRune(out, c)
				i += 11
				continue
			}
		}
		if text[i+1] != '/' {
			out = append(out, text[i])
		}
		i++
		out = append(out, text[i])
	}
	return out
}

// moveRight adds to the columns of the nodes on the first line.
func moveRight(n *yaml.Node, columns int) {
	if columns == 0 || n.Line > 1 {
		return
	}
	n.Column += columns
	for _, c := range n.Content {
		moveRight(c, columns)
	}
}

var yamlLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^yaml: line (\d+): `) })

// locate moves the line of a parser's message from the document to the file.
func (d *Document) locate(err error) error {
	text := err.Error()
	line := d.Line
	if strings.Contains(text, ": exceeded max depth of ") {
		return &Error{File: d.File, Line: d.Line, Err: limits.TooDeep()}
	}
	if m := yamlLine().FindStringSubmatch(text); m != nil {
		if n, convErr := strconv.Atoi(m[1]); convErr == nil {
			line = d.Line + n - 1
		}
		text = text[len(m[0]):]
	} else {
		text = strings.TrimPrefix(text, "yaml: ")
	}
	if strings.HasPrefix(text, "unknown anchor ") {
		text = "a value starts with * and is no alias of an anchor: quote it"
	}
	return &Error{File: d.File, Line: line, Err: fmt.Errorf("not YAML: %s", text)}
}

func invalidLine(data []byte) int {
	line := 1
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			return line
		}
		if r == '\n' {
			line++
		}
		data = data[size:]
	}
	return line
}
