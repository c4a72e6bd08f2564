"""What a loss of power leaves of a folder: reads the log of bad_world.c.

A write is safe when a flush of its file that began later has ended; a name is
safe when a flush of its folder has. Of all the rest a power loss may leave
nothing, everything, or any part of it, torn where sectors end.
"""

import struct
from dataclasses import dataclass, field

SECTOR = 512
ENTRY = struct.Struct("=IIIIqq")


@dataclass
class Event:
    kind: str  # begun, created, written, truncated, synced, directory synced, unlinked
    name: str
    at: float  # seconds of time.monotonic()
    number: int
    data: bytes


def read_log(path):
    # A program that is killed at its start has not yet begun it.
    raw = path.read_bytes() if path.exists() else b""
    events, at = [], 0
    while at + ENTRY.size <= len(raw):
        kind, name_length, length, _, at_ns, number = ENTRY.unpack_from(raw, at)
        at += ENTRY.size
        name = raw[at:at + name_length].decode()
        data = raw[at + name_length:at + name_length + length]
        at += name_length + length
        if at > len(raw):  # the writer was killed in the middle of it
            break
        events.append(Event(chr(kind), name, at_ns / 1e9, number, data))
    return events


@dataclass
class File:
    name: str
    safe: bytearray = field(default_factory=bytearray)
    waiting: list = field(default_factory=list)  # (entry's number, Event)

    def flush(self, before):
        for _, event in [w for w in self.waiting if w[0] < before]:
            apply(self.safe, event)
        self.waiting = [w for w in self.waiting if w[0] >= before]


def apply(content, event):
    if event.kind == "t":
        del content[event.number:]
        content.extend(bytes(event.number - len(content)))
        return
    end = event.number + len(event.data)
    content.extend(bytes(max(end - len(content), 0)))
    content[event.number:end] = event.data


def torn(event, random):
    """The sectors of a write that reached the disk: all of it, or some."""
    if event.kind == "t" or random.random() < 0.5:
        return [event]
    edges = [event.number]
    while edges[-1] < event.number + len(event.data):
        edges.append(min(edges[-1] - edges[-1] % SECTOR + SECTOR,
                         event.number + len(event.data)))
    return [Event("w", event.name, event.at, start,
                  event.data[start - event.number:end - event.number])
            for start, end in zip(edges, edges[1:]) if random.random() < 0.5]


class Disk:
    """The folder, which held these files when the log began."""

    def __init__(self, contents=None):
        self.names = {name: File(name, bytearray(content))  # safe names
                      for name, content in (contents or {}).items()}
        self.now = dict(self.names)
        self.pending = []  # (entry's number, name, File or None)
        self.count = 0
        self.base = 0  # of the process that writes now

    def play(self, event):
        number = self.count
        self.count += 1
        if event.kind == "b":
            self.base = number
        elif event.kind == "c":
            self.now[event.name] = File(event.name)
            self.pending.append((number, event.name, self.now[event.name]))
        elif event.kind == "u":
            self.now.pop(event.name, None)
            self.pending.append((number, event.name, None))
        elif event.kind in "wt":
            self.now[event.name].waiting.append((number, event))
        elif event.kind == "s" and event.name in self.now:
            self.now[event.name].flush(self.base + event.number)
        elif event.kind == "d":
            before = self.base + event.number
            for pending in [p for p in self.pending if p[0] < before]:
                self.rename(self.names, pending)
            self.pending = [p for p in self.pending if p[0] >= before]

    @staticmethod
    def rename(names, pending):
        _, name, file = pending
        if file is None:
            names.pop(name, None)
        else:
            names[name] = file

    def after_power_loss(self, random, how):
        """Name to content. `how`: nothing, everything or anything of what
        was not yet safe."""
        names = dict(self.names)
        kept = {"nothing": 0, "everything": len(self.pending),
                "anything": random.randint(0, len(self.pending))}[how]
        for pending in self.pending[:kept]:
            self.rename(names, pending)
        contents = {}
        for name, file in names.items():
            content = bytearray(file.safe)
            for _, event in file.waiting:
                if how == "everything":
                    apply(content, event)
                elif how == "anything" and random.random() < 0.5:
                    for part in torn(event, random):
                        apply(content, part)
            contents[name] = bytes(content)
        return contents


def restore(folder, contents):
    """Puts these files in the place of all others of the folder. The journal's
    index in memory (-shm) does not outlive the machine."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, content in contents.items():
        if not name.endswith("-shm"):
            (folder / name).write_bytes(content)
