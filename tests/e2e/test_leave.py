"""The ways to leave that each recipient has of their own, in the mail as it is
sent: read by Python's email, signed for dkimpy."""

import email
import email.policy
import re

import dkim
import pytest
from tokens import base32, make_token

NEWS = "news.harbour.example.org"
KEYS = {"a": bytes(range(32)), "b": bytes(range(32, 64))}
PEOPLE = [("Ada@list.example.net", "Ada Example"), ("bob@list.example.net", "Bob")]
SEND = ("send", "--yes", "--quiet", "post.md")
EXAMPLE = "exampletokenexampletokenexampleto"


def key_line(letter):
    return f"{letter} {base32(KEYS[letter])}\n"


def token(address, letter="a"):
    return make_token(key_line(letter), NEWS, address)


def write_keys(project, letters="a"):
    path = project.folder / ".mirmail/keys"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(key_line(letter) for letter in letters))
    path.chmod(0o600)


def configure(project, port, *, url="https://news.example.org/u/{token}",
              mail="leave+{token}@news.example.org", owner=None, extra=""):
    project.configure_plain(port, extra)
    text = (project.folder / "mirmail.yaml").read_text()
    rows = [f"  unsubscribe_url: {url}"] if url else []
    rows += [f"  unsubscribe_mail: {mail}"] if mail else []
    rows += [f"  owner: {owner}"] if owner else []
    text = text.replace("  unsubscribe_mail: leave@harbour.example.org", "\n".join(rows))
    (project.folder / "mirmail.yaml").write_text(text)


def sign(project):
    """Makes a key; its record and the lines of the configuration."""
    domain = "harbour.example.org"
    result = project.run("keygen", "--dkim", domain, "s").expect(0).stdout.decode()
    record = "".join(re.findall(r'^    "(.*)"$', result, flags=re.M))
    return ({f"s._domainkey.{domain}": record},
            f"dkim:\n  - domain: {domain}\n    selector: s\n"
            f"    key_file: .mirmail/dkim-{domain}-s.pem\n")


def read(raw):
    return email.message_from_bytes(raw, policy=email.policy.SMTP)


def uris(message):
    fields = message.get_all("List-Unsubscribe", [])
    assert len(fields) <= 1
    return re.findall(r"<([^<>]*)>", fields[0]) if fields else []


def bodies(message):
    return {part: message.get_body((part,)).get_content() for part in ("plain", "html")}


@pytest.fixture
def personal(project):
    write_keys(project)
    project.subscribe(PEOPLE)
    return project


def delivered(postfix):
    """Address to the one mail that came there."""
    postfix.wait_delivered()
    mails = postfix.mails()
    assert all(len(copies) == 1 for copies in mails.values())
    return {address: copies[0] for address, copies in mails.items()}


def test_everybody_gets_ways_of_their_own_in_header_and_both_parts(personal, postfix):
    records, dkim_lines = sign(personal)
    configure(personal, postfix.port, extra=dkim_lines)
    personal.run(*SEND).expect(0)
    mails = delivered(postfix)
    assert len(mails) == 2
    for address, raw in mails.items():
        message = read(raw)
        page = f"https://news.example.org/u/{token(address)}"
        assert uris(message) == [
            page, f"mailto:leave+{token(address)}@news.example.org?subject=unsubscribe"]
        assert message.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
        shown = bodies(message)
        assert page in shown["plain"].split() and f'href="{page}"' in shown["html"]
        others = {token(other) for other, _ in PEOPLE if other != address}
        assert not any(other.encode() in raw for other in others)

        def txt(name, timeout=5):
            return records.get(name.decode().rstrip("."), "").encode() or None

        verifier = dkim.DKIM(raw)
        assert verifier.verify(dnsfunc=txt)
        signed = {name.lower() for name, _ in verifier.signed_headers}
        assert {b"list-unsubscribe", b"list-unsubscribe-post"} <= signed


def test_one_click_is_offered_only_in_signed_mail(personal):
    configure(personal, 25)
    message = read(personal.shown("Ada@list.example.net"))
    assert len(uris(message)) == 2 and message["List-Unsubscribe-Post"] is None
    result = personal.run("check", "post.md")
    assert "one click" in result.stdout.decode() + result.stderr


def test_one_click_needs_a_page_with_a_token(personal):
    _, dkim_lines = sign(personal)
    configure(personal, 25, url="https://news.example.org/leave", extra=dkim_lines)
    message = read(personal.shown("Ada@list.example.net"))
    assert uris(message)[0] == "https://news.example.org/leave"
    assert message["List-Unsubscribe-Post"] is None


def test_fields_are_short_enough_and_hold_no_encoded_word(personal):
    configure(personal, 25, url="https://example.org/u/{token}", mail="u-{token}@example.org")
    raw = personal.shown("Ada@list.example.net")
    field = re.search(rb"List-Unsubscribe:(?:.*\r\n)(?:[ \t].*\r\n)*", raw).group(0)
    assert all(len(line) <= 78 for line in field.split(b"\r\n")) and b"=?" not in field


