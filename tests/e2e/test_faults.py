"""Each fault of docs/faults.md, done to the real program: what becomes of the
recipient, of all others, and of the run is what the page says."""

import random
import re
import subprocess
from pathlib import Path

import pytest
from bad_days import (ROOT, SEND, BadDays, FaultyServer, World,
                      assert_nobody_twice_nobody_lost, slowness)
from faulty_smtp import BODY_KINDS, HANDSHAKE_KINDS, KINDS, Once

PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
KEYWORDS = ("PIPELINING", "CHUNKING", "SIZE 10000000", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8")
SLOW = {"silent", "unended", "stall"}
PASSWORD = "a secret"


def rows(title):
    """The rows of the table under this title."""
    section = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def words(cell):
    return re.split(r", | or ", cell)


CONVERSATION = [(step, kind, recipient, exits, said)
                for step, kinds, recipient, exits, said in rows("In the conversation")
                for kind in words(kinds)]


def test_the_page_has_every_fault_and_calls_it_what_it_is():
    assert {word.strip("`"): text for word, text in rows("The words for faults")} == KINDS
    assert {kind: text for kind, text, _, _ in rows("In the middle of a message")} == BODY_KINDS
    tls = {row[0]: row[1] for row in rows("TLS and login")}
    assert HANDSHAKE_KINDS.items() <= tls.items()
    for step in ("connect", "ehlo", "mail", "rcpt", "data", "dot", "quit"):
        found = [kind for s, kind, *_ in CONVERSATION if s == step]
        assert sorted(found) == sorted(KINDS), step


def test_the_page_names_tests_that_there_are():
    sources = "".join(path.read_text() for path in (ROOT / "tests" / "e2e").glob("test_*.py"))
    for _, _, cell in rows("The machine"):
        for name in re.findall(r"`(\w+)`", cell):
            assert f"def {name}(" in sources, name


def keywords_for(name):
    """Some, and always the same for the same fault."""
    return tuple(random.Random(name).sample(KEYWORDS, random.Random(name + "#").randint(0, 6)))


def timeouts(kind):
    patience = f"{300 * slowness()}s" if kind in SLOW else "1h"
    return {"reply_timeout": patience, "data_timeout": patience, "connect_timeout": patience}


@pytest.fixture
def days(tmp_path):
    return BadDays(tmp_path)


def check(project, server, hit, recipient, exits, said):
    """One run, then resumes until all is done."""
    first = project.run(*SEND)
    assert str(first.status) in words(exits), (first.status, first.stderr, first.stdout[-1500:])
    entries = project.entries() if recipient != "nobody" or server.ledger.transactions else {}
    notices = [event["text"] for event in first.events if event["event"] == "notice"]
    replies = [entry["reply"] for entry in entries.values()]
    said = said.strip("`").replace("300 s", f"{300 * slowness()} s")
    assert any(said in text for text in [*notices, first.stderr, *replies]), (notices, first.stderr, replies)
    who = project.recipients[hit]
    if recipient == "nobody":
        assert {entry["outcome"] for entry in entries.values()} <= {"sent"}
        assert who not in entries
    else:
        assert entries[who]["outcome"] in words(recipient), entries[who]
    project.resume_until_done(first)
    assert_nobody_twice_nobody_lost(project, server)


@pytest.mark.parametrize("step,kind,recipient,exits,said", CONVERSATION,
                         ids=[f"{row[0]}-{row[1]}" for row in CONVERSATION])
def test_in_the_conversation(days, step, kind, recipient, exits, said):
    is_opening = step in ("connect", "ehlo")
    plan = Once(step, kind, nth=1 if is_opening or step == "quit" else 2)
    with FaultyServer(plan, keywords=keywords_for(step + kind)) as server:
        if kind in SLOW:
            # The line gives up a minute before libESMTP: a fifth of a second here.
            days.world = World(speed=300)
        days.configure_for(server, **timeouts(kind))
        days.subscribe_many(4)
        check(days, server, 0 if is_opening else 1, recipient, exits, said)
        assert sum(server.ledger.faults.values()) == 1


class AfterRefusal(Once):
    """RSET comes only after something was refused."""

    def pick(self, step, conversation):
        if step == "rcpt" and conversation.transaction.recipient.startswith("u0@"):
            return "5xx"
        return super().pick(step, conversation)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_suffers_from_an_answer_to_rset(days, kind):
    with FaultyServer(AfterRefusal("rset", kind), keywords=keywords_for(kind)) as server:
        days.configure_for(server, **timeouts(kind))
        days.subscribe_many(4)
        days.resume_until_done(days.run(*SEND))
        outcomes = assert_nobody_twice_nobody_lost(days, server)
        assert outcomes["failed"] == {days.recipients[0]}
        assert outcomes["unknown"] == set()


@pytest.mark.parametrize("kind,recipient,exits",
                         [(kind, recipient, exits) for kind, _, recipient, exits
                          in rows("In the middle of a message")])
def test_in_the_middle_of_a_message(days, kind, recipient, exits):
    with FaultyServer(Once("body", kind, nth=2)) as server:
        server.stall_seconds = 0.5 * slowness()
        days.configure_for(server, **timeouts(kind))
        days.subscribe_many(4)
        check(days, server, 1, recipient, exits, "")


@pytest.mark.parametrize("kind", ["drop", "reset", "stall", "421-drop"])
def test_a_large_message_that_did_not_leave_as_a_whole_is_sent_again(days, kind):
    # More than the kernel holds of what is written and not yet read.
    size = 2_000_000 + int(Path("/proc/sys/net/ipv4/tcp_wmem").read_text().split()[2])
    with FaultyServer(Once("body", kind, nth=2)) as server:
        # So much takes its time on a busy machine: 300 s are three seconds here.
        days.world = World(speed=100)
        server.stall_seconds = 5 * slowness()
        days.configure_for(server, **timeouts(kind))
        days.write("noise.bin", "".join(random.Random(1).choices("abcdefgh", k=size)))
        days.write("post.md", "---\ntitle: Large\nattachments: [noise.bin]\n---\n\nText.\n")
        days.subscribe_many(3)
        days.resume_until_done(days.run(*SEND))
        outcomes = assert_nobody_twice_nobody_lost(days, server)
        assert outcomes["sent"] == set(days.recipients)


@pytest.mark.parametrize("said_at", ["rcpt", "data", "dot"])
def test_a_relay_that_refuses_everybody_stops_the_run_and_marks_nobody(days, said_at):
    kind = "5xx"
    with FaultyServer(Once(said_at, kind, times=-1)) as server:
        days.configure_for(server)
        days.subscribe_many(30)
        first = days.run(*SEND)
        outcomes = {entry["outcome"] for entry in days.entries().values()}
        if said_at == "rcpt":  # it is the recipients after all
            assert first.status == 1 and outcomes == {"failed"}
            return
        first.expect(75)
        assert outcomes == {"deferred"} and len(days.entries()) < 10
        assert "refuses message after message with the same answer" in first.stderr
        server.plan = Once("none", kind)
        days.resume_until_done(first)
        assert len(server.ledger.taken()) == 30


# --- TLS and login ---


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    def own(name, *extra):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key",
                "-out", f"{name}.pem", "-days", "3000", *extra)

    own("ca", "-subj", "/CN=Test Authority")
    own("self", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    for name, host, days in (("good", "localhost", "3000"), ("wrong", "mail.example.org", "3000"),
                             ("expired", "localhost", "-1")):
        (folder / "ext").write_text(f"subjectAltName=DNS:{host}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key",
                "-out", "csr", "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", "csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-out", f"{name}.pem", "-extfile", "ext", "-days", days)
    return folder


TLS = rows("TLS and login")
ONLY_STARTTLS = {"stripped", "injected", "starttls-4xx", "starttls-5xx"}
TLS_PLANS = {"starttls-4xx": ("starttls", "4xx"), "starttls-5xx": ("starttls", "5xx"),
             "login-4xx": ("auth", "4xx"), "login-5xx": ("auth", "5xx"),
             "login-drop": ("auth", "drop-before"),
             "dot-record": ("dot", "drop-inside"), "dot-notify-before": ("dot", "notify-before"),
             "dot-notify-after": ("dot", "notify-after"), "dot-drop-after": ("dot", "drop-after"),
             "dot-garbage": ("dot", "record-rubbish"), "mail-record": ("mail", "drop-inside"),
             "mail-garbage": ("mail", "record-rubbish"),
             **{kind: ("handshake", kind) for kind in HANDSHAKE_KINDS}}


def tls_server(certificates, mode, kind):
    name = {"expired": "expired", "wrong-name": "wrong", "self-signed": "self"}.get(kind, "good")
    step, fault = TLS_PLANS.get(kind, ("none", ""))
    plan = Once(step, fault, nth=2 if step in ("mail", "dot") else 1)
    return FaultyServer(
        plan, tls=None if kind == "stripped" else mode, password=PASSWORD,
        certificate=(certificates / f"{name}.pem", certificates / f"{name}.key"),
        tls_max="TLSv1_1" if kind == "old" else None,
        inject="\r\n250 injected" if kind == "injected" else "")


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
@pytest.mark.parametrize("kind,recipient,exits,said",
                         [(row[0], *row[2:]) for row in TLS], ids=[row[0] for row in TLS])
def test_tls_and_login(days, certificates, mode, kind, recipient, exits, said):
    if mode == "implicit" and kind in ONLY_STARTTLS:
        pytest.skip("there is no STARTTLS")
    with tls_server(certificates, mode, kind) as server:
        authority = "/etc/ssl/certs/ca-certificates.crt" if kind == "stranger" else certificates / "ca.pem"
        days.plain_environment["RELAY_PASSWORD"] = PASSWORD
        settings = {"host": "localhost", "tls": mode, "ca_file": authority, "user": "news",
                    "password_env": "RELAY_PASSWORD", **timeouts(kind)}
        days.configure_for(server, **settings)
        days.subscribe_many(3)
        is_opening = not kind.startswith(("dot", "mail"))
        if kind in TLS_PLANS:
            check(days, server, 0 if is_opening else 1, recipient, exits, said)
            return
        first = days.run(*SEND).expect(int(exits))
        assert said.strip("`") in first.stderr
        assert server.ledger.transactions == [] and server.logins == 0
        with tls_server(certificates, mode, "none") as better:
            days.configure_for(better, **{**settings, "ca_file": certificates / "ca.pem"})
            days.resume_until_done()
            assert_nobody_twice_nobody_lost(days, better)


# --- relays that are set aside ---


def test_a_spare_relay_takes_over(days):
    with FaultyServer(Once("mail", "5xx", nth=10, times=-1)) as server, FaultyServer() as spare:
        days.configure_for(server)
        path = days.folder / "mirmail.yaml"
        relays = "".join(
            f"  - {{host: 127.0.0.1, port: {port}, tls: none, weight: {weight}, rate: 1/2s}}\n"
            for port, weight in ((server.port, 1), (spare.port, 0)))
        path.write_text(path.read_text().split("relay:\n")[0] + "relays:\n" + relays)
        days.subscribe_many(20)
        days.run(*SEND).expect(0)
        assert server.ledger.taken() | spare.ledger.taken() == set(days.recipients)
        assert not server.ledger.taken() & spare.ledger.taken()
