"""What Debian's snmptrap and snmpinform send is understood, and acknowledged."""

import pytest

from bellrock.model.observation import NoticeKind
from bellrock.model.status import Status
from collectors.traps.refusal import Refusal
from tests.collectors.traps.harness import (
    ENGINE,
    NET_SNMP_AUTH,
    NET_SNMP_PRIVACY,
    Heard,
    by_user,
    community,
    receiving,
    sender,
    user,
)

PAIRS = [(auth, cipher) for auth in NET_SNMP_AUTH for cipher in NET_SNMP_PRIVACY]


def told(heard: Heard) -> None:
    """Check that exactly the linkDown of interface 7 was told."""
    (notice,) = heard.notices
    assert (notice.device, notice.kind) == ("r1", NoticeKind.LINK_DOWN)
    assert (notice.index, notice.interface) == (7, "wan0")
    assert notice.status is Status.DOWN


async def test_a_version_2c_trap() -> None:
    async with receiving() as heard:
        await heard.tell("snmptrap", "-v2c", "-c", "public")
        await heard.until(lambda: bool(heard.notices))
        told(heard)
        assert not heard.refused


async def test_a_version_2c_inform_is_acknowledged() -> None:
    async with receiving() as heard:
        status, said = await heard.tell("snmpinform", "-v2c", "-c", "public")
        assert (status, said) == (0, "")
        told(heard)


async def test_a_version_1_trap_is_told_as_the_same_notice() -> None:
    async with receiving() as heard:
        host, port = heard.place
        await heard.run(
            *("snmptrap", "-v1", "-c", "public", f"{host}:{port}"),
            *("1.3.6.1.4.1.8072", "192.0.2.99", "2", "0", "100"),
            *("1.3.6.1.2.1.2.2.1.1.7", "i", "7"),
            *("1.3.6.1.2.1.2.2.1.2.7", "s", "wan0"),
        )
        await heard.until(lambda: bool(heard.notices))
        # Of r1, who sent it, whatever the trap says of its agent's address.
        told(heard)


@pytest.mark.parametrize(("auth", "privacy"), PAIRS)
async def test_version_3_traps_and_informs_in_every_pair(
    auth: str, privacy: str
) -> None:
    credentials = user(auth, privacy)
    async with receiving(sender(credentials)) as heard:
        who = by_user(credentials)
        engine = f"0x{ENGINE.hex()}"
        await heard.tell("snmptrap", *who, "-e", engine, "-Z", "3,1000")
        await heard.until(lambda: bool(heard.notices))
        told(heard)
        heard.notices.clear()
        status, said = await heard.tell("snmpinform", *who)
        assert (status, said) == (0, "")
        told(heard)
        assert not heard.refused


@pytest.mark.parametrize("auth", [None, *NET_SNMP_AUTH])
async def test_version_3_without_encryption(auth: str | None) -> None:
    credentials = user(auth, None)
    async with receiving(sender(credentials)) as heard:
        status, said = await heard.tell("snmpinform", *by_user(credentials))
        assert (status, said) == (0, "")
        told(heard)


@pytest.mark.parametrize("text", ["c", "c" * 28, "c" * 255, "caf\u00e9"])
async def test_a_community_of_any_length_is_heard(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LONG_COMMUNITY", text)
    async with receiving(sender(community("LONG_COMMUNITY"))) as heard:
        status, said = await heard.tell("snmpinform", "-v2c", "-c", text)
        assert (status, said) == (0, "")
        told(heard)


async def test_another_community_is_refused_without_an_answer() -> None:
    async with receiving() as heard:
        who = ("-v2c", "-c", "private", "-r", "0", "-t", "0.3")
        status, _ = await heard.tell("snmpinform", *who)
        assert status != 0
        assert not heard.notices
        assert heard.refused == {Refusal.COMMUNITY: 1}


async def test_an_inform_with_another_key_is_refused_and_its_sender_told_so() -> None:
    credentials = user()
    async with receiving(sender(credentials)) as heard:
        who = by_user(credentials, auth="another-password")
        status, said = await heard.tell("snmpinform", *who, "-r", "0", "-t", "60")
        assert status != 0
        assert "Authentication failure" in said
        assert not heard.notices
        assert heard.refused == {Refusal.AUTH: 1}


async def test_a_trap_with_another_key_is_refused() -> None:
    credentials = user()
    async with receiving(sender(credentials)) as heard:
        who = by_user(credentials, auth="another-password")
        await heard.tell("snmptrap", *who, "-e", f"0x{ENGINE.hex()}")
        await heard.until(lambda: bool(heard.refused))
        assert heard.refused == {Refusal.AUTH: 1}
        assert not heard.notices


async def test_less_security_than_the_user_has_is_refused() -> None:
    credentials = user()
    async with receiving(sender(credentials)) as heard:
        who = by_user(user("sha256", None))
        await heard.tell("snmptrap", *who, "-e", f"0x{ENGINE.hex()}")
        await heard.until(lambda: bool(heard.refused))
        assert heard.refused == {Refusal.LEVEL: 1}
        assert not heard.notices


async def test_an_inform_meant_for_the_receiver_before_us_comes_in_time() -> None:
    credentials = user()
    async with receiving(sender(credentials)) as heard:
        who = by_user(credentials)
        # As a device does that has kept the engine id of the one before.
        stale = ("-e", f"0x{ENGINE.hex()}", "-r", "1", "-t", "1")
        await heard.tell("snmpinform", *who, *stale)
        assert heard.refused.get(Refusal.ENGINE, 0) >= 1
        assert not heard.notices
        status, said = await heard.tell("snmpinform", *who)
        assert (status, said) == (0, "")


async def test_another_entry_of_the_settings_may_secure_a_devices_notices() -> None:
    async with receiving(sender(user(), community())) as heard:
        await heard.tell("snmptrap", "-v2c", "-c", "public")
        await heard.until(lambda: bool(heard.notices))
        told(heard)
