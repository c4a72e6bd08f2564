"""Logins and certificates: against Postfix with Dovecot, and against a relay
that does them wrong."""

import base64
import json
import socket
import time

import certificates
import pytest
from postfix import Postfix
from processes import free_port
from scripted_smtp import ScriptedServer
from test_mailer import run
from token_server import TokenServer

USER = "news"
PASSWORD = "correct hörse = battery, staple"
TOKEN = "ya29.a0AfH6SMBxPmCz7-3_tok~en/of+some=="
EVERY_MECHANISM = "plain login scram-sha-256 xoauth2 oauthbearer"


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")


@pytest.fixture(scope="module")
def tokens():
    with TokenServer({TOKEN: USER}) as server:
        yield server


@pytest.fixture(scope="module")
def relay(tokens):
    addresses = ("127.0.0.1", "::1") if has_ipv6() else ("127.0.0.1",)
    with Postfix(tls=True, users={USER: PASSWORD}, mechanisms=EVERY_MECHANISM,
                 tokens=tokens, addresses=addresses) as server:
        yield server


def send(relay, *arguments, host="localhost", tls="starttls"):
    port = relay.port if tls == "starttls" else relay.tls_port
    return run(port, f"tls={tls}", f"ca={relay.ca_file}", *arguments, host=host)


def log_in(relay, *arguments, **more):
    return send(relay, f"user={USER}", *arguments, **more)


class Log:
    """What a relay writes while the block runs."""

    def __init__(self, relay):
        self.relay = relay
        self.text = ""

    def __enter__(self):
        self.start = len(self.relay.log())
        return self

    def __exit__(self, *_):
        """A server writes its log when it gets to it; the last it says of a
        connection is that it ended."""
        end = time.monotonic() + 10
        while "connect from" not in self.text or (  # each is in its "disconnect"
                self.text.count("connect from") != 2 * self.text.count("disconnect from")):
            assert time.monotonic() < end, self.text
            time.sleep(0.02)
            self.text = self.relay.log()[self.start:]

    def lines(self, word):
        return [line for line in self.text.splitlines() if word in line]


# --- Postfix and Dovecot ---


@pytest.mark.parametrize("auth,mechanism", [
    ("auto", "SCRAM-SHA-256"), ("scram-sha-256", "SCRAM-SHA-256"), ("plain", "PLAIN"),
    ("login", "LOGIN")])
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_password_logs_in(relay, auth, mechanism, tls):
    with Log(relay) as log:
        outcome = log_in(relay, f"password={PASSWORD}", f"auth={auth}", tls=tls)
    assert outcome.errors == []
    assert outcome.last()[0] == "sent"
    assert f"sasl_method={mechanism}, sasl_username={USER}" in log.text


@pytest.mark.parametrize("auth,mechanism", [
    ("auto", "OAUTHBEARER"), ("oauthbearer", "OAUTHBEARER"), ("xoauth2", "XOAUTH2")])
def test_a_token_logs_in(relay, auth, mechanism):
    with Log(relay) as log:
        outcome = log_in(relay, f"token=echo {TOKEN}", f"auth={auth}")
    assert outcome.errors == []
    assert outcome.last()[0] == "sent"
    assert f"sasl_method={mechanism}, sasl_username={USER}" in log.text


@pytest.mark.parametrize("auth", ["auto", "scram-sha-256", "plain", "login"])
def test_a_wrong_password_is_exactly_one_failed_login(relay, auth):
    with Log(relay) as log:
        outcome = log_in(relay, "password=batteryless", f"auth={auth}", "threads=1")
    assert [code for code, _ in outcome.errors] == [77]
    text = outcome.errors[0][1]
    assert text.startswith("login refused by localhost: 535 5.7.8 ")
    assert text.endswith("; check relay.user and the password")
    assert len(log.lines("authentication failed")) == 1
    assert "batteryless" not in text


@pytest.mark.parametrize("auth,status", [
    ("auto", "status invalid_token"), ("xoauth2", "status 401")])
