"""What the end-to-end tests share: the built program in a fresh folder, and
real servers to send to.

MIRMAIL names another program than build/mirmail, such as one with
sanitizers.
"""

import csv
import email.policy
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "servers"))

from policy import Policy  # noqa: E402
from postfix import Postfix  # noqa: E402
from smtp_sink import SmtpSink  # noqa: E402

MIRMAIL = os.environ.get("MIRMAIL", str(ROOT / "build" / "mirmail"))

# Before a program: then even root writes only where the modes let it.
LESS = [] if os.geteuid() else ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
needs_less = pytest.mark.skipif(
    os.geteuid() == 0 and not os.path.exists("/usr/bin/setpriv"),
    reason="root writes anywhere and there is no setpriv to be less")
DATE = "1785578400"  # 2026-08-01 10:00 UTC, the date of every mail sent here
PASSWORD = "correct horse"

POST = """\
---
title: The harbour festival begins on Friday – come early
authors:
  - Ines Hafen
  - Tomás Kai
date: 2026-07-30
url: https://harbour.example.org/news/festival
description: Three days of boats, music and soup.
---

The festival begins on **Friday at six**. There is *soup* for everybody, a
choir from Tromsø, and the [timetable](/news/festival/timetable) has it all.

## What to bring

 * a cup, because we have `0` of them
 * [good shoes](https://shoes.example.com/?a=1&b=2 "for the pier")
 * somebody who has never been on a boat

> If it rains we meet in the sail loft.

```
north pier  18:00  choir
sail loft   20:00  dance
```

From here on it is only fun.
.
See you there!
"""

CONFIGURATION = """\
sender:
  from: "Harbour Festival <news@harbour.example.org>"
  organisation: Harbour Festival
  postal_address: "Pier 1, 9000 Example"
list:
  id: news.harbour.example.org
  name: Harbour News
  unsubscribe_mail: leave@harbour.example.org
lists:
  - subscribers.csv
base_url: https://harbour.example.org/
rate: unlimited
"""


@dataclass
class Result:
    status: int
    stdout: bytes
    stderr: str

    @property
    def events(self):
        return [json.loads(line) for line in self.stdout.decode().splitlines()]

    def expect(self, status):
        assert self.status == status, (self.status, self.stdout[-2000:], self.stderr[-4000:])
        return self


class Project:
    """A folder with mirmail.yaml, subscribers.csv and post.md."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.post = self.write("post.md", POST)
        self.recipients = []
        self.names = {}
        self.environment = dict(
            os.environ, SOURCE_DATE_EPOCH=DATE, RELAY_PASSWORD=PASSWORD, TZ="UTC",
            HOME=str(self.folder), XDG_CONFIG_HOME=str(self.folder / "xdg"))

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def configure(self, relay, extra=""):
        """`relay` are the keys of that section."""
        rows = "".join(f"  {key}: {json.dumps(value)}\n" for key, value in relay.items())
        self.write("mirmail.yaml", CONFIGURATION + extra + "relay:\n" + rows)

    def configure_plain(self, port, extra=""):
        self.configure({"host": "127.0.0.1", "port": port, "tls": "none"}, extra)

    def configure_login(self, server, extra="", **changes):
        relay = {"host": "localhost", "port": server.port, "tls": "starttls",
                 "ca_file": str(server.ca_file), "user": "news",
                 "password_env": "RELAY_PASSWORD"}
        self.configure({**relay, **changes}, extra)

    def subscribe(self, count_or_rows):
        """So many invented people, or these (address, name)."""
        rows = count_or_rows
        if isinstance(rows, int):
            names = ("Ada Example", "José Muñoz", "", "佐藤 葵", 'Zoë "Zed" Müller', "O'Neil, Pat")
            rows = [(f"person{i}@list{i % 7}.example.net", names[i % len(names)])
                    for i in range(rows)]
        self.write_list("subscribers.csv", rows)
        self.recipients = [address for address, _ in rows]
        self.names = dict(rows)

    def write_list(self, name, rows):
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(("email", "name"))
        writer.writerows(rows)
        return self.write(name, out.getvalue())

    def start(self, *arguments):
        return subprocess.Popen([MIRMAIL, *map(str, arguments)], cwd=self.folder,
                                env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *arguments, timeout=120):
        process = self.start(*arguments)
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            stdout, stderr = process.communicate()
            pytest.fail(f"no end within {timeout} s:\n{stderr.decode(errors='replace')[-4000:]}")
        text = stderr.decode("utf-8", "replace")
        assert "Sanitizer" not in text and "runtime error:" not in text, text[-4000:]
        return Result(process.returncode, stdout, text)

    def kill_after(self, seconds, *arguments):
        """Starts the program and kills it, unless it ends before; then its
        exit status."""
        process = self.start(*arguments)
        try:
            process.communicate(timeout=seconds)
            return process.returncode
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            return None

    def campaign(self):
        """The name of the only campaign."""
        campaigns = self.run("status", "--json").expect(0).events
        assert len(campaigns) == 1, campaigns
        return campaigns[0]["campaign"]

    def outcomes(self):
        """Address to outcome, as `mirmail status` tells it."""
        events = self.run("status", "--json", self.campaign()).expect(0).events
        return {event["address"]: event["outcome"] for event in events
                if event["event"] == "recipient"}

    def shown(self, address, *arguments):
        """The bytes that a dry run shows for this recipient."""
        return self.run("send", "--dry-run", "--format", "mime", "--as", address,
                        *arguments, "post.md").expect(0).stdout

    def shown_alone(self, address):
        """The same from a list with this one row, which is much faster, as a
        dry run composes everybody's mail."""
        path = self.write_list(f"only-{address}.csv", [(address, self.names[address])])
        return self.shown(address, "--list", path)


@pytest.fixture
def project(tmp_path):
    assert Path(MIRMAIL).exists(), f"{MIRMAIL} is not built: run make"
    return Project(tmp_path)


@pytest.fixture
def mirmail(project):
    """Runs the program in the project's folder: status, stdout, stderr."""
    return project.run


@pytest.fixture
def postfix():
    with Postfix() as server:
        yield server


@pytest.fixture
def postfix_tls_auth():
    with Postfix(tls=True, users={"news": PASSWORD}) as server:
        yield server


@pytest.fixture
def policy():
    judge = Policy()
    yield judge
    judge.stop()


@pytest.fixture
def postfix_policy(policy):
    with Postfix(policy=policy) as server:
        yield server


@pytest.fixture
def sink():
    with SmtpSink() as server:
        yield server


@pytest.fixture
def dropping_sink():
    """Hangs up at the final dot, so that nobody knows what became of it."""
    with SmtpSink("-q", ".") as server:
        yield server


def seeded(name):
    """A random generator whose seed stands in the output and can be given
    again by SEED."""
    seed = int(os.environ.get("SEED", time.time_ns() % 1_000_000))
    print(f"{name}: SEED={seed}")
    return random.Random(seed)


def defects(raw):
    """Everything that Python's email finds wrong with a mail."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    found = []
    for part in mail.walk():
        found += [repr(defect) for defect in part.defects]
        for name, value in part.items():
            found += [f"{name}: {defect!r}" for defect in value.defects]
        if part.get_content_maintype() == "text":
            part.get_content()
    return found


def assert_once_each(mails, addresses):
    """Nobody is missed, nobody gets two, nobody else gets one."""
    counts = Counter({address: len(copies) for address, copies in mails.items()})
    assert counts == Counter(addresses)
