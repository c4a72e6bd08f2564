"""The machine fails: power, disk, clock; and the relay is gone for a while.

Power losses are simulated: bad_world.so writes down every write and flush of
the journal's folder, and disk.py makes of them what the disk may hold after a
loss of power at any moment.
"""

import signal
import threading
import time

import pytest
from bad_days import (LATER, RESUME, SEND, BadDays, FaultyServer, World,
                      assert_nobody_twice_nobody_lost, by_outcome, slowness)
from conftest import seeded
from disk import Disk, read_log, restore
from faulty_smtp import Chaos, Once, Plan

HOW = ("nothing", "everything", "anything")
CONNECTIONS = 4


@pytest.fixture
def days(tmp_path):
    return BadDays(tmp_path)


def configure(days, server, recipients, extra=""):
    days.configure_for(server, f"connections: {CONNECTIONS}\nmessages_per_connection: 40\n" + extra)
    days.subscribe_many(recipients)


class Deferring(Plan):
    """Every twentieth for now and every thirtieth for good, by the answer to
    the message or to RCPT."""

    def __init__(self):
        self.count = 0

    def pick(self, step, _conversation):
        if step not in ("rcpt", "dot"):
            return None
        self.count += 1
        return "4xx" if self.count % 20 == 0 else "5xx" if self.count % 30 == 0 else None


# --- power ---


def outcomes_after(days, contents):
    """What mirmail status tells from these files."""
    folder = days.folder / ".mirmail"
    restore(folder, contents)
    found = days.run("status", "--json")
    if found.status == 66 or found.stdout == b"":
        return by_outcome({})
    return by_outcome(days.entries())


def lose_power(days, server, rng, moments):
    """Looks at the disk after losses of power at so many moments of the run
    that was logged. Each mail whose end the relay had seen by then must stand
    in the journal as one that may have been taken."""
    events = read_log(days.world.log)
    log, days.world.log = days.world.log, None
    assert len(events) > 100, log
    seen = [(t.at, t.recipient) for t in server.ledger.transactions
            if t.dot_seen and t.accepted]
    cuts = sorted(rng.randrange(1, len(events)) for _ in range(moments)) + [len(events)]
    disk, at = Disk(), 0
    with_mail = 0
    for number, cut in enumerate(cuts):
        for event in events[at:cut]:
            disk.play(event)
        at = cut
        before = {who for when, who in seen if when < events[cut - 1].at}
        how = HOW[number % len(HOW)]
        outcomes = outcomes_after(days, disk.after_power_loss(rng, how))
        forgotten = before - outcomes["sent"] - outcomes["unknown"]
        assert not forgotten, f"{how} kept after entry {cut}: {sorted(forgotten)}"
        assert outcomes["sent"] <= server.ledger.taken()
        with_mail += bool(before)
    return with_mail


def logged_run(days, server, recipients, **more):
    configure(days, server, recipients)
    days.world = World(speed=1, log=days.folder / "disk.log", more=more)
    days.run(*SEND, timeout=300)
    server.settle()


