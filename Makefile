# Landline: `make serve` and `make test` work on a fresh Debian machine that has Swift and make.

SWIFT ?= swift
DATA ?= ./data
PREFIX ?= /usr/local
BINARY ?= .build/release/landline
BUILD_FLAGS = --explicit-target-dependency-import-check error

.PHONY: serve build install manual test unit outside crash soak bench lint format clean

# Builds the release binary and runs a server with its data in ./data.
serve: build
	exec .build/release/landline serve --data $(DATA)

# The binary carries Swift with it: it runs on any Debian machine of this architecture that has libsqlite3.
build:
	scripts/install-packages build
	$(SWIFT) build -c release --product landline $(BUILD_FLAGS) --static-swift-stdlib -Xlinker -s

# The binary, the manual page, the shells' completions and the systemd unit; build first. DESTDIR= is for packagers.
install:
	install -D $(BINARY) $(DESTDIR)$(PREFIX)/bin/landline
	install -D -m 644 share/man/landline.1 $(DESTDIR)$(PREFIX)/share/man/man1/landline.1
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$(BINARY) completions bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/landline
	$(BINARY) completions zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_landline
	$(BINARY) completions fish >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/landline.fish
	for unit in share/systemd/*.service; do \
	  [ ! -e "$$unit" ] || install -D -m 644 "$$unit" $(DESTDIR)$(PREFIX)/lib/systemd/system/$${unit##*/}; done

# share/man/landline.1 from what the commands say of themselves; a test says when it is old.
manual:
	$(SWIFT) build --product landline $(BUILD_FLAGS)
	mkdir -p share/man
	.build/debug/landline manual >share/man/landline.1

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
	LANDLINE_CRASH_ROUNDS=500 LANDLINE_SYNC_KILLS=50 LANDLINE_SOAK=1 $(MAKE) outside

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
