"""``bellrock collect``: every way in which a device fails has its word and its status.

The agents are Net-SNMP's and simulated ones that misbehave; the command runs in a
process of its own, as its users run it.
"""

import asyncio
import csv
import io
import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from bellrock.model.observation import Outcome
from collectors.snmp.message import Pdu, PduType, decode_v2c, encode_v2c
from collectors.snmp.reports import NOT_IN_TIME_WINDOWS
from collectors.snmp.values import Counter32
from tests.collectors.snmp.agent import SYSTEM, Answers, agent, mib, serve
from tests.collectors.snmp.netsnmp import SnmpDaemon
from tests.collectors.snmp.plans.test_ethernet import FULL, HALF, stats
from tests.collectors.snmp.test_v3_hostile import discovered, unsigned
from tests.probes.harness import PATIENCE
from tests.programs import need

_SECRETS = {
    **{"COMMUNITY": "ninety-nine-lamps", "RIGHT": "public", "NARROW": "system-only-7"},
    **{"AUTH": "authpass12", "PRIVACY": "privpass12", "WRONG": "not-the-password"},
}
_SETTINGS = """\
inventory: network.yaml
collectors: {snmp: {timeout: 0.2s, retries: 1}}
snmp:
  ours: {version: 2c, community_env: COMMUNITY}
  right: {version: 2c, community_env: RIGHT}
  narrow: {version: 2c, community_env: NARROW}
  plain: {version: 3, user: plain}
  nobody: {version: 3, user: nobody}
  stranger: {version: 3, user: stranger,
    auth: {protocol: sha, password_env: AUTH},
    privacy: {protocol: aes128, password_env: PRIVACY}}
  v3: {version: 3, user: sha256,
    auth: {protocol: sha256, password_env: AUTH},
    privacy: {protocol: aes128, password_env: PRIVACY}}
  v3-auth: {version: 3, user: sha256, auth: {protocol: sha256, password_env: AUTH}}
  wrong-auth: {version: 3, user: sha256,
    auth: {protocol: sha256, password_env: WRONG},
    privacy: {protocol: aes128, password_env: PRIVACY}}
  wrong-privacy: {version: 3, user: sha256,
    auth: {protocol: sha256, password_env: AUTH},
    privacy: {protocol: aes128, password_env: WRONG}}
"""


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SnmpDaemon]:
    with SnmpDaemon(tmp_path_factory.mktemp("snmpd")) as daemon:
        yield daemon


def written(folder: Path, credentials: str, port: int, host: str = "127.0.0.1") -> Path:
    """Write settings, and an inventory of one device at `port`."""
    (folder / "network.yaml").write_text(
        "network: {id: one, name: One}\n"
        "sites: [{id: dc, name: Data centre, kind: datacentre}]\n"
        "devices:\n"
        f"  - {{id: lerwick-pe1, site: dc, address: {host}, snmp: {credentials}, "
        f"ports: {{snmp: {port}}}}}\n"
        "  - {id: lerwick-pe2, site: dc, address: 192.0.2.2}\n"
        "  - {id: lerwick-pe3, site: dc, snmp: ours}\n"
        "gateways: [dc]\n"
    )
    settings = folder / "bellrock.yaml"
    settings.write_text(_SETTINGS)
    return settings


