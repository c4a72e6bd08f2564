"""What others say about the page where people leave: the Nu validator, and
Chromium with axe-core, which goes the whole way by keyboard and without
JavaScript. The page is served by `mirmail serve` on loopback.
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests/e2e"))

from tokens import make_token  # noqa: E402

MIRMAIL = os.environ.get("MIRMAIL", str(ROOT / "build/mirmail"))
VNU = HERE / "node_modules/vnu-jar/build/dist/vnu.jar"
LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl", "ja", "ar", "he")
CONFIGURATION = """\
keys: keys
suppressions: left.csv
journal: journal.db
lists: [list.csv]
list:
  id: news.example.org
  name: 'Ada & <Friends> "of" the harbour'
  unsubscribe_url: https://news.example.org/u/{token}
"""


class Site:
    def __init__(self, folder):
        self.folder = folder
        (folder / "mirmail.yaml").write_text(CONFIGURATION)
        rows = [f"{lang}{i}@example.net,{lang}\n" for lang in LANGUAGES for i in range(2)]
        (folder / "list.csv").write_text("email,lang\nfirst@example.net,en\n" + "".join(rows))
        subprocess.run([MIRMAIL, "keygen"], cwd=folder, check=True, capture_output=True)
        log = open(folder / "log", "wb")
        self.process = subprocess.Popen([MIRMAIL, "serve", "--listen", "127.0.0.1:0"],
                                        cwd=folder, stderr=log)
        found = None
        while not found:
            assert self.process.poll() is None, (folder / "log").read_text()
            time.sleep(0.02)
            found = re.search(r" on (127\.0\.0\.1:\d+)\n", (folder / "log").read_text())
        self.base = f"http://{found[1]}/u/"

    def url(self, address):
        return self.base + make_token((self.folder / "keys").read_text(), "news.example.org", address)

    def fetch(self, url, body=None, lang="en"):
        asked = urllib.request.Request(url, data=body, headers={"Accept-Language": lang})
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=20) == 0


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    running = Site(tmp_path_factory.mktemp("leaving"))
    yield running
    running.stop()


def test_the_nu_validator_finds_no_error_on_any_page(site, tmp_path):
    body = b"List-Unsubscribe=One-Click"
    assert site.fetch(site.url("first@example.net"), body)[0] == 200
    file, elsewhere = site.folder / "left.csv", site.folder / "elsewhere.csv"
    for lang in LANGUAGES:
        person = site.url(f"{lang}0@example.net")
        pages = {
            "ask": (200, site.fetch(person)),
            "absent": (200, site.fetch(site.url("nobody@example.net"), body, lang)),
            "broken": (404, site.fetch(site.base + "x", body, lang)),
        }
        file.rename(elsewhere)
        pages["later"] = (503, site.fetch(person, body))
        elsewhere.rename(file)
        pages["left"] = (200, site.fetch(person, body))
        for name, (status, answer) in pages.items():
            assert answer[0] == status, (name, lang)
            assert f'<html lang="{lang}"' in answer[1], (name, lang)
            (tmp_path / f"{name}-{lang}.html").write_text(answer[1])
    result = subprocess.run(["java", "-jar", VNU, "--format", "json",
                             *sorted(tmp_path.glob("*.html"))],
                            capture_output=True, text=True, timeout=120)
    assert [f"{Path(each['url']).name}:{each['lastLine']}: {each['message']}"
            for each in json.loads(result.stderr)["messages"]] == []


@pytest.fixture(scope="module")
def seen(site):
    people = {lang: site.url(f"{lang}1@example.net") for lang in ("de", "ar", "ja")}
    cases = [{"name": name, "url": url}
             for name, url in {**people, "broken": site.base + "x"}.items()]
    result = subprocess.run(["node", "leaving.mjs"], cwd=HERE, text=True, timeout=300,
                            input=json.dumps({"cases": cases}), capture_output=True)
    assert result.returncode == 0, result.stderr
    return {each["name"]: each for each in json.loads(result.stdout)}


every_case = pytest.mark.parametrize("name", ("de", "ar", "ja", "broken"))


@every_case
def test_axe_finds_no_barrier_in_light_and_dark_narrow_and_wide(seen, name):
    runs = seen[name]["axe"]
    assert len(runs) == (4 if name == "broken" else 5)
    for run in runs:
        assert run["violations"] == [] and run["incomplete"] == [], run


@every_case
def test_the_page_is_as_its_policy_says(seen, name):
    report = seen[name]
    # The style counts, so its hash is right; nothing else was asked for.
    assert [text for text in report["console"]
            if "404" not in text or name != "broken"] == []
    assert {line.split()[0] for line in report["requests"]} <= {"GET", "POST"}
    assert len({line.split()[1] for line in report["requests"]} - {"/favicon.ico"}) == 1
    assert report["cookies"] == []
    grounds = {each["colorScheme"]: each["ground"] for each in report["seen"]}
    assert grounds["light"] == "rgb(244, 245, 247)" and grounds["dark"] == "rgb(17, 20, 23)"
    for each in report["seen"]:
        assert each["scroll"] == each["width"]
        assert each["dir"] == ("rtl" if name == "ar" else "ltr")
        if name != "broken":
            assert each["lang"] == name and each["height"] >= 44


@pytest.mark.parametrize("name", ("de", "ar", "ja"))
def test_a_keyboard_is_enough_and_javascript_is_not_needed(seen, name):
    report = seen[name]
    assert report["tabbed"]["focused"] == "BUTTON" and report["tabbed"]["outline"] == "solid"
    assert report["pressed"]["status"] == 200 and report["pressed"]["lang"] == name
    assert report["pressed"]["heading"] != report["tabbed"]["heading"]
    assert report["bare"] == report["pressed"]["heading"]


def test_who_pressed_has_left(seen, site):
    lines = (site.folder / "left.csv").read_text()
    left = [line.split(",")[2] for line in lines.splitlines() if ",unsubscribed," in line]
    assert sorted(who for who in left if who.endswith("1@example.net")) == [
        "ar1@example.net", "de1@example.net", "ja1@example.net"]
