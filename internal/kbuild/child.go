package kbuild

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Function is the function as a filter: a ResourceList in, a ResourceList out,
// findings on stderr, an exit code.
type Function func(stdin io.Reader, stdout, stderr io.Writer) int

// Child is the side of a build that runs in kustomize's child process. args
// are those after ChildCommand.
func Child(args []string, fn Function, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) != 2 {
		fmt.Fprintln(stderr, "Error: this command is for krm-validate build alone")
		return 2
	}
	var err error
	code := 0
	switch file := args[1]; args[0] {
	case childRun:
		var findings bytes.Buffer
		code = fn(stdin, stdout, &findings)
		err = appendReport(file, reportEntry{Code: code, Text: findings.String()})
	case childCapture:
		err = captureTo(file, stdin)
		code = 1 // what follows in the build is not needed
	default:
		err = fmt.Errorf("unknown argument %q", args[0])
	}
	if err != nil {
		fmt.Fprintln(stderr, "Error:", err)
		return 2
	}
	return code
}

const (
	childRun     = "run"     // run the function, report to the file
	childCapture = "capture" // write the input to the file and stop the build
)

// captureTo writes the input whole: a reader of a file that is cut short
// would take it for a smaller list.
func captureTo(file string, stdin io.Reader) error {
	content, err := io.ReadAll(stdin)
	if err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o600)
}

// reportEntry is what one run of the function has to say, one JSON line.
type reportEntry struct {
	Code int    `json:"code"`
	Text string `json:"text"`
}

func appendReport(file string, e reportEntry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Close())
}

// report is the parent's end: a file in a directory of its own, made when a
// function is to run.
type report struct {
	dir, path string
	out       io.Writer
}

func newReport(out io.Writer) *report {
	if out == nil {
		out = os.Stderr
	}
	return &report{out: out}
}

// file returns the path of the report's file.
func (r *report) file() (string, error) {
	if r.path != "" {
		return r.path, nil
	}
	dir, err := os.MkdirTemp("", "krm-validate-")
	if err != nil {
		return "", fmt.Errorf("making a directory for the function's report: %w", err)
	}
	r.dir = dir
	path := filepath.Join(dir, "report.jsonl")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return "", fmt.Errorf("making a file for the function's report: %w", err)
	}
	r.path = path
	return path, nil
}

// flush writes what the function reported and returns its last exit code that
// is not zero.
func (r *report) flush() int {
	if r.path == "" {
		return 0
	}
	content, err := os.ReadFile(r.path)
	if err != nil {
		return 0
	}
	code := 0
	for dec := json.NewDecoder(bytes.NewReader(content)); ; {
		var e reportEntry
		if dec.Decode(&e) != nil {
			return code
		}
		fmt.Fprint(r.out, e.Text)
		if e.Code != 0 {
			code = e.Code
		}
	}
}

// write writes what the function reported in this process.
func (r *report) write(entries []reportEntry) {
	for _, e := range entries {
		fmt.Fprint(r.out, e.Text)
	}
}

func (r *report) close() {
	if r.dir != "" {
		os.RemoveAll(r.dir)
	}
}
