"""mirmail send, resume and status against real relays."""

import email
import email.policy
import socket
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from html import unescape

import pytest
from bad_days import slowness
from conftest import assert_once_each, defects, seeded
from processes import free_port

SEND = ("send", "--yes", "--quiet", "post.md")
RESUME = ("resume", "--yes", "--quiet")
KILLS = 10
CONNECTIONS = 4


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def test_a_post_reaches_everybody_as_text_and_html(project, mirmail, postfix):
    project.configure_plain(postfix.port)
    project.subscribe(5)
    mirmail(*SEND).expect(0)
    postfix.wait_delivered()
    mails = postfix.mails()
    assert_once_each(mails, project.recipients)
    for address, (raw,) in mails.items():
        assert defects(raw) == []
        mail = parse(raw)
        assert mail["Subject"] == "The harbour festival begins on Friday – come early"
        assert mail["To"].addresses[0].addr_spec == address
        assert mail["From"].addresses[0].addr_spec == "news@harbour.example.org"
        assert "news.harbour.example.org" in mail["List-Id"]
        assert [part.get_content_type() for part in mail.walk()] == [
            "multipart/alternative", "text/plain", "text/html"]
        text = mail.get_body(("plain",)).get_content()
        html = unescape(mail.get_body(("html",)).get_content())
        for part in (text, html):
            assert "https://harbour.example.org/news/festival/timetable" in part
            assert "https://shoes.example.com/?a=1&b=2" in part
            assert "choir from Tromsø" in " ".join(part.split())
            assert "Ines Hafen" in part


def test_2000_copies_over_4_connections_are_what_the_dry_run_shows(
        project, mirmail, postfix_tls_auth):
    server = postfix_tls_auth
    project.configure_login(server, "connections: 4\n")
    project.subscribe(2000)
    mirmail(*SEND, timeout=300).expect(0)
    server.wait_delivered(120)
    mails = server.mails()
    assert_once_each(mails, project.recipients)
    assert set(project.outcomes().values()) == {"sent"}
    assert "ESMTPSA" in server.raw_mails()[0].decode()

    some = list(mails)[::4 * slowness()]  # a run of the program for each
    with ThreadPoolExecutor(2) as pool:
        shown = dict(zip(some, pool.map(project.shown_alone, some)))
    assert [a for a in some if mails[a] != [shown[a]]] == []
    assert [a for a in project.recipients[::200 * slowness()] if mails[a] != [project.shown(a)]] == []
    assert [a for a in mails if defects(mails[a][0])] == []


def test_implicit_tls_works_on_its_own_port(project, mirmail, postfix_tls_auth):
    server = postfix_tls_auth
    project.configure_login(server, port=server.tls_port, tls="implicit")
    project.subscribe(3)
    mirmail(*SEND).expect(0)
    server.wait_delivered()
    assert_once_each(server.mails(), project.recipients)


def test_ten_kills_lose_nobody_and_write_to_nobody_twice(
        project, mirmail, postfix_tls_auth):
    server = postfix_tls_auth
    moment = seeded("kills")
    project.configure_login(server, f"connections: {CONNECTIONS}\n")
    project.subscribe(2500)
    command, slow = SEND, ("--rate", "30/100ms")
    for _ in range(KILLS):
        ended = project.kill_after(moment.uniform(0.05, 0.6), *command, *slow)
        assert ended is None, f"it ended by itself with {ended}"
        if (project.folder / ".mirmail" / "journal.db").exists():
            listed = mirmail("status", "--json").expect(0).events
            command = RESUME if listed else SEND
    last = mirmail(*command, "--rate", "unlimited", timeout=300)
    assert last.status in (0, 1), last.stderr
    server.wait_delivered(120)
    mails = server.mails()
    outcomes = project.outcomes()
    twice = [address for address, copies in mails.items() if len(copies) > 1]
    assert twice == []
    assert set(mails) <= set(project.recipients)
    for address in project.recipients:
        outcome = outcomes.get(address)
        if outcome == "sent":
            assert address in mails, f"{address} is said to have it"
        else:
            assert outcome == "unknown", f"{address}: {outcome}"
    unknown = [a for a, outcome in outcomes.items() if outcome == "unknown"]
    # Only what was in flight at a kill may be in doubt.
    assert len(unknown) <= KILLS * CONNECTIONS
    assert (last.status == 1) == bool(unknown)
    print(f"{KILLS} kills, {len(unknown)} unknown")


