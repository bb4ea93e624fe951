import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, RootModel, ValidationError, field_validator

from bellrock.document import Document, InvalidDocumentError, Problem, explain, parse
from bellrock.document.schema import Line, Section


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Tcp(Section):
    port: int = Field(ge=1, le=65535)
    timeout: float = Field(default=1.0, gt=0, description="seconds")
    banner: Line = ""


class Two(BaseModel):
    version: Literal[2]
    community_file: str | None = None
    community_env: str | None = None


class Three(BaseModel):
    version: Literal[3]
    user: str


class Check(Section):
    name: str = Field(min_length=2, max_length=8)
    tcp: Tcp | None = None
    colour: Literal["red", "green", "blue"] = "red"
    shade: Annotated[Colour, Field(strict=False)] = Colour.RED
    labels: dict[str, Annotated[int, Field(gt=0, lt=10)]] = Field(default_factory=dict)
    ratio: float = Field(default=0, ge=0, allow_inf_nan=False)
    password: str = ""
    either: int | list[int] = 0
    on: bool = False

    @field_validator("password")
    @classmethod
    def _strong(cls, password: str) -> str:
        if password == "weak":
            raise ValueError("too easy; take a longer one")
        return password


class Names(RootModel[list[Literal["a", "b"]]]):
    pass


class File(Section):
    checks: list[Check] = Field(default_factory=list, max_length=3)
    snmp: Annotated[Two | Three, Field(discriminator="version")] | None = None
    names: Names = Names([])


def explained(text: str) -> list[Problem]:
    document = parse(text.encode(), Path("bellrock.yaml"))
    return problems(document)


