"""The page where people leave, under wrk."""

import re
import subprocess
import sys
import time
from pathlib import Path

from measure import HERE, MIRMAIL, heading, median, run, write_list

sys.path.insert(0, str(HERE.parent / "e2e"))
from tokens import make_token  # noqa: E402

PEOPLE = 40000
MILLION = 1000000
CONNECTIONS = 32
SECONDS = 3
CONFIG = """
keys: keys
suppressions: left.csv
journal: journal.db
lists: [{list}]
list: {{id: news.bench.example, unsubscribe_url: "https://bench.example/u/{{token}}"}}
"""
# Each request the next line of a file, as a mailbox provider posts it.
SCRIPT = """
local links, at = {}, 0
for line in io.lines("links") do links[#links + 1] = line end
local fields = {["Content-Type"] = "application/x-www-form-urlencoded"}
function request()
  at = at %% #links + 1
  return wrk.format("%s", links[at], fields, "%s")
end
"""
CLICK = "List-Unsubscribe=One-Click"


class Server:
    def __init__(self, folder):
        self.started = time.monotonic()
        self.log = folder / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([MIRMAIL, "serve", "--listen", "127.0.0.1:0"],
                                            cwd=folder, stderr=log)
        found = None
        while not found:
            time.sleep(0.005)
            found = re.search(r" on (127\.0\.0\.1:\d+)\n", self.log.read_text())
        self.ready = time.monotonic() - self.started
        self.base = f"http://{found[1]}"

    def peak_mb(self):
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", text)[1]) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


def prepare(folder, count):
    path = write_list(folder, count)
    (folder / "mirmail.yaml").write_text(CONFIG.format(list=path))
    run([MIRMAIL, "keygen"], cwd=folder)
    return (folder / "keys").read_text()


def link(keys, number):
    return "/u/" + make_token(keys, "news.bench.example", f"reader{number}@bench.example")


def strike(folder, server, links, method="POST", body=CLICK):
    """Requests a second, and the 99th percentile in ms."""
    (folder / "links").write_text("\n".join(links) + "\n")
    (folder / "wrk.lua").write_text(SCRIPT % (method, body))
    out = run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-s", "wrk.lua",
               server.base], cwd=folder)
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    late = float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), late


def measure(folder, rounds):
    keys = prepare(folder, PEOPLE)
    links = [link(keys, number) for number in range(PEOPLE)]
    forged = [each[:-1] + ("a" if each[-1] != "a" else "b") for each in links[:1000]]
    kinds = {"the page": (links, "GET", ""), "a forged link": (forged, "POST", CLICK),
             "leaves, on the disk": (links, "POST", CLICK),
             "had left before": (links[:1], "POST", CLICK)}
    results = {name: [] for name in kinds}
    for _ in range(rounds):
        (folder / "left.csv").unlink(missing_ok=True)
        server = Server(folder)
        for name, (targets, method, body) in kinds.items():
            results[name].append(strike(folder, server, targets, method, body))
        peak = server.peak_mb()
        server.stop()
    heading(f"the page where people leave, {CONNECTIONS} connections")
    print(f"  {'':32}{'a second':>10}{'99 % ms':>10}")
    for name, figures in results.items():
        print(f"  {name:32}{median(f[0] for f in figures):>10,.0f}"
              f"{median(f[1] for f in figures):>10.1f}")
    print(f"  peak {peak:.0f} MB with {PEOPLE:,} people")


def measure_million(folder):
    keys = prepare(folder, MILLION)
    server = Server(folder)
    started = time.monotonic()
    run(["curl", "-sf", "-d", CLICK, "-o", "/dev/null", server.base + link(keys, 7)])
    first = time.monotonic() - started
    heading("the page where people leave, a million people")
    print(f"  ready after {server.ready:.1f} s, first answer after {first:.1f} s, "
          f"peak {server.peak_mb():.0f} MB")
    server.stop()
