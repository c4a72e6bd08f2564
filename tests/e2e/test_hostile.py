"""Hostile and broken input: each row of docs/security.md's table.

Nothing here needs a server: everything must be refused, or made harmless,
before a socket is opened.
"""

import re
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MIRMAIL = ROOT / "build/mirmail"
CONFIG = """\
sender: {from: "Camp <news@camp.example>", organisation: Camp}
list: {id: news.camp.example, name: Camp News, unsubscribe_mail: leave@camp.example}
relay: {host: 127.0.0.1, port: 9, tls: none}
"""
POST = "---\ntitle: A title\n---\n\nHello.\n"
LIST = "email,name\nada@example.org,Ada\n"


def run(folder, *words, post=POST, rows=LIST, config=CONFIG, name="post.md",
        kind="mime"):
    """Previews a post in a fresh folder; standard output stays bytes."""
    write = lambda path, text: path.write_bytes(
        text if isinstance(text, bytes) else text.encode())
    write(folder / "mirmail.yaml", config)
    write(folder / "list.csv", rows)
    write(folder / name, post)
    started = time.monotonic()
    result = subprocess.run(
        [MIRMAIL, "preview", "--format", kind, "--list", "list.csv", *words, name],
        cwd=folder, capture_output=True, timeout=60)
    result.seconds = time.monotonic() - started
    result.err = result.stderr.decode()
    return result


def headers(result):
    return result.stdout.split(b"\r\n\r\n", 1)[0]


BAD_ROWS = [
    ('"ada@example.org\r\nBcc: eve@example.org",Ada', "list.csv:2"),
    ('"ada@example.org>\r\nRCPT TO:<eve@example.org",Ada', "list.csv:2"),
    ("ada@example.org\0,Ada", "list.csv:2"),
    ("a b@example.org,Ada", "list.csv:2"),
    ("<ada@example.org,Ada", "list.csv:2"),
    ("ada@exa_mple.org,Ada", "list.csv:2"),
    ("ada@example..org,Ada", "list.csv:2"),
    ("ada,Ada", "list.csv:2"),
    ('"ada@example.org, eve@example.org",Ada', "list.csv:2"),
    (f"{'a' * 65}@example.org,Ada", "list.csv:2"),
    (f"a@{'b' * 250}.org,Ada", "list.csv:2"),
    (b"ada@example.org,\xff\xfe", "list.csv:2"),
    ("ada@example.org,\x1b]0;title\x07", "list.csv:2"),
]


@pytest.mark.parametrize("row,place", BAD_ROWS, ids=range(len(BAD_ROWS)))
def test_a_bad_row_is_an_error_with_its_place(tmp_path, row, place):
    row = row if isinstance(row, bytes) else row.encode()
    result = run(tmp_path, rows=b"email,name\n" + row + b"\nok@example.org,O\n")
    assert result.returncode == 65, result.err
    assert re.search(rf"^{re.escape(place)}(:\d+)?: error: ", result.err, flags=re.M)
    assert not re.search(r"[\x00-\x08\x0b-\x1f]", result.err)


def test_a_line_break_in_a_name_becomes_a_blank(tmp_path):
    result = run(tmp_path, rows='email,name\nada@example.org,"Ada\r\nBcc: eve@example.org"\n')
    assert b"\r\nBcc:" not in result.stdout
    assert result.returncode in (0, 65)


def test_a_name_cannot_open_a_field_again(tmp_path):
    post = POST.replace("Hello.", "Hello {{name}}.").replace(
        "A title", 'A title for {{name}}\nmerge: true')
    result = run(tmp_path, post=post,
                 rows="email,name\nada@example.org,{{email}} <b>x</b> [l](javascript:a)\n")
    assert result.returncode == 0, result.err
    for kind in ("text", "html"):
        shown = run(tmp_path, post=post, kind=kind,
                    rows="email,name\nada@example.org,{{email}} <b>x</b> [l](javascript:a)\n")
        text = shown.stdout.decode()
        assert "{{email}}" in text or "{{email}}" in text.replace("&#123;", "{")
        if kind == "html":
            assert "<b>x</b>" not in text and "&lt;b&gt;" in text
            assert 'href="javascript' not in text


def test_a_title_with_line_breaks_stays_one_subject(tmp_path):
    result = run(tmp_path, post='---\ntitle: "A\\r\\nBcc: eve@example.org"\n---\n\nHello.\n')
    assert b"\r\nBcc:" not in headers(result)


@pytest.mark.parametrize("control", ["\\0", "\\u0007", "\\u2028", "\\u202e", "\\u0085"])
def test_a_control_in_the_title_never_reaches_the_header(tmp_path, control):
    result = run(tmp_path, post=f'---\ntitle: "A{control}B"\n---\n\nHello.\n')
    assert result.returncode in (0, 65)
    if result.returncode == 65:
        assert "post.md:" in result.err
    assert not re.search(rb"[^\x09\x0d\x0a\x20-\x7e]", result.stdout)


@pytest.mark.parametrize("body", [
    "<b>" * 100000, "<div>" * 100000, "[" * 50000, "> " * 50000, "*a " * 50000,
    "![[]()" * 30000, "|" * 20000 + "\n" + "|-" * 10000, "<a " + "b=c " * 50000 + ">",
    "&#x" + "f" * 100000 + ";", "`" * 100000, "- " * 20000, "<!--" * 50000,
], ids=lambda b: b[:6])
def test_a_body_that_would_be_slow_ends_soon(tmp_path, body):
    result = run(tmp_path, post=f"---\ntitle: A\n---\n\nHello.\n\n{body}\n")
    assert result.returncode in (0, 65), result.err
    assert result.seconds < 20
    if result.returncode == 65:
        assert "post.md:" in result.err