def test_a_lists_address_gets_no_token(personal):
    _, dkim_lines = sign(personal)
    personal.write("subscribers.csv", "email,name,type\nada@list.example.net,Ada,\n"
                                      "club@lists.example.net,Club,list\n")
    configure(personal, 25, owner="owner@harbour.example.org", extra=dkim_lines)
    club = read(personal.shown("club@lists.example.net"))
    assert uris(club) == ["mailto:owner@harbour.example.org?subject=unsubscribe"]
    assert club["List-Unsubscribe-Post"] is None
    shown = bodies(club)
    assert "owner@harbour.example.org" in shown["plain"]
    assert 'href="mailto:owner@harbour.example.org?subject=unsubscribe"' in shown["html"]
    for part in shown.values():
        assert token("club@lists.example.net") not in part and "/u/" not in part
    assert token("ada@list.example.net").encode() in personal.shown("ada@list.example.net")


def test_a_lists_address_that_nobody_answers_for_has_no_way(personal):
    personal.write("subscribers.csv", "email,type\nclub@lists.example.net,list\n")
    configure(personal, 25)
    message = read(personal.shown("club@lists.example.net"))
    assert uris(message) == []
    assert "nsubscribe" not in bodies(message)["plain"]


def test_without_keys_a_send_does_not_begin(project, postfix):
    project.subscribe(PEOPLE)
    configure(project, postfix.port)
    for command in (SEND, ("send", "--dry-run", "post.md")):
        result = project.run(*command).expect(78)
        assert "`list.unsubscribe_url` has {token}" in result.stderr
        assert "mirmail keygen" in result.stderr
    configure(project, postfix.port, url=None)
    assert "`list.unsubscribe_mail` has {token}" in project.run(*SEND).expect(78).stderr
    assert postfix.mails() == {}


def test_without_keys_a_preview_shows_an_example_and_says_so(project):
    project.subscribe(PEOPLE)
    configure(project, 25)
    result = project.run("preview", "post.md").expect(0)
    assert EXAMPLE in result.stdout.decode()
    assert "an example in place of each recipient's token" in result.stderr
    page = project.folder / "page.html"
    project.run("preview", "--html", page, "post.md").expect(0)
    assert EXAMPLE in page.read_text() and "keygen" in page.read_text()


def test_keys_that_others_may_read_stop_a_preview_too(personal):
    configure(personal, 25)
    (personal.folder / ".mirmail/keys").chmod(0o644)
    assert "chmod 600" in personal.run("preview", "post.md").expect(77).stderr


def test_a_new_key_changes_links_but_no_message_id_and_no_campaign(personal, postfix):
    configure(personal, postfix.port)
    before = read(personal.shown("bob@list.example.net"))
    personal.run(*SEND[:-1], "--limit", "1", "post.md").expect(0)
    write_keys(personal, "ba")
    after = read(personal.shown("bob@list.example.net"))
    assert after["Message-ID"] == before["Message-ID"]
    assert uris(after)[0].endswith(token("bob@list.example.net", "b"))
    assert uris(before)[0].endswith(token("bob@list.example.net", "a"))
    personal.run(*SEND).expect(0)
    assert delivered(postfix).keys() == {address for address, _ in PEOPLE}


def test_the_first_key_changes_no_message_id_of_a_campaign_that_is_going_on(project, postfix):
    project.subscribe(PEOPLE)
    project.configure_plain(postfix.port)
    before = read(project.shown("bob@list.example.net"))
    project.run(*SEND[:-1], "--limit", "1", "post.md").expect(0)
    project.run("keygen").expect(0)
    assert read(project.shown("bob@list.example.net"))["Message-ID"] != before["Message-ID"]
    project.run(*SEND).expect(0)
    mails = delivered(postfix)
    assert mails.keys() == {address for address, _ in PEOPLE}
    assert read(mails["bob@list.example.net"])["Message-ID"] == before["Message-ID"]


def test_translations_have_message_ids_under_the_key_too(personal):
    configure(personal, 25)
    personal.write("subscribers.csv", "email,lang\nada@list.example.net,\nbob@list.example.net,de\n")
    post = (personal.folder / "post.md").read_text()
    personal.write("post.de.md", post.replace("The harbour festival", "Das Hafenfest"))
    for address in ("ada@list.example.net", "bob@list.example.net"):
        message = read(personal.shown(address))
        assert re.search(r"\.0[a-z2-7]{26}@", message["Message-ID"]), address
    assert "Hafenfest" in message["Subject"]


def test_another_pattern_is_another_mail(personal, postfix):
    configure(personal, postfix.port)
    personal.run(*SEND[:-1], "--limit", "1", "post.md").expect(0)
    configure(personal, postfix.port, url="https://other.example.org/u/{token}")
    assert "--revise" in personal.run(*SEND).expect(65).stderr


def test_a_test_copy_has_the_token_of_whom_it_goes_to(personal, postfix):
    configure(personal, postfix.port)
    personal.run("send", "--yes", "--test", "me@harbour.example.org", "post.md").expect(0)
    raw = delivered(postfix)["me@harbour.example.org"]
    assert uris(read(raw))[0].endswith(token("me@harbour.example.org"))
