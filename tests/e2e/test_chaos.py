"""Everything goes wrong at once and at random: faults of every kind, kills,
connections cut, the relay restarted. In the end nobody has two copies, nobody
was forgotten, and who is unknown had a message on its way.

SEED=7 repeats a run. `make soak` runs ten times as many recipients, and again
with new seeds for SOAK_SECONDS.
"""

import os
import random
import subprocess
import threading
import time

import pytest
from bad_days import (RESUME, SEND, BadDays, FaultyServer, assert_nobody_twice_nobody_lost,
                      slowness)
from conftest import seeded
from faulty_smtp import Chaos

SOAK = int(os.environ.get("SOAK", "0"))
SOAK_SECONDS = float(os.environ.get("SOAK_SECONDS", "0"))
RECIPIENTS = (100_000 if SOAK else 10_000) // slowness()
PACE = "150/2min"  # by a clock a thousand times as fast
PER_SECOND = 1200  # about what a release build sends here
KEYWORDS = ("PIPELINING", "CHUNKING", "SIZE 10000000", "8BITMIME", "ENHANCEDSTATUSCODES")


class Meddler:
    """Cuts connections and restarts the relay until it is told to stop."""

    def __init__(self, server, rng, calm):
        self.server, self.random, self.calm = server, rng, calm
        self.cuts = self.restarts = 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.meddle)
        self.thread.start()

    def meddle(self):
        while not self.done.wait(self.random.uniform(0.1, 0.6) * self.calm):
            if self.random.random() < 0.7:
                self.cuts += self.server.drop_all()
            else:
                self.server.stop()
                self.restarts += 1
                time.sleep(self.random.uniform(0.001, 0.05))
                self.server.start()

    def stop(self):
        self.done.set()
        self.thread.join()


def relay_settings(rng, certificate):
    if certificate is None:
        return {}, {}
    mode = rng.choice(["starttls", "implicit"])
    return ({"tls": mode, "certificate": (certificate / "self.pem", certificate / "self.key")},
            {"host": "localhost", "tls": mode, "ca_file": certificate / "self.pem"})


def chaos(folder, rng, recipients, kills, rate, certificate=None, pace="unlimited"):
    """One campaign; gives the figures."""
    started = time.monotonic()
    project = BadDays(folder)
    connections = rng.randint(3, 6)
    serving, using = relay_settings(rng, certificate)
    keywords = rng.sample(KEYWORDS, rng.randint(0, len(KEYWORDS)))
    plan = Chaos(rng.random(), rate, certificate is not None)
    server = FaultyServer(plan, keywords=keywords, **serving)
    meddler = Meddler(server, rng, calm=slowness())
    killed = 0
    try:
        project.configure_for(server, f"connections: {connections}\n"
                              f"messages_per_connection: {rng.randint(5, 200)}\n", **using)
        project.pace(pace)
        project.subscribe_many(recipients)
        for _ in range(3 * kills):
            if killed == kills:
                break
            command = RESUME if project.has_campaign() else SEND
            # From the very first moment on to somewhere in the middle.
            status = project.kill_in(
                0.02 + slowness() * rng.uniform(0, recipients / PER_SECOND / kills), *command)
            project.world.shift += 2 * 3600
            killed += status is None
            if status in (0, 1):
                break
        if not project.has_campaign():
            project.run(*SEND)
        for _ in range(12):  # a refusal of us ends a run early
            project.world.shift += 2 * 3600
            if project.run(*RESUME, timeout=600).status in (0, 1):
                break
    finally:
        meddler.stop()
    plan.rate = 0
    with server:
        project.resume_until_done()
        outcomes = assert_nobody_twice_nobody_lost(project, server, killed, connections)
    ledger, unknown = server.ledger, outcomes["unknown"]
    dot_seen = ledger.recipients(lambda t: t.dot_seen and t.answer in (None, "open"))
    return {"recipients": recipients, "faults": sum(ledger.faults.values()), "kills": killed,
            "cuts": meddler.cuts, "restarts": meddler.restarts, "sent": len(outcomes["sent"]),
            "failed": len(outcomes["failed"]), "unknown": len(unknown),
            "unknown, end of data seen": len(unknown & dot_seen),
            "unknown, cut in the message": len(unknown & ledger.doubtful() - dot_seen),
            "unknown, killed": len(unknown - ledger.doubtful()),
            "twice": 0, "lost": 0, "seconds": round(time.monotonic() - started, 1)}


def show(figures):
    print(", ".join(f"{value} {name}" for name, value in figures.items()), flush=True)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                    "self.key", "-out", "self.pem", "-days", "3000", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost"],
                   cwd=folder, check=True, capture_output=True)
    return folder


def test_kills_drops_and_restarts_at_random(tmp_path):
    figures = chaos(tmp_path, seeded("chaos"), RECIPIENTS, kills=100 if SOAK else 12, rate=0.01)
    show(figures)
    assert figures["faults"] >= 200 // slowness() and figures["kills"] >= 3


def test_the_same_at_a_rate(tmp_path):
    figures = chaos(tmp_path, seeded("chaos at a rate"), RECIPIENTS // 4, kills=5, rate=0.008,
                    pace=PACE)
    show(figures)
    assert figures["faults"] > 0


def test_the_same_under_tls(tmp_path, certificate):
    figures = chaos(tmp_path, seeded("chaos under TLS"), RECIPIENTS // 8, kills=5, rate=0.012,
                    certificate=certificate)
    show(figures)
    assert figures["faults"] > 0


@pytest.mark.skipif(SOAK_SECONDS == 0, reason="make soak SOAK_SECONDS=600")
def test_soak(tmp_path, certificate):
    rng = seeded("soak")
    total, number, until = {}, 0, time.monotonic() + SOAK_SECONDS
    while time.monotonic() < until:
        seed = rng.randrange(1_000_000)
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        own = random.Random(seed)
        figures = chaos(folder, own, own.choice([300, 3000, 20_000]) // slowness(),
                        kills=own.randint(1, 25), rate=own.choice([0.002, 0.01, 0.03]),
                        certificate=own.choice([None, certificate]),
                        pace=own.choice(["unlimited", PACE]))
        print(f"{number}: seed {seed}: ", end="")
        show(figures)
        total = {name: round(total.get(name, 0) + value, 1) for name, value in figures.items()}
    print(f"{number} campaigns: ", end="")
    show(total)
