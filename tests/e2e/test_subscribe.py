"""People join by mail: they write to an address, are asked, answer, and are on
the list. What is asked goes through a real Postfix and is read by Python's
email; what they answer is filed as a mail server would."""

import email
import email.policy
import email.utils
import json
import re
import time

import pytest
from postfix import Postfix

DOMAIN = "harbour.example.org"
JOIN = f"join@{DOMAIN}"
SETTING = f'  subscribe_mail: "join+{{token}}@{DOMAIN}"\n'
ADA, NEW, OTHER = ("ada@list.example.net", "new@list.example.net", "other@list.example.net")
STATE = "keys: keys\nsuppressions: suppressions.csv\njournal: journal.db\n"


@pytest.fixture
def relay():
    with Postfix() as server:
        yield server


@pytest.fixture
def joining(project, relay, mirmail):
    project.configure_plain(relay.port, STATE)
    path = project.folder / "mirmail.yaml"
    path.write_text(path.read_text().replace("  name: Harbour News\n",
                                             "  name: Harbour News\n" + SETTING))
    project.run("keygen").expect(0)
    project.write("subscribers.csv", f"email,name,joined\n{ADA},Ada,\n")
    return project


def mail(sender, to, *fields, age=0):
    date = email.utils.formatdate(time.time() - age)
    return "\n".join((f"From: {sender}", f"To: {to}", f"Date: {date}", *fields, "", "yes", ""))


def take(project, *mails, options=(), status=0):
    """What `subscribe` says of a Maildir with these mails, each and in order."""
    new = project.folder / "Maildir" / "new"
    for folder in ("tmp", "cur", "new"):
        (project.folder / "Maildir" / folder).mkdir(parents=True, exist_ok=True)
    for old in new.iterdir():
        old.unlink()
    for number, text in enumerate(mails):
        (new / f"{number:04}.mail").write_text(text)
    result = project.run("subscribe", "--mail", "--json", *options, "Maildir").expect(status)
    said = sorted((event for event in result.events if event["event"] == "subscribe"),
                  key=lambda event: event["place"])
    return [event["result"] for event in said], [event["why"] or "" for event in said]


def questions(relay, to):
    relay.wait_delivered()
    return [email.message_from_bytes(raw, policy=email.policy.default)
            for raw in relay.raw_mails()
            if re.search(rb"^Delivered-To: " + re.escape(to.encode()) + rb"$", raw, re.M)]


def rows(project):
    return (project.folder / "subscribers.csv").read_text().splitlines()


def test_who_asks_and_answers_is_on_the_list_and_gets_the_next_mail(joining, relay):
    request = mail(f"New Person <{NEW}>", JOIN, "Subject:")
    assert take(joining, *[request] * 5)[0] == ["asked to join"] * 5
    assert rows(joining) == ["email,name,joined", f"{ADA},Ada,"]
    asked = questions(relay, NEW)
    assert len(asked) == 1
    question = asked[0]
    answer_to = question["Reply-To"].addresses[0].addr_spec
    assert re.fullmatch(rf"join\+[a-z2-7]{{33}}@{re.escape(DOMAIN)}", answer_to)
    assert question["From"].addresses[0].addr_spec == f"news@{DOMAIN}"
    assert [a.addr_spec for a in question["To"].addresses] == [NEW]
    assert question["To"].addresses[0].display_name == ""
    assert question["Auto-Submitted"] == "auto-replied"
    assert question["Subject"] == "Please confirm your subscription to Harbour News"
    assert question["List-Unsubscribe"] is None and question["List-Unsubscribe-Post"] is None
    assert question["List-Subscribe"] == f"<mailto:{JOIN}?subject=subscribe>"
    for kind in ("plain", "html"):
        text = question.get_body((kind,)).get_content()
        assert NEW in text and "Harbour News" in text and "answer this mail" in text
        assert "nsubscribe" not in text

    # The same mails once more, and new ones of the same day: nothing goes out.
    take(joining, request, mail(NEW.upper(), f"Join <{JOIN.upper()}>"))
    assert len(questions(relay, NEW)) == 1

    answer = mail(f"=?utf-8?q?N=C3=A9w?= <{NEW}>", answer_to, "Subject: Re: Please confirm")
    notice = mail(NEW, answer_to, "Auto-Submitted: auto-replied (vacation)")
    assert take(joining, notice)[0] == ["ignored"]
    assert take(joining, mail(OTHER, answer_to))[0] == ["ignored"]
    assert take(joining, answer, options=["--dry-run"])[0] == ["joined"]
    assert len(rows(joining)) == 2
    assert take(joining, answer, answer)[0] == ["joined", "on the list before"]
    today = time.strftime("%Y-%m-%d", time.gmtime())
    assert rows(joining) == ["email,name,joined", f"{ADA},Ada,", f"{NEW},Néw,{today}"]
    assert take(joining, answer, request)[0] == ["on the list before"] * 2

    joining.run("send", "--yes", "--json", "--no-dns", "--campaign", "next", "post.md").expect(0)
    assert len(questions(relay, NEW)) == 2 and len(questions(relay, ADA)) == 1