def test_a_refused_token_is_one_sentence_without_the_token(relay, tokens, auth, status):
    asked = len(tokens.asked)
    with Log(relay) as log:
        outcome = log_in(relay, "token=echo ya29.no-longer-good-at-all", f"auth={auth}")
    (code, text), = outcome.errors
    assert code == 77
    assert f"({status}" in text and "check relay.token_command and relay.user" in text
    assert "no-longer" not in text
    assert len(tokens.asked) == asked + 1
    assert len(log.lines("authentication failed")) == 1


def test_connections_that_are_opened_together_share_a_token(relay, tokens, tmp_path):
    tokens.tokens["first-token"] = USER
    runs = tmp_path / "runs"
    command = tmp_path / "token"
    command.write_text(f"#!/bin/sh\necho run >> {runs}\necho first-token\n")
    command.chmod(0o700)
    outcome = log_in(relay, f"token={command}", "count=60", "batch=5", "threads=3")
    assert [s[1] for s in outcome.settles].count("sent") == 60
    assert runs.read_text() == "run\n"


def test_an_expired_shared_token_is_replaced(tmp_path):
    """The relay takes each token for two logins only, so some connection has
    one that has run out; the next one asks for another."""
    number = tmp_path / "number"
    number.write_text("0")
    command = tmp_path / "token"
    command.write_text(f"#!/bin/sh\nn=$(($(cat {number}) + 1))\necho $n > {number}\n"
                       'echo "token-number-$n"\n')
    command.chmod(0o700)
    auth = {"mechanisms": "XOAUTH2", "user": USER, "lives": 2,
            "tokens": [f"token-number-{n}" for n in range(1, 9)]}
    with ScriptedServer({"auth": auth}) as server:
        outcome = run(server.port, f"user={USER}", f"token={command}", "batch=1", "count=6",
                      "runs=9")
        assert [s[1] for s in outcome.settles] == ["sent"] * 6
        assert [code for code, _ in outcome.errors] == [75, 75]
        assert all("tried with a new one" in text for _, text in outcome.errors)
        assert number.read_text() == "3\n"
    auth["tokens"] = []
    with ScriptedServer({"auth": auth}) as server:
        outcome = run(server.port, f"user={USER}", f"token={command}")
        assert [code for code, _ in outcome.errors] == [77], "a fresh one is the truth"


def test_a_token_command_that_hangs_is_broken_off_at_once(relay):
    started = time.monotonic()
    outcome = log_in(relay, "token=sleep 100; echo x", "cancel=300", "threads=2")
    assert time.monotonic() - started < 60
    assert {code for code, _ in outcome.errors} == {75}
    assert all("broken off" in text for _, text in outcome.errors)


@pytest.mark.parametrize("command,text", [
    ("exit 3", "`relay.token_command`: ended with status 3"),
    ("echo not a token", "the first line is no access token")])
def test_a_token_command_that_fails(relay, command, text):
    (code, said), = log_in(relay, f"token={command}").errors
    assert code == 78 and text in said


# --- a relay that does it wrong ---


def refused(auth, *arguments, secret="s3cret-phrase"):
    auth = {"user": USER, "password": secret, **auth}
    with ScriptedServer({"auth": auth}) as server:
        outcome = run(server.port, f"user={USER}", *(arguments or [f"password={secret}"]))
        assert outcome.settles == []
        assert len(server.events("auth")) == 1
        assert not server.commands("MAIL")
        (code, text), = outcome.errors
        assert secret not in text and base64.b64encode(secret.encode()).decode() not in text
        return code, text


SCRAM = {"mechanisms": "PLAIN LOGIN SCRAM-SHA-256"}


@pytest.mark.parametrize("password", ["s3cret-phrase", "päss=wörd,", "x" * 255])
def test_scram_by_other_hands(password):
    auth = {**SCRAM, "user": "a=b,c", "password": password}
    with ScriptedServer({"auth": auth}) as server:
        outcome = run(server.port, "user=a=b,c", f"password={password}")
        assert outcome.last()[0] == "sent"
        assert [e["mechanism"] for e in server.events("auth")] == ["SCRAM-SHA-256"]


