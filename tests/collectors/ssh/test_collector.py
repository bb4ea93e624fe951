"""Devices asked over real SSH connections: what each does ends as the right word."""

import asyncio
import contextlib
import resource
import socket
from pathlib import Path

import asyncssh
import pytest

from bellrock.model.errors import UserError
from bellrock.model.inventory import Device
from bellrock.model.neighbourhood import Protocol
from bellrock.model.observation import DeviceReading, Outcome
from collectors.ssh.collector import SshCollector
from collectors.ssh.settings import SshCredentials
from tests.collectors.ssh.device import (
    FRR_ANSWERS,
    PASSWORD,
    Handler,
    Process,
    answering,
    credentials,
    device,
    settings,
)
from tests.probes.harness import PATIENCE

good = answering(FRR_ANSWERS)


async def once(folder: Path, handle: Handler, **more: object) -> DeviceReading:
    async with (
        device(handle) as met,
        SshCollector(settings(folder, met, **more)) as collector,
    ):
        return await collector.collect(met.device(), credentials(folder))


async def test_all_plans_are_read_and_the_connection_is_used_again(
    tmp_path: Path,
) -> None:
    async with device(good) as met, SshCollector(settings(tmp_path, met)) as collector:
        for _ in range(3):
            reading = await collector.collect(met.device(), credentials(tmp_path))
            assert (reading.outcome, reading.detail) == (Outcome.SUCCESS, "")
            assert set(reading.plans.values()) == {Outcome.SUCCESS}
            assert (reading.device, reading.collector) == ("r1", "ssh")
            assert (reading.failed, len(reading.interfaces)) == ((), 0)
            seen = {neighbour.protocol for neighbour in reading.facts.neighbours}
            assert seen == {Protocol.LLDP, Protocol.OSPF, Protocol.BGP}
        assert len(met.connections) == 1
        assert met.passwords == [PASSWORD]
        assert collector.connections == 1


async def test_a_plan_the_device_does_not_have_is_unsupported(tmp_path: Path) -> None:
    have = {key: name for key, name in FRR_ANSWERS.items() if "bgp" not in key}
    reading = await once(tmp_path, answering(have))
    assert reading.outcome is Outcome.SUCCESS
    assert reading.plans["bgp"] is Outcome.UNSUPPORTED
    assert reading.failed == ("bgp",)
    assert reading.detail == "show bgp summary json: it says: % Unknown command."


async def test_a_device_that_has_none_of_the_plans_is_unsupported(
    tmp_path: Path,
) -> None:
    reading = await once(tmp_path, answering({}))
    assert reading.outcome is Outcome.UNSUPPORTED


async def test_an_encrypted_key_lets_us_in_with_its_passphrase_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    (tmp_path / "id").write_bytes(key.export_private_key(passphrase="open-sesame"))
    known = asyncssh.import_authorized_keys(key.export_public_key().decode())

    def who(passphrase: str) -> SshCredentials:
        monkeypatch.setenv("TEST_PASSPHRASE", passphrase)
        return SshCredentials(
            user="monitor",
            key_file=tmp_path / "id",
            passphrase_env="TEST_PASSPHRASE",
        )

    async with (
        device(good, authorized_client_keys=known) as met,
        SshCollector(settings(tmp_path, met)) as collector,
    ):
        reading = await collector.collect(met.device(), who("open-sesame"))
        assert reading.outcome is Outcome.SUCCESS
        with pytest.raises(UserError, match="not with this passphrase"):
            await collector.collect(met.device(), who("wrong"))


async def test_an_unknown_host_key_is_not_talked_to(tmp_path: Path) -> None:
    async with device(good) as met, SshCollector(settings(tmp_path)) as collector:
        reading = await collector.collect(met.device(), credentials(tmp_path))
        assert reading.outcome is Outcome.HOST_KEY
        assert met.key.get_fingerprint() in reading.detail
        assert f"ssh-keyscan -p {met.port} 127.0.0.1" in reading.detail
        assert "--accept-new" in reading.detail
        assert met.passwords == []
    assert not (tmp_path / "known_hosts").exists()