def test_a_finished_campaign_is_not_sent_again(project, mirmail, postfix):
    project.configure_plain(postfix.port)
    project.subscribe(4)
    mirmail(*SEND).expect(0)
    mirmail(*SEND).expect(0)
    mirmail(*RESUME).expect(0)
    postfix.wait_delivered()
    assert_once_each(postfix.mails(), project.recipients)


def test_a_campaign_ends_with_the_list_as_it_is_then(project, mirmail, sink):
    """Who was taken off meanwhile is not left for ever."""
    project.configure_plain(sink.port)
    project.subscribe(6)
    soon = time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(time.time() + 1800))
    mirmail(*SEND, "--rate", "2/h", "--until", soon).expect(1)
    begun = mirmail("status", "--json").expect(0).events[0]
    assert begun["recipients"] == 6 and begun["sent"] == 2 and begun["finished_us"] == 0
    project.subscribe(2)
    assert "nobody is left" in mirmail(*SEND).expect(0).stderr
    ended = mirmail("status", "--json").expect(0).events[0]
    assert ended["recipients"] == ended["sent"] == 2 and ended["finished_us"] > 0
    mirmail(*SEND).expect(0)
    assert mirmail("status", "--json").expect(0).events[0] == ended


def test_refused_recipients_are_named_and_the_others_get_it(
        project, mirmail, policy, postfix_policy):
    project.configure_plain(postfix_policy.port)
    project.subscribe(20)
    bad = project.recipients[3], project.recipients[11]
    policy.refuse = {address: "550 5.1.1 nobody of this name" for address in bad}
    done = mirmail(*SEND).expect(1)
    for address in bad:
        line = next(row for row in done.stderr.splitlines() if address in row)
        assert "5.1.1" in line and "nobody of this name" in line
    postfix_policy.wait_delivered()
    good = [a for a in project.recipients if a not in bad]
    assert_once_each(postfix_policy.mails(), good)
    outcomes = project.outcomes()
    assert {outcomes[address] for address in bad} == {"failed"}
    assert {outcomes[address] for address in good} == {"sent"}
    asked = len(policy.asked)
    mirmail(*RESUME)
    assert len(policy.asked) == asked, "who was refused for good is not asked again"


def test_bad_rows_are_all_told_before_anything_is_sent(project, mirmail, postfix):
    project.configure_plain(postfix.port)
    project.write("subscribers.csv", "email,name\nada@example.net,Ada\n"
                  "no address,B\na@example.net b@example.net,C\n"
                  "d@example.net,D,extra\n")
    done = mirmail(*SEND).expect(65)
    for place in ("subscribers.csv:3:1: error:", "subscribers.csv:4:1: error: two addresses",
                  "subscribers.csv:5:17: error:"):
        assert place in done.stderr
    assert postfix.count() == 0 and postfix.is_idle()


def make_due(project):
    """Waiting recipients are due now: the first retry is minutes away, which
    no test can wait for."""
    path = project.folder / ".mirmail" / "journal.db"
    with closing(sqlite3.connect(path)) as journal, journal:
        changed = journal.execute("UPDATE recipient SET next_us = 1 WHERE next_us > 0")
        return changed.rowcount


def test_greylisted_recipients_get_it_at_the_next_try(
        project, mirmail, policy, postfix_policy):
    project.configure_plain(postfix_policy.port, "retry_for: 0s\n")
    project.subscribe(12)
    grey = project.recipients[2:5]
    policy.greylist = set(grey)
    mirmail(*SEND).expect(75)
    outcomes = project.outcomes()
    assert {outcomes[address] for address in grey} == {"deferred"}
    assert make_due(project) == len(grey)
    mirmail(*RESUME).expect(0)
    postfix_policy.wait_delivered()
    assert_once_each(postfix_policy.mails(), project.recipients)
    assert set(project.outcomes().values()) == {"sent"}


def test_a_relay_that_is_not_there_is_said_in_one_line(project, mirmail):
    port = free_port()
    project.configure_plain(port)
    project.subscribe(3)
    done = mirmail(*SEND)
    assert done.status in (69, 75), done.stderr
    assert f":{port}" in done.stderr or f" {port}" in done.stderr
    assert "refused" in done.stderr.lower()


