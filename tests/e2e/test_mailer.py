"""The mailer against a relay that misbehaves: what it says happened to each
recipient must be what the relay's ledger says."""

import hashlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "servers"))
from processes import free_port  # noqa: E402
from scripted_smtp import ScriptedServer  # noqa: E402

HARNESS = os.environ.get("MAILER_HARNESS", str(ROOT / "build/release/e2e/mailer_harness"))


class Run:
    """What the harness printed."""

    def __init__(self, output):
        self.outcomes = defaultdict(list)
        self.settles = []
        self.intends = []
        self.errors = []
        self.rate = None
        self.left = None
        for line in output.splitlines():
            kind, *fields = line.split("\t")
            if kind == "settle":
                self.settles.append(fields)
                self.outcomes[fields[0]].append(fields[1])
            elif kind == "intend":
                self.intends.append(fields[0])
            elif kind == "run":
                self.errors.append((int(fields[0]), fields[1]))
            elif kind == "rate":
                self.rate = float(fields[2])
            elif kind == "left":
                self.left = int(fields[0])

    def last(self, recipient="u0@example.net"):
        """(outcome, step, meaning, reply) of the last settle."""
        return [s[1:] for s in self.settles if s[0] == recipient][-1]


def run(port, *arguments, host="127.0.0.1", timeout=120):
    command = [HARNESS, f"host={host}", f"port={port}", *arguments]
    # GLib's own allocator hides from the sanitizers who freed what.
    environment = dict(os.environ, G_SLICE="always-malloc")
    environment.setdefault("TSAN_OPTIONS", f"suppressions={ROOT}/tests/e2e/tsan.supp")
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout,
                          env=environment, check=False)
    assert done.returncode in (0, 1), done.stderr[-4000:]
    assert "Sanitizer" not in done.stderr, done.stderr[-4000:]
    return Run(done.stdout)


def message_bytes(number, size=2000):
    """The harness's message, made a second time and by other hands."""
    text = ("Date: Mon, 02 Jun 2025 10:00:00 +0000\r\n"
            "From: News <news@example.org>\r\n"
            f"To: u{number}@example.net\r\n"
            f"Message-ID: <{number}.harness@example.org>\r\n"
            f"Subject: number {number}\r\n\r\n.\r\n..two\r\n.one\r\n")
    line = 0
    while len(text) < size:
        text += f"{number} line {line} of a body that goes on\r\n"
        line += 1
    return text.encode()


def check_against_ledger(outcome, server):
    """The one rule of it all."""
    accepted = Counter(e["recipient"] for e in server.events("accepted"))
    replied = {e["recipient"] for e in server.events("accepted") if e["replied"]}
    reached = {e["recipient"] for e in server.events("go-ahead")}
    for recipient, outcomes in outcome.outcomes.items():
        assert accepted[recipient] <= 1, f"{recipient} was accepted twice: {outcomes}"
        last = outcomes[-1]
        assert all(o == "none" for o in outcomes[:-1]), (recipient, outcomes)
        if last == "sent":
            assert recipient in replied, recipient
        if accepted[recipient]:
            assert last in ("sent", "unknown"), (recipient, outcomes)
        if last == "unknown":
            assert recipient not in replied, recipient
            assert recipient in reached, recipient
    assert outcome.left == 0 or outcome.errors


# --- plain sending ---


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("reserve", [0, 1])
def test_every_message_arrives_once_and_unchanged(threads, pipelining, reserve):
    with ScriptedServer({"pipelining": pipelining}) as server:
        outcome = run(server.port, "count=120", f"threads={threads}", "batch=25",
                      f"reserve={reserve}", "size=9000")
        check_against_ledger(outcome, server)
        assert Counter(s[1] for s in outcome.settles) == {"sent": 120}
        digests = {e["recipient"]: e["sha256"] for e in server.events("accepted")}
        for number in range(120):
            right = hashlib.sha256(message_bytes(number, 9000)).hexdigest()
            assert digests[f"u{number}@example.net"] == right
        assert outcome.intends.count("u7@example.net") == 1
        assert len(server.commands("QUIT")) == server.connections


