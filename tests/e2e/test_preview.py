"""mirmail preview --html, --serve and --diff."""

import http.client
import re
import signal
import stat
import subprocess
import time
from html import unescape
from html.parser import HTMLParser

import pytest
from conftest import MIRMAIL

EVIL_TITLE = """Tea" onload="x"><script>alert(1)</script> & 'cake' @SCRIPT@"""
EVIL_POST = f"""---
title: '{EVIL_TITLE.replace("'", "''")}'
url: https://harbour.example.org/news/tea
---

Hello {{{{name}}}}, <script>alert(2)</script> "quoted" &amp; `</iframe>` and
`@media (prefers-color-scheme: dark) {{}}`.

![A boat](https://harbour.example.org/boat.png)

[the pier](https://pier.example.com/?a=1&b="2")
"""


class Page(HTMLParser):
    """Tags, and the documents in the frames."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.frames, self.ids, self.links = [], [], [], []
        self.text, self.policy = [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        assert len(names) == len(set(names)), (tag, names)
        assert not any(name.startswith("on") for name in names), (tag, names)
        attributes = dict(attributes)
        self.tags.append(tag)
        if tag == "iframe":
            self.frames.append(attributes)
        if tag == "a":
            self.links.append(attributes["href"])
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"]
        if "id" in attributes:
            self.ids.append(attributes["id"])

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture
def ready(project):
    project.configure_plain(9)
    project.subscribe(3)
    return project


def make_page(project, *words):
    project.run("preview", "--html", "page.html", *words, "post.md").expect(0)
    return (project.folder / "page.html").read_text()


def test_the_page_holds_the_mail_in_all_its_forms(ready):
    text = make_page(ready)
    page = Page(text)
    words = " ".join("".join(page.text).split())
    assert "The harbour festival begins on Friday – come early" in words
    assert "Harbour Festival <news@harbour.example.org>" in words
    assert "3 recipients of subscribers.csv" in words
    assert "person0@list0.example.net" in words
    assert "Findings: 0 errors" in words
    assert "List-Id: Harbour News <news.harbour.example.org>" in words
    assert "multipart/alternative" in words and "text/html" in words
    assert "https://shoes.example.com/?a=1&b=2" in page.links
    assert [frame["width"] for frame in page.frames] == ["640", "640", "375", "375"]
    assert len(page.ids) == len(set(page.ids))
    for frame in page.frames:
        assert frame["sandbox"] == ""
        assert "choir from Tromsø" in " ".join(unescape(frame["srcdoc"]).split())
        assert "prefers-color-scheme" not in frame["srcdoc"]
    assert "script" not in page.tags
    assert page.policy.startswith("default-src 'none';") and "https:" not in page.policy


def test_a_hostile_post_adds_nothing_to_the_page(ready):
    plain = Page(make_page(ready))
    ready.write("post.md", EVIL_POST)
    page = Page(make_page(ready))
    assert "script" not in page.tags
    assert page.tags.count("iframe") == 4 and page.tags.count("img") == 0
    assert page.tags.count("meta") == plain.tags.count("meta")
    assert page.tags.count("style") == plain.tags.count("style")
    assert "".join(page.text).count(EVIL_TITLE) >= 3
    for frame in page.frames:
        assert "<script" not in frame["srcdoc"]
        assert "@media (prefers-color-scheme: dark) {}" in frame["srcdoc"]
    loading = Page(make_page(ready, "--remote-images"))
    assert "img-src data: https:;" in loading.policy


def test_a_file_is_replaced_and_standard_output_written(ready):
    page = make_page(ready)
    shown = ready.run("preview", "--html", "-", "post.md").expect(0)
    assert shown.stdout.decode() == page
    target = ready.write("other.html", "old")
    link = ready.folder / "link.html"
    link.symlink_to(target)
    ready.run("preview", "--html", "link.html", "post.md").expect(0)
    assert link.is_symlink() and target.read_text() == page
    ready.write("post.md", "---\ntitle: [x\n---\n")
    ready.run("preview", "--html", "page.html", "post.md").expect(65)
    assert (ready.folder / "page.html").read_text() == page
    result = ready.run("preview", "--html", "no/page.html", "post.md")
    assert result.status == 65  # the post comes first
    assert sorted(p.name for p in ready.folder.glob("*.html*")) == [
        "link.html", "other.html", "page.html"]


def test_open_starts_the_browser_or_says_that_there_is_none(ready):
    programs = ready.folder / "bin"
    programs.mkdir()
    ready.environment["PATH"] = str(programs)
    missing = ready.run("preview", "--html", "page.html", "--open", "post.md").expect(66)
    assert "no xdg-open" in missing.stderr and (ready.folder / "page.html").exists()
    opener = programs / "xdg-open"
    opener.write_text('#!/bin/sh\nprintf %s "$1" > opened\n')
    opener.chmod(opener.stat().st_mode | stat.S_IXUSR)
    ready.run("preview", "--html", "$(page) ;.html", "--open", "post.md").expect(0)
    wait_for(lambda: (ready.folder / "opened").exists()
             and (ready.folder / "opened").read_text().startswith("file:///"))
    assert (ready.folder / "opened").read_text().endswith("/$(page)%20%3B.html")


@pytest.mark.parametrize("words, hint", [
    (("--open",), "--open goes with --html or --serve"),
    (("--port", "80"), "--port goes with --serve"),
    (("--remote-images",), "--remote-images goes with --html or --serve"),
    (("--html", "x", "--serve"), "exclude each other"),
    (("--diff", "--format", "text"), "exclude each other"),
    (("--html", "-", "--open"), "--html - writes none"),
    (("--serve", "--port", "65536"), "from 0 to 65535"),
])
def test_options_that_do_not_fit_are_refused(ready, words, hint):
    result = ready.run("preview", *words, "post.md").expect(64)
    assert hint in result.stderr


def wait_for(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


class Server:
    """mirmail preview --serve, on a free port."""

    def __init__(self, project, *words):
        self.process = subprocess.Popen(
            [MIRMAIL, "preview", "--serve", "--port", "0", *words, "post.md"],
            cwd=project.folder, env=project.environment, text=True,
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.lines = []
        while True:
            line = self.process.stderr.readline()
            assert line, self.lines
            self.lines.append(line)
            found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
            if found:
                self.port = int(found[1])
                return

    def ask(self, path="/", method="GET", host=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, headers={"Host": host or f"127.0.0.1:{self.port}"})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body, answer.headers

    def state(self):
        return self.ask("/state")[1]

    def wait_change(self, old):
        wait_for(lambda: self.state() != old)
        return self.state()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=10)
        return self.process.returncode


@pytest.fixture
def serve(ready):
    servers = []

    def begin(*words):
        servers.append(Server(ready, *words))
        return servers[-1]

    yield begin
    for server in servers:
        if server.process.poll() is None:
            assert server.stop() == 0


def test_the_served_page_is_new_when_something_is_saved(ready, serve):
    template = ready.folder / "mine"
    template.mkdir()
    (template / "theme.css").write_text("p { margin: 0 0 11px }")
    with open(ready.folder / "mirmail.yaml", "a", encoding="utf-8") as file:
        file.write("template: mine\n")
    server = serve()
    state = server.state()
    status, body, headers = server.ask()
    assert status == 200 and f'data-state="{state}"' in body
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]

    def saved(name, text, expected):
        nonlocal state
        ready.write(name, text)
        state = server.wait_change(state)
        body = server.ask()[1]
        assert f'data-state="{state}"' in body
        assert expected in body

    saved("post.md", "---\ntitle: Soup\n---\n\nHot soup.\n", "Hot soup.")
    saved("mine/theme.css", "p { margin: 0 0 13px }", "margin:0 0 13px")
    configuration = (ready.folder / "mirmail.yaml").read_text()
    saved("mirmail.yaml", configuration.replace("Harbour News", "Pier News"), "Pier News")
    saved("subscribers.csv", "email\nnew@example.net\n", "new@example.net")
    saved("post.md", "---\ntitle: [Soup\n---\n", "post.md:")
    assert "This cannot be sent yet" in server.ask()[1]
    saved("post.md", "---\ntitle: Cake\n---\n\nSweet cake.\n", "Sweet cake.")

    time.sleep(0.8)
    assert server.state() == state
    ready.write("post.md", "---\ntitle: Cake\n---\n\nSweet cake.\n")  # nothing new
    time.sleep(0.8)
    assert server.state() == state
    assert server.stop() == 0


def test_the_server_answers_only_its_own_name_and_only_get(serve):
    server = serve()
    assert server.ask(host=f"localhost:{server.port}")[0] == 200
    for host in ("evil.example", f"evil.example:{server.port}", "127.0.0.1", "localhost:1"):
        status, body, _ = server.ask(host=host)
        assert status == 421 and "festival" not in body
    assert server.ask(method="HEAD")[1] == ""
    status, _, headers = server.ask(method="POST")
    assert status in (405, 413)
    assert server.ask("/etc/passwd")[0] == 404
    assert server.ask("/../post.md")[0] == 404


def test_a_long_list_is_looked_at_in_part(ready, serve):
    ready.subscribe(1500)
    body = serve().ask()[1]
    assert "the first 1,000 recipients" in body
    assert "A send composes all." in body


def test_diff_shows_what_changed_since_the_test_copy(project, sink):
    project.configure_plain(sink.port)
    project.subscribe([("ada@example.net", "Ada"), ("bob@example.net", "Bob")])
    post = "---\ntitle: Soup\nmerge: true\n---\n\nHello {{name}}.\n\nHot soup.\n"
    project.write("post.md", post)
    diff = ("preview", "--diff", "post.md")
    assert "nothing was sent yet" in project.run(*diff).expect(66).stderr

    project.run("send", "--yes", "--quiet", "--test", "me@example.net", "post.md").expect(0)
    same = project.run(*diff, "--as", "bob@example.net").expect(0)
    assert same.stdout == b"" and "the same as the version of" in same.stderr

    project.write("post.md", post.replace("title: Soup", "title: Cake")
                  .replace("Hot soup", "Sweet cake"))
    lines = project.run(*diff).expect(1).stdout.decode().splitlines()
    assert lines[0].startswith("--- post, ") and lines[1] == "+++ post.md"
    changed = [line for line in lines[2:] if line[0] in "-+"]
    assert changed == ["-Subject: Soup", "+Subject: Cake", "-Soup", "+Cake", "-Hot soup.",
                       "+Sweet cake."]
    assert " Hello {{name}}." in lines

    project.run("send", "--yes", "--quiet", "post.md").expect(0)
    project.run(*diff).expect(0)
    assert "never sent or tested" in project.run(*diff, "--campaign", "other").expect(66).stderr


def test_page_and_diff_know_the_translations(project, sink):
    project.configure_plain(sink.port)
    project.write("subscribers.csv", "email,lang\na@example.net,en\nb@example.net,fr\n")
    project.write("post.md", "---\ntitle: Soup\n---\n\nHot soup.\n")
    french = project.write("post.fr.md", "---\ntitle: Soupe\n---\n\nSoupe chaude.\n")
    page = Page(make_page(project, "--as", "b@example.net"))
    assert "source post.fr.md" in " ".join("".join(page.text).split())
    for frame in page.frames:
        assert "Soupe chaude." in frame["srcdoc"] and "Hot soup." not in frame["srcdoc"]
    diff = ("preview", "--diff", "post.md")
    project.run("send", "--yes", "--quiet", "--test", "me@example.net", "post.md").expect(0)
    project.run(*diff).expect(0)
    french.write_text("---\ntitle: Soupe\n---\n\nSoupe froide.\n")
    changed = [line for line in project.run(*diff).expect(1).stdout.decode().splitlines()[2:]
               if line[0] in "-+"]
    assert changed == ["-Soupe chaude.", "+Soupe froide."]
