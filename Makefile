# mirmail - see `make help`

VERSION := 0.1.0
PREFIX ?= /usr/local
BUILD ?= release
O ?= build/$(BUILD)
MODULES := base mail config post document list letter message journal \
           delivery feedback check cli


PKGS := glib-2.0 libcmark yaml-0.1 libesmtp-1.0 gumbo sqlite3 openssl libidn2 jansson \
        libutf8proc
LIBS_NO_PC := -lunistring

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
FLAGS := $(or $(FLAGS_$(BUILD)),$(error BUILD=$(BUILD): release, debug, asan, \
  tsan or coverage))

# Asked of pkg-config only when something is compiled, so that `make deps`
# works on a machine that has nothing yet.
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(patsubst -I%,-isystem%,$$(shell pkg-config --cflags $(PKGS))))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)

ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -DMIRMAIL_VERSION='"$(VERSION)"' \
  -Isrc -I$(O)/gen -pthread $(WARN) $(WERROR) $(FLAGS) \
  -ffile-prefix-map=$(CURDIR)=. $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(filter -fsanitize% --coverage,$(FLAGS)) -pthread \
  $(if $(filter release debug,$(BUILD)),-pie -Wl$(comma)-z$(comma)relro \
  -Wl$(comma)-z$(comma)now) $(LDFLAGS)
ALL_LIBS = $(PKG_LIBS) $(LIBS_NO_PC)
comma := ,

SRC := $(foreach m,$(MODULES),$(wildcard src/$m/*.c)) $(wildcard src/pipeline.c)
OBJ := $(SRC:src/%.c=$(O)/%.o)
TESTS := $(foreach m,$(MODULES),$(wildcard tests/unit/$m/test_*.c))
TEST_BINS := $(TESTS:tests/unit/%.c=$(O)/unit/%)

.PHONY: all
all: build/mirmail ## build the program, at build/mirmail

build/mirmail: $(O)/mirmail FORCE
	@cmp -s $< $@ || { rm -f $@; ln $< $@ 2>/dev/null || cp $< $@; }

$(O)/mirmail: $(O)/main.o $(O)/libmirmail.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LIBS)

$(O)/libmirmail.a: $(OBJ)
	@rm -f $@
	@ar rcs $@ $^

$(O)/%.o: src/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/unit/%: tests/unit/%.c $(O)/libmirmail.a Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests/unit -MMD -MP -MF $@.d $(ALL_LDFLAGS) -o $@ $< \
	  $(O)/libmirmail.a -lcmocka $(ALL_LIBS)

# Files that the program carries in itself, as C arrays; see base/builtin.h.
EMBEDDED := $(sort $(wildcard templates/announcement/* templates/starter/* \
  lists/example.csv))
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

.PHONY: check-unit
check-unit: $(TEST_BINS) ## run the unit tests of MODULES
	@set -e; for t in $(TEST_BINS); do $$t; done

-include $(OBJ:.o=.d) $(TEST_BINS:=.d) $(O)/main.d

.PHONY: FORCE
FORCE:
