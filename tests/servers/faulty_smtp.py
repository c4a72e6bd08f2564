"""A relay that fails in every way a relay can, and remembers what it did.

A plan says at which step of which conversation what goes wrong; the ledger
says for every transaction how far it came, whether the mail was taken, and
whether the client can know. So a test can hold a client's journal against it.

Steps: connect ehlo starttls handshake auth mail rcpt data body dot rset quit.

KINDS can go wrong with any answer, TLS_KINDS too where there is TLS; others in
the middle of a message (BODY_KINDS) and while TLS begins (HANDSHAKE_KINDS).
docs/faults.md uses the same words.
"""

import base64
import random
import re
import socket
import ssl
import struct
import threading
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field

from processes import free_port

KINDS = {
    "late": "a moment late",
    "silent": "no answer for longer than the timeout",
    "drop-before": "closed instead of an answer",
    "reset-before": "reset instead of an answer",
    "drop-inside": "closed in the middle of the answer",
    "reset-inside": "reset in the middle of the answer",
    "drop-after": "closed after the answer",
    "reset-after": "reset after the answer",
    "4xx": "refused for now",
    "5xx": "refused for good",
    "421": "421, and the connection stays",
    "421-drop": "421, and closed",
    "lines": "the right answer in several lines",
    "bare": "the right code and nothing more",
    "lf": "the right answer with LF for CRLF",
    "bytes": "the right answer in single bytes",
    "long": "the right answer with 10 KB of text",
    "nul": "the right answer with a NUL in it",
    "twice": "the right answer twice",
    "again": "the right answer, and once more a moment later",
    "mixed": "lines with different codes",
    "unended": "the right answer, but its line never ends",
    "rubbish": "bytes at random",
}
BODY_KINDS = {
    "drop": "closed in the middle of the message",
    "reset": "reset in the middle of the message",
    "421-drop": "421 in the middle of the message, and closed",
    "552-drop": "552 in the middle of the message, and closed",
    "stall": "stops reading",
    "slow": "reads slowly, through a tiny window",
}
HANDSHAKE_KINDS = {
    "drop-before": "closed instead of a handshake",
    "reset-before": "reset instead of a handshake",
    "drop-inside": "closed in the middle of the handshake",
    "rubbish": "bytes at random instead of a handshake",
    "silent": "no handshake for longer than the timeout",
}
TLS_KINDS = {
    "notify-before": "close_notify and closed instead of an answer",
    "notify-after": "close_notify and closed after the answer",
    "record-rubbish": "bytes at random between two TLS records",
}
# After these a client knows that its mail was taken.
CLEAR = {None, "late", "drop-after", "lines", "bare", "lf", "bytes", "notify-after", "twice",
         "again"}
REFUSALS = {"4xx", "5xx", "421", "421-drop"}
TEXT_4XX = "451 4.3.0 not now"
TEXT_421 = "421 4.3.2 going down"
TEXTS_5XX = {"connect": "554 5.3.2 no service here", "ehlo": "550 5.7.1 not you",
             "starttls": "554 5.7.0 no TLS", "auth": "535 5.7.8 wrong password",
             "mail": "550 5.7.1 not from you", "rcpt": "550 5.1.1 no such user"}
SILENCE_MAX = 30


class Closed(Exception):
    """The conversation is over."""


@dataclass
class Transaction:
    connection: int
    step: str = "mail"  # the furthest that was reached
    recipient: str = None
    message_id: str = None
    at: float = 0
    faults: list = field(default_factory=list)
    dot_seen: bool = False
    is_cut: bool = False  # ended in the middle of the message: a dot may have been under way
    accepted: bool = False
    answer: str = None  # clear, open, or the refusal's kind

    def __post_init__(self):
        self.at = time.monotonic()


