"""Postfix's smtp-sink: takes every mail and throws it away, fast."""

from processes import Folder, Process, free_port, greets, need


class SmtpSink:
    """`options` are smtp-sink's own, such as `-q dot` or `-W 1`."""

    def __init__(self, *options, backlog=256):
        self.folder = Folder("sink")
        self.port = free_port()
        self.process = Process(
            [need("smtp-sink", "postfix"), "-u", "nobody", *options,
             f"127.0.0.1:{self.port}", backlog], self.folder.path / "output")
        self.process.wait_until(lambda: greets(self.port), "smtp-sink")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.stop()
        self.folder.remove()
