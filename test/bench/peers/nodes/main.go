// Command nodes parses the documents of a file into yaml.Node and does nothing
// else: the least that any program with positions and comments has to do.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"go.yaml.in/yaml/v3"
)

func main() {
	text, err := os.ReadFile(os.Args[1])
	var docs []*yaml.Node
	for dec := yaml.NewDecoder(bytes.NewReader(text)); err == nil; {
		var n yaml.Node
		if err = dec.Decode(&n); err == nil {
			docs = append(docs, &n)
		}
	}
	if !errors.Is(err, io.EOF) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(len(docs), "documents")
}
