"""The envelope: an envelope sender of its own for each recipient, and what a
relay that offers DSN is asked (RFC 3461)."""

import re

import pytest

from scripted_smtp import ScriptedServer
from tokens import make_token

SEND = ("send", "--yes", "--json", "post.md")
KEYS = "a aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypq\n"
OTHER = "b eaqseizeeutcokbjfivsyljof4ydcmrtgq2tmnzyhe5dwpb5hy7q\n"
LIST = "news.harbour.example.org"
VERP = "bounce+{token}@harbour.example.org"


def write_keys(project, text=KEYS):
    folder = project.folder / ".mirmail"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "keys"
    path.write_text(text)
    path.chmod(0o600)


def set_bounce(project, address):
    text = (project.folder / "mirmail.yaml").read_text()
    project.write("mirmail.yaml",
                  text.replace("sender:\n", f'sender:\n  bounce: "{address}"\n', 1))


def bounce_token(address, campaign, keys=KEYS):
    return make_token(keys, LIST, address, "bounce", campaign)


def leave_token(address, keys=KEYS):
    return make_token(keys, LIST, address)


def commands(server, verb):
    return [event["line"] for event in server.events("command")
            if event["line"].startswith(verb)]


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_relay_with_dsn_is_asked_for_failures_only(project, mirmail, pipelining):
    people = ["ada@example.net", "a+b=c@example.net", f"{'x' * 64}@{'y' * 30}.example.net"]
    with ScriptedServer({"extra": ["DSN"], "pipelining": pipelining}) as server:
        project.configure_plain(server.port)
        project.subscribe([(address, "X") for address in people])
        mirmail(*SEND).expect(0)
    campaign = project.campaign()
    for line in commands(server, "MAIL"):
        assert re.fullmatch(rf"MAIL FROM:<news@harbour\.example\.org>( SIZE=\d+)?"
                            rf" RET=HDRS ENVID={campaign}", line), line
    assert commands(server, "RCPT") == [
        f"RCPT TO:<{people[0]}> NOTIFY=FAILURE ORCPT=rfc822;{people[0]}",
        f"RCPT TO:<{people[1]}> NOTIFY=FAILURE ORCPT=rfc822;a+2Bb+3Dc@example.net",
        f"RCPT TO:<{people[2]}> NOTIFY=FAILURE",
    ]
    assert len(server.events("accepted")) == 3


@pytest.mark.parametrize("extra", [[], ["DSNX"]])
def test_a_relay_without_dsn_is_asked_nothing(project, mirmail, extra):
    with ScriptedServer({"extra": extra}) as server:
        project.configure_plain(server.port)
        project.subscribe(2)
        mirmail(*SEND).expect(0)
    for line in commands(server, "MAIL") + commands(server, "RCPT"):
        assert not re.search("RET|ENVID|NOTIFY|ORCPT", line), line


def test_each_recipient_has_an_envelope_sender_of_its_own(project, mirmail, postfix):
    project.configure_plain(postfix.port, "connections: 2\n")
    set_bounce(project, VERP)
    write_keys(project)
    project.subscribe(20)
    mirmail(*SEND).expect(0)
    postfix.wait_delivered()
    campaign = project.campaign()
    senders = {}
    for mail in postfix.raw_mails():
        recipient = re.search(rb"^Delivered-To: (.*)$", mail, re.M)[1].decode()
        senders[recipient] = re.search(rb"^Return-Path: <(.*)>$", mail, re.M)[1].decode()
    assert senders == {
        address: f"bounce+{bounce_token(address, campaign)}@harbour.example.org"
        for address in project.recipients}


def test_a_list_gets_the_plain_envelope_sender(project, mirmail, postfix):
    project.configure_plain(postfix.port)
    set_bounce(project, VERP)
    write_keys(project)
    project.write("subscribers.csv", "email,name,type\n"
                                     "ada@example.net,Ada,\n"
                                     "sailors@lists.example.net,Sailors,list\n")
    mirmail(*SEND).expect(0)
    postfix.wait_delivered()
    for mail in postfix.raw_mails():
        sender = re.search(rb"^Return-Path: <(.*)>$", mail, re.M)[1].decode()
        is_list = b"Delivered-To: sailors@" in mail
        assert (sender == "bounce@harbour.example.org") == is_list
        assert (bounce_token("ada@example.net", project.campaign()) in sender) != is_list


def test_an_address_with_a_token_needs_keys(project, mirmail):
    project.configure_plain(1)
    set_bounce(project, VERP)
    project.subscribe(1)
    said = mirmail(*SEND).expect(78).stderr
    assert "mirmail.yaml: `sender.bounce` has {token}" in said
    assert "mirmail keygen" in said
    mirmail("preview", "--format", "text", "post.md").expect(0)


def test_a_wrong_address_for_bounces_is_shown_with_its_place(project, mirmail):
    project.configure_plain(1)
    set_bounce(project, "bounce{token}@harbour.example.org")
    project.subscribe(1)
    said = mirmail(*SEND).expect(78).stderr
    assert "mirmail.yaml:2:" in said
    assert "as in bounce+{token}@example.org" in said


def test_with_keys_no_stranger_can_make_a_message_id(project, mirmail):
    project.configure_plain(1)
    project.subscribe([("ada@example.net", "Ada")])

    def message_id():
        return re.search(rb"^Message-ID: <(.*)>\r?$", project.shown("ada@example.net"),
                         re.M | re.I)[1].decode()

    public = message_id()
    write_keys(project)
    first = message_id()
    write_keys(project, OTHER + KEYS)
    rotated = message_id()
    write_keys(project, OTHER)
    other = message_id()
    token = r"[a-z2-7]{26}@harbour\.example\.org"
    assert re.fullmatch(rf"festival\.{token}", public)
    assert re.fullmatch(rf"festival\.0{token}", first)
    assert rotated == first
    assert len({public, first, other}) == 3
