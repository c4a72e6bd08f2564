"""mirmail doctor against a DNS server on loopback and real relays."""

import copy
import json
import re
import subprocess
import time

import dkim
import pytest
import spf
from dns_server import NODATA, REFUSED, SERVFAIL, SILENCE, DnsServer
from test_dkim import DOMAIN, TWO, by_dkimpy, make_key, published

ZONE = {
    DOMAIN: {"MX": ["20 mx2.harbour.example.org.", "10 mx.harbour.example.org."],
             "TXT": ["some-site-verification=1",
                     "v=spf1 include:_spf.relay.example.net a:127.0.0.1.nip.example ~all"]},
    "127.0.0.1.nip.example": {"A": ["127.0.0.1"]},
    "_spf.relay.example.net": {"TXT": ["v=spf1 ip4:198.51.100.0/24 ip6:2001:db8::/32 -all"]},
    f"_dmarc.{DOMAIN}": {"TXT": ["v=DMARC1; p=quarantine; rua=mailto:d@harbour.example.org"]},
}


@pytest.fixture
def zone():
    return copy.deepcopy(ZONE)


def examine(project, server, *arguments, **settings):
    extra = settings.pop("extra", "")
    project.configure({"host": "127.0.0.1", "port": 9, "tls": "none", **settings}, extra)
    started = time.monotonic()
    result = project.run("doctor", "--json", "--resolver", server.address, *arguments)
    assert result.status in (0, 65), result.stderr
    lines = result.events
    assert all(line["event"] == "diagnosis" for line in lines)
    assert (result.status == 65) == any(line["verdict"] == "FAIL" for line in lines)
    assert time.monotonic() - started < 60
    return lines


def found(lines, check):
    return {line["verdict"]: line["text"] for line in lines if line["check"] == check}


def verdicts(lines, check):
    return [line["verdict"] for line in lines if line["check"] == check]


def test_a_sender_in_good_order_passes(project, zone):
    zone.update({name: {"TXT": [record]} for name, record in (
        make_key(project, "rsa-2026"), make_key(project, "ed.2026", "--ed25519"))})
    with DnsServer(zone) as server:
        lines = examine(project, server, extra=TWO)
    assert verdicts(lines, "mx") == ["PASS"]
    assert "mx.harbour.example.org" in found(lines, "mx")["PASS"]
    assert verdicts(lines, "dkim") == ["PASS", "PASS"]
    assert verdicts(lines, "dmarc") == ["PASS"]
    assert verdicts(lines, "alignment") == ["PASS"]
    assert verdicts(lines, "spf") == ["PASS"]
    assert "with 2 of 10 lookups" in found(lines, "spf")["PASS"]


@pytest.mark.parametrize("entry,verdict,words", [
    (None, "FAIL", "does not exist"),
    ({"TXT": ["x"]}, "FAIL", "neither MX nor address"),
    ({"MX": ["0 ."]}, "FAIL", "null MX"),
    ({"A": ["192.0.2.1"]}, "PASS", "without MX"),
    ({"AAAA": ["2001:db8::1"]}, "PASS", "without MX"),
    (SERVFAIL, "UNKNOWN", "does not say"),
    (REFUSED, "UNKNOWN", "does not say"),
    ({"MX": NODATA, "A": SERVFAIL}, "UNKNOWN", "does not say"),
])
def test_a_domain_that_takes_no_mail_and_one_of_which_nothing_is_known(
        project, zone, entry, verdict, words):
    zone.pop(DOMAIN)
    if entry is not None:
        zone[DOMAIN] = entry
    zone.pop(f"_dmarc.{DOMAIN}")
    with DnsServer(zone) as server:
        lines = examine(project, server)
    assert verdict in found(lines, "mx"), lines
    assert words in found(lines, "mx")[verdict]


def test_silence_is_unknown_and_ends_soon(project):
    with DnsServer({DOMAIN: SILENCE, "example.org": SILENCE, "org": SILENCE,
                    f"_dmarc.{DOMAIN}": SILENCE}) as server:
        started = time.monotonic()
        lines = examine(project, server)
        assert time.monotonic() - started < 40
    for check in ("mx", "spf", "dmarc"):
        assert verdicts(lines, check) == ["UNKNOWN"], check


