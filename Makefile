# mirmail - see `make help`

VERSION := 0.1.0
PREFIX ?= /usr/local
BUILD ?= release
O ?= build/$(BUILD)
MODULES := base mail config web post document list letter message journal \
           delivery feedback check preview pipeline doctor cli

# --- what it is built with ---

# Debian's names; docs/install.md has them for dnf, apk, pacman and brew.
APT_BUILD := gcc make pkg-config libesmtp-dev libcmark-dev libyaml-dev \
  libglib2.0-dev libgumbo-dev libsqlite3-dev libssl-dev libidn2-dev \
  libutf8proc-dev libunistring-dev libjansson-dev libmicrohttpd-dev libmagic-dev \
  libcurl4-openssl-dev libc-ares-dev libgmime-3.0-dev
APT_DEMO := python3 python3-aiosmtpd
APT_BENCH := python3-jinja2 wrk curl $(if $(shell command -v npm),,nodejs npm)
APT_CHECK := libcmocka-dev python3-pytest python3-pytest-xdist clang \
  clang-format clang-tidy \
  libclang-rt-14-dev mandoc cmark-gfm python3-html5lib \
  $(shell cat tests/servers/packages.txt) \
  $(shell command -v npm >/dev/null || echo nodejs npm)

PKGS := glib-2.0 libcmark yaml-0.1 libesmtp-1.0 gumbo sqlite3 openssl libidn2 \
  jansson libutf8proc libmagic libmicrohttpd libcares gmime-3.0
LIBS_NO_PC := -lunistring -lm
# Loaded by `check --links` only; here for its headers.
PKGS_LOADED := libcurl

CC ?= cc
WARN := -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow \
  -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wcast-qual \
  -Wpointer-arith -Wformat=2 -Wundef -Wswitch-enum -Wvla \
  -Wimplicit-fallthrough -Wdouble-promotion
# clang looks into GLib's macros, where const is cast away; gcc still checks us.
WARN += $(if $(findstring clang,$(CC)),-Wno-cast-qual)
HARDEN := -fstack-protector-strong -fPIE
FLAGS_release := -O2 -g -D_FORTIFY_SOURCE=3 $(HARDEN)
FLAGS_debug := -Og -g3 $(HARDEN)
FLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer \
  -fno-sanitize-recover=undefined
FLAGS_tsan := -O1 -g -fsanitize=thread
FLAGS_coverage := -O0 -g --coverage
FLAGS_fuzz := -O1 -g -fsanitize=address,undefined,fuzzer-no-link \
  -fno-sanitize-recover=undefined
FLAGS := $(or $(FLAGS_$(BUILD)),$(error BUILD=$(BUILD): release, debug, asan, \
  tsan or coverage))

# Asked of pkg-config only when something is compiled, so that `make deps`
# works on a machine that has nothing yet.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(patsubst -I%,-isystem%,$$(shell pkg-config --cflags $(PKGS) $(PKGS_LOADED))))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)

ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -DMIRMAIL_VERSION='"$(VERSION)"' \
  -Isrc -I$(O)/gen -pthread $(WARN) $(WERROR) $(FLAGS) \
  -ffile-prefix-map=$(CURDIR)=. $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(filter -fsanitize% --coverage,$(FLAGS)) -pthread \
  $(if $(filter release debug,$(BUILD)),-pie -Wl$(comma)-z$(comma)relro \
  -Wl$(comma)-z$(comma)now) $(LDFLAGS)
ALL_LIBS = $(PKG_LIBS) $(LIBS_NO_PC)
comma := ,

