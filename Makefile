# Landline: `make serve` and `make test` work on a fresh Debian machine that has Swift and make.

SWIFT ?= swift
DATA ?= ./data
BUILD_FLAGS = --explicit-target-dependency-import-check error

.PHONY: serve build test unit outside crash soak bench lint format clean

# Builds the release binary and runs a server with its data in ./data.
serve: build
	exec .build/release/landline serve --data $(DATA)

# The binary carries Swift with it: it runs on any Debian machine of this architecture that has libsqlite3.
build:
	scripts/install-packages build
	$(SWIFT) build -c release --product landline $(BUILD_FLAGS) --static-swift-stdlib -Xlinker -s

# Everything: the libraries' own tests, then the built binary from outside.
test: unit outside

unit:
	scripts/install-packages build
	$(SWIFT) build --build-tests $(BUILD_FLAGS)
	$(SWIFT) test --skip-build

# PATTERN=name runs only the tests whose name contains it.
outside:
	scripts/install-packages build test
	$(SWIFT) build --product landline $(BUILD_FLAGS)
	scripts/python Tests/Outside/run.py $(if $(PATTERN),-k $(PATTERN))

# Ten times as many rounds of kill -9, and a real minute of silence.
soak:
	LANDLINE_CRASH_ROUNDS=500 LANDLINE_SOAK=1 $(MAKE) outside

# 1 GiB both ways beside scp, alternating (see docs/BENCHMARKS.md).
bench: build
	scripts/install-packages bench
	scripts/python Benchmarks/transfer.py

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests

clean:
	rm -rf .build
