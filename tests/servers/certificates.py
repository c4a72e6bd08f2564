"""A certificate authority and a server certificate, made for one run."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from processes import need

EXTENSIONS = """\
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
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


def make(folder, names="DNS:localhost, IP:127.0.0.1", days=2):
    """Signs a certificate for `names` by an authority of its own."""
    folder = Path(folder)
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    _openssl("req", "-x509", *curve, "-days", days, "-subj", "/CN=Test authority",
             "-addext", "basicConstraints=critical,CA:TRUE",
             "-addext", "keyUsage=critical,keyCertSign",
             "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    _openssl("req", "-new", *curve, "-subj", "/CN=localhost",
             "-keyout", folder / "server.key", "-out", folder / "server.csr")
    (folder / "server.ext").write_text(EXTENSIONS.format(names=names))
    _openssl("x509", "-req", "-in", folder / "server.csr", "-days", days,
             "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-CAcreateserial",
             "-extfile", folder / "server.ext", "-out", folder / "server.pem")
    return Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
