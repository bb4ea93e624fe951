from pathlib import Path

from bellrock.document import InvalidDocumentError, Problem

ONE, TWO = Path("one.yaml"), Path("two.yaml")


def wrong(file: Path, count: int) -> list[Problem]:
    return [Problem(file, line, "", "wrong", "right") for line in range(count)]


def test_the_first_hundred_of_each_file_are_shown_and_the_rest_is_counted() -> None:
    problems = [*wrong(ONE, 1_240), *wrong(TWO, 3)]
    said = str(InvalidDocumentError(problems)).splitlines()
    assert said[198:200] == ["one.yaml:99: wrong", "  right"]
    assert said[200:] == [
        "one.yaml: and 1,140 more problems, 1,240 in all",
        *("two.yaml:0: wrong", "  right", "two.yaml:1: wrong", "  right"),
        *("two.yaml:2: wrong", "  right"),
    ]


def test_a_hundred_are_all_shown() -> None:
    assert "more" not in str(InvalidDocumentError(wrong(ONE, 100)))


def test_what_was_only_counted_counts() -> None:
    said = str(InvalidDocumentError(wrong(ONE, 100), {ONE: 101, TWO: 7}))
    assert said.endswith("\none.yaml: and 1 more problem, 101 in all")