async def test_a_new_host_key_is_accepted_when_asked_for_and_then_known(
    tmp_path: Path,
) -> None:
    (tmp_path / "known_hosts").write_text("# no newline at the end")
    async with device(good) as met:
        bold = SshCollector(settings(tmp_path), accept_new=True)
        async with bold as collector:
            reading = await collector.collect(met.device(), credentials(tmp_path))
            assert reading.outcome is Outcome.SUCCESS
        written = (tmp_path / "known_hosts").read_text()
        assert written == f"# no newline at the end\n{met.known()}"
        async with SshCollector(settings(tmp_path)) as collector:
            reading = await collector.collect(met.device(), credentials(tmp_path))
            assert reading.outcome is Outcome.SUCCESS


async def test_a_new_host_key_is_kept_though_the_device_does_not_let_us_in(
    tmp_path: Path,
) -> None:
    async with device(good) as met:
        bold = SshCollector(settings(tmp_path), accept_new=True)
        async with bold as collector:
            who = credentials(tmp_path, "wrong-password")
            reading = await collector.collect(met.device(), who)
            assert reading.outcome is Outcome.AUTH
        assert (tmp_path / "known_hosts").read_text() == met.known()


async def test_a_new_host_key_that_cannot_be_kept_is_not_talked_to(
    tmp_path: Path,
) -> None:
    nowhere = settings(tmp_path, known_hosts=tmp_path / "gone" / "known_hosts")
    async with device(good) as met:
        async with SshCollector(nowhere, accept_new=True) as collector:
            with pytest.raises(FileNotFoundError):
                await collector.collect(met.device(), credentials(tmp_path))
            async with asyncio.timeout(PATIENCE):
                await met.connections[0].wait_closed()
        assert met.passwords == []


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256"])
async def test_a_changed_host_key_is_never_accepted(tmp_path: Path, kind: str) -> None:
    other = asyncssh.generate_private_key(kind)
    async with device(good) as met:
        mine, met.key = met.key, other
        chosen = settings(tmp_path, met)
        met.key = mine
        before = (tmp_path / "known_hosts").read_text()
        async with SshCollector(chosen, accept_new=True) as collector:
            reading = await collector.collect(met.device(), credentials(tmp_path))
        assert reading.outcome is Outcome.HOST_KEY
        assert mine.get_fingerprint() in reading.detail
        assert other.get_fingerprint() in reading.detail
        assert met.passwords == []
    assert (tmp_path / "known_hosts").read_text() == before


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
async def test_of_several_host_keys_the_known_one_is_asked_for(
    tmp_path: Path, kind: str
) -> None:
    kinds = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")
    keys = {each: asyncssh.generate_private_key(each) for each in kinds}
    async with device(good, tuple(keys.values())) as met:
        met.key = keys[kind]
        async with SshCollector(settings(tmp_path, met)) as collector:
            reading = await collector.collect(met.device(), credentials(tmp_path))
    assert reading.outcome is Outcome.SUCCESS


async def test_a_revoked_key_is_refused_and_an_extra_file_is_trusted(
    tmp_path: Path,
) -> None:
    extra = tmp_path / "more"
    async with device(good) as met:
        extra.write_text(met.known())
        who = credentials(tmp_path, known_hosts=extra)
        async with SshCollector(settings(tmp_path)) as collector:
            reading = await collector.collect(met.device(), who)
            assert reading.outcome is Outcome.SUCCESS
        extra.write_text(f"@revoked {met.known()}")
        async with SshCollector(settings(tmp_path), accept_new=True) as collector:
            reading = await collector.collect(met.device(), who)
            assert reading.outcome is Outcome.HOST_KEY
            assert "revoked" in reading.detail


async def test_a_key_of_another_port_is_not_this_ports(tmp_path: Path) -> None:
    async with device(good) as met:
        line = met.known().replace(f"[127.0.0.1]:{met.port}", "127.0.0.1")
        (tmp_path / "known_hosts").write_text(line)
        async with SshCollector(settings(tmp_path)) as collector:
            reading = await collector.collect(met.device(), credentials(tmp_path))
        assert reading.outcome is Outcome.HOST_KEY


async def test_a_file_of_secrets_named_by_mistake_is_a_fault_that_shows_none(
    tmp_path: Path,
) -> None:
    async with device(good) as met:
        (tmp_path / "known_hosts").write_text("hunter2secret\n")
        async with SshCollector(settings(tmp_path)) as collector:
            with pytest.raises(Exception, match="not a file of host keys") as caught:
                await collector.collect(met.device(), credentials(tmp_path))
    assert "hunter2" not in str(caught.value)


