# Hearth's front door: `make help` lists what there is.
SWIFT ?= swift
PYTHON ?= python3
BUILD := .build
BIN := build/bin
TALLY := $(BUILD)/tally
ARGS ?=
EXECUTABLES := hearth hearth-distributor hearth-ingester hearth-querier hearthctl
FLAGS := -c release

# What a build needs, and what the tests need besides (Debian 12 names; design D12).
PACKAGES := build-essential pkg-config libcurl4-openssl-dev libdeflate-dev libnghttp2-dev libpq-dev \
	libre2-dev libsqlite3-dev libssl-dev libxxhash-dev libyaml-dev libzstd-dev zlib1g-dev
TEST_PACKAGES := chromium chromium-driver curl nghttp2-client openjdk-17-jdk-headless postgresql \
	protobuf-compiler python3 python3-pip python3-venv wrk

.DEFAULT_GOAL := help
.PHONY: help deps test-deps build run cluster demo test test-core test-build test-swift test-end-to-end lint \
	format check bench fuzz chaos release clean
.NOTPARALLEL:

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' Makefile

deps: ## Install the C libraries that a build needs
	@Deploy/install-packages.sh $(PACKAGES)

test-deps: deps ## Install what the tests need besides
	@Deploy/install-packages.sh $(TEST_PACKAGES)

build: deps ## Build every executable into build/bin
	$(SWIFT) build $(FLAGS)
	@mkdir -p $(BIN)
	@for name in $(EXECUTABLES); do cp -f $(BUILD)/release/$$name $(BIN)/$$name; done
	@echo "executables are in $(BIN)"

run: deps ## Build and start hearth on port 4040, data in ./data
	$(SWIFT) build $(FLAGS) --product hearth
	exec $(BUILD)/release/hearth $(ARGS)

cluster: build ## Start Postgres, a distributor, two ingesters and a querier as separate processes
	$(PYTHON) Deploy/cluster/cluster.py --bin $(BIN) $(ARGS)

demo: build ## Start hearth and a Python program under the real Pyroscope SDK
	$(PYTHON) Deploy/demo/demo.py --bin $(BIN) $(ARGS)

test: test-deps ## Run every test (starts a private Postgres); ends with "N passed, N failed"
	@rm -rf $(TALLY)
	-@$(MAKE) --no-print-directory --keep-going test-swift test-end-to-end fuzz
	@$(PYTHON) Tests/Runner/tally.py $(TALLY) swift swift-postgres swift-http-server end-to-end fuzz

test-core: deps ## Run the tests of modules without sockets, debug build
	HEARTH_MODULES=BlockStore,ConfigSchema,ELF,EventLog,Exposition,HeadStore,JFR,LegacyFormats,OTLPProfiles,ProtobufWire,Relabeling,Ring \
		$(SWIFT) test --scratch-path $(BUILD)/core

test-build: test-deps
	$(SWIFT) build $(FLAGS) --build-tests
	@mkdir -p $(BIN) $(TALLY)
	@for name in $(EXECUTABLES); do cp -f $(BUILD)/release/$$name $(BIN)/$$name; done

test-swift: test-build ## Run the Swift tests
	@$(PYTHON) Tests/Runner/run_swift_tests.py $(TALLY) $(SWIFT) test $(FLAGS) --skip-build

test-end-to-end: test-build ## Run the tests with real processes: clients, cluster, browser, kill -9, recordings
	@Tests/EndToEnd/run.sh $(BIN) $(TALLY)

lint: ## Check formatting and style
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Services Shared Tests

format: ## Reformat every Swift file
	$(SWIFT) format --in-place --recursive --parallel Package.swift Services Shared Tests

check: lint test ## Lint and test: what CI runs

bench: build ## Measure ingest, latency, memory, disk and queries; JSON lines and a table
	$(PYTHON) Tests/Benchmarks/bench.py --bin $(BIN) $(ARGS)

fuzz: deps ## Fuzz every decoder (FUZZ_SECONDS in all, 60 by default), from the seeds of the Swift tests
	@[ -d $(TALLY)/seeds ] || $(MAKE) --no-print-directory test-swift || true
	@SWIFT=$(SWIFT) Tests/Runner/run-fuzz.sh $(BUILD)/fuzz $(TALLY)

chaos: build ## Kill a loaded server 1,000 times and look for what it acknowledged
	$(PYTHON) Tests/Chaos/kill_loop.py --bin $(BIN) --rounds 1000 $(ARGS)
	$(PYTHON) Tests/Chaos/cluster_loop.py --bin $(BIN) --rounds 100 $(ARGS)

release: deps ## Build optimised executables that carry the Swift runtime with them
	$(SWIFT) build $(FLAGS) --static-swift-stdlib --scratch-path $(BUILD)/static -Xcc -fno-omit-frame-pointer
	@mkdir -p build/release
	@for name in $(EXECUTABLES); do cp -f $(BUILD)/static/release/$$name build/release/$$name; done

clean: ## Remove everything built
	rm -rf $(BUILD) build
