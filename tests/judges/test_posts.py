"""What holds for every post, whoever wrote it.

The posts of this project, and with POSTS=folder those below that folder, are
composed, and posts.py says what is wrong with them. cmark-gfm is asked what
GitHub makes of the same Markdown.
"""

import difflib
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

import posts
import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MIRMAIL = os.environ.get("MIRMAIL", str(ROOT / "build/mirmail"))
ENDINGS = {".md", ".markdown", ".mdx", ".smd", ".html", ".htm", ".rst"}
OWN = [*sorted(HERE.glob("*.md")), *sorted(ROOT.glob("tests/golden/*/post.*")),
       ROOT / "tests/demo/post.md", *sorted(ROOT.glob("tests/bench/*.md"))]
FOREIGN = sorted(path for path in Path(os.environ["POSTS"]).resolve().rglob("*")
                 if path.suffix in ENDINGS) if "POSTS" in os.environ else []
# What it says it does not read, and one that is broken.
REFUSALS = ["is TOML", "as in Pelican", "is reStructuredText", "is Ziggy",
            "closes the front matter begins with a blank"]


class Composed(NamedTuple):
    text: str
    html: str
    mime: bytes
    remarks: str


def preview(path, kind, config=None):
    config = config or path.parent / "mirmail.yaml"
    if not config.exists():
        config = HERE / "mirmail.yaml"
    return subprocess.run(
        [MIRMAIL, "preview", "--allow-clipping", "--config", config.name,
         "--format", kind, path],
        cwd=config.parent, capture_output=True, timeout=60,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1780300800", "TZ": "UTC"})


def compose(path, config=None):
    """Findings that are errors keep nobody from looking at the mail."""
    text, html, mime = (preview(path, kind, config)
                        for kind in ("text", "html", "mime"))
    remarks = text.stderr.decode()
    assert text.stdout and text.returncode in (0, 65), remarks
    return Composed(text.stdout.decode(), html.stdout.decode(), mime.stdout,
                    remarks)


# None for a post that mirmail does not read.
compose_once = cache(lambda path: compose(path)
                     if preview(path, "text").stdout else None)


def split(path):
    """Front matter and body."""
    source = path.read_text(encoding="utf-8-sig")
    match = re.match(r"---[ \t]*\n.*?\n---[ \t]*(?:\n|$)", source, re.DOTALL)
    return (match[0], source[match.end():]) if match else ("", source)


def is_markdown(path):
    """With fields it is a template, and no Markdown yet."""
    return ("body taken as Markdown" in compose_once(path).remarks
            and "merge: true" not in split(path)[0])


READ = [path for path in [*OWN, *FOREIGN] if compose_once(path)]
MARKDOWN = [path for path in READ if is_markdown(path)]


def each(paths):
    return pytest.mark.parametrize(
        "path", paths, ids=["/".join(path.parts[-2:]) for path in paths])


def test_what_is_not_read_is_refused_in_a_true_sentence(capsys):
    assert set(OWN) <= set(READ)
    sentences = []
    for path in sorted(set(FOREIGN) - set(READ)):
        result = preview(path, "text")
        sentence = result.stderr.decode().strip()
        assert result.returncode in (65, 66)
        assert re.fullmatch(
            rf"mirmail: {re.escape(str(path))}:\d+:\d+: .+", sentence)
        assert any(reason in sentence for reason in REFUSALS), sentence
        sentences.append(sentence)
    with capsys.disabled():
        print("", *sentences, f"{len(READ)} posts, {len(MARKDOWN)} of them "
              f"Markdown; {len(sentences)} refused", sep="\n")


# --- each post ---


@each(READ)
def test_two_runs_give_the_same_bytes(path):
    assert compose(path) == compose_once(path)


@each(READ)
def test_each_address_stands_whole_on_a_line(path):
    mail = compose_once(path)
    post = posts.post_of(posts.parse(mail.html))
    assert posts.missing_addresses(mail.text, post) == []


@each(READ)
def test_only_code_addresses_and_long_words_are_wide(path):
    mail = compose_once(path)
    assert posts.wide_lines(mail.text, posts.parse(mail.html)) == []


@each(READ)
def test_the_text_says_all_that_the_page_says_in_the_same_order(path):
    mail = compose_once(path)
    root = posts.parse(mail.html)
    assert posts.missing_words(mail.text, posts.head_of(root),
                               posts.post_of(root)) == []


@each(READ)
def test_lines_and_text_end_as_they_should(path):
    assert posts.wrong_ends(compose_once(path).text) == []


@each(READ)
def test_nothing_in_the_page_acts(path):
    assert posts.active_content(posts.parse(compose_once(path).html)) == []


@each(READ)
def test_the_page_is_the_same_when_it_is_written_again(path):
    assert posts.unstable_tree(compose_once(path).html) == []


# --- beside cmark-gfm ---


def without_shortcodes(body):
    """Liquid and attribute lists are no Markdown; we do as their programs."""
    body = re.sub(r"(?m)^(#+ .*?)[ ]*\{#[^}]*\}[ ]*$", r"\1", body)
    body = re.sub(r"(?m)^\{% *(?:end)?raw *%\}\n", "", body)
    return re.sub(r"(?m)^\{% *(?:end)?highlight[^%]*%\}$", "```", body)


@cache
def ask_cmark(path):
    html = subprocess.run(
        ["cmark-gfm", "--unsafe", "--strikethrough-double-tilde", "-e", "table",
         "-e", "strikethrough", "-e", "tasklist", "-e", "autolink", "-e",
         "footnotes"], input=without_shortcodes(split(path)[1]),
        capture_output=True, text=True, check=True, timeout=60).stdout
    # It lets the address in `(www.example.org)です` go on into the Japanese.
    return re.sub(r'(<a href="[^")]*)\)%[89A-F][^"]*">([^<)]*)(\)[^<]*)</a>',
                  r'\1">\2</a>\3', html)


def read_both(path):
    root = posts.parse(compose_once(path).html)
    return posts.post_of(root), posts.parse(ask_cmark(path))


@each(MARKDOWN)
def test_tables_have_the_cells_that_cmark_gfm_finds(path):
    ours, theirs = read_both(path)
    assert posts.table_cells(ours) == posts.table_cells(theirs)


@each(MARKDOWN)
def test_tasks_are_done_or_open_as_cmark_gfm_finds(path):
    ours, theirs = read_both(path)
    assert posts.task_states(ours) == posts.task_states(theirs)


@each(MARKDOWN)
def test_what_is_struck_out_is_what_cmark_gfm_strikes_out(path):
    ours, theirs = read_both(path)
    assert posts.struck_texts(ours) == posts.struck_texts(theirs)


@each(MARKDOWN)
def test_there_are_as_many_notes_and_references_as_in_cmark_gfm(path):
    ours, theirs = read_both(path)
    assert posts.note_counts(ours) == posts.note_counts(theirs)


@each(MARKDOWN)
def test_links_lead_where_those_of_cmark_gfm_lead(path):
    base = (posts.address_of(posts.parse(compose_once(path).html))
            or "https://harbour-camp.org/")
    ours, theirs = (posts.link_addresses(root, base)
                    for root in read_both(path))
    assert ours == theirs


def name_alerts(html, ours):
    """This cmark-gfm does not know alerts yet."""
    names = [posts.text_of(node)
             for node in posts.find_all(posts.parse(ours), "p", name="kind")]
    return re.sub(
        r"(?i)(<blockquote>\n<p>)\[!(?:note|tip|important|warning|caution)\]\n",
        lambda found: f"{found[1]}<strong>{names.pop(0)}</strong></p>\n<p>",
        html)


@each(MARKDOWN)
def test_the_html_of_cmark_gfm_gives_the_same_text(path, tmp_path):
    mail = compose_once(path)
    for beside in path.parent.iterdir():
        if beside.is_file():
            shutil.copy(beside, tmp_path)
    page = tmp_path / f"{path.stem}.html"
    page.write_text(split(path)[0] + name_alerts(ask_cmark(path), mail.html))
    again = compose(page, config=path.parent / "mirmail.yaml")
    assert list(difflib.unified_diff(mail.text.splitlines(),
                                     again.text.splitlines(), lineterm="")) == []


# --- the judges themselves ---


BAD_TEXT = f"""A line\x20

> {"far too many words " * 5}

Words are here, in the wrong order; https://e.org/ is
here, https://e.org/long/
address is broken



--
"""
BAD_PAGE = """<!DOCTYPE html><html><head></head><body><table><tbody><tr>
<td class="txt"><p onclick="x()">Words in the order: <a href="javascript:x">lost
</a> <a href="https://e.org/long/address">link</a><img src="https://e.org/i"
alt="image"></p><script>x</script><li>&nosuch;</td></tr></tbody></table></body></html>"""


def test_the_judges_see_what_is_wrong():
    root = posts.parse(BAD_PAGE)
    post = posts.post_of(root)
    assert posts.missing_addresses(BAD_TEXT, post) == [
        "https://e.org/i", "https://e.org/long/address", "javascript:x"]
    assert [line[:10] for line in posts.wide_lines(BAD_TEXT, root)] == [
        "97 columns"]
    assert posts.missing_words(BAD_TEXT, post) == [
        "image", "link", "lost", "nosuch", "x"]
    assert posts.missing_words("one two", posts.parse("<p>two one")) == [
        "one (out of order)"]
    assert posts.wrong_ends(BAD_TEXT) == [
        "more than two blank lines in a row", "blanks at the end of 'A line '",
        "blanks at the end of '> far too many words far too many words far too "
        "many words far too many words far too many words '"]
    assert posts.wrong_ends("a\n\n") == ["the text does not end in one newline"]
    assert posts.active_content(root) == [
        "<script>", "onclick of <p>", "javascript: in <a>"]
    assert len(posts.unstable_tree(BAD_PAGE)) > 0
    assert len(posts.unstable_tree("<!DOCTYPE html><table><pre>\n\nx")) > 0


def test_the_widths_are_those_of_a_terminal():
    assert [posts.columns(text) for text in (
        "abc", "日本", "e\u0301", "👨‍👩‍👧‍👦", "🇩🇪🇫🇷", "👩🏽‍💻", "❤️", "ﾊﾝ")] == [
            3, 4, 1, 2, 4, 2, 2, 2]


def test_the_comparisons_with_cmark_gfm_see_what_is_different():
    page = posts.parse("""<table><tr><th>a</th></tr><tr><td>b<!--c--></table>
        <table role="presentation"><tr><th>layout</table><del>d</del>
        <ul><li class="task">\u2611 x<li class="task">\u2610 y</ul>
        <sup class="note-ref">1</sup><div class="notes"><ol><li>n</ol></div>
        <a href="b">e</a><a href="c"></a><p class="media"><a href="d">f</a>""")
    assert posts.table_cells(page) == [["a", "b"]]
    assert posts.struck_texts(page) == ["d"]
    assert posts.task_states(page) == [True, False]
    assert posts.note_counts(page) == (1, 1)
    assert posts.link_addresses(page, "https://e.org/a") == {"https://e.org/b"}
