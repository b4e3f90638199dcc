# make alone lists what there is to make.

GO            ?= go
BIN           := $(CURDIR)/bin
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build bin/krm-validate
	$(GO) build -trimpath -o $(BIN)/krm-validate ./cmd/krm-validate

.PHONY: install
install: ## Install krm-validate where go install puts programs
	$(GO) install -trimpath ./cmd/krm-validate

.PHONY: test
test: ## Run the tests; some install kustomize into the cache directory first
	$(GO) test ./...

.PHONY: race
race: ## Run the tests with the race detector
	GORACE=atexit_sleep_ms=0 $(GO) test -race -timeout 40m ./...

.PHONY: golden
golden: ## Rewrite the expected outputs of the tests: review the diff
	UPDATE=1 $(GO) test ./...

.PHONY: generate
generate: ## Rewrite the generated files: the schema, the docs of the rules
	$(GO) generate ./...

.PHONY: schemas
schemas: ## Rewrite the tables of what API servers take, from the modules of Kubernetes and operators
	cd tools/apischema && $(GO) run . ../../internal/apischema

.PHONY: apiserver
apiserver: ## Compare the schema rules with the API server's own code; builds it first
	cd test/apiserver && CORPUS='$(if $(wildcard $(CORPUS)),$(abspath $(CORPUS)))' $(GO) test -count=1 -timeout 60m ./...

.PHONY: reports
reports: ## Compare reports with the schema of SARIF and a reader of JUnit
	cd test/reports && $(GO) test -count=1 ./...

# SCREENSHOTS=DIR keeps what was seen there.
.PHONY: graph-browser
graph-browser: ## Open the page of graph in a real Chromium (Debian's package chromium)
	cd test/browser && SCREENSHOTS='$(if $(SCREENSHOTS),$(abspath $(SCREENSHOTS)))' $(GO) test -count=1 -timeout 10m ./...

.PHONY: handover
handover: ## Run what others are handed, the action and the hooks among it, and actionlint
	HANDOVER=all $(GO) test -count=1 ./test/handover

.PHONY: lint
lint: $(BIN)/golangci-lint ## Check formatting, and what go vet and golangci-lint find
	@unformatted="$$(gofmt -l $$(git ls-files '*.go'))" && \
	  { test -z "$$unformatted" || { echo "gofmt -w $$unformatted"; exit 1; }; }
	$(GO) vet ./...
	$(BIN)/golangci-lint run ./...

# The version is in the name of the stamp, so that a new one is installed.
LINT_STAMP := $(BIN)/.golangci-lint-$(lastword $(subst @, ,$(GOLANGCI_LINT)))

$(BIN)/golangci-lint: $(LINT_STAMP)

$(LINT_STAMP):
	@mkdir -p $(BIN)
	GOBIN=$(BIN) $(GO) install $(GOLANGCI_LINT)
	@touch $@

# What releases are built with: Go's newest patch release, whatever is installed.
RELEASE_GO    := go1.26.11
CYCLONEDX     := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
GOVULNCHECK   := golang.org/x/vuln/cmd/govulncheck@v1.9.0
RELEASE_FLAGS ?=

.PHONY: release
release: ## Make the archives of a release in dist/, of the commit that is checked out
	GOFLAGS= GOBIN=$(BIN) $(GO) install $(CYCLONEDX)
	$(GO) build -C tools -o $(BIN)/release ./release
	GOTOOLCHAIN=$(RELEASE_GO) $(BIN)/release -sbom $(BIN)/cyclonedx-gomod $(RELEASE_FLAGS)

MAN ?= $(BIN)/man

.PHONY: man
man: ## Write the man pages into MAN=DIR, bin/man unless set: man -l bin/man/krm-validate.1
	$(GO) run -C tools ./man '$(abspath $(MAN))'

.PHONY: release-check
release-check: ## Make a release twice, in two clones, and compare the checksums
	GO="$(GO)" RELEASE_GO=$(RELEASE_GO) tools/release/check.sh

IMAGE       ?= dist/image
IMAGE_FLAGS ?=

.PHONY: image
image: ## Make the container image, as an OCI layout and archive in dist/image
	$(GO) build -C tools/image -o $(BIN)/image .
	GOTOOLCHAIN=$(RELEASE_GO) $(BIN)/image -out '$(IMAGE)' $(IMAGE_FLAGS)

.PHONY: image-check
image-check: ## Make the image twice: one digest, and what the specification wants
	cd tools/image && $(GO) test -count=1 -timeout 30m ./...

.PHONY: e2e-image
e2e-image: image ## Run the image in kustomize and kubectl; needs podman
	E2E_IMAGE='$(abspath $(IMAGE))' $(GO) test -count=1 -v ./test/image

# Flux and Argo CD are built with a newer Go than krm-validate.
NEWER_GO := go1.27.4

