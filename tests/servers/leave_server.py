"""A web server with a certificate, for the page where people leave: what it
answers is a function of the test's, or `mirmail serve --cgi`."""

import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from processes import free_port


class LeaveServer:
    """`answer(method, path, headers, body)` gives status, fields and body."""

    def __init__(self, certificates, answer):
        self.answer = answer
        self.asked = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                owner.asked.append((self.command, self.path, self.headers, body))
                status, fields, content = owner.answer(self.command, self.path, self.headers, body)
                self.send_response(status)
                for name, value in fields:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = handle_any

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a client that does not like the certificate

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.certificate, certificates.key)
        self._server = Server(("127.0.0.1", free_port()), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def by_cgi(program, folder, environment):
    """An answer() that runs the program for each request (RFC 3875)."""

    def answer(method, path, headers, body):
        result = subprocess.run(
            [program, "serve", "--cgi"], cwd=folder, input=body, capture_output=True, timeout=30,
            env=dict(environment, REQUEST_METHOD=method, REQUEST_URI=path, PATH_INFO=path,
                     CONTENT_TYPE=headers.get("Content-Type", ""),
                     CONTENT_LENGTH=str(len(body)), GATEWAY_INTERFACE="CGI/1.1"))
        head, _, content = result.stdout.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        status = next((value for name, value in fields if name == "Status"), "200")
        return (int(status.split()[0]),
                [field for field in fields if field[0] not in ("Status", "Content-Length")], content)

    return answer
