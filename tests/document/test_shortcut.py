"""What is read without the YAML parser is what the parser would have read."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bellrock.document import Document, Value
from bellrock.document.reader import in_full, shortcut

FILE = Path("file.yaml")
SCALARS = [
    *("a", "site 1", "-1", "-6.25", "1.5e3", "0x1f", "007", "~", "null", "true", "no"),
    *("1G", "10.0.0.1", "a-b", "a'b", "St. Mary's (annexe)", "a & b", "x  y", "é", "-"),
    *("a:b", "a: b", "a #b", "#b", "*a", "&a", "!x", "%x", "@x", "`x", "?", "? a", "|"),
    *(">", "'q'", '"q"', '"a: b, c"', '"a\\tb"', '"', "'", "-a", "- a", "--", "---"),
    *(
        "...",
        ".",
        ".5",
        "+1",
        "+",
        "/",
        "(",
        ")",
        "==",
        "=",
        "<<",
        "a\\b",
        "\u00a0",
        "a ",
    ),
    *(
        "",
        " ",
        "[]",
        "[a]",
        "[a, b c]",
        "[a,b]",
        "[a, ]",
        "[[a]]",
        "['x']",
        "{}",
        "{a: 1}",
    ),
    *(
        "{a: 1, b: 2}",
        "{a: 1, a: 2}",
        "{a: {b: c}}",
        "{a: [b]}",
        "[{a: b}]",
        "2026-01-01",
    ),
]
printable = st.characters(
    min_codepoint=0x20, max_codepoint=0xD7FF, exclude_categories=["Cc"]
)
scalars = st.sampled_from(SCALARS) | st.text(printable, max_size=4)
keys = st.sampled_from(
    ["id", "name", "a", "b", "risk_groups", "", "<<", "A", "1", "a b"]
)
pairs = st.tuples(keys, st.sampled_from([": ", ": ", ": ", ":", ":  "]), scalars)
entries = st.lists(pairs.map("".join), min_size=1, max_size=4).map(", ".join)
ENTRY = "- {id: a, b: [c, d], e: {f: 1, g: 2}}"
lines = st.one_of(
    entries.map("  - {{{}}}".format),
    entries.map("  - {{{}}}".format),
    entries.map("    - {{{}}}".format),
    st.sampled_from(
        [
            *(f"  {ENTRY}", ENTRY, f"    {ENTRY}", f"  - {ENTRY}", f"  {ENTRY} # why"),
            *("", "# why", "key:", "key: |", "  key: >", "key: &a", "b: *a", "  - *a"),
            *("  - &a", "  - ==", "==", "key: word", "  more", '  - "open', 'shut"'),
            *(
                "  - {open: 1,",
                "   shut: 2}",
                "---",
                "...",
                "%YAML 1.1",
                "  - !x",
                "  - ",
            ),
            *("  -", "  - - a", "\tkey: a", "  : a", "? a", "  - id: a", "    b: c"),
        ]
    ),
)
files = st.lists(lines, max_size=6).map(lambda each: "\n".join(("top:", *each)))


def check(text: str) -> bool:
    """Compare both ways to read a file; return whether the short one was taken."""
    short = shortcut(text, FILE)
    if short is None:
        return False
    full = in_full(text.encode(), FILE)
    assert repr(short.value) == repr(full.value)
    assert [*placed(short, short.value, ())] == [*placed(full, full.value, ())]
    assert full.problems == ()
    return True


def placed(
    document: Document, value: Value, keys: tuple[str | int, ...]
) -> list[tuple[object, int]]:
    inside: list[tuple[str | int, Value]] = []
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    found: list[tuple[object, int]] = [(keys, document.line(keys))]
    for key, each in inside:
        found += placed(document, each, (*keys, key))
    return found


@settings(max_examples=500, deadline=None)
@given(files)
@example("top:\n  - {id: a, name: Site 1, lat: -6.5, probes: [icmp, stamp], b: {c: 1}}")
@example('top:\n  - {a: "x:y", b: 1G}\n  - {a: x:y}\nkey: &a\n  - {b: c}\n')
@example("top: >\n  - {a: b}\n")
@example("top: word\n  - {a: b}\n")
@example("top:\n  - {a: b}\n  more")
@example("top:\n  - ==\n  - {a: b}\n")
@example("a: &x\n  - {a: b}\nb: *x\n")
def test_a_file_means_the_same_however_it_is_read(text: str) -> None:
    check(text)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="ab1 :,-[]{}\"'\\#&*!|>%@?.=\n", max_size=40))
def test_an_entry_of_anything_means_the_same_however_it_is_read(text: str) -> None:
    check(f"top:\n  - {{{text}}}\n")


@pytest.mark.parametrize(
    "entry",
    [
        "{id: site-1, name: Site 1, kind: gp, lat: 55.001, lon: -6, people: 40}",
        '{id: tail, a: "cpe:wan0", b: "pe:ge-0/0/1", capacity: 1G, circuit: NL-00107}',
        "{id: pe, address: 10.0.0.1, probes: [icmp, stamp], ports: {snmp: 161}}",
        "{id: l, capacity: 10G, metric: {ab: 1, ba: 2}, backup: true, risk_groups: []}",
    ],
)
def test_entries_of_an_inventory_are_read_without_the_parser(entry: str) -> None:
    assert check(f"top:\n  - {entry}\n")


def test_nesting_is_bounded_as_ever() -> None:
    for levels in range(44, 52):
        head = "".join(f"{' ' * level}k:\n" for level in range(levels))
        taken = check(f"{head}{' ' * levels}- {{a: [b]}}\n")
        assert taken == (levels <= 47)