.PHONY: e2e-flux
e2e-flux: ## Build the overlays with Flux's own code
	cd test/flux && GOTOOLCHAIN=$(NEWER_GO) $(GO) test -count=1 -timeout 60m ./...

.PHONY: e2e-argocd
e2e-argocd: ## Make the manifests of Applications with Argo CD's own code; builds it first
	cd test/argocd && GOTOOLCHAIN=$(NEWER_GO) $(GO) test -count=1 -timeout 90m ./...

.PHONY: e2e-helm
e2e-helm: ## Run the post-renderer in Helm 3 and 4; builds them first. HELM_BIN=DIR keeps them
	cd test/helm && $(if $(HELM_BIN),HELM_BIN='$(abspath $(HELM_BIN))') $(GO) test -count=1 -timeout 60m ./...

# VULNDB=DIR is a copy of the vulnerability database, for machines that do not
# reach the public one.
.PHONY: vulncheck
vulncheck: ## Look for known vulnerabilities in what the program calls
	GOTOOLCHAIN=$(RELEASE_GO) $(GO) run $(GOVULNCHECK) $(if $(VULNDB),-db file://$(abspath $(VULNDB))) ./cmd/krm-validate

.PHONY: vet-all
vet-all: ## Run go vet for every system that there are releases for
	for system in linux darwin windows; do GOOS=$$system $(GO) vet ./... || exit 1; done

.PHONY: e2e
e2e: ## Apply the overlays to a real API server; E2E_BIN=DIR keeps what it builds
	cd test/e2e && $(if $(E2E_BIN),E2E_BIN='$(abspath $(E2E_BIN))') $(GO) test -count=1 -timeout 60m ./...

.PHONY: e2e-databases
e2e-databases: ## Log in to real databases with every form of a URL (root on Debian)
	GO="$(GO)" test/databases/run.sh

CORPUS ?= ../shared/corpus

.PHONY: corpus
corpus: ## Run rules and normalizers over the rendered trees in CORPUS=DIR
	@test -d '$(CORPUS)' || { echo 'no folder $(CORPUS): make corpus CORPUS=DIR, with one .yaml file for each rendered tree' >&2; exit 2; }
	$(GO) run ./test/corpus -accept testdata/corpus/accepted.tsv '$(CORPUS)'
	CORPUS='$(abspath $(CORPUS))' $(GO) test ./internal/normalize ./internal/blockyaml -run 'TestCorpus|TestTrees' -count=1

.PHONY: mutants
mutants: ## Break one thing at a time in the trees in CORPUS=DIR, count what is reported
	@test -d '$(CORPUS)' || { echo 'no folder $(CORPUS): make mutants CORPUS=DIR, with one .yaml file for each rendered tree' >&2; exit 2; }
	$(GO) run ./test/mutants '$(CORPUS)'

.PHONY: fixes
fixes: ## Make mistakes in the trees in CORPUS=DIR, one at a time, and let fix undo them
	@test -d '$(CORPUS)' || { echo 'no folder $(CORPUS): make fixes CORPUS=DIR, with one .yaml file for each rendered tree' >&2; exit 2; }
	CORPUS='$(abspath $(CORPUS))' $(GO) test -count=1 -timeout 60m -v -run TestCorpus ./test/fixes

.PHONY: places
places: ## Prove the place of every value by changing it; PLACES=DIR:... are trees of others
	PLACES='$(PLACES)' PLACES_MOST=$(or $(PLACES_MOST),0) PLACES_TREES=100 $(GO) test -count=1 -timeout 120m ./internal/kbuild -run 'TestPlaces' -v

CASES ?= ../shared/cases

.PHONY: mutants-fixtures
mutants-fixtures: ## Run the function over a mutant of every node of every fixture
	MUTANTS=some $(GO) test -timeout 60m ./internal/function -run TestMutants -count=1

.PHONY: cases
cases: ## Check the small cases made after public reports in CASES=DIR, as those in testdata/cases
	@test -d '$(CASES)' || { echo 'no folder $(CASES): make cases CASES=DIR' >&2; exit 2; }
	$(GO) run ./test/cases -open testdata/cases/open.tsv '$(CASES)' 2>/dev/null

.PHONY: bench
bench: ## Run the benchmarks, and compare with other programs: docs/performance.md
	$(GO) test -run '^$$' -bench . -benchmem ./...
	$(GO) run ./test/bench/compare

.PHONY: bounds
bounds: ## Measure what large inputs cost in memory, and whether their time is linear
	$(GO) run ./test/bench/bounds

.PHONY: bounds-rules
bounds-rules: ## Measure whether the time of each rule is linear, with its fixtures multiplied (hours)
	$(GO) run ./test/bench/bounds -grow

.PHONY: ci
ci: ## Run what CI runs
	.ci/run

.PHONY: clean
clean: ## Remove what was built and installed into bin
	rm -rf $(BIN)
