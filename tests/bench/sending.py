"""Sending, beside Postfix's own load generator and what others send with."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

from clients import Clients
from composing import install_nodemailer
from measure import heading, interleave, median
from relays import Delay, Discarding, SmtpSink

ROUND_TRIP_MS = 20
MEMORY_COUNTS = (1000, 10000, 100000)
MILLION = 1000000
SINK_BACKLOG = 1000

# How many messages a run sends, so that it takes a second or a few.
SINK = {"mirmail": 8000, "smtp_source": 8000, "nodemailer": 1000, "smtplib": 1000,
        "email": 500}
POSTFIX = {"mirmail": 2000, "smtp_source": 2000, "nodemailer": 800, "smtplib": 800,
           "email": 400}


@contextmanager
def folder_in_memory():
    shared = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with tempfile.TemporaryDirectory(dir=shared) as name:
        yield Path(name)


def title(text):
    heading(text)
    print(f"  {'':32}{'a second':>10}{'ratio':>8}{'CPU s a 1,000':>15}{'peak MB':>9}")


def show(name, results, beside=None):
    """`beside`: whose rate is 1.00."""
    ratio = ""
    if beside is not None:
        ratio = f"{median(a.rate / b.rate for a, b in zip(results, beside)):.2f}"
    print(f"  {name:32}{median(r.rate for r in results):>10,.0f}{ratio:>8}"
          f"{median(r.cpu_each_thousand for r in results):>15.2f}"
          f"{median(r.peak for r in results) / 1e6:>9.0f}")


def show_all(results, beside):
    for name, figures in results.items():
        show(name, figures, results[beside])


def best(results, start):
    names = [name for name in results if name.startswith(start)]
    return max(names, key=lambda name: median(r.rate for r in results[name]))


def show_best(results, ours):
    """What the goals are about."""
    theirs = results[best(results, "Nodemailer")]
    pairs = list(zip(results[ours], theirs))
    times = median(a.rate / b.rate for a, b in pairs)
    part = median(b.cpu_each_thousand / a.cpu_each_thousand for a, b in pairs)
    print(f"  {ours}: {times:.1f} times the best of Nodemailer, with 1/{part:.0f} of its"
          " CPU")


def everybody(clients, port, counts, settle=lambda: None):
    """All clients without TLS, as tasks."""
    def task(send, *arguments):
        def run_one():
            settle()
            return send(port, *arguments)
        return run_one

    tasks = {}
    for connections in (1, 4, 8, 16):
        tasks[f"smtp-source x{connections}"] = task(
            clients.smtp_source, connections, counts["smtp_source"])
        tasks[f"mirmail x{connections}"] = task(
            clients.mirmail, connections, counts["mirmail"])
    for connections in (1, 4, 8):
        tasks[f"Nodemailer, pool of {connections}"] = task(
            clients.nodemailer, connections, counts["nodemailer"])
    tasks["smtplib, ready bytes"] = task(clients.smtplib, "ready", counts["smtplib"])
    tasks["smtplib, EmailMessage"] = task(clients.smtplib, "email", counts["email"])
    return tasks


def measure_sink(clients, rounds):
    with SmtpSink(backlog=SINK_BACKLOG) as sink:
        results = interleave(everybody(clients, sink.port, SINK), rounds)
    title("To smtp-sink; the ratio is to smtp-source x8")
    show_all(results, "smtp-source x8")
    show_best(results, "mirmail x8")


def measure_postfix(clients, rounds, relay):
    results = interleave(
        everybody(clients, relay.port, POSTFIX, relay.wait_delivered), rounds)
    title("To Postfix, which queues and discards; the ratio is to smtp-source x8")
    show_all(results, "smtp-source x8")
    show_best(results, "mirmail x8")


def measure_tls(clients, rounds, relay):
    ca = relay.ca_file
    tasks = {}
    for connections in (1, 4, 8, 16):
        tasks[f"mirmail x{connections}"] = lambda n=connections: clients.mirmail(
            relay.port, n, POSTFIX["mirmail"], ca)
    for connections in (1, 4, 8):
        tasks[f"Nodemailer, pool of {connections}"] = lambda n=connections: (
            clients.nodemailer(relay.port, n, POSTFIX["nodemailer"], ca))
    tasks["smtplib, ready bytes"] = lambda: clients.smtplib(
        relay.port, "ready", POSTFIX["smtplib"], ca)
    results = interleave(tasks, rounds)
    title("To Postfix by STARTTLS; the ratio is to the best of Nodemailer")
    show_all(results, best(results, "Nodemailer"))
    show_best(results, "mirmail x8")


def measure_far(clients, rounds):
    tasks = {}
    with SmtpSink(backlog=SINK_BACKLOG) as sink, Delay(sink.port, ROUND_TRIP_MS) as far:
        for n, count in ((8, 200), (32, 800)):
            tasks[f"smtp-source x{n}"] = lambda n=n, count=count: clients.smtp_source(
                far.port, n, count)
            tasks[f"mirmail x{n}"] = lambda n=n, count=count: clients.mirmail(
                far.port, n, count)
            tasks[f"Nodemailer, pool of {n}"] = lambda n=n, count=count: (
                clients.nodemailer(far.port, n, count))
        results = interleave(tasks, rounds)
    title(f"{ROUND_TRIP_MS} ms away; the ratio is to Nodemailer with as many connections")
    for name, figures in results.items():
        show(name, figures, results[f"Nodemailer, pool of {name.split()[-1].lstrip('x')}"])


def measure_journal(clients, rounds, relay):
    with SmtpSink(backlog=SINK_BACKLOG) as sink:
        def task(port, count, in_memory):
            def run_one():
                relay.wait_delivered()
                return clients.mirmail(port, 8, count, in_memory=in_memory)
            return run_one

        results = interleave({
            "smtp-sink, journal in memory": task(sink.port, SINK["mirmail"], True),
            "smtp-sink, journal on disk": task(sink.port, SINK["mirmail"], False),
            "Postfix, journal in memory": task(relay.port, POSTFIX["mirmail"], True),
            "Postfix, journal on disk": task(relay.port, POSTFIX["mirmail"], False),
        }, rounds)
    title("What durability costs, mirmail x8; the ratio is to a journal in memory")
    for name, figures in results.items():
        show(name, figures, results[name.split(",")[0] + ", journal in memory"])


def measure_memory(clients, rounds, counts):
    title("Lists of all sizes, mirmail x16 to smtp-sink")
    with SmtpSink(backlog=SINK_BACKLOG) as sink:
        for count in counts:
            times = rounds if count <= 10000 else 1
            show(f"{count:,} recipients",
                 [clients.mirmail(sink.port, 16, count) for _ in range(times)])


def measure(folder, rounds):
    os.environ["PATH"] += ":/usr/sbin"
    install_nodemailer()
    with folder_in_memory() as memory:
        clients = Clients(folder, memory)
        print(f"messages of {clients.length / 1000:.1f} KB, each with a name of its own;"
              " journal on and durable")
        measure_sink(clients, rounds)
        with Discarding() as relay:
            measure_postfix(clients, rounds, relay)
            measure_tls(clients, rounds, relay)
            measure_journal(clients, rounds, relay)
        measure_far(clients, rounds)
        measure_memory(clients, rounds, MEMORY_COUNTS)


def measure_million(folder):
    os.environ["PATH"] += ":/usr/sbin"
    with folder_in_memory() as memory:
        measure_memory(Clients(folder, memory), 1, (MILLION,))
