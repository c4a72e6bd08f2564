"""The relays that are sent to, with the servers of the tests."""

import sys

from measure import HERE, ROOT

sys.path.insert(0, str(ROOT / "tests/servers"))

from postfix import Postfix  # noqa: E402
from processes import Folder, Process, free_port, listens  # noqa: E402
from smtp_sink import SmtpSink  # noqa: E402

DISCARDING = """\
virtual_transport = discard:
smtpd_tls_security_level = may
smtpd_tls_auth_only = no
default_process_limit = 200
smtpd_client_connection_count_limit = 0
"""


class Discarding(Postfix):
    """Takes, queues and logs every mail as Postfix does, and then drops it.
    With and without STARTTLS on one port."""

    def __init__(self):
        super().__init__(tls=True)

    def _write_configuration(self):
        super()._write_configuration()
        # The last of several settings counts.
        with (self.path / "main.cf").open("a") as file:
            file.write(DISCARDING)
        with (self.path / "master.cf").open("a") as file:
            file.write("discard   unix  - - n - - discard\n")


class Delay:
    """`port` leads to the relay's port, so many milliseconds away."""

    def __init__(self, port, milliseconds):
        self.folder = Folder("delay")
        self.port = free_port()
        self.process = Process(["/usr/bin/python3", HERE / "delay.py", self.port, port,
                                milliseconds], self.folder.path / "output")
        self.process.wait_until(lambda: listens(self.port), "delay.py")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()
        self.folder.remove()


__all__ = ["Delay", "Discarding", "SmtpSink"]
