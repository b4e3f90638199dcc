package rules

import "github.com/ressKim-io/wealist-k8s-migration/internal/suggest"

// nearest returns up to three of the candidates that are close to name.
func nearest(name string, candidates []string) []string { return suggest.Nearest(name, candidates, 3) }