def test_libesmtp_sees_neither_chunking_nor_auth_nor_its_own_ehlo():
    script = {"auth": {"user": "u", "password": "p"}, "extra": ["XUSR", "DELIVERBY 100", "ETRN"]}
    with ScriptedServer(script) as server:
        outcome = run(server.port, "user=u", "password=p", "count=2")
        assert outcome.last()[0] == "sent"
        verbs = {e["line"].split(" ")[0] for e in server.events("command")}
        assert verbs == {"EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"}
        assert len(server.commands("EHLO")) == 1
        assert server.commands("EHLO") == ["EHLO client.example.org"]


def test_rcpt_and_data_travel_together_only_where_the_relay_allows_it():
    with ScriptedServer({"pipelining": False,
                         "rules": [{"step": "rcpt", "do": "reply", "text": "550 5.1.1 no"}]}) as server:
        outcome = run(server.port, "count=3")
        assert [s[1] for s in outcome.settles] == ["failed"] * 3
        assert server.commands("DATA") == []


def test_a_message_over_the_limit_is_not_offered_to_the_relay():
    with ScriptedServer({"size": 5000}) as server:
        outcome = run(server.port, "count=1", "size=6000")
        kind, step, _, reply = outcome.last()
        assert (kind, step) == ("failed", "message")
        assert reply.startswith("552 message of 60") and "limit of 5000" in reply
        assert server.commands("MAIL") == []


def test_the_size_is_announced():
    with ScriptedServer({"size": 500000}) as server:
        run(server.port, "count=1")
        size = len(message_bytes(0))
        assert server.commands("MAIL") == [f"MAIL FROM:<bounces@example.org> SIZE={size}"]


# --- refusals ---

REFUSALS = [
    # step, reply, outcome, step said, times it may come back as none
    ("mail", "451 4.3.0 later", "deferred", "mail"),
    ("mail", "550 5.7.1 sender refused", "none", "mail"),
    ("mail", "530 5.7.0 log in", "none", "mail"),
    ("rcpt", "450 4.2.0 greylisted", "deferred", "recipient"),
    ("rcpt", "550 5.1.1 no such user", "failed", "recipient"),
    ("rcpt", "503 5.5.1 out of turn", "deferred", "recipient"),
    ("rcpt", "550-5.1.1 two\r\n550 lines without a second code", "failed", "recipient"),
    ("rcpt", "550-5.1.1 two\r\n550-5.1.2 codes\r\n550 5.1.1 mixed", "failed", "recipient"),
    ("rcpt", "550", "failed", "recipient"),
    ("rcpt", "550 " + "long " * 300, "failed", "recipient"),
    ("rcpt", "\r\n".join(["550-line"] * 900 + ["550 end"]), "failed", "recipient"),
    ("data", "451 4.3.0 later", "deferred", "message"),
    ("data", "554 5.7.1 never", "failed", "message"),
    ("dot", "451 4.7.1 greylisted", "deferred", "message"),
    ("dot", "554 5.6.0 bad content", "failed", "message"),
    ("dot", "550", "failed", "message"),
    ("dot", "552-5.3.4 much\r\n552 too large", "failed", "message"),
]


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("step,text,kind,said", REFUSALS)
def test_a_refusal_counts_for_its_recipient_only(step, text, kind, said, pipelining):
    rules = [{"step": step, "nth": 2, "do": "reply", "text": text}]
    with ScriptedServer({"rules": rules, "pipelining": pipelining}) as server:
        outcome = run(server.port, "count=5", "tries=1", "size=5000", "runs=5")
        check_against_ledger(outcome, server)
        right = ["sent"] * 5
        right[1] = kind
        assert [outcome.outcomes[f"u{n}@example.net"][-1] for n in range(5)] == right
        refused = outcome.last("u1@example.net")
        assert refused[1] == said
        assert refused[3].startswith(text[:3])


@pytest.mark.parametrize("text", ["250", "250-2.0.0 two\r\n250 lines", "250 " + "x" * 1500,
                                  "250-2.0.0 a\r\n250-2.1.0 b\r\n250 c", "251 will forward"])
