"""`mirmail check`: what it finds, what it says, and what it asks the network."""

import http.server
import threading

import pytest
from processes import free_port

CLEAN = """\
---
title: A quiet post
description: Nothing is wrong with it.
url: https://example.org/quiet
---

Words, and [a link](https://example.org/more).
"""

FAULTY = """\
---
title: A loud post
---

![](https://example.org/a.png) and <b>bold

See [this](/relative) and [that](http://example.org/).
"""

UNREACHABLE = """\
---
title: Links
description: Where they lead.
url: https://example.org/links
---

"""


@pytest.fixture
def ready(project):
    """A project of which a send would want nothing more."""
    project.configure_plain(2525)
    project.subscribe(3)
    return project


def check(project, text, *options):
    project.write("post.md", text)
    return project.run("check", *options, "post.md")


def findings(result):
    return [e for e in result.events if e["event"] == "finding"]


def rules(result, severity=None):
    return sorted({e["rule"] for e in findings(result)
                   if severity in (None, e["severity"])})


def test_a_post_without_faults_is_said_to_have_none(ready):
    result = check(ready, CLEAN, "--strict").expect(0)
    assert result.stdout.decode() == "no errors, no warnings\n"
    assert result.stderr == ""


def test_errors_come_last_with_their_places_and_the_counts_at_the_end(ready):
    config = (ready.folder / "mirmail.yaml").read_text()
    ready.write("mirmail.yaml", config.replace("base_url", "# base_url"))
    lines = check(ready, FAULTY).expect(65).stdout.decode().splitlines()
    assert lines[-1] == "1 error, 3 warnings, 2 notes"
    assert lines[-2].startswith("post.md:7:12: error: the address `/relative` is relative")
    assert lines[2].startswith("post.md:5:1: warning: an image without a description")
    assert lines[3].startswith("post.md:5:36: warning: <b> is not closed")
    assert lines[4].startswith("post.md:7:28: warning: an address begins with http://")
    assert all(": note: " in line for line in lines[:2])


def test_warnings_count_as_errors_only_when_strict(ready):
    post = CLEAN.replace("https://example.org/more", "http://example.org/more")
    check(ready, post).expect(0)
    check(ready, post, "--strict").expect(65)


def test_json_has_every_finding_and_the_counts(ready):
    result = check(ready, FAULTY, "--json").expect(0)
    assert rules(result) == ["alt", "description", "http", "unclosed", "url"]
    last = result.events[-1]
    assert last == {"event": "check", "error": None, "errors": 0, "warnings": 3,
                    "notes": 2, "exit_status": 0}


def test_nothing_but_the_post_is_needed(project):
    result = check(project, CLEAN, "--json").expect(0)
    assert rules(result) == ["needs"]
    assert "mirmail init" in findings(result)[0]["text"]


def test_all_that_a_send_lacks_is_told(project):
    project.write("mirmail.yaml", "sender:\n  organisation: x\n  postal_address: y\n")
    result = check(project, CLEAN, "--json").expect(0)
    texts = " ".join(e["text"] for e in findings(result))
    assert rules(result, "warning") == ["needs"]
    for key in ("sender.from", "list.id", "relay.host", "list.unsubscribe_url"):
        assert f"`{key}`" in texts
    assert "sender.organisation" not in texts


def test_the_list_is_read_to_its_end(ready):
    ready.write("subscribers.csv", "email,name\nada@example.net,Ada\nno address,Bob\n"
                                   "eve@example.net,\n")
    result = check(ready, CLEAN.replace("url:", "merge: true\nurl:") + "\nHi {{name}}!\n",
                   "--json").expect(65)
    errors = [e for e in findings(result) if e["severity"] == "error"]
    assert ("subscribers.csv", 3) in [(e["file"].split("/")[-1], e["line"]) for e in errors]
    assert any(e["rule"] == "field" and "subscribers.csv:4" in e["text"] for e in errors)


def test_a_field_without_any_list_is_no_error(project):
    result = check(project, CLEAN.replace("url:", "merge: true\nurl:") + "\nHi {{name}}!\n",
                   "--json").expect(0)
    assert rules(result, "note") == ["field"]


def test_a_post_that_cannot_be_read_says_why(ready):
    result = check(ready, "---\ntitle: [\n---\nx\n", "--json").expect(65)
    assert result.events[-1]["error"].startswith("post.md:")
    assert result.events[-1]["exit_status"] == 65
    assert result.stderr.startswith("mirmail: post.md:")
    assert "no errors" not in check(ready, "---\ntitle: [\n---\nx\n").stdout.decode()


def test_a_template_without_the_post_is_found(ready):
    ready.run("template", "copy", "announcement", "mine").expect(0)
    text = (ready.folder / "mine/mail.txt").read_text()
    ready.write("mine/mail.txt", text.replace("{{{ content }}}", ""))
    result = check(ready, CLEAN + "\nwords and words\n" * 40, "--json",
                   "--template", "mine/").expect(0)
    assert "text" in rules(result, "warning")


