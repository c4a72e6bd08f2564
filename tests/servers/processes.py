"""Programs that tests start: on free loopback ports, with a folder of their
own, and gone when the test is over, however it ends."""

import ctypes
import itertools
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

START_LIMIT = 60  # seconds
STOP_LIMIT = 5
PR_SET_PDEATHSIG = 1


class ServerError(Exception):
    """A server that could not be started, and what to do about it."""


def need(program, package):
    """The program's path; an error that says what to install."""
    path = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if path is None:
        raise ServerError(f"{program} is not installed: apt-get install {package}")
    return path


def _own_ports():
    """Those of this worker of several, below the ports that the kernel gives
    to clients: one of them could have it before the server does."""
    first_of_clients = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0]
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    ports = list(range(10_000 + worker, int(first_of_clients), workers))
    first = random.randrange(len(ports))
    return itertools.cycle(ports[first:] + ports[:first])


_PORTS = _own_ports()


def free_port():
    for port in _PORTS:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Folder:
    """A new folder that other users may enter, as servers drop root."""

    def __init__(self, name):
        self.path = Path(tempfile.mkdtemp(prefix=f"mirmail-{name}-"))
        self.path.chmod(0o755)

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


def _die_with_parent():
    """The kernel ends the child when the tests are killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Process:
    """One program in a session of its own, its output in a file."""

    def __init__(self, command, log):
        self.log = Path(log)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def wait_until(self, is_ready, what):
        """Waits until `is_ready()`; an error with the log when it never is."""
        limit = time.monotonic() + START_LIMIT
        while time.monotonic() < limit:
            if is_ready():
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        log = self.log.read_text(errors="replace")[-3000:]
        self.stop()
        raise ServerError(f"{what} did not start:\n{log}")

    def stop(self):
        """Ends the program and what it started."""
        self._signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            pass
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, number):
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass


def greets(port):
    """Whether an SMTP server says 220 there."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as peer:
            return peer.recv(3) == b"220"
    except OSError:
        return False


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
        return True
    except OSError:
        return False