@pytest.mark.parametrize("step", ["mail", "rcpt", "dot"])
def test_an_acceptance_in_any_dress_is_one(step, text):
    with ScriptedServer({"rules": [{"step": step, "do": "reply", "text": text}]}) as server:
        outcome = run(server.port, "count=3")
        check_against_ledger(outcome, server)
        assert [s[1] for s in outcome.settles] == ["sent"] * 3
        assert server.connections == 1


@pytest.mark.parametrize("text", ["354", "354-go\r\n354 on"])
def test_so_is_a_go_ahead(text):
    with ScriptedServer({"rules": [{"step": "data", "do": "reply", "text": text}]}) as server:
        assert [s[1] for s in run(server.port, "count=2").settles] == ["sent"] * 2


@pytest.mark.parametrize("step,kinds", [
    ("mail", {"none"}), ("rcpt", {"none"}), ("data", {"none"}), ("dot", {"unknown"})])
@pytest.mark.parametrize("text", ["gibberish", "", "25", "199 what", "250-a\r\n550 b", "999 no"])
def test_what_nobody_can_read_is_taken_for_nothing(step, kinds, text):
    with ScriptedServer({"rules": [{"step": step, "nth": 2, "do": "reply", "text": text}]}) as server:
        outcome = run(server.port, "count=3", "tries=1", "runs=5")
        assert outcome.last("u1@example.net")[0] in kinds
        assert "unreadable reply" in outcome.last("u1@example.net")[3]
        assert outcome.last("u0@example.net")[0] == outcome.last("u2@example.net")[0] == "sent"
        if step != "dot":
            check_against_ledger(outcome, server)


@pytest.mark.parametrize("text", ["\udcff\udcfe\udc80 bytes", "999 " + "\udcc3" * 900, "a\x1b[31mb\tc",
                                  "250-é\r\n550 " + "é" * 600],
                         ids=["bytes", "many bytes", "controls", "many letters"])
def test_what_nobody_can_read_is_quoted_as_one_line_of_text(text):
    with ScriptedServer({"rules": [{"step": "dot", "do": "reply", "text": text}]}) as server:
        quoted = run(server.port, "tries=1").last()[3]  # it was UTF-8, or this would fail
        assert quoted.isprintable() and len(quoted.encode()) <= 500


def test_three_hundred_something_is_no_answer_to_the_end_of_data():
    with ScriptedServer({"rules": [{"step": "dot", "do": "reply", "text": "354 more"}]}) as server:
        assert run(server.port, "tries=1").last()[0] == "unknown"


def test_an_acceptance_instead_of_a_go_ahead_is_no_delivery():
    with ScriptedServer({"rules": [{"step": "data", "do": "reply", "text": "250 ok"}]}) as server:
        outcome = run(server.port, "tries=1")
        assert outcome.last()[0] == "deferred"
        assert server.accepted() == []


def test_a_go_ahead_for_a_refused_recipient_sends_nothing():
    rules = [{"step": "rcpt", "nth": 1, "do": "reply", "text": "550 5.1.1 no such user"}]
    with ScriptedServer({"rules": rules, "no_recipient": "354 anyway"}) as server:
        outcome = run(server.port, "count=2")
        assert [s[1] for s in outcome.settles] == ["failed", "sent"]
        assert outcome.intends == ["u1@example.net"]
        assert server.accepted() == ["u1@example.net"]


def test_an_unasked_answer_is_never_taken_for_the_next_one():
    # Two answers to RCPT: the second would pass for the one to DATA, and the
    # one to DATA for the one to the dot.
    rules = [{"step": "rcpt", "nth": 1, "do": "reply", "text": "250 ok\r\n250 ok again"}]
    with ScriptedServer({"rules": rules, "pipelining": False}) as server:
        outcome = run(server.port, "count=2", "tries=2", "runs=3")
        check_against_ledger(outcome, server)
        assert outcome.outcomes["u0@example.net"] == ["none", "sent"]


