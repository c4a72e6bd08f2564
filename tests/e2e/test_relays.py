"""Several relays, and relays that are not Postfix."""

import json
from collections import Counter

import pytest

from exim import Exim
from scripted_smtp import ScriptedServer

SEND = ("send", "--yes", "--json", "post.md")


@pytest.fixture
def sinks():
    with ScriptedServer() as first, ScriptedServer() as second:
        yield first, second


def plain(server, **more):
    return {"host": "127.0.0.1", "port": server.port, "tls": "none", **more}


def configure(project, *relays, extra=""):
    """Replaces the configuration's `relay` by several `relays`."""
    project.configure_plain(1, extra)
    text = (project.folder / "mirmail.yaml").read_text()
    project.write("mirmail.yaml", text.split("relay:\n")[0] +
                  "relays: " + json.dumps(relays) + "\n")


def notices(result):
    return [event["text"] for event in result.events if event["event"] == "notice"]


def assert_all_sent(project):
    assert project.outcomes() == {address: "sent" for address in project.recipients}


def test_exim_takes_every_mail_once(project, mirmail):
    with Exim() as server:
        project.configure({"host": "localhost", "port": server.port,
                           "tls": "starttls", "ca_file": str(server.ca_file)},
                          "connections: 3\n")
        project.subscribe(200)
        project.recipients[7] = "nobody@list0.example.net"
        project.subscribe([(address, "X") for address in project.recipients])
        done = mirmail(*SEND).expect(1)
        assert Counter(server.accepted()) == Counter(
            address for address in project.recipients if "nobody" not in address)
        refused = [event for event in done.events if event["event"] == "outcome"]
        assert [event["address"] for event in refused] == ["nobody@list0.example.net"]
        assert "5.1.1 nobody of this name" in refused[0]["reply"]


def test_exim_that_takes_ten_mails_a_connection_gets_them_all(project, mirmail):
    with Exim(per_connection=10) as server:
        project.configure({"host": "localhost", "port": server.port,
                           "tls": "starttls", "ca_file": str(server.ca_file)})
        project.subscribe(45)
        mirmail(*SEND).expect(0)
        assert Counter(server.accepted()) == Counter(project.recipients)


def test_two_relays_share_by_weight(project, mirmail, sinks):
    configure(project, plain(sinks[0], name="big", weight=3),
              plain(sinks[1], name="small"))
    project.subscribe(400)
    mirmail(*SEND).expect(0)
    assert_all_sent(project)
    taken = [len(server.moments("DATA")) for server in sinks]
    assert sum(taken) == 400
    assert 280 <= taken[0] <= 320


def test_a_wrong_password_sets_one_relay_aside_and_the_other_sends_all(
        project, mirmail, postfix_tls_auth, sink):
    server = postfix_tls_auth
    configure(project,
              {"name": "main", "host": "localhost", "port": server.port,
               "ca_file": str(server.ca_file), "user": "news",
               "password_env": "WRONG_PASSWORD"},
              plain(sink, name="other"))
    project.environment["WRONG_PASSWORD"] = "not it"
    project.subscribe(50)
    done = mirmail(*SEND).expect(0)
    assert_all_sent(project)
    assert server.mails() == {}
    [notice] = [text for text in notices(done) if "set aside" in text]
    assert notice.startswith("main is set aside: ") and "535" in notice


def test_a_relay_that_is_away_is_set_aside_and_the_spare_takes_over(
        project, mirmail, sink):
    configure(project, {"name": "away", "host": "127.0.0.1", "port": 1, "tls": "none"},
              plain(sink, name="spare", weight=0))
    project.subscribe(20)
    done = mirmail(*SEND).expect(0)
    assert_all_sent(project)
    assert any("away is set aside: cannot connect" in text for text in notices(done))


def test_without_any_relay_left_nobody_is_marked(project, mirmail):
    configure(project, {"host": "127.0.0.1", "port": 1, "tls": "none"},
              {"host": "127.0.0.2", "port": 1, "tls": "none"})
    project.subscribe(5)
    done = mirmail(*SEND)
    assert done.status == 75
    assert "cannot connect to 127.0.0." in done.stderr
    assert project.outcomes() == {}


@pytest.mark.parametrize("relays,words", [
    ([{"port": 25}], "this relay has no `host`"),
    ([{"host": "a.example"}, {"host": "a.example"}], "a second time"),
    ([{"host": "a.example", "hots": "b"}], "unknown key `relay.hots`"),
    ("a.example", "must be a list of up to 16 relays"),
])
def test_a_mistake_among_the_relays_has_its_place(project, mirmail, relays, words):
    configure(project)
    text = (project.folder / "mirmail.yaml").read_text()
    project.write("mirmail.yaml", text.replace("relays: []", "relays: " + json.dumps(relays)))
    project.subscribe(1)
    done = mirmail(*SEND).expect(78)
    assert words in done.stderr
    assert done.stderr.startswith("mirmail.yaml:") or "mirmail.yaml:" in done.stderr


def test_relay_and_relays_together_are_a_mistake(project, mirmail, sink):
    project.configure_plain(sink.port, 'relays: [{host: a.example}]\n')
    project.subscribe(1)
    assert "keep one of them" in mirmail(*SEND).expect(78).stderr
