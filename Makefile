# The developers' door; people come in through ./run and ./test.
BUILD  ?= build
MESON  ?= meson
JOBS   ?= $(shell nproc)
PREFIX ?= /usr/local
CLANG  ?= clang-19
SECONDS_EACH ?= 60

.PHONY: all check asan test-long fuzz bench lint install clean help

all: $(BUILD)/build.ninja ## the programs, at build/bulkhead
	@ninja -C $(BUILD) -j $(JOBS)

$(BUILD)/build.ninja:
	@$(MESON) setup $(BUILD) --prefix=$(PREFIX)

check: all ## unit, case, replay and house tests: no root, no network, seconds
	@$(MESON) test -C $(BUILD) --no-rebuild --print-errorlogs --suite unit --suite cases --suite fuzz --suite check

asan: ## the same under clang with AddressSanitizer and UBSan
	@test -d $(BUILD)-asan || CC=$(CLANG) $(MESON) setup $(BUILD)-asan -Db_sanitize=address,undefined -Db_lundef=false --buildtype=debug -Doptimization=1
	@ninja -C $(BUILD)-asan -j $(JOBS)
	@$(MESON) test -C $(BUILD)-asan --no-rebuild --print-errorlogs --suite unit --suite cases --suite fuzz

test-long: all ## ./test with a real Kubernetes API server, and ten million pairs for each version order: hours
	@BULKHEAD_LONG=1 ./test
	@BULKHEAD_VERSION_PAIRS=10000000 BULKHEAD_CVSS_VECTORS=1000000 $(MESON) test -C $(BUILD) --no-rebuild --print-errorlogs -t 0 --suite versions

fuzz: ## every fuzz target for SECONDS_EACH seconds; what is found stays in build-fuzz/found
	@test -d $(BUILD)-fuzz || CC=$(CLANG) $(MESON) setup $(BUILD)-fuzz -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false --buildtype=debug -Doptimization=1
	@ninja -C $(BUILD)-fuzz -j $(JOBS)
	@tools/fuzz-all $(BUILD)-fuzz $(SECONDS_EACH)

bench: all ## numbers, each beside a floor measured in the same run
	@tools/bench-all $(BUILD)

lint: ## clang-tidy over the sources that changed since main, or all with LINT=all
	@tools/lint $(BUILD) $(LINT)

install: all ## into DESTDIR and PREFIX
	@test "$(origin PREFIX)" = file || $(MESON) configure $(BUILD) -Dprefix=$(PREFIX) # of a build that was set up for another
	@DESTDIR=$(DESTDIR) $(MESON) install -C $(BUILD) --no-rebuild

clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-fuzz

help:
	@sed -n 's/^\([a-z-]*\):[^#]*## /  \1\t/p' $(MAKEFILE_LIST)
