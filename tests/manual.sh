#!/bin/sh
# Writes the list of settings into docs/man/mirmail.yaml.5, from the table in
# src/config/settings.c.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
make -s build/release/libmirmail.a
cat >"$work/print.c" <<'C'
#include <stdio.h>
#include "config/config.h"
int main(void) { fputs(config_manual(), stdout); }
C
cc -Isrc $(pkg-config --cflags glib-2.0) -o "$work/print" "$work/print.c" \
    build/release/libmirmail.a \
    $(pkg-config --libs glib-2.0 yaml-0.1 libidn2 libutf8proc openssl gumbo libcmark) -lunistring
"$work/print" >"$work/settings"
page=docs/man/mirmail.yaml.5
sed -e "/begin settings/r $work/settings" -e '/begin settings/,/end settings/{/begin settings/b;/end settings/b;d}' \
    "$page" >"$work/page"
cp "$work/page" "$page"