def test_a_session_goes_on_after_a_refused_data_when_there_is_a_reserve():
    rules = [{"step": "data", "nth": 2, "do": "reply", "text": "451 not now"}]
    for reserve, connections in ((1, 1), (0, 2)):
        with ScriptedServer({"rules": rules}) as server:
            outcome = run(server.port, "count=4", f"reserve={reserve}")
            check_against_ledger(outcome, server)
            assert server.connections == connections


def test_421_to_mail_after_other_messages_is_about_the_connection():
    rules = [{"step": "mail", "nth": 3, "do": "reply-drop", "text": "421 4.7.0 enough for one connection"}]
    with ScriptedServer({"rules": rules}) as server:
        outcome = run(server.port, "count=5", "tries=2")
        check_against_ledger(outcome, server)
        assert outcome.outcomes["u2@example.net"] == ["none", "sent"]
        assert [s for s in outcome.settles if s[1] == "none"][0][3] == "throttled"


@pytest.mark.parametrize("step,said", [("mail", "mail"), ("rcpt", "recipient"),
                                       ("data", "message"), ("dot", "message")])
def test_421_defers_the_first_job_and_ends_the_session(step, said):
    rules = [{"step": step, "nth": 1, "do": "reply-drop", "text": "421 4.3.2 going down"}]
    with ScriptedServer({"rules": rules}) as server:
        outcome = run(server.port, "count=3")
        check_against_ledger(outcome, server)
        assert outcome.last("u0@example.net")[:3] == ["deferred", said, "throttled"]
        assert server.connections == 2


# --- connections that break ---


@pytest.mark.parametrize("do", ["drop", "reset", "half-drop"])
@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "body", "rset"])
@pytest.mark.parametrize("pipelining", [True, False])
def test_a_connection_lost_before_the_dot_loses_and_doubles_nothing(step, do, pipelining):
    rules = [{"step": step, "nth": 2, "do": do, "reads": 2},
             {"step": "rcpt", "nth": 4, "do": "reply", "text": "450 4.2.0 later"}]
    with ScriptedServer({"rules": rules, "pipelining": pipelining}) as server:
        outcome = run(server.port, "count=12", "size=600000" if step == "body" else "size=3000",
                      "tries=3")
        check_against_ledger(outcome, server)
        kinds = Counter(o[-1] for o in outcome.outcomes.values())
        # The kernel may have taken a whole message, dot and all, before it
        # hears that the relay left in the middle of it.
        open_cases = 1 if step == "body" else 0
        assert kinds["none"] == 0 and kinds["unknown"] <= open_cases
        assert kinds["sent"] == 11 - kinds["unknown"]


@pytest.mark.parametrize("do,kind", [("drop", "unknown"), ("accept-drop", "unknown"),
                                     ("half-drop", "unknown"), ("reset", "unknown"),
                                     ("reply-drop", "sent")])
def test_a_connection_lost_after_the_dot_leaves_the_truth_open(do, kind):
    with ScriptedServer({"rules": [{"step": "dot", "nth": 2, "do": do}]}) as server:
        outcome = run(server.port, "count=5")
        check_against_ledger(outcome, server)
        assert outcome.outcomes["u1@example.net"] == [kind]
        assert sum(o[-1] == "sent" for o in outcome.outcomes.values()) == 4 + (kind == "sent")


def test_intend_may_refuse_and_nothing_leaves():
    with ScriptedServer() as server:
        outcome = run(server.port, "count=3", "refuse=1", "tries=1", "runs=2")
        assert [outcome.outcomes[f"u{n}@example.net"] for n in range(3)] == [["sent"], ["none"], ["sent"]]
        assert server.accepted() == ["u0@example.net", "u2@example.net"]


@pytest.mark.parametrize("step,said", [("mail", "MAIL"), ("rcpt", "RCPT"), ("data", "DATA"),
                                       ("dot", "the end of data")])
def test_a_silent_relay_is_given_up_in_time(step, said):
    rules = [{"step": step, "nth": 1, "do": "delay", "seconds": 60}]
    with ScriptedServer({"rules": rules}) as server:
        started = time.monotonic()
        outcome = run(server.port, "tries=1", "reply_ms=400", "data_ms=800")
        assert time.monotonic() - started < 40
        kind, _, _, reply = outcome.last()
        assert kind == ("unknown" if step == "dot" else "none")
        assert f"gave no answer to {said} within 1 s" in reply


