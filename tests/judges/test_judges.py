"""What others say about our mails.

Each post is composed by `mirmail preview` and shown to programs that know
nothing of mirmail: the Nu validator, Chromium with axe-core and DOMPurify,
caniemail's tables, SpamAssassin, Python's email and Perl's MIME::Parser.
What is accepted although a judge frowns stands in approved.json, with the
reason. `make check-judges` runs this; nothing here uses a network.
"""

import email
import email.policy
import json
import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MIRMAIL = os.environ.get("MIRMAIL", str(ROOT / "build/mirmail"))
VNU = HERE / "node_modules/vnu-jar/build/dist/vnu.jar"
APPROVED = json.loads((HERE / "approved.json").read_text())
# The date of all messages.
EPOCH = "1780300800"
# What a receiving server writes on top.
RECEIVED = (b"Received: from mail.harbour-camp.org (mail.harbour-camp.org "
            b"[9.9.9.10])\r\n\tby mx.example.net (Postfix) with ESMTPS id "
            b"4XKq1z0;\r\n\tMon, 1 Jun 2026 08:00:05 +0000 (UTC)\r\n")
# Of a thousand pixels; fonts are drawn a little differently now and then.
PIXELS_APART_MAX = 0.5


# No judge may like this one.
BAD_PAGE = """<!DOCTYPE html><html><head><title>x</title>
<link rel="stylesheet" href="https://example.org/x.css">
<style>p { font-size: 40px }</style></head><body><div class="txt">
<p style="color:#eee">pale</p><img src="https://example.org/a.png">
<div style="width:900px" onclick="x()">wide</div></div></body></html>"""


class Mail(NamedTuple):
    folder: Path
    post: str
    config: str = "mirmail.yaml"


MAILS = {
    "gallery": Mail(HERE, "gallery.md"),
    "rtl": Mail(HERE, "rtl.md"),
    "plain-gallery": Mail(HERE, "gallery.md", "plain.yaml"),
    "plain-rtl": Mail(HERE, "rtl.md", "plain.yaml"),
    "demo": Mail(ROOT / "tests/demo", "post.md"),
    **{path.parent.name: Mail(path.parent, path.name)
       for path in sorted((ROOT / "tests/golden").glob("*/post.*"))},
}
every_mail = pytest.mark.parametrize("name", MAILS)


def compose(mail, kind):
    result = subprocess.run(
        [MIRMAIL, "preview", "--config", mail.config, "--format", kind,
         mail.post],
        cwd=mail.folder, capture_output=True, timeout=60,
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "TZ": "UTC"})
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout


@pytest.fixture(scope="session")
def pages():
    return {name: compose(mail, "html").decode()
            for name, mail in MAILS.items()}


@pytest.fixture(scope="session")
def messages(tmp_path_factory):
    """Files, as a server would have received them."""
    folder = tmp_path_factory.mktemp("messages")
    for name, mail in MAILS.items():
        (folder / name).write_bytes(RECEIVED + compose(mail, "mime"))
    return folder


def ask_node(script, pages):
    cases = [{"name": name, "html": html} for name, html in pages.items()]
    result = subprocess.run(["node", script], cwd=HERE, text=True,
                            input=json.dumps({"cases": cases}),
                            capture_output=True, timeout=300)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="session")
def seen(pages):
    """What Chromium saw, by mail."""
    pages = {**pages, "bad": BAD_PAGE}
    return {each["name"]: each for each in ask_node("browser.mjs", pages)}


# --- the HTML part ---


def test_the_nu_validator_finds_no_error(pages, tmp_path):
    for name, html in pages.items():
        (tmp_path / f"{name}.html").write_text(html)
    result = subprocess.run(
        ["java", "-jar", VNU, "--format", "json", "--errors-only",
         *sorted(tmp_path.glob("*.html"))],
        capture_output=True, text=True, timeout=120)
    found = json.loads(result.stderr)["messages"]
    assert [f"{Path(each['url']).name}:{each['lastLine']}: {each['message']}"
            for each in found] == []


