"""Exim, as a relay that is not Postfix: with STARTTLS, PIPELINING and CHUNKING,
delivering every mail into one file a message.

Debian lets one mail server be installed at a time, so Exim is taken out of its
package into a folder of its own and runs from there. The user that its package
would make is there for this process only (nss_wrapper).
"""

import pwd
import subprocess
from pathlib import Path

import certificates
from processes import Folder, Process, ServerError, free_port, greets

PACKAGE = "exim4-daemon-light"
CACHE = Path(__file__).resolve().parents[2] / "build/exim"
CONFIGURATION = """\
exim_user = nobody
log_selector = +received_recipients
exim_group = nogroup
primary_hostname = exim.example.org
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
spool_directory = {folder}/spool
log_file_path = {folder}/log-%s
pid_file_path = {folder}/pid
tls_advertise_hosts = *
tls_certificate = {certificate}
tls_privatekey = {key}
chunking_advertise_hosts = *
host_lookup =
rfc1413_hosts =
keep_environment =
smtp_accept_max_per_connection = {per_connection}
acl_smtp_rcpt = check_rcpt
acl_smtp_data = check_data

begin acl
check_rcpt:
  deny message = 5.1.1 nobody of this name
       local_parts = nobody
  accept
check_data:
  deny message = 5.6.0 header syntax
       !verify = header_syntax
  accept

begin routers
all:
  driver = accept
  transport = file

begin transports
file:
  driver = appendfile
  directory = {folder}/mails
  maildir_format
  create_directory
  user = nobody
"""


def program():
    """The path of exim4, taken out of its package once."""
    path = CACHE / "usr/sbin/exim4"
    if path.exists():
        return path
    CACHE.mkdir(parents=True, exist_ok=True)
    for command in (["apt-get", "-qq", "download", PACKAGE],
                    ["sh", "-c", f"dpkg-deb -x {PACKAGE}_*.deb ."]):
        done = subprocess.run(command, cwd=CACHE, capture_output=True, text=True)
        if done.returncode != 0:
            raise ServerError(f"{' '.join(command)}: {done.stderr[-500:]}")
    return path


class Exim:
    def __init__(self, per_connection=1000):
        self.folder = Folder("exim")
        self.port = free_port()
        made = certificates.make(self.folder.path)
        made.key.chmod(0o644)  # Exim reads it as nobody; it is worth nothing
        self.ca_file = made.ca
        for name in ("spool", "mails"):
            (self.folder.path / name).mkdir(mode=0o777)
            (self.folder.path / name).chmod(0o777)
        self.folder.path.chmod(0o777)
        configuration = self.folder.path / "exim.conf"
        configuration.write_text(CONFIGURATION.format(
            port=self.port, folder=self.folder.path, certificate=made.certificate,
            key=made.key, per_connection=per_connection))
        self.process = Process(
            ["env", *self.user_files(), program(), "-bdf", "-q1m", "-C", configuration],
            self.folder.path / "output")
        self.process.wait_until(lambda: greets(self.port), "exim")

    def user_files(self):
        """The machine's users and groups, and one more."""
        nobody = pwd.getpwnam("nobody")
        rows = {"passwd": f"Debian-exim:x:{nobody.pw_uid}:{nobody.pw_gid}::/:/bin/false",
                "group": f"Debian-exim:x:{nobody.pw_gid}:"}
        for name, row in rows.items():
            text = Path("/etc", name).read_text() + row + "\n"
            (self.folder.path / name).write_text(text)
        return ["LD_PRELOAD=libnss_wrapper.so",
                f"NSS_WRAPPER_PASSWD={self.folder.path / 'passwd'}",
                f"NSS_WRAPPER_GROUP={self.folder.path / 'group'}"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.stop()
        self.folder.remove()

    def log(self):
        return (self.folder.path / "log-main").read_text(errors="replace")

    def accepted(self):
        """The recipient of each mail that Exim answered for with 250."""
        return [line.split(" for ")[1].strip() for line in self.log().splitlines()
                if " <= " in line]
