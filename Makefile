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
	$(GO) test -race ./...

.PHONY: golden
golden: ## Rewrite the expected outputs of the tests: review the diff
	UPDATE=1 $(GO) test ./...

.PHONY: generate
generate: ## Rewrite the generated files: the schema, the docs of the rules
	$(GO) generate ./...

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

.PHONY: bench
bench: ## Run the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

.PHONY: ci
ci: ## Run what CI runs
	.ci/run

.PHONY: clean
clean: ## Remove what was built and installed into bin
	rm -rf $(BIN)
