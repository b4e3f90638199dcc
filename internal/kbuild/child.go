package kbuild

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
)

// Filter is the function as a filter: a ResourceList in, a ResourceList out.
type Filter func(stdin io.Reader, stdout io.Writer) function.Report

// Child is the side of a build that runs in kustomize's child process. args
// are those after ChildCommand.
func Child(args []string, filter Filter, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) != 2 {
		fmt.Fprintln(stderr, "Error: this command is for krm-validate build alone")
		return 2
	}
	var err error
	code := 0
	switch file := args[1]; args[0] {
	case childRun:
		r := filter(stdin, stdout)
		code = r.Code
		err = appendReport(file, reportEntry{Report: r, Explanation: r.Explanation()})
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

// reportEntry is what one run of the function has to say.
type reportEntry struct {
	function.Report
	Explanation string
}

func appendReport(file string, e reportEntry) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(gob.NewEncoder(f).Encode(e), f.Close())
}

// reports are the parent's end: a file in a directory of its own, made when a
// function is to run.
type reports struct{ dir, path string }

// file returns the path of the file.
func (r *reports) file() (string, error) {
	if r.path != "" {
		return r.path, nil
	}
	dir, err := os.MkdirTemp("", "krm-validate-")
	if err != nil {
		return "", fmt.Errorf("making a directory for the function's report: %w", err)
	}
	r.dir = dir
	path := filepath.Join(dir, "report")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return "", fmt.Errorf("making a file for the function's report: %w", err)
	}
	r.path = path
	return path, nil
}

// read returns what the function reported.
func (r *reports) read() []Run {
	if r.path == "" {
		return nil
	}
	content, err := os.ReadFile(r.path)
	if err != nil {
		return nil
	}
	var runs []Run
	for in := bytes.NewReader(content); in.Len() > 0; {
		var e reportEntry
		if gob.NewDecoder(in).Decode(&e) != nil {
			break
		}
		runs = append(runs, Run{Report: e.Report, explanation: e.Explanation})
	}
	return runs
}

func (r *reports) close() {
	if r.dir != "" {
		os.RemoveAll(r.dir)
	}
}
