"""The templates that mirmail brings, on one post."""

import os
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MIRMAIL = os.environ.get("MIRMAIL", str(ROOT / "build/mirmail"))
POST = """---
title: The harbour opens
authors: Grace Hopper
date: 2026-03-09
url: https://harbour.example/opens
lang: {lang}
---

We open at *nine*, see [the plan](https://harbour.example/plan).
"""
CONFIG = """sender:
  from: news@harbour.example
  organisation: Harbour Camp
  postal_address: Quay 7
list:
  id: news.harbour.example
  name: Harbour News
  unsubscribe_url: https://harbour.example/leave
"""
every_template = pytest.mark.parametrize("template", ["announcement", "plain"])


@pytest.fixture
def compose(tmp_path):
    def run(template, kind, lang="en"):
        (tmp_path / "post.md").write_text(POST.format(lang=lang))
        (tmp_path / "mirmail.yaml").write_text(
            f"{CONFIG}template: {template}\n")
        result = subprocess.run(
            [MIRMAIL, "preview", "--to", "ada@example.net", "--format", kind,
             "post.md"], cwd=tmp_path, capture_output=True, text=True,
            timeout=60)
        assert result.returncode == 0, result.stderr
        return result.stdout
    return run


def styles(html):
    """The <style> elements that are not in a comment."""
    return re.findall(r"<style>(.*?)</style>",
                      re.sub(r"<!--.*?-->", "", html, flags=re.S), re.S)


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.seen = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def test_a_plain_text_part_is_title_post_and_signature(compose):
    assert compose("plain", "text") == """\
The harbour opens
=================

We open at _nine_, see the plan [1].


Links
-----

[1] https://harbour.example/plan

-- 
You get this mail because you subscribed to Harbour News as
ada@example.net.
Unsubscribe: https://harbour.example/leave
Read online: https://harbour.example/opens
Quay 7
"""


def test_a_plain_page_has_no_frame(compose):
    html = compose("plain", "html")
    assert "<table" not in html and "bgcolor" not in html
    assert "Harbour Camp" not in html
    assert [tag for tag, _ in Tags(html).seen if tag == "a"] == ["a"] * 3


def test_rules_for_the_dark_stand_in_a_style_element_of_their_own(compose):
    page, dark = styles(compose("announcement", "html"))
    assert "max-width: 480px" in page
    assert "prefers-color-scheme" not in page and "data-ogs" not in page
    assert "prefers-color-scheme" in dark and "max-width" not in dark


@every_template
def test_a_page_in_arabic_goes_from_right_to_left(compose, template):
    html = compose(template, "html", lang="ar")
    tags = Tags(html).seen
    assert ("html", {"lang": "ar", "dir": "rtl"}) in tags
    around = next(attributes for tag, attributes in tags if tag == "div" and
                  attributes.get("role") == "article")
    assert "rtl" in around["class"].split()
    assert "text-align:right" in html
