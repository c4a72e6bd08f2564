"""Whole mails, byte for byte.

Each folder beside this file holds a post, a list and a configuration, and the
text part, the HTML part and the message that must come of them.
GOLDEN_ACCEPT=1 (make golden-accept) rewrites the expectations: look at the
diff before it is committed.
"""

import email
import email.policy
import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
MIRMAIL = HERE.parents[1] / "build/mirmail"
CASES = sorted(p.parent.name for p in HERE.glob("*/mirmail.yaml"))
KINDS = {"text": "expected.txt", "html": "expected.html", "mime": "expected.eml"}


def preview(case, kind):
    folder = HERE / case
    post = next(p for p in folder.iterdir() if p.stem == "post")
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1780300800", "TZ": "UTC"}
    result = subprocess.run(
        [MIRMAIL, "preview", "--format", kind, post.name],
        cwd=folder, env=environment, capture_output=True, timeout=60)
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout


def test_there_are_golden_mails():
    assert len(CASES) >= 4


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_post_gives_the_expected(case, kind):
    got = preview(case, kind)
    expected = HERE / case / KINDS[kind]
    if os.environ.get("GOLDEN_ACCEPT"):
        expected.write_bytes(got)
    assert got.decode() == expected.read_bytes().decode()


@pytest.mark.parametrize("case", CASES)
def test_another_reader_finds_the_same_parts_in_the_message(case):
    folder = HERE / case
    message = email.message_from_bytes((folder / "expected.eml").read_bytes(),
                                       policy=email.policy.default)
    for part in message.walk():
        assert part.defects == []
        assert all(not value.defects for value in part.values())
    text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    html = message.get_body(("html",)).get_content().replace("\r\n", "\n")
    assert text == (folder / "expected.txt").read_text()
    assert html == (folder / "expected.html").read_text()
