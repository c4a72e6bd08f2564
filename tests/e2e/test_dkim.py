"""Signatures, judged by three verifiers that are not ours: dkimpy, mailauth
and libopendkim. None of them asks the network."""

import json
import os
import re
import subprocess
from pathlib import Path

import dkim
import opendkim
import pytest
from conftest import ROOT, defects, seeded
from dkim.canonicalization import Relaxed

HARNESS = os.environ.get("DKIM_HARNESS", str(ROOT / "build/release/e2e/dkim_harness"))
DOMAIN = "harbour.example.org"
SEND = ("send", "--yes", "--quiet", "post.md")
TWO = f"""\
dkim:
  - domain: {DOMAIN}
    selector: rsa-2026
    key_file: .mirmail/dkim-{DOMAIN}-rsa-2026.pem
  - domain: {DOMAIN}
    selector: ed.2026
    key_file: .mirmail/dkim-{DOMAIN}-ed.2026.pem
"""


# --- the three judges; each gives a list of verdicts, one a signature ---

def by_dkimpy(raw, records):
    def txt(name, timeout=5):
        return records.get(name.decode().rstrip(".").lower(), "").encode() or None

    found = dkim.DKIM(raw)
    count = len([name for name, _ in found.headers if name.lower() == b"dkim-signature"])
    verdicts = []
    for i in range(count):
        try:
            verdicts.append(bool(dkim.DKIM(raw).verify(idx=i, dnsfunc=txt)))
        except dkim.DKIMException:
            verdicts.append(False)
    return verdicts


def mailauth(raw, records, folder):
    path = folder / "records.json"
    path.write_text(json.dumps({**records, f"_dmarc.{DOMAIN}": "v=DMARC1; p=reject"}))
    result = subprocess.run(["node", ROOT / "tests/judges/mailauth.mjs", path], input=raw,
                            capture_output=True, timeout=60)
    assert result.returncode == 0, result.stderr.decode()
    return json.loads(result.stdout)


def verdicts(raw, records, folder):
    return {
        "dkimpy": by_dkimpy(raw, records),
        "mailauth": [one["result"] == "pass" for one in mailauth(raw, records, folder)["dkim"]],
        "opendkim": opendkim.verdicts(raw, records),
    }


def assert_all(raw, records, folder, expected):
    for judge, found in verdicts(raw, records, folder).items():
        assert found == expected, judge


# --- keys ---

def published(output):
    """Name and record, from the zone file that keygen prints."""
    name = re.search(r"^(\S+\._domainkey\.\S+)\. 3600 IN TXT \($", output, flags=re.M).group(1)
    strings = re.findall(r'^    "(.*)"$', output, flags=re.M)
    assert all(len(text) <= 255 for text in strings)
    record = "".join(strings)
    assert record in output.splitlines(), "the record in one piece"
    return name, record


def make_key(project, selector, *options):
    result = project.run("keygen", "--dkim", *options, DOMAIN, selector).expect(0)
    return published(result.stdout.decode())


@pytest.fixture
def records(project):
    return dict([make_key(project, "rsa-2026"), make_key(project, "ed.2026", "--ed25519")])


@pytest.fixture
def signed(project, records):
    """A mail with both signatures, as a dry run shows it."""
    project.subscribe([("ada@list.example.net", "Ada Example")])
    project.configure_plain(25, TWO)
    return project.shown("ada@list.example.net")


# --- what is signed ---

def field(raw, name):
    head = raw.split(b"\r\n\r\n")[0] + b"\r\n"
    found = re.findall(rb"(?im)^" + name.encode() + rb":(?:.*\r\n(?:[ \t].*\r\n)*)", head)
    return found[0] if found else None


def test_three_verifiers_accept_both_signatures(signed, records, tmp_path):
    assert_all(signed, records, tmp_path, [True, True])
    found = mailauth(signed, records, tmp_path)
    assert found["dmarc"] == "pass"
    assert [(one["algo"], one["selector"], one["aligned"]) for one in found["dkim"]] == [
        ("rsa-sha256", "rsa-2026", DOMAIN), ("ed25519-sha256", "ed.2026", DOMAIN)]
    assert defects(signed) == []