@pytest.mark.parametrize("wrong,text", [
    ({"iterations": 1}, "its iteration count is not from 4096 to 1000000"),
    ({"iterations": 1000001}, "its iteration count is not from 4096 to 1000000"),
    ({"false_proof": True}, "it does not know the password itself"),
    ({"no_proof": True}, "it let us in without showing that it knows the password"),
    ({"challenges": ["!!!"]}, "its SCRAM message cannot be read"),
    ({"challenges": [""]}, "its first SCRAM message cannot be read"),
    ({"challenges": [], "verdict": "235 2.7.0 come in"}, "without showing that it knows"),
])
def test_a_relay_that_does_not_know_the_password_gets_no_mail(wrong, text):
    code, said = refused({**SCRAM, **wrong})
    assert code == 69 and text in said and "tampering" in said


def test_a_relay_that_never_ends_its_questions():
    code, said = refused({"mechanisms": "LOGIN", "challenges": ["VXNlcm5hbWU6"] * 50})
    assert code == 69 and "more questions than LOGIN has" in said


@pytest.mark.parametrize("reply,way_out", [
    ("535 5.7.8 Username and Password not accepted", "check relay.user and the password"),
    ("535-5.7.9 Application-specific password required. Learn more\r\n535 5.7.9 https://x.example",
     "make an app password"),
    ("534 5.7.9 Application-specific password required", "make an app password"),
    ("535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
     "it takes no passwords: use relay.token_command"),
    ("534 5.7.9 mechanism too weak", "it wants a safer login"),
])
def test_a_refusal_says_the_way_out(reply, way_out):
    code, said = refused({"refusal": reply, "password": "other-phrase"}, "password=s3cret-phrase")
    assert code == 77 and way_out in said
    assert said.startswith("login refused by 127.0.0.1: " + reply[:3] + " 5.7.")


@pytest.mark.parametrize("auth", ["plain", "login"])
def test_a_relay_that_repeats_the_password_is_not_quoted(auth):
    secret = "s3cret-phrase"
    plain = base64.b64encode(f"\0{USER}\0{secret}".encode()).decode()
    for echo in (secret, plain, base64.b64encode(secret.encode()).decode()):
        code, said = refused({"refusal": f"535 5.7.8 no: {echo}", "password": "other-phrase"},
                             f"password={secret}", f"auth={auth}")
        if auth == "plain" or echo != plain:
            assert code == 77 and "a text that repeats what was sent" in said
        assert echo not in said or (auth == "login" and echo == plain)


@pytest.mark.parametrize("auth", ["xoauth2", "oauthbearer"])
def test_a_relay_that_repeats_the_token_is_not_quoted(auth):
    complaint = {"status": f"bad token {TOKEN}", "scope": TOKEN[5:30]}
    code, said = refused({"mechanisms": auth.upper(), "complaint": complaint,
                          "refusal": f"535 5.7.8 {TOKEN[3:20]}"},
                         f"token=echo {TOKEN}", f"auth={auth}")
    assert code == 77
    assert not any(TOKEN[i:i + 12] in said for i in range(len(TOKEN) - 11))
    assert "no reason that can be shown" in said


def test_a_long_token_travels_behind_the_command():
    token = "x" * 8000
    auth = {"mechanisms": "XOAUTH2", "user": USER, "tokens": [token]}
    with ScriptedServer({"auth": auth}) as server:
        outcome = run(server.port, f"user={USER}", f"token=echo {token}")
        assert outcome.last()[0] == "sent"


@pytest.mark.parametrize("offer,arguments,text", [
    ("PLAIN LOGIN", ["token=echo abc"], "only PLAIN LOGIN; log in with a password instead"),
    ("XOAUTH2 GSSAPI", ["password=abc"], "only XOAUTH2 GSSAPI; it wants an access token"),
    ("GSSAPI NTLM", ["password=abc"], "only GSSAPI NTLM; use an app password"),
    ("PLAIN", ["password=abc", "auth=scram-sha-256"], "only PLAIN; check relay.auth"),
])
def test_no_mechanism_in_common(offer, arguments, text):
    with ScriptedServer({"auth": {"mechanisms": offer}}) as server:
        (code, said), = run(server.port, f"user={USER}", *arguments).errors
        assert code == 69 and text in said
        assert server.events("auth") == []


