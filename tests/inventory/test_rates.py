import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellrock.inventory.rates import capacity, rate


@pytest.mark.parametrize(
    ("written", "bits"),
    [
        (0, 0.0),
        (64_000, 64e3),
        (1.5e9, 1.5e9),
        ("2400", 2400.0),
        ("64k", 64e3),
        ("1.5M", 1.5e6),
        ("10G", 10e9),
        ("1T", 1e12),
    ],
)
def test_rates_are_bits_per_second(written: object, bits: float) -> None:
    assert rate(written) == bits


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("1 Gb", 'the text "1 Gb" is no rate; did you mean 1G?  (bit/s)'),
        ("10mb", 'the text "10mb" is no rate; did you mean 10M?  (bit/s)'),
        ("10 Mbit/s", 'the text "10 Mbit/s" is no rate; did you mean 10M?  (bit/s)'),
        ("1Gbps", 'the text "1Gbps" is no rate; did you mean 1G?  (bit/s)'),
        ("64K", 'the text "64K" is no rate; did you mean 64k?  (bit/s)'),
        ("1 G", 'the text "1 G" is no rate; did you mean 1G?  (bit/s)'),
        (
            "fast",
            'the text "fast" is no rate; '
            "write digits and k, M, G or T; without a letter it is bit/s",
        ),
        (
            "-1G",
            'the text "-1G" is no rate; '
            "write digits and k, M, G or T; without a letter it is bit/s",
        ),
        (-1, "the rate is out of range; expected 0 to 1000T"),
        ("1001T", "the rate is out of range; expected 0 to 1000T"),
        (float("nan"), "the rate is out of range; expected 0 to 1000T"),
        (10**400, "the rate is out of range; expected 0 to 1000T"),
        (
            True,
            "expected a rate, found true; "
            "write digits and k, M, G or T; without a letter it is bit/s",
        ),
        (
            None,
            "expected a rate, found nothing; "
            "write digits and k, M, G or T; without a letter it is bit/s",
        ),
    ],
)
def test_what_is_no_rate_is_refused_saying_what_to_write(
    written: object, message: str
) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        rate(written)
    assert str(caught.value) == message


def test_a_capacity_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="a capacity of nothing; leave it out"):
        capacity("0")


@given(st.floats(0, 999, allow_nan=False).map(lambda x: round(x, 3)))
def test_a_letter_multiplies(number: float) -> None:
    assert rate(f"{number:.3f}M") == pytest.approx(number * 1e6)


@given(st.text())
def test_no_text_raises_anything_but_value_error(text: str) -> None:
    try:
        bits = rate(text)
    except ValueError:
        return
    assert 0 <= bits <= 1e15
