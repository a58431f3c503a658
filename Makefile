# Landline: `make serve` and `make test` work on a fresh Debian machine that has Swift and make.

SWIFT ?= swift
DATA ?= ./data
PREFIX ?= /usr/local
BINARY ?= .build/release/landline
BUILD_FLAGS = --explicit-target-dependency-import-check error

.PHONY: serve build install manual test unit outside interop crash soak bench bench-toolkit sanitize fuzz lint format clean

# Builds the release binary and runs a server with its data in ./data.
serve: build
	exec .build/release/landline serve --data $(DATA)

# The binary carries Swift with it: it runs on any Debian machine of this architecture that has libsqlite3.
build:
	scripts/install-packages build
	$(SWIFT) build -c release --product landline $(BUILD_FLAGS) --static-swift-stdlib -Xlinker -s
	$(SWIFT) build -c release --product landline-launch $(BUILD_FLAGS) --static-swift-stdlib -Xlinker -s

# The binary, the launcher of commands, the manual page, the shells' completions, the systemd unit and its user; build first. DESTDIR= is for packagers.
install:
	install -D $(BINARY) $(DESTDIR)$(PREFIX)/bin/landline
	install -D $(dir $(BINARY))landline-launch $(DESTDIR)$(PREFIX)/libexec/landline/landline-launch
	install -D -m 644 share/man/landline.1 $(DESTDIR)$(PREFIX)/share/man/man1/landline.1
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$(BINARY) completions bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/landline
	$(BINARY) completions zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_landline
	$(BINARY) completions fish >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/landline.fish
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's|/usr/local/bin/|$(PREFIX)/bin/|' share/systemd/landline.service \
	  >$(DESTDIR)$(PREFIX)/lib/systemd/system/landline.service
	install -D -m 644 share/systemd/landline.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/landline.conf

# share/man/landline.1 from what the commands say of themselves; a test says when it is old.
manual:
	$(SWIFT) build --product landline $(BUILD_FLAGS)
	mkdir -p share/man
	.build/debug/landline manual >share/man/landline.1

# Everything: the libraries' own tests, then the built binaries from outside.
test: unit outside interop

unit:
	scripts/install-packages build test
	$(SWIFT) build --build-tests $(BUILD_FLAGS)
	$(SWIFT) test --skip-build

# PATTERN=name runs only the tests whose name contains it.
outside:
	scripts/install-packages build test
	for program in landline landline-launch echod mro packstruct structbench tutorials; do \
	  $(SWIFT) build --product $$program $(BUILD_FLAGS) || exit 1; done
	scripts/python Tests/Outside/run.py $(if $(PATTERN),-k $(PATTERN))

# The tutorials' programs in Swift with the same in Python, in every pairing.
interop:
	scripts/install-packages build test
	$(SWIFT) build --product tutorials $(BUILD_FLAGS)
	scripts/python Tests/Interop/run.py $(if $(PATTERN),-k $(PATTERN))

# Ten times as many rounds of kill -9, and a real minute of silence.
soak:
	LANDLINE_CRASH_ROUNDS=500 LANDLINE_SYNC_KILLS=50 LANDLINE_CHAT_ROUNDS=500 LANDLINE_SOAK=1 $(MAKE) outside

# Beside scp, rsync, nginx, tar, ngircd and ssh, in turn; three quarters of an hour (see docs/BENCHMARKS.md). DISK= is a
# folder on a real disk.
DISK ?= /var/tmp
bench: build
	scripts/install-packages bench test
	scripts/python Benchmarks/transfer.py
	scripts/python Benchmarks/folder.py
	scripts/python Benchmarks/transfer.py --folder $(DISK) --rounds 5 --only landline,ssh
	scripts/python Benchmarks/folder.py --folder $(DISK)
	scripts/python Benchmarks/transfer.py --mib 4096 --rounds 1 --only landline
	scripts/python Benchmarks/idle.py
	scripts/python Benchmarks/chat.py --disk $(DISK); short=$$?; scripts/python Benchmarks/commands.py && exit $$short

# The toolkit's own tests under the address and the thread sanitizer, nothing of the product in the build; a quarter of
# an hour. Without backtraces, for a test crashes on purpose; without leaks, for the runtime keeps what it allocates once.
SANITIZED = env LANDLINE_TOOLKIT=alone SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test
sanitize:
	scripts/install-packages build test
	$(SANITIZED) --scratch-path .build-address --sanitize=address
	TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/thread-sanitizer.supp $(SANITIZED) --scratch-path .build-thread --sanitize=thread \
	  --skip "ForkingTests|CombinationTests/forking"

# Random formats, frames and addresses, each for so many seconds.
FUZZ_SECONDS ?= 600
fuzz:
	LANDLINE_TOOLKIT=alone $(SWIFT) build -c release -Xswiftc -enable-testing --scratch-path .build-fuzz --build-tests
	LANDLINE_TOOLKIT=alone LANDLINE_FUZZ_SECONDS=$(FUZZ_SECONDS) $(SWIFT) test -c release -Xswiftc -enable-testing \
	  --scratch-path .build-fuzz --skip-build --filter FuzzTests

# BinaryPacking beside CPython's struct, and the echo servers beside C and Python's socketserver.
# Peers that cannot be had, without a network, are left out.
bench-toolkit:
	scripts/install-packages build bench
	$(SWIFT) build -c release --package-path Benchmarks/toolkit/peers --scratch-path .build/bench-peers || true
	python3 -m venv .build/bench-python && .build/bench-python/bin/pip install --quiet uvloop || true
	LANDLINE_TOOLKIT=alone $(SWIFT) build -c release --scratch-path .build-toolkit --product echod
	LANDLINE_TOOLKIT=alone $(SWIFT) build -c release --scratch-path .build-toolkit --product structbench
	STRUCTBENCH=.build-toolkit/release/structbench scripts/python Benchmarks/structs.py; short=$$?; \
	LANDLINE_ECHOD=.build-toolkit/release/echod LANDLINE_PEERS=.build/bench-peers/release/peerechod \
	  scripts/python Benchmarks/toolkit/echo.py && exit $$short

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Snippets Tests

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Snippets Tests

clean:
	rm -rf .build .build-*
