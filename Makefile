# make help says what there is. demo and test install what is missing by themselves (see scripts/prepare).

SHELL := /bin/sh
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
# The version says which commit it is; Go's own stamp would fail in a checkout that belongs to another user.
COMMIT := $(shell git rev-parse HEAD 2>/dev/null)
BUILD := -buildvcs=false -ldflags '-X main.version=$(VERSION) -X main.commit=$(COMMIT)'
# Extra arguments of the demo: make demo ADDR=:9090, and DEMO=once to end after the timeline.
ADDR ?= :8080
DEMO ?=
# How long each fuzz target runs, and what make load is told.
FUZZTIME ?= 20s
LOAD ?=
# How long make soak keeps a simulator busy.
SOAK ?= 10m
# The Go tests that tell random stories (all of rapid, tier.Sequential) or measure the processor's time.
PLAIN := ^Test(Any|ClockAgainst|NoDocumentCosts|RandomOf|ScenariosAny|StoreAgainst|TextsArePublished|VerdictsAgree)
# What make static and make image build for (this machine unless said), and what the image is called.
ARCH ?=
IMAGE ?= nctsim

.PHONY: help demo quick test plain lint build static static-test bench load soak fuzz image image-check release recipes prepare clean screenshots

help: ## what the targets do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## start the simulator, send it a declaration, show what customs answers (ADDR=:9090, DEMO=once)
	@bin/nctsim demo --addr '$(ADDR)' $(if $(filter once,$(DEMO)),--once)

quick: prepare ## tests for while you work: no race detector, fewer random inputs, nothing that takes long or runs the whole program
	@scripts/tests -short -timeout 5m -p 4 $$(go list ./... | grep -v /tests/)
	@echo 'make quick: all quick tests passed; make test runs all of them'

test: lint ## the linters, all tests with the race detector, the command line scripts, the image
	@scripts/tests -race -timeout 15m ./...
	@$(MAKE) --no-print-directory plain
	@scripts/static-test -short
	@VERSION='$(VERSION)' COMMIT='$(COMMIT)' scripts/image-check
	@scripts/prepare --browser 2>/dev/null || echo 'make test: the walks through the console were skipped, as there is no browser or no axe-core; hint: scripts/prepare --browser says what is missing'
	@echo 'make test: all checks and tests passed'

plain: prepare ## what the race detector only makes slow, whole and without it: random stories, the library, processor times
	@scripts/tests -run '$(PLAIN)' ./simulator/clock ./simulator/compose ./simulator/engine ./simulator/office ./simulator/schema ./simulator/store
	@scripts/tests ./simulator/store -ginkgo.focus 'A damaged file'
	@scripts/tests ./simulator -ginkgo.focus 'A workspace that attacks'
	@scripts/tests ./simulator/record ./simulator/replay

lint: prepare ## golangci-lint with what .golangci.yml enables: go vet, gofmt, staticcheck and more
	go tool -modfile=scripts/tools/go.mod golangci-lint run

build: prepare ## bin/nctsim
	@mkdir -p bin
	go build $(BUILD) -o bin/ ./cmd/nctsim

static: ## dist/linux-ARCH/nctsim, linked statically, and the proof that it runs alone (ARCH=arm64)
	@VERSION='$(VERSION)' COMMIT='$(COMMIT)' scripts/static $(ARCH)

static-test: ## the tests of schemas and rules against the minimal libxml2 of the static binary
	@scripts/static-test

bench: prepare ## Go benchmarks of all packages
	go test -run '^$$' -bench . -benchmem ./...

load: build ## submissions/s, reads/s, latencies and memory beside the machine's own limits (LOAD='--seconds 5')
	go build $(BUILD) -o bin/ ./cmd/nctsim-load
	bin/nctsim-load $(LOAD)

soak: build ## keep a simulator busy and report what it needs at the start, in the middle and at the end (SOAK=10m)
	go build $(BUILD) -o bin/ ./cmd/nctsim-load
	bin/nctsim-load --soak $(SOAK)

fuzz: prepare ## every fuzz target in turn (FUZZTIME=20s)
	@FUZZTIME='$(FUZZTIME)' scripts/fuzz

image: ## container image nctsim, packed with docker, podman or buildah (IMAGE=name:tag, ARCH=arm64)
	@scripts/prepare --image
	@VERSION='$(VERSION)' COMMIT='$(COMMIT)' scripts/static $(ARCH)
	@VERSION='$(VERSION)' COMMIT='$(COMMIT)' scripts/image '$(IMAGE)' $(ARCH)

image-check: ## build the image with buildah and use it as a CI job would (as root)
	@VERSION='$(VERSION)' COMMIT='$(COMMIT)' scripts/image-check

release: ## dist/release: static binaries with completions and man pages, checksums, SBOMs, changes; the same bytes every time
	@VERSION='$(VERSION)' COMMIT='$(COMMIT)' scripts/release

recipes: ## look at the workflow with actionlint, compile the Testcontainers recipes and check their types (fetches their libraries)
	go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 examples/ci/github-workflow.yml
	cd examples/testcontainers/go && go vet ./...
	cd examples/testcontainers/node && npm install --no-audit --no-fund --no-package-lock && npm run check

screenshots: prepare ## the pictures of README.md and docs/console.md, taken in a browser
	@scripts/prepare --browser
	go test ./tests/browser -count 1 -ginkgo.focus 'pictures of the documents' -screenshots

prepare:
	@scripts/prepare

clean: ## remove what was built
	rm -rf bin dist build
