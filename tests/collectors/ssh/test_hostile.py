"""Whatever a device writes, a parser returns facts or says Malformed."""

import copy
import json
import random
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.neighbourhood import Facts
from bellrock.model.observation import Outcome
from collectors.failure import Failure
from collectors.ssh.command import Answer
from collectors.ssh.platforms.platform import Plan
from collectors.ssh.platforms.table import PLATFORMS
from collectors.ssh.reader import Malformed
from collectors.ssh.session import accepted
from collectors.ssh.settings import PLATFORM_NAMES
from tests.collectors.ssh.device import recorded
from tests.collectors.ssh.outputs import OUTPUTS

PLANS = {
    f"{platform.name} {plan.name}": plan
    for platform in PLATFORMS.values()
    for plan in (*platform.plans, platform.database)
    if plan is not None
}
_WORDS = ["", "Full/DR", "9" * 400, "-1", "65536.1", "fe80::1%eth0", "\ud800", "é\x00"]
_VALUES: st.SearchStrategy[object] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.sampled_from(_WORDS),
    st.just([]),
    st.just({}),
    st.just([[{}]]),
    st.just({"a": {"a": None}}),
)


def reads(plan: Plan, texts: list[str]) -> Facts | None:
    try:
        return plan.read(*texts)
    except Malformed:
        return None


def test_every_platform_of_the_settings_is_in_the_table() -> None:
    assert sorted(PLATFORMS) == sorted(PLATFORM_NAMES)


@pytest.mark.parametrize("name", PLANS)
def test_every_plan_has_an_output_it_reads(name: str) -> None:
    plan = PLANS[name]
    texts = [recorded(OUTPUTS[name.split()[0], each]) for each in plan.commands]
    assert plan.read(*texts) != Facts()


@pytest.mark.parametrize("name", PLANS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_exception_escapes_a_parser(name: str, data: st.DataObject) -> None:
    plan = PLANS[name]
    texts = [recorded(OUTPUTS[name.split()[0], each]) for each in plan.commands]
    at = data.draw(st.integers(0, len(texts) - 1))
    text = texts[at]
    how = data.draw(st.sampled_from(["cut", "swap", "values", "any"]))
    if how == "cut":
        texts[at] = text[: data.draw(st.integers(0, len(text)))]
    elif how == "swap":
        there = data.draw(st.integers(0, len(text)))
        put = data.draw(st.text(max_size=8))
        texts[at] = text[:there] + put + text[there + len(put) :]
    elif how == "any":
        texts[at] = data.draw(st.text(max_size=200))
    elif text.lstrip().startswith(("{", "[")):
        chance = random.Random(data.draw(st.integers(0, 2**32)))
        document = json.loads(text)
        for _ in range(3):
            _mutate(document, data.draw(_VALUES), chance)
        texts[at] = json.dumps(document)
    facts = reads(plan, texts)
    for neighbour in () if facts is None else facts.neighbours:
        assert neighbour.name.isprintable()
        assert neighbour.interface.isprintable()
        assert len(neighbour.name) < 300


def _mutate(document: object, value: object, chance: random.Random) -> None:
    """Put `value` somewhere inside."""
    while isinstance(document, dict | list) and document:
        keys = list(document) if isinstance(document, dict) else range(len(document))
        key = chance.choice(keys)
        inner = document[key]
        if not isinstance(inner, dict | list) or not inner or chance.random() < 0.15:
            document[key] = copy.deepcopy(value)
            return
        document = inner


def test_depth_and_length_are_no_matter() -> None:
    for text in ("[" * 100_000, '{"a":' * 100_000, "9" * 100_000, '"' + "x" * 10**6):
        for plan in PLANS.values():
            reads(plan, [text] * len(plan.commands))


@pytest.mark.parametrize(
    "output",
    [b" " * 1000, b"\n" * 1000 + b"x", b" " * 500 + b"not enabled" + b" " * 500],
)
def test_whether_a_command_was_refused_takes_no_time(output: bytes) -> None:
    started = time.process_time()
    with suppress(Failure):
        accepted("show", Answer(output, b"", None))
    # It took two seconds; a collection of garbage may come in between.
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    "refusal", ["% Invalid input", "  ^\n% Invalid input", "\r\n%"]
)
def test_a_refusal_is_told_from_an_output(refusal: str) -> None:
    with pytest.raises(Failure) as caught:
        accepted("show", Answer(refusal.encode(), b"", None))
    assert caught.value.outcome is Outcome.UNSUPPORTED


@pytest.mark.parametrize("name", [name for name in PLANS if name.startswith("ios ")])
@pytest.mark.parametrize(
    "line",
    [
        "9" * 400,
        "9." * 200,
        "Platform : a, Capabilities: " + " " * 370 + "x",
        "System Name: " + "a " * 190,
        "Device ID: x",
    ],
)
def test_no_screen_takes_long_to_read(name: str, line: str) -> None:
    plan = PLANS[name]
    title = "entries displayed, Neighbor ID, Interface, Port, BGP router\n"
    text = title + f"{line}\n" * (100_000 // len(line))
    started = time.process_time()
    reads(plan, [text] * len(plan.commands))
    # Without bounds the longest of these take hours.
    assert time.process_time() - started < 3
