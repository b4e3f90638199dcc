package yamlnode

// CutLine cuts a text behind its first line, whose end is not part of either. YAML has
// several ends of lines, and its parsers count all of them:
// https://yaml.org/spec/1.1/#id871136
func CutLine(text []byte) (line, rest []byte, more bool) {
	for i, c := range text {
		size := 0
		switch {
		case c == '\n':
			size = 1
		case c == '\r':
			if size = 1; i+1 < len(text) && text[i+1] == '\n' {
				size = 2
			}
		case c == 0xC2 && i+1 < len(text) && text[i+1] == 0x85: // U+0085
			size = 2
		case c == 0xE2 && i+2 < len(text) && text[i+1] == 0x80 && (text[i+2] == 0xA8 || text[i+2] == 0xA9): // U+2028, U+2029
			size = 3
		}
		if size > 0 {
			return text[:i], text[i+size:], true
		}
	}
	return text, nil, false
}
