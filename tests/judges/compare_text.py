#!/usr/bin/python3
"""Writes docs/text-part.md: what becomes of the same few lines of a post in
the text part of mirmail, and in the hands of others.

    apt-get install w3m lynx pandoc cmark-gfm
    tests/judges/compare_text.py > docs/text-part.md
"""

import os
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
MIRMAIL = os.environ.get("MIRMAIL", str(HERE.parents[1] / "build/mirmail"))

HEAD = """# The text part, side by side

The same lines of a post, as mirmail sets them and as four others do: `w3m -dump` and `lynx -dump`, which most mail programs call
for a mail that is HTML only; `pandoc -t plain`; and html-to-text, the plug-in of Nodemailer. All at 72 columns, all others with
what they do by themselves (w3m with its numbers for links). The HTML that they read is cmark-gfm's.

This page is written by `tests/judges/compare_text.py`, so what stands in the boxes is what the programs say. The remarks are ours.
"""

TAIL = """## In short

| | better | worse |
| --- | --- | --- |
| w3m | tables, East Asian lines, indentation | no emphasis, no code, no quote that a mail program would fold; numbers before the words; pictures and films without an address |
| lynx | every address, also of what is embedded | code is wrapped, tables fall into lines, three columns of margin |
| pandoc | nesting; code is indented | addresses are dropped, so are tasks and films; a table may be too wide |
| html-to-text | `> ` quotes; every address | addresses amid the sentences, some twice; capitals; tables in a row |
| mirmail | numbers behind the words, one to an address; emphasis, code, tasks and quotes as people type them; tables that fit | to see where a link leads one has to look down; marks such as `*` and `_` stand in the text, and back-ticks take room in tables; a picture takes a line of the list |
"""

POSTS = [
    ("Links and emphasis", """\
Harbour Camp takes place from **18 to 20 June** in the old
[warehouse](https://harbour-camp.org/venue). Please
[register](https://harbour-camp.org/register?year=2026&kind=full) *by Monday*,
and ask <team@harbour-camp.org> or see <https://harbour-camp.org/faq>; use
`make badge` and the [warehouse](https://harbour-camp.org/venue) plan.
""", """Five links, two of them to the same place, two whose text is their address. pandoc loses what it does not see in the text;
html-to-text keeps everything amid the sentence, addresses that are their own text twice. Only mirmail says what was bold."""),
    ("Headings and nested lists", """\
## What to expect

1. Talks in the morning, for example
   * effects in practice,
   * a walk through a small allocator, which takes all of the morning and most of noon.
2. Workshops in the afternoon.

- [x] find a house
- [ ] find more speakers
""", """All nest, and all but one mark the heading in no way or in capitals. w3m's inner bullets look like open tasks; pandoc and
html-to-text drop the boxes of the real ones."""),
    ("Quotes and code", """\
> Come as you are, and bring a laptop.
>
> > And a pullover.

```sh
$ make -C badge flash   # takes a minute, and this line is longer than the others
```
""", """`> ` and `>>` are what mail programs colour, fold and answer to. Code that is wrapped can no longer be copied: lynx does it."""),
    ("A table", """\
| Setting | What it is for | Default |
| --- | --- | ---: |
| `connections` | how many connections to the relay are open at once, at most | 2 |
| `rate` | how fast mail may leave, over all connections | none |
""", """mirmail and w3m narrow the widest column; pandoc lets it stand out, 11 columns too far; lynx and html-to-text join the cells
(html-to-text can do better, when it is told which tables hold data)."""),
    ("Pictures and films", """\
![The warehouse, seen from the water](https://harbour-camp.org/warehouse.jpg)

<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ" title="How it began"></iframe>
""", """lynx keeps the film, html-to-text the picture, w3m and pandoc neither. mirmail keeps both, and makes the address of the player
the address of the page."""),
    ("Japanese", """\
日本語のテキストは、単語の間に空白がないので、どこでも折り返すことができますが、句読点は行頭に置けません。「引用」も正しく扱われます。
""", """36 characters are 72 columns. w3m and mirmail break there, and no line begins with a full stop; the others do not break at
all."""),
]

TO_TEXT = """import { convert } from 'html-to-text';
import { readFileSync } from 'node:fs';
process.stdout.write(convert(readFileSync(0, 'utf8'), { wordwrap: 72 }));
"""


def run(arguments, given, **more):
    return subprocess.run(arguments, input=given, capture_output=True,
                          text=True, check=True, timeout=60, **more).stdout


def by_mirmail(markdown, folder):
    template = folder / "template"
    template.mkdir(exist_ok=True)
    (template / "mail.txt").write_text("{{{ content }}}\n")
    (folder / "mirmail.yaml").write_text(
        "sender:\n  from: news@harbour-camp.org\n"
        f"list:\n  id: news.harbour-camp.org\ntemplate: {template}\n")
    (folder / "post.md").write_text(f"---\ntitle: x\n---\n\n{markdown}")
    return run([MIRMAIL, "preview", "--format", "text", "post.md"], "",
               cwd=folder)


def by_all(markdown, folder):
    html = run(["cmark-gfm", "--unsafe", "-e", "table", "-e", "tasklist", "-e",
                "strikethrough", "-e", "autolink"], markdown)
    page = ('<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>'
            f"{html}</body></html>")
    file = folder / "page.html"
    file.write_text(page)
    return {
        "mirmail": by_mirmail(markdown, folder),
        "w3m": run(["w3m", "-dump", "-cols", "72", "-O", "UTF-8", "-o",
                    "display_link_number=1", "-T", "text/html", file], ""),
        "lynx": run(["lynx", "-dump", "-width=72",
                     "-display_charset=utf-8", "-force_html", file], ""),
        "pandoc": run(["pandoc", "-f", "html", "-t", "plain", "--columns=72"],
                      html),
        "html-to-text": run(["node", "--input-type=module", "-e", TO_TEXT],
                            html, cwd=HERE),
    }


def box(text):
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    return "\n".join(["```text", *lines, "```"])


def main():
    print(HEAD)
    with tempfile.TemporaryDirectory() as name:
        for title, markdown, remark in POSTS:
            print(f"## {title}\n\n{remark}\n")
            for tool, text in by_all(markdown, Path(name)).items():
                print(f"{tool}:\n\n{box(text)}\n")
    print(TAIL, end="")


if __name__ == "__main__":
    main()
