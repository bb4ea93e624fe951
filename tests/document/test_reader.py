import json
import math
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.document import (
    Document,
    InvalidDocumentError,
    Problem,
    parse,
    read,
    reader,
)

FILE = Path("bellrock.yaml")


def document(text: str) -> Document:
    found = parse(text.encode(), FILE)
    if found.problems:
        raise InvalidDocumentError(found.problems)
    return found


def problems(data: bytes) -> tuple[Problem, ...]:
    try:
        return parse(data, FILE).problems
    except InvalidDocumentError as error:
        return error.problems


def message(text: str) -> str:
    with pytest.raises(InvalidDocumentError) as caught:
        document(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("10", 10),
        ("-3", -3),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("no", "no"),
        ("on", "on"),
        ("00107", "00107"),
        ("12:30", "12:30"),
        ("2026-01-01", "2026-01-01"),
        ("10.0.8.1", "10.0.8.1"),
        ("2001:db8::1", "2001:db8::1"),
        ('"10"', "10"),
        ("'true'", "true"),
        ("!!str 10", "10"),
        ("1" * 5000, "1" * 5000),
        ("[1, [a]]", [1, ["a"]]),
        ("{a: {b: 1}}", {"a": {"b": 1}}),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
    ],
)
def test_what_is_written_means_what_people_expect(written: str, value: object) -> None:
    assert document(f"key: {written}\n").value == {"key": value}


def test_infinities_and_no_number_are_numbers() -> None:
    found = document("a: .inf\nb: -.inf\nc: .nan\nd: 1e999\n").value
    assert found["a"] == math.inf
    assert found["b"] == -math.inf
    assert found["c"] != found["c"]
    assert found["d"] == math.inf


def test_keys_are_text_whatever_they_look_like() -> None:
    assert document("on: 1\n10: 2\nnull: 3\n").value == {"on": 1, "10": 2, "null": 3}


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "~\n", "\ufeff"])
def test_an_empty_file_is_an_empty_mapping(text: str) -> None:
    assert document(text).value == {}


def test_every_value_knows_its_line() -> None:
    found = document("a: 1\nb:\n  - x\n  - c: 2\n    d:\n      - 3\n")
    assert found.line(()) == 1
    assert found.line(("a",)) == 1
    assert found.line(("b",)) == 2
    assert found.line(("b", 0)) == 3
    assert found.line(("b", 1, "d")) == 5
    assert found.line(("b", 1, "d", 0)) == 6


def test_a_key_that_is_not_there_has_the_line_of_what_should_hold_it() -> None:
    assert document("a: 1\nb:\n  c: 2\n").line(("b", "d", "e")) == 2


def test_list_items_are_named_by_their_id_or_name() -> None:
    found = document("checks: [{name: portal, tcp: {}}, {id: a, name: b}, {}, 1]")
    assert found.where(("checks", 0, "tcp", "port")) == "checks[0] (portal), tcp.port"
    assert found.where(("checks", 1)) == "checks[1] (a)"
    assert found.where(("checks", 2, "tcp")) == "checks[2].tcp"
    assert found.where(("checks", 3)) == "checks[3]"


def test_aliases_repeat_a_value() -> None:
    found = document("a: &x {b: [1]}\nc: *x\nd: [*x, *x]\n")
    assert found.value["d"] == [{"b": [1]}, {"b": [1]}]
    assert found.line(("d", 1, "b")) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "a: 1\nb: 2\na: 3\n",
            "bellrock.yaml:3: a: the key is here twice\n"
            "  keep one of them; the first is in line 1",
        ),
        (
            "l:\n  - id: x\n    k: 1\n    k: 2\n",
            "bellrock.yaml:4: l[0] (x), k: the key is here twice\n"
            "  keep one of them; the first is in line 3",
        ),
        (
            "- 1\n- 2\n",
            "bellrock.yaml:1: expected keys at the top of the file, found a list\n"
            "  start with a key and a colon",
        ),
        (
            "just text",
            "bellrock.yaml:1: expected keys at the top of the file, "
            'found the text "just text"\n'
            "  start with a key and a colon",
        ),
        (
            "a: 1\n---\nb: 2\n",
            "bellrock.yaml:2: a second document begins\n  keep one in a file",
        ),
        (
            "a:\n  b: 1\n\tc: 2\n",
            "bellrock.yaml:3: not YAML: while scanning a plain scalar, "
            "found a tab character that violates indentation\n"
            "  indent with spaces; YAML does not allow tabs there",
        ),
        (
            "a: [1, 2\nb: 3\n",
            "bellrock.yaml:2: not YAML: while parsing a flow sequence, "
            "did not find expected ',' or ']'\n"
            "  check the indentation, colons, quotes and brackets up to here",
        ),
        (
            'a: "open\n',
            "bellrock.yaml:2: not YAML: while scanning a quoted scalar, "
            "found unexpected end of stream\n"
            "  check the indentation, colons, quotes and brackets up to here",
        ),
        (
            "base: &b {x: 1}\nc:\n  <<: *b\n",
            "bellrock.yaml:3: merge keys (<<) are not supported\n"
            "  write the keys out, or use an alias for the whole value",
        ),
        (
            "a: 1\nb: !!python/object/apply:os.system [ls]\n",
            "bellrock.yaml:2: the tag tag:yaml.org,2002:python/object/apply:os.system "
            "is not allowed\n"
            "  write the value without it",
        ),
        (
            "a: !secret x\n",
            "bellrock.yaml:1: the tag !secret is not allowed\n"
            "  write the value without it",
        ),
        (
            "a: *nothing\n",
            "bellrock.yaml:1: the alias *nothing stands for nothing\n"
            "  put &nothing before an earlier value",
        ),
        (
            "a: &a [1, *a]\n",
            "bellrock.yaml:1: the alias *a stands for nothing\n"
            "  put &a before an earlier value",
        ),
        (
            "? [a, b]\n: 1\n",
            "bellrock.yaml:1: a key that is not text\n  write a single word",
        ),
        (
            "a: &a x\n*a : 1\n",
            "bellrock.yaml:2: a key that is not text\n  write a single word",
        ),
        (
            "a: 1\nb: \x00\n",
            "bellrock.yaml:2: a control character (U+0000)\n"
            "  delete it, or save the file as plain UTF-8 text",
        ),
        (
            "a: \x1b[2J\n",
            "bellrock.yaml:1: a control character (U+001B)\n"
            "  delete it, or save the file as plain UTF-8 text",
        ),
    ],
)
def test_what_yaml_does_not_allow_is_said_with_its_line(
    text: str, expected: str
) -> None:
    assert message(text) == expected


