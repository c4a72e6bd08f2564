"""A DNS server on loopback for a zone that is written in Python. It knows all
the ways in which a server says nothing: NXDOMAIN, NODATA, SERVFAIL, silence,
and answers that fit only into TCP."""

import socket
import socketserver
import struct
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from processes import free_port

SERVFAIL, REFUSED, SILENCE, NODATA = "SERVFAIL", "REFUSED", "silence", "nodata"


def strings(text):
    """A TXT record in strings of at most 255 bytes, as a zone file has it."""
    parts = [text[i:i + 255] for i in range(0, len(text), 255)] or [""]
    return " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'
                    for part in parts)


class DnsServer:
    """`zone` is {name: {type: [values]}}; a whole name, or one type of it, may
    be one of the words above. TXT values are plain texts."""

    def __init__(self, zone, truncate=False):
        self.zone = zone
        self.truncate = truncate
        self.asked = []
        self.lock = threading.Lock()

    def answer(self, wire, over_tcp):
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        with self.lock:
            self.asked.append((name, kind, "tcp" if over_tcp else "udp"))
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        entry = self.zone.get(name)
        found = entry.get(kind, NODATA) if isinstance(entry, dict) else entry
        if found == SILENCE:
            return None
        if found in (SERVFAIL, REFUSED):
            reply.set_rcode(dns.rcode.from_text(found))
        elif found is None:
            below = any(other.endswith("." + name) for other in self.zone)
            if not below:
                reply.set_rcode(dns.rcode.NXDOMAIN)
        elif found != NODATA:
            values = [strings(value) for value in found] if kind == "TXT" else found
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
        if self.truncate and not over_tcp:
            reply.answer.clear()
            reply.flags |= dns.flags.TC
        return reply.to_wire(max_size=65535)

    def __enter__(self):
        server = self

        class Udp(socketserver.BaseRequestHandler):
            def handle(self):
                wire = server.answer(self.request[0], False)
                if wire is not None:
                    self.request[1].sendto(wire, self.client_address)

        class Tcp(socketserver.BaseRequestHandler):
            def handle(self):
                while len(head := self.request.recv(2, socket.MSG_WAITALL)) == 2:
                    size, = struct.unpack("!H", head)
                    wire = server.answer(self.request.recv(size, socket.MSG_WAITALL), True)
                    if wire is None:
                        return
                    self.request.sendall(struct.pack("!H", len(wire)) + wire)

        for self.port in (free_port() for _ in range(20)):
            self.udp = socketserver.ThreadingUDPServer(("127.0.0.1", self.port), Udp)
            try:
                self.tcp = socketserver.ThreadingTCPServer(("127.0.0.1", self.port), Tcp)
                break
            except OSError:
                self.udp.server_close()
        self.udp.daemon_threads = self.tcp.daemon_threads = True
        for one in (self.udp, self.tcp):
            threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        for one in (self.udp, self.tcp):
            one.shutdown()
            one.server_close()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"
