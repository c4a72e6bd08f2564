"""What comes back: bounces made by a real Postfix, complaints, forgeries."""

import email.utils
import mailbox
import sqlite3
import subprocess

import pytest

from conftest import MIRMAIL
from postfix import Postfix
from test_envelopes import VERP, bounce_token, leave_token, set_bounce, write_keys

DOMAIN = "harbour.example.org"


@pytest.fixture
def postfix_with_gone():
    with Postfix(gone="gone") as server:
        yield server


def prepare(project, server, rows=None, verp=VERP):
    project.configure_plain(server.port if server else 1)
    if verp:
        set_bounce(project, verp)
    write_keys(project)
    project.subscribe(rows or [("ada@example.net", "Ada"), ("gone.bob@example.net", "Bob"),
                               ("cy@example.net", "Cy")])


def suppressed(project):
    path = project.folder / "suppressions.csv"
    if not path.exists():
        return []
    rows = [line.split(",") for line in path.read_text().splitlines()
            if line and not line.startswith("#")][1:]
    return [(who, reason) for _when, reason, who in rows]


def read(project, *paths, options=(), status=0):
    result = project.run("bounces", "--json", *options, *paths).expect(status)
    return [event for event in result.events if event["event"] == "bounce"], result.events[-1]


def report(to, status="5.1.1", recipient="ada@example.net", action="failed", more="",
           returned="Subject: x\n", diagnosis="smtp; 550 5.1.1 no such user"):
    """A report as a mail server far away would write it."""
    return (f"Return-Path: <>\nTo: <{to}>\nFrom: MAILER-DAEMON@mx.example\n"
            f"Message-ID: {email.utils.make_msgid(domain='mx.example')}\n"
            "Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n"
            "MIME-Version: 1.0\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
            "--b\nContent-Type: text/plain\n\nIt failed.\n"
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n"
            f"{more}\nFinal-Recipient: rfc822; {recipient}\nAction: {action}\n"
            f"Status: {status}\nDiagnostic-Code: {diagnosis}\n\n"
            f"--b\nContent-Type: text/rfc822-headers\n\n{returned}\n--b--\n")


def bounce_address(address, campaign):
    return f"bounce+{bounce_token(address, campaign)}@{DOMAIN}"


def send_campaign(project, server, name):
    project.run("send", "--yes", "--json", "--campaign", name, "post.md").expect(0)
    server.wait_delivered()


def test_a_bounce_by_postfix_suppresses_whom_it_is_about(project, mirmail, postfix_with_gone):
    prepare(project, postfix_with_gone)
    send_campaign(project, postfix_with_gone, "summer")
    maildir = postfix_with_gone.path / "mail"
    found, summary = read(project, maildir)
    bounces = [event for event in found if event["kind"] == "report"]
    assert [(event["address"], event["campaign"], event["class"], event["done"], event["proof"])
            for event in bounces] == [
        ("gone.bob@example.net", "summer", "hard", "suppressed", "token")]
    assert bounces[0]["recipients"][0]["status"] == "5.1.1"
    assert bounces[0]["recipients"][0]["address"] == "gone.bob@example.net"
    assert "unknown user" in bounces[0]["recipients"][0]["text"]
    assert summary["done"]["suppressed"] == 1 and summary["done"]["ignored"] == 2
    assert suppressed(project) == [("gone.bob@example.net", "bounced")]

    again, summary = read(project, maildir)
    assert summary["done"]["known before"] == 1 and summary["done"]["suppressed"] == 0
    assert suppressed(project) == [("gone.bob@example.net", "bounced")]

    next_one = project.run("send", "--yes", "--json", "--campaign", "autumn",
                           "post.md").expect(0)
    plan = next(event for event in next_one.events if event["event"] == "plan")
    assert plan["suppressed"] == {"bounced": 1}
    postfix_with_gone.wait_delivered()
    assert postfix_with_gone.count() == 2 + 1 + 2


