"""A real Postfix of the test's own: strict, on free ports, filing every mail
into one Maildir.

    with Postfix(tls=True, users={"news": "secret"}) as relay:
        send_to(relay.port)
        relay.mails()["ada@example.org"] == [b"From: …"]

Nothing of the machine's own Postfix is used or changed but its programs. The
master process wants to be started by root.
"""

import os
import pwd
import re
import subprocess
import time
from collections import defaultdict

import certificates
from dovecot_auth import DovecotAuth
from processes import Folder, Process, ServerError, free_port, greets, listens, need

# Everything that a relay may be strict about (R: RFC 5321, 5322, 2045).
MAIN = """\
compatibility_level = 3.6
queue_directory = {path}/queue
data_directory = {path}/data
maillog_file = {path}/log
maillog_file_prefixes = {path}
myhostname = relay.example.org
mynetworks = 127.0.0.0/8
inet_interfaces = {interfaces}
inet_protocols = all
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = static:all
virtual_mailbox_base = {path}
virtual_mailbox_maps = static:mail/
virtual_mailbox_limit = 0
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
local_header_rewrite_clients =
smtputf8_enable = no
message_size_limit = 10240000
in_flow_delay = 0
enable_long_queue_ids = yes
smtpd_helo_required = yes
smtpd_helo_restrictions = reject_invalid_helo_hostname
smtpd_sender_restrictions = reject_non_fqdn_sender
smtpd_relay_restrictions = {relay_restrictions}
smtpd_recipient_restrictions = reject_non_fqdn_recipient{policy}
strict_rfc821_envelopes = yes
strict_7bit_headers = yes
strict_8bitmime = yes
strict_8bitmime_body = yes
strict_mime_encoding_domain = yes
smtpd_forbid_bare_newline = yes
smtpd_forbid_unauth_pipelining = yes
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 1000
"""

# Taken at RCPT, unknown when it is delivered: Postfix makes the bounce.
GONE = """\
virtual_mailbox_maps = regexp:{path}/mailboxes
smtpd_reject_unlisted_recipient = no
notify_classes =
"""

TLS = """\
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {certificates.certificate}
smtpd_tls_key_file = {certificates.key}
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_tls_auth_only = yes
"""

CLIENT_CERTIFICATES = """\
smtpd_tls_req_ccert = yes
smtpd_tls_CAfile = {certificates.ca}
"""

SASL = """\
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_sasl_security_options = noanonymous
"""

