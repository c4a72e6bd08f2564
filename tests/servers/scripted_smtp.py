#!/usr/bin/env python3
"""A relay that does as it is told: an SMTP server for tests of bad days.

It speaks ESMTP with PIPELINING, SIZE, STARTTLS, implicit TLS and AUTH, and
follows a script: rules that say at which step, for which recipient, and how
often something else than the right answer is to happen. Every mail that it
took responsibility for, and every command, goes into a ledger, so that a test
can compare what a client believes with what was done.

In a test:

    with ScriptedServer({"rules": [{"step": "dot", "nth": 3, "do": "drop"}]}) as server:
        run_client(server.port)
    assert server.accepted() == ...

On a command line: scripted_smtp.py '{"tls": "starttls"}' --ledger out.jsonl
It prints its port and runs until its standard input ends.

Script keys
    tls          none, starttls, implicit
    cert, key    files in PEM
    tls_max      "TLSv1_1": nothing newer
    client_ca    a file in PEM: clients must have a certificate by it
    greeting     the greeting's whole text
    name         the name in the EHLO answer
    pipelining, chunking, eightbit, enhanced    false leaves the keyword out
    size         SIZE limit
    window       bytes that the kernel takes before anybody reads them
    extra        more EHLO lines
    auth         {"mechanisms": "PLAIN LOGIN", "user": …, "password": …,
                 "tokens": […], "lives": 2}, and to do it wrong: iterations, false_proof,
                 no_proof, refusal, complaint, or challenges and a verdict
    inject       text in the clear right behind the answer to STARTTLS
    rules        a list, the first that fits is used
    chaos        {"seed": 7, "rate": 0.05}: rules made up at random

Rule keys
    step         connect ehlo starttls handshake auth mail rcpt data body dot
                 rset quit
    nth          only the nth time this step is reached, over all connections
    match        only when the recipient (or command) contains this
    times        at most so often; default: always
    do           reply      `text` instead of the answer (may have lines)
                 drop       close without an answer; at dot: not accepted
                 accept-drop    at dot: accepted, then closed without an answer
                 reply-drop the answer (`text`, else the right one), then close
                 half-drop  half of the answer, then close
                 delay      `seconds` before the right answer
                 reset      close with a TCP reset
"""

import argparse
import base64
import hashlib
import hmac
import json
import random
import socket
import ssl
import struct
import sys
import threading
import time
import warnings

from processes import free_port


SO_TIMESTAMPNS = 35  # Linux; Python does not name it


class Closed(Exception):
    """The conversation is over."""