def test_the_signatures_stand_on_top_and_are_folded(signed):
    lines = signed.split(b"\r\n\r\n")[0].split(b"\r\n")
    assert lines[0].startswith(b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;")
    assert signed.index(b"\r\nDate:") < signed.index(b"\r\nFrom:")
    assert signed.count(b"\r\nDKIM-Signature:") == 1, "the second one, below the first"
    assert max(map(len, lines)) <= 78
    for signature in re.findall(rb"DKIM-Signature:.*?\r\n(?![ \t])", signed, flags=re.S):
        tags = dict(re.findall(rb"([a-z]+)=([^;]*)", re.sub(rb"\s+", b"", signature)))
        assert tags[b"t"] == b"1785578400"
        assert not {b"l", b"i", b"x"} & tags.keys()


def test_every_field_is_signed_and_the_important_ones_cannot_be_added(signed):
    head = signed.split(b"\r\n\r\n")[0]
    names = [name.lower() for name in re.findall(rb"(?m)^([A-Za-z-]+):", head)
             if name != b"DKIM-Signature"]
    covered = re.sub(rb"\s+", b"", re.search(rb"\sh=([^;]*);", head).group(1)).lower().split(b":")
    for name in names:
        assert covered.count(name) >= names.count(name), name
    for name in (b"from to cc subject date reply-to sender message-id in-reply-to references "
                 b"mime-version content-type list-id list-unsubscribe "
                 b"list-unsubscribe-post").split():
        assert covered.count(name) == names.count(name) + 1, name


def changes(raw):
    """A mail with one thing changed, and what."""
    head, body = raw.split(b"\r\n\r\n", 1)
    at = body.index(b"festival")
    yield "a byte of the body", head + b"\r\n\r\n" + body[:at] + b"F" + body[at + 1:]
    yield "a byte at the body's end", raw[:-5] + b"x" + raw[-4:]
    yield "a byte of the subject", raw.replace(b"\r\nSubject: =?UTF-8?Q?T", b"\r\nSubject: =?UTF-8?Q?D")
    yield "a byte of List-Unsubscribe", raw.replace(b"<mailto:leave@", b"<mailto:leaves@")
    yield "a second List-Unsubscribe", b"List-Unsubscribe: <https://evil.example.com/>\r\n" + raw
    yield "a List-Unsubscribe-Post", (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
                                      + raw)
    yield "a second From", head + b"\r\nFrom: eve@evil.example.com\r\n\r\n" + body
    yield "a Cc", b"Cc: eve@evil.example.com\r\n" + raw
    yield "words at the end", raw + b"--\r\nget rich\r\n"


def test_whatever_is_changed_or_added_breaks_both_signatures_for_all_three(
        signed, records, tmp_path):
    for what, changed in changes(signed):
        assert changed != signed, what
        for judge, found in verdicts(changed, records, tmp_path).items():
            assert found == [False, False], (what, judge)


def test_what_a_relay_may_do_does_no_harm(signed, records, tmp_path):
    received = b"Received: from a by b; Sat, 1 Aug 2026 10:00:01 +0000\r\n" + signed
    assert_all(received, records, tmp_path, [True, True])
    assert_all(signed + b"\r\n\r\n", records, tmp_path, [True, True])
    respaced = signed.replace(b"\r\nPrecedence: list", b"\r\nprecedence:  list ")
    assert respaced != signed
    assert by_dkimpy(respaced, records) == [True, True]


def test_another_key_in_the_dns_is_no_pass(project, signed, records, tmp_path):
    other = make_key(project, "other")[1]
    assert_all(signed, {**records, f"rsa-2026._domainkey.{DOMAIN}": other}, tmp_path,
               [False, True])


# --- on the way ---

def test_500_mails_over_4_connections_arrive_signed(project, mirmail, records, postfix):
    project.subscribe(500)
    project.configure_plain(postfix.port, TWO + "connections: 4\n")
    mirmail(*SEND).expect(0)
    postfix.wait_delivered()
    mails = postfix.mails()
    assert len(mails) == 500
    for i, (raw,) in enumerate(mails.values()):
        raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        assert by_dkimpy(raw, records) == [True, True]
        if i % 50 == 0:
            assert opendkim.verdicts(raw, records) == [True, True]


def test_attachments_and_translations_are_signed(project, records, tmp_path):
    project.write("flyer.txt", "Boats!  \t\n\n\n")
    project.write("post.de.md", "---\ntitle: Hafenfest\n---\n\nKommt alle!\n")
    project.write("subscribers.csv", "email,name,lang\nada@list.example.net,Ada,de\n")
    project.configure_plain(25, TWO)
    raw = project.shown("ada@list.example.net", "--attach", "flyer.txt")
    assert b"flyer.txt" in raw and b"Hafenfest" in raw
    assert_all(raw, records, tmp_path, [True, True])


# --- keys and settings ---

def test_a_key_is_for_its_owner_and_never_written_over(project):
    project.configure_plain(25)
    make_key(project, "s")
    path = project.folder / f".mirmail/dkim-{DOMAIN}-s.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    result = project.run("keygen", "--dkim", DOMAIN, "s").expect(65)
    assert "another selector" in result.stderr
    assert path.read_bytes() == before
    text = subprocess.run(["openssl", "pkey", "-in", path, "-noout", "-text"],
                          capture_output=True, text=True).stdout
    assert "2048 bit" in text


def prepare(project, extra):
    project.subscribe(1)
    project.configure_plain(25, extra)
    return ("send", "--dry-run", "--format", "mime", "post.md")


ONE = f"dkim: {{domain: {DOMAIN}, selector: s, key_file: key.pem}}\n"


def openssl_key(project, *arguments):
    path = project.folder / "key.pem"
    subprocess.run(["openssl", "genpkey", *arguments, "-out", path], check=True,
                   capture_output=True)
    path.chmod(0o600)
    return path


def test_a_key_that_others_may_read_is_refused(project):
    arguments = prepare(project, ONE)
    openssl_key(project, "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048").chmod(0o640)
    result = project.run(*arguments).expect(77)
    assert "dkim.key_file" in result.stderr and "chmod 600" in result.stderr


@pytest.mark.parametrize("arguments,status,words", [
    (("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:768"), 78, "768 bits"),
    (("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"), 0, "1024 bits"),
    (("-algorithm", "ED25519"), 0, "the only DKIM key is Ed25519"),
    (("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"), 78, "neither an RSA nor"),
    (("-algorithm", "RSA", "-aes256", "-pass", "pass:x"), 78, "without a passphrase"),
])
def test_keys_that_are_weak_or_of_another_kind(project, arguments, status, words):
    command = prepare(project, ONE)
    openssl_key(project, *arguments)
    assert words in project.run(*command).expect(status).stderr


def test_a_key_of_another_program_signs(project, tmp_path):
    command = prepare(project, ONE)
    path = openssl_key(project, "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096")
    public = subprocess.run(["openssl", "pkey", "-in", path, "-pubout"], check=True,
                            capture_output=True, text=True).stdout
    record = "v=DKIM1; p=" + "".join(public.splitlines()[1:-1])
    raw = project.run(*command).expect(0).stdout
    assert_all(raw, {f"s._domainkey.{DOMAIN}": record}, tmp_path, [True])
    assert max(map(len, raw.split(b"\r\n"))) <= 78


def test_a_missing_key_stops_a_send_but_not_a_look(project):
    command = prepare(project, ONE)
    assert "key.pem" in project.run(*command).expect(66).stderr
    assert "key.pem" in project.run(*SEND).expect(66).stderr
    result = project.run("preview", "post.md").expect(0)
    assert "without its DKIM signature" in result.stderr
    result = project.run("check", "post.md").expect(0)
    assert b"without its DKIM signature" in result.stdout


@pytest.mark.parametrize("text,words", [
    ("dkim: yes\n", "holds the keys"),
    ("dkim: {domain: a.example, selector: s}\n", "no `key_file`"),
    ("dkim: {domain: a.example, selector: s s, key_file: k}\n", "no selector"),
    ("dkim: {domain: a.example, selector: s, key_file: k, l: 3}\n", "not `l`"),
    ("dkim: {domain: 'a b', selector: s, key_file: k}\n", "mirmail.yaml:"),
    ("dkim: [{domain: a.example, selector: s, key_file: k},"
     " {domain: a.example, selector: S, key_file: j}]\n", "twice"),
])
def test_settings_that_cannot_be_meant(project, text, words):
    result = project.run(*prepare(project, text)).expect(78)
    assert words in result.stderr and "mirmail.yaml:" in result.stderr


def test_the_selector_and_the_domain_cannot_break_the_header(project):
    project.configure_plain(25)
    for domain, selector in ((DOMAIN, "s; d=evil.example"), ("a\r\nX: y", "s"),
                             (DOMAIN, "s\n"), ("..", "s"), (DOMAIN, "../s")):
        result = project.run("keygen", "--dkim", domain, selector)
        assert result.status in (64, 65), (domain, selector)
        assert not Path(project.folder / ".mirmail").exists()


# --- canonical forms, over messages that no author would write ---

def ask(mode, messages):
    given = b"".join(b"%d\n%s" % (len(raw), raw) for raw in messages)
    result = subprocess.run([HARNESS, *map(str, mode)], input=given, capture_output=True,
                            timeout=120)
    assert result.returncode == 0, result.stderr
    answers, at = [], 0
    while at < len(result.stdout):
        end = result.stdout.index(b"\n", at)
        size = int(result.stdout[at:end])
        answers.append(result.stdout[end + 1:end + 1 + size])
        at = end + 1 + size
    return answers


def random_message(random, names=(b"From", b"to", b"SUBJECT", b"List-Id", b"X-a", b"Date")):
    def text(length, pieces):
        return b"".join(random.choice(pieces) for _ in range(random.randrange(length)))

    words = [b" ", b"\t", b"  ", b"a", b"B", b":", b";", b"=20", b".", b"\t "]
    fields = []
    for name in random.sample(names, random.randint(1, len(names))):
        value = text(9, words)
        for _ in range(random.randrange(3)):
            value += b"\r\n" + random.choice([b" ", b"\t"]) + text(9, words) + b"x"
        fields.append(name + b":" + value + b"\r\n")
    body = text(60, words + [b"\r\n", b"\r\n", b" \r\n", b"\r\n\r\n"])
    return b"".join(fields) + b"\r\n" + body + random.choice([b"\r\n", b"\r\n\r\n"])


def test_canonical_forms_are_those_of_dkimpy():
    random = seeded("test_canonical_forms_are_those_of_dkimpy")
    messages = [random_message(random) for _ in range(3000)]
    answers = ask(["relax"], messages)
    assert len(answers) == 2 * len(messages)
    for raw, header, body in zip(messages, answers[::2], answers[1::2]):
        fields, rest = dkim.rfc822_parse(raw)
        expected = b"".join(name + b":" + value
                            for name, value in Relaxed.canonicalize_headers(fields))
        assert header == expected, raw
        assert body == Relaxed.canonicalize_body(rest), raw


def test_random_messages_verify(project, records):
    random = seeded("test_random_messages_verify")
    names = [b"to", b"SUBJECT", b"List-Id", b"X-a"]
    messages = [b"From: a@b.example\r\nDate: Sat, 01 Aug 2026 10:00:00 +0000\r\n"
                + random_message(random, names) for _ in range(300)]
    keys = []
    for selector in ("rsa-2026", "ed.2026"):
        keys += [DOMAIN, selector, project.folder / f".mirmail/dkim-{DOMAIN}-{selector}.pem"]
    for raw, answer in zip(messages, ask(["sign", *keys], messages)):
        assert answer.endswith(raw)
        assert by_dkimpy(answer, records) == [True, True], raw
        assert opendkim.verdicts(answer, records) == [True, True], raw
