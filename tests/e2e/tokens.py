"""Tokens, worked out from the words of src/mail/keyring.h and nothing of
mirmail's own."""

import base64
import hashlib
import hmac

VERSION = b"mirmail/v1"


def base32(raw):
    return base64.b32encode(raw).decode().lower().rstrip("=")


def key_lines(text):
    """The keys of a file of keys, the one that is used first."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _mac(key, *parts):
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hmac.digest(key, message, hashlib.sha256)


def make_token(keys, list_id, address, purpose="unsubscribe", campaign=None):
    """Under the first key of this text."""
    letter, key = key_lines(keys)[0].split()
    master = base64.b32decode(key.upper() + "=" * (-len(key) % 8))
    identity = _mac(master, VERSION, b"identity")
    rid = hmac.digest(identity, address.lower().encode(), hashlib.sha256)[:8]
    campaigns = [] if campaign is None else [campaign.encode()]
    mac = _mac(_mac(master, VERSION, purpose.encode()),
               VERSION, purpose.encode(), list_id.encode(), rid, *campaigns)
    return letter + base32(rid + mac[:12])