def test_what_postfix_returns_carries_campaign_and_recipient(project, postfix_with_gone):
    """The relay was asked for RET=HDRS, ENVID and ORCPT; here they come back."""
    prepare(project, postfix_with_gone)
    send_campaign(project, postfix_with_gone, "summer")
    mails = [mail for mail in postfix_with_gone.raw_mails() if b"delivery-status" in mail]
    assert len(mails) == 1
    assert b"Original-Envelope-Id: summer\n" in mails[0]
    assert b"Original-Recipient: rfc822;gone.bob@example.net\n" in mails[0]
    assert b"text/rfc822-headers" in mails[0]


def test_without_verp_the_message_id_proves_it(project, postfix_with_gone):
    prepare(project, postfix_with_gone, verp=f"bounces@{DOMAIN}")
    send_campaign(project, postfix_with_gone, "summer")
    found, _ = read(project, postfix_with_gone.path / "mail")
    assert [(event["address"], event["proof"], event["done"])
            for event in found if event["kind"] == "report"] == [
        ("gone.bob@example.net", "message-id", "suppressed")]


def test_an_mbox_and_standard_input_are_read_too(project, mirmail, postfix_with_gone):
    prepare(project, postfix_with_gone)
    send_campaign(project, postfix_with_gone, "summer")
    box = mailbox.mbox(project.folder / "box")
    for mail in postfix_with_gone.raw_mails():
        box.add(mail)
    box.close()
    lf = (project.folder / "box").read_bytes()
    (project.folder / "crlf").write_bytes(lf.replace(b"\n", b"\r\n"))
    for name in ("box", "crlf"):
        found, summary = read(project, name, options=["--dry-run"])
        assert len(found) == 3 and summary["done"]["suppressed"] == 1 and summary["dry_run"]
        assert all(event["place"].startswith(name + ":") for event in found)
    assert suppressed(project) == []
    with open(project.folder / "box", "rb") as stdin:
        done = subprocess.run([MIRMAIL, "bounces", "-"], cwd=project.folder, stdin=stdin,
                              env=project.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "hard bounce of gone.bob@example.net" in done.stdout
    assert suppressed(project) == [("gone.bob@example.net", "bounced")]


@pytest.fixture
def sent(project, sink):
    """A campaign `summer` that went out; nothing has come back yet."""
    prepare(project, sink, rows=[("ada@example.net", "Ada"), ("bob@example.net", "Bob"),
                                 ("sailors@lists.example.net", "S")])
    project.run("send", "--yes", "--json", "--campaign", "summer", "post.md").expect(0)
    return project


def check_nothing(project, text, why):
    project.write("mail", text)
    found, _ = read(project, "mail")
    assert [event["done"] for event in found] == ["unproven"]
    assert why in found[0]["why"]
    assert suppressed(project) == []


def test_forged_and_foreign_tokens_change_nothing(sent):
    right = bounce_address("ada@example.net", "summer")
    at = len("bounce+") + 20
    flipped = right[:at] + ("b" if right[at] != "b" else "c") + right[at + 1:]
    other_keys = "a eaqseizeeutcokbjfivsyljof4ydcmrtgq2tmnzyhe5dwpb5hy7q\n"
    for to, why in [
        (flipped, "not one of ours"),
        (f"bounce+{bounce_token('ada@example.net', 'summer', other_keys)}@{DOMAIN}",
         "not one of ours"),
        (bounce_address("ada@example.net", "winter"), "campaign is in no journal"),
        (right.replace(DOMAIN, "elsewhere.example"), "nothing in it proves"),
        (right[:-len(DOMAIN) - 2] + "@" + DOMAIN, "nothing in it proves"),
        (f"bounce@{DOMAIN}", "nothing in it proves"),
    ]:
        check_nothing(sent, report(to), why)
    check_nothing(sent, report(f"bounce@{DOMAIN}", more="Original-Envelope-Id: summer\n"),
                  "nothing in it proves")


def test_a_token_is_about_its_owner_whatever_the_report_says(sent):
    sent.write("mail", report(bounce_address("ada@example.net", "summer").upper(),
                              recipient="bob@example.net"))
    found, _ = read(sent, "mail")
    assert [(event["address"], event["done"]) for event in found] == [
        ("ada@example.net", "suppressed")]
    assert suppressed(sent) == [("ada@example.net", "bounced")]


def test_somebody_who_is_on_no_list_any_more_is_found_in_the_journal(sent):
    sent.write("subscribers.csv", "email,name\nnew@example.net,New\n")
    for name in ("ada", "bob", "nobody"):
        sent.write(name, report(bounce_address(f"{name}@example.net", "summer"),
                                recipient=f"{name}@moved.example"))
    found, _ = read(sent, "ada", "bob", "nobody")
    assert [(event["address"], event["done"]) for event in found] == [
        ("ada@example.net", "suppressed"), ("bob@example.net", "suppressed"),
        (None, "unproven")]
    assert "no list" in found[2]["why"]


def message_ids(project):
    journal = sqlite3.connect(project.folder / ".mirmail/journal.db")
    return dict(journal.execute("SELECT key, message_id FROM recipient"))


def test_a_message_id_counts_for_its_own_recipient_only(sent):
    ids = message_ids(sent)
    check_nothing(sent, report(f"bounce@{DOMAIN}", recipient="ada@example.net",
                               returned=f"Message-ID: <{ids['bob@example.net']}>\n"),
                  "nothing in it proves")
    sent.write("mail", report(f"bounce@{DOMAIN}", recipient="ada@example.net",
                              returned=f"Message-ID: <{ids['ada@example.net']}>\n"))
    found, _ = read(sent, "mail")
    assert [(event["address"], event["proof"]) for event in found] == [
        ("ada@example.net", "message-id")]


def test_the_message_id_of_a_lists_copy_is_in_an_archive_and_proves_nothing(sent):
    ids = message_ids(sent)
    sent.write("subscribers.csv", "email,name,type\nada@example.net,Ada,\n"
                                  "sailors@lists.example.net,S,list\n")
    sent.write("mail", report(f"bounce@{DOMAIN}", recipient="sailors@lists.example.net",
                              returned=f"Message-ID: <{ids['sailors@lists.example.net']}>\n"))
    found, _ = read(sent, "mail")
    assert [event["done"] for event in found] == ["unproven"]
    assert "archive" in found[0]["why"] or "anybody can read" in found[0]["why"]
    assert suppressed(sent) == []


def test_a_link_in_the_returned_header_proves_the_person(sent):
    """Complaints often have nothing else; ENVID says which campaign it was."""
    token = leave_token("ada@example.net")
    returned = f"List-Unsubscribe: <https://harbour.example.org/u/{token}>\n"
    sent.write("mail", report("fbl@isp.example", status="5.2.2", diagnosis="smtp; 552 full",
                              more="Original-Envelope-Id: summer\n", returned=returned))
    found, _ = read(sent, "mail")
    assert [(event["address"], event["campaign"], event["proof"], event["done"])
            for event in found] == [("ada@example.net", "summer", "link", "noted")]


@pytest.mark.parametrize("status, diagnosis, name", [
    ("5.7.1", "smtp; 550 5.7.1 blocked", "policy"),
    ("5.1.1", "smtp; 550 5.1.1 your message looks like spam", "policy"),
    ("5.7.26", "smtp; 550 5.7.26 unauthenticated", "policy"),
    ("5.3.4", "smtp; 552 5.3.4 too large", "content"),
    ("5.6.0", "smtp; 554 5.6.0 bad content", "content"),
])
def test_policy_and_content_never_suppress(sent, status, diagnosis, name):
    sent.write("mail", report(bounce_address("ada@example.net", "summer"), status=status,
                              diagnosis=diagnosis))
    found, summary = read(sent, "mail")
    assert [(event["class"], event["done"]) for event in found] == [(name, "shown")]
    assert summary["classes"][name] == 1
    assert suppressed(sent) == []


def test_delays_and_automatic_answers_do_nothing(sent):
    to = bounce_address("ada@example.net", "summer")
    sent.write("delay", report(to, status="4.4.1", action="delayed", diagnosis="smtp; 451 later"))
    sent.write("away", f"To: {to}\nFrom: ada@example.net\nAuto-Submitted: auto-replied\n"
                       "Subject: Out of office\n\nI am away, write to bob@example.net.\n")
    sent.write("letter", f"To: {to}\nFrom: ada@example.net\nSubject: hello\n\nhello\n")
    found, summary = read(sent, "delay", "away", "letter")
    assert summary["kinds"]["automatic"] == 1 and summary["kinds"]["other"] == 1
    assert [(event["kind"], event["done"]) for event in found] == [
        ("report", "shown"), ("automatic", "ignored"), ("other", "ignored")]
    assert suppressed(sent) == []


def test_a_report_without_a_failure_of_its_recipient_says_so(sent):
    to = bounce_address("ada@example.net", "summer")
    sent.write("fine", report(to, status="2.0.0", action="relayed", diagnosis="smtp; 250 ok"))
    sent.write("others", report(to, recipient="x@moved.example").replace(
        "\n\n--b\nContent-Type: text/rfc822",
        "\n\nFinal-Recipient: rfc822; y@moved.example\nAction: failed\nStatus: 5.1.1\n"
        "\n--b\nContent-Type: text/rfc822"))
    found, _ = read(sent, "fine", "others")
    assert [(event["done"], event["why"]) for event in found] == [
        ("shown", "it tells of no failure"),
        ("shown", "it is about several people, and whom we wrote to is not named")]
    assert suppressed(sent) == []


def test_a_complaint_suppresses_at_once(sent):
    returned = f"Return-Path: <{bounce_address('ada@example.net', 'summer')}>\nSubject: x\n"
    sent.write("mail", "To: fbl@harbour.example.org\nFrom: feedback@isp.example\n"
               "Message-ID: <1@isp.example>\nSubject: complaint\nMIME-Version: 1.0\n"
               "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
               "--b\nContent-Type: text/plain\n\nA complaint.\n"
               "--b\nContent-Type: message/feedback-report\n\n"
               "Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n\n"
               f"--b\nContent-Type: message/rfc822\n\n{returned}\nhello\n--b--\n")
    found, _ = read(sent, "mail")
    assert [(event["kind"], event["class"], event["done"]) for event in found] == [
        ("complaint", "complaint", "suppressed")]
    assert suppressed(sent) == [("ada@example.net", "complained")]


def test_the_third_soft_bounce_in_two_weeks_suppresses(project, sink):
    prepare(project, sink, rows=[("ada@example.net", "Ada")])
    for name in ("one", "two", "three", "four"):
        project.run("send", "--yes", "--json", "--campaign", name, "post.md").expect(0)
    journal = sqlite3.connect(project.folder / ".mirmail/journal.db")

    def began(name, days):
        with journal:
            journal.execute("UPDATE campaign SET created_us = ? WHERE id = ?",
                            (1785578400_000000 + days * 86400_000000, name))

    def take(name):
        project.write("mail", report(bounce_address("ada@example.net", name), status="5.2.2",
                                     diagnosis="smtp; 552 5.2.2 mailbox full"))
        found, _ = read(project, "mail")
        return found[0]["done"], found[0]["campaigns"]

    for name, days in (("one", 0), ("two", 7), ("three", 13), ("four", 14)):
        began(name, days)
    assert take("one") == ("noted", 1)
    assert take("one") == ("noted", 1)
    assert take("two") == ("noted", 2)
    assert take("three") == ("noted", 3)
    assert suppressed(project) == []
    assert take("four") == ("suppressed", 4)
    assert suppressed(project) == [("ada@example.net", "bounced")]


def test_hostile_bytes_are_printed_as_one_line_a_mail(sent):
    sent.write("mail", report(f"bounce@{DOMAIN}",
                              diagnosis="smtp; 550 5.1.1 \x1b[2J\u202eevil\x07 \x9b1m"))
    done = sent.run("bounces", "mail").expect(0)
    text = done.stdout.decode()
    assert len(text.splitlines()) == 2
    assert "\x1b" not in text and "\u202e" not in text and "\x9b" not in text


def test_without_keys_or_journal_everything_is_only_shown(project, mirmail):
    project.configure_plain(1)
    project.write("mail", report(f"bounce@{DOMAIN}"))
    found, _ = read(project, "mail")
    assert [event["done"] for event in found] == ["unproven"]
    assert "mirmail keygen" in found[0]["why"]
    assert not (project.folder / ".mirmail").exists()
    project.write("mirmail.yaml", "sender: {from: a@b.example}\n")
    write_keys(project)
    assert "list.id" in read(project, "mail")[0][0]["why"]
    said = mirmail("bounces", "nothing").expect(66).stderr
    assert "nothing: no such file or folder" in said