def test_a_relay_that_does_not_read_is_given_up_in_time():
    # More than both kernels hold; after the delay it would be read and accepted.
    script = {"window": 65536, "rules": [{"step": "body", "do": "delay", "seconds": 60}]}
    with ScriptedServer(script) as server:
        outcome = run(server.port, "tries=1", "reply_ms=500", "size=6000000")
        assert outcome.last()[0] in ("none", "unknown")
        assert "gave no answer to the message within 1 s" in outcome.last()[3]
        assert server.accepted() == []


@pytest.mark.parametrize("seed", range(1, 9))
def test_chaos(seed):
    script = {"chaos": {"seed": seed, "rate": 0.08}, "pipelining": seed % 2 == 0,
              "enhanced": seed % 3 != 0}
    with ScriptedServer(script) as server:
        outcome = run(server.port, "count=400", "threads=4", "tries=20", "runs=100",
                      f"reserve={seed // 2 % 2}", "size=4000")
        check_against_ledger(outcome, server)
        assert outcome.left == 0
        kinds = Counter(o[-1] for o in outcome.outcomes.values())
        assert sum(kinds.values()) == 400 and kinds["none"] == 0
        assert kinds["sent"] > 200


# --- the opening ---


def error_of(server_script, *arguments, host="127.0.0.1"):
    with ScriptedServer(server_script) as server:
        outcome = run(server.port, *arguments, host=host)
        assert outcome.settles == []
        assert len(outcome.errors) == 1, outcome.errors
        assert not server.commands("MAIL")
        return outcome.errors[0]


@pytest.mark.parametrize("script,code,text", [
    ({"greeting": "421 4.3.2 too busy"}, 75, "no entry to 127.0.0.1: 421 4.3.2 too busy"),
    ({"greeting": "554 5.7.1 you are on a list"}, 69, "no entry to 127.0.0.1: 554 5.7.1"),
    ({"greeting": "SSH-2.0-OpenSSH_9.2"}, 69, "does not speak SMTP"),
    ({"greeting": "220" + "-x" * 3000}, 69, "endless reply"),
    ({"rules": [{"step": "connect", "do": "drop"}]}, 75, "closed the connection at the connection"),
    ({"rules": [{"step": "connect", "do": "delay", "seconds": 2}]}, 75, "to the connection within 1 s"),
    ({"rules": [{"step": "ehlo", "do": "drop"}]}, 75, "closed the connection at EHLO"),
    ({"rules": [{"step": "ehlo", "do": "reply", "text": "502 no"}]}, 69, "EHLO refused by 127.0.0.1: 502 no"),
    ({"rules": [{"step": "ehlo", "do": "reply", "text": "451 later"}]}, 75, "EHLO refused by 127.0.0.1: 451"),
    ({"rules": [{"step": "ehlo", "do": "half-drop"}]}, 75, "closed the connection at EHLO"),
    ({"rules": [{"step": "ehlo", "do": "reply", "text": "\r\n".join(["250-x" * 50] * 500)}]}, 69, "endless"),
])
def test_an_opening_that_fails_says_why(script, code, text):
    found = error_of(script, "reply_ms=700")
    assert found[0] == code
    assert text in found[1]


def test_nobody_there():
    outcome = run(free_port())
    assert outcome.errors[0][0] == 75
    assert "Connection refused; is the relay running" in outcome.errors[0][1]


def test_a_name_that_does_not_exist():
    outcome = run(25, "plaintext=1", host="no-such-relay.invalid")
    assert outcome.errors[0][0] in (69, 75)
    assert "no-such-relay.invalid" in outcome.errors[0][1]


def test_ipv6():
    with ScriptedServer({}, host="::1") as server:
        assert run(server.port, host="::1").last()[0] == "sent"