async def test_a_refused_password_is_not_shown_again_at_once(tmp_path: Path) -> None:
    wrong = credentials(tmp_path, "wrong-password")
    async with device(good) as met, SshCollector(settings(tmp_path, met)) as collector:
        for _ in range(3):
            reading = await collector.collect(met.device(), wrong)
            assert reading.outcome is Outcome.AUTH
            assert "wrong-password" not in repr(reading)
        # It was asked each time, so it is known to be there.
        assert len(met.connections) == 3
        assert met.passwords == ["wrong-password"]


async def hangs(process: Process) -> None:
    await process.wait_closed()


async def floods(process: Process) -> None:
    while True:
        process.stdout.write(b" " * 65536)
        await process.stdout.drain()


async def breaks_off(process: Process) -> None:
    process.stdout.write(b'{"neighbors": {')
    await process.stdout.drain()
    process.channel.get_connection().abort()


async def takes_its_leave(process: Process) -> None:
    process.stdout.write(b'{"neighbors": {}, ')
    await process.stdout.drain()
    process.channel.get_connection().disconnect(
        asyncssh.DISC_BY_APPLICATION, "going down for maintenance"
    )


def only(command: str, bad: Handler) -> Handler:
    """Return a device that misbehaves at one command."""

    async def handle(process: Process) -> None:
        await (bad if process.command == command else good)(process)

    return handle


@pytest.mark.parametrize(
    ("bad", "outcome", "words"),
    [
        (hangs, Outcome.TIMEOUT, "not to the end within 0.5 s"),
        (floods, Outcome.TOO_BIG, "does not end"),
        (breaks_off, Outcome.RESET, "closed the connection"),
        (takes_its_leave, Outcome.RESET, "closed the connection"),
    ],
)
async def test_one_bad_command_costs_its_plan_alone(
    tmp_path: Path, bad: Handler, outcome: Outcome, words: str
) -> None:
    command = "show ip ospf interface json"
    reading = await once(
        tmp_path, only(command, bad), command_timeout=0.5, output_limit=500_000
    )
    assert reading.outcome is Outcome.SUCCESS
    assert reading.plans.pop("ospf") is outcome  # type: ignore[attr-defined]
    assert set(reading.plans.values()) == {Outcome.SUCCESS}
    assert reading.failed == ("ospf",)
    assert words in reading.detail
    protocols = {each.protocol for each in reading.facts.neighbours}
    assert protocols == {Protocol.LLDP, Protocol.BGP}


@pytest.mark.parametrize(
    ("bad", "outcome"),
    [
        (hangs, Outcome.TIMEOUT),
        (floods, Outcome.TOO_BIG),
        (breaks_off, Outcome.RESET),
    ],
)
async def test_a_device_of_which_nothing_can_be_read_says_why(
    tmp_path: Path, bad: Handler, outcome: Outcome
) -> None:
    reading = await once(tmp_path, bad, command_timeout=0.3, output_limit=200_000)
    assert reading.outcome is outcome


async def test_half_an_output_is_malformed(tmp_path: Path) -> None:
    async def handle(process: Process) -> None:
        process.stdout.write(b'{"lldp": [')
        process.exit(0)

    reading = await once(tmp_path, handle)
    assert reading.outcome is Outcome.MALFORMED
    assert "not JSON" in reading.detail


async def test_a_device_with_one_command_a_connection_is_read_whole(
    tmp_path: Path,
) -> None:
    async def handle(process: Process) -> None:
        await good(process)
        await process.wait_closed()
        process.channel.get_connection().abort()

    reading = await once(tmp_path, handle)
    assert (reading.outcome, reading.failed) == (Outcome.SUCCESS, ())


async def test_a_connection_found_dead_is_opened_again(tmp_path: Path) -> None:
    async with device(good) as met, SshCollector(settings(tmp_path, met)) as collector:
        for expected in (1, 2):
            reading = await collector.collect(met.device(), credentials(tmp_path))
            assert (reading.outcome, reading.failed) == (Outcome.SUCCESS, ())
            assert len(met.connections) == expected
            met.connections[-1].abort()
            await met.connections[-1].wait_closed()


async def test_nothing_is_not_all_if_the_device_then_takes_its_leave(
    tmp_path: Path,
) -> None:
    async def handle(process: Process) -> None:
        process.stdout.write(b" ")
        await process.stdout.drain()
        process.channel.get_connection().disconnect(
            asyncssh.DISC_BY_APPLICATION, "going down for maintenance"
        )

    # It writes nothing at all where it has no neighbours.
    async with (
        device(handle) as met,
        SshCollector(settings(tmp_path, met)) as collector,
    ):
        reading = await collector.collect(met.device("nxos"), credentials(tmp_path))
    assert reading.outcome is Outcome.RESET


