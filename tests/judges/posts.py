"""What must be true of both parts of any mail, as functions that give the
list of what is wrong. What mirmail wrote is read by html5lib."""

import re
import unicodedata
from collections import Counter
from urllib.parse import unquote, urljoin, urlsplit

import html5lib

WIDTH = 72
# Emphasis, code, struck out, raised: marks of the text part within words.
MARKS = str.maketrans("", "", "*_`~^\u00ad\ufeff\u200e\u200f")
BLOCKS = {"p", "div", "li", "ul", "ol", "dl", "dt", "dd", "td", "th", "tr",
          "table", "blockquote", "pre", "br", "hr", "caption", "img",
          *(f"h{level}" for level in range(1, 7))}


# --- reading ---


def parse(html):
    """The tree of elements; what comments say is no text."""
    root = html5lib.parse(html, namespaceHTMLElements=False)
    for node in root.iter():
        if not isinstance(node.tag, str):
            node.text = ""
    return root


def has_class(node, name):
    return name in node.get("class", "").split()


def find_all(root, *names, name=None):
    return [node for node in root.iter() if node.tag in names
            and (name is None or has_class(node, name))]


def post_of(root):
    """The cell that holds the post, without the button below it."""
    cell, = find_all(root, "td", name="txt")
    for node in list(cell):
        if has_class(node, "action"):
            cell.remove(node)
    return cell


def head_of(root):
    cell, = find_all(root, "td", name="head")
    return cell


def address_of(root):
    button = find_all(root, "table", name="action")
    return find_all(button[0], "a")[0].get("href") if button else None


def text_of(node):
    return re.sub(r"\s+", " ", "".join(node.itertext())).strip()


def is_data(table):
    """A header, and no blocks in the cells; all else is layout."""
    return (table.get("role") != "presentation"
            and find_all(table, "th") != []
            and not any(inner.tag in ("ul", "ol", "blockquote", "pre", "table")
                        for cell in find_all(table, "td", "th")
                        for inner in cell.iter()))


def visible(node, tables=True):
    """The words that somebody sees, blocks apart; without numbers of lists,
    and without what mirmail says of a film, which each part words its way."""
    if not isinstance(node.tag, str) or has_class(node, "media"):
        return node.tail or ""
    if node.tag == "table" and not tables and is_data(node):
        return f" {node.tail or ''}"
    inner = "".join([node.text or "", *(visible(child, tables)
                                        for child in node)])
    if node.tag == "img":
        inner = node.get("alt", "")
    elif node.tag == "sup" and has_class(node, "note-ref"):
        inner = f" {inner} "
    if node.tag in BLOCKS:
        inner = f" {inner} "
    return inner + (node.tail or "")


def words(text):
    """East Asian characters are words of their own, as lines break there."""
    text = text.translate(MARKS).replace("\u200b", "")
    return re.findall(r"[\u2e80-\u9fff\uac00-\ud7ff\uff00-\uffef]|"
                      r"(?:(?![\u2e80-\u9fff\uac00-\ud7ff\uff00-\uffef])\w)+",
                      text)


def columns(text):
    width, after_joiner, flags = 0, False, 0
    for at, char in enumerate(text):
        base = unicodedata.category(char) not in ("Mn", "Me", "Cf", "Mc")
        flag = "\U0001f1e6" <= char <= "\U0001f1ff"
        flags = flags + 1 if flag else 0
        if char == "\ufe0f" and at and unicodedata.east_asian_width(
                text[at - 1]) not in "WF":
            width += 1
        elif "\U0001f3fb" <= char <= "\U0001f3ff" or not base:
            pass
        elif flag:
            width += 2 * (flags % 2)
        elif not after_joiner:
            width += 2 if unicodedata.east_asian_width(char) in "WF" else 1
        after_joiner = char == "\u200d"
    return width


# --- the text part ---


def wrong_ends(text):
    """Line ends, blanks and blank lines."""
    found = []
    if not text.endswith("\n") or text.endswith("\n\n"):
        found.append("the text does not end in one newline")
    if "\n\n\n\n" in text:
        found.append("more than two blank lines in a row")
    return found + [f"blanks at the end of {line!r}"
                    for line in text.split("\n")
                    if line != line.rstrip() and line != "-- "]


def code_lines(root):
    return {line.expandtabs(8).strip()
            for pre in find_all(root, "pre")
            for line in "".join(pre.itertext()).split("\n")}


def wide_lines(text, root):
    """Code, addresses and single words may be wider than the page."""
    code = code_lines(root)
    found = []
    for line in text.split("\n"):
        bare = re.sub(r"^[> ]*(?:(?:[-*+]|\w+[.)]|\[\d+\]) +)*", "", line)
        if (columns(line) > WIDTH and bare.strip() not in code
                and len(re.sub(r" \[\d+\]", "", bare).split()) > 1):
            found.append(f"{columns(line)} columns: {line}")
    return found


