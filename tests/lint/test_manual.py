"""The manual, the help and the program say the same."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MIRMAIL = ROOT / "build/mirmail"
PAGES = sorted((ROOT / "docs/man").glob("*.[1-9]"))
COMMANDS = ["init", "check", "preview", "send", "resume", "status", "list check",
            "list add", "list remove", "list format", "list show", "list stats",
            "list import", "list export", "suppress import",
            "suppress add", "suppress remove", "suppress list", "forget",
            "template list", "template show", "template copy", "keygen",
            "doctor", "serve", "subscribe", "unsubscribe", "bounces"]


def run(*words):
    return subprocess.run([MIRMAIL, *words], capture_output=True, text=True,
                          timeout=20)


def options_of_help(command):
    text = run(*command.split(), "--help").stdout
    return set(re.findall(r"^  (--[a-z-]+)", text, flags=re.M))


def manual(page):
    return (ROOT / "docs/man" / page).read_text()


def test_every_option_stands_in_the_manual_and_no_other():
    helped = set().union(*(options_of_help(c) for c in COMMANDS))
    options = manual("mirmail.1").split(".Sh OPTIONS")[1].split(".Sh SIGNALS")[0]
    written = {"--" + name for name in
               re.findall(r"^\.It (?:Fl h , )?Fl -([a-z-]+)", options, flags=re.M)}
    assert helped == written


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_manual_entry_and_a_help_with_an_example(command):
    assert re.search(rf"^\.It Cm {command}\b", manual("mirmail.1"), flags=re.M)
    result = run(*command.split(), "--help")
    assert result.returncode == 0
    assert "\nExample:\n  mirmail " + command in result.stdout
    assert all(len(line) < 80 for line in result.stdout.splitlines())


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_the_manual_pages_are_well_formed(page):
    result = subprocess.run(["mandoc", "-Tlint", "-Wwarning", page],
                            capture_output=True, text=True)
    assert result.stdout == ""


def test_the_examples_of_the_manual_use_real_options():
    text = manual("mirmail.1").split(".Sh EXAMPLES")[1]
    for line in re.findall(r"^mirmail .*$", text, flags=re.M):
        command = line.split()[1]
        for option in re.findall(r"--[a-z-]+", line):
            assert option in options_of_help(command), line