def test_html_that_gmail_cuts_is_an_error_unless_allowed(ready):
    post = CLEAN + "\n\n".join(f"A paragraph of some length, number {i}." for i in range(1500))
    result = check(ready, post, "--json").expect(65)
    assert rules(result, "error") == ["clipping"]
    assert findings(result)[0]["file"].endswith("subscribers.csv")
    assert "clipping" in rules(check(ready, post, "--json", "--allow-clipping").expect(0), "warning")


def test_many_of_a_kind_are_three_lines_and_a_count(ready):
    config = (ready.folder / "mirmail.yaml").read_text()
    ready.write("mirmail.yaml", config.replace("base_url", "# base_url"))
    post = "---\ntitle: T\n---\n" + "".join(f"\n[w{i}](/p{i})\n" for i in range(90))
    lines = check(ready, post).expect(65).stdout.decode().splitlines()
    errors = [line for line in lines if ": error: " in line]
    assert len(errors) == 4
    assert "and 87 more like these" in errors[3]
    assert lines[-1].startswith("90 errors")
    assert len(findings(check(ready, post, "--json"))) >= 90


# --- before a send ---

def test_a_send_shows_the_warnings_and_counts_them_in_its_plan(ready):
    ready.write("post.md", CLEAN.replace("https://example.org/more", "http://example.org/more"))
    result = ready.run("send", "post.md")
    assert result.status == 64  # there is no terminal to ask on
    assert "post.md:7:13: warning: an address begins with http://" in result.stderr
    assert "Check      no errors, 1 warning\n" in result.stderr


def test_errors_stop_a_send_and_warnings_when_strict(ready):
    post = CLEAN + "\n[x](javascript:x)\n"
    ready.write("post.md", post)
    result = ready.run("send", "--yes", "post.md").expect(65)
    assert "post.md:9:5: error: `javascript:x`" in result.stderr
    assert "nothing was sent" in result.stderr
    ready.write("post.md", CLEAN.replace("https://example.org/more", "http://e.org/"))
    result = ready.run("send", "--yes", "--strict", "post.md").expect(65)
    assert "nothing was sent" in result.stderr


# --- --links ---

AT_ONCE = 8


class Site(http.server.BaseHTTPRequestHandler):
    """A path says what is answered; everything that is asked is kept."""

    def answer(self, body):
        site = self.server
        name = self.path.split("?")[0]
        site.asked.append((self.command, self.path, dict(self.headers)))
        if name == "/together":
            self.meet()
        status, headers = 200, {}
        if name.startswith("/status/"):
            status = int(name.split("/")[2])
        elif name == "/no-head" and self.command == "HEAD":
            status = 405
        elif name.startswith("/to/"):
            status = int(name.split("/")[2])
            headers["Location"] = self.path.split("?", 1)[1]
        elif name == "/cookie":
            status = 302
            headers = {"Set-Cookie": "a=b", "Location": "/ok"}
        elif name.startswith("/loop/"):
            status = 301
            headers["Location"] = f"/loop/{int(name.split('/')[2]) + 1}"
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        size = 10_000_000 if name == "/large" else 2
        self.send_header("Content-Length", str(size))
        self.end_headers()
        if body and name == "/large":
            try:
                for _ in range(100):
                    self.wfile.write(b"x" * 100_000)
                    site.sent += 100_000
            except OSError:
                pass
        elif body:
            self.wfile.write(b"ok")

    def meet(self):
        """Answers when AT_ONCE are here."""
        site = self.server
        with site.lock:
            site.inside += 1
            site.most_inside = max(site.most_inside, site.inside)
        site.barrier.wait(60)
        with site.lock:
            site.inside -= 1

    def do_HEAD(self):
        if self.path == "/large":
            self.send_response(501)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if self.path == "/hang-up":
            self.close_connection = True
            return
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def log_message(self, *_):
        pass


@pytest.fixture
def site(ready):
    ready.environment.update(no_proxy="*", NO_PROXY="*")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", free_port()), Site)
    server.asked, server.sent = [], 0
    server.lock, server.barrier = threading.Lock(), threading.Barrier(AT_ONCE)
    server.inside = server.most_inside = 0
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def ask(project, site, *paths):
    """The findings about these addresses, by path."""
    links = "".join(f"[{path}]({site.url}{path})\n\n" for path in paths)
    result = check(project, UNREACHABLE + links, "--links", "--json")
    found = {}
    for event in findings(result):
        if event["rule"] in ("dead", "moved", "unknown"):
            found.setdefault(event["text"].split(" ")[0][len(site.url):],
                             (event["rule"], event["severity"], event["text"], event["line"]))
    return result, found