class Ledger:
    def __init__(self):
        self.transactions = []
        self.faults = Counter()

    def copies(self):
        """How often each recipient's mail was taken."""
        return Counter(t.recipient for t in self.transactions if t.accepted)

    def recipients(self, fits):
        return {t.recipient for t in self.transactions if t.recipient and fits(t)}

    def taken(self):
        return self.recipients(lambda t: t.accepted)

    def told(self):
        """Taken, and the client can know."""
        return self.recipients(lambda t: t.accepted and t.answer == "clear")

    def doubtful(self):
        """Nobody but the relay can know what became of these."""
        return self.recipients(lambda t: t.is_cut or t.dot_seen and t.answer in (None, "open"))

    def refused(self):
        """For good, by RCPT, DATA or the end of data."""
        return self.recipients(lambda t: t.answer == "5xx")


class Plan:
    """What goes wrong: nothing."""

    def pick(self, _step, _conversation):
        return None


class Once(Plan):
    """One kind at the nth time that a step is reached."""

    def __init__(self, step, kind, nth=1, times=1):
        self.step, self.kind, self.nth = step, kind, nth
        self.left = times
        self.count = 0
        self.lock = threading.Lock()

    def pick(self, step, _conversation):
        if step != self.step:
            return None
        with self.lock:
            self.count += 1
            if self.count < self.nth or self.left == 0:
                return None
            self.left -= 1
            return self.kind


class Chaos(Plan):
    """Any kind at any step, with this probability for each step. The relay
    asks to wait, or stops everything, seldom: it takes long."""

    SELDOM = {"421", "421-drop", "silent", "unended", "stall"}

    def __init__(self, seed, rate, is_secure=False, leave_out=()):
        self.random = random.Random(seed)
        self.rate = rate
        self.lock = threading.Lock()
        kinds = sorted(set(KINDS) - set(leave_out))
        if is_secure:
            kinds += sorted(TLS_KINDS)
        self.kinds = {step: kinds for step in
                      ("connect", "ehlo", "mail", "rcpt", "data", "dot", "rset", "quit")}
        self.kinds["body"] = sorted(set(BODY_KINDS) - set(leave_out))
        if is_secure:
            self.kinds["handshake"] = sorted(set(HANDSHAKE_KINDS) - set(leave_out))

    def pick(self, step, _conversation):
        with self.lock:
            if self.random.random() >= self.rate or step not in self.kinds:
                return None
            kind = self.random.choice(self.kinds[step])
            is_seldom = kind in self.SELDOM or (kind in ("4xx", "5xx")
                                                and step in ("connect", "ehlo", "mail"))
            return None if is_seldom and self.random.random() < 0.9 else kind


