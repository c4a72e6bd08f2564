"""The whole way, as one story: a campaign goes out through a real Postfix.
While it runs one person is gone and bounces, one presses the button that their
mail provider shows, one answers to the address in the header with an empty
mail. The next campaign leaves out all three and says why.

Links and addresses are taken from the mails as they were delivered, by
Python's email; nothing here knows how a token is made."""

import email
import email.policy
import re
import subprocess
import time

import pytest
from postfix import Postfix
from test_serve import Server

DOMAIN = "harbour.example.org"
ADA, BOB, CLEO, DAN, EVE = (f"{name}@list.example.net"
                            for name in ("ada", "gone.bob", "cleo", "dan", "eve"))
PEOPLE = [ADA, BOB, CLEO, DAN, EVE]
STATE = "keys: keys\nsuppressions: suppressions.csv\njournal: journal.db\n"


@pytest.fixture
def relay():
    with Postfix(gone="gone") as server:
        yield server


def prepare(project, relay):
    project.configure_plain(relay.port, STATE)
    path = project.folder / "mirmail.yaml"
    path.write_text(path.read_text().replace(
        "sender:\n", f'sender:\n  bounce: "bounce+{{token}}@{DOMAIN}"\n', 1).replace(
        f"  unsubscribe_mail: leave@{DOMAIN}\n",
        f"  unsubscribe_url: https://news.{DOMAIN}/u/{{token}}\n"
        f"  unsubscribe_mail: leave+{{token}}@{DOMAIN}\n").replace(
        "rate: unlimited", "rate: 1/2s"))
    project.run("keygen").expect(0)
    said = project.run("keygen", "--dkim", DOMAIN, "s").expect(0).stdout.decode()
    with path.open("a") as file:
        file.write(said[said.index("\ndkim:"):])
    project.subscribe([(address, "") for address in PEOPLE])


def mail_to(relay, address, sending=None, limit=60):
    """The first mail that lies in this person's mailbox."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        for raw in relay.raw_mails():
            if re.search(rb"^Delivered-To: " + re.escape(address.encode()) + rb"$", raw, re.M):
                return email.message_from_bytes(raw, policy=email.policy.default)
        if sending and sending.poll() is not None:
            raise AssertionError(sending.communicate())
        time.sleep(0.05)
    raise AssertionError(f"no mail to {address}")


def ways_out(message):
    return re.findall(r"<(https:[^<>]*|mailto:[^<>]*)>", message["List-Unsubscribe"])


def press_the_button(server, link):
    """What a mailbox provider does by itself: RFC 8058 3.2, as a form with
    parts, and no redirect is followed."""
    path = re.fullmatch(rf"https://news\.{re.escape(DOMAIN)}(/.*)", link)[1]
    return server.curl(path, "--max-redirs", "0", "-F", "List-Unsubscribe=One-Click")


def mailbox_of(project, relay, local_part):
    """A Maildir with what came to this address, as a mail server that knows
    the delimiter would file it."""
    folder = project.folder / local_part
    for name in ("tmp", "new", "cur"):
        (folder / name).mkdir(parents=True)
    for number, raw in enumerate(relay.raw_mails()):
        if re.search(rb"^Delivered-To: " + local_part.encode() + rb"\+", raw, re.M | re.I):
            (folder / "new" / f"{number}.mail").write_bytes(raw)
    return folder


def write_back(relay, mailto):
    """An empty mail without a subject, from another address than the one that
    is subscribed, to where the header says."""
    to = re.fullmatch(r"mailto:([^?]*)(\?.*)?", mailto)[1]
    mail = f"From: Dan <dan@another.example>\r\nTo: {to.upper()}\r\nSubject:\r\n\r\n"
    subprocess.run(
        ["curl", "-s", "-S", "--max-time", "20", f"smtp://127.0.0.1:{relay.port}",
         "--mail-from", "dan@another.example", "--mail-rcpt", to, "-T", "-"],
        input=mail.encode(), check=True)


def test_people_leave_while_a_campaign_runs_and_the_next_one_knows(project, relay, mirmail):
    prepare(project, relay)
    server = Server(project)
    try:
        sending = project.start("send", "--yes", "--json", "--no-dns", "--campaign", "summer",
                                "post.md")
        first = mail_to(relay, ADA, sending)
        assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        signed = re.sub(r"\s", "", first["DKIM-Signature"]).lower()
        assert ":list-unsubscribe:" in signed and ":list-unsubscribe-post:" in signed

        # Eve is the last on the list, and has this link from an earlier mail.
        shown = email.message_from_bytes(project.shown(EVE), policy=email.policy.default)
        link, _ = ways_out(shown)
        assert press_the_button(server, link)[0] == 200
        assert sending.poll() is None, "the campaign was over before anybody left"
        out, err = sending.communicate(timeout=120)
        assert sending.returncode in (0, 1), err
        relay.wait_delivered()
    finally:
        assert server.stop() == 0
    outcomes = project.outcomes()
    assert outcomes == {ADA: "sent", BOB: "sent", CLEO: "sent", DAN: "sent", EVE: "skipped"}
    assert set(relay.mails()) >= {ADA, CLEO, DAN} and EVE not in relay.mails()

    write_back(relay, ways_out(mail_to(relay, DAN))[1])
    relay.wait_delivered()
    box = mailbox_of(project, relay, "leave")
    assert len(list((box / "new").iterdir())) == 1
    project.run("unsubscribe", "--mail", box).expect(0)
    box = mailbox_of(project, relay, "bounce")
    assert len(list((box / "new").iterdir())) == 1
    project.run("bounces", box).expect(0)

    before = {address: len(mails) for address, mails in relay.mails().items()}
    result = project.run("send", "--yes", "--json", "--no-dns", "--campaign", "autumn",
                         "post.md").expect(0)
    relay.wait_delivered()
    after = {address: len(mails) for address, mails in relay.mails().items()}
    assert {address for address in after if after[address] != before.get(address)} == {ADA, CLEO}
    plan = next(event for event in result.events if event["event"] == "plan")
    assert plan["suppressed"] == {"bounced": 1, "unsubscribed": 2}
    for address, why in ((BOB, "bounced"), (DAN, "unsubscribed"), (EVE, "unsubscribed")):
        said = project.run("list", "show", address).expect(0).stdout.decode()
        assert re.search(rf"{why} on \d{{4}}-\d\d-\d\d", said), said