def read_ledger(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


class Chaos:
    """Rules at random, from a seed."""

    BEFORE_DOT = ["drop", "reset", "half-drop", "reply-drop", "4xx", "5xx", "421", "split"]
    AT_DOT = BEFORE_DOT + ["accept-drop"]

    def __init__(self, seed, rate):
        self.random = random.Random(seed)
        self.rate = rate
        self.lock = threading.Lock()

    def rule(self, step):
        if step not in ("mail", "rcpt", "data", "body", "dot", "rset"):
            return None
        with self.lock:
            if self.random.random() >= self.rate:
                return None
            kinds = self.AT_DOT if step == "dot" else self.BEFORE_DOT
            kind = self.random.choice(["drop", "reset"] if step == "body" else kinds)
        texts = {
            "4xx": "451 4.3.0 not now",
            "5xx": "550 5.1.1 no such user" if step == "rcpt" else "554 5.6.0 not this",
            "421": "421 4.3.2 going down",
            "split": "450-4.2.0 two\r\n450 lines",
        }
        if kind == "5xx" and step in ("mail", "data"):
            return {"do": "reply", "text": texts["4xx"]}
        if kind == "421":
            return {"do": "reply-drop", "text": texts["421"]}
        if kind in texts:
            return {"do": "reply", "text": texts[kind]}
        return {"do": kind}


class Conversation:
    """One connection."""

    def __init__(self, server, sock, number):
        self.server = server
        self.script = server.script
        self.sock = sock
        self.number = number
        self.buffer = b""
        self.came_at = None
        self.secure = False
        sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.user = None
        self.forget()

    def forget(self):
        self.sender = None
        self.recipients = []
        self.refused = False

    # --- bytes ---

    def receive(self):
        """With the moment when the kernel had it, which is fair to a client
        on a machine where this thread waits for its turn. In TLS there is
        only the moment when it was read."""
        if self.secure:
            data = self.sock.recv(65536)
            self.came_at = time.monotonic()
            return data
        data, ancillary, _, _ = self.sock.recvmsg(65536, 64)
        self.came_at = time.monotonic()
        for _, _, stamp in ancillary:
            seconds, nanoseconds = struct.unpack("@ll", stamp)
            self.came_at -= max(time.time() - seconds - nanoseconds / 1e9, 0)
        return data

    def read_more(self):
        data = self.receive()
        if not data:
            raise Closed
        self.buffer += data

    def read_line(self):
        while b"\n" not in self.buffer:
            self.read_more()
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def send(self, text):
        self.sock.sendall((text + "\r\n").encode("utf-8", "surrogateescape"))

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Closed

    # --- answers ---

    def answer(self, step, text, what="", accept=None):
        """Gives `text`, or what the script says. `accept` is called when the
        answer means that a mail was taken."""
        rule = self.server.rule(step, what)
        do = rule["do"] if rule else "right"
        if rule and do == "delay":
            time.sleep(rule["seconds"])
        if do == "drop":
            raise Closed
        if do == "reset":
            self.reset()
        if do == "accept-drop":
            accept(False)
            raise Closed
        if do in ("reply", "reply-drop") and "text" in rule:
            text = rule["text"]
        if do == "half-drop":
            self.sock.sendall(text[: len(text) // 2].encode())
            raise Closed
        if accept and text.startswith("2"):
            accept(True)
        if step == "data" and text.startswith("3"):
            self.server.log(event="go-ahead", recipient=what)
        self.send(text)
        if do == "reply-drop":
            raise Closed
        return text

    # --- steps ---

    def run(self):
        if self.script.get("tls") == "implicit":
            self.handshake()
        name = self.script.get("name", "relay.test")
        self.answer("connect", self.script.get("greeting", f"220 {name} ESMTP"))
        while True:
            line = self.read_line()
            verb, _, rest = line.partition(" ")
            self.server.log(event="command", connection=self.number, at=self.came_at,
                            line=self.redact(line))
            handler = getattr(self, "do_" + verb.lower(), None)
            if handler is None:
                self.send("502 5.5.1 what?")
            else:
                handler(rest)

    @staticmethod
    def redact(line):
        return line[:5] + "…" if line.upper().startswith("AUTH ") else line

    def handshake(self):
        rule = self.server.rule("handshake", "")
        if rule and rule["do"] == "drop":
            raise Closed
        self.sock = self.server.tls_context.wrap_socket(self.sock, server_side=True)
        self.secure = True
        self.server.log(event="tls", version=self.sock.version(),
                        resumed=bool(self.sock.session_reused), sni=self.server.sni)

    def keywords(self):
        script = self.script
        words = []
        if script.get("pipelining", True):
            words.append("PIPELINING")
        if script.get("chunking", True):
            words.append("CHUNKING")
        if script.get("eightbit", True):
            words.append("8BITMIME")
        if script.get("enhanced", True):
            words.append("ENHANCEDSTATUSCODES")
        if "size" in script:
            words.append(f"SIZE {script['size']}")
        if script.get("tls") == "starttls" and not self.secure and not script.get("hide_starttls"):
            words.append("STARTTLS")
        if "auth" in script and (self.secure or script.get("tls", "none") == "none"):
            words.append("AUTH " + script["auth"].get("mechanisms", "PLAIN LOGIN"))
        return words + script.get("extra", [])

    def do_ehlo(self, rest):
        lines = [self.script.get("name", "relay.test")] + self.keywords()
        text = "\r\n".join(["250-" + line for line in lines[:-1]] + ["250 " + lines[-1]])
        self.answer("ehlo", text, rest)

    def do_helo(self, rest):
        self.answer("ehlo", "250 " + self.script.get("name", "relay.test"), rest)

    def do_starttls(self, rest):
        answer = "220 2.0.0 go ahead"
        if "inject" in self.script:
            answer += "\r\n" + self.script["inject"]
        answer = self.answer("starttls", answer, rest)
        if answer.startswith("220"):
            self.buffer = b""
            self.handshake()

    def ask(self, challenge=""):
        """One round of AUTH; both sides in plain bytes."""
        self.send("334 " + base64.b64encode(challenge.encode()).decode())
        return self.read_response(self.read_line())

    @staticmethod
    def read_response(line):
        return base64.b64decode(line, validate=True).decode()

    def do_auth(self, rest):
        mechanism, _, initial = rest.partition(" ")
        mechanism = mechanism.upper()
        auth = self.script.get("auth", {})
        self.server.log(event="auth", mechanism=mechanism, secure=self.secure)
        for challenge in auth.get("challenges", []):
            self.send("334 " + challenge)
            self.server.log(event="response", line=self.read_line())
        if "challenges" in auth:
            self.answer("auth", auth.get("verdict", "535 5.7.8 no"), mechanism)
            return
        handler = getattr(self, "auth_" + mechanism.lower().replace("-", "_"), self.auth_plain)
        first = self.read_response(initial) if initial else None
        user = handler(auth, first)
        if user is not None:
            self.user = user
            self.answer("auth", "235 2.7.0 welcome", user)
        else:
            self.answer("auth", auth.get("refusal", "535 5.7.8 wrong user or password"), "")

    def auth_plain(self, auth, first):
        _, user, password = (first or self.ask()).split("\0")
        return user if (user, password) == (auth.get("user"), auth.get("password")) else None

    def auth_login(self, auth, _first):
        user, password = self.ask("Username:"), self.ask("Password:")
        return user if (user, password) == (auth.get("user"), auth.get("password")) else None

    def auth_scram_sha_256(self, auth, first):
        """RFC 5802 from the server's side; `iterations` and `false_proof` make
        it a bad one."""
        first = first or self.ask()
        header, bare = first[:3], first[3:]
        name, nonce = (part[2:] for part in bare.split(","))
        user = name.replace("=2C", ",").replace("=3D", "=")
        salt, iterations = b"some salt", auth.get("iterations", 4096)
        server_first = (f"r={nonce}more,s={base64.b64encode(salt).decode()},i={iterations}")
        final = self.ask(server_first)
        without_proof, _, proof = final.rpartition(",p=")
        password = auth.get("password", "").encode()
        salted = hashlib.pbkdf2_hmac("sha256", password, salt, iterations)

        def mac(key, text):
            return hmac.new(key, text.encode(), "sha256").digest()

        client_key, server_key = mac(salted, "Client Key"), mac(salted, "Server Key")
        whole = f"{bare},{server_first},{without_proof}"
        signature = mac(hashlib.sha256(client_key).digest(), whole)
        right = bytes(a ^ b for a, b in zip(client_key, signature))
        is_right = (header == "n,," and without_proof == f"c=biws,r={nonce}more"
                    and base64.b64decode(proof) == right and user == auth.get("user"))
        if not is_right:
            return None
        if not auth.get("no_proof"):
            said = mac(server_key, whole + ("x" if auth.get("false_proof") else ""))
            assert self.ask("v=" + base64.b64encode(said).decode()) == ""
        return user

    def check_token(self, auth, user, token, nothing):
        self.server.log(event="token", token=token)
        if "lives" in auth:  # how many logins a token lasts
            before = [e["token"] for e in self.server.events("token")]
            if before.count(token) > auth["lives"]:
                auth = {**auth, "tokens": []}
        if user == auth.get("user") and token in auth.get("tokens", []):
            return user
        answer = self.ask(json.dumps(auth.get("complaint", {
            "status": "invalid_token", "scope": "https://mail.example.org/smtp"})))
        assert answer == nothing, answer
        return None

    def auth_xoauth2(self, auth, first):
        user, bearer, *_ = (first or self.ask()).split("\1")
        return self.check_token(auth, user.removeprefix("user="),
                                bearer.removeprefix("auth=Bearer "), "")

    def auth_oauthbearer(self, auth, first):
        header, *pairs, end, rest = (first or self.ask()).split("\1")
        assert (end, rest) == ("", "")
        values = dict(pair.split("=", 1) for pair in pairs)
        assert values["port"] == str(self.server.port) and values["host"], values
        return self.check_token(auth, header.removeprefix("n,a=").removesuffix(","),
                                values["auth"].removeprefix("Bearer "), "\1")

    def do_mail(self, rest):
        if "auth" in self.script and self.user is None:
            self.send("530 5.7.0 log in first")
            return
        self.forget()
        if self.answer("mail", "250 2.1.0 ok", rest).startswith("2"):
            self.sender = rest

    def do_rcpt(self, rest):
        if self.sender is None:
            self.send("503 5.5.1 MAIL first")
            return
        address = rest[rest.index("<") + 1 : rest.index(">")]
        if self.answer("rcpt", "250 2.1.5 ok", address).startswith("2"):
            self.recipients.append(address)

    def do_data(self, _rest):
        if not self.recipients:
            self.send(self.script.get("no_recipient", "554 5.5.1 no valid recipients"))
            if not self.script.get("no_recipient", "554").startswith("3"):
                return
        elif not self.answer("data", "354 go on", self.recipients[0]).startswith("3"):
            return
        self.read_body()

    def read_body(self):
        what = self.recipients[0] if self.recipients else ""
        rule = self.server.rule("body", what)
        if rule:
            for _ in range(rule.get("reads", 0)):
                self.read_more()
            if rule["do"] == "delay":
                time.sleep(rule["seconds"])
            elif rule["do"] == "reset":
                self.reset()
            elif rule["do"] == "reply-drop":
                self.send(rule["text"])
                raise Closed
            else:
                raise Closed
        while not self.buffer.startswith(b".\r\n") and b"\r\n.\r\n" not in self.buffer:
            self.read_more()
        if self.buffer.startswith(b".\r\n"):
            body, self.buffer = b"", self.buffer[3:]
        else:
            body, self.buffer = self.buffer.split(b"\r\n.\r\n", 1)
            body = (b"\r\n" + body + b"\r\n").replace(b"\r\n..", b"\r\n.")[2:]
        recipients = self.recipients
        if not recipients:
            self.send("554 5.5.1 no valid recipients")
            return

        def accept(replied):
            for recipient in recipients:
                self.server.log(event="accepted", recipient=recipient, replied=replied,
                                size=len(body), sha256=hashlib.sha256(body).hexdigest())

        self.server.log(event="dot", recipient=recipients[0])
        self.answer("dot", "250 2.0.0 queued", recipients[0], accept)
        self.forget()

    def do_rset(self, rest):
        self.forget()
        self.answer("rset", "250 2.0.0 ok", rest)

    def do_quit(self, rest):
        self.answer("quit", "221 2.0.0 bye", rest)
        raise Closed


class ScriptedServer:
    def __init__(self, script=None, host="127.0.0.1", ledger=None):
        self.script = script or {}
        self.lock = threading.Lock()
        self.entries = []
        self.ledger = open(ledger, "w", encoding="utf-8") if ledger else None
        self.counts = {}
        self.used = {}
        self.connections = 0
        self.closing = False
        self.sockets = set()
        self.sni = None
        chaos = self.script.get("chaos")
        self.chaos = Chaos(chaos["seed"], chaos["rate"]) if chaos else None
        self.tls_context = self.make_tls_context() if self.script.get("cert") else None
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.create_server((host, free_port()), family=family, backlog=64)
        self.port = self.listener.getsockname()[1]
        if "window" in self.script:
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF,
                                     self.script["window"])
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def make_tls_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if self.script.get("tls_max"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = ssl.TLSVersion[self.script["tls_max"]]
            context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(self.script["cert"], self.script["key"])
        if self.script.get("client_ca"):
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.script["client_ca"])

        def note_name(_sock, name, _context):
            self.sni = name

        context.sni_callback = note_name
        return context

    # --- the script ---

    def rule(self, step, what):
        with self.lock:
            self.counts[step] = self.counts.get(step, 0) + 1
            for index, rule in enumerate(self.script.get("rules", [])):
                if rule["step"] != step:
                    continue
                if "nth" in rule and rule["nth"] != self.counts[step]:
                    continue
                if "match" in rule and rule["match"] not in what:
                    continue
                if self.used.get(index, 0) >= rule.get("times", 1 << 30):
                    continue
                self.used[index] = self.used.get(index, 0) + 1
                return rule
        return self.chaos.rule(step) if self.chaos else None

    # --- the ledger ---

    def log(self, **entry):
        entry.setdefault("at", time.monotonic())
        with self.lock:
            self.entries.append(entry)
            if self.ledger:
                self.ledger.write(json.dumps(entry) + "\n")
                self.ledger.flush()

    def events(self, kind):
        with self.lock:
            return [entry for entry in self.entries if entry["event"] == kind]

    def accepted(self):
        return [entry["recipient"] for entry in self.events("accepted")]

    def commands(self, verb):
        return [entry["line"] for entry in self.events("command")
                if entry["line"].upper().startswith(verb)]

    def moments(self, verb):
        """When each of these commands came, and its line."""
        return [(entry["at"], entry["line"]) for entry in self.events("command")
                if entry["line"].upper().startswith(verb)]

    # --- life ---

    def serve(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.connections += 1
                number = self.connections
                self.sockets.add(sock)
            threading.Thread(target=self.converse, args=(sock, number), daemon=True).start()

    def converse(self, sock, number):
        conversation = Conversation(self, sock, number)
        try:
            conversation.run()
        except (Closed, OSError, ssl.SSLError, ValueError) as error:
            self.log(event="end", connection=number, reason=repr(error))
        try:
            conversation.sock.close()
        except OSError:
            pass
        with self.lock:
            self.sockets.discard(sock)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self.thread.join()
        self.listener.close()
        with self.lock:
            sockets = list(self.sockets)
        for sock in sockets:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        if self.ledger:
            self.ledger.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.close()


def main():
    parser = argparse.ArgumentParser(description="an SMTP server that follows a script")
    parser.add_argument("script", nargs="?", default="{}", help="JSON, or @file")
    parser.add_argument("--ledger")
    parser.add_argument("--host", default="127.0.0.1")
    arguments = parser.parse_args()
    text = arguments.script
    if text.startswith("@"):
        with open(text[1:], encoding="utf-8") as file:
            text = file.read()
    with ScriptedServer(json.loads(text), arguments.host, arguments.ledger) as server:
        print(server.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
