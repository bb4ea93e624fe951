"""The two-command set-up: what it pins, what it refuses, what it leaves behind."""

import hashlib
import os
import re
import shutil
import signal
import stat
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.probes.harness import PATIENCE
from tests.programs import need

ROOT = Path(__file__).parent.parent
SETUP = ROOT / "deploy" / "setup"
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-fuzz.lock")
PROGRAMS = ("prometheus", "prometheus-alertmanager")


def run(
    *command: str | Path,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> dict[str, str]:
    """Map each package of `lock` to the version it is pinned to."""
    found = re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / lock).read_text(), re.M)
    return {canonical(name): version for name, version in found}


# --- locks -------------------------------------------------------------------------


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_is_one_version_with_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.fullmatch(
            r"[\w.-]+==[^\s;]+( ; [^-]*?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*", line
        ), line[:80]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index_and_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert re.findall(r"://|--(?:extra-)?index-url|--find-links|\bfile:", text) == []


def test_every_direct_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    wanted = {
        "requirements.lock": project["project"]["dependencies"] + groups["build"],
        "requirements-dev.lock": [
            *project["project"]["dependencies"],
            *groups["build"],
            *(line for line in groups["dev"] if isinstance(line, str)),
        ],
    }
    for lock, requirements in wanted.items():
        names = {
            canonical(re.split(r"[\s<>=!~;\[]", line, maxsplit=1)[0])
            for line in requirements
        }
        assert names <= pins(lock).keys(), lock


def test_what_users_run_is_what_was_tested() -> None:
    tested = pins("requirements-dev.lock")
    for name, version in pins("requirements.lock").items():
        assert tested.get(name) == version, name


# --- make --------------------------------------------------------------------------


def test_make_help_lists_every_target_people_use() -> None:
    shown = run(need("make"), "--no-print-directory", "help").stdout
    listed = re.findall(r"^  make ([a-z]+) +\S", shown, re.M)
    expected = {"demo", "test", "lint", "types", "fmt", "bench", "lock", "clean"}
    assert expected <= set(listed)
    columns = {len(re.match(r"  make \S+ +", row)[0]) for row in shown.splitlines()}  # type: ignore[index]
    assert len(columns) == 1


def test_make_alone_only_explains_itself() -> None:
    make = need("make")
    assert run(make, "--no-print-directory").stdout == (
        run(make, "--no-print-directory", "help").stdout
    )


def test_a_step_that_passes_is_one_line_and_one_that_fails_shows_all() -> None:
    passed = run(SETUP / "step.sh", "lint", "sh", "-c", "echo chatter")
    failed = run(SETUP / "step.sh", "lint", "sh", "-c", "echo why >&2; exit 3")
    assert (passed.returncode, passed.stdout) == (0, "lint     ok\n")
    assert failed.returncode == 3
    assert failed.stdout.startswith("lint     FAILED: sh -c")
    assert failed.stdout.endswith("why\n")


# --- the virtual environment -------------------------------------------------------


