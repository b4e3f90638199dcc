// Opens the page that graph writes in a real Chromium. A module of its own, so
// that the browser's protocol stays out of the product's go.mod.
module github.com/ressKim-io/wealist-k8s-migration/test/browser

go 1.26.0

require (
	github.com/chromedp/cdproto v0.159.0
	github.com/chromedp/chromedp v0.23.0
)

require github.com/go-json-experiment/json v0.0.0-20260214004413-d219187c3433 // indirect
