"""The lines that other programs read."""

from bellrock.bench.measurement import Case, Measurement, lines
from bellrock.bench.table import BENCHES

COST = Case("1k", "µs", "a ping", lambda: Measurement(20.0))
RATE = Case("v2c", "1/s", "a poll", lambda: Measurement(20.0), more_is_better=True)


def test_without_a_peer_there_is_one_line_and_its_peer_is_null() -> None:
    assert list(lines("icmp", COST, Measurement(20.0))) == [
        {
            "bench": "icmp",
            "case": "1k",
            "value": 20.0,
            "unit": "µs",
            "peer": None,
            "peer_value": None,
            "ratio": None,
        }
    ]


def test_each_peer_has_a_line_and_a_cheaper_one_a_ratio_under_one() -> None:
    measured = Measurement(20.0, {"dear": 50.0, "cheap": 10.0})
    found = [
        (line["peer"], line["peer_value"], line["ratio"])
        for line in lines("icmp", COST, measured)
    ]
    assert found == [("dear", 50.0, 2.5), ("cheap", 10.0, 0.5)]


def test_a_higher_rate_than_the_peers_is_a_ratio_over_one() -> None:
    (line,) = lines("snmp", RATE, Measurement(20.0, {"slow": 8.0}))
    assert line["ratio"] == 2.5


def test_figures_keep_four_digits_whatever_their_size() -> None:
    (line,) = lines("icmp", COST, Measurement(0.000123456, {"p": 123456.0}))
    assert line["value"] == 0.0001235
    assert line["peer_value"] == 123500.0


def test_benches_and_cases_have_the_names_of_the_contract() -> None:
    names = {name: {case.name for case in cases} for name, cases in BENCHES.items()}
    assert names == {
        "inventory": {"cold-10k", "cached-10k"},
        "topology": {
            *("spof-10k", "spof-10k-again", "spof-100k", "spof-100k-again"),
            *("srlg-2k", "n1-mesh100", "n1-mesh200", "n1-wan5k", "n1-wan5k-both"),
            *("whatif-5k", "cold-10k", "cold-10k-read"),
        },
        "snmp": {"v2c", "v3"},
        "icmp": {
            *("1k", "20k", "1k-busy"),
            *("error-idle", "error-idle-p99", "error-hogs", "error-hogs-p99"),
        },
        "train": {
            *("10M", "10M-bytes", "100M", "100M-bytes", "500M", "500M-bytes"),
        },
        "path": {"probe", "tcp", "branches"},
        "stamp": {"sender", "reflector"},
    }
