"""Sending to smtp-sink, beside Postfix's own load generator."""

import os
import socket
import subprocess
import time

from measure import (HERE, MIRMAIL, heading, interleave, median, row, timed,
                     write_config, write_list)

MESSAGES = 4000
POST = HERE / "greeting.md"


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


class Sending:
    def __init__(self, folder, port, length):
        self.folder = folder
        self.port = port
        self.length = length
        self.list = write_list(folder, MESSAGES)
        self.runs = 0

    def mirmail(self, connections):
        self.runs += 1
        config = write_config(self.folder, self.port, f"journal-{self.runs}.db")
        return timed([MIRMAIL, "send", "--yes", "--quiet", "--config", config,
                      "--connections", str(connections), "--list", self.list,
                      POST])

    def smtp_source(self, connections):
        return timed(["smtp-source", "-s", str(connections), "-m", str(MESSAGES),
                      "-l", str(self.length), "-f", "a@bench.example",
                      "-t", "b@bench.example", f"127.0.0.1:{self.port}"])


def show(connections, ours, theirs):
    ratio = median(b[0] / a[0] for a, b in zip(ours, theirs))
    row(f"{connections} connections",
        f"{median(MESSAGES / a[0] for a in ours):,.0f}", "/s",
        f"{ratio:.2f} of smtp-source,"
        f" {median(a[1] for a in ours) * 1000 / MESSAGES:.2f} CPU s per 1,000"
        f" ({median(b[1] for b in theirs) * 1000 / MESSAGES:.2f})")


def measure(folder, rounds, length):
    os.environ["PATH"] += ":/usr/sbin"
    port = free_port()
    sink = subprocess.Popen(["smtp-sink", "-u", "nobody", f"127.0.0.1:{port}", "1000"],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        sending = Sending(folder, port, length)
        heading(f"Sending {MESSAGES:,} messages to smtp-sink, journal on and durable")
        for connections in (1, 4, 8):
            results = interleave({
                "ours": lambda: sending.mirmail(connections),
                "theirs": lambda: sending.smtp_source(connections),
            }, rounds)
            show(connections, results["ours"], results["theirs"])
    finally:
        sink.terminate()
        sink.wait()
