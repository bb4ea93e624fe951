import json
import os
import stat
from pathlib import Path

import pytest

from bellrock.document import InvalidDocumentError
from bellrock.inventory import Loaded, cache, load
from tests.inventory.small import small

CHANGED = "Another name"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "net.yaml"
    path.write_text(small(risk_groups="[{id: duct, kind: duct}, {id: x, kind: duct}]"))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def stored(folder: Path) -> list[Path]:
    return sorted(folder.glob("inventory-*.json"))


def tampered(folder: Path, content: bytes) -> None:
    """Put other content into the one cache file, with a digest that fits."""
    body = content
    digest = cache._digest(body)
    stored(folder)[0].write_bytes(digest + b"\n" + body)


def renamed(folder: Path) -> None:
    """Give the cached network another name, so that reading it can be told."""
    body = stored(folder)[0].read_bytes().partition(b"\n")[2]
    content = json.loads(body)
    content["inventory"]["name"] = CHANGED
    tampered(folder, json.dumps(content).encode())


def test_what_comes_from_the_cache_equals_what_was_read(
    file: Path, folder: Path
) -> None:
    first = load(file, cache=folder)
    again = load(file, cache=folder)
    assert again == first
    assert len(again.warnings) == 1
    assert again.inventory.services == first.inventory.services
    renamed(folder)
    assert load(file, cache=folder).inventory.name == CHANGED


def test_a_changed_file_is_read_anew(file: Path, folder: Path) -> None:
    load(file, cache=folder)
    renamed(folder)
    file.write_text(small(network="{id: other}"))
    assert load(file, cache=folder).inventory.id == "other"
    assert len(stored(folder)) == 2


def test_a_file_more_in_the_folder_is_read(tmp_path: Path, folder: Path) -> None:
    several = tmp_path / "several"
    several.mkdir()
    (several / "1.yaml").write_text(small())
    load(several, cache=folder)
    (several / "2.yaml").write_text("sites: [{id: more, kind: school}]\n")
    assert "more" in load(several, cache=folder).inventory.sites


def test_another_version_of_us_reads_anew(
    file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(file, cache=folder)
    renamed(folder)
    monkeypatch.setattr(cache, "VERSION", cache.VERSION + 1)
    assert load(file, cache=folder).inventory.name == "A network"


def test_known_probes_are_checked_even_if_the_inventory_is_cached(
    file: Path, folder: Path
) -> None:
    file.write_text(small(devices="[{id: p1, site: dc, probes: [stmp]}]", links=None))
    load(file, cache=folder)
    with pytest.raises(InvalidDocumentError, match="no probe is called"):
        load(file, cache=folder, probes=("stamp",))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"nothing of ours",
        b"\x00\xff" * 100,
        b'{"inventory": {}}',
    ],
)
def test_a_broken_cache_is_ignored_and_written_again(
    file: Path, folder: Path, content: bytes
) -> None:
    whole = load(file, cache=folder)
    (cached,) = stored(folder)
    intact = cached.read_bytes()
    cached.write_bytes(content)
    assert load(file, cache=folder) == whole
    assert cached.read_bytes() == intact


def test_a_cut_off_cache_is_ignored(file: Path, folder: Path) -> None:
    whole = load(file, cache=folder)
    (cached,) = stored(folder)
    cached.write_bytes(cached.read_bytes()[:-10])
    assert load(file, cache=folder) == whole


@pytest.mark.parametrize(
    "body", [b"[]", b'{"inventory": {"id": 1}}', b"[" * 100_000, b"nan"]
)
def test_a_cache_of_another_shape_is_ignored(
    file: Path, folder: Path, body: bytes
) -> None:
    whole = load(file, cache=folder)
    tampered(folder, body)
    assert load(file, cache=folder) == whole


def test_the_cache_is_for_its_owner_alone(file: Path, folder: Path) -> None:
    before = os.umask(0)
    try:
        load(file, cache=folder)
    finally:
        os.umask(before)
    (cached,) = stored(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(cached.stat().st_mode) == 0o600


def test_a_cache_that_others_can_write_is_not_trusted(file: Path, folder: Path) -> None:
    load(file, cache=folder)
    renamed(folder)
    folder.chmod(0o777)
    assert load(file, cache=folder).inventory.name == "A network"


def test_a_cache_that_cannot_be_written_is_done_without(
    file: Path, tmp_path: Path
) -> None:
    # A file where the folder should be stops root too.
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    for folder in (blocked, blocked / "below", Path("/proc/bellrock")):
        assert load(file, cache=folder).inventory.id == "net"


def test_a_file_name_that_is_no_utf8_is_done_without(
    tmp_path: Path, folder: Path
) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.yaml"))
    path.write_text(small(risk_groups="[{id: duct, kind: duct}, {id: x, kind: duct}]"))
    for _ in range(2):
        assert load(path, cache=folder).warnings[0].file == path


def test_nothing_half_written_is_left(
    file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fails)
    assert load(file, cache=folder).inventory.id == "net"
    assert list(folder.iterdir()) == []


def test_old_entries_are_dropped(file: Path, folder: Path) -> None:
    for number in range(20):
        file.write_text(small(network=f"{{id: net{number}}}"))
        load(file, cache=folder)
    assert len(stored(folder)) == 16


def test_errors_are_not_cached(file: Path, folder: Path) -> None:
    file.write_text(small(gateways=None))
    for _ in range(2):
        with pytest.raises(InvalidDocumentError, match="no gateways"):
            load(file, cache=folder)
    assert not folder.exists()


def test_without_a_cache_nothing_is_written(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    loaded = load(file, cache=None)
    assert isinstance(loaded, Loaded)
    assert not (tmp_path / "xdg").exists()


def test_the_default_folder_is_the_users(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    load(file)
    assert len(stored(tmp_path / "xdg" / "bellrock")) == 1
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.default_folder() == tmp_path / ".cache" / "bellrock"