def own_address():
    """An address of this machine that is not loopback, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return None
        return probe.getsockname()[0]


def test_no_login_in_the_clear_to_another_machine():
    own = own_address()
    if own is None:
        pytest.skip("this machine has no address beside loopback")
    auth = {"user": USER, "password": "s3cret-phrase"}
    with ScriptedServer({"auth": auth}, host="0.0.0.0") as server:
        (code, text), = run(server.port, "plaintext=1", f"user={USER}", "password=s3cret-phrase",
                            host=own).errors
        assert code == 69 and "in the clear" in text
        assert server.events("auth") == []


# --- certificates ---


@pytest.mark.parametrize("names,days,text", [
    (None, -1, "certificate of localhost expired on 20"),
    ("DNS:mail.example.org, DNS:*.example.net", 2,
     "certificate of localhost is for mail.example.org, *.example.net; set relay.host"),
    ("DNS:mx.example.org, IP:127.0.0.1, IP:::1", 2,
     "certificate of localhost is for mx.example.org, 127.0.0.1, ::1; set relay.host"),
])
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_of_postfix_that_is_no_good(names, days, text, tls):
    with Postfix(tls=True, users={USER: PASSWORD}, names=names, days=days) as server:
        (code, said), = log_in(server, f"password={PASSWORD}", tls=tls).errors
        assert code == 69 and text in said
        assert "sasl" not in server.log()


def test_an_authority_nobody_knows(relay):
    (code, said), = run(relay.port, "tls=starttls", host="localhost").errors
    assert code == 69
    assert "signed by “Test authority”, which is not known here; set relay.ca_file" in said


def test_a_self_signed_certificate(tmp_path):
    certificate, key = certificates.make_self_signed(tmp_path)
    script = {"tls": "starttls", "cert": str(certificate), "key": str(key)}
    with ScriptedServer(script) as server:
        (code, said), = run(server.port, "tls=starttls", host="localhost").errors
    assert code == 69 and "signed by itself; if it is yours, set relay.ca_file" in said


@pytest.fixture(scope="module")
def strict_relay():
    with Postfix(tls=True, asks_certificate=True) as server:
        yield server


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_client_certificate_opens_the_door(strict_relay, tls):
    certificate, key = certificates.make_client(strict_relay.path)
    outcome = send(strict_relay, f"certificate={certificate}", f"key={key}", "count=20",
                   "batch=4", "threads=2", tls=tls)
    assert outcome.errors == []
    assert [s[1] for s in outcome.settles] == ["sent"] * 20
    both = strict_relay.path / "both.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    both.chmod(0o600)
    assert send(strict_relay, f"certificate={both}", tls=tls).last()[0] == "sent"


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_no_client_certificate_or_a_strange_one(strict_relay, tls, tmp_path):
    (code, said), = send(strict_relay, tls=tls).errors
    assert code == 69
    assert said.endswith("; set relay.client_certificate and relay.client_key")
    certificate, key = certificates.make_self_signed(tmp_path)
    (code, said), = send(strict_relay, f"certificate={certificate}", f"key={key}", tls=tls).errors
    assert code == 69
    assert said.endswith("; use a relay.client_certificate that its operator accepts")


@pytest.mark.parametrize("version", [None, "TLSv1_2"])
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_relay_that_demands_a_certificate_in_the_handshake(tmp_path, tls, version):
    made = certificates.make(tmp_path)
    certificate, key = certificates.make_client(tmp_path)
    strange, strange_key = certificates.make_self_signed(tmp_path, "strange")
    script = {"tls": tls, "cert": str(made.certificate), "key": str(made.key),
              "client_ca": str(made.ca)}
    if version:
        script["tls_max"] = version
    with ScriptedServer(script) as server:
        common = [f"tls={tls}", f"ca={made.ca}"]
        mine = [f"certificate={certificate}", f"key={key}"]
        assert run(server.port, *common, *mine, host="localhost").last()[0] == "sent"
        (code, said), = run(server.port, *common, f"certificate={strange}", f"key={strange_key}",
                            host="localhost").errors
        assert code == 69 and "relay.client_certificate" in said
        (code, said), = run(server.port, *common, host="localhost").errors
        if version is None:
            assert code == 69 and "demands a certificate; set relay.client_certificate" in said
        else:  # TLS 1.2 has no word for it
            assert code == 69 and "handshake failure" in said


def test_a_key_that_cannot_be_used(tmp_path):
    made = certificates.make(tmp_path)
    certificate, key = certificates.make_client(tmp_path)

    def fails(*arguments):
        (code, said), = run(1, "tls=starttls", f"ca={made.ca}", *arguments).errors
        return code, said

    key.chmod(0o640)
    code, said = fails(f"certificate={certificate}", f"key={key}")
    assert code == 77 and "`relay.client_key`: others than its owner may use" in said
    code, said = fails(f"certificate={certificate}", f"key={tmp_path}/none")
    assert code == 66 and "`relay.client_key`" in said
    key.chmod(0o600)
    code, said = fails(f"certificate={certificate}", f"key={made.key}")
    assert code == 78 and "does not belong to the key" in said
    code, said = fails(f"certificate={key}", f"key={key}")
    assert code == 78 and "holds no certificate in PEM" in said
    certificate.chmod(0o600)
    code, said = fails(f"certificate={certificate}")
    assert code == 78 and "holds no private key in PEM" in said
    locked = tmp_path / "locked.key"
    certificates._openssl("pkey", "-in", key, "-aes256", "-passout", "pass:x", "-out", locked)
    locked.chmod(0o600)
    code, said = fails(f"certificate={certificate}", f"key={locked}")
    assert code == 78 and "is locked by a passphrase" in said


# --- IPv6 ---


@needs_ipv6
@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_an_ipv6_literal_in_the_configuration(project, mirmail, relay, host):
    project.configure_login(relay, host=host, user=USER)
    project.environment["RELAY_PASSWORD"] = PASSWORD
    project.subscribe([(f"six{host.strip('[]').replace(':', '-')}@example.net", "Ada")])
    with Log(relay) as log:
        mirmail("send", "--yes", "--quiet", "post.md").expect(0)
    assert "[::1], sasl_method=SCRAM-SHA-256" in log.text


@needs_ipv6
def test_an_ipv6_literal_has_brackets_before_a_port():
    port = free_port()
    (code, text), = run(port, host="::1").errors
    assert code == 75 and f"cannot connect to [::1]:{port}: Connection refused" in text


@needs_ipv6
def test_an_ipv6_certificate_is_for_its_address(tmp_path):
    made = certificates.make(tmp_path, names="DNS:localhost, IP:127.0.0.1")
    script = {"tls": "implicit", "cert": str(made.certificate), "key": str(made.key)}
    with ScriptedServer(script, host="::1") as server:
        (code, text), = run(server.port, "tls=implicit", f"ca={made.ca}", host="::1").errors
        assert code == 69 and "certificate of ::1 is for localhost, 127.0.0.1" in text


# --- the program ---


def test_the_program_sends_with_a_token_and_shows_none(project, mirmail, relay):
    project.configure_login(relay, user=USER)
    settings = (project.folder / "mirmail.yaml").read_text()
    settings = settings.replace('  password_env: "RELAY_PASSWORD"\n',
                                f"  token_command: echo {TOKEN}\n")
    project.write("mirmail.yaml", settings)
    project.subscribe([("token-bearer@example.net", "Ada")])
    done = mirmail("send", "--yes", "--json", "post.md").expect(0)
    assert TOKEN not in done.stderr and TOKEN not in done.stdout.decode()
    assert json.loads(done.stdout.decode().splitlines()[-1])
    journal = (project.folder / ".mirmail" / "journal.db").read_bytes()
    assert TOKEN.encode() not in journal