def test_no_dns_asks_nobody(project, zone):
    with DnsServer(zone) as server:
        lines = examine(project, server, "--no-dns")
        assert server.asked == []
    assert {"UNKNOWN"} == set(verdicts(lines, "mx") + verdicts(lines, "dmarc"))


def test_an_answer_that_is_cut_off_is_asked_for_by_tcp(project, zone):
    name, record = make_key(project, "rsa-2026")
    zone[name] = {"TXT": [record]}
    with DnsServer(zone, truncate=True) as server:
        lines = examine(project, server, extra="dkim: {domain: %s, selector: rsa-2026, key_file: "
                        ".mirmail/dkim-%s-rsa-2026.pem}\n" % (DOMAIN, DOMAIN))
        assert (name.lower(), "TXT", "tcp") in server.asked
    assert verdicts(lines, "dkim") == ["PASS"]


# --- keys ---

def test_what_keygen_says_leads_to_a_record_that_the_doctor_finds(project, zone):
    project.configure_plain(9)
    said = project.run("keygen", "--dkim", DOMAIN, "s").expect(0).stdout.decode()
    name, record = published(said)
    steps, settings = said.split("\ndkim:\n")
    assert "Put this into mirmail.yaml, and send when `mirmail doctor` finds" in steps
    for entry, verdict in (None, "FAIL"), ({"TXT": [record]}, "PASS"):
        zone[name] = entry
        with DnsServer(zone) as server:
            lines = examine(project, server, extra="dkim:\n" + settings)
        assert verdicts(lines, "dkim") == [verdict], lines


def record_cases(record, other):
    public = re.search("p=(.*)", record).group(1)
    return [
        (record, "PASS", "belongs to the key"),
        (record.replace("v=DKIM1; ", ""), "PASS", ""),
        (record.replace("; ", " ;\t"), "PASS", ""),
        (record + "; n=a note; x=y", "PASS", ""),
        (record.replace(public, public[:90] + "  " + public[90:]), "PASS", ""),
        (other, "FAIL", "another key"),
        ("v=DKIM1; p=", "FAIL", "revoked"),
        ("v=DKIM1; k=rsa", "FAIL", "has no p="),
        (record + "; t=s:y", "FAIL", "test mode"),
        (record + "; h=sha1", "FAIL", "sha256"),
        (record + "; s=tlsrpt", "FAIL", "not for mail"),
        (record.replace("k=rsa", "k=ed25519"), "FAIL", "another kind"),
        ("p=x; v=DKIM1", "FAIL", "v=DKIM1"),
        ("hello", "FAIL", "cannot be read"),
    ]


def test_records_that_receivers_do_not_take(project, zone):
    name, record = make_key(project, "rsa-2026")
    other = make_key(project, "other")[1]
    extra = TWO[:TWO.index("  - domain", TWO.index("rsa-2026.pem"))]
    for text, verdict, words in record_cases(record, other):
        zone[name] = {"TXT": [text]}
        with DnsServer(zone) as server:
            lines = examine(project, server, extra=extra)
        assert verdicts(lines, "dkim") == [verdict], (text, lines)
        assert words in found(lines, "dkim")[verdict]
        if verdict == "FAIL":
            advice = [line["advice"] for line in lines if line["check"] == "dkim"]
            assert advice == [f"publish at {name}: {record}"]
    for entry, verdict in ((None, "FAIL"), ({"A": ["192.0.2.1"]}, "FAIL"), (SERVFAIL, "UNKNOWN"),
                           ({"TXT": [record, other]}, "FAIL")):
        zone[name] = entry
        with DnsServer(zone) as server:
            assert verdicts(examine(project, server, extra=extra), "dkim") == [verdict], entry


# --- SPF ---

def chain(length):
    zone = {f"s{i}.example": {"TXT": [f"v=spf1 include:s{i + 1}.example -all"]}
            for i in range(length)}
    zone[f"s{length}.example"] = {"TXT": ["v=spf1 ip4:127.0.0.0/8 -all"]}
    return zone


