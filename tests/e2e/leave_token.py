"""The token of one person, by what src/mail/keyring.h says and nothing of
mirmail's own."""

import base64
import hashlib
import hmac


def _parts(*parts):
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _hmac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def key_lines(keys_file):
    return [line for line in keys_file.read_text().splitlines()
            if line and not line.startswith("#")]


def leave_token(keys_file, list_id, address, purpose="unsubscribe"):
    """Under the first key of the file."""
    letter, text = key_lines(keys_file)[0].split()
    master = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    version = b"mirmail/v1"
    identity = _hmac(master, _parts(version, b"identity"))
    secret = _hmac(master, _parts(version, purpose.encode()))
    rid = _hmac(identity, address.lower().encode())[:8]
    mac = _hmac(secret, _parts(version, purpose.encode(), list_id.encode(), rid))[:12]
    return letter + base64.b32encode(rid + mac).decode().lower()
