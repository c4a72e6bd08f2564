#!/bin/sh
# Takes the pictures in docs/pictures: the sample mail, narrow and wide, light
# and dark, the page with one of every construct, the letter without a frame,
# and the preview page. Look at them afterwards.
#
#     apt-get install pngquant fonts-liberation
#     make deps-check && make && tests/pictures.sh
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
mirmail=${MIRMAIL:-$root/build/mirmail}
out=$root/docs/pictures
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=1780300800 TZ=UTC

command -v pngquant >/dev/null || {
    echo "pictures.sh: pngquant makes the pictures small: apt-get install pngquant" >&2
    exit 1
}

page() { # FOLDER POST CONFIG NAME: the HTML part
    (cd "$root/$1" && "$mirmail" preview --config "$3" --format html "$2") \
        >"$work/$4.html" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
}

page tests/demo post.md mirmail.yaml mail
page tests/judges gallery.md mirmail.yaml gallery
page tests/judges rtl.md mirmail.yaml rtl
{ cat "$root/tests/demo/mirmail.yaml"; echo "template: plain"; } >"$work/plain.yaml"
page tests/demo post.md "$work/plain.yaml" plain
(cd "$root/tests/demo" && "$mirmail" preview --html "$work/preview.html" post.md) \
    >/dev/null 2>"$work/log" || { cat "$work/log" >&2; exit 1; }

shoot() { # PAGE WIDTH SCHEME NAME
    printf '%s\n' "$work/$1.html" "$2" "$3" "$work/$4.png" >>"$work/jobs"
}
shoot mail 600 light mail-600-light
shoot mail 600 dark mail-600-dark
shoot mail 375 dark mail-375-dark
shoot plain 600 light plain-600-light
shoot gallery 600 light gallery-600-light
shoot rtl 375 light rtl-375-light
shoot preview 1440 light preview-1440-light
xargs node "$root/tests/judges/picture.mjs" <"$work/jobs"

mkdir -p "$out"
for picture in "$work"/*.png; do
    pngquant --force --speed 1 --strip 32 --output "$out/${picture##*/}" "$picture"
done
ls -l "$out"