@pytest.mark.parametrize("records,verdict,words,more", [
    (["v=spf1 ip4:127.0.0.1 -all"], "PASS", "with 0 of 10", {}),
    (["v=spf1 ip4:127.0.0.0/8 -all"], "PASS", "lists the relay", {}),
    (["v=spf1 ip4:126.0.0.0/7 ?all"], "WARN", "forbids nobody", {}),
    (["v=spf1 ip4:127.0.1.0/24 -all"], "WARN", "does not list", {}),
    (["v=spf1 ip4:127.0.0.1 +all"], "FAIL", "everybody", {}),
    (["v=spf1 ip4:127.0.0.1"], "WARN", "forbids nobody", {}),
    (["v=spf1 redirect=s9.example"], "PASS", "with 2 of 10", chain(10)),
    (["v=spf1 include:s0.example -all"], "FAIL", "more than 10 DNS lookups", chain(10)),
    (["v=spf1 include:s1.example -all"], "PASS", "with 10 of 10", chain(10)),
    (["v=spf1 include:n.example -all"], "FAIL", "no SPF record to include",
     {"n.example": {"TXT": ["x"]}}),
    (["v=spf1 a:n1.example a:n2.example a:n3.example ip4:127.0.0.1 -all"], "FAIL",
     "more than 2 of its names", {}),
    (["v=spf1 include:u.example -all"], "UNKNOWN", "u.example", {"u.example": SERVFAIL}),
    (["v=spf1 include:s.example -all"], "FAIL", "circle|more than 10",
     {"s.example": {"TXT": ["v=spf1 include:s.example -all"]}}),
    (["v=spf1 mx -all"], "PASS", "with 1 of 10",
     {"mx.harbour.example.org": {"A": ["127.0.0.1"]},
      "mx2.harbour.example.org": {"A": ["192.0.2.1"]}}),
    (["v=spf1 a/24//64 ip6:2001:db8::/32 mx//64 exists:%{i}.x.example -all"], "INFO", "macros", {}),
    (["v=spf1 -all", "v=spf1 ~all"], "FAIL", "more than one SPF", {}),
    (["v=spf1 ipv4:127.0.0.1 -all"], "FAIL", "no mechanism", {}),
    (["v=spf1 ip4:127.0.0.1/33 -all"], "FAIL", "cannot be read", {}),
    (["v=spf1 ip4:localhost -all"], "FAIL", "no network", {}),
    (["v=spf1 ~all ip4:127.0.0.1"], "WARN", "behind `all` does not count", {}),
    (["v=spf1 mx -all"], "UNKNOWN", "mx.harbour", {"mx.harbour.example.org": SERVFAIL}),
    (["v=spf10 -all"], "FAIL", "has no SPF record", {}),
])
def test_spf(project, zone, records, verdict, words, more):
    zone[DOMAIN]["TXT"] = records
    zone[DOMAIN]["A"] = ["192.0.2.9"]
    zone[DOMAIN]["MX"] = ["10 mx.harbour.example.org.", "20 mx2.harbour.example.org."]
    zone.update(more)
    with DnsServer(zone) as server:
        lines = examine(project, server)
    assert verdict in found(lines, "spf"), lines
    assert re.search(words, found(lines, "spf")[verdict])


def test_a_relay_without_a_known_address_is_not_called_unlisted(project, zone):
    zone["relay.example.com"] = SERVFAIL
    with DnsServer(zone) as server:
        lines = examine(project, server, host="relay.example.com", tls="starttls",
                        connect_timeout="1s")
    assert list(found(lines, "spf")) == ["UNKNOWN"], lines
    assert "relay.example.com is not known" in found(lines, "spf")["UNKNOWN"]


def test_every_relay_must_be_listed(project, zone):
    zone[DOMAIN]["TXT"] = ["v=spf1 ip4:127.0.0.1 ?all"]
    relays = [{"host": host, "port": port, "tls": "none"}
              for host, port in (("127.0.0.1", 9), ("127.0.0.2", 9), ("127.0.0.1", 7))]
    project.configure_plain(9)
    text = (project.folder / "mirmail.yaml").read_text()
    project.write("mirmail.yaml", text[:text.index("relay:")] + f"relays: {json.dumps(relays)}\n")
    with DnsServer(zone) as server:
        lines = project.run("doctor", "--json", "--resolver", server.address).events
    said = [(line["verdict"], line["text"]) for line in lines if line["check"] == "spf"]
    assert [verdict for verdict, _ in said] == ["PASS", "WARN", "WARN"], said
    assert "lists 127.0.0.1, with" in said[0][1]
    assert "forbids nobody" in said[1][1]
    assert "does not list 127.0.0.2" in said[2][1]


