"""nginx with TLS, of the test's own, in front of something.

    with Nginx("location /u/ { proxy_pass http://127.0.0.1:8026; }") as front:
        ask(f"https://localhost:{front.port}/u/x", front.ca_file)
"""

import certificates
from processes import Folder, Process, free_port, listens, need

CONFIGURATION = """\
daemon off;
user root;
worker_processes 1;
pid {path}/pid;
error_log {path}/error.log;
events {{ worker_connections 128; }}
http {{
    access_log {path}/access.log;
    client_body_temp_path {path}/body;
    proxy_temp_path {path}/proxy;
    fastcgi_temp_path {path}/fastcgi;
    uwsgi_temp_path {path}/uwsgi;
    scgi_temp_path {path}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl http2;
        server_name localhost;
        ssl_certificate {certificates.certificate};
        ssl_certificate_key {certificates.key};
        {server}
    }}
}}
"""


class Nginx:
    """`server` is what stands in its server block."""

    def __init__(self, server):
        self.folder = Folder("nginx")
        self.port = free_port()
        self.certificates = certificates.make(self.folder.path)
        path = self.folder.path / "nginx.conf"
        path.write_text(CONFIGURATION.format(
            path=self.folder.path, port=self.port, certificates=self.certificates,
            server=server))
        self.process = Process([need("nginx", "nginx-light"), "-c", path, "-p", self.folder.path],
                               self.folder.path / "output")
        self.process.wait_until(lambda: listens(self.port), "nginx")

    @property
    def ca_file(self):
        return self.certificates.ca

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()
        self.folder.remove()
