"""Who sends: mirmail and those beside it, each as one run of a program."""

import hashlib
import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from composing import node_environment
from measure import HERE, MIRMAIL, run

POST = HERE / "letter.md"
TEMPLATE = "plain"
MARK = "Nemo Mustermann"  # stands where the name goes
LOOK_SECONDS = 0.02
LIMIT_SECONDS = 3600

CONFIG = """
sender: {{from: "Bench <news@bench.example>", organisation: Bench}}
list: {{id: news.bench.example, name: Bench, unsubscribe_mail: leave@bench.example}}
relay: {{host: localhost, port: {port}, tls: {tls}{ca}}}
rate: unlimited
journal: {journal}
"""


@dataclass
class Figures:
    """Of one run that sent `count` messages."""

    count: int
    seconds: float
    cpu: float
    peak: int  # bytes

    @property
    def rate(self):
        return self.count / self.seconds

    @property
    def cpu_each_thousand(self):
        return self.cpu * 1000 / self.count


def peak_of(pid):
    """The largest size in memory so far. wait4() would tell ours instead, from
    before the program was loaded."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def measured(command, count, **options):
    """Runs the command. What it prints as JSON with `seconds` counts more than
    the time of the whole process."""
    started = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, **options)
    peak = 0
    while True:
        done, status, usage = os.wait4(process.pid, os.WNOHANG)
        if done:
            break
        peak = max(peak, peak_of(process.pid))
        if time.monotonic() - started > LIMIT_SECONDS:
            process.kill()
        time.sleep(LOOK_SECONDS)
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    out, err = process.communicate()
    if process.returncode != 0:
        raise SystemExit(f"{command}: {err[-2000:]}")
    if out.startswith("{"):
        seconds = json.loads(out)["seconds"]
    return Figures(count, seconds, usage.ru_utime + usage.ru_stime, peak)


def address(number):
    """In no order, as lists are: a journal that is sorted by address would have
    it too easy otherwise."""
    return hashlib.md5(str(number).encode()).hexdigest()[:12] + "@bench.example"


class Clients:
    """`folder` on a disk and `memory` in memory are for the journals."""

    def __init__(self, folder, memory):
        self.folder = folder
        self.memory = memory
        self.runs = 0
        self.message = self._preview("mime")
        self.parts = {part: self._preview(part) for part in ("text", "html")}

    @property
    def length(self):
        return len(self.message.encode("latin-1").replace(b"\n", b"\r\n"))

    def _config(self, port, ca, journal):
        path = self.folder / "mirmail.yaml"
        path.write_text(CONFIG.format(port=port, tls="starttls" if ca else "none",
                                      ca=f", ca_file: {ca}" if ca else "",
                                      journal=journal))
        return path

    def _preview(self, kind):
        marked = self.folder / "marked.csv"
        marked.write_text(f"email,name\nreader@bench.example,{MARK}\n")
        config = self._config(25, None, self.folder / "preview.db")
        return run([MIRMAIL, "preview", "--config", config, "--list", marked,
                    "--template", TEMPLATE, "--format", kind, POST])

    def _list(self, count):
        path = self.folder / f"list-{count}.csv"
        if not path.exists():
            with path.open("w") as file:
                file.write("email,name\n")
                file.writelines(f"{address(i)},Reader {i}\n" for i in range(count))
        return path

    def _description(self, port, ca):
        path = self.folder / "description.json"
        path.write_text(json.dumps({
            "port": port, "ca": str(ca) if ca else None, "mark": MARK,
            "from": "Bench <news@bench.example>",
            "subject": "The reading room opens on Sundays",
            "headers": {"List-Id": "Bench <news.bench.example>",
                        "List-Unsubscribe": "<mailto:leave@bench.example>"},
            "bytes": self.message, **self.parts}))
        return path

    def mirmail(self, port, connections, count, ca=None, in_memory=False):
        self.runs += 1
        journals = (self.memory if in_memory else self.folder) / f"journal-{self.runs}"
        config = self._config(port, ca, journals / "journal.db")
        figures = measured([MIRMAIL, "send", "--yes", "--quiet", "--config", config,
                            "--connections", connections, "--list", self._list(count),
                            "--template", TEMPLATE, POST], count)
        shutil.rmtree(journals)
        return figures

    def smtp_source(self, port, connections, count):
        return measured(["smtp-source", "-s", connections, "-m", count,
                         "-l", self.length, "-f", "news@bench.example",
                         "-t", "reader@bench.example", f"127.0.0.1:{port}"], count)

    def nodemailer(self, port, connections, count, ca=None):
        return measured(["node", HERE / "nodemailer_send.cjs", self._description(port, ca),
                         connections, count], count, env=node_environment())

    def smtplib(self, port, kind, count, ca=None):
        return measured(["/usr/bin/python3", HERE / "smtplib_send.py",
                         self._description(port, ca), kind, count], count)