def says(
    settings: Path, *words: str, command: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the command; whatever it says, it says no secret."""
    done = subprocess.run(
        [
            *(command or (sys.executable, "-m", "bellrock")),
            *("collect", *(words or ("lerwick-pe1",)), "-c", str(settings)),
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, **_SECRETS, "COLUMNS": "80"},
    )
    for secret in ("ninety-nine", *_SECRETS.values()):
        if secret != "public":
            assert secret not in done.stdout + done.stderr
    return done


async def asked(
    answers: Answers, folder: Path, credentials: str = "ours", *words: str
) -> subprocess.CompletedProcess[str]:
    """Run the command against an agent that answers so."""
    async with agent(answers) as (device, _):
        settings = written(folder, credentials, device.ports["snmp"])
        return await asyncio.to_thread(says, settings, "lerwick-pe1", *words)


def outcome(done: subprocess.CompletedProcess[str]) -> str:
    """Return the word for how a poll in JSON ended."""
    assert done.stdout, done.stderr
    return str(json.loads(done.stdout)["outcome"])


_JSON = ("--format", "json", "--explain")


def test_a_device_is_read_in_a_table_that_fits(
    snmpd: SnmpDaemon, tmp_path: Path
) -> None:
    for credentials in ("right", "v3", "v3-auth", "plain"):
        done = says(written(tmp_path, credentials, snmpd.port))
        assert (done.returncode, done.stderr) == (0, "")
        assert "tester: an agent for tests" in done.stdout
        lo = next(line for line in done.stdout.splitlines() if " lo " in line)
        assert lo.split()[:3] == ["1", "lo", "up"]
        assert max(map(len, done.stdout.splitlines())) <= 80


async def test_ethernet_in_half_duplex_is_shown(tmp_path: Path) -> None:
    shown = mib(2) | stats(1, HALF, fcs=2_000, late=31) | stats(2, FULL, fcs=0)
    done = await asked(serve(shown), tmp_path)
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["eth1", "half", "2k", "31"] in lines
    assert ["eth2", "full", "0"] in lines
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_programs_get_json_and_csv(snmpd: SnmpDaemon, tmp_path: Path) -> None:
    settings = written(tmp_path, "right", snmpd.port)
    done = says(settings, "lerwick-pe1", "--format", "json")
    answer = json.loads(done.stdout)
    assert (answer["device"], answer["outcome"]) == ("lerwick-pe1", "success")
    assert answer["duration"] > 0
    (lo,) = (row for row in answer["interfaces"] if row["name"] == "lo")
    assert (lo["status"], lo["enabled"]) == ("up", True)
    done = says(settings, "lerwick-pe1", "--format", "csv", "--explain")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["name"] for row in rows] == [
        row["name"] for row in answer["interfaces"]
    ]
    assert "v2c GETBULK request" in done.stderr


def test_every_pdu_is_shown_in_words(snmpd: SnmpDaemon, tmp_path: Path) -> None:
    done = says(written(tmp_path, "v3", snmpd.port), "lerwick-pe1", "--explain")
    said = done.stdout
    for words in (
        "-> 127.0.0.1 port",
        "who are you?",
        "usmStatsUnknownEngineIDs",
        "authPriv as user 'sha256', engine 80001f8804746573742d656e67696e65, boot ",
        'SNMPv2-MIB::sysName.0 = "tester"',
        "v3 GETBULK request",
        "non-repeaters 0, max-repetitions",
        "IF-MIB::ifOperStatus.1 = up(1)",
        "IF-MIB::ifHCInOctets.1 = Counter64 ",
        "noError",
    ):
        assert words in said, words


@pytest.mark.parametrize(
    ("credentials", "expected", "words"),
    [
        ("ours", Outcome.TIMEOUT, "the community is wrong"),
        ("narrow", Outcome.UNSUPPORTED, "Allow the user or community to read"),
        ("nobody", Outcome.AUTH, "knows no user of this name"),
        ("stranger", Outcome.AUTH, "authorizationError"),
        ("wrong-auth", Outcome.AUTH, "usmStatsWrongDigests"),
        ("wrong-privacy", Outcome.AUTH, "wrong privacy password"),
    ],
)
def test_what_net_snmp_refuses_has_its_word(
    snmpd: SnmpDaemon,
    tmp_path: Path,
    credentials: str,
    expected: Outcome,
    words: str,
) -> None:
    settings = written(tmp_path, credentials, snmpd.port)
    done = says(settings, "lerwick-pe1", *_JSON)
    assert (done.returncode, outcome(done), done.stderr) == (1, expected, "")
    assert words in done.stdout
    told = says(settings, "lerwick-pe1", "--explain")
    assert told.returncode == 1
    assert f"lerwick-pe1: {expected}: " in told.stdout


def test_a_closed_port_is_refused_at_once(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    done = says(written(tmp_path, "v3", port), "lerwick-pe1", *_JSON)
    assert (done.returncode, outcome(done)) == (1, Outcome.REFUSED)
    assert "the network says: Connection refused" in done.stdout
    assert "Start its SNMP agent" in done.stdout


def test_where_no_route_leads_is_unreachable(tmp_path: Path) -> None:
    alone = (need("unshare"), "--net", "--map-root-user")
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespaces here")
    settings = written(tmp_path, "ours", 161, host="192.0.2.1")
    command = (*alone, sys.executable, "-m", "bellrock")
    done = says(settings, "lerwick-pe1", *_JSON, command=command)
    assert (done.returncode, outcome(done)) == (1, Outcome.UNREACHABLE)
    assert "the network says: Network is unreachable" in done.stdout


def _echo(request: bytes) -> Iterable[bytes]:
    return [request]


def _in_part(request: bytes) -> Iterable[bytes]:
    """Send back what has a part of the community at its end, then beside rubbish."""
    return [request[:12], request[:20], b"\x30" + request[1:40], request[7:40]]


def _another_number(request: bytes) -> Iterable[bytes]:
    pdu = decode_v2c(request).pdu
    yield encode_v2c(b"public", Pdu(PduType.RESPONSE, pdu.request_id ^ 1))


def _noise(_: bytes) -> Iterable[bytes]:
    return [random.Random(3).randbytes(60)]


_OUT_OF_TIME = discovered(
    lambda r: [unsigned(r, PduType.REPORT, (NOT_IN_TIME_WINDOWS, Counter32(1)))]
)


@pytest.mark.parametrize(
    ("answers", "credentials", "expected", "words"),
    [
        (lambda _: (), "ours", Outcome.TIMEOUT, "no answer to request"),
        (lambda _: (), "v3", Outcome.TIMEOUT, "who are you?"),
        (serve(mib(4), most=0), "ours", Outcome.TOO_BIG, "tooBig at variable 0"),
        (serve(SYSTEM), "ours", Outcome.UNSUPPORTED, "endOfMibView"),
        (_echo, "ours", Outcome.MALFORMED, "GET request"),
        (_noise, "ours", Outcome.MALFORMED, "dropped: it is no SNMP message"),
        (_in_part, "ours", Outcome.MALFORMED, "begins 30"),
        (_another_number, "ours", Outcome.TIMEOUT, "dropped: no request with its"),
        (_OUT_OF_TIME, "v3", Outcome.TIME_WINDOW, "usmStatsNotInTimeWindows"),
    ],
)
async def test_what_agents_do_has_its_word(
    tmp_path: Path,
    answers: Answers,
    credentials: str,
    expected: Outcome,
    words: str,
) -> None:
    done = await asked(answers, tmp_path, credentials, *_JSON)
    assert (done.returncode, outcome(done), done.stderr) == (1, expected, "")
    assert words in done.stdout
    assert b"ninety".hex(" ") not in done.stdout


async def test_a_repeat_a_late_answer_and_a_duplicate_are_told_as_such(
    tmp_path: Path,
) -> None:
    honest = serve(mib(2))
    kept: list[bytes] = []

    def one_behind(request: bytes) -> Iterable[bytes]:
        kept.append(request)
        if len(kept) == 1:
            return ()
        return [*honest(kept[-1]), *honest(kept[-2])]

    done = await asked(one_behind, tmp_path, "ours", "--explain")
    assert done.returncode == 0
    assert ", asked again, " in done.stdout
    assert "dropped: the request with its number has been settled" in done.stdout


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lerwick-p1", 'did you mean "lerwick-pe1"?'),
        ("lerwick-pe2", "no SNMP credentials"),
        ("lerwick-pe3", "no address"),
    ],
)
def test_what_the_user_must_mend_ends_with_2(
    tmp_path: Path, name: str, words: str
) -> None:
    done = says(written(tmp_path, "ours", 161), name)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_that_are_not_there_end_with_2(tmp_path: Path) -> None:
    done = says(tmp_path / "none.yaml")
    assert done.returncode == 2
    assert "none.yaml" in done.stderr


_WITH_A_BUG = """
import collectors.snmp.collector as collector
from bellrock.cli.main import main
from collectors.snmp.plans.plan import Plan

async def buggy(_):
    return {{}}["a bug"]

{replaced}
main()
"""


@pytest.mark.parametrize(
    "replaced",
    [
        "collector.read_system = buggy",
        "collector.PLANS = (Plan('resources', buggy),)",
    ],
)
def test_a_bug_of_ours_ends_with_70_and_is_no_devices_outcome(
    snmpd: SnmpDaemon, tmp_path: Path, replaced: str
) -> None:
    settings = written(tmp_path, "right", snmpd.port)
    code = _WITH_A_BUG.format(replaced=replaced)
    done = says(settings, command=(sys.executable, "-c", code))
    assert (done.returncode, done.stdout) == (70, "")
    assert "KeyError: 'a bug'" in done.stderr
    assert "this is a fault of Bellrock" in done.stderr


_WITH_FEW_DESCRIPTORS = """
import os
import resource
import sys
import bellrock.cli.collect as command
from bellrock.cli.main import main

real = command.over_snmp

async def ask(*arguments, **named):
    # All that are open now, and so many more.
    used = max(map(int, os.listdir("/proc/self/fd")))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + int(os.environ["MORE"]), hard))
    return await real(*arguments, **named)

command.over_snmp = ask
main()
"""


@pytest.mark.parametrize("more", [0, 1])
def test_a_want_of_descriptors_ends_with_70_and_is_no_devices_outcome(
    snmpd: SnmpDaemon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    monkeypatch.setenv("MORE", str(more))
    settings = written(tmp_path, "right", snmpd.port)
    done = says(settings, command=(sys.executable, "-c", _WITH_FEW_DESCRIPTORS))
    assert (done.returncode, done.stdout) == (70, "")
    assert "Too many open files" in done.stderr
