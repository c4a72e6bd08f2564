"""mirmail doctor --post: the page where people leave, asked as a mailbox
provider asks it, by https on loopback."""

import re
import socket

import certificates
import pytest
from conftest import MIRMAIL
from leave_server import LeaveServer, by_cgi
from processes import free_port

FORM = ("Content-Type", "text/html; charset=utf-8")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return certificates.make(tmp_path_factory.mktemp("authority"))


def configure(project, port, path="u/{token}"):
    project.configure_plain(9)
    file = project.folder / "mirmail.yaml"
    file.write_text(file.read_text().replace(
        "  unsubscribe_mail:", f"  unsubscribe_url: https://localhost:{port}/{path}\n"
                               "  unsubscribe_mail:"))
    project.subscribe([("ada@list.example.net", "Ada")])


def examine(project, *arguments):
    result = project.run("doctor", "--post", "--no-dns", "--json", *arguments)
    assert result.status in (0, 65), result.stderr
    return [(line["verdict"], line["text"]) for line in result.events
            if line["check"] == "one-click"]


def contract(valid, **changes):
    """An endpoint that keeps to RFC 8058, but for the changes."""

    def answer(method, path, headers, body):
        right = path.rsplit("/", 1)[-1] == valid["token"] if "token" in valid else True
        valid.setdefault("token", path.rsplit("/", 1)[-1])
        status = changes.get(method, 200) if right else changes.get("forged", 404)
        kind = (headers.get("Content-Type") or "").split(";")[0]
        status = changes.get(kind, status) if right else status
        fields = [FORM, *changes.get("fields", [])]
        if 300 <= status < 400:
            fields.append(("Location", f"https://localhost/{path}/"))
        return status, fields, b"<p>Leave?</p>" if changes.get("page", True) else b""

    return answer


def test_the_page_that_mirmail_serves_passes_and_nobody_is_taken_off(project, authority):
    project.configure_plain(9)
    project.run("keygen").expect(0)
    with LeaveServer(authority, by_cgi(MIRMAIL, project.folder, project.environment)) as server:
        configure(project, server.port)
        lines = examine(project, "--ca", authority.ca)
    assert [verdict for verdict, _ in lines] == ["PASS"] * 4, lines
    assert {method for method, *_ in server.asked} == {"GET", "POST"}
    assert all("Cookie" not in headers and "Referer" not in headers
               for _, _, headers, _ in server.asked)
    suppressions = list(project.folder.rglob("suppressions*"))
    assert all("unsubscribed" not in path.read_text() for path in suppressions)


def test_both_encodings_are_asked_twice_and_a_forged_token_once(project, authority):
    project.configure_plain(9)
    project.run("keygen").expect(0)
    with LeaveServer(authority, contract({})) as server:
        configure(project, server.port, "leave?x=1&t={token}")
        server.answer = lambda *_: (200, [FORM], b"<p>Leave?</p>")
        examine(project, "--ca", authority.ca)
    posts = [(path, headers["Content-Type"], body) for method, path, headers, body in server.asked
             if method == "POST"]
    assert [kind.split(";")[0] for _, kind, _ in posts] == [
        "application/x-www-form-urlencoded"] * 2 + ["multipart/form-data"] * 2 + [
        "application/x-www-form-urlencoded"]
    assert posts[0][2] == b"List-Unsubscribe=One-Click"
    boundary = re.search("boundary=(.*)", posts[2][1]).group(1).encode()
    assert posts[2][2] == (b"--" + boundary + b"\r\nContent-Disposition: form-data; "
                           b"name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--" + boundary + b"--\r\n")
    assert len({path for path, *_ in posts[:4]}) == 1
    right, forged = posts[0][0], posts[4][0]
    assert re.fullmatch(r"/leave\?x=1&t=[a-z2-7]{33}", right)
    assert len([1 for a, b in zip(right, forged) if a != b]) == 1 and len(right) == len(forged)


@pytest.mark.parametrize("changes,verdict,words", [
    ({"GET": 301}, "FAIL", "redirected"),
    ({"GET": 404}, "FAIL", "answered 404"),
    ({"page": False}, "FAIL", "shows no page"),
    ({"POST": 302}, "FAIL", "redirected"),
    ({"POST": 500}, "FAIL", "answered 500"),
    ({"multipart/form-data": 415}, "FAIL", "multipart is answered 415"),
    ({"application/x-www-form-urlencoded": 400}, "FAIL", "as a form is answered 400"),
    ({"forged": 200}, "FAIL", "anybody can take anybody off"),
    ({"fields": [("Set-Cookie", "a=b")]}, "WARN", "cookie"),
], ids=lambda value: str(value)[:40])
def test_what_breaks_the_contract_is_said(project, authority, changes, verdict, words):
    project.configure_plain(9)
    project.run("keygen").expect(0)
    with LeaveServer(authority, contract({}, **changes)) as server:
        configure(project, server.port)
        lines = examine(project, "--ca", authority.ca)
    assert any(found == verdict and words in text for found, text in lines), lines


def test_a_certificate_that_nobody_vouches_for_fails(project, authority):
    project.configure_plain(9)
    project.run("keygen").expect(0)
    with LeaveServer(authority, contract({})) as server:
        configure(project, server.port)
        lines = examine(project)
    assert len(lines) == 1 and lines[0][0] == "FAIL" and "ertificate" in lines[0][1], lines
    assert server.asked == []


def test_nobody_there_and_silence_are_told_apart(project, authority):
    project.configure_plain(9)
    project.run("keygen").expect(0)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", free_port()))
        configure(project, silent.getsockname()[1])
        assert [verdict for verdict, _ in examine(project)] == ["FAIL"]
        silent.listen()
        assert [verdict for verdict, _ in examine(project)] == ["UNKNOWN"]


def test_without_a_token_in_the_address_there_is_nothing_to_ask(project):
    project.configure_plain(9)
    assert [verdict for verdict, _ in examine(project)] == ["WARN"]
    configure(project, 9)
    [(verdict, text)] = examine(project)
    assert verdict == "FAIL" and "mirmail keygen" in text


def test_nobody_asks_the_page_unless_told_to(project, authority, sink):
    project.configure_plain(sink.port)
    project.run("keygen").expect(0)
    with LeaveServer(authority, contract({})) as server:
        configure(project, server.port)
        file = project.folder / "mirmail.yaml"
        file.write_text(file.read_text().replace("port: 9\n", f"port: {sink.port}\n"))
        project.run("doctor", "--no-dns")
        project.run("send", "--yes", "--quiet", "post.md").expect(0)
    assert server.asked == []


@pytest.mark.parametrize("arguments", [("--ca", "x.pem"), ("--post", "--received", "x.eml")])
def test_options_that_do_not_go_together(project, arguments):
    project.run("doctor", *arguments).expect(64)