def test_every_address_of_the_relay_is_tried(tmp_path):
    """A name with four addresses, of which only the last one listens."""
    name = "many-addresses.test"
    addresses = ["127.0.0.2", "127.0.0.3", "::1", "127.0.0.1"]
    hosts = tmp_path / "hosts"
    hosts.write_text("".join(f"{a} {name}\n" for a in addresses))
    with ScriptedServer() as server:
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"',
             str(hosts), HARNESS, f"host={name}", f"port={server.port}"],
            capture_output=True, text=True, check=False, timeout=60)
        if done.returncode != 0 and "unshare" in done.stderr:
            pytest.skip("only root may give a process its own /etc/hosts")
        assert Run(done.stdout).last()[0] == "sent", done.stdout + done.stderr
        done = subprocess.run(
            ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"',
             str(hosts), HARNESS, f"host={name}", "port=1"],
            capture_output=True, text=True, check=False, timeout=60)
        assert "at any of its 4 addresses: Connection refused" in done.stdout


def test_plain_text_goes_to_this_machine_only():
    outcome = run(25, "connect_ms=300", host="192.0.2.1")
    assert outcome.errors[0][0] in (69, 75)
    own = [a[4][0] for a in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
           if not a[4][0].startswith("127.")]
    if own:
        with ScriptedServer({}, host="0.0.0.0") as server:
            refused = run(server.port, host=own[0])
            assert refused.errors[0][0] == 69 and "allow_plaintext" in refused.errors[0][1]
            assert run(server.port, "plaintext=1", host=own[0]).last()[0] == "sent"


def test_cancelling_ends_everything_at_once():
    rules = [{"step": "rcpt", "do": "delay", "seconds": 60}]
    for extra in ([], [{"step": "connect", "do": "delay", "seconds": 60}]):
        with ScriptedServer({"rules": rules + extra}) as server:
            started = time.monotonic()
            outcome = run(server.port, "count=20", "cancel=300", "tries=1", "reply_ms=60000",
                          "threads=2", "batch=20")
            assert time.monotonic() - started < 40
            assert any("broken off" in text for _, text in outcome.errors)


def test_a_stranger_on_the_loopback_port_gets_nothing():
    """While messages go out, another process connects to every local port
    that the harness listens on; it must never read a byte of SMTP."""
    heard = []
    stop = threading.Event()

    def listeners():
        rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
        for row in rows:
            fields = row.split()
            address, port = fields[1].split(":")
            if fields[3] == "0A" and address == "0100007F":
                yield int(port, 16)

    def snoop(server_port):
        while not stop.is_set():
            for port in listeners():
                if port == server_port or port < 10000:
                    continue
                try:
                    with socket.create_connection(("127.0.0.1", port), timeout=0.2) as sock:
                        sock.settimeout(0.05)
                        heard.append(sock.recv(100))
                except OSError:
                    pass

    with ScriptedServer() as server:
        thread = threading.Thread(target=snoop, args=(server.port,))
        thread.start()
        outcome = run(server.port, "count=150", "batch=1")
        stop.set()
        thread.join()
        check_against_ledger(outcome, server)
        assert all(o == ["sent"] for o in outcome.outcomes.values())
    assert not [data for data in heard if data.startswith(b"220 relay ESMTP")]


# --- login ---


@pytest.mark.parametrize("mechanisms,wanted,used", [
    ("PLAIN LOGIN", "auto", "PLAIN"), ("LOGIN PLAIN", "auto", "PLAIN"), ("LOGIN", "auto", "LOGIN"),
    ("PLAIN LOGIN", "login", "LOGIN"), ("XOAUTH2 PLAIN", "plain", "PLAIN")])
def test_login(mechanisms, wanted, used):
    auth = {"mechanisms": mechanisms, "user": "organiser", "password": "s3cret päss"}
    with ScriptedServer({"auth": auth}) as server:
        outcome = run(server.port, "user=organiser", "password=s3cret päss", f"auth={wanted}")
        assert outcome.last()[0] == "sent"
        assert [e["mechanism"] for e in server.events("auth")] == [used]


def test_a_long_password():
    secret = "x" * 600
    with ScriptedServer({"auth": {"user": "u", "password": secret}}) as server:
        assert run(server.port, "user=u", f"password={secret}").last()[0] == "sent"


