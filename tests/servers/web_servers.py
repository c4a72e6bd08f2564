"""Web servers with TLS, of the test's own, in front of something.

    with Nginx("location /u/ { proxy_pass http://127.0.0.1:8026; }") as front:
        ask(f"https://localhost:{front.port}/u/x", front.ca_file)
"""

import certificates
from processes import Folder, Process, free_port, listens, need

NGINX = """\
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
        {site}
    }}
}}
"""
APACHE = "".join(
    f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
    for name in ("mpm_event authz_core alias setenvif ssl http2 socache_shmcb proxy "
                 "proxy_http cgid").split()) + """\
ServerRoot {path}
ServerName localhost
User nobody
Group nogroup
PidFile {path}/pid
ScriptSock {path}/cgid.sock
Mutex file:{path}
ErrorLog {path}/error.log
CustomLog {path}/access.log "%h %r %>s" env=!private
Listen 127.0.0.1:{port}
Protocols h2 http/1.1
SSLEngine on
SSLCertificateFile {certificates.certificate}
SSLCertificateKeyFile {certificates.key}
{site}
"""
CADDY = """\
{{
    admin off
    auto_https disable_redirects
    skip_install_trust
    log {{
        output file {path}/log
    }}
    servers {{
        protocols h1 h2
    }}
}}
{site}
"""


class WebServer:
    """`site` is what an administrator writes."""

    CONFIGURATION = None

    def __init__(self, site):
        self.folder = Folder(type(self).__name__.lower())
        self.path = self.folder.path
        self.port = free_port()
        self.certificates = certificates.make(self.path)
        configuration = self.path / "configuration"
        configuration.write_text(self.CONFIGURATION.format(
            path=self.path, port=self.port, certificates=self.certificates,
            site=self.complete(site)))
        self.process = Process(self.command(configuration), self.path / "output")
        self.process.wait_until(lambda: listens(self.port), type(self).__name__)

    def complete(self, site):
        return site

    def command(self, configuration):
        raise NotImplementedError

    @property
    def ca_file(self):
        return self.certificates.ca

    def logged(self):
        """What it wrote of its visitors."""
        logs = [self.path / name for name in ("access.log", "error.log", "log", "output")]
        return "".join(log.read_text() for log in logs if log.exists())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()
        self.folder.remove()


class Nginx(WebServer):
    CONFIGURATION = NGINX

    def command(self, configuration):
        return [need("nginx", "nginx-light"), "-c", configuration, "-p", self.path]


class Apache(WebServer):
    CONFIGURATION = APACHE

    def command(self, configuration):
        return [need("apache2", "apache2-bin"), "-f", configuration, "-DFOREGROUND"]


class Caddy(WebServer):
    CONFIGURATION = CADDY

    def complete(self, site):
        """With a certificate of ours in place of one from outside."""
        name, _, rest = site.strip().partition(" {\n")
        assert "\n" not in name
        return (f"https://localhost:{self.port} {{\n    tls {self.certificates.certificate} "
                f"{self.certificates.key}\n{rest}")

    def command(self, configuration):
        return ["env", f"XDG_DATA_HOME={self.path}", f"XDG_CONFIG_HOME={self.path}",
                need("caddy", "caddy"), "run", "--config", configuration,
                "--adapter", "caddyfile"]
