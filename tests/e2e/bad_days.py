"""What the tests of bad days share: runs and resumes of the program in a
world whose clock is fast, and the one rule that holds after each of them.
"""

import functools
import os
import re
import resource
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from conftest import MIRMAIL, ROOT, Project

sys.path.insert(0, str(ROOT / "tests" / "servers"))
from faulty_smtp import FaultyServer  # noqa: E402,F401

BAD_WORLD = str(ROOT / os.environ.get("BAD_WORLD", "build/release/e2e/bad_world.so"))
SEND = ("send", "--yes", "--json", "post.md")
RESUME = ("resume", "--yes", "--json")
SPEED = 1000
LATER = 2 * 3600  # every deferral is due by then
ROUNDS_MAX = 60
POST = "---\ntitle: The harbour festival\n---\n\nIt begins on **Friday**.\n"
CONFIGURATION = """\
sender:
  from: "Harbour <news@harbour.example.org>"
  organisation: Harbour
  postal_address: "Pier 1, 9000 Example"
list:
  id: news.harbour.example.org
  name: Harbour News
  unsubscribe_mail: leave@harbour.example.org
lists:
  - subscribers.csv
rate: unlimited
"""


@functools.cache
def sanitizer():
    """The path of the sanitizer's library that the program is linked with."""
    linked = subprocess.run(["ldd", MIRMAIL], capture_output=True, text=True, check=True).stdout
    found = re.search(r"=> (\S+lib(asan|tsan)\S+)", linked)
    return found.group(1) if found else None


@functools.cache
def slowness():
    """How much slower than a release build this one is, about."""
    library = sanitizer()
    return 1 if library is None else 6 if "tsan" in library else 4


@dataclass
class World:
    """What bad_world.so does to the next run."""

    speed: int = SPEED
    shift: int = 0
    log: Path = None
    more: dict = field(default_factory=dict)

    def environment(self, folder):
        before = [sanitizer()] if sanitizer() else []
        found = {"LD_PRELOAD": ":".join([*before, BAD_WORLD]), "WORLD_SPEED": str(self.speed),
                 "WORLD_SHIFT": str(self.shift), "WORLD_FOLDER": str(folder / ".mirmail"),
                 "G_SLICE": "always-malloc"}
        if self.log:
            found["WORLD_LOG"] = str(self.log)
        return {**found, **{key: str(value) for key, value in self.more.items()}}


class BadDays(Project):
    def __init__(self, folder):
        super().__init__(folder)
        self.post = self.write("post.md", POST)
        self.world = World()
        self.limit_files = None
        self.plain_environment = dict(self.environment)
        self.plain_environment.setdefault(
            "TSAN_OPTIONS", f"suppressions={ROOT}/tests/e2e/tsan.supp")

    def configure(self, relay, extra=""):
        rows = "".join(f"  {key}: {value}\n" for key, value in relay.items())
        self.write("mirmail.yaml", CONFIGURATION + extra + "relay:\n" + rows)

    def configure_for(self, server, extra="", **changes):
        relay = {"host": "127.0.0.1", "port": server.port, "tls": "none",
                 "reply_timeout": "1h", "data_timeout": "1h", "connect_timeout": "1h"}
        self.configure({**relay, **changes}, "retry_for: 0s\n" + extra)

    def pace(self, rate):
        path = self.folder / "mirmail.yaml"
        path.write_text(path.read_text().replace("rate: unlimited", f"rate: {rate}"))

    def subscribe_many(self, count):
        rows = [(f"u{i}@list{i % 7}.example.net", "") for i in range(count)]
        self.write_list("subscribers.csv", rows)
        self.recipients = [address for address, _ in rows]

    def start(self, *arguments):
        self.environment = {**self.plain_environment, **self.world.environment(self.folder)}
        process = super().start(*arguments)
        if self.limit_files is not None:
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (self.limit_files,) * 2)
        return process

    def resume_until_done(self, first=None):
        """Until everybody has an outcome, each time when all deferrals are
        due. Gives the last result and the number of rounds."""
        last = first
        for rounds in range(ROUNDS_MAX):
            if last is not None:
                if last.status in (0, 1):
                    return last, rounds
                assert last.status in (69, 71, 75, 77), (last.status, last.stderr[-2000:])
            self.world.shift += LATER
            last = self.run(*RESUME, timeout=300)
        raise AssertionError(f"no end: {last.status} {last.stderr[-2000:]}")

    def kill_in(self, seconds, *arguments):
        """None when it was killed, else its exit status."""
        process = self.start(*arguments)
        try:
            _, stderr = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            _, stderr = process.communicate()
        assert b"Sanitizer" not in stderr, stderr[-4000:]
        if process.returncode == -signal.SIGKILL:
            return None
        assert process.returncode in (0, 1, 69, 75), (process.returncode, stderr[-2000:])
        return process.returncode

    def has_campaign(self):
        return (self.folder / ".mirmail" / "journal.db").exists() and bool(
            self.run("status", "--json").expect(0).events)

    def entries(self):
        """Address to what the journal has, as `mirmail status` tells it."""
        events = self.run("status", "--json", self.campaign()).expect(0).events
        return {event["address"]: event for event in events if event["event"] == "recipient"}


def by_outcome(entries):
    found = {"sent": set(), "deferred": set(), "failed": set(), "unknown": set()}
    for address, entry in entries.items():
        found[entry["outcome"]].add(address)
    return found


def assert_nobody_twice_nobody_lost(project, server, kills=0, in_flight=0):
    """The one rule, once everybody has an outcome. A killed run may leave
    somebody unknown whose dot never left: so many were in flight."""
    server.settle()
    ledger, recipients = server.ledger, set(project.recipients)
    outcomes = by_outcome(project.entries())
    twice = {who: count for who, count in ledger.copies().items() if count > 1}
    assert twice == {}
    assert ledger.taken() <= recipients
    sent, unknown, failed = outcomes["sent"], outcomes["unknown"], outcomes["failed"]
    assert sent <= ledger.taken(), sent - ledger.taken()
    if kills == 0:
        assert ledger.told() <= sent, ledger.told() - sent
        assert unknown <= ledger.doubtful(), unknown - ledger.doubtful()
        refused = ledger.refused() - sent - unknown
        assert failed == refused, (failed - refused, refused - failed)
    else:
        assert ledger.told() <= sent | unknown, ledger.told() - sent - unknown
        assert len(unknown - ledger.doubtful()) <= kills * in_flight
        assert failed <= ledger.refused(), failed - ledger.refused()
    assert sent | unknown | failed == recipients, recipients - sent - unknown - failed
    return outcomes
