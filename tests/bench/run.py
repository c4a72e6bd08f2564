#!/usr/bin/python3
"""Measures mirmail beside Postfix's own load generator, in one run.

Every figure is the median of interleaved rounds on loopback; on a shared
machine trust the ratios, not the rates. Usage: run.py [ROUNDS]
"""

import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MIRMAIL = ROOT / "build/mirmail"
COMPOSE = ROOT / "build/release/bench/compose"
POST = ROOT / "tests/demo/post.md"
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
MESSAGES = 4000

CONFIG = """
sender: {{from: "Bench <news@bench.example>", organisation: Bench}}
list: {{id: news.bench.example, name: Bench, unsubscribe_mail: leave@bench.example}}
relay: {{host: 127.0.0.1, port: {port}, tls: none}}
rate: unlimited
journal: {journal}
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("smtp-sink did not start")


def timed(command, **options):
    """Seconds of wall time and of CPU; the command must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=120,
                          **options)
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"{command}: {done.stderr[-2000:]}")
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return wall, cpu


def send_with_mirmail(folder, port, connections, number):
    config = folder / f"mirmail-{connections}-{number}.yaml"
    config.write_text(CONFIG.format(port=port, journal=folder / f"j{connections}-{number}.db"))
    return timed([MIRMAIL, "send", "--yes", "--quiet", "--config", config,
                  "--connections", str(connections), "--list",
                  folder / "list.csv", POST])


def send_with_smtp_source(port, connections, length):
    return timed(["smtp-source", "-s", str(connections), "-m", str(MESSAGES),
                  "-l", str(length), "-f", "a@bench.example",
                  "-t", "b@bench.example", f"127.0.0.1:{port}"])


def median(values):
    return statistics.median(values)


def composing(folder):
    config = folder / "compose.yaml"
    config.write_text(CONFIG.format(port=25, journal=folder / "unused.db"))
    rounds = []
    for _ in range(ROUNDS):
        out = subprocess.run([COMPOSE, config, POST, folder / "list.csv"],
                             capture_output=True, text=True, check=True)
        rounds.append([float(word) for word in out.stdout.split()])
    composed, merged, size = (median(column) for column in zip(*rounds))
    print(f"{'posts composed, one core':44}{composed:10,.0f} /s")
    print(f"{f'messages merged, one core ({size / 1000:.1f} KB)':44}{merged:10,.0f} /s")
    return int(size)


def sending(folder, length):
    port = free_port()
    sink = subprocess.Popen(["smtp-sink", "-u", "nobody", f"127.0.0.1:{port}", "1000"],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        for connections in (1, 4, 8):
            ours, theirs = [], []
            for number in range(ROUNDS):
                ours.append(send_with_mirmail(folder, port, connections, number))
                theirs.append(send_with_smtp_source(port, connections, length))
            ratio = median(b[0] / a[0] for a, b in zip(ours, theirs))
            print(f"{f'sent to smtp-sink, {connections} connections':44}"
                  f"{median(MESSAGES / a[0] for a in ours):10,.0f} /s"
                  f"   {ratio:5.2f} of smtp-source"
                  f"   {median(a[1] for a in ours) * 1000 / MESSAGES:6.2f} CPU s per 1,000"
                  f" ({median(b[1] for b in theirs) * 1000 / MESSAGES:.2f})")
    finally:
        sink.terminate()
        sink.wait()


def main():
    os.environ["PATH"] += ":/usr/sbin"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = "".join(f"reader{i}@bench.example,Reader {i}\n" for i in range(MESSAGES))
        (folder / "list.csv").write_text("email,name\n" + rows)
        print(f"medians of {ROUNDS} interleaved rounds, {MESSAGES} messages each,"
              " journal on and durable\n")
        sending(folder, composing(folder))


main()