def missing_addresses(text, post):
    """Of links and images; each stands whole on a line."""
    wanted = set()
    for link in find_all(post, "a"):
        href = link.get("href", "")
        if not (text_of(link) or find_all(link, "img")):
            continue
        if href.startswith("mailto:") and href[7:8] not in ("", "?"):
            wanted.add(unquote(href[7:].split("?")[0]))
        elif link.get("rel") != "bookmark" and not href.startswith("tel:"):
            wanted.add(href)
    linked = {image for link in find_all(post, "a")
              for image in find_all(link, "img")}
    wanted |= {image.get("src") for image in find_all(post, "img")
               if image not in linked and image.get("alt")
               and not image.get("src").startswith("cid:")}
    return [address for address in sorted(wanted) if not re.search(
        r"(?m)(?:^|[\s<(_*~:“\"'>])" + re.escape(address)
        + r"(?:$|[\s>),.;:!?_*~”\"'\]])", text)]


def missing_words(text, *parts):
    """All words of these parts of the page, and in their order but for tables,
    whose cells are set side by side. The list of links does not count."""
    there = words(re.sub(r"(?m)^ *\[\d+\] [a-z]+:\S+$", "",
                         text.split("\n-- \n")[0]))
    lost = Counter(words(" ".join(map(visible, parts)))) - Counter(there)
    if lost:
        return sorted(lost)
    rest = iter(there)
    for word in words(" ".join(visible(part, tables=False) for part in parts)):
        if word not in rest:
            return [f"{word} (out of order)"]
    return []


# --- the HTML part ---


def active_content(root):
    found = [f"<{node.tag}>" for node in find_all(
        root, "script", "iframe", "object", "embed", "form", "input", "link",
        "svg", "math", "base", "frame", "video", "audio", "template")]
    for node in root.iter():
        for name, value in node.attrib.items():
            scheme = re.match(r"[\s\0-\x20]*([a-z][a-z0-9+.-]*):", value, re.I)
            if name.lower().startswith("on"):
                found.append(f"{name} of <{node.tag}>")
            elif (name in ("href", "src", "background", "action", "srcset")
                  and scheme and scheme[1].lower() not in
                  ("http", "https", "mailto", "tel", "cid")):
                found.append(f"{scheme[1]}: in <{node.tag}>")
            elif name == "style" and re.search(r"url\(|expression|@", value):
                found.append(f"style of <{node.tag}>: {value}")
    return found


def unstable_tree(html):
    """A page that means something else when it is written again."""
    first, again = (html5lib.HTMLParser(namespaceHTMLElements=False)
                    for _ in range(2))
    tree = first.parse(html)
    written = html5lib.serialize(tree, tree="etree", omit_optional_tags=False,
                                 quote_attr_values="always")
    show = first.tree.testSerializer
    found = [f"{place}: {code}" for place, code, _ in first.errors]
    if show(tree) != show(again.parse(written)):
        found.append("written and parsed again it is another tree")
    return found


# --- against cmark-gfm ---


def table_cells(root):
    return [[text_of(cell) for cell in find_all(table, "td", "th")]
            for table in find_all(root, "table") if is_data(table)]


def struck_texts(root):
    return [text_of(node) for node in find_all(root, "del", "s")]


def task_states(root):
    """True for each that is done: ours begin with a box, theirs hold one."""
    return ([text_of(item).startswith("\u2611")
             for item in find_all(root, "li", name="task")]
            + ["checked" in box.attrib for box in find_all(root, "input")])


def note_counts(root):
    """How many notes, and references to them. cmark-gfm numbers its ways back
    with the class of a reference."""
    notes = (find_all(root, "div", name="notes")
             or find_all(root, "section", name="footnotes"))
    references = [node for node in find_all(root, "sup")
                  if has_class(node, "note-ref") or (
                      has_class(node, "footnote-ref") and len(node))]
    return (sum(node.tag == "li" for each in notes
                for node in find_all(each, "ol")[0]), len(references))


def spelled(address):
    parts = urlsplit(address)
    host = unquote(parts.netloc)
    try:
        host = host.encode("idna").decode() if host else ""
    except UnicodeError:
        pass
    return parts._replace(netloc=host.lower(), path=unquote(parts.path),
                          query=unquote(parts.query),
                          fragment=unquote(parts.fragment)).geturl()


def link_addresses(root, base):
    found = set()
    for parent in root.iter():
        for node in parent:
            href = node.get("href")
            if (node.tag != "a" or href is None or has_class(parent, "media")
                    or has_class(parent, "footnote-ref")
                    or has_class(node, "footnote-backref")):
                continue
            if not (text_of(node) or find_all(node, "img")):
                continue
            address = urljoin(base, href)
            if re.match(r"(?:https?|mailto|tel):", address):
                found.add(spelled(address))
    return found