async def test_a_reload_in_the_middle_of_a_poll_is_not_the_devices_doing(
    tmp_path: Path,
) -> None:
    begun = asyncio.Event()

    async def slow(process: Process) -> None:
        begun.set()
        await asyncio.sleep(0.05)
        await good(process)

    async with (
        device(slow) as met,
        SshCollector(settings(tmp_path, met)) as collector,
    ):
        polling = asyncio.create_task(
            collector.collect(met.device(), credentials(tmp_path))
        )
        await begun.wait()
        collector.keep(())
        reading = await polling
        assert reading.outcome is Outcome.SUCCESS
        assert not reading.failed
        assert len(met.connections) == 1
        await asyncio.wait_for(met.connections[0].wait_closed(), PATIENCE)


async def test_no_more_connections_are_kept_than_allowed(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        met = [await stack.enter_async_context(device(good)) for _ in range(4)]
        chosen = settings(tmp_path, *met, connections=2)
        collector = await stack.enter_async_context(SshCollector(chosen))
        who = credentials(tmp_path)
        for _ in range(2):
            for each in met:
                reading = await collector.collect(each.device(), who)
                assert reading.outcome is Outcome.SUCCESS
                assert collector.connections <= 2
        # Those that are kept serve every poll; nobody's place is taken in turn.
        assert [len(each.connections) for each in met] == [1, 1, 2, 2]
        collector.keep([(met[0].device(), who)])
        assert collector.connections == 1


async def test_nobody_listening_is_refused(tmp_path: Path) -> None:
    async with device(good) as met:
        gone = met.device()
    async with SshCollector(settings(tmp_path)) as collector:
        reading = await collector.collect(gone, credentials(tmp_path))
    assert reading.outcome is Outcome.REFUSED


async def test_a_port_that_accepts_and_says_nothing_is_a_timeout(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as quiet:
        ports = {"ssh": quiet.getsockname()[1]}
        there = Device("r1", "s", address="127.0.0.1", ports=ports, platform="frr")
        chosen = settings(tmp_path, timeout=0.3)
        async with SshCollector(chosen) as collector:
            reading = await collector.collect(there, credentials(tmp_path))
    assert reading.outcome is Outcome.TIMEOUT


@pytest.mark.parametrize(
    ("said", "outcomes"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", {Outcome.MALFORMED, Outcome.RESET}),
        (b"SSH-1.5-old\r\n", {Outcome.UNSUPPORTED}),
        (b"SSH-2.0-x\r\n" + b"\xff" * 4096, {Outcome.MALFORMED}),
        (b"", {Outcome.RESET}),
    ],
)
async def test_whoever_is_no_ssh_server_is_told_as_that(
    tmp_path: Path, said: bytes, outcomes: set[Outcome]
) -> None:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        ports = {"ssh": server.sockets[0].getsockname()[1]}
        there = Device("r1", "s", address="127.0.0.1", ports=ports, platform="frr")
        async with SshCollector(settings(tmp_path)) as collector:
            reading = await collector.collect(there, credentials(tmp_path))
    assert reading.outcome in outcomes, reading


@pytest.mark.filterwarnings("ignore:Diffie-Hellman over finite fields")
async def test_broken_algorithms_are_used_only_when_asked_for(tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
    old = {
        "kex_algs": ["diffie-hellman-group14-sha1"],
        "encryption_algs": ["aes128-cbc"],
        "mac_algs": ["hmac-sha1"],
    }
    async with (
        device(good, key, None, **old) as met,
        SshCollector(settings(tmp_path, met)) as collector,
    ):
        reading = await collector.collect(met.device(), credentials(tmp_path))
        assert reading.outcome is Outcome.UNSUPPORTED
        assert "legacy" in reading.detail
        bold = credentials(tmp_path, legacy=True)
        reading = await collector.collect(met.device(), bold)
        assert reading.outcome is Outcome.SUCCESS


async def test_a_shortage_of_ours_is_not_the_devices(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with device(good) as met, SshCollector(settings(tmp_path, met)) as collector:
        who = credentials(tmp_path)
        with socket.socket() as last:
            few = last.fileno()
        resource.setrlimit(resource.RLIMIT_NOFILE, (few, limits[1]))
        try:
            with pytest.raises(OSError, match="Too many open files"):
                await collector.collect(met.device(), who)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