MASTER = """\
{submissions}
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
error     unix  - - n - - error
retry     unix  - - n - - error
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""

QUEUES = """active bounce corrupt defer deferred flush hold incoming maildrop
pid private public saved trace""".split()


def cut_trace(mail):
    """The mail as it was submitted, with CRLF: without what Postfix puts on
    top, up to its one Received field."""
    lines = mail.split(b"\n")
    at = next(i for i, line in enumerate(lines) if line.startswith(b"Received:")) + 1
    while lines[at][:1] in (b" ", b"\t"):
        at += 1
    return b"\r\n".join(lines[at:])


def recipient_of(mail):
    return re.search(rb"^Delivered-To: (.*)$", mail, re.M)[1].decode()


def queue_id_of(mail):
    """What Postfix called it; no other submission ever has this name."""
    return re.search(rb"^\tby .* id (\w+)$", mail, re.M)[1].decode()


class Postfix:
    """`users` demands a login; `policy` is a policy.Policy.

    `mechanisms` are Dovecot's, `tokens` is a token_server.TokenServer,
    `names` and `days` are the certificate's, `asks_certificate` demands one of
    the client, `addresses` are where it listens, what begins with `gone` comes back."""

    def __init__(self, tls=False, users=None, policy=None, mechanisms="plain login",
                 tokens=None, names=None, days=2, asks_certificate=False,
                 addresses=("127.0.0.1",), gone=None):
        if os.geteuid() != 0:
            raise ServerError("Postfix can be started by root only: run the "
                              "tests as root, or by sudo")
        need("postconf", "postfix")
        self.tls = tls
        self.users = users or {}
        self.policy = policy
        self.mechanisms = mechanisms
        self.tokens = tokens
        self.asks_certificate = asks_certificate
        self.addresses = addresses
        self.gone = gone
        self.port = free_port()
        self.tls_port = free_port() if tls else None
        self.folder = Folder("postfix")
        self.path = self.folder.path
        wanted = {"names": names} if names else {}
        self.certificates = certificates.make(self.path, days=days, **wanted) if tls else None
        self.dovecot = self.process = None
        try:
            self._write_configuration()
            self._make_queue()
            self.start()
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def ca_file(self):
        return self.certificates.ca

    def _write_configuration(self):
        nobody = pwd.getpwnam("nobody")
        restrictions = ("permit_sasl_authenticated, reject" if self.users
                        else "permit_mynetworks, reject")
        asks = (f", check_policy_service inet:127.0.0.1:{self.policy.port}"
                if self.policy else "")
        main = MAIN.format(path=self.path, uid=nobody.pw_uid, gid=nobody.pw_gid,
                           relay_restrictions=restrictions, policy=asks,
                           interfaces=", ".join(self.addresses))
        if self.tls:
            main += TLS.format(certificates=self.certificates)
        if self.asks_certificate:
            main += CLIENT_CERTIFICATES.format(certificates=self.certificates)
        if self.users:
            main += SASL
        if self.gone:
            main = main.replace("virtual_mailbox_maps = static:mail/\n", "")
            main += GONE.format(path=self.path)
            (self.path / "mailboxes").write_text(
                f"if !/^{self.gone}/\n/./ mail/\nendif\n")
        (self.path / "main.cf").write_text(main)
        submissions = ""
        for address in self.addresses:
            host = f"[{address}]" if ":" in address else address
            submissions += f"{host}:{self.port} inet n - n - - smtpd\n"
            if self.tls:
                submissions += (f"{host}:{self.tls_port} inet n - n - - smtpd "
                                "-o smtpd_tls_wrappermode=yes\n")
        (self.path / "master.cf").write_text(MASTER.format(submissions=submissions))

    def _make_queue(self):
        owner = pwd.getpwnam("postfix")
        (self.path / "queue").mkdir()
        for name in [f"queue/{queue}" for queue in QUEUES] + ["data"]:
            (self.path / name).mkdir(mode=0o700)
            os.chown(self.path / name, owner.pw_uid, owner.pw_gid)
        os.chown(self.path / "queue/pid", 0, 0)
        (self.path / "queue/public").chmod(0o755)
        nobody = pwd.getpwnam("nobody")
        for name in ("mail", "mail/tmp", "mail/new", "mail/cur"):
            (self.path / name).mkdir()
            os.chown(self.path / name, nobody.pw_uid, nobody.pw_gid)

    def start(self):
        """Also again, after stop_server()."""
        if self.users:
            self.dovecot = DovecotAuth(self.path / "queue/private/auth", self.users,
                                       self.mechanisms, self.tokens)
        daemons = subprocess.run(["postconf", "-dh", "daemon_directory"], check=True,
                                 capture_output=True, text=True).stdout.strip()
        self.process = Process([f"{daemons}/master", "-d", "-c", self.path],
                               self.path / "output")
        self.process.wait_until(
            lambda: greets(self.port) and (not self.tls or listens(self.tls_port)),
            "postfix")

    def stop_server(self):
        """Takes the relay away; what it has stays."""
        if self.process:
            self.process.stop()
            self.process = None
        if self.dovecot:
            self.dovecot.stop()
            self.dovecot = None

    def stop(self):
        self.stop_server()
        self.folder.remove()

    def log(self):
        path = self.path / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def raw_mails(self):
        return [file.read_bytes() for file in (self.path / "mail/new").iterdir()]

    def count(self):
        return sum(1 for _ in (self.path / "mail/new").iterdir())

    def mails(self):
        """Recipient to the mails that were submitted for it. A Postfix that
        is stopped right after filing a mail files it again when it starts;
        that is still one submission."""
        found = defaultdict(dict)
        for mail in self.raw_mails():
            found[recipient_of(mail)][queue_id_of(mail)] = cut_trace(mail)
        return {recipient: list(mails.values()) for recipient, mails in found.items()}

    def is_idle(self):
        """Nothing that was accepted waits. A file without the x bit is a mail
        that is still being received, or was when the server was stopped."""
        queues = ("incoming", "active", "deferred")
        return not any(self._is_accepted(file) for queue in queues
                       for file in (self.path / "queue" / queue).rglob("*"))

    @staticmethod
    def _is_accepted(file):
        try:
            return file.is_file() and file.stat().st_mode & 0o100 != 0
        except FileNotFoundError:
            return False

    def wait_delivered(self, limit=60):
        """Until everything that was accepted lies in the Maildir."""
        end = time.monotonic() + limit
        while not self.is_idle():
            if time.monotonic() > end:
                raise ServerError("mails stay in Postfix's queue:\n" + self.log()[-3000:])
            time.sleep(0.05)
