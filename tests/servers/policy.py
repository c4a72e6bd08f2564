"""What a relay thinks of its recipients: a Postfix policy server.

Postfix asks it at every RCPT (SMTPD_POLICY_README). Refusals are given by
address; who is greylisted is put off once and taken from then on.
"""

import socketserver
import threading

from processes import free_port


class Policy:
    """`refuse` maps an address to the whole answer, `450 4.2.0 later` or
    `550 5.1.1 nobody here`; `greylist` is a set of addresses, or True."""

    def __init__(self, refuse=None, greylist=()):
        self.refuse = dict(refuse or {})
        self.greylist = greylist
        self.asked = []
        self._seen = set()
        self._lock = threading.Lock()
        policy = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                policy.answer_all(self.rfile, self.wfile)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", free_port()), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer_all(self, requests, answers):
        request = {}
        for line in requests:
            key, _, value = line.decode().rstrip("\n").partition("=")
            if key:
                request[key] = value
                continue
            answers.write(f"action={self.decide(request['recipient'])}\n\n".encode())
            answers.flush()
            request = {}

    def decide(self, recipient):
        with self._lock:
            self.asked.append(recipient)
            if recipient in self.refuse:
                return self.refuse[recipient]
            is_new = recipient not in self._seen
            self._seen.add(recipient)
        is_grey = self.greylist is True or recipient in self.greylist
        return "450 4.2.0 greylisted, come back later" if is_grey and is_new else "DUNNO"

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
