import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    model_validator,
)

from bellrock.config import Listen, Seconds, Settings, load, read_secret
from bellrock.document import InvalidDocumentError

SECRET = "hunter2"


class Icmp(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    interval: Seconds = 10.0
    dscp: int = Field(default=0, ge=0, le=63)


class Stamp(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    interval: Seconds = 1.0


class Auth(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    protocol: Literal["sha", "sha256"]
    password_file: Path | None = None
    password_env: str | None = None
    _password: SecretStr = PrivateAttr()

    @model_validator(mode="after")
    def _read(self) -> Self:
        self._password = read_secret(
            self.password_file, self.password_env, what="password"
        )
        return self

    @property
    def password(self) -> str:
        return self._password.get_secret_value()


class Credentials(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal["2c", 3] = "2c"
    user: str = ""
    auth: Auth | None = None
    community_file: Path | None = None
    community_env: str | None = None


SECTIONS: Mapping[str, Mapping[str, type[BaseModel]]] = {
    "probes": {"icmp": Icmp, "stamp": Stamp},
    "collectors": {"snmp": Icmp},
    "snmp": {"*": Credentials},
}


def settings(folder: Path, text: str) -> Settings:
    file = folder / "bellrock.yaml"
    file.write_text(text)
    return load(file, SECTIONS)


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(InvalidDocumentError) as caught:
        settings(folder, text)
    return [str(each).replace(f"{folder}/", "") for each in caught.value.problems]


def test_without_a_file_everything_has_its_default() -> None:
    found = load(None, SECTIONS)
    assert (found.file, found.inventory, found.prometheus) == (None, None, None)
    assert found.listen == Listen("127.0.0.1", 9477)
    assert found.analysis.debounce == 1.0
    assert found.probes == {"icmp": Icmp(), "stamp": Stamp()}
    assert found.collectors == {"snmp": Icmp()}
    assert found.snmp == {}


@pytest.mark.parametrize("text", ["", "probes:\n", "probes: {icmp: }\nanalysis:\n"])
def test_what_is_left_empty_has_its_default(tmp_path: Path, text: str) -> None:
    found = settings(tmp_path, text)
    assert found.probes == {"icmp": Icmp(), "stamp": Stamp()}
    assert found.analysis.debounce == 1.0


def test_every_setting_is_read(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{SECRET}\n")
    found = settings(
        tmp_path,
        "inventory: nets/west\nlisten: '[::1]:8000'\n"
        "prometheus: {url: 'https://prometheus.example:9090/'}\n"
        "analysis: {debounce: 500ms}\nprobes: {icmp: {interval: 5m, dscp: 46}}\n"
        "snmp:\n  default: {version: 3, user: monitor, "
        "auth: {protocol: sha256, password_file: password}}\n  other: {}\n",
    )
    assert found.file == tmp_path / "bellrock.yaml"
    assert found.inventory == tmp_path / "nets" / "west"
    assert found.listen == Listen("::1", 8000)
    assert found.prometheus is not None
    assert found.prometheus.url == "https://prometheus.example:9090"
    assert found.analysis.debounce == 0.5
    assert found.probes == {"icmp": Icmp(interval=300, dscp=46), "stamp": Stamp()}
    assert set(found.snmp) == {"default", "other"}
    default = found.snmp["default"]
    assert isinstance(default, Credentials)
    assert default.auth is not None
    assert default.auth.password == SECRET
    assert SECRET not in repr(found)


def test_an_absolute_inventory_stays_where_it_is(tmp_path: Path) -> None:
    assert settings(tmp_path, "inventory: /srv/net\n").inventory == Path("/srv/net")


@pytest.mark.parametrize(
    ("written", "listen"),
    [
        ("0.0.0.0:80", Listen("0.0.0.0", 80)),
        ("localhost:0", Listen("localhost", 0)),
        ("'[::]:9477'", Listen("::", 9477)),
    ],
)
def test_other_addresses_are_listened_on_only_when_told(
    tmp_path: Path, written: str, listen: Listen
) -> None:
    found = settings(tmp_path, f"listen: {written}\n").listen
    assert found == listen
    assert str(found) == written.strip("'")


HOW = "write host:port, [IPv6]:port, or 0.0.0.0:port for every address"
URL = "write it as http://127.0.0.1:9090"
DURATION = "expected seconds, or a number with ms, s, m or h such as 500ms"
MISTAKES = [
    (
        "checks: []",
        "checks: unknown key\n"
        "  known keys: analysis, collectors, inventory, listen, probes, prometheus, "
        "snmp",
    ),
    (
        "store: sqlite:///x",
        "store: unknown key\n"
        "  known keys: analysis, collectors, inventory, listen, probes, prometheus, "
        "snmp",
    ),
    (
        "alerts: {}",
        "alerts: unknown key\n"
        "  known keys: analysis, collectors, inventory, listen, probes, prometheus, "
        "snmp",
    ),
    (
        "lisen: x",
        "lisen: unknown key\n"
        '  did you mean "listen"?  known keys: analysis, collectors, inventory, '
        "listen, probes, prometheus, snmp",
    ),
    (
        "inventory: [a]",
        "inventory: expected text, found a list\n  write a single word or sentence",
    ),
    ("listen: 9477", f"listen: not an address to listen on\n  {HOW}"),
    ("listen: ':9477'", f"listen: not an address to listen on\n  {HOW}"),
    ("listen: '::1:9477'", f"listen: not an address to listen on\n  {HOW}"),
    ("listen: localhost", f"listen: no port from 0 to 65535 at the end\n  {HOW}"),
    ("listen: 'h:65536'", f"listen: no port from 0 to 65535 at the end\n  {HOW}"),
    ("listen: '[x]:1'", f"listen: not an IPv6 address in the brackets\n  {HOW}"),
    (
        "prometheus: {}",
        "prometheus: the key url is missing\n"
        "  add url: its address, such as http://127.0.0.1:9090",
    ),
    (
        "prometheus: http://localhost:9090",
        "prometheus: expected a mapping, found the text "
        '"http://localhost:9090"\n  write keys and values: {key: value}',
    ),
    ("prometheus: {url: 'ftp://x'}", f"prometheus.url: not a web address\n  {URL}"),
    ("prometheus: {url: 'http://'}", f"prometheus.url: not a web address\n  {URL}"),
    ("prometheus: {url: 'http://x:0'}", f"prometheus.url: not a web address\n  {URL}"),
    ("prometheus: {url: 'http://x:y'}", f"prometheus.url: not a web address\n  {URL}"),
    ("prometheus: {url: 'http://[x'}", f"prometheus.url: not a web address\n  {URL}"),
    (
        "prometheus: {url: 'http://me:hunter2@x'}",
        f"prometheus.url: a secret is never written in this file\n  {URL}",
    ),
    (
        "prometheus: {url: 'http://x/?token=hunter2'}",
        f"prometheus.url: more than an address: leave out ? and #\n  {URL}",
    ),
    ("analysis: {debounce: soon}", f"analysis.debounce: not a duration\n  {DURATION}"),
    (
        "analysis: {debounce: 0}",
        "analysis.debounce: too short\n  a duration must be more than 0 seconds",
    ),
    (
        "probes: [icmp]",
        "probes: expected a mapping, found a list\n"
        "  write names and their settings: {name: {key: value}}",
    ),
    (
        "probes: {stmp: {}}",
        'probes.stmp: unknown name\n  did you mean "stamp"?  known probes: icmp, stamp',
    ),
    (
        "probes: {icmp: {intervl: 3}}",
        "probes.icmp.intervl: unknown key\n"
        '  did you mean "interval"?  known keys: dscp, interval',
    ),
    (
        "probes: {icmp: {interval: 10 days}}",
        f"probes.icmp.interval: not a duration\n  {DURATION}",
    ),
    (
        "probes: {icmp: {dscp: 64}}",
        "probes.icmp.dscp: the number 64 is out of range\n  expected 0 to 63",
    ),
    (
        "probes: {icmp: 3}",
        "probes.icmp: expected a mapping, found the number 3\n"
        "  write keys and values: {key: value}",
    ),
    (
        "snmp: hunter2",
        "snmp: expected a mapping, found text\n"
        "  write names and their settings: {name: {key: value}}",
    ),
    (
        "snmp: {default: hunter2}",
        "snmp.default: expected a mapping, found text\n"
        "  write keys and values: {key: value}",
    ),
    (
        "snmp: {default: {version: hunter2}}",
        "snmp.default.version: the value is not one of the choices\n  choices: 2c, 3",
    ),
    (
        "snmp: {default: {user: 7}}",
        "snmp.default.user: expected text, found a number\n  put it in quotes",
    ),
    (
        "snmp: {default: {community: hunter2}}",
        "snmp.default.community: a secret is never written in this file\n"
        "  use community_file or community_env",
    ),
    (
        "snmp: {default: {community: public}}",
        "snmp.default.community: a secret is never written in this file\n"
        "  use community_file or community_env",
    ),
    (
        "snmp: {d: {auth: {protocol: sha, password: hunter2}}}",
        "snmp.d.auth.password: a secret is never written in this file\n"
        "  use password_file or password_env",
    ),
    (
        "snmp: {d: {auth: {protocol: sha}}}",
        "snmp.d.auth: no password given\n  set password_file or password_env",
    ),
    (
        "snmp: {d: {auth: {protocol: sha, password_env: BELLROCK_TEST_NONE}}}",
        "snmp.d.auth.password_env: the environment has no variable BELLROCK_TEST_NONE",
    ),
    (
        "snmp: {d: {auth: {protocol: sha, password_file: none}}}",
        "snmp.d.auth.password_file: cannot read none: No such file or directory",
    ),
    (
        "snmp: {d: {}, d: {}}",
        "snmp.d: the key is here twice\n  keep one of them; the first is in line 1",
    ),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES)
def test_every_mistake_has_its_message(
    tmp_path: Path, text: str, expected: str
) -> None:
    found = problems(tmp_path, text)
    assert found == [f"bellrock.yaml:1: {expected}"]
    assert SECRET not in str(found)


def test_all_problems_come_in_one_run_in_the_order_of_lines(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "lisen: x\nprobes:\n  icmp: {dscp: 64, x: 1}\n  tcp: {}\n"
        "snmp: {a: {user: 1}}\nlisten: 1\nlisten: 2\ncollectors: 3\n",
    )
    assert [problem.split(": ")[:2] for problem in found] == [
        ["bellrock.yaml:1", "lisen"],
        ["bellrock.yaml:3", "probes.icmp.dscp"],
        ["bellrock.yaml:3", "probes.icmp.x"],
        ["bellrock.yaml:4", "probes.tcp"],
        ["bellrock.yaml:5", "snmp.a.user"],
        ["bellrock.yaml:6", "listen"],
        ["bellrock.yaml:7", "listen"],
        ["bellrock.yaml:8", "collectors"],
    ]


def test_a_missing_settings_file_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "bellrock.yaml"
    with pytest.raises(InvalidDocumentError) as caught:
        load(missing, SECTIONS)
    assert str(caught.value) == f"{missing}: cannot be read: No such file or directory"


def test_the_star_is_no_name_of_credentials(tmp_path: Path) -> None:
    assert problems(tmp_path, "snmp: {'*': {}}") == [
        "bellrock.yaml:1: snmp.*: not a name\n  choose a name for it"
    ]


keys = st.sampled_from(
    [
        *("inventory", "listen", "prometheus", "analysis", "probes", "collectors"),
        *("snmp", "icmp", "interval", "dscp", "url", "debounce", "auth", "version"),
        *("x", "*"),
    ]
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["10s", "127.0.0.1:1", "http://x", "[::1", "", "3"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner),
    max_leaves=15,
)


@given(st.dictionaries(keys, values))
def test_no_content_raises_anything_but_problems(value: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bellrock.yaml"
        file.write_text(json.dumps(value))
        try:
            found = load(file, SECTIONS)
        except InvalidDocumentError as error:
            said = str(error)
        else:
            said = str(found.listen)
    assert said.replace("\n", "").isprintable()