def test_python_spf_comes_to_the_same_lookups(project, zone):
    """pyspf counts as a receiver does: where it says permerror, so do we."""
    for depth in (9, 10, 11):
        lookups = chain(12)
        start = 12 - depth
        text = f"v=spf1 include:s{start + 1}.example -all"
        lookups["start.example"] = {"TXT": [text]}

        def dns_lookup(name, qtype, tcpfallback=True, timeout=30):
            entry = lookups.get(name.lower().rstrip("."), {})
            return [((name, qtype), ([value.encode()] if qtype == "TXT" else value))
                    for value in entry.get(qtype, [])]

        spf.DNSLookup = dns_lookup
        verdict = spf.query(i="203.0.113.7", s="a@start.example", h="h.example").check()[0]
        zone.update(lookups)
        zone[DOMAIN]["TXT"] = [text]
        with DnsServer(zone) as server:
            lines = examine(project, server)
        assert (verdict == "permerror") == ("FAIL" in found(lines, "spf")), (depth, verdict, lines)


# --- DMARC ---

@pytest.mark.parametrize("records,verdict,words", [
    ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=reject"]}, "PASS", "policy reject"),
    ({"_dmarc.example.org": ["v=DMARC1; p=reject; sp=quarantine"]}, "PASS", "quarantine (from"),
    ({"_dmarc.example.org": ["v=DMARC1; p=reject; psd=n"],
      "_dmarc.org": ["v=DMARC1; p=none; psd=y"]}, "PASS", "policy reject"),
    ({"_dmarc.org": ["v=DMARC1; p=reject; psd=y"]}, "PASS", "_dmarc.org"),
    ({f"_dmarc.{DOMAIN}": ["v=DMARC1"]}, "PASS", "policy none"),
    ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=none; pct=50; rf=afrf"]}, "WARN", "RFC 9989"),
    ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=block"]}, "WARN", "p=block"),
    ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=reject; rua"]}, "PASS", "policy reject"),
    ({f"_dmarc.{DOMAIN}": ["v=DMARC1;; p=reject"]}, "WARN", "a part of the record"),
    ({f"_dmarc.{DOMAIN}": ["p=none; v=DMARC1"]}, "FAIL", "no DMARC record"),
    ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "FAIL", "no DMARC"),
    ({f"_dmarc.{DOMAIN}": ["x=y"]}, "FAIL", "no DMARC record"),
    ({}, "FAIL", "no DMARC record"),
    ({"_dmarc.org": SERVFAIL}, "UNKNOWN", "_dmarc.org"),
    ({f"_dmarc.{DOMAIN}": SERVFAIL}, "UNKNOWN", f"_dmarc.{DOMAIN}"),
])
def test_dmarc_by_the_tree_walk(project, zone, records, verdict, words):
    del zone[f"_dmarc.{DOMAIN}"]
    zone.update({name: value if value == SERVFAIL else {"TXT": value}
                 for name, value in records.items()})
    with DnsServer(zone) as server:
        lines = examine(project, server)
        walked = [name for name, _, _ in server.asked if name.startswith("_dmarc.")]
    assert verdict in found(lines, "dmarc"), lines
    assert words in found(lines, "dmarc")[verdict]
    if not records:
        assert list(dict.fromkeys(walked)) == [f"_dmarc.{DOMAIN}", "_dmarc.example.org",
                                               "_dmarc.org"]


def test_a_long_name_is_not_walked_label_by_label(project, zone):
    sender = "a.b.c.d.e.f.g.h.i.j.example.org"
    zone[sender] = {"MX": ["10 mx.example.org."]}
    zone["_dmarc.example.org"] = {"TXT": ["v=DMARC1; p=none"]}
    project.configure_plain(9)
    text = (project.folder / "mirmail.yaml").read_text()
    project.write("mirmail.yaml", text.replace("news@harbour.example.org", "news@" + sender))
    with DnsServer(zone) as server:
        result = project.run("doctor", "--json", "--resolver", server.address)
        walked = list(dict.fromkeys(name for name, _, _ in server.asked
                                    if name.startswith("_dmarc.")))
    assert walked == ["_dmarc." + sender, "_dmarc.f.g.h.i.j.example.org",
                      "_dmarc.g.h.i.j.example.org", "_dmarc.h.i.j.example.org",
                      "_dmarc.i.j.example.org", "_dmarc.j.example.org", "_dmarc.example.org",
                      "_dmarc.org"]
    assert "PASS" in found(result.events, "dmarc")


