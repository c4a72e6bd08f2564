"""A certificate authority, a server certificate and one for a client, made for
one run."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from processes import need

EXTENSIONS = """\
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = {usage}
subjectAltName = {names}
"""


@dataclass
class Certificates:
    """Files in PEM."""

    ca: Path
    certificate: Path
    key: Path


def _openssl(*words):
    command = [need("openssl", "openssl"), *[str(word) for word in words]]
    subprocess.run(command, check=True, capture_output=True)


CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def _sign(folder, name, subject, names, usage, days):
    """NAME.pem and NAME.key, signed by the folder's authority."""
    _openssl("req", "-new", *CURVE, "-subj", f"/CN={subject}",
             "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.csr")
    extensions = EXTENSIONS.format(names=names, usage=usage)
    (folder / f"{name}.ext").write_text(extensions)
    _openssl("x509", "-req", "-in", folder / f"{name}.csr", "-days", days,
             "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-CAcreateserial",
             "-extfile", folder / f"{name}.ext", "-out", folder / f"{name}.pem")


def make_client(folder):
    """client.pem and client.key, by the authority of make()."""
    folder = Path(folder)
    _sign(folder, "client", "organiser", "email:news@example.org", "clientAuth", 2)
    (folder / "client.key").chmod(0o600)
    return folder / "client.pem", folder / "client.key"


def make_self_signed(folder, name="self"):
    """NAME.pem and NAME.key, which nobody else has signed."""
    folder = Path(folder)
    _openssl("req", "-x509", *CURVE, "-days", 2, "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,email:news@example.org",
             "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")
    (folder / f"{name}.key").chmod(0o600)
    return folder / f"{name}.pem", folder / f"{name}.key"


def make(folder, names="DNS:localhost, IP:127.0.0.1, IP:::1", days=2):
    """Signs a certificate for `names` by an authority of its own. With days
    below 0 it has expired, its authority has not."""
    folder = Path(folder)
    _openssl("req", "-x509", *CURVE, "-days", 2, "-subj", "/CN=Test authority",
             "-addext", "basicConstraints=critical,CA:TRUE",
             "-addext", "keyUsage=critical,keyCertSign",
             "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    _sign(folder, "server", "localhost", names, "serverAuth", days)
    return Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
