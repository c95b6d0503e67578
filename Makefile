# The developers' door; people come in through ./run and ./test.
BUILD  ?= build
MESON  ?= meson
JOBS   ?= $(shell nproc)
PREFIX ?= /usr/local

.PHONY: all check test-long fuzz bench install lint asan clean

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD) -j $(JOBS)

$(BUILD)/build.ninja:
	@$(MESON) setup $(BUILD) --prefix=$(PREFIX)

check: all ## unit, case, replay and house tests: no root, no network
	@$(MESON) test -C $(BUILD) --no-rebuild --print-errorlogs --suite unit --suite cases --suite fuzz --suite check

test-long: all ## ten million pairs of versions a scheme against their own tools: hours
	@BULKHEAD_VERSION_PAIRS=10000000 BULKHEAD_CVSS_VECTORS=1000000 $(MESON) test -C $(BUILD) --no-rebuild --print-errorlogs -t 0 --suite versions

asan: ## the same under AddressSanitizer and UBSan
	@test -d $(BUILD)-asan || $(MESON) setup $(BUILD)-asan -Db_sanitize=address,undefined -Db_lundef=false --buildtype=debug
	@ninja -C $(BUILD)-asan -j $(JOBS)
	@$(MESON) test -C $(BUILD)-asan --no-rebuild --print-errorlogs --suite unit --suite cases --suite fuzz

install: all
	@DESTDIR=$(DESTDIR) $(MESON) install -C $(BUILD) --no-rebuild

clean:
	rm -rf $(BUILD) $(BUILD)-asan $(BUILD)-fuzz
