"""What docs/architecture.md promises about the source, held by reading it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
SOURCES = sorted(SRC.glob("**/*.[ch]"))

# A module may include itself and the modules on its line.
MAY_INCLUDE = {
    "base": "",
    "mail": "base",
    "config": "base mail",
    "post": "base mail",
    "document": "base",
    "list": "base mail",
    "letter": "base mail config post document list",
    "message": "base mail config list letter",
    "journal": "base mail config",
    "delivery": "base mail config list letter message journal",
    "feedback": "base mail config list journal",
    "web": "base",
    "check": "base mail config post document list letter message web",
    "preview": "base mail config list letter message check",
    "pipeline": "base mail config post document list letter message journal"
                " delivery check preview",
    "doctor": "base mail config message delivery web",
    "cli": "base mail config list journal feedback check preview pipeline doctor",
    "main": "base cli",
}

# Each library's header, and the files that may include it.
ONE_FILE = {
    "ares.h": {"doctor/dns.c"},
    "curl/": {"web/fetch.c", "web/request.c"},
    "cmark.h": {"document/markdown.c", "document/gfm.c", "document/gfm_blocks.c",
                "document/gfm_inlines.c"},
    "gmime/": {"feedback/mail.c", "mail/mailbox_name.c"},
    "gumbo.h": {"document/html_read.c"},
    "idn2.h": None,
    "jansson.h": {"cli/json_lines.c", "list/list_json.c"},
    "magic.h": {"mail/media_type.c"},
    "libesmtp.h": {"delivery/mailer.c"},
    "microhttpd.h": {"feedback/http.c"},
    "openssl/": {"delivery/line_certificate.c", "delivery/line_scram.c",
                 "delivery/line_tls.c", "mail/dkim_key.c"},
    "sqlite3.h": {"journal/sqlite.c", "journal/sqlite_account.c",
                  "journal/sqlite_bounce.c",
                  "journal/sqlite_campaign.c", "journal/sqlite_forget.c",
                  "journal/sqlite_recipient.c"},
    "unilbrk.h": None,
    "uninorm.h": None,
    "uniwidth.h": None,
    "utf8proc.h": None,
    "yaml.h": {"base/value_yaml.c"},
}

# Who may call what; a pattern and the files (or folders) it is allowed in.
ONLY_THERE = [
    (r"\b(printf|puts|putchar|fputs|fputc|fprintf|vfprintf|perror)\s*\(",
     ("cli/",)),
    (r"\b(exit|_exit|abort)\s*\(", ("main.c", "cli/sending.c")),
    (r"\b(g_get_real_time|g_get_monotonic_time|g_date_time_new_now\w*"
     r"|gettimeofday|clock_gettime|time)\s*\(", ("base/clock.c",)),
    (r"\b(g_random_\w+|rand|random|getrandom|arc4random\w*)\s*\(", ("base/random.c",)),
    (r"\b(pthread_create|g_thread_new|thrd_create)\s*\(",
     ("delivery/delivery.c", "delivery/line.c")),
    (r"\bsocket\s*\(", ("delivery/line", "delivery/mailer", "feedback/http")),
    (r"\b(strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|atol|atof|alloca"
     r"|system|popen|tmpnam|mktemp)\s*\(", ()),
]


def module_of(path):
    relative = path.relative_to(SRC)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def code_of(path):
    """The text without comments and the contents of strings."""
    text = path.read_text()
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    text = re.sub(r"//[^\n]*", " ", text)
    text = re.sub(r'(#\s*include\s*)"([^"\n]*)"', r"\1@\2@", text)
    return re.sub(r'"(\\.|[^"\\\n])*"', '""', text)


def test_there_is_something_to_look_at():
    assert len(SOURCES) > 50
    assert {module_of(p) for p in SOURCES} <= set(MAY_INCLUDE)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(SRC)))
def test_a_module_includes_only_what_stands_below_it(path):
    module = module_of(path)
    allowed = set(MAY_INCLUDE[module].split()) | {module}
    for included in re.findall(r"#\s*include\s*@([^@]*)@", code_of(path)):
        if included == "embedded.h":
            assert path.name == "builtin.c"
            continue
        other = included.split("/")[0].split(".")[0]
        assert other in allowed, f"{module} may not include {included}"
        assert (SRC / included).exists(), included


@pytest.mark.parametrize("header", sorted(ONE_FILE))
def test_one_library_one_file(header):
    users = {
        str(path.relative_to(SRC))
        for path in SOURCES
        if re.search(r"#\s*include\s*<" + re.escape(header), code_of(path))
    }
    assert not any(user.endswith(".h") for user in users), users
    allowed = ONE_FILE[header]
    if allowed is None:
        families = {re.sub(r"_\w+$", "", u.rsplit(".", 1)[0]) for u in users}
        assert len(families) <= 1, users
    else:
        assert users <= allowed, users


@pytest.mark.parametrize("pattern,allowed", ONLY_THERE, ids=lambda v: str(v)[:40])
def test_some_calls_belong_to_some_files(pattern, allowed):
    for path in SOURCES:
        name = str(path.relative_to(SRC))
        if any(name.startswith(place) for place in allowed):
            continue
        found = re.search(pattern, code_of(path))
        assert found is None, f"{name}: {found.group(0)}"


def test_no_file_is_named_after_nothing():
    for path in SOURCES:
        assert path.stem not in {"util", "utils", "common", "misc", "helpers",
                                 "types", "globals"}
        assert len(path.relative_to(SRC).parts) <= 2, path


def test_every_header_says_what_it_is_for_and_compiles_alone():
    for path in SOURCES:
        if path.suffix == ".h":
            lines = path.read_text().splitlines()
            assert lines[0] == "/*", path
            assert re.match(rf" \* {re.escape(path.name)} - \S.*", lines[1]), path


def test_nothing_is_left_for_later():
    for path in [*SOURCES, *ROOT.glob("tests/**/*.[ch]"),
                 *ROOT.glob("tests/**/*.py")]:
        if path == Path(__file__):
            continue
        assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", path.read_text()), path


def test_the_layers_in_the_documentation_are_these():
    text = (ROOT / "docs/architecture.md").read_text()
    for module, allowed in MAY_INCLUDE.items():
        line = re.search(rf"^    {module}: *(.*)$", text, flags=re.M)
        assert line, f"docs/architecture.md has no line for {module}"
        assert line.group(1).split() == allowed.split(), module
