#!/bin/sh
# The main job, as `make demo` shows it: sends tests/demo/post.md to the people
# in lists/example.csv through a relay on a free port of this machine that
# files every mail into a Maildir. Nothing leaves the machine, nothing keeps
# running, and what it wrote lies in build/demo until the next run.
set -eu
cd "$(dirname "$0")/.."
mirmail=$PWD/build/mirmail
folder=$PWD/build/demo
python=/usr/bin/python3
[ -x "$python" ] || python=python3

"$python" -c 'import aiosmtpd' 2>/dev/null || {
    echo "the demo's relay is missing: apt-get install python3-aiosmtpd" >&2
    exit 69
}
rm -rf "$folder"
mkdir -p "$folder"
cp tests/demo/mirmail.yaml tests/demo/post.md lists/example.csv "$folder"

port=$("$python" -c 'import socket; s = socket.socket()
s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$python" -W ignore -m aiosmtpd -n -l "127.0.0.1:$port" \
    -c aiosmtpd.handlers.Mailbox "$folder/Maildir" >"$folder/relay.log" 2>&1 &
relay=$!
trap 'kill $relay 2>/dev/null || :; wait $relay 2>/dev/null || :' EXIT
trap 'exit 130' INT TERM

answers() {
    "$python" -c 'import socket, sys
socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1).recv(3)' \
        "$port" 2>/dev/null
}
tries=0
until answers; do
    tries=$((tries + 1))
    if [ $tries -gt 100 ] || ! kill -0 $relay 2>/dev/null; then
        echo "the demo's relay did not start:" >&2
        cat "$folder/relay.log" >&2
        exit 69
    fi
    sleep 0.05
done

cd "$folder"
echo "$ mirmail send --yes --list example.csv post.md"
"$mirmail" send --yes --list example.csv --relay "smtp://127.0.0.1:$port" \
    post.md
"$python" - "$folder" <<'PYTHON'
import email.policy
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
mails = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
         for file in (folder / "Maildir/new").iterdir()]
mail = min(mails, key=lambda one: one["To"])
(folder / "mail.html").write_text(mail.get_body(("html",)).get_content(), encoding="utf-8")
print(f"\n{len(mails)} mails lie in {folder}/Maildir. The one to {mail['To']}:\n")
for name in ("From", "To", "Subject", "Date"):
    print(f"{name}: {mail[name]}")
print()
print(mail.get_body(("plain",)).get_content().replace("\r\n", "\n"))
print(f"Its HTML, for a browser: {folder}/mail.html")
PYTHON
