"""When mail leaves: rates over runs and kills, --at and --until, and what is
decided about those of whom no answer came."""

import datetime
import signal
import time

import pytest

from scripted_smtp import ScriptedServer
from smtp_sink import SmtpSink

SEND = ("send", "--yes", "--json", "post.md")
RESUME = ("resume", "--yes", "--json")


def after(seconds):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def clock_free(project):
    """Without the pinned date."""
    project.environment.pop("SOURCE_DATE_EPOCH")
    return project


def read_until(stream, words):
    while words not in (line := stream.readline()):
        assert line, "it ended"


def most_in_any(moments, window):
    moments = sorted(moments)
    most, start = 0, 0
    for end, moment in enumerate(moments):
        while moment - moments[start] >= window:
            start += 1
        most = max(most, end - start + 1)
    return most


def test_a_rate_holds_over_connections_runs_and_kills(project, mirmail):
    with ScriptedServer() as server:
        project.configure_plain(server.port, "connections: 3\n")
        project.subscribe(90)
        rate = ("--rate", "20/2s")
        command = SEND
        for seconds in (0.7, 1.1, 0.4, 1.3, 0.9):
            project.kill_after(seconds, *command, *rate)
            command = RESUME
        last = mirmail(*RESUME, *rate)
        assert last.status in (0, 1)
        moments = [moment for moment, _ in server.moments("MAIL")]
        assert len(moments) >= 85
        assert most_in_any(moments, 2.0) <= 20


def test_a_second_process_may_not_use_an_account_that_has_a_rate(project, mirmail):
    with SmtpSink() as server:
        project.configure_plain(server.port)
        project.subscribe(600)
        first = project.start("send", "--yes", "--json", "--rate", "10/s", "post.md")
        read_until(first.stdout, b'"event":"progress"')
        second = mirmail("send", "--yes", "--campaign", "other", "--rate", "10/s", "post.md")
        assert second.status == 75, second.stderr
        assert "the rate of 127.0.0.1" in second.stderr
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=60)
        assert first.returncode == 130


def test_a_send_waits_for_its_time(clock_free, mirmail, sink):
    clock_free.configure_plain(sink.port)
    clock_free.subscribe(3)
    begun = time.monotonic()
    done = mirmail("send", "--yes", "--at", after(4), "post.md").expect(0)
    assert 2 < time.monotonic() - begun < 60
    assert "sends on " in done.stderr
    assert set(clock_free.outcomes().values()) == {"sent"}


def test_ctrl_c_gives_up_a_send_that_waits(clock_free, sink):
    clock_free.configure_plain(sink.port)
    clock_free.subscribe(3)
    process = clock_free.start("send", "--yes", "--at", after(600), "post.md")
    read_until(process.stderr, b"sends on")
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"nothing was sent" in stderr
    assert b"in flight" not in stderr


def test_nobody_is_written_to_after_the_end_not_even_by_a_resume(clock_free, mirmail, sink):
    clock_free.configure_plain(sink.port)
    clock_free.subscribe(100)
    done = mirmail("send", "--yes", "--rate", "5/s", "--until", after(8), "post.md").expect(1)
    assert "left out" in done.stderr
    sent = list(clock_free.outcomes().values()).count("sent")
    assert 0 < sent <= 50
    time.sleep(2)
    again = mirmail("resume", "--yes").expect(64)
    assert "is over" in again.stderr
    mirmail("resume", "--yes", "--rate", "unlimited", "--until", after(600)).expect(0)
    assert len(clock_free.outcomes()) == 100


@pytest.mark.parametrize("arguments,words", [
    (("--at", "yesterday"), "is no moment"),
    (("--at", "2020-01-01T00:00"), "is over"),
    (("--until", "2020-01-01T00:00"), "is over"),
    (("--at", "2090-01-02 00:00", "--until", "2090-01-01 00:00"), "no later than --at"),
    (("--at", "2090-01-02 00:00 Mars/Olympus"), "time zone that is not known"),
])
def test_a_time_that_makes_no_sense_is_refused_at_once(project, mirmail, sink, arguments, words):
    project.configure_plain(sink.port)
    project.subscribe(1)
    assert words in mirmail(*SEND, *arguments).expect(64).stderr


def test_who_is_unknown_is_sent_to_again_only_on_demand(project, mirmail, dropping_sink, postfix):
    project.configure_plain(dropping_sink.port)
    project.subscribe(3)
    mirmail("send", "--yes", "post.md")
    assert set(project.outcomes().values()) == {"unknown"}
    project.configure_plain(postfix.port)
    left = mirmail("resume", "--yes").expect(1)
    assert "--unknown=resend" in left.stderr
    assert postfix.mails() == {}
    mirmail("resume", "--yes", "--unknown=resend").expect(0)
    postfix.wait_delivered()
    assert set(postfix.mails()) == set(project.recipients)
    events = mirmail("status", "--json", project.campaign()).expect(0).events
    people = [event for event in events if event["event"] == "recipient"]
    for person in people:
        assert [one["outcome"] for one in person["history"]] == ["unknown"]
        assert person["history"][0]["message_id"] == person["message_id"]


def test_who_is_unknown_can_be_let_rest(project, mirmail, dropping_sink):
    project.configure_plain(dropping_sink.port)
    project.subscribe(3)
    mirmail("send", "--yes", "post.md")
    mirmail("resume", "--yes", "--unknown=skip").expect(0)
    assert set(project.outcomes().values()) == {"skipped"}
    assert "neither resend nor skip" in mirmail("resume", "--unknown=later").expect(64).stderr


def test_a_domain_gap_spaces_messages_to_one_domain(project, mirmail):
    with ScriptedServer() as server:
        project.configure_plain(server.port, "domain_gap: 1s\nconnections: 2\n")
        project.subscribe([(f"p{i}@d{i % 3}.example.net", "") for i in range(9)])
        mirmail(*SEND).expect(0)
        by_domain = {}
        for moment, command in server.moments("RCPT"):
            by_domain.setdefault(command.split("@")[1].split(".")[0], []).append(moment)
        assert sorted(by_domain) == ["d0", "d1", "d2"]
        for moments in by_domain.values():
            assert most_in_any(moments, 0.95) == 1
