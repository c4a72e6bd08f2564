"""The tokens that stand in the unit tests, worked out again from the words of
src/mail/keyring.h by programs that are not ours, and what is made of them."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from tokens import base32, make_token  # noqa: E402


def token(letter, master, purpose, list_id, address, campaign=None):
    return make_token(f"{letter} {base32(master)}", list_id, address, purpose, campaign)


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