def test_a_relay_that_goes_away_is_waited_for_by_resume(project, mirmail, postfix):
    project.configure_plain(postfix.port, "connections: 2\nretry_for: 0s\n")
    project.subscribe(1200)
    process = project.start(*SEND, "--rate", "400/s")
    while postfix.count() < 100 and process.poll() is None:
        pass
    postfix.stop_server()
    _, stderr = process.communicate(timeout=120)
    assert process.returncode in (69, 75), stderr.decode()
    postfix.start()
    make_due(project)
    last = mirmail(*RESUME, "--rate", "unlimited", timeout=120)
    assert last.status in (0, 1), last.stderr
    postfix.wait_delivered()
    mails, outcomes = postfix.mails(), project.outcomes()
    assert [a for a, copies in mails.items() if len(copies) > 1] == []
    for address in project.recipients:
        assert address in mails or outcomes.get(address) == "unknown", address


def test_a_mail_whose_answer_never_came_is_unknown_and_not_sent_again(
        project, mirmail, dropping_sink):
    project.configure_plain(dropping_sink.port, "retry_for: 0s\n")
    project.subscribe(1)
    done = mirmail(*SEND)
    assert done.status != 0
    assert project.outcomes() == {project.recipients[0]: "unknown"}
    assert project.recipients[0] in done.stderr
    mirmail(*RESUME)
    assert project.outcomes() == {project.recipients[0]: "unknown"}


def test_a_certificate_that_nobody_vouches_for_is_refused(
        project, mirmail, postfix_tls_auth):
    server = postfix_tls_auth
    project.configure_login(server, ca_file="/etc/ssl/certs/ca-certificates.crt")
    project.subscribe(3)
    done = mirmail(*SEND)
    assert done.status in (69, 77), done.stderr
    assert "certificate" in done.stderr
    assert server.count() == 0
    project.configure_login(server)
    mirmail(*SEND).expect(0)
    server.wait_delivered()
    assert_once_each(server.mails(), project.recipients)


def test_a_wrong_password_is_one_line_and_marks_nobody(
        project, mirmail, postfix_tls_auth):
    server = postfix_tls_auth
    project.configure_login(server, "connections: 4\n")
    project.subscribe(50)
    project.environment["RELAY_PASSWORD"] = "not this one"
    done = mirmail(*SEND).expect(77)
    assert "535" in done.stderr and "not this one" not in done.stderr
    assert "not this one" not in server.log()
    project.environment["RELAY_PASSWORD"] = "correct horse"
    mirmail(*SEND).expect(0)
    server.wait_delivered()
    assert_once_each(server.mails(), project.recipients)


def test_a_relay_without_starttls_gets_nothing(project, mirmail, postfix):
    project.configure({"host": "127.0.0.1", "port": postfix.port, "tls": "starttls"})
    project.subscribe(2)
    done = mirmail(*SEND)
    assert done.status in (69, 77), done.stderr
    assert "STARTTLS" in done.stderr
    assert postfix.count() == 0


def test_a_dry_run_sends_nothing_and_writes_nothing(project, mirmail):
    with socket.create_server(("127.0.0.1", free_port())) as relay:
        project.configure_plain(relay.getsockname()[1])
        project.subscribe(3)
        before = sorted(path.name for path in project.folder.rglob("*"))
        for kind in ("mail", "text", "html", "mime"):
            shown = mirmail("send", "--dry-run", "--format", kind, "post.md").expect(0)
            assert b"harbour" in shown.stdout
        assert sorted(path.name for path in project.folder.rglob("*")) == before
        relay.setblocking(False)
        with pytest.raises(BlockingIOError):
            relay.accept()


def test_without_a_terminal_and_yes_nothing_is_sent(project, mirmail, postfix):
    project.configure_plain(postfix.port)
    project.subscribe(3)
    done = mirmail("send", "post.md").expect(64)
    assert "--yes" in done.stderr
    assert postfix.count() == 0


def test_a_test_copy_is_no_campaign_and_has_its_own_message_id(
        project, mirmail, postfix):
    project.configure_plain(postfix.port)
    project.subscribe(2)
    me = project.recipients[0]
    mirmail("send", "--yes", "--quiet", "--test", me, "post.md").expect(0)
    mirmail(*SEND).expect(0)
    postfix.wait_delivered()
    copies = [parse(raw) for raw in postfix.mails()[me]]
    assert len(copies) == 2
    assert copies[0]["Message-ID"] != copies[1]["Message-ID"]


def test_5000_go_to_a_sink(project, mirmail, sink):
    project.configure_plain(sink.port, "connections: 4\n")
    project.subscribe(5000 // slowness())
    mirmail(*SEND, timeout=300).expect(0)
    assert len(project.outcomes()) == 5000 // slowness()