@every_mail
def test_axe_finds_no_barrier_in_light_and_dark_narrow_and_wide(seen, name):
    runs = seen[name]["axe"]
    assert {(run["scheme"], run["width"]) for run in runs} == {
        (scheme, width) for scheme in ("light", "dark") for width in (320, 700)}
    barriers = [(run["scheme"], run["width"], each["id"], each["nodes"])
                for run in runs for each in run["violations"]
                if each["id"] not in APPROVED["axe"]]
    assert barriers == []


@every_mail
def test_axe_can_tell_the_contrast_of_every_word(seen, name):
    undecided = [(run["scheme"], each["nodes"])
                 for run in seen[name]["axe"] if run["width"] == 700
                 for each in run["incomplete"] if each["id"] == "color-contrast"]
    assert undecided == []


@every_mail
def test_no_page_scrolls_sideways(seen, name):
    assert seen[name]["scroll"] == {"320": 320, "375": 375, "700": 700}


@every_mail
def test_nothing_is_fetched_but_the_authors_images(seen, name):
    assert set(seen[name]["requests"]) <= set(seen[name]["images"])
    assert seen[name]["errors"] == []


def test_the_judges_in_chromium_do_see_what_is_wrong(seen):
    bad = seen["bad"]
    assert {"color-contrast", "image-alt", "html-has-lang"} <= {
        each["id"] for each in bad["axe"][0]["violations"]}
    assert bad["scroll"]["320"] > 320
    assert set(bad["requests"]) - set(bad["images"]) == {
        "https://example.org/x.css"}
    assert bad["bare"] > PIXELS_APART_MAX
    assert not bad["purify"]["same"]


@every_mail
def test_without_any_style_element_the_light_page_looks_the_same(seen, name):
    assert seen[name]["bare"] <= PIXELS_APART_MAX


@every_mail
def test_dompurify_removes_nothing_from_the_post(seen, name):
    assert seen[name]["purify"] == {"removed": [], "same": True}


def test_what_mail_programs_do_not_know_is_approved(pages):
    unknown = ask_node("caniemail.mjs", {
        name: pages[name] for name in ("gallery", "plain-gallery", "rtl")})
    assert "@media" in unknown
    assert {feature: programs for feature, programs in unknown.items()
            if feature not in APPROVED["caniemail"]} == {}


# --- the message ---


@every_mail
def test_pythons_email_finds_no_defect(messages, name):
    message = email.message_from_bytes((messages / name).read_bytes(),
                                       policy=email.policy.default)
    for part in message.walk():
        assert part.defects == []
        assert [value.defects for value in part.values() if value.defects] == []
    assert message.get_body(("plain",)) and message.get_body(("html",))


def test_mime_parser_finds_nothing_to_say(messages):
    files = sorted(messages.iterdir())
    result = subprocess.run(["perl", HERE / "mime_parser.pl", *files],
                            capture_output=True, text=True, timeout=60)
    lines = result.stdout.splitlines()
    assert (result.returncode, result.stderr) == (0, "")
    assert len(lines) == len(files)
    assert all(re.search(r"text/plain .*text/html", line)
               for line in lines), lines


def test_spamassassin_takes_them_for_wanted_mail(messages, tmp_path):
    """Local rules only; no mail is sent and nobody is asked."""
    files = sorted(messages.iterdir())
    result = subprocess.run(
        ["spamassassin", "-L", "--prefspath", tmp_path / "none", *files],
        capture_output=True, text=True, timeout=120,
        env={**os.environ, "HOME": str(tmp_path)})
    scores = re.findall(r"^X-Spam-Status: \w+, score=(-?[0-9.]+)",
                        result.stdout, re.MULTILINE)
    assert len(scores) == len(files), result.stderr
    assert [(file.name, score) for file, score in zip(files, scores)
            if float(score) >= 0] == []
