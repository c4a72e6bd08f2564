"""What the benchmark's parts share: running, medians, rows of the table."""

import os
import resource
import statistics
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MIRMAIL = os.environ.get("MIRMAIL", ROOT / "build/mirmail")
COMPOSE = os.environ.get("MIRMAIL_BENCH", ROOT / "build/release/bench/compose")

CONFIG = """
sender: {{from: "Bench <news@bench.example>", organisation: Bench}}
list: {{id: news.bench.example, name: Bench, unsubscribe_mail: leave@bench.example}}
relay: {{host: 127.0.0.1, port: {port}, tls: none}}
rate: unlimited
journal: {journal}
"""

median = statistics.median


def run(command, **options):
    """The output; the command must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120,
                          **options)
    if done.returncode != 0:
        raise SystemExit(f"{command}: {done.stderr[-2000:]}")
    return done.stdout


def timed(command, **options):
    """Seconds of wall time and of CPU."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    run(command, **options)
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return wall, cpu


def write_config(folder, port=25, journal="journal.db"):
    path = folder / f"{journal}.yaml"
    path.write_text(CONFIG.format(port=port, journal=folder / journal))
    return path


def write_list(folder, count):
    path = folder / f"list-{count}.csv"
    rows = "".join(f"reader{i}@bench.example,Reader {i}\n" for i in range(count))
    path.write_text("email,name\n" + rows)
    return path


def interleave(tasks, rounds):
    """Runs the tasks in turn, again and again. Gives {name: [results]}."""
    results = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            results[name].append(task())
    return results


def ratio(of, to):
    """The median of the ratios of each round."""
    return median(b / a for a, b in zip(of, to))


def heading(title):
    print(f"\n{title}")


def row(name, figure, unit, note=""):
    print(f"  {name:46}{figure:>12} {unit:8}{note}".rstrip())
