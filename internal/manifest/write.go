package manifest

import (
	"bytes"
	"io"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Write writes the list. What does not change is written byte for byte as it
// came: the whole list if nothing does, else each item and field with the
// comments around it.
func (rl *ResourceList) Write(w io.Writer, out Output) error {
	results := rl.Results
	if len(yamlnode.Elements(results)) == 0 {
		results = nil
	}
	old := yamlnode.Get(rl.root, "results")
	sameResults := rl.More == nil && sameContent(results, old) || results == nil && len(yamlnode.Elements(old)) == 0
	if sameResults && out.nothing(len(rl.Items)) {
		_, err := w.Write(rl.raw)
		return err
	}
	var b bytes.Buffer
	same := out.nothing(len(rl.Items))
	if !same {
		b.Grow(len(rl.raw) + 4<<10)
	}
	const much = 1 << 20
	var err error
	rl.spill = func() error {
		if b.Len() < much {
			return nil
		}
		_, err := w.Write(b.Next(b.Len() - 1)) // of the last byte somebody may ask whether it ends a line
		return err
	}
	rl.pass = func(text []byte) error {
		if !same || len(text) < much { // nothing is written of items that may fail
			b.Write(text)
			return nil
		}
		if _, err := w.Write(b.Next(b.Len())); err != nil {
			return err
		}
		last := len(text) - 1
		_, err := w.Write(text[:last])
		b.Write(text[last:])
		return err
	}
	if rl.cut == nil || rl.cut.torn(out, len(rl.Items)) {
		err = rl.writeAnew(&b, out, results)
	} else {
		err = rl.writeCut(&b, out, results, sameResults)
	}
	if err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// Forget lets go of the items if Write is going to write them as they came.
func (rl *ResourceList) Forget(out Output) {
	if rl.cut != nil && !rl.cut.open && out.nothing(len(rl.Items)) {
		clear(rl.Items)
	}
}

// torn reports whether an alias would lose its anchor: the item that has it is
// written without.
func (c *cut) torn(out Output, items int) bool {
	for i := range items {
		if out.Changed(i) && len(c.users[i]) > 0 {
			return true
		}
	}
	return false
}

// writeAnew writes everything from the nodes.
func (rl *ResourceList) writeAnew(b *bytes.Buffer, out Output, results *yaml.Node) error {
	if rl.More != nil {
		results = yamlnode.NewSequence(slices.AppendSeq(slices.Clone(results.Content), rl.More)...)
	}
	root := *rl.root
	root.Style &^= yaml.FlowStyle
	root.Content = nil
	list := yamlnode.NewSequence(slices.Concat(rl.Items, out.Added)...)
	set := map[string]*yaml.Node{"items": list, "results": results}
	for i := 0; i+1 < len(rl.root.Content); i += 2 {
		k, v := rl.root.Content[i], rl.root.Content[i+1]
		if n, ok := set[k.Value]; ok {
			delete(set, k.Value)
			if n == nil {
				continue
			}
			c := *n
			c.HeadComment, c.LineComment, c.FootComment = v.HeadComment, v.LineComment, v.FootComment
			v = &c
		}
		root.Content = append(root.Content, k, v)
	}
	for _, key := range []string{"items", "results"} {
		if n := set[key]; n != nil && len(n.Content) > 0 {
			root.Content = append(root.Content, yamlnode.NewString(key), n)
		}
	}
	text, err := Encode(&root)
	if rl.head != "" {
		b.WriteString(rl.head + "\n")
	}
	b.Write(text)
	if rl.foot != "" {
		b.WriteString(rl.foot + "\n")
	}
	return err
}

// writeItems writes the field items.
func (rl *ResourceList) writeItems(b *bytes.Buffer, out Output, indent int) error {
	b.WriteString("items:")
	start := b.Len()
	b.WriteByte('\n')
	for _, item := range slices.Concat(rl.Items, out.Added) {
		if err := writeItem(b, item, indent, true); err != nil {
			return err
		}
	}
	if b.Len() == start+1 {
		b.Truncate(start)
		b.WriteString(" []\n")
	}
	return nil
}

// writeCut writes the text with the pieces that change replaced.
func (rl *ResourceList) writeCut(b *bytes.Buffer, out Output, results *yaml.Node, sameResults bool) error {
	c := rl.cut
	at := bytes.Index(rl.raw, c.text) // behind a byte order mark and separators
	b.Write(rl.raw[:at])
	b.Write(c.text[:c.fields[0].begin])
	missing := func(key string) bool {
		return !slices.ContainsFunc(c.fields, func(f fieldText) bool { return f.key == key })
	}
	addItems := missing("items") && len(out.Added) > 0
	addResults := missing("results") && results != nil
	if c.open && (addItems || addResults || len(out.Added) > 0) {
		// What is written behind the last item or field needs an end of its line.
		changed := out.Changed
		out.Changed = func(i int) bool { return i == len(rl.Items)-1 || changed(i) }
	}
	for i, f := range c.fields {
		text := c.text[f.begin:f.end]
		var err error
		switch {
		case f.key == "items" && !out.nothing(len(rl.Items)):
			err = rl.writeItemPieces(b, text, out)
		case f.key == "results" && !sameResults:
			if results != nil {
				err = rl.writeResults(b, results)
			}
			b.Write(behind(text))
		case c.open && (addItems || addResults) && i == len(c.fields)-1:
			err = writeField(b, rl.root.Content[2*i], rl.root.Content[2*i+1])
		default:
			err = rl.pass(text)
		}
		if err != nil {
			return err
		}
	}
	if addItems {
		endLine(b)
		if err := rl.writeItems(b, out, 0); err != nil {
			return err
		}
	}
	if addResults {
		if err := rl.writeResults(b, results); err != nil {
			return err
		}
	}
	if rest := rl.raw[at+len(c.text):]; len(rest) > 0 {
		endLine(b)
		b.Write(rest)
	}
	return nil
}

// writeItemPieces writes the field items, whose text is given.
func (rl *ResourceList) writeItemPieces(b *bytes.Buffer, text []byte, out Output) error {
	c := rl.cut
	if len(c.items) == 0 {
		if err := rl.writeItems(b, out, c.indent); err != nil {
			return err
		}
		b.Write(behind(text))
		return nil
	}
	size := 0
	for _, p := range c.items {
		size += len(p.lead) + len(p.body) + len(p.tail)
	}
	b.Write(text[:len(text)-size])
	last := len(c.items) - 1
	for i := range c.items {
		p := &c.items[i]
		tail := p.tail
		b.Write(p.lead)
		if out.Changed(i) {
			start := b.Len()
			if err := writeItem(b, rl.Items[i], c.indent, false); err != nil {
				return err
			}
			if bytes.HasSuffix(b.Bytes()[start:], []byte("\n\n")) {
				// The text at its end keeps its blank lines.
				for len(tail) > 0 && len(bytes.TrimSpace(firstLine(tail))) == 0 {
					tail = tail[len(firstLine(tail)):]
				}
			}
		} else {
			b.Write(p.body)
		}
		if i == last && len(out.Added) > 0 {
			var err error
			if tail, err = rl.writeAdded(b, tail, out); err != nil {
				return err
			}
		}
		b.Write(tail)
	}
	return nil
}

// writeAdded writes the added items behind the comments in tail that are deeper
// than the list, and returns the rest of tail: it may be about what follows.
func (rl *ResourceList) writeAdded(b *bytes.Buffer, tail []byte, out Output) (rest []byte, err error) {
	deep, at := 0, 0
	for line := range bytes.Lines(tail) {
		at += len(line)
		if n := leadingSpaces(line); n > rl.cut.indent && n < len(line) && line[n] == '#' {
			deep = at
		}
	}
	b.Write(tail[:deep])
	endLine(b)
	for _, item := range out.Added {
		if err := writeItem(b, item, rl.cut.indent, true); err != nil {
			return nil, err
		}
	}
	return tail[deep:], nil
}

// behind returns the blank lines and comments at the end of a field's text: they
// are about what follows.
func behind(text []byte) []byte {
	end := len(text)
	for end > 0 {
		begin := bytes.LastIndexByte(text[:end-1], '\n') + 1
		if line := text[begin:end]; begin == 0 || line[0] != '#' && len(bytes.TrimSpace(line)) > 0 {
			break
		}
		end = begin
	}
	return text[end:]
}

func firstLine(text []byte) []byte {
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return text[:i+1]
	}
	return text
}

// endLine ends a last line that has no end.
func endLine(b *bytes.Buffer) {
	if text := b.Bytes(); len(text) > 0 && text[len(text)-1] != '\n' {
		b.WriteByte('\n')
	}
}

// writeResults writes the field results.
func (rl *ResourceList) writeResults(b *bytes.Buffer, results *yaml.Node) error {
	if err := writeField(b, yamlnode.NewString("results"), results); err != nil || rl.More == nil {
		return err
	}
	list := yamlnode.NewSequence()
	write := func() error {
		text, err := Encode(list)
		b.Write(text)
		list.Content = list.Content[:0]
		if err != nil {
			return err
		}
		return rl.spill()
	}
	for r := range rl.More {
		if list.Content = append(list.Content, r); len(list.Content) == some {
			if err := write(); err != nil {
				return err
			}
		}
	}
	if len(list.Content) == 0 {
		return nil
	}
	return write()
}

func writeField(b *bytes.Buffer, key, value *yaml.Node) error {
	endLine(b)
	if value.Kind == yaml.SequenceNode && value.Style&yaml.FlowStyle == 0 && len(value.Content) > some {
		return writeLongField(b, key, value)
	}
	text, err := Encode(yamlnode.NewMapping(key, value))
	b.Write(text)
	return err
}

const some = 64

// writeLongField writes a long list in parts: the library keeps every event of
// what it writes at once, some 20 KB for a finding.
func writeLongField(b *bytes.Buffer, key, list *yaml.Node) error {
	first, err := Encode(yamlnode.NewMapping(key, yamlnode.NewSequence()))
	if err != nil {
		return err
	}
	b.Write(bytes.TrimSuffix(first, []byte(" []\n")))
	b.WriteByte('\n')
	for part := range slices.Chunk(list.Content, some) {
		text, err := Encode(yamlnode.NewSequence(part...))
		if err != nil {
			return err
		}
		b.Write(text)
	}
	return nil
}

// writeItem writes an item of a list, with the comment above its dash if the
// item is whole. A comment behind the dash stays there: to readers it is another.
func writeItem(b *bytes.Buffer, item *yaml.Node, indent int, whole bool) error {
	margin := bytes.Repeat([]byte(" "), indent)
	own := *item
	own.HeadComment = ""
	if whole && item.HeadComment != "" {
		for line := range bytes.Lines([]byte(item.HeadComment + "\n")) {
			b.Write(margin)
			b.Write(line)
		}
	}
	text, err := Encode(&own)
	if err != nil {
		return err
	}
	if !whole && item.HeadComment != "" {
		text = append([]byte(item.HeadComment+"\n"), text...)
	}
	lead := []byte("- ")
	for line := range bytes.Lines(text) {
		if len(lead) == 0 && len(line) > 1 {
			b.Write(margin)
			b.WriteString("  ")
		} else if len(lead) > 0 {
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			b.Write(margin)
			b.Write(lead)
			lead = nil
		}
		b.Write(line)
	}
	return nil
}