def test_without_links_nothing_is_asked(ready, site):
    check(ready, UNREACHABLE + f"[a]({site.url}/status/404)\n").expect(0)
    assert site.asked == []


def test_a_link_that_is_gone_is_a_warning_with_its_line(ready, site):
    result, found = ask(ready, site, "/ok", "/status/404", "/status/410")
    result.expect(0)
    assert set(found) == {"/status/404", "/status/410"}
    rule, severity, text, line = found["/status/404"]
    assert (rule, severity, line) == ("dead", "warning", 9)
    assert "is not there (404)" in text


def test_what_a_program_may_not_see_is_unknown_and_no_error(ready, site):
    result, found = ask(ready, site, "/status/403", "/status/429", "/status/500")
    result.expect(0)
    assert {value[:2] for value in found.values()} == {("unknown", "note")}
    assert len(found) == 3


def test_a_server_that_is_not_there_is_unknown(ready, site):
    result = check(ready, UNREACHABLE + "[a](https://127.0.0.1:1/)\n"
                   "[b](https://nowhere.invalid/)\n", "--links", "--json", "--strict").expect(0)
    assert [(e["rule"], e["severity"]) for e in findings(result)] == [("unknown", "note")] * 2


def test_get_is_tried_where_head_is_refused(ready, site):
    _, found = ask(ready, site, "/hang-up")
    assert found == {}
    site.asked.clear()
    _, found = ask(ready, site, "/no-head", "/ok")
    assert found == {}
    asked = [(method, path) for method, path, _ in site.asked]
    assert sorted(asked) == [("GET", "/no-head"), ("HEAD", "/no-head"), ("HEAD", "/ok")]
    get = next(headers for method, _, headers in site.asked if method == "GET")
    assert get["Range"] == "bytes=0-1023"
    assert get["User-Agent"].startswith("mirmail/")


def test_of_a_large_answer_only_the_start_is_taken(ready, site):
    _, found = ask(ready, site, "/large")
    assert found == {}
    assert site.sent < 8_000_000


def test_a_permanent_redirect_is_a_note_with_the_new_address(ready, site):
    _, found = ask(ready, site, "/to/301?/to/308?/ok", "/to/302?/ok", "/to/302?/to/301?/ok",
                   "/to/301?/to/302?/ok")
    moved = {path: value[2].split(" to ")[1] for path, value in found.items()}
    assert moved == {"/to/301?/to/308?/ok": site.url + "/ok",
                     "/to/301?/to/302?/ok": site.url + "/to/302?/ok"}
    assert {value[:2] for value in found.values()} == {("moved", "note")}


def test_a_redirect_to_something_dead_is_dead(ready, site):
    _, found = ask(ready, site, "/to/302?/status/404")
    assert found["/to/302?/status/404"][0] == "dead"


def test_redirects_end_after_five_and_stay_on_the_web(ready, site):
    _, found = ask(ready, site, "/loop/1", "/to/301?file:///etc/passwd", "/to/302?ftp://127.0.0.1/")
    assert {value[0] for value in found.values()} == {"unknown"}
    assert "over 5 redirects" in found["/loop/1"][2]
    assert "not http or https" in found["/to/301?file:///etc/passwd"][2]
    assert len([path for _, path, _ in site.asked if path.startswith("/loop/")]) == 6


def test_cookies_are_not_kept_and_addresses_asked_once(ready, site):
    ask(ready, site, "/cookie", "/ok?1#a", "/ok?1#b", "/ok?1")
    assert all("Cookie" not in headers for _, _, headers in site.asked)
    assert [path for _, path, _ in site.asked].count("/ok?1") == 1


def test_eight_are_asked_at_the_same_time(ready, site):
    _, found = ask(ready, site, *(f"/together?{i}" for i in range(2 * AT_ONCE)))
    assert found == {}
    assert site.most_inside == AT_ONCE


def test_at_most_500_are_asked(ready, site):
    result, _ = ask(ready, site, *(f"/ok?{i}" for i in range(510)))
    assert len(site.asked) == 500
    assert any("only the first 500 of 510" in e["text"] for e in findings(result))


def test_fields_and_the_way_to_leave_are_never_asked(ready, site):
    text = UNREACHABLE.replace("url:", "merge: true\nurl:")
    config = (ready.folder / "mirmail.yaml").read_text()
    ready.write("mirmail.yaml", config.replace(
        "list:\n", f"list:\n  archive_url: {site.url}/archive\n  help_url: {site.url}/help\n", 1))
    check(ready, text + f"[a]({site.url}/u?{{{{email}}}}) [b]({site.url}/u?{{{{ name | default: \"x\" }}}})"
          f" ![c]({site.url}/c.png)\n", "--links").expect(0)
    assert [path for _, path, _ in site.asked] == ["/c.png"]
