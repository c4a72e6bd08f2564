"""mirmail serve and mirmail unsubscribe: where people leave.

Spoken to by curl, by Python's http.client and over bare sockets. HOSTILE is
the number of hostile requests, 3,000 if not given.
"""

import csv
import mailbox
import os
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from email.parser import BytesHeaderParser
from email.policy import default as default_policy
from pathlib import Path

import pytest
from conftest import LESS, MIRMAIL, ROOT, needs_less, seeded
from bad_days import World, slowness
from tokens import key_lines, make_token
from processes import Folder, free_port, need
from web_servers import Apache, Caddy, Nginx

LIST_ID = "news.harbour.example.org"
ONE_CLICK = "List-Unsubscribe=One-Click"
ATTACKERS = 6
ROUNDS = 5
HOSTILE = int(os.environ.get("HOSTILE", "3000"))
LEAVING = """\
keys: keys
suppressions: state/left.csv
journal: state/journal.db
"""
ADA, BOB, CLEO, DAN = (f"{name}@list.example.net" for name in ("ada", "bob", "cleo", "dan"))


def leaving_project(project, port=9, extra=""):
    (project.folder / "state").mkdir(exist_ok=True)
    project.configure_plain(port, LEAVING + extra)
    path = project.folder / "mirmail.yaml"
    path.write_text(path.read_text().replace(
        "  unsubscribe_mail: leave@harbour.example.org\n",
        "  unsubscribe_url: https://news.harbour.example.org/u/{token}\n"
        "  unsubscribe_mail: leave+{token}@harbour.example.org\n"))
    project.run("keygen").expect(0)
    rows = [(ADA, "Ada", "fr"), (BOB, "Bob", ""), (CLEO, "Cleo", "ar"), (DAN, "Dan", "")]
    with open(project.folder / "subscribers.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("email", "name", "lang"), *rows])
    return project


@pytest.fixture
def leaving(project):
    return leaving_project(project)


@pytest.fixture
def shared_folder():
    """That other users may enter, as web servers are other users."""
    folder = Folder("shared")
    yield folder.path
    folder.remove()


def token_of(project, address, **how):
    return make_token((project.folder / "keys").read_text(), LIST_ID, address, **how)


def link_of(project, address):
    return "/u/" + token_of(project, address)


def left(project):
    """Who has left, as the file says."""
    path = project.folder / "state/left.csv"
    if not path.exists():
        return []
    return [line.split(",")[2] for line in path.read_text().splitlines()
            if ",unsubscribed," in line]


class Server:
    """mirmail serve, on a free port."""

    def __init__(self, project, *words, where="127.0.0.1:0", before=(), **how):
        self.log = project.folder / "serve.log"
        self.process = subprocess.Popen(
            [*before, MIRMAIL, "serve", "--listen", where, *words], cwd=project.folder,
            env=project.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=open(self.log, "wb"), **how)
        end = time.monotonic() + 30
        while True:
            text = self.log.read_text()
            if " on " in text:
                break
            assert self.process.poll() is None and time.monotonic() < end, text
            time.sleep(0.02)
        found = re.search(r" on 127\.0\.0\.1:(\d+)\n", text)
        self.port = int(found[1]) if found else None

    def connect(self, timeout=20):
        peer = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return peer

    def wait_read(self, peer):
        """Until the server has taken all that the peer wrote from the kernel."""
        ports = f":{self.port:04X}", f":{peer.getsockname()[1]:04X}"
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for line in Path("/proc/net/tcp").read_text().splitlines():
                _, local, remote, _, queues, *_ = line.split()
                if (local[-5:], remote[-5:]) == ports and queues.endswith(":00000000"):
                    return
            time.sleep(0.02)
        raise AssertionError("nobody reads it")

    def wait_closed(self):
        """Until nobody listens any more."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                self.connect().close()
            except OSError:
                return
            time.sleep(0.02)
        raise AssertionError("it still listens")

    def raw(self, request, end=True):
        """Everything that comes back for these bytes."""
        with self.connect() as peer:
            answer = b""
            try:
                peer.sendall(request)
                if end:
                    peer.shutdown(socket.SHUT_WR)
                while True:
                    piece = peer.recv(65536)
                    if not piece:
                        return answer
                    answer += piece
            except (ConnectionResetError, BrokenPipeError):
                return answer

    def curl(self, path, *words):
        """The status, the header fields and the body."""
        done = subprocess.run(
            ["curl", "-s", "-i", "--max-time", "20", "--path-as-is", "-g", *words,
             f"http://127.0.0.1:{self.port}{path}"], capture_output=True, check=True)
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        while head.startswith(b"HTTP/1.1 100"):
            head, _, body = body.partition(b"\r\n\r\n")
        line, _, fields = head.partition(b"\r\n")
        return (int(line.split()[1]),
                BytesHeaderParser(policy=default_policy).parsebytes(fields + b"\r\n\r\n"),
                body.decode())

    def status(self, key):
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{key}:\s+(\d+)", text, flags=re.M)[1])

    def open_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


@pytest.fixture
def serve():
    servers = []

    def begin(project, *words, **how):
        servers.append(Server(project, *words, **how))
        return servers[-1]

    yield begin
    for server in servers:
        assert server.stop() == 0
        text = server.log.read_text()
        assert "Sanitizer" not in text and "runtime error:" not in text, text[-4000:]


def assert_plain(fields):
    """No redirect, no cookie, no login; nothing kept, passed on or embedded."""
    for name in ("Location", "Set-Cookie", "WWW-Authenticate", "Refresh"):
        assert name not in fields
    assert fields["Cache-Control"] == "no-store"
    assert fields["Referrer-Policy"] == "no-referrer"


def status_of(raw):
    assert raw.startswith(b"HTTP/1."), raw[:200]
    return int(raw.split()[1])


# --- one click ---


@pytest.mark.parametrize("body", [
    ("-d", ONE_CLICK),
    ("-F", ONE_CLICK),
    ("-F", ONE_CLICK, "-H", "Expect: 100-continue"),
    ("-d", ONE_CLICK, "-H", "Transfer-Encoding: chunked"),
    ("-d", ONE_CLICK, "--http1.0"),
    ("-d", ONE_CLICK, "-H", "Cookie: a=b", "-H", "Referer: https://evil.example/"),
    ("-F", "other=thing", "-F", ONE_CLICK, "-F", "file=@post.md"),
])
def test_a_post_as_mailbox_providers_send_it_unsubscribes(leaving, serve, body, monkeypatch):
    monkeypatch.chdir(leaving.folder)
    server = serve(leaving)
    status, fields, page = server.curl(link_of(leaving, BOB), *body)
    assert status == 200 and "You are unsubscribed" in page
    assert_plain(fields)
    assert left(leaving) == [BOB]
    again = server.curl(link_of(leaving, BOB), *body)
    assert (again[0], again[2]) == (status, page)
    assert left(leaving) == [BOB]


def test_looking_at_the_page_changes_nothing(leaving, serve):
    server = serve(leaving)
    status, fields, page = server.curl(link_of(leaving, ADA))
    assert status == 200 and '<html lang="fr" dir="ltr">' in page
    assert fields["Content-Language"] == "fr"
    assert fields["Content-Security-Policy"].startswith("default-src 'none';")
    assert_plain(fields)
    assert "<script" not in page and "http" not in page and ADA not in page
    assert page.count("<button") == 1 and page.count("<form") == 1
    status, fields, body = server.curl(link_of(leaving, ADA), "-I")
    assert status == 200 and body == "" and int(fields["Content-Length"]) > 1000
    assert left(leaving) == []
    assert server.curl(link_of(leaving, CLEO))[2].count('dir="rtl"') == 1
    assert 'lang="nl"' in server.curl(link_of(leaving, BOB), "-H", "Accept-Language: nl")[2]
    # What the page's button sends.
    hidden = re.search(r'name="([^"]+)" value="([^"]+)"', page)
    assert server.curl(link_of(leaving, ADA), "-d", f"{hidden[1]}={hidden[2]}")[0] == 200
    assert left(leaving) == [ADA]


def test_wrong_links_are_all_alike(leaving, serve):
    server = serve(leaving)
    right = token_of(leaving, BOB)
    other = "a" if right[-1] != "a" else "e"
    links = ["/u/" + right[:-1] + other, "/u/" + right[:-1], "/u/" + right + "a",
             "/u/" + token_of(leaving, BOB, purpose="bounce"),
             "/u/" + make_token((leaving.folder / "keys").read_text(),
                                 "other.example.org", BOB),
             "/u/", "/", "/u/" + right + "/", "/u/../u/" + right, "/x/u/" + right,
             "//u/" + right, "/u/%2e%2e/" + right, "/u/" + right + "%00", "/u/%00" + right,
             "/favicon.ico", "/robots.txt", "/u/{token}".replace("{", "%7b"),
             "/u/" + "a" * 8000]
    answers = {server.curl(link, *words)[::2] for link in links
               for words in ((), ("-d", ONE_CLICK))}
    assert len(answers) == 1
    status, page = answers.pop()
    assert status == 404 and "This link does not work" in page
    assert left(leaving) == []
    # In capitals, as mail programs change it; behind a server that cuts the path.
    assert server.curl("/u/" + right.upper(), "-d", ONE_CLICK)[0] == 200
    assert server.curl("/" + token_of(leaving, DAN) + "?utm_source=x", "-d", ONE_CLICK)[0] == 200
    assert left(leaving) == [BOB, DAN]


def test_a_post_without_the_field_asks(leaving, serve):
    server = serve(leaving)
    for words in (("-d", ""), ("-d", "List-Unsubscribe=no"), ("-F", "a=b"),
                  ("-d", ONE_CLICK, "-H", "Content-Type: text/plain")):
        status, _, page = server.curl(link_of(leaving, BOB), *words)
        assert status == 400 and "<form" in page
    assert server.curl(link_of(leaving, BOB), "-d", "x" * 8193)[0] == 413
    status, fields, _ = server.curl(link_of(leaving, BOB), "-X", "DELETE")
    assert status == 405 and fields["Allow"] == "GET, HEAD, POST"
    assert left(leaving) == []


def test_a_right_link_of_nobody_adds_nothing(leaving, serve):
    server = serve(leaving)
    status, _, page = server.curl(link_of(leaving, "nobody@example.net"), "-d", ONE_CLICK)
    assert status == 200 and "not on this list" in page
    assert left(leaving) == []
    # Until somebody of that name is on the list.
    leaving.write("subscribers.csv", "email\nnobody@example.net\n")
    assert server.curl(link_of(leaving, "nobody@example.net"), "-d", ONE_CLICK)[0] == 200
    assert left(leaving) == ["nobody@example.net"]


def test_a_new_key_needs_no_restart_and_leaves_old_links_right(leaving, serve):
    server = serve(leaving)
    old = link_of(leaving, ADA)
    leaving.run("keygen").expect(0)
    new = link_of(leaving, BOB)
    assert old[3] != new[3]
    assert server.curl(old, "-d", ONE_CLICK)[0] == 200
    assert server.curl(new, "-d", ONE_CLICK)[0] == 200
    assert left(leaving) == [ADA, BOB]
    keys = leaving.folder / "keys"
    dead = "/u/" + make_token(keys.read_text(), LIST_ID, CLEO)
    keys.write_text("\n".join(key_lines(keys.read_text())[1:]) + "\n")
    assert server.curl(dead, "-d", ONE_CLICK)[0] == 404
    assert left(leaving) == [ADA, BOB]


def test_what_cannot_be_written_is_503(leaving, serve):
    server = serve(leaving)
    (leaving.folder / "state/left.csv").mkdir()
    status, fields, page = server.curl(link_of(leaving, BOB), "-d", ONE_CLICK)
    assert status == 503 and fields["Retry-After"] == "60"
    assert "not unsubscribed yet" in page
    (leaving.folder / "state/left.csv").rmdir()
    assert server.curl(link_of(leaving, BOB), "-d", ONE_CLICK)[0] == 200
    assert left(leaving) == [BOB]


def test_an_address_is_no_link(leaving):
    ended = leaving.run("unsubscribe", link_of(leaving, BOB), ADA).expect(64)
    assert f"`{ADA}` is no link" in ended.stderr and f"suppress add {ADA}" in ended.stderr
    assert left(leaving) == []


@needs_less
@pytest.mark.parametrize("words", [("serve", "--listen", "127.0.0.1:0"),
                                   ("unsubscribe", "https://example.org/u/x")])
def test_who_could_not_write_it_down_says_so_at_once(leaving, words):
    (leaving.folder / "state").chmod(0o555)
    ended = subprocess.run([*LESS, MIRMAIL, *words], cwd=leaving.folder, timeout=60,
                           env=leaving.environment, capture_output=True, text=True)
    assert ended.returncode == 77, ended
    assert "state/left.csv: cannot be made: Permission denied" in ended.stderr


def test_a_file_that_is_gone_for_a_moment_loses_nobody(leaving, serve):
    server = serve(leaving)
    assert server.curl(link_of(leaving, ADA), "-d", ONE_CLICK)[0] == 200
    path = leaving.folder / "state/left.csv"
    path.rename(path.with_suffix(".old"))  # as git does, in two steps
    assert server.curl(link_of(leaving, BOB), "-d", ONE_CLICK)[0] == 503
    path.with_suffix(".old").rename(path)
    assert server.curl(link_of(leaving, BOB), "-d", ONE_CLICK)[0] == 200
    assert left(leaving) == [ADA, BOB]


def test_nobody_has_left_before_a_new_file_is_in_its_folder(leaving):
    state = leaving.folder / "state"
    world = World(speed=1, more={"WORLD_FOLDER": state, "WORLD_BAD_SYNC": 2})
    bad = subprocess.run([MIRMAIL, "unsubscribe", link_of(leaving, BOB)], cwd=leaving.folder,
                         env=leaving.environment | world.environment(leaving.folder),
                         capture_output=True, text=True)
    assert bad.returncode == 75 and "left.csv: cannot be written" in bad.stderr
    assert (state / "left.csv").read_text() == ""
    leaving.run("unsubscribe", link_of(leaving, BOB)).expect(0)
    assert left(leaving) == [BOB]


def test_who_changes_the_file_by_hand_breaks_nothing(leaving, serve):
    server = serve(leaving)
    assert server.curl(link_of(leaving, ADA), "-d", ONE_CLICK)[0] == 200
    path = leaving.folder / "state/left.csv"
    lines = path.read_text().splitlines()
    with open(path, "w") as file:  # as editors do that write in its place
        file.write("\n".join([*lines[:2], f"2026-11-29,manual,{CLEO}", *lines[2:]]))
    assert server.curl(link_of(leaving, BOB), "-d", ONE_CLICK)[0] == 200
    assert left(leaving) == [ADA, BOB]


def test_the_log_names_nobody(leaving, serve):
    server = serve(leaving)
    server.curl(link_of(leaving, BOB), "-d", ONE_CLICK)
    server.curl(link_of(leaving, BOB), "-d", ONE_CLICK)
    server.curl(link_of(leaving, "nobody@example.net"), "-d", ONE_CLICK)
    server.curl("/u/x", "-d", ONE_CLICK)
    server.curl("/u/%0d%0aevil")
    assert server.stop() == 0
    lines = [line.removeprefix("mirmail serve: ") for line in server.log.read_text().splitlines()]
    assert lines[1:] == ["one person unsubscribed", "one person unsubscribed once more",
                         "a right link of nobody who is known", "2 requests refused"]
    assert "@" not in "".join(lines)


# --- the campaign that is going on ---


def test_a_post_between_two_messages_of_a_campaign_removes_the_third(project, postfix, serve):
    leaving = leaving_project(project, postfix.port)
    server = serve(leaving)
    run = leaving.start("send", "--yes", "--quiet", "--rate", "1/2s", "post.md")
    end = time.monotonic() + 60
    while not postfix.mails():
        assert time.monotonic() < end
        time.sleep(0.05)
    assert CLEO not in postfix.mails()
    mail = BytesHeaderParser(policy=default_policy).parsebytes(postfix.mails()[ADA][0])
    assert f"<https://{LIST_ID}{link_of(leaving, ADA)}>" in mail["List-Unsubscribe"]
    assert server.curl(link_of(leaving, CLEO), "-F", ONE_CLICK)[0] == 200
    _, errors = run.communicate(timeout=60)
    assert run.returncode in (0, 1), errors
    postfix.wait_delivered()
    assert set(postfix.mails()) == {ADA, BOB, DAN}
    assert leaving.outcomes()[CLEO] == "skipped"
    # Bob leaves by mail, with an empty subject, and the next one reaches two.
    text = f"From: b@phone.example\nTo: leave+{token_of(leaving, BOB)}@harbour.example.org\n" \
           "Subject: \n\n"
    path = leaving.write("asked.eml", text)
    leaving.run("unsubscribe", "--mail", path).expect(0)
    leaving.write("next.md", "---\ntitle: Next\n---\n\nAgain.\n")
    plan = leaving.run("send", "--yes", "--rate", "unlimited", "next.md").expect(0)
    assert "unsubscribed" in plan.stderr
    postfix.wait_delivered()
    assert {who: len(mails) for who, mails in postfix.mails().items()} == {ADA: 2, BOB: 1, DAN: 2}


def test_somebody_who_was_written_to_and_is_on_no_list_may_leave(project, sink, serve):
    leaving = leaving_project(project, sink.port)
    server = serve(leaving)
    assert server.curl(link_of(leaving, "eve@example.net"), "-d", ONE_CLICK)[0] == 200
    assert left(leaving) == []
    leaving.run("send", "--yes", "--quiet", "--to", "eve@example.net", "post.md").expect(0)
    assert server.curl(link_of(leaving, "eve@example.net"), "-d", ONE_CLICK)[0] == 200
    assert left(leaving) == ["eve@example.net"]


# --- other ways in ---


def test_a_socket_in_the_file_system_and_one_that_is_passed(leaving, serve):
    path = leaving.folder / "state/leave.sock"
    server = serve(leaving, where=f"unix:{path}")
    done = subprocess.run(
        ["curl", "-s", "--unix-socket", path, "-d", ONE_CLICK, "-w", "%{http_code}", "-o",
         "/dev/null", "http://x" + link_of(leaving, BOB)], capture_output=True, check=True)
    assert done.stdout == b"200"
    assert server.stop() == 0 and not path.exists()

    with socket.create_server(("127.0.0.1", free_port())) as held:
        server = serve(leaving, where="fd:3", pass_fds=(3,),
                       preexec_fn=lambda: os.dup2(held.fileno(), 3))
        server.port = held.getsockname()[1]
        assert server.curl(link_of(leaving, ADA), "-d", ONE_CLICK)[0] == 200
    assert left(leaving) == [BOB, ADA]


def test_a_server_that_ends_leaves_the_socket_to_the_next_one(leaving, serve, shared_folder):
    path = shared_folder / "leave.sock"

    def connect():
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(str(path))
        return peer

    old = serve(leaving, where=f"unix:{path}")
    idle = connect()  # it waits a little for those who are there
    idle.sendall(b"GET / HTTP/1.1\r\n")
    old.process.terminate()
    with pytest.raises((FileNotFoundError, ConnectionRefusedError)):
        while True:
            connect().close()
            time.sleep(0.01)
    new = serve(leaving, where=f"unix:{path}")
    assert old.process.wait(30) == 0
    idle.close()
    connect().close()
    new.process.terminate()
    assert new.process.wait(30) == 0 and not path.exists()


def test_places_that_are_none_are_refused(leaving, serve):
    for where, status, hint in (("8026", 64, "is no place to listen on"),
                                ("fd:0", 64, "is no place to listen on"),
                                ("fd:9", 64, "is no listening socket"),
                                ("192.0.2.1:8026", 71, "cannot listen")):
        assert hint in leaving.run("serve", "--listen", where).expect(status).stderr
    server = serve(leaving)
    taken = leaving.run("serve", "--listen", f"127.0.0.1:{server.port}").expect(75)
    assert "taken by another program" in taken.stderr


def test_what_is_not_configured_is_named(leaving):
    path = leaving.folder / "mirmail.yaml"
    whole = path.read_text()
    path.write_text(whole.replace("/u/{token}", "/leave"))
    assert "has no {token}" in leaving.run("serve").expect(78).stderr
    path.write_text(whole)
    (leaving.folder / "keys").chmod(0o644)
    assert "others may read" in leaving.run("serve").expect(77).stderr
    (leaving.folder / "keys").unlink()
    assert "keygen" in leaving.run("serve").expect(66).stderr


def snippet(title, old, new):
    """What docs/serve.md gives under this title, with something replaced."""
    text = (ROOT / "docs/serve.md").read_text()
    found = re.search(rf"^{title}.*?:\n\n((?:    .*\n|\n)+)", text, flags=re.M | re.I)[1]
    code = textwrap.dedent(found)
    assert old in code
    return code.replace(old, new)


# What is asked for in the documentation, and what instead of it: by port, with
# the beginning of the path taken off, and by a socket.
FRONTS = {
    Nginx: ("http://127.0.0.1:8026;", {
        "port": "http://127.0.0.1:{port};", "shorter": "http://127.0.0.1:{port}/;",
        "socket": "http://unix:{path};"}),
    Apache: ("http://127.0.0.1:8026/u/", {
        "port": "http://127.0.0.1:{port}/u/", "shorter": "http://127.0.0.1:{port}/",
        "socket": "unix:{path}|http://localhost/u/"}),
    Caddy: ("handle /u/* {\n        reverse_proxy 127.0.0.1:8026", {
        "port": "handle /u/* {{\n        reverse_proxy 127.0.0.1:{port}",
        "shorter": "handle_path /u/* {{\n        reverse_proxy 127.0.0.1:{port}",
        "socket": "handle /u/* {{\n        reverse_proxy unix/{path}"}),
}


def curl(url, ca_file, *words):
    done = subprocess.run(
        ["curl", "-s", "--max-time", "20", "--cacert", ca_file, "-o", "/dev/null", "-w",
         "%{http_code} %{num_redirects} %{redirect_url}", *words, url],
        capture_output=True, text=True, check=True)
    return done.stdout.strip()


# Apache ends a handshake that offers HTTP/1.0 by name.
@pytest.mark.parametrize("http", ("--http2", "--http1.1", "--http1.0 --no-alpn"))
@pytest.mark.parametrize("place", ("port", "shorter", "socket"))
@pytest.mark.parametrize("kind", FRONTS, ids=lambda kind: kind.__name__)
def test_a_web_server_stands_in_front_as_the_documentation_says(
        leaving, serve, shared_folder, kind, place, http):
    path = shared_folder / "leave.sock"
    server = serve(leaving, where=f"unix:{path}" if place == "socket" else "127.0.0.1:0")
    if place == "socket":
        path.chmod(0o666)  # as systemd does
    old, places = FRONTS[kind]
    new = places[place].format(port=server.port, path=path)
    with kind(snippet(kind.__name__, old, new)) as front:
        def ask(*words):
            return curl(f"https://localhost:{front.port}{link_of(leaving, BOB)}",
                        front.ca_file, *http.split(), *words)

        assert ask() == "200 0" and left(leaving) == []
        assert ask("-F", ONE_CLICK) == "200 0" and left(leaving) == [BOB]
        assert ask("-d", ONE_CLICK) == "200 0" and left(leaving) == [BOB]
        assert ask("-d", ONE_CLICK, "-H", "Transfer-Encoding: chunked" if http == "--http1.1"
                   else "X: y") == "200 0"
        assert token_of(leaving, BOB) not in front.logged()


def test_apache_asks_by_cgi_as_the_documentation_says(leaving, shared_folder):
    home = shared_folder / "news"
    shutil.copytree(leaving.folder, home)
    (home / "bin").mkdir()
    shutil.copy(MIRMAIL, home / "bin/mirmail")
    (home / "cgi-bin").mkdir()
    script = home / "cgi-bin/u"
    script.write_text(snippet("A CGI script", "/home/news", str(home)))
    script.chmod(0o755)
    for path in (home, *home.rglob("*")):
        shutil.chown(path, "nobody")
    with Apache(f"ScriptAlias /cgi-bin/ {home}/cgi-bin/\n") as front:
        url = f"https://localhost:{front.port}/cgi-bin/u/{token_of(leaving, BOB)}"
        assert curl(url, front.ca_file) == "200 0" and not (home / "state/left.csv").exists()
        assert curl(url, front.ca_file, "-d", ONE_CLICK) == "200 0"
        assert BOB in (home / "state/left.csv").read_text()
        assert curl(url, front.ca_file, "-F", ONE_CLICK) == "200 0"
        assert curl(url[:-1], front.ca_file, "-d", ONE_CLICK)[:3] in ("403", "404")


def cgi(project, body=b"", **environment):
    names = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET",
             "CONTENT_LENGTH": str(len(body)), "SERVER_PROTOCOL": "HTTP/1.1",
             "CONTENT_TYPE": "application/x-www-form-urlencoded", **environment}
    done = subprocess.run([MIRMAIL, "serve", "--cgi"], cwd=project.folder, input=body,
                          env={**project.environment, **names}, capture_output=True,
                          timeout=30)
    head, _, rest = done.stdout.partition(b"\r\n\r\n")
    status = re.match(rb"Status: (\d+) ", head)
    return done.returncode, int(status[1]) if status else None, rest.decode(), \
        done.stderr.decode()


def test_a_web_server_may_ask_by_cgi(leaving):
    link = "/" + token_of(leaving, BOB)
    code, status, page, _ = cgi(leaving, PATH_INFO=link)
    assert (code, status) == (0, 200) and "<form" in page and left(leaving) == []
    assert cgi(leaving, PATH_INFO=link, REQUEST_METHOD="HEAD")[1:3] == (200, "")
    body = ONE_CLICK.encode()
    code, status, page, log = cgi(leaving, body, PATH_INFO=link, REQUEST_METHOD="POST")
    assert (code, status) == (0, 200) and "You are unsubscribed" in page
    assert left(leaving) == [BOB] and BOB not in log
    assert cgi(leaving, PATH_INFO="/x")[1] == 404
    assert cgi(leaving, REQUEST_METHOD="PUT", PATH_INFO=link)[1] == 405
    assert cgi(leaving, CONTENT_LENGTH="9999999999", REQUEST_METHOD="POST")[1] == 413
    assert cgi(leaving, CONTENT_LENGTH="-1", REQUEST_METHOD="POST")[1] == 400
    assert cgi(leaving, body, CONTENT_LENGTH="200", REQUEST_METHOD="POST",
               PATH_INFO=link)[1] == 400
    (leaving.folder / "keys").unlink()
    code, status, _, log = cgi(leaving, body, PATH_INFO=link, REQUEST_METHOD="POST")
    assert (code, status) == (66, 503) and "keys" in log
    assert "REQUEST_METHOD" in leaving.run("serve", "--cgi").expect(64).stderr


# --- systemd ---


def unit(section):
    """The unit of docs/serve.md that begins with this section."""
    text = (ROOT / "docs/serve.md").read_text()
    found = re.search(rf"\n\n((?:    .*\n|\n)*?    \[{section}\]\n(?:    .*\n|\n)+)", text)[1]
    return textwrap.dedent(found).strip() + "\n"


def systemd_analyze(*words):
    return subprocess.run([need("systemd-analyze", "systemd"), *words], capture_output=True,
                          text=True, timeout=60)


def test_the_units_of_the_documentation_are_right_and_shut_in(tmp_path):
    service = tmp_path / "mirmail-serve.service"
    service.write_text(unit("Unit").replace("/usr/local/bin/mirmail", MIRMAIL))
    socket_unit = tmp_path / "mirmail-serve.socket"
    socket_unit.write_text(unit("Socket"))
    verified = systemd_analyze("verify", service, socket_unit)
    assert (verified.returncode, verified.stderr) == (0, "")
    # From 0, which can do nothing, to 10.
    judged = systemd_analyze("security", "--offline=yes", "--threshold=15", service)
    assert judged.returncode == 0, judged.stdout


def system_calls(names):
    """Those of a SystemCallFilter, with its sets resolved."""
    found = set()
    for name in names:
        if not name.startswith("@"):
            found.add(name)
            continue
        lines = systemd_analyze("syscall-filter", name).stdout.splitlines()[1:]
        found |= system_calls([line.strip() for line in lines
                               if line.strip() and not line.strip().startswith("#")])
    return found


@pytest.mark.skipif(slowness() > 1, reason="a sanitizer asks the system for more")
def test_the_server_calls_nothing_that_its_unit_forbids(leaving, tmp_path):
    filters = re.findall(r"^SystemCallFilter=(.*)$", unit("Unit"), re.M)
    allowed = set()
    for words in filters:
        if words.startswith("~"):
            allowed -= system_calls(words[1:].split())
        else:
            allowed |= system_calls(words.split())
    trace = tmp_path / "trace"
    server = Server(leaving, before=[need("strace", "strace"), "-D", "-f", "-o", trace])
    for _ in range(2):
        assert server.raw(f"POST {link_of(leaving, BOB)} HTTP/1.1\r\nHost: x\r\n"
                          f"Content-Length: {len(ONE_CLICK)}\r\nConnection: close\r\n"
                          "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
                          f"{ONE_CLICK}".encode()).startswith(b"HTTP/1.1 200")
    assert left(leaving) == [BOB]
    server.stop()
    while "+++ exited" not in trace.read_text():
        time.sleep(0.02)
    called = set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.M))
    assert len(called) > 20 and called - allowed == set()


def test_mails_that_ask_are_read_from_a_maildir(leaving):
    box = mailbox.Maildir(leaving.folder / "leave", create=True)

    def put(to, sender="x@phone.example", **fields):
        lines = [f"From: {sender}", f"To: {to}", "Subject: "]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
        return box.add("\n".join(lines) + "\n\n")

    put(f"<LEAVE+{token_of(leaving, ADA).upper()}@harbour.example.org>")
    put("undisclosed-recipients:;",
        Delivered_To=f"leave+{token_of(leaving, BOB)}@harbour.example.org",
        Auto_Submitted="auto-generated")
    put("leave@harbour.example.org", sender=f"Cleo <{CLEO}>")
    put(f"leave+{token_of(leaving, CLEO, purpose='bounce')}@harbour.example.org", sender=CLEO)
    dry = leaving.run("unsubscribe", "--mail", "--dry-run", "leave").expect(0)
    assert dry.stdout.decode().count("(dry run)") == 2 and left(leaving) == []
    told = leaving.run("unsubscribe", "--mail", "--json", "leave").expect(0).events
    assert sorted((each["result"], each["address"]) for each in told if each["address"]) == [
        ("unsubscribed", ADA), ("unsubscribed", BOB)]
    assert [each["result"] for each in told if not each["address"]] == ["no right token"] * 2
    assert sorted(left(leaving)) == [ADA, BOB]
    again = leaving.run("unsubscribe", "--mail", "leave").expect(0).stdout.decode()
    assert again.count("unsubscribed before") == 2 and f"from Cleo <{CLEO}>" in again
    link = "https://news.harbour.example.org" + link_of(leaving, DAN)
    leaving.run("unsubscribe", link).expect(0)
    leaving.run("unsubscribe", link[:-1]).expect(1)
    assert sorted(left(leaving)) == [ADA, BOB, DAN]
    (leaving.folder / "state/left.csv").unlink()
    (leaving.folder / "state/left.csv").mkdir()
    assert "left.csv" in leaving.run("unsubscribe", link).expect(71).stderr


def test_a_mail_server_hands_mails_over_as_the_documentation_says(leaving):
    line = re.search(r'^    "\|(/usr.*)"$', (ROOT / "docs/serve.md").read_text(), re.M)[1]
    line = line.replace("/usr/local/bin/mirmail", str(MIRMAIL))
    line = line.replace("/srv/news", str(leaving.folder))

    def hand_over(token):
        mail = (f"From x@phone.example  Sun Nov 29 09:00:00 2026\nFrom: x@phone.example\n"
                f"To: <leave+{token}@harbour.example.org>\n\nFrom here on\n")
        return subprocess.run(["sh", "-c", line], cwd="/", input=mail.encode(),
                              env=leaving.environment, capture_output=True).returncode

    lists = leaving.folder / "subscribers.csv"
    lists.rename(lists.with_suffix(".away"))
    assert hand_over(token_of(leaving, ADA)) == 75 and left(leaving) == []
    lists.with_suffix(".away").rename(lists)
    assert hand_over("x" * 33) == 0 and left(leaving) == []
    assert hand_over(token_of(leaving, ADA)) == 0 and left(leaving) == [ADA]


# --- HTTP ---


def test_requests_in_one_breath_are_answered_in_order(leaving, serve):
    server = serve(leaving)
    post = (f"POST {link_of(leaving, ADA)} HTTP/1.1\r\nHost: x\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(ONE_CLICK)}\r\n\r\n{ONE_CLICK}")
    page = f"GET {link_of(leaving, BOB)} HTTP/1.1\r\nHost: x\r\n\r\n"
    last = "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    raw = server.raw((post + page + post + last).encode(), end=False)
    assert re.findall(rb"HTTP/1\.1 (\d+) ", raw) == [b"200", b"200", b"200", b"404"]
    assert left(leaving) == [ADA]


def test_bare_requests(leaving, serve):
    server = serve(leaving)
    link = link_of(leaving, BOB)
    post = (f"Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(ONE_CLICK)}\r\n\r\n{ONE_CLICK}")
    old = server.raw(f"POST {link} HTTP/1.0\r\n{post}".encode(), end=False)
    assert status_of(old) == 200
    whole = server.raw(f"GET http://news.harbour.example.org{link} HTTP/1.1\r\nHost: x\r\n"
                       "Connection: close\r\n\r\n".encode())
    assert status_of(whole) == 200
    chunks = server.raw(f"POST {link} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n5\r\nList-\r\n"
                        "15\r\nUnsubscribe=One-Click\r\n0\r\n\r\n".encode())
    assert status_of(chunks) == 200
    for lengths in ("Content-Length: 3\r\nContent-Length: 26\r\n",
                    "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"):
        both = server.raw(f"POST /u/x HTTP/1.1\r\nHost: x\r\n{lengths}\r\na=b"
                          f"POST {link_of(leaving, ADA)} HTTP/1.1\r\nHost: x\r\n{post}".encode())
        assert re.findall(rb"HTTP/1\.1 (\d+) ", both) == [b"400"]
    assert left(leaving) == [BOB]


def test_the_end_answers_who_is_there(leaving, serve):
    server = serve(leaving)
    request = (f"POST {link_of(leaving, BOB)} HTTP/1.1\r\nHost: x\r\n"
               "Content-Type: application/x-www-form-urlencoded\r\n"
               f"Content-Length: {len(ONE_CLICK)}\r\n\r\n").encode()
    with server.connect() as peer:
        peer.sendall(request)
        server.wait_read(peer)
        server.process.send_signal(signal.SIGTERM)
        server.wait_closed()
        peer.sendall(ONE_CLICK.encode())
        raw = b""
        while piece := peer.recv(65536):
            raw += piece
    assert status_of(raw) == 200 and b"\r\nConnection: close\r\n" in raw
    assert server.process.wait(timeout=10) == 0
    assert left(leaving) == [BOB]


# --- hostile requests ---


def garbage(rng, length):
    return bytes(rng.randrange(256) for _ in range(length))


def hostile_request(rng, link):
    """One request that nobody should send. It never unsubscribes anybody."""
    host = b"Host: x\r\n"
    long = rng.choice((100, 4000, 40000, 200000))
    kind = rng.randrange(14)
    if kind == 0:
        return garbage(rng, rng.randrange(1, 400))
    if kind == 1:
        return b"GET " + link + b" HTTP/1.1\r\n" + host + b"X: " + b"a" * long + b"\r\n\r\n"
    if kind == 2:
        fields = b"".join(b"X-%d: %d\r\n" % (i, i) for i in range(rng.choice((50, 500, 5000))))
        return b"GET " + link + b" HTTP/1.1\r\n" + host + fields + b"\r\n"
    if kind == 3:
        length = rng.choice((b"-1", b"+5", b"0x10", b"1e9", b"99999999999999999999999", b" ",
                             b"18446744073709551615", b"4294967296", b"5,5", b"\x00"))
        return (b"POST " + link + b" HTTP/1.1\r\n" + host + b"Content-Length: " + length +
                b"\r\n\r\na=b")
    if kind == 4:  # a body that never comes, or not wholly
        return (b"POST " + link + b" HTTP/1.1\r\n" + host + b"Content-Length: 8000\r\n\r\n" +
                b"a" * rng.randrange(100))
    if kind == 5:  # too large
        return (b"POST " + link + b" HTTP/1.1\r\n" + host +
                b"Content-Length: %d\r\n\r\n" % long + b"a" * long)
    if kind == 6:
        path = rng.choice((b"/../../etc/passwd", b"//" + link, link + b"%00", b"/%2e%2e/" + link,
                           b"/u/" + b"a" * long, b"/u/%", b"/u/%zz", b"*", b"", b"?" * 300,
                           b"/u/\xff\xfe", b"http://[::1/" + link, b"/u/" + b"%41" * 3000))
        return b"POST " + path + b" HTTP/1.1\r\n" + host + b"Content-Length: 3\r\n\r\na=b"
    if kind == 7:
        method = rng.choice((b"PUT", b"TRACE", b"CONNECT", b"OPTIONS", b"get", b"G" * long, b"",
                             b"PRI"))
        return method + b" " + link + b" HTTP/1.1\r\n" + host + b"\r\n"
    if kind == 8:
        version = rng.choice((b"HTTP/9.9", b"HTTP/1.1.1", b"", b"HTTP/", b"ICY", b"HTTP/2.0"))
        return b"GET " + link + b" " + version + b"\r\n" + host + b"\r\n"
    if kind == 9:
        chunks = rng.choice((b"zz\r\n", b"ffffffffffffffff\r\na", b"5\r\nabc", b"-1\r\n\r\n",
                             b"1;" + b"x" * long + b"\r\na\r\n0\r\n\r\n", b"0\r\nX: y\r\n\r\n"))
        return (b"POST " + link + b" HTTP/1.1\r\n" + host +
                b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
    if kind == 10:  # garbage behind a request
        return b"GET " + link + b" HTTP/1.1\r\n" + host + b"\r\n" + garbage(rng, 300)
    if kind == 11:
        boundary = b"b" * rng.choice((1, 70, 71, 3000))
        part = b"--" + boundary + b"\r\nContent-Disposition: form-data; name=\"" + \
            b"n" * rng.randrange(2000) + b"\r\n\r\nOne-Click\r\n"
        body = part * rng.randrange(1, 4)
        return (b"POST " + link + b" HTTP/1.1\r\n" + host +
                b"Content-Type: multipart/form-data; boundary=" + boundary +
                b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    if kind == 12:  # many at once
        return (b"GET " + link + b" HTTP/1.1\r\n" + host + b"\r\n") * rng.randrange(2, 20)
    body = bytes(rng.choice(b"%&=+;\x00ListOne-Click") for _ in range(rng.randrange(3000)))
    return (b"POST " + link + b" HTTP/1.1\r\n" + host + b"Content-Length: %d\r\n\r\n" % len(body) +
            body)


def strike(server, rng, request):
    """Sends it, in pieces at times, and reads now and then."""
    try:
        with server.connect(timeout=0.5) as peer:
            if rng.randrange(8) == 0:
                cut = rng.randrange(len(request) + 1)
                peer.sendall(request[:cut])
                time.sleep(0.001)
                peer.sendall(request[cut:])
            else:
                peer.sendall(request)
            if rng.randrange(3):
                peer.shutdown(socket.SHUT_WR)
                while peer.recv(65536):
                    pass
    except OSError:
        pass


def test_hostile_requests_leave_it_serving_with_memory_flat(leaving, serve):
    rng = seeded("hostile requests")
    server = serve(leaving)
    files = server.open_files()
    links = [link_of(leaving, ADA).encode(), b"/u/" + b"a" * 33, b"/"]
    requests = [hostile_request(rng, rng.choice(links)) for _ in range(2000)]
    slow = [server.connect() for _ in range(100)]
    for number, peer in enumerate(slow):  # and never the rest
        peer.sendall(b"POST /u/x HTTP/1.1\r\nContent-Length: 100\r\n\r\na"[:number % 50 + 1])

    def attack(seed):
        mine = random.Random(seed)
        for number in range(HOSTILE // ATTACKERS // ROUNDS):
            strike(server, mine, mine.choice(requests))
            if number % 500 == 0:
                assert server.curl(link_of(leaving, BOB))[0] == 200

    memory = []
    with ThreadPoolExecutor(ATTACKERS) as pool:
        for _ in range(ROUNDS):
            list(pool.map(attack, [rng.random() for _ in range(ATTACKERS)]))
            memory.append(server.status("VmRSS"))
    print(f"{HOSTILE} hostile requests: {memory} kB, peak {server.status('VmHWM')} kB")
    if b"__asan_init" not in Path(MIRMAIL).read_bytes():  # which keeps what is freed
        assert max(memory[1:]) - memory[0] < 2048
    assert server.status("Threads") == 1
    for peer in slow:
        peer.close()
    end = time.monotonic() + 60
    while server.open_files() > files:
        assert time.monotonic() < end, server.open_files()
        time.sleep(0.1)
    assert left(leaving) == []
    assert server.curl(link_of(leaving, BOB), "-d", ONE_CLICK)[0] == 200
    assert left(leaving) == [BOB]


def test_a_request_that_cannot_go_on_takes_no_cpu(leaving, serve):
    server = serve(leaving)

    def ticks():
        fields = Path(f"/proc/{server.process.pid}/stat").read_text().split()
        return int(fields[13]) + int(fields[14])

    with server.connect() as peer:
        peer.sendall(b"POST /u/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                     b"x" * 40000 + b"\r\na\r\n0\r\n\r\n")
        before = ticks()
        time.sleep(3)
        assert ticks() - before < 1.5 * os.sysconf("SC_CLK_TCK")
        assert server.curl(link_of(leaving, BOB))[0] == 200


def test_more_connections_than_it_takes_wait_and_are_served(leaving, serve):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    server = serve(leaving)
    idle = [server.connect() for _ in range(400)]
    try:
        assert server.open_files() < 300
        for peer in idle[:300]:
            peer.close()
        assert server.curl(link_of(leaving, BOB), "-d", ONE_CLICK)[0] == 200
    finally:
        for peer in idle:
            peer.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert left(leaving) == [BOB]
