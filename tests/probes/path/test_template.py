"""SYNs patched by us, and the same written anew by scapy."""

import itertools
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6

from probes.path.template import SEGMENT, Template, crafted, from_port

_PORTS = st.integers(1, 65_535)


def _written(source: str, target: str, segment: bytes, sequence: int) -> bytes:
    tcp = TCP(segment)
    tcp.seq = sequence
    del tcp.chksum
    network = IPv6 if ":" in target else IP
    return bytes(network(src=source, dst=target) / tcp)[-SEGMENT:]


@given(
    pair=st.one_of(
        st.tuples(st.ip_addresses(v=4), st.ip_addresses(v=4)),
        st.tuples(st.ip_addresses(v=6), st.ip_addresses(v=6)),
    ),
    source_port=_PORTS,
    port=_PORTS,
    sequence=st.integers(0, 0xFFFFFFFF),
)
def test_a_patched_segment_is_what_scapy_would_have_written(
    pair: tuple[object, object], source_port: int, port: int, sequence: int
) -> None:
    source, target = map(str, pair)
    segment = crafted(source, target, source_port, port)
    cookie = segment[:4] + sequence.to_bytes(4, "big")
    patched = Template(segment).syn(cookie)
    assert patched == _written(source, target, segment, sequence)


@given(
    pair=st.sampled_from(
        [("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8:ffff::ffff")]
    ),
    before=_PORTS,
    source_port=_PORTS,
    port=_PORTS,
)
def test_a_segment_from_another_port_is_what_scapy_would_have_written(
    pair: tuple[str, str], before: int, source_port: int, port: int
) -> None:
    segment = from_port(crafted(*pair, before, port), source_port)
    assert TCP(segment).sport == source_port
    assert segment == _written(*pair, segment, 0)


def test_who_guesses_sequence_numbers_has_all_32_bits_to_guess_from_then_on() -> None:
    template = Template(crafted("192.0.2.1", "192.0.2.2", 40_000, 443))

    def steps() -> list[int]:
        cookies = (template.cookie() for _ in range(100))
        numbers = [int.from_bytes(cookie[4:], "big") for cookie in cookies]
        pairs = itertools.pairwise(numbers)
        return [(after - before) % (1 << 32) for before, after in pairs]

    for _ in range(15):
        template.guessed()
    assert max(steps()) <= 65_536
    template.guessed()
    # By chance one in 65,536 is that small.
    assert sorted(steps())[10] > 65_536
    template.begin()
    assert max(steps()) <= 65_536


def test_sequence_numbers_rise_by_little_and_not_evenly() -> None:
    template = Template(crafted("192.0.2.1", "192.0.2.2", 40_000, 443))
    cookies = [template.cookie() for _ in range(1_000)]
    assert {cookie[:4] for cookie in cookies} == {bytes.fromhex("9c4001bb")}
    numbers = [int.from_bytes(cookie[4:], "big") for cookie in cookies]
    steps = [
        (after - before) % (1 << 32) for before, after in itertools.pairwise(numbers)
    ]
    assert min(steps) >= 1
    assert max(steps) <= 65_536
    assert len(set(steps)) > 900


def test_two_flows_begin_at_numbers_of_their_own() -> None:
    segment = crafted("192.0.2.1", "192.0.2.2", 40_000, 443)
    assert len({Template(segment).cookie() for _ in range(10)}) == 10


def test_help_and_tracing_by_udp_do_without_scapy() -> None:
    program = (
        "import sys\n"
        "from bellrock.cli.main import main\n"
        "for words in ['--help'], ['probe', 'path', '--help']:\n"
        "    sys.argv[1:] = words\n"
        "    try:\n"
        "        main()\n"
        "    except SystemExit as ended:\n"
        "        assert not ended.code\n"
        "import probes.path.tracer\n"
        "print('scapy' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.endswith("False\n")