def test_only_the_token_of_this_purpose_this_person_and_these_weeks_counts(joining, relay):
    take(joining, mail(NEW, JOIN), mail(OTHER, JOIN))
    right = questions(relay, NEW)[0]["Reply-To"].addresses[0].addr_spec
    others = questions(relay, OTHER)[0]["Reply-To"].addresses[0].addr_spec
    token = re.fullmatch(r"join\+(.*)@.*", right)[1]
    flipped = token[:-2] + ("b" if token[-2] == "a" else "a") + token[-1]
    wrong = [others, *(f"join+{text}@{DOMAIN}" for text in
                       (flipped, token[::-1], "a" * 33, "z" + token[1:]))]
    results, why = take(joining, *(mail(NEW, to) for to in wrong))
    assert results == ["ignored"] * len(wrong)
    assert all("no right token" in text for text in why)
    # Neither the right one in other places.
    assert take(joining, mail(NEW, JOIN, f"Reply-To: {right}", f"Subject: {right}"))[0] == \
        ["asked to join"]
    assert len(rows(joining)) == 2
    # New keys refuse what the old ones made.
    (joining.folder / "keys").unlink()
    joining.run("keygen").expect(0)
    assert take(joining, mail(NEW, right))[0] == ["ignored"]
    assert len(rows(joining)) == 2


def test_who_left_is_neither_asked_nor_added(joining, relay):
    take(joining, mail(NEW, JOIN))
    right = questions(relay, NEW)[0]["Reply-To"].addresses[0].addr_spec
    joining.run("suppress", "add", NEW, OTHER).expect(0)
    results, why = take(joining, mail(OTHER, JOIN), mail(NEW, right), mail(ADA, JOIN))
    assert results == ["must not be written to"] * 2 + ["on the list before"]
    assert "--resubscribe" in why[0] and "--resubscribe" in why[1]
    assert questions(relay, OTHER) == questions(relay, ADA) == []
    assert len(rows(joining)) == 2


def test_what_is_no_request_of_today_or_yesterday_is_ignored_and_says_why(joining, relay):
    day = 86400
    cases = {
        mail(NEW, JOIN, age=3 * day): "before yesterday",
        mail(NEW, JOIN, age=-3 * day): "future",
        mail(NEW, "else@" + DOMAIN): "not to the address",
        mail(f"{NEW}, {OTHER}", JOIN): "several",
        mail(NEW, JOIN, f"From: {OTHER}"): "several",
        mail("undisclosed:;", JOIN): "several",
        mail(NEW, JOIN, "Precedence: bulk"): "program",
        mail(NEW, JOIN, "Return-Path: <>"): "program",
        mail(NEW, JOIN, "List-Id: <a.example.net>"): "program",
        mail(f"news@{DOMAIN}", JOIN): "ours",
        mail(JOIN, JOIN): "ours",
        f"From: {NEW}\nTo: {JOIN}\n\n": "without a date",
    }
    results, why = take(joining, *cases)
    assert results == ["ignored"] * len(cases)
    for part, text in zip(cases.values(), why):
        assert part in text, (part, text)
    assert relay.raw_mails() == []
    # A flood asks each day's victim once for that day.
    assert take(joining, mail(NEW, JOIN, age=day), mail(NEW, JOIN), mail(NEW, JOIN))[0] == \
        ["asked to join"] * 3
    assert len(questions(relay, NEW)) == 2


def test_it_is_off_unless_it_is_configured(joining, relay):
    path = joining.folder / "mirmail.yaml"
    text = path.read_text()
    off = text.replace(SETTING, "")
    for config in (off, text.replace(SETTING, f"  subscribe_mail: {JOIN}\n")):
        path.write_text(config)
        result = joining.run("subscribe", "--mail", "post.md").expect(78)
        assert "subscribe_mail: join+{token}@example.org" in result.stderr
    path.write_text(text)
    joining.run("subscribe", "post.md").expect(64)
    (joining.folder / "keys").unlink()
    assert "keygen" in joining.run("subscribe", "--mail", "post.md").stderr
    assert relay.raw_mails() == []


def test_a_relay_that_is_not_there_is_tried_again_with_the_same_mail(joining, relay):
    path = joining.folder / "mirmail.yaml"
    text = path.read_text()
    path.write_text(re.sub(r"port: \d+", "port: 1", text))
    request = joining.write("request", mail(NEW, JOIN))
    result = joining.run("subscribe", "--mail", "--no-dns", request)
    assert result.status in (69, 75), result
    assert "resume" not in result.stderr
    path.write_text(text)
    joining.run("subscribe", "--mail", "--no-dns", "--quiet", request).expect(0)
    assert len(questions(relay, NEW)) == 1
    campaign = json.loads(joining.run("status", "--json").stdout.splitlines()[0])["campaign"]
    assert campaign == time.strftime("join-%Y-%m-%d", time.gmtime())
    assert "mirmail subscribe" in joining.run("resume", campaign).expect(64).stderr