@pytest.mark.parametrize("bounce,signer,dmarc,verdict", [
    ("b@bounce.harbour.example.org", DOMAIN, "v=DMARC1; p=none", "PASS"),
    ("b@bounce.harbour.example.org", DOMAIN, "v=DMARC1; p=none; aspf=s", "INFO"),
    ("b@relay.example.com", DOMAIN, "v=DMARC1; p=none", "INFO"),
    ("b@relay.example.com", "mail.harbour.example.org", "v=DMARC1; p=none", "INFO"),
    ("b@relay.example.com", "mail.harbour.example.org", "v=DMARC1; p=none; adkim=s", "FAIL"),
    ("b@harbour.example.org", "relay.example.com", "v=DMARC1; p=none", "WARN"),
    ("b@relay.example.com", "relay.example.com", "v=DMARC1; p=none", "FAIL"),
])
def test_alignment(project, zone, bounce, signer, dmarc, verdict):
    make_key(project, "s")
    zone[f"_dmarc.{DOMAIN}"] = {"TXT": [dmarc]}
    zone["relay.example.com"] = {"MX": ["1 mx.example.com."]}
    project.configure_plain(9, f"dkim: {{domain: {signer}, selector: s, key_file: "
                               f".mirmail/dkim-{DOMAIN}-s.pem}}\n")
    text = (project.folder / "mirmail.yaml").read_text()
    project.write("mirmail.yaml", text.replace("sender:\n", f"sender:\n  bounce: {bounce}\n"))
    with DnsServer(zone) as server:
        result = project.run("doctor", "--json", "--resolver", server.address)
    assert verdicts(result.events, "alignment") == [verdict], result.events


def test_from_at_a_free_provider_through_another_relay_fails(project):
    for domain, relay, fails in (("gmail.com", "smtp.example.net", True),
                                 ("gmail.com", "smtp.gmail.com", False),
                                 ("yahoo.co.uk", "127.0.0.1", True),
                                 ("gmx.net", "mail.gmx.net", False),
                                 ("mygmail.com", "smtp.example.net", False)):
        project.configure({"host": relay, "port": 9, "tls": "none", "allow_plaintext": "true",
                           "connect_timeout": "1s"})
        text = (project.folder / "mirmail.yaml").read_text().replace('"true"', "true")
        project.write("mirmail.yaml", text.replace("news@harbour.example.org", "me@" + domain))
        lines = project.run("doctor", "--json", "--no-dns").events
        assert ("FAIL" in verdicts(lines, "from")) == fails, (domain, relay)


# --- the relay ---

