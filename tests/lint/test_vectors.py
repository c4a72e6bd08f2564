"""The tokens that stand in the unit tests, worked out again from the words of
src/mail/keyring.h by programs that are not ours, and what is made of them."""

import base64
import hashlib
import hmac
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VERSION = b"mirmail/v1"


def base32(raw):
    return base64.b32encode(raw).decode().lower().rstrip("=")


def parts(*texts):
    return b"".join(len(text).to_bytes(4, "big") + text for text in texts)


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def token(letter, master, purpose, list_id, address, campaign=None):
    identity = mac(master, parts(VERSION, b"identity"))
    key = mac(master, parts(VERSION, purpose.encode()))
    rid = mac(identity, address.encode())[:8]
    texts = [VERSION, purpose.encode(), list_id.encode(), rid]
    if campaign is not None:
        texts.append(campaign.encode())
    return letter + base32(rid + mac(key, parts(*texts))[:12])


def test_the_tokens_of_the_unit_test_are_right():
    source = (ROOT / "tests/unit/mail/test_keyring.c").read_text()
    first, second = bytes(range(32)), bytes(range(32, 64))
    news, ada = "news.example.org", "ada@example.org"
    for expected in ("a " + base32(first), "b " + base32(second),
                     token("a", first, "unsubscribe", news, ada),
                     token("a", first, "bounce", news, ada, "retreat"),
                     token("a", first, "subscribe", news, ada),
                     token("b", second, "unsubscribe", news, ada)):
        assert expected in source, expected


def test_the_ways_to_leave_of_the_unit_tests_are_right():
    news, ada = "news.example.org", "ada@example.org"
    first = token("a", bytes(range(32)), "unsubscribe", news, ada)
    second = token("b", bytes(range(32, 64)), "unsubscribe", news, ada)
    letter = (ROOT / "tests/unit/letter/test_ways.c").read_text()
    assert f'#define ADA "{first}"' in letter
    assert f'#define ADA_B "{second}"' in letter
    headers = (ROOT / "tests/unit/message/test_list_headers.c").read_text()
    assert f'"<https://news.example.org/u/{first}>,\\r\\n"' in headers
    assert f'" <mailto:leave+{first}@news.example.org"' in headers