SRC := $(foreach m,$(MODULES),$(wildcard src/$m/*.c))
OBJ := $(SRC:src/%.c=$(O)/%.o)
TESTS := $(foreach m,$(MODULES),$(wildcard tests/unit/$m/test_*.c))
TEST_BINS := $(TESTS:tests/unit/%.c=$(O)/unit/%)

.PHONY: all
all: build/mirmail ## build the program, at build/mirmail

build/mirmail: $(O)/mirmail FORCE
	@mkdir -p build; cmp -s $< $@ || { rm -f $@; ln $< $@ 2>/dev/null || cp $< $@; }

# `make V=1` shows whole commands.
Q := $(if $(V),,@)
say = @$(if $(V),:,printf '  %-8s%s\n' $(1) $(patsubst build/%,%,$(2)))

$(O)/mirmail: $(O)/main.o $(O)/libmirmail.a
	$(call say,link,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS)

$(O)/libmirmail.a: $(OBJ)
	@rm -f $@
	@ar rcs $@ $^

$(O)/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(call say,compile,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/unit/%.o: tests/unit/%.c Makefile
	@mkdir -p $(@D)
	$(call say,compile,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/unit -MMD -MP -c -o $@ $<

# Linked anew whenever the library changes, but not compiled.
.PRECIOUS: $(O)/unit/%.o
$(O)/unit/%: $(O)/unit/%.o $(O)/libmirmail.a
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) -lcmocka $(ALL_LIBS)

# Files that the program carries in itself, as C arrays; see base/builtin.h.
EMBEDDED := $(sort $(wildcard templates/announcement/* templates/plain/* templates/starter/* \
  templates/confirm/* \
  templates/preview/* lists/example.csv))
$(O)/gen/embedded.h: $(EMBEDDED) Makefile
	@mkdir -p $(@D)
	@{ for f in $(EMBEDDED); do \
	  echo "static const unsigned char embedded_$$(echo $$f | tr -c 'a-z0-9\n' _)[] = {"; \
	  od -An -v -tx1 $$f | sed 's/ \(..\)/0x\1,/g'; echo '0};'; done; \
	  echo 'static const struct { const char *name; const unsigned char *bytes;'; \
	  echo 'size_t length; } embedded_files[] = {'; for f in $(EMBEDDED); do \
	  n=embedded_$$(echo $$f | tr -c 'a-z0-9\n' _); \
	  echo "{\"$$f\", $$n, sizeof $$n - 1},"; done; echo '};'; } > $@
$(O)/base/builtin.o: $(O)/gen/embedded.h

# --- tests ---

.PHONY: check check-unit check-e2e check-judges check-lint check-fuzz golden-accept
check: deps-check all check-unit check-fuzz check-lint check-e2e check-judges ## install what the tests need and run all of them

check-unit: $(TEST_BINS) ## unit tests
	@tests/unit/run.sh $(TEST_BINS)

# What several threads run, for BUILD=tsan.
.PHONY: check-unit-threads
check-unit-threads: $(filter $(O)/unit/journal/% $(O)/unit/delivery/%,$(TEST_BINS))
	@G_SLICE=always-malloc TSAN_OPTIONS=suppressions=tests/e2e/tsan.supp \
	  tests/unit/run.sh $^

PYTEST := /usr/bin/python3 -m pytest -q -p no:cacheprovider
E2E := MAILER_HARNESS=$(O)/e2e/mailer_harness BAD_WORLD=$(O)/e2e/bad_world.so \
  DKIM_HARNESS=$(O)/e2e/dkim_harness
# They mostly wait, for servers and for time to pass.
E2E_JOBS ?= 4
check-e2e: all $(O)/e2e/mailer_harness $(O)/e2e/dkim_harness $(O)/e2e/bad_world.so ## real servers, and the golden mails
	$(E2E) $(PYTEST) -n $(E2E_JOBS) tests/golden tests/e2e

# Faults, kills and restarts at random; with BUILD=tsan too.
.PHONY: check-chaos soak
check-chaos: all $(O)/e2e/bad_world.so
	$(E2E) $(PYTEST) tests/e2e/test_chaos.py

SOAK ?= 1
SOAK_SECONDS ?= 0
soak: all $(O)/e2e/bad_world.so ## ten times as much chaos, and again for SOAK_SECONDS
	SOAK=$(SOAK) SOAK_SECONDS=$(SOAK_SECONDS) $(E2E) $(PYTEST) -s tests/e2e/test_chaos.py

# Loaded into the program before all else, so it has no sanitizer of its own.
$(O)/e2e/bad_world.so: tests/e2e/bad_world.c Makefile
	@mkdir -p $(@D)
	$(call say,compile,$<)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE $(WARN) $(WERROR) -O2 -g -fPIC -shared -pthread \
	  -o $@ $<

$(O)/e2e/%: tests/e2e/%.c $(O)/libmirmail.a Makefile
	@mkdir -p $(@D)
	$(call say,compile,$<)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(O)/libmirmail.a $(ALL_LIBS)

check-judges: all ## what programs of others say about our mails
	$(PYTEST) tests/judges

check-lint: all ## layers, one library one file, manuals against the program
	$(PYTEST) tests/lint

golden-accept: all ## rewrite the golden mails; look at the diff
	GOLDEN_ACCEPT=1 $(PYTEST) tests/golden

FUZZ := $(basename $(notdir $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_SECONDS ?= 60
$(O)/fuzz/%: tests/fuzz/%.c tests/fuzz/replay.c $(O)/libmirmail.a Makefile
	@mkdir -p $(@D)
	$(call say,compile,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -MF $@.d $(ALL_LDFLAGS) -o $@ $< \
	  tests/fuzz/replay.c $(O)/libmirmail.a $(ALL_LIBS)

check-fuzz: $(FUZZ:%=$(O)/fuzz/%) ## replay the fuzzers' corpora
	@set -e; for f in $(FUZZ); do $(O)/fuzz/$$f tests/fuzz/corpus/$${f#fuzz_}; done

.PHONY: fuzz
fuzz: ## run every fuzzer for FUZZ_SECONDS (clang)
	@$(MAKE) CC=clang O=build/fuzz BUILD=fuzz $(FUZZ:%=run-%)
run-fuzz_%: $(O)/libmirmail.a FORCE
	@mkdir -p $(O)/found/$* tests/fuzz/corpus/$*
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $(O)/fuzz_$* \
	  tests/fuzz/fuzz_$*.c $(O)/libmirmail.a $(ALL_LIBS)
	$(O)/fuzz_$* -max_total_time=$(FUZZ_SECONDS) -timeout=5 -rss_limit_mb=2048 \
	  -print_final_stats=1 $(O)/found/$* tests/fuzz/corpus/$* 2>&1 | tail -n 12

.PHONY: lint bench demo
# Clang's own warnings too. The analyzer's default of 225,000 nodes a function
# takes five times as long for loops that it does not see through anyway.
TIDY_FLAGS = $(filter-out -Werror -f%,$(ALL_CFLAGS)) -Wno-unknown-warning-option \
  $(addprefix -Xclang ,-analyzer-config max-nodes=50000)
lint: ## format and static analysis
	@clang-format --dry-run --Werror $(wildcard src/*.[ch] src/*/*.[ch] tests/unit/*.h tests/unit/*/*.c tests/fuzz/*.c)
	@printf '%s\n' $(SRC) src/main.c | xargs -P "$$(nproc)" -I {} \
	  clang-tidy --quiet {} -- $(TIDY_FLAGS) 2>/dev/null

$(O)/bench/compose: tests/bench/compose.c $(O)/libmirmail.a Makefile
	@mkdir -p $(@D)
	$(call say,compile,$<)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(O)/libmirmail.a $(ALL_LIBS)

# Needs node and npm too, for what it is measured beside.
bench: deps-check all $(O)/bench/compose ## measure, and print a table
	$(call install_packages,$(APT_BENCH))
	tests/bench/run.py

demo: deps-demo all ## send a sample post through a relay of its own
	tests/demo.sh

# --- installing ---

# Installs those of the packages that are missing, and says so.
define install_packages
	@missing=$$(for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null \
	  | grep -q 'ok installed' || printf '%s ' $$p; done); \
	[ -n "$$missing" ] || exit 0; \
	command -v apt-get >/dev/null || { echo "no apt-get here; docs/install.md \
	names the packages for dnf, apk, pacman and brew"; exit 1; }; \
	echo "installing with apt-get: $$missing"; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	$$sudo env DEBIAN_FRONTEND=noninteractive sh -c "apt-get -qq update && apt-get \
	  -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install \
	  --no-install-recommends $$missing" >/dev/null
endef

.PHONY: deps deps-demo deps-check install dist clean help
deps: ## install the packages that the build needs
	$(call install_packages,$(APT_BUILD))
deps-demo: deps
	$(call install_packages,$(APT_DEMO))
deps-check: deps
	$(call install_packages,$(APT_DEMO) $(APT_CHECK))
	@cd tests/judges && [ node_modules/.package-lock.json -nt package-lock.json ] \
	  || npm ci --ignore-scripts --no-audit --no-fund --silent

install: build/mirmail ## install to PREFIX (and DESTDIR)
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 build/mirmail $(DESTDIR)$(PREFIX)/bin/mirmail
	for page in docs/man/*.[1-9]; do \
	  dir=$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}; \
	  install -d $$dir && install -m 644 $$page $$dir/ || exit 1; done

dist: ## a source archive of the last commit
	@mkdir -p build
	git archive --format=tar.gz --prefix=mirmail-$(VERSION)/ \
	  -o build/mirmail-$(VERSION).tar.gz HEAD

clean: ## remove what was built
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 16

-include $(OBJ:.o=.d) $(TEST_BINS:=.d) $(O)/main.d

.PHONY: FORCE
FORCE:
