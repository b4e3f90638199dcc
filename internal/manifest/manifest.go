// Package manifest reads Kubernetes YAML: streams of documents, Lists and
// ResourceLists, from files nobody has vetted. It keeps where everything came
// from, and the bytes, so that what is not changed can be written as it came.
package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/blockyaml"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Limits on what is read. Real trees stay far below them: etcd takes no object
// larger than 1.5 MB.
const (
	// MaxDocument is the size of one document, in bytes.
	MaxDocument = 32 << 20
	// MaxExpanded is how many nodes the aliases of one document may expand to.
	MaxExpanded = 1 << 20
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
}

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

// read parses streams, each document with a parser like the given one.
func read(sources []Source, like blockyaml.Parser) ([]Document, error) {
	var docs []Document
	for i, s := range sources {
		data := bytes.TrimPrefix(s.Data, byteOrderMark)
		if !utf8.Valid(data) {
			return nil, &Error{File: s.File, Line: invalidLine(data), Err: errors.New("not UTF-8: Kubernetes reads YAML and JSON in UTF-8 only")}
		}
		if i == 0 {
			docs = make([]Document, 0, max(len(sources), bytes.Count(data, []byte("\n---"))+1))
		}
		docs = split(docs, s.File, data)
	}
	errs := make([]error, len(docs))
	parallel(len(docs), like, func(p *blockyaml.Parser, i int) {
		errs[i] = docs[i].parse(p, 1)
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(docs, func(d Document) bool { return d.Node == nil }), nil
}

// parallel runs f(0) … f(n-1) on all processors, in runs of neighbours, each
// processor with a parser of its own.
func parallel(n int, like blockyaml.Parser, f func(p *blockyaml.Parser, i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	const run = 64
	if workers < 2 || n <= run {
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
				for i := start; i < min(start+run, n); i++ {
					f(&p, i)
				}
			}
		})
	}
	for start := 0; start < n; start += run {
		next <- start
	}
	close(next)
	wg.Wait()
}

// split appends the documents of a stream to docs. A line that starts with ---
// is a separator wherever it stands: YAML lets no scalar contain one.
func split(docs []Document, file string, data []byte) []Document {
	if bytes.HasPrefix(data, []byte("%")) {
		// Directives belong to the document behind the separator.
		return append(docs, Document{File: file, Line: 1, Text: data})
	}
	line, start := 1, 1
	begin := 0
	for pos := 0; pos < len(data); {
		end := bytes.IndexByte(data[pos:], '\n')
		if end < 0 {
			end = len(data)
		} else {
			end += pos + 1
		}
		if rest, ok := separator(data[pos:end]); ok {
			if pos > begin {
				docs = append(docs, Document{File: file, Line: start, Text: data[begin:pos]})
			}
			if len(rest) > 0 {
				// "--- {a: b}": content behind the separator; keep the columns right.
				begin, start = pos, line
			} else {
				begin, start = end, line+1
			}
		}
		pos = end
		line++
	}
	if begin < len(data) {
		docs = append(docs, Document{File: file, Line: start, Text: data[begin:]})
	}
	return docs
}

// separator reports whether a line is a document separator, and what content
// stands behind it.
func separator(line []byte) (rest []byte, ok bool) {
	rest, ok = bytes.CutPrefix(line, []byte("---"))
	if !ok || len(rest) > 0 && !strings.ContainsRune(" \t\r\n", rune(rest[0])) {
		return nil, false
	}
	rest = bytes.TrimSpace(rest)
	if bytes.HasPrefix(rest, []byte("#")) {
		rest = nil
	}
	return rest, true
}

// parse sets Node, whose lines count from firstLine. Nearly all documents are in
// the part of YAML that p reads; yaml.v3 reads the others, and says what is
// wrong with those that are not YAML.
func (d *Document) parse(p *blockyaml.Parser, firstLine int) error {
	if len(d.Text) > MaxDocument {
		return &Error{File: d.File, Line: d.Line, Err: fmt.Errorf("document of %d MB: more than %d MB is not a Kubernetes resource", len(d.Text)>>20, MaxDocument>>20)}
	}
	root, ok := p.Parse(d.Text, firstLine)
	if !ok {
		var err error
		if root, err = d.parseAny(firstLine); err != nil {
			return err
		}
		root = p.Adopt(root)
	}
	if !yamlnode.IsNull(root) {
		d.Node = root
	}
	return nil
}

// parseAny parses the whole of YAML. The root is nil for an empty document.
func (d *Document) parseAny(firstLine int) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(d.Text, &doc); err != nil {
		return nil, d.locate(err)
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	root, err := expand(doc.Content[0])
	if err != nil {
		return nil, &Error{File: d.File, Line: d.Line, Err: err}
	}
	moveDown(root, firstLine-1)
	return root, nil
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// locate moves the line of a parser's message from the document to the file.
func (d *Document) locate(err error) error {
	text := err.Error()
	line := d.Line
	if m := yamlLine.FindStringSubmatch(text); m != nil {
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