def checkout(tmp_path: Path) -> Path:
    """Return a folder with what venv.sh reads, and nothing installed."""
    for name in (*LOCKS, "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_an_old_python_is_named_with_what_is_needed(tmp_path: Path) -> None:
    old = executable(
        tmp_path / "python3.9",
        '#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n',
    )
    result = run(
        SETUP / "venv.sh", LOCKS[0], cwd=checkout(tmp_path), env={"PYTHON": str(old)}
    )
    assert result.returncode == 1
    assert f"{old} is Python 3.9.2; Bellrock needs 3.11 or later" in result.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_missing_python_is_named(tmp_path: Path) -> None:
    result = run(
        SETUP / "venv.sh", LOCKS[0], cwd=checkout(tmp_path), env={"PYTHON": "/no/such"}
    )
    assert result.returncode == 1
    assert "setup: no /no/such found" in result.stderr


# --- Prometheus and Alertmanager without root --------------------------------------


def tools_without(tmp_path: Path, *missing: str) -> str:
    """Return a PATH that has the system's tools except the programs and `missing`."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for place in ("/usr/bin", "/bin", "/usr/sbin"):
        for tool in Path(place).iterdir():
            link = folder / tool.name
            if tool.name not in (*PROGRAMS, *missing) and not link.is_symlink():
                link.symlink_to(tool)
    return str(folder)


def debian_archive(tmp_path: Path, *, trust: str) -> dict[str, str]:
    """Make an unsigned archive of both packages; return the settings for it.

    `trust` is what the source's line says about it, such as ``[trusted=yes]``.
    """
    dpkg_deb = need("dpkg-deb")
    archive = tmp_path / "archive"
    index = []
    for program in PROGRAMS:
        tree = tmp_path / "trees" / program
        executable(
            tree / "usr" / "bin" / program, f"#!/bin/sh\necho {program}, version 9\n"
        )
        control = (
            f"Package: {program}\nVersion: 9\nArchitecture: all\n"
            "Maintainer: nobody <nobody@example.org>\nDescription: stands in\n"
        )
        (tree / "DEBIAN").mkdir()
        (tree / "DEBIAN" / "control").write_text(control)
        archive.mkdir(exist_ok=True)
        package = archive / f"{program}_9_all.deb"
        built = run(dpkg_deb, "--root-owner-group", "-b", tree, package)
        assert built.returncode == 0, built.stderr
        content = package.read_bytes()
        index.append(
            f"{control}Filename: ./{package.name}\nSize: {len(content)}\n"
            f"SHA256: {hashlib.sha256(content).hexdigest()}\n"
        )
    (archive / "Packages").write_text("\n".join(index))
    (tmp_path / "sources.list").write_text(f"deb {trust} copy:{archive} ./\n")
    (tmp_path / "parts").mkdir()
    (tmp_path / "apt.conf").write_text(
        f'Dir::Etc::sourcelist "{tmp_path}/sources.list";\n'
        f'Dir::Etc::sourceparts "{tmp_path}/parts";\n'
        # Lax, and with a hook, as a machine of somebody's may be.
        'Acquire::AllowInsecureRepositories "true";\n'
        'APT::Get::AllowUnauthenticated "true";\n'
        f'APT::Update::Post-Invoke {{"touch {tmp_path}/hook-ran";}};\n'
    )
    return {"APT_CONFIG": str(tmp_path / "apt.conf")}


def test_without_apt_the_demo_goes_on_and_says_how_to_get_them(tmp_path: Path) -> None:
    path = tools_without(tmp_path, "apt-get")
    result = run(SETUP / "programs.sh", tmp_path / "cache", env={"PATH": path})
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [
        "setup: going on without prometheus prometheus-alertmanager: "
        "there is no apt-get here",
        "  to get them: apt-get install prometheus prometheus-alertmanager "
        "(as root), or put them on PATH",
    ]


def test_missing_programs_are_unpacked_privately_and_kept(tmp_path: Path) -> None:
    need("apt-get")
    env = debian_archive(tmp_path, trust="[trusted=yes]")
    env["PATH"] = tools_without(tmp_path)
    cache = tmp_path / "a cache"
    first = run(SETUP / "programs.sh", cache, env=env)
    for program in PROGRAMS:
        shown = run(cache / "debian" / "usr" / "bin" / program, "--version")
        assert shown.stdout == f"{program}, version 9\n", first.stdout
    assert not (tmp_path / "hook-ran").exists()
    assert sorted(p.name for p in cache.iterdir()) == ["debian", "programs.log"]

    shutil.rmtree(tmp_path / "archive")
    second = run(SETUP / "programs.sh", cache, env=env)
    assert (second.returncode, second.stdout) == (0, "")


def test_an_unsigned_archive_is_refused_even_where_settings_are_lax(
    tmp_path: Path,
) -> None:
    need("apt-get")
    env = debian_archive(tmp_path, trust="")
    env["PATH"] = tools_without(tmp_path)
    result = run(SETUP / "programs.sh", tmp_path / "cache", env=env)
    assert result.returncode == 0
    assert "going on without prometheus prometheus-alertmanager" in result.stdout
    assert not (tmp_path / "cache" / "debian").exists()
    assert (
        "does not have a Release file"
        in (tmp_path / "cache" / "programs.log").read_text()
    )


def test_programs_that_the_machine_has_are_left_alone(tmp_path: Path) -> None:
    for program in PROGRAMS:
        executable(tmp_path / "bin" / program, "#!/bin/sh\n")
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    result = run(SETUP / "programs.sh", tmp_path / "cache", env={"PATH": path})
    assert (result.returncode, result.stdout) == (0, "")
    assert list((tmp_path / "cache").iterdir()) == []


# --- no service starts while packages are installed --------------------------------


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "policy-rc.d"
    monkeypatch.setenv("POLICY_RC_D", str(path))
    return path


def test_services_are_denied_while_the_command_runs_and_only_then(
    policy: Path,
) -> None:
    asked = run(SETUP / "without-services.sh", policy, "snmpd", "start")
    assert asked.returncode == 101
    assert list(policy.parent.iterdir()) == []


def test_a_policy_that_was_there_comes_back_after_a_failure(policy: Path) -> None:
    executable(policy, "#!/bin/sh\nexit 0\n").chmod(0o711)
    assert run(SETUP / "without-services.sh", policy).returncode == 101
    assert run(SETUP / "without-services.sh", "false").returncode == 1
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"
    assert stat.S_IMODE(policy.stat().st_mode) == 0o711
    assert list(policy.parent.iterdir()) == [policy]


def test_a_policy_that_was_there_comes_back_after_a_signal(policy: Path) -> None:
    executable(policy, "#!/bin/sh\nexit 0\n")
    kill = run(SETUP / "without-services.sh", "sh", "-c", "kill -TERM $PPID")
    assert kill.returncode == 128 + signal.SIGTERM
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"
    assert list(policy.parent.iterdir()) == [policy]


@pytest.mark.parametrize("before", ["#!/bin/sh\nexit 0\n", None])
def test_what_a_killed_run_left_is_put_right_by_the_next(
    policy: Path, before: str | None
) -> None:
    if before is not None:
        executable(policy, before)
    run(SETUP / "without-services.sh", "sh", "-c", "kill -KILL $PPID")
    assert run(policy).returncode == 101
    run(SETUP / "without-services.sh")
    left = policy.read_text() if policy.exists() else None
    assert left == before
    assert len(list(policy.parent.iterdir())) == (0 if before is None else 1)


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    wanted = tmp_path / "packages.txt"
    wanted.write_text("no-such-package-of-ours\n")
    # Without apt-get the answer is the same for root, and nothing can be installed.
    path = tools_without(tmp_path, "apt-get")
    policy = tmp_path / "policy-rc.d"
    result = run(
        SETUP / "test-packages.sh",
        wanted,
        env={"PATH": path, "POLICY_RC_D": str(policy)},
    )
    assert result.returncode == 0, result.stderr
    first, second = result.stdout.splitlines()
    assert first.startswith("setup: not installed: no-such-package-of-ours: ")
    assert second.endswith("apt-get install no-such-package-of-ours")