def test_a_refused_login_is_one_login():
    with ScriptedServer({"auth": {"user": "u", "password": "p"}}) as server:
        outcome = run(server.port, "user=u", "password=not-this-1")
        assert outcome.errors == [(77, "login refused by 127.0.0.1: 535 5.7.8 wrong user or password"
                                       "; check relay.user and the password")]
        assert len(server.events("auth")) == 1
        assert not server.commands("MAIL")


@pytest.mark.parametrize("script,code,text", [
    ({}, 69, "does not offer a login here"),
    ({"auth": {"mechanisms": "XOAUTH2 GSSAPI"}}, 69,
     "only XOAUTH2 GSSAPI; it wants an access token, which relay.token_command gives"),
    ({"auth": {"user": "u", "password": "p"},
      "rules": [{"step": "auth", "do": "reply", "text": "454 4.7.0 busy"}]}, 75, "login refused by 127.0.0.1: 454"),
    ({"auth": {"user": "u", "password": "p"},
      "rules": [{"step": "auth", "do": "drop"}]}, 75, "closed the connection at AUTH"),
])
def test_a_login_that_cannot_be(script, code, text):
    found = error_of(script, "user=u", "password=p")
    assert found[0] == code and text in found[1]


# --- TLS ---


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """An authority and certificates of every sort, made by openssl."""
    folder = tmp_path_factory.mktemp("tls")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    def leaf(name, san, *extra):
        (folder / f"{name}.ext").write_text(f"subjectAltName={san}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key",
                "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-out", f"{name}.pem", "-extfile", f"{name}.ext", *extra)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem",
            "-days", "30", "-subj", "/CN=Test Authority")
    leaf("good", "DNS:localhost,IP:127.0.0.1", "-days", "10")
    leaf("wrong", "DNS:mail.example.org,DNS:www.example.org", "-days", "10")
    leaf("name-only", "DNS:localhost", "-days", "10")
    leaf("expired", "DNS:localhost,IP:127.0.0.1", "-days", "-1")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "self.key", "-out", "self.pem",
            "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    return folder


def tls_script(folder, mode, name="good", **more):
    return {"tls": mode, "cert": str(folder / f"{name}.pem"), "key": str(folder / f"{name}.key"), **more}


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
@pytest.mark.parametrize("version", [None, "TLSv1_2"])
def test_tls(certificates, mode, version):
    script = tls_script(certificates, mode, auth={"user": "u", "password": "p"})
    if version:
        script["tls_max"] = version
    with ScriptedServer(script) as server:
        outcome = run(server.port, f"tls={mode}", f"ca={certificates}/ca.pem", "user=u", "password=p",
                      "count=300", "threads=3", "batch=20", "size=30000", host="localhost")
        check_against_ledger(outcome, server)
        assert all(o == ["sent"] for o in outcome.outcomes.values())
        assert all(e["secure"] for e in server.events("auth"))
        handshakes = server.events("tls")
        assert {e["version"] for e in handshakes} == {"TLSv1.2" if version else "TLSv1.3"}
        assert {e["sni"] for e in handshakes} == {"localhost"}
        assert sum(e["resumed"] for e in handshakes) >= len(handshakes) - 6
        right = hashlib.sha256(message_bytes(5, 30000)).hexdigest()
        assert right in {e["sha256"] for e in server.events("accepted")}


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
def test_an_address_is_checked_as_an_address(certificates, mode):
    with ScriptedServer(tls_script(certificates, mode)) as server:
        outcome = run(server.port, f"tls={mode}", f"ca={certificates}/ca.pem")
        assert outcome.last()[0] == "sent"
        assert {e["sni"] for e in server.events("tls")} == {None}
    code, text = error_of(tls_script(certificates, mode, "name-only"), f"tls={mode}",
                          f"ca={certificates}/ca.pem")
    assert code == 69 and "certificate of 127.0.0.1 is for localhost" in text


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
@pytest.mark.parametrize("name,ca,text", [
    ("wrong", "ca", "certificate of localhost is for mail.example.org, www.example.org; set relay.host"),
    ("expired", "ca", "certificate of localhost expired on 20"),
    ("self", "ca", "certificate of localhost is signed by itself"),
    ("good", None, "is signed by “Test Authority”, which is not known here; set relay.ca_file"),
    ("good", "self", "is signed by “Test Authority”, which is not known here"),
])
def test_a_certificate_that_is_no_good(certificates, mode, name, ca, text):
    arguments = [f"tls={mode}", "user=u", "password=p"]
    if ca:
        arguments.append(f"ca={certificates}/{ca}.pem")
    script = tls_script(certificates, mode, name, auth={"user": "u", "password": "p"})
    with ScriptedServer(script) as server:
        outcome = run(server.port, *arguments, host="localhost")
        assert [code for code, _ in outcome.errors] == [69]
        assert text in outcome.errors[0][1]
        assert server.events("auth") == [] and not server.commands("MAIL")


