import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from bellrock.config.duration import Seconds, parse


class Part(BaseModel):
    interval: Seconds = 10.0


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (10, 10.0),
        (0.5, 0.5),
        ("500ms", 0.5),
        ("10s", 10.0),
        ("1.5 s", 1.5),
        ("5m", 300.0),
        ("2h", 7200.0),
    ],
)
def test_durations_become_seconds(written: object, seconds: float) -> None:
    assert Part.model_validate({"interval": written}).interval == seconds


NO_DURATION = (
    "not a duration; expected seconds, or a number with ms, s, m or h such as 500ms"
)
TOO_SHORT = "too short; a duration must be more than 0 seconds"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("10", NO_DURATION),
        ("10 days", NO_DURATION),
        ("-1s", NO_DURATION),
        ("s", NO_DURATION),
        ("", NO_DURATION),
        (None, NO_DURATION),
        (True, NO_DURATION),
        ([1], NO_DURATION),
        (float("nan"), NO_DURATION),
        (float("inf"), NO_DURATION),
        (10**400, NO_DURATION),
        (0, TOO_SHORT),
        (-1, TOO_SHORT),
        ("0ms", TOO_SHORT),
    ],
)
def test_what_is_no_duration_says_how_to_write_one(
    written: object, message: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        Part.model_validate({"interval": written})
    (error,) = caught.value.errors()
    assert str(error["ctx"]["error"]) == message


def test_the_default_is_seconds_too() -> None:
    assert Part().interval == 10.0


@given(st.text())
def test_no_text_raises_anything_but_value_error(text: str) -> None:
    try:
        seconds = parse(text)
    except ValueError:
        return
    assert seconds > 0