def test_active_content_is_gone_and_said(tmp_path):
    body = ("<script>alert(1)</script><p onclick='x()'>A <a href='java&#9;script:x'>b</a>"
            "<img src=x onerror=alert(1)><svg onload=x></svg><iframe src='data:text/html,x'>"
            "</iframe><form action='https://e.example'><input></form></p>")
    result = run(tmp_path, post=f"---\ntitle: A\n---\n\n{body}\n", kind="html")
    html = result.stdout.decode().lower()
    for word in ("alert(", "onclick", "onerror", "onload", "javascript:", "<iframe", "<form",
                 "<input", "<svg", "data:text"):
        assert word not in html
    assert "post.md:5" in result.err


@pytest.mark.parametrize("front_matter", [
    "[" * 100000, "{a: " * 50000, "a: &a [x]\n" + "b: *a\n" * 200000,
    "? " * 50000, "'" + "x" * 600000,
], ids=["lists", "maps", "aliases", "keys", "a text without end"])
def test_deep_or_large_front_matter_ends_soon(tmp_path, front_matter):
    result = run(tmp_path, post=f"---\ntitle: A\nx: {front_matter}\n---\n\nHello.\n")
    assert result.returncode == 65
    assert "post.md:" in result.err
    assert result.seconds < 10


def test_a_yaml_bomb_is_refused(tmp_path):
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    result = run(tmp_path, post="---\ntitle: A\n" + "\n".join(lines) + "\n---\n\nHello.\n")
    assert result.returncode == 65
    assert "values" in result.err


@pytest.mark.parametrize("post,what", [
    ("+++\ntitle = 'A'\n+++\n\nHello.\n", "TOML"),
    ("Title: A\nDate: 2026-01-01\n\nHello.\n", ""),
    ("---\ntitle: A\n\nHello.\n", "close"),
    ("---\ntitle: Foo: bar\n---\n\nHello.\n", "post.md:2"),
    ("---\ntitle:\n---\n\nHello.\n", "title"),
    (b"---\ntitle: caf\xe9\n---\n\nHello.\n", "UTF-8"),
    ("---\ntitle: A\n---\n", ""),
    ("", ""),
], ids=["toml", "pelican", "unclosed", "yaml", "no title", "latin1", "no body", "empty"])
def test_a_post_that_is_none_is_refused_with_the_reason(tmp_path, post, what):
    result = run(tmp_path, post=post)
    assert result.returncode == 65
    assert "post.md" in result.err and what in result.err
    assert result.stdout == b""


@pytest.mark.parametrize("config,status,what", [
    (CONFIG + "rat: 3/min\n", 78, "mirmail.yaml:4:1: unknown key `rat`; did you mean `rate`?"),
    (CONFIG + "rate: fast\n", 78, "mirmail.yaml:4:7"),
    (CONFIG + "relay: {host: x}\n", 78, "mirmail.yaml:4"),
    (CONFIG + "connections: 1000\n", 78, "mirmail.yaml:4:14"),
    (CONFIG.replace("port: 9", "port: 9, password: secret"), 78, "password_command"),
    (CONFIG.replace("news@camp.example", "news@camp\\nexample"), 78, "mirmail.yaml:1"),
    ("- a\n", 78, "mirmail.yaml:1"),
    ("a: [\n", 78, "mirmail.yaml:"),
])
def test_a_wrong_configuration_is_one_line_with_its_place(tmp_path, config, status, what):
    result = run(tmp_path, config=config)
    assert result.returncode == status, result.err
    assert what in result.err
    assert "secret" not in result.err


@pytest.mark.parametrize("words,what", [
    (("--lst", "x"), "did you mean `--list`?"),
    (("--limit", "x"), "--limit takes a whole number"),
    (("--only", "nme=x"), "name"),
    (("--as", "eve@example.org"), "not among the recipients"),
    (("--input", "rst"), "markdown"),
])
def test_a_wrong_option_is_one_line_with_the_way_out(tmp_path, words, what):
    result = run(tmp_path, *words)
    assert result.returncode in (64, 65)
    assert what in result.err


@pytest.mark.parametrize("path", ["../secret.txt", "link.txt", "/etc/passwd"])
def test_a_post_cannot_send_the_files_of_other_folders(tmp_path, path):
    folder = tmp_path / "post"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret\n")
    (folder / "link.txt").symlink_to("../secret.txt")
    for post in (f"---\ntitle: x\nattachments: {path}\n---\n\nHello.\n",
                 f"---\ntitle: x\nimages: inline\n---\n\n![x]({path})\n"):
        result = run(folder, post=post)
        assert result.returncode == 65
        assert "post.md:" in result.err
        assert b"secret\n" not in result.stdout and b"c2VjcmV0" not in result.stdout


def test_lines_that_could_end_the_data_early_are_harmless(tmp_path):
    body = "<pre>\n.\nFrom here\n..\n-- \n.\r\n</pre>\n"
    result = run(tmp_path, post=f"---\ntitle: A\n---\n\n{body}")
    assert result.returncode == 0, result.err
    wire = result.stdout
    assert b"\r\n.\r\n" not in wire and b"\r\nFrom " not in wire
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", wire)
    assert max(len(line) for line in wire.split(b"\r\n")) <= 998