def test_a_self_signed_certificate_may_be_trusted_by_name(certificates):
    with ScriptedServer(tls_script(certificates, "starttls", "self")) as server:
        outcome = run(server.port, "tls=starttls", f"ca={certificates}/self.pem", host="localhost")
        assert outcome.last()[0] == "sent"


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
def test_tls_1_1_is_not_enough(certificates, mode):
    code, text = error_of(tls_script(certificates, mode, tls_max="TLSv1_1"), f"tls={mode}",
                          f"ca={certificates}/ca.pem", host="localhost")
    assert code == 69 and "nothing newer than TLS 1.1" in text


def test_starttls_not_offered():
    code, text = error_of({"auth": {"user": "u", "password": "p"}}, "tls=starttls", "user=u", "password=p")
    assert code == 69 and "does not offer STARTTLS" in text


def test_starttls_refused(certificates):
    for reply, right in (("454 4.7.0 no TLS now", 75), ("554 5.7.0 never", 69)):
        script = tls_script(certificates, "starttls", rules=[
            {"step": "starttls", "do": "reply", "text": reply}])
        code, text = error_of(script, "tls=starttls")
        assert code == right and f"STARTTLS refused by 127.0.0.1: {reply[:3]}" in text


@pytest.mark.parametrize("inject", ["250 injected", "250-a\r\n250 AUTH PLAIN", "x"])
def test_nothing_is_taken_between_starttls_and_the_handshake(certificates, inject):
    code, text = error_of(tls_script(certificates, "starttls", inject=inject), "tls=starttls",
                          f"ca={certificates}/ca.pem", host="localhost")
    assert code == 69 and "tampering" in text


def test_tls_modes_mixed_up(certificates):
    code, text = error_of({}, "tls=implicit", "reply_ms=1000")
    assert code == 69 and "does not speak TLS here" in text
    code, text = error_of(tls_script(certificates, "implicit"), "tls=starttls", "reply_ms=700")
    assert code == 75 and "no answer from" in text


def test_a_handshake_that_breaks(certificates):
    script = tls_script(certificates, "starttls", rules=[{"step": "handshake", "do": "drop"}])
    code, text = error_of(script, "tls=starttls")
    assert code == 75 and "in the TLS handshake" in text


def test_an_authorities_file_that_is_none(certificates):
    outcome = run(1, "tls=starttls", f"ca={certificates}/good.key")
    assert outcome.errors[0][0] == 78 and "relay.ca_file" in outcome.errors[0][1]
    outcome = run(1, "tls=starttls", "ca=/nonexistent/ca.pem")
    assert outcome.errors[0][0] == 78 and "/nonexistent/ca.pem" in outcome.errors[0][1]


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
def test_chaos_under_tls(certificates, mode):
    script = tls_script(certificates, mode, chaos={"seed": 77, "rate": 0.06})
    with ScriptedServer(script) as server:
        outcome = run(server.port, f"tls={mode}", f"ca={certificates}/ca.pem", "count=300",
                      "threads=3", "tries=20", "runs=100", "size=20000", host="localhost")
        check_against_ledger(outcome, server)
        assert outcome.left == 0