def test_no_loss_of_power_forgets_a_mail_that_may_have_left(days):
    rng = seeded("loss of power")
    with FaultyServer(Deferring()) as server:
        logged_run(days, server, 600 // slowness())
        assert lose_power(days, server, rng, moments=60 // slowness()) > 5


def test_a_disk_that_lies_is_found_out(days):
    """Flushes that do nothing, as with synchronous=OFF: the tests above and
    below see it, so they can fail."""
    rng = seeded("lying disk")
    with FaultyServer() as server:
        logged_run(days, server, 100, WORLD_LAZY=1)
        log = days.world.log
        with pytest.raises(AssertionError, match="kept after entry"):
            lose_power(days, server, rng, moments=20)
        disk = Disk()
        for event in read_log(log):
            disk.play(event)
        restore(days.folder / ".mirmail", disk.after_power_loss(rng, "nothing"))
        days.world = World()
        days.run(*SEND)
        assert set(server.ledger.copies().values()) == {2}


@pytest.mark.parametrize("how", HOW)
def test_resume_after_a_loss_of_power(days, how):
    rng = seeded("power goes again and again")
    recipients, losses = 1200 // slowness(), 6
    folder = days.folder / ".mirmail"
    contents, lost = {}, 0
    with FaultyServer(Chaos(rng.random(), 0.005)) as server:
        configure(days, server, recipients)
        for number in range(losses):
            log = days.folder / f"disk{number}.log"
            days.world = World(log=log, shift=number * LATER)
            restore(folder, contents)
            command = RESUME if days.has_campaign() else SEND
            ended = days.kill_in(slowness() * rng.uniform(0.05, 0.35), *command)
            lost += ended is None
            disk = Disk(contents)
            for event in read_log(log):
                disk.play(event)
            contents = disk.after_power_loss(rng, how)
        restore(folder, contents)
        server.plan = Plan()
        days.world = World(shift=losses * LATER)
        if not days.has_campaign():
            days.run(*SEND)
        days.resume_until_done()
        outcomes = assert_nobody_twice_nobody_lost(days, server, losses, 3 * CONNECTIONS)
    print(f"{how}: {recipients} recipients, {lost} losses of power, "
          f"{len(outcomes['unknown'])} unknown")


# --- disk ---


def fails_and_goes_on(days, server, more, recipients=600):
    configure(days, server, recipients // slowness())
    days.world = World(more=more)
    first = days.run(*SEND)
    if first.status in (0, 1):
        pytest.fail(f"{more} was never reached")
    assert first.status == 71, (first.status, first.stderr)
    assert ".mirmail" in first.stderr and "Assertion" not in first.stderr
    taken = len(server.ledger.taken())
    days.world = World()
    if not days.has_campaign():
        days.run(*SEND)
    days.resume_until_done()
    # Only what was in flight when the journal failed is in doubt.
    assert_nobody_twice_nobody_lost(days, server, 1, CONNECTIONS)
    return first, taken


@pytest.mark.parametrize("room", [0, 3000, 20_000, 60_000, 100_000, 200_000])
def test_a_full_disk(days, room):
    with FaultyServer() as server:
        first, taken = fails_and_goes_on(days, server, {"WORLD_FULL": room})
        assert "full" in first.stderr or "space" in first.stderr, first.stderr
        assert taken == 0 or room >= 60_000
        if room == 200_000 and slowness() == 1:
            assert taken > 0


@pytest.mark.parametrize("call,number", [("SYNC", 2), ("SYNC", 9), ("SYNC", 15), ("SYNC", 40),
                                         ("WRITE", 2), ("WRITE", 30), ("WRITE", 77), ("WRITE", 200)])
def test_a_disk_that_fails(days, call, number):
    with FaultyServer() as server:
        first, _ = fails_and_goes_on(days, server, {f"WORLD_BAD_{call}": number})
        assert "Input/output error" in first.stderr or "I/O error" in first.stderr, first.stderr


# --- the relay ---


@pytest.mark.parametrize("away", [0.003, 0.02, None])
def test_the_relay_goes_and_comes_back(days, away):
    """So many seconds on a clock a thousand times as fast; or only for the
    resume."""
    with FaultyServer() as server:
        configure(days, server, 1500 // slowness())

        def go_away():
            while len(server.ledger.transactions) < 100:
                time.sleep(0.001)
            server.stop()
            if away is not None:
                time.sleep(away)
                server.start()

        thread = threading.Thread(target=go_away)
        thread.start()
        first = days.run(*SEND)
        thread.join()
        notices = [event["text"] for event in first.events if event["event"] == "notice"]
        if away is None:
            first.expect(75)
            assert "Connection refused" in first.stderr
            assert any("trying again in 30 s" in text for text in notices)
            server.start()
        days.resume_until_done(first)
        outcomes = assert_nobody_twice_nobody_lost(days, server)
        assert len(outcomes["unknown"]) <= CONNECTIONS


def test_a_relay_that_hangs_up_on_who_is_idle(days):
    with FaultyServer() as server:
        server.idle_seconds = 0.12
        days.configure_for(server)
        days.subscribe_many(6)
        days.world = World(speed=100)
        days.pace("1/18s")
        days.run(*SEND).expect(0)
        assert server.hung_up > 0
        outcomes = assert_nobody_twice_nobody_lost(days, server)
        assert outcomes["sent"] == set(days.recipients)


@pytest.mark.parametrize("files", range(10, 44, 3))
def test_too_few_descriptors(days, files):
    with FaultyServer() as server:
        configure(days, server, 100)
        days.limit_files = files
        first = days.run(*SEND)
        days.limit_files = None
        days.resume_until_done(first if first.status != 66 else None)
        assert_nobody_twice_nobody_lost(days, server)


# --- the clock ---


@pytest.mark.parametrize("shift,is_due", [
    (-10 * 86400, True), (-86400, True), (-1800, False), (0, False), (3600, True),
    (400 * 86400, True)])
def test_the_clock_is_set(days, shift, is_due):
    with FaultyServer(Once("rcpt", "4xx", nth=3, times=2)) as server:
        days.configure_for(server)
        days.subscribe_many(10)
        days.world = World(speed=1)
        days.run(*SEND).expect(75)
        days.world = World(speed=1, shift=shift)
        second = days.run(*RESUME).expect(0 if is_due else 75)
        assert len(server.ledger.taken()) == (10 if is_due else 8)
        days.world = World(shift=max(shift, 0) + LATER)
        days.resume_until_done(None if second.status else second)
        assert_nobody_twice_nobody_lost(days, server)


# --- the organiser ---


@pytest.mark.parametrize("times", [1, 2])
def test_an_interrupt_leaves_nobody_in_doubt_and_a_second_one_those_in_flight(days, times):
    rng = seeded("interrupt")
    with FaultyServer() as server:
        configure(days, server, 2000 // slowness())
        process = days.start(*SEND)
        while len(server.ledger.transactions) < 50 and process.poll() is None:
            time.sleep(0.001)
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            time.sleep(rng.uniform(0, 0.002))
        process.communicate(timeout=60)
        assert process.returncode == 130
        assert len(server.ledger.taken()) < len(days.recipients)
        days.resume_until_done()
        outcomes = assert_nobody_twice_nobody_lost(days, server, times - 1, CONNECTIONS)
        assert times == 2 or not outcomes["unknown"]


def run_at_once(days, command):
    processes = [days.start(*command) for _ in range(4)]
    errors = [process.communicate(timeout=120)[1].decode() for process in processes]
    return {process.returncode: error for process, error in zip(processes, errors)}


def test_many_runs_at_once_are_one(days):
    with FaultyServer(Chaos(3, 0.004)) as server:
        configure(days, server, 400 // slowness())
        for command in (SEND, RESUME):
            ends = run_at_once(days, command)
            assert ends.keys() <= {0, 1, 65, 69, 71, 75}, ends  # 65 and 71: see below
        days.resume_until_done()
        assert_nobody_twice_nobody_lost(days, server)


def test_who_comes_second_is_told_to_wait(tmp_path):
    for attempt in range(15):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        days = BadDays(folder)
        with FaultyServer() as server:
            configure(days, server, 50)
            ends = run_at_once(days, SEND)
            assert ends.keys() <= {0, 75}, ends


def test_the_same_run_tries_again_when_it_is_due(days):
    with FaultyServer(Once("rcpt", "4xx", times=3)) as server:
        days.configure_for(server)
        path = days.folder / "mirmail.yaml"
        path.write_text(path.read_text().replace("retry_for: 0s", "retry_for: 4h"))
        days.subscribe_many(3)
        started = time.monotonic()
        days.run(*SEND).expect(0)
        # Five minutes and a fifth less or more.
        assert 0.24 <= time.monotonic() - started
        outcomes = assert_nobody_twice_nobody_lost(days, server)
        assert outcomes["sent"] == set(days.recipients)