def test_bytes_that_are_no_utf8_are_said_with_their_line() -> None:
    with pytest.raises(InvalidDocumentError) as caught:
        parse(b"a: 1\nname: Caf\xe9\n", FILE)
    assert str(caught.value) == (
        "bellrock.yaml:2: not UTF-8 text\n  save the file as UTF-8"
    )


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
@pytest.mark.parametrize("depth", [60, 200_000])
def test_deep_nesting_is_a_problem_and_no_crash(opening: str, depth: int) -> None:
    text = ("a: " if opening[0] in "[{" else "") + opening * depth
    assert message(text).startswith("bellrock.yaml:1: ")


def test_aliases_cannot_multiply_beyond_all_bounds() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert message("\n".join(levels)) == (
        "bellrock.yaml:7: aliases make more than 1000000 values\n  write the values out"
    )


def test_aliases_cannot_nest_beyond_all_bounds() -> None:
    levels = ["a0: &a0 [x]"]
    levels += [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 200)]
    assert message("\n".join(levels)) == (
        "bellrock.yaml:50: more than 50 levels deep\n  flatten it"
    )


def test_what_does_not_end_the_reading_leaves_the_rest_readable() -> None:
    found = parse(b"a: 1\na: 2\nb: !x 3\nc: 4\n", FILE)
    assert found.value == {"a": 1, "b": "3", "c": 4}
    assert [problem.line for problem in found.problems] == [2, 3]


def test_names_from_a_file_cannot_command_the_terminal() -> None:
    text = '"\\e[2J\\u202e": 1\n"\\e[2J\\u202e": 2\n'
    assert "\\x1b[2J\\u202e: the key is here twice" in message(text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "none.yaml"
    with pytest.raises(InvalidDocumentError) as caught:
        read(missing)
    assert str(caught.value) == f"{missing}: cannot be read: No such file or directory"


def test_a_folder_or_device_is_not_a_file(tmp_path: Path) -> None:
    for path in (tmp_path, Path("/dev/zero")):
        with pytest.raises(InvalidDocumentError) as caught:
            read(path)
        assert str(caught.value) == f"{path}: not a file\n  name a file"


def test_a_path_that_cannot_exist_is_a_problem() -> None:
    with pytest.raises(InvalidDocumentError, match="cannot be read"):
        read(Path("a\0b"))


def test_a_file_beyond_the_bound_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_LARGEST", 10)
    large = tmp_path / "large.yaml"
    large.write_text("a: 1234567\n")
    with pytest.raises(InvalidDocumentError) as caught:
        read(large)
    assert str(caught.value).startswith(f"{large}: larger than 256 MiB\n")


def test_both_parsers_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x {b: [1, 'two', ~]}\nc: *x\n# end\nd: |\n  lines\n  of text\n"
    fast = document(text).value
    monkeypatch.setattr(reader, "_LOADER", yaml.SafeLoader)
    assert document(text).value == fast


def test_both_parsers_refuse_a_hostile_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_LOADER", yaml.SafeLoader)
    assert "more than 50 levels deep" in message("a: " + "[" * 10_000)
    assert "not YAML" in message("a: [1, 2\nb: 3\n")


@given(st.text(alphabet="ab01:-?[]{},&*!|>'\"%#@`~<. \n\t\\\x00\x85\u2028é"))
def test_no_text_raises_anything_but_problems(text: str) -> None:
    assert all(problem.what for problem in problems(text.encode()))


@given(st.binary())
def test_no_bytes_raise_anything_but_problems(data: bytes) -> None:
    assert all(problem.file == FILE for problem in problems(data))


texts = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=8)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=10,
)


@settings(max_examples=40)
@given(st.dictionaries(texts, values))
def test_json_is_read_as_what_it_is(value: dict[str, object]) -> None:
    assert document(json.dumps(value, ensure_ascii=False)).value == value
