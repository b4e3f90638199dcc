// Command man writes the man pages of krm-validate into a directory.
//
//	man [-version VERSION] [-time SECONDS] DIR
package main

import (
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/ressKim-io/wealist-k8s-migration/tools/internal/manual"
)

func main() {
	version := flag.String("version", "devel", "the `VERSION` that pages are of")
	seconds := flag.Int64("time", 0, "when they were made, in `SECONDS` since 1970")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "man: expected the directory that pages are written to")
		os.Exit(2)
	}
	pages, err := manual.Pages(*version, time.Unix(*seconds, 0).UTC())
	if err == nil {
		err = manual.Write(flag.Arg(0), pages)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "man:", err)
		os.Exit(1)
	}
}