def test_the_relay_is_opened_and_no_mail_is_begun(project, zone, postfix_tls_auth):
    project.configure_login(postfix_tls_auth)
    with DnsServer(zone) as server:
        lines = project.run("doctor", "--json", "--resolver", server.address).events
    assert "takes the login" in found(lines, "relay")["PASS"]
    assert "with TLS" in found(lines, "relay")["PASS"]
    assert "delivery reports" in found(lines, "relay")["INFO"]
    ends = subprocess.run(["openssl", "s_client", "-connect",
                           f"127.0.0.1:{postfix_tls_auth.port}", "-starttls", "smtp",
                           "-servername", "localhost"], input=b"QUIT\n", capture_output=True)
    text = subprocess.run(["openssl", "x509", "-noout", "-enddate"], input=ends.stdout,
                          capture_output=True).stdout.decode()
    stamp = subprocess.run(["date", "-d", text.split("=")[1], "+%s"], capture_output=True,
                           text=True).stdout
    days = int((int(stamp) - time.time()) // 86400)
    certificate = [line for line in lines if line["check"] == "certificate"]
    assert f"for {days} more days" in certificate[0]["text"]
    assert certificate[0]["verdict"] == ("WARN" if days < 14 else "PASS")
    assert postfix_tls_auth.raw_mails() == []


def test_a_wrong_password_fails_with_the_sentence_of_a_send(project, zone, postfix_tls_auth):
    project.configure_login(postfix_tls_auth)
    project.environment["RELAY_PASSWORD"] = "wrong"
    with DnsServer(zone) as server:
        result = project.run("doctor", "--resolver", server.address).expect(65)
    assert re.search(rb"FAIL +relay .*(login|password)", result.stdout)


# --- before a send ---

def test_a_send_to_this_machine_asks_no_dns(project, sink, zone):
    project.configure_plain(sink.port)
    project.subscribe(1)
    project.environment["LOCALDOMAIN"] = "invalid"
    result = project.run("send", "--yes", "--quiet", "post.md").expect(0)
    assert "DNS" not in result.stderr


def test_what_receivers_refuse_stops_a_send_unless_forced(project, sink, zone):
    project.configure_plain(sink.port)
    project.subscribe(1)
    send = ("send", "--yes", "--quiet", "post.md")
    del zone[f"_dmarc.{DOMAIN}"]
    with DnsServer(zone) as server:
        result = project.run(*send, "--resolver", server.address).expect(65)
        assert "no DMARC record" in result.stderr and "--force" in result.stderr
        assert "nothing was sent" in result.stderr
        assert not (project.folder / ".mirmail/journal.db").exists()
        project.run(*send, "--resolver", server.address, "--no-dns").expect(0)
        project.run(*send, "--resolver", server.address, "--force", "--campaign",
                    "again").expect(0)


def test_a_dns_that_is_silent_does_not_stop_a_send(project, sink):
    project.configure_plain(sink.port)
    project.subscribe(1)
    with DnsServer({DOMAIN: SILENCE, f"_dmarc.{DOMAIN}": SILENCE}) as server:
        started = time.monotonic()
        result = project.run("send", "--yes", "--quiet", "--resolver", server.address,
                             "post.md").expect(0)
        assert time.monotonic() - started < 40
    assert "did not answer" in result.stderr


# --- a mail that came back ---

RESULTS = (b"Authentication-Results: mx.example.net;\r\n"
           b" dkim=pass header.d=harbour.example.org (2048-bit key; bad=\"dkim=fail\");\r\n"
           b" spf=softfail smtp.mailfrom=news@harbour.example.org;\r\n dmarc=pass\r\n")


def received(project, raw, *arguments):
    (project.folder / "copy.eml").write_bytes(raw)
    result = project.run("doctor", "--json", "--received", "copy.eml", *arguments)
    assert result.status in (0, 65), result.stderr
    return result.events


@pytest.fixture
def signed(project):
    records = dict([make_key(project, "rsa-2026"), make_key(project, "ed.2026", "--ed25519")])
    project.subscribe([("ada@list.example.net", "Ada Example")])
    project.configure_plain(25, TWO)
    raw = project.shown("ada@list.example.net")
    assert by_dkimpy(raw, records) == [True, True]
    return raw


def test_a_copy_that_arrived_well(project, signed):
    lines = received(project, RESULTS.replace(b"softfail", b"pass") + signed, "--trust",
                     "mx.example.net")
    for check in ("spf", "dkim", "dmarc", "alignment", "one-click", "body", "from"):
        assert set(verdicts(lines, check)) == {"PASS"}, (check, lines)
    assert set(verdicts(lines, "fields")) == {"PASS"}
    assert received(project, (RESULTS + signed).replace(b"\r\n", b"\n"), "--trust",
                    "MX.example.net") != lines
    assert "spf=softfail" in found(received(project, RESULTS + signed, "--trust",
                                            "mx.example.net"), "spf")["FAIL"]


def test_results_that_anybody_could_have_written_do_not_count(project, signed):
    forged = b"Authentication-Results: evil.example; dkim=pass; spf=pass; dmarc=pass\r\n"
    lines = received(project, forged + signed, "--trust", "mx.example.net")
    assert verdicts(lines, "results") == ["UNKNOWN"] and verdicts(lines, "spf") == []
    lines = received(project, forged + signed)
    assert verdicts(lines, "results") == ["UNKNOWN"]
    assert "evil.example" in [line["advice"] for line in lines if line["check"] == "results"][0]
    below = RESULTS + b"Authentication-Results: mx.example.net; spf=pass\r\n" + signed
    assert "FAIL" in verdicts(received(project, below, "--trust", "mx.example.net"), "spf")


def test_what_a_relay_did_to_the_mail_is_seen(project, signed):
    head, body = signed.split(b"\r\n\r\n", 1)
    footer = received(project, signed + b"--\r\nSent with a free relay\r\n")
    assert "added behind" in found(footer, "body")["FAIL"]
    links = received(project, signed.replace(b"shoes.example.com", b"click.example.com"))
    assert "changed" in found(links, "body")["FAIL"]
    another = re.sub(rb"\r\nMessage-ID: .*?\r\n", b"\r\nMessage-ID: <1@relay.example>\r\n", signed)
    assert "WARN" in found(received(project, another), "fields")
    lost = re.sub(rb"\r\nList-Id: .*?\r\n(?![ \t])", b"\r\n", signed, flags=re.S)
    assert "List-Id was lost" in found(received(project, lost), "fields")["FAIL"]
    twice = b"List-Unsubscribe: <https://relay.example/>\r\n" + signed
    assert "2 times" in found(received(project, twice), "fields")["FAIL"]
    other = signed.replace(b"<news@harbour.example.org>", b"<news@relay.example>", 1)
    assert "FAIL" in verdicts(received(project, other), "from")


def test_a_signature_of_the_relay_that_leaves_out_one_click_is_seen(project):
    """dkimpy signs as a relay would: without List-Unsubscribe-Post."""
    key = make_key(project, "relay")
    project.subscribe([("ada@list.example.net", "Ada Example")])
    project.configure_plain(25)
    raw = project.shown("ada@list.example.net")
    raw = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" + raw
    pem = (project.folder / f".mirmail/dkim-{DOMAIN}-relay.pem").read_bytes()

    def sign(headers):
        return dkim.sign(raw, b"relay", DOMAIN.encode(), pem, include_headers=headers) + raw

    half = received(project, sign([b"from", b"list-unsubscribe"]))
    assert verdicts(half, "one-click") == ["FAIL"]
    whole = received(project, sign([b"from", b"list-unsubscribe", b"list-unsubscribe-post"]))
    assert verdicts(whole, "one-click") == ["PASS"]
    assert verdicts(whole, "body") == ["UNKNOWN"]
    assert verdicts(received(project, raw), "dkim") == ["FAIL"]
    assert key[0].startswith("relay.")


@pytest.mark.parametrize("raw", [b"", b"\n", b"hello", b"\x00\xff" * 100, b":\n:\n\nx",
                                 b"From: \x1b[31mx\r\nAuthentication-Results: ((((\r\n\r\n",
                                 b"From: x\r\nAuthentication-Results: \x1b[2J; spf=\x1b[2J\r\n\r\n",
                                 b"From: x\nAuthentication-Results: x; spf=\x1b[2J\n\n"])
def test_what_is_no_mail_is_said_and_drives_no_terminal(project, raw):
    project.configure_plain(25)
    (project.folder / "copy.eml").write_bytes(raw)
    result = project.run("doctor", "--received", "copy.eml", "--trust", "x")
    assert result.status == 65
    assert b"\x1b" not in result.stdout


# --- presets ---

def test_a_preset_says_what_is_known_and_no_dns_opens_no_named_relay(project):
    project.write("mirmail.yaml", "sender: {from: news@harbour.example.org}\nrelay: exchange\n")
    lines = project.run("doctor", "--json", "--no-dns").events
    assert "Exchange Online takes 30 mails a minute" in found(lines, "limits")["INFO"]
    assert "smtp.office365.com:587 was not opened" in found(lines, "relay")["UNKNOWN"]


def test_an_unknown_preset_names_the_others(project):
    project.write("mirmail.yaml", "relay: gmial\n")
    result = project.run("doctor", "--no-dns").expect(78)
    assert "mirmail.yaml:1:8" in result.stderr and "gmail, workspace" in result.stderr


def test_what_a_relay_rewrites_is_not_signed(project):
    name, record = make_key(project, "rsa-2026")
    project.subscribe([("ada@list.example.net", "Ada Example")])
    extra = TWO[:TWO.index("  - domain", TWO.index("rsa-2026.pem"))]
    project.configure({"preset": "ses", "host": "email-smtp.eu-central-1.amazonaws.com"}, extra)
    raw = project.shown("ada@list.example.net")
    changed = re.sub(rb"\r\nMessage-ID: .*?\r\n", b"\r\nMessage-ID: <x@amazonses.com>\r\n", raw)
    changed = re.sub(rb"\r\nDate: .*?\r\n", b"\r\nDate: Sat, 1 Aug 2026 10:00:09 +0000\r\n", changed)
    assert changed != raw
    assert by_dkimpy(changed, {name: record}) == [True]