class Plain:
    """Bytes as they are."""

    def __init__(self, sock):
        self.sock = sock

    def receive(self, size=65536):
        data = self.sock.recv(size)
        if not data:
            raise Closed
        return data

    def send(self, data):
        self.sock.sendall(data)

    def send_half(self, data):
        self.sock.sendall(data[: len(data) // 2])


class Secure(Plain):
    """TLS whose records can be cut."""

    def __init__(self, sock, context, spoil=None):
        super().__init__(sock)
        self.into, self.out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.into, self.out, server_side=True)
        while True:
            try:
                self.tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                record = self.out.read()
                if record and spoil == "drop-inside":
                    sock.sendall(record[: len(record) // 2])
                    raise Closed from None
                sock.sendall(record)
                self.into.write(super().receive())
            except ssl.SSLError:
                sock.sendall(self.out.read())  # the alert
                raise
        sock.sendall(self.out.read())

    def receive(self, size=65536):
        while True:
            try:
                data = self.tls.read(size)
                if not data:
                    raise Closed
                return data
            except ssl.SSLWantReadError:
                self.into.write(super().receive())

    def records(self, data):
        self.tls.write(data)
        return self.out.read()

    def send(self, data):
        self.sock.sendall(self.records(data))

    def send_half(self, data):
        record = self.records(data)
        self.sock.sendall(record[: len(record) // 2])

    def notify(self):
        try:
            self.tls.unwrap()
        except ssl.SSLError:
            pass
        self.sock.sendall(self.out.read())


class Conversation:
    def __init__(self, server, sock, number):
        self.server = server
        self.sock = sock
        self.wire = Plain(sock)
        self.number = number
        self.buffer = b""
        self.is_secure = False
        self.transaction = None
        self.is_shifted = False  # an answer too many: the client may take one for another
        self.random = random.Random(number)

    # --- ends ---

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
        raise Closed

    def be_silent(self):
        """Until the client has had enough."""
        self.sock.settimeout(SILENCE_MAX)
        while True:
            self.wire.receive()

    # --- answers ---

    def say(self, step, text):
        """The answer `text`, or what goes wrong instead. Gives what was said
        for it."""
        kind = self.server.pick(step, self)
        wire = self.wire
        if kind in TLS_KINDS and not self.is_secure:
            kind = kind.replace("notify", "drop").replace("record-", "")
        if kind is None:
            wire.send(text.encode() + b"\r\n")
            return text
        transaction = self.transaction
        if transaction is not None:
            transaction.faults.append((step, kind))
        if step == "dot":
            transaction.accepted = kind not in REFUSALS
            transaction.answer = ("clear" if kind in CLEAR else
                                  kind if kind in REFUSALS else "open")
        elif transaction is not None and kind in REFUSALS:
            transaction.answer = kind
        right = text.encode() + b"\r\n"
        place, _, when = kind.partition("-")
        if place in ("drop", "reset", "notify"):
            if when == "inside":
                wire.send_half(right)
            elif when == "after":
                wire.send(right)
            if place == "notify":
                wire.notify()
            if place == "reset":
                self.reset()
            raise Closed
        return self.say_wrongly(kind, step, text)

    def say_wrongly(self, kind, step, text):
        wire, code, right = self.wire, text[:3], text.encode() + b"\r\n"
        if kind == "late":
            time.sleep(0.03)
            wire.send(right)
        elif kind == "silent":
            self.be_silent()
        elif kind in REFUSALS:
            text = {"4xx": TEXT_4XX, "5xx": TEXTS_5XX.get(step, "554 5.6.0 not this")}.get(
                kind, TEXT_421)
            wire.send(text.encode() + b"\r\n")
            if kind == "421-drop":
                raise Closed
        elif kind == "lines":
            head = right.replace(code.encode() + b" ", code.encode() + b"-")
            wire.send(head + head + right)
        elif kind == "bare":
            wire.send(re.sub(rb"(?m)^(\d{3}).*?\r$", rb"\1\r", right.splitlines(True)[-1]))
        elif kind == "lf":
            wire.send(right.replace(b"\r\n", b"\n"))
        elif kind == "bytes":
            for i in range(len(right)):
                wire.send(right[i:i + 1])
        elif kind == "long":
            wire.send(code.encode() + b" " + b"long " * 2000 + b"\r\n")
        elif kind == "nul":
            wire.send(right[:-2] + b"\0more\r\n")
        elif kind == "twice":
            wire.send(right + right)
        elif kind == "again":
            wire.send(right)
            time.sleep(0.01)
            wire.send(right)
            self.is_shifted = True
        elif kind == "mixed":
            wire.send(f"{code}-yes\r\n550 no\r\n".encode())
        elif kind == "unended":
            wire.send(right.rstrip())
            self.be_silent()
        elif kind == "rubbish":
            wire.send(bytes(self.random.randrange(128, 256) for _ in range(60)) + b"\r\n")
        elif kind == "record-rubbish":
            self.sock.sendall(self.random.randbytes(60))
            wire.send(right)
        else:
            raise AssertionError(kind)
        return text

    # --- the conversation ---

    def run(self):
        if self.server.tls == "implicit":
            self.begin_tls()
        self.say("connect", "220 relay.test ESMTP")
        while True:
            while b"\n" not in self.buffer:
                self.buffer += self.receive_in_time()
            line, self.buffer = self.buffer.split(b"\n", 1)
            verb = line[:4].upper()
            act = self.ACTS.get(verb)
            if act is None:
                self.wire.send(b"502 5.5.1 what?\r\n")
            else:
                act(self, line.rstrip(b"\r").decode("utf-8", "replace"))

    def receive_in_time(self):
        if self.server.idle_seconds is None:
            return self.wire.receive()
        self.sock.settimeout(self.server.idle_seconds)
        try:
            return self.wire.receive()
        except TimeoutError:
            self.wire.send(b"421 4.4.2 idle for too long\r\n")
            self.server.hung_up += 1
            raise Closed from None
        finally:
            self.sock.settimeout(None)

    def begin_tls(self):
        kind = self.server.pick("handshake", self)
        if kind == "reset-before":
            self.reset()
        elif kind == "rubbish":
            self.wire.receive()  # what comes before it would be an injection
            self.sock.sendall(self.random.randbytes(80))
            self.be_silent()
        elif kind == "silent":
            self.be_silent()
        elif kind == "drop-before":
            raise Closed
        self.wire = Secure(self.sock, self.server.context, kind)
        self.is_secure = True
        self.server.versions.append(self.wire.tls.version())

    def ehlo(self, _line):
        words = ["relay.test", *self.server.keywords]
        if self.server.tls == "starttls" and not self.is_secure:
            words.append("STARTTLS")
        if self.server.password is not None:
            words.append("AUTH PLAIN")
        self.say("ehlo", "\r\n".join([f"250-{w}" for w in words[:-1]] + [f"250 {words[-1]}"]))

    def starttls(self, _line):
        text = "220 2.0.0 go ahead"
        if self.say("starttls", text + self.server.inject).startswith("220"):
            self.buffer = b""
            self.begin_tls()

    def auth(self, line):
        self.server.logins += 1
        password = base64.b64decode(line.split()[2]).split(b"\0")[2].decode()
        if password == self.server.password:
            self.say("auth", "235 2.7.0 welcome")
        else:
            self.wire.send(b"535 5.7.8 wrong password\r\n")

    def mail(self, _line):
        self.transaction = Transaction(self.number)
        self.server.ledger.transactions.append(self.transaction)
        said = self.say("mail", "250 2.1.0 ok")
        if not said.startswith("2"):
            self.transaction = None

    def rcpt(self, line):
        transaction = self.transaction
        if transaction is None:
            self.wire.send(b"503 5.5.1 MAIL first\r\n")
            return
        transaction.step = "rcpt"
        transaction.recipient = line[line.index("<") + 1:line.index(">")]
        said = self.say("rcpt", "250 2.1.5 ok")
        if not said.startswith("2"):
            self.transaction = None

    def data(self, _line):
        transaction = self.transaction
        if transaction is None or transaction.recipient is None:
            self.wire.send(b"554 5.5.1 no valid recipients\r\n")
            return
        transaction.step = "data"
        said = self.say("data", "354 go on")
        if not said.startswith("3"):
            return
        transaction.step = "body"
        self.read_body(transaction)

    def read_body(self, transaction):
        kind = self.server.pick("body", self)
        if kind is not None:
            transaction.faults.append(("body", kind))
            self.spoil_body(transaction, kind)
        body = bytearray(self.buffer)
        while b"\r\n.\r\n" not in body[-70000:]:
            if kind == "slow":
                time.sleep(0.002)
            body += self.wire.receive(512 if kind == "slow" else 65536)
        body, self.buffer = bytes(body).split(b"\r\n.\r\n", 1)
        transaction.step = "dot"
        found = re.search(rb"(?mi)^Message-ID:\s*(\S+)", body)
        transaction.message_id = found.group(1).decode() if found else None
        transaction.dot_seen = True
        transaction.at = time.monotonic()
        self.accept(transaction)

    def accept(self, transaction):
        """What is taken is taken before it is said."""
        transaction.accepted = True
        transaction.answer = "open"
        is_shifted = self.is_shifted
        self.say("dot", "250 2.0.0 queued")
        if is_shifted:
            transaction.answer = "open"
        elif all(step != "dot" for step, _ in transaction.faults):
            transaction.answer = "clear"
        self.transaction = None

    def spoil_body(self, transaction, kind):
        if kind == "slow":
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            return
        transaction.is_cut = True
        if kind == "stall":
            time.sleep(0.05)
            self.server.wait_stalled()
            raise Closed
        if not self.buffer:
            self.buffer += self.wire.receive(1000)
        if kind in ("421-drop", "552-drop"):
            text = TEXT_421 if kind == "421-drop" else "552 5.3.4 too large"
            if kind == "552-drop":
                transaction.answer = "5xx"
            self.wire.send(text.encode() + b"\r\n")
        elif kind == "reset":
            self.reset()
        raise Closed

    def rset(self, _line):
        self.transaction = None
        self.say("rset", "250 2.0.0 ok")

    def quit(self, _line):
        self.transaction = None
        self.say("quit", "221 2.0.0 bye")
        raise Closed

    ACTS = {b"EHLO": ehlo, b"STAR": starttls, b"AUTH": auth, b"MAIL": mail, b"RCPT": rcpt,
            b"DATA": data, b"RSET": rset, b"QUIT": quit}


class FaultyServer:
    """`keywords` are EHLO's; `certificate` is (certificate, key) in PEM."""

    def __init__(self, plan=None, keywords=("PIPELINING", "8BITMIME"), tls=None,
                 certificate=None, tls_max=None, inject="", password=None):
        self.plan = plan or Plan()
        self.keywords = keywords
        self.tls = tls
        self.inject = inject
        self.password = password
        self.logins = 0
        self.versions = []
        self.ledger = Ledger()
        self.connections = 0
        self.lock = threading.Lock()
        self.open = {}
        self.dropped = set()  # numbers of conversations
        self.defects = []  # our own
        self.stall_seconds = 1.0
        self.idle_seconds = None  # 421 after so long without a command
        self.hung_up = 0
        self.context = self.make_context(certificate, tls_max) if certificate else None
        self.listener = None
        self.port = free_port()
        self.start()

    @staticmethod
    def make_context(certificate, tls_max):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if tls_max:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = ssl.TLSVersion[tls_max]
            context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(*map(str, certificate))
        return context

    def pick(self, step, conversation):
        kind = self.plan.pick(step, conversation)
        if kind is not None:
            with self.lock:
                self.ledger.faults[step, kind] += 1
        return kind

    def wait_stalled(self):
        time.sleep(self.stall_seconds)

    # --- life ---

    def start(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        # Else the kernel may take a whole large message before it is read.
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        threading.Thread(target=self.serve, args=(self.listener,), daemon=True).start()

    def serve(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.connections += 1
                number = self.connections
                self.open[number] = sock
            threading.Thread(target=self.converse, args=(sock, number), daemon=True).start()

    def converse(self, sock, number):
        conversation = Conversation(self, sock, number)
        try:
            conversation.run()
        except (Closed, OSError, ssl.SSLError):
            pass
        except Exception as error:  # shown by settle()
            self.defects.append(error)
        finally:
            transaction = conversation.transaction
            if number in self.dropped and transaction and transaction.step == "body":
                transaction.is_cut = True
            self.hang_up(sock)
            with self.lock:
                del self.open[number]

    @staticmethod
    def hang_up(sock):
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        sock.close()

    def drop_all(self):
        """Every connection, wherever it is."""
        with self.lock:
            self.dropped |= self.open.keys()
            socks = list(self.open.values())
        for sock in socks:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        return len(socks)

    def stop(self):
        """Nobody is there; the ledger stays. start() brings it back."""
        try:
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        except OSError:
            pass
        self.listener.close()
        self.drop_all()

    def settle(self):
        """Waits until no conversation is under way."""
        for _ in range(int(SILENCE_MAX / 0.005)):
            with self.lock:
                if not self.open:
                    break
            time.sleep(0.005)
        else:
            raise AssertionError("a conversation does not end")
        assert self.defects == []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.settle()
