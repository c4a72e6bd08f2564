"""docs/checks.md names every rule that the program has, and no other."""

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").glob("**/*.c"))
# Here the rule comes from a caller, whose own line is read.
PASSED_ON = {"base/finding.c", "document/sanitize.c", "list/list.c", "post/fields.c"}


def rules_of_the_source():
    rules = defaultdict(set)
    for path in SOURCES:
        text = path.read_text()
        for severity, rule in re.findall(r'SEVERITY_(\w+),\s*"([a-z]+)"', text):
            rules[rule].add(severity.lower())
        for rule in re.findall(r'\bseverity,\s*"([a-z]+)"', text):
            rules[rule] |= set()
        for rule in re.findall(r'\bwarn\(reading, \w+,\s*"([a-z]+)"', text):
            rules[rule].add("warning")
        for rule in re.findall(r"fatal \? SEVERITY_ERROR : SEVERITY_WARNING,"
                               r'\s*"([a-z]+)"', text):
            rules[rule].add("error")
    return rules


def rules_of_the_page():
    rows = re.findall(r"^\| `([a-z]+)` \| ([a-z, ]+) \| (.+?) \| (.+?) \|$",
                      (ROOT / "docs/checks.md").read_text(), flags=re.M)
    assert len(rows) == len({row[0] for row in rows}), "a rule stands there twice"
    return {rule: set(severities.split(", ")) for rule, severities, _, _ in rows}


def test_the_page_and_the_source_have_the_same_rules_and_severities():
    source, page = rules_of_the_source(), rules_of_the_page()
    assert source.keys() - page.keys() == set(), "not in docs/checks.md"
    assert page.keys() - source.keys() == set(), "no longer in the source"
    for rule, severities in page.items():
        assert severities <= {"note", "warning", "error"}, rule
        assert source[rule] <= severities, rule


def test_every_finding_names_its_rule_where_it_is_made():
    for path in SOURCES:
        name = str(path.relative_to(ROOT / "src"))
        for call in re.findall(r"\bfindings_add\(([^;]*);", path.read_text()):
            named = re.search(r'(?:SEVERITY_\w+|severity),\s*"[a-z]+"', call)
            assert named or name in PASSED_ON, f"{name}: findings_add({call[:80]}"


def test_every_lint_of_the_list_is_there():
    text = (ROOT / "docs/checks.md").read_text()
    for number in range(1, 17):
        assert re.search(rf"\bL{number}\b", text), f"L{number}"