def problems(document: Document) -> list[Problem]:
    try:
        File.model_validate(document.value)
    except ValidationError as error:
        return explain(error, document, File)
    return []


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (
            "tcp: {port: 1, timeut: 3}",
            "checks[0] (portal), tcp.timeut: unknown key\n"
            '  did you mean "timeout"?  known keys: banner, port, timeout',
        ),
        (
            "tcp: {port: 1, zzz: 3}",
            "checks[0] (portal), tcp.zzz: unknown key\n"
            "  known keys: banner, port, timeout",
        ),
        (
            "tcp: {}",
            "checks[0] (portal), tcp: the key port is missing\n  add port",
        ),
        (
            "tcp: {port: 0}",
            "checks[0] (portal), tcp.port: the number 0 is out of range\n"
            "  expected 1 to 65535",
        ),
        (
            "tcp: {port: 1, timeout: 0}",
            "checks[0] (portal), tcp.timeout: the number 0 is out of range\n"
            "  expected more than 0",
        ),
        (
            'tcp: {port: "22"}',
            'checks[0] (portal), tcp.port: expected a whole number, found the text "22"'
            "\n  write digits, without quotes or a unit",
        ),
        (
            "tcp: {port: 2.5}",
            "checks[0] (portal), tcp.port: expected a whole number, "
            "found the number 2.5\n  write digits, without quotes or a unit",
        ),
        (
            "tcp: {port: true}",
            "checks[0] (portal), tcp.port: expected a whole number, found true\n"
            "  write digits, without quotes or a unit",
        ),
        (
            "tcp: {port: }",
            "checks[0] (portal), tcp.port: expected a whole number, found nothing\n"
            "  give it a value, or leave the key out",
        ),
        (
            "tcp: [1]",
            "checks[0] (portal), tcp: expected a mapping, found a list\n"
            "  write keys and values: {key: value}",
        ),
        (
            "tcp: {port: 1, banner: 220}",
            "checks[0] (portal), tcp.banner: expected text, found the number 220\n"
            "  put it in quotes",
        ),
        (
            "tcp: {port: 1, banner: [220]}",
            "checks[0] (portal), tcp.banner: expected text, found a list\n"
            "  write a single word or sentence",
        ),
        (
            'tcp: {port: 1, banner: "a\\nb"}',
            "checks[0] (portal), tcp.banner: not one line of printable text\n"
            "  write a word or more",
        ),
        (
            "colour: gren",
            'checks[0] (portal), colour: the text "gren" is not one of the choices\n'
            '  did you mean "green"?  choices: blue, green, red',
        ),
        (
            "shade: blue",
            'checks[0] (portal), shade: the text "blue" is not one of the choices\n'
            "  choices: green, red",
        ),
        (
            "labels: {a: 10}",
            "checks[0] (portal), labels.a: the number 10 is out of range\n"
            "  expected more than 0 and less than 10",
        ),
        (
            "labels: 3",
            "checks[0] (portal), labels: expected a mapping, found the number 3\n"
            "  write keys and values: {key: value}",
        ),
        (
            "ratio: .nan",
            "checks[0] (portal), ratio: expected a finite number, "
            "found the number nan\n  write digits, without quotes or a unit",
        ),
        (
            "ratio: -1",
            "checks[0] (portal), ratio: the number -1 is out of range\n"
            "  expected at least 0",
        ),
        (
            "on: yes",
            "checks[0] (portal), on: expected true or false, "
            'found the text "yes"\n  write true or false, without quotes',
        ),
        (
            "either: x",
            "checks[0] (portal), either: expected a whole number or a list, "
            'found the text "x"\n  write digits, without quotes or a unit',
        ),
        (
            "password: 12345",
            "checks[0] (portal), password: expected text, found a number\n"
            "  put it in quotes",
        ),
        (
            "password: weak",
            "checks[0] (portal), password: too easy\n  take a longer one",
        ),
    ],
)
def test_every_kind_of_mistake_has_its_words(check: str, expected: str) -> None:
    found = explained(f"checks:\n  - name: portal\n    {check}\n")
    assert [str(problem) for problem in found] == [f"bellrock.yaml:3: {expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "checks: portal",
            'bellrock.yaml:1: checks: expected a list, found the text "portal"\n'
            "  write a list: [one, two]",
        ),
        (
            "checks: [{name: a}]",
            "bellrock.yaml:1: checks[0] (a), name: too short\n"
            "  expected at least 2 characters",
        ),
        (
            "checks: [{name: abcdefghi}]",
            "bellrock.yaml:1: checks[0] (abcdefghi), name: too long\n"
            "  expected at most 8 characters",
        ),
        (
            "checks: [{name: aa}, {name: bb}, {name: cc}, {name: dd}]",
            "bellrock.yaml:1: checks: too many entries\n  expected at most 3 entries",
        ),
        (
            "snmp: {user: x}",
            "bellrock.yaml:1: snmp: the key version is missing\n  add version",
        ),
        (
            "snmp: {version: 4}",
            "bellrock.yaml:1: snmp.version: the number 4 is not one of the choices\n"
            "  choices: 2, 3",
        ),
        (
            "snmp: {version: 3}",
            "bellrock.yaml:1: snmp: the key user is missing\n  add user",
        ),
        (
            "names: [a, c]",
            'bellrock.yaml:1: names[1]: the text "c" is not one of the choices\n'
            "  choices: a, b",
        ),
        (
            "chekcs: []",
            "bellrock.yaml:1: chekcs: unknown key\n"
            '  did you mean "checks"?  known keys: checks, names, snmp',
        ),
    ],
)
def test_mistakes_in_lists_and_unions_have_their_words(
    text: str, expected: str
) -> None:
    assert [str(problem) for problem in explained(text)] == [expected]


def test_nothing_of_a_secret_section_is_repeated() -> None:
    document = parse(b"checks: [{name: hunter2hunter2, colour: hunter2}]", Path("b"))
    with pytest.raises(ValidationError) as caught:
        File.model_validate(document.value)
    found = explain(caught.value, document, File, secret=True)
    assert [problem.what for problem in found] == [
        "too long",
        "the value is not one of the choices",
    ]


def test_an_exception_shows_all_its_problems() -> None:
    found = explained("checks: 1\nchekcs: 2\n")
    assert len(found) == 2
    assert str(InvalidDocumentError(found)) == "\n".join(map(str, found))


def test_a_warning_says_so() -> None:
    document = parse(b"a: 1\nb: 2\n", Path("b.yaml"))
    problem = document.problem(("b",), "odd", "think again", "warning")
    assert str(problem) == "b.yaml:2: warning: b: odd\n  think again"


names = st.sampled_from(
    ["checks", "snmp", "names", "name", "tcp", "port", "version", "user", "x", "either"]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | names,
    lambda inner: st.lists(inner) | st.dictionaries(names, inner),
    max_leaves=15,
)


@given(st.dictionaries(names, anything))
def test_whatever_stands_there_is_explained(value: dict[str, object]) -> None:
    for problem in explained(json.dumps(value)):
        assert problem.what
        assert problem.what.isprintable()
