"""How kernels are compiled, and that nobody has to wait for it unawares."""

import importlib
import pkgutil
import shutil
import subprocess
import sys
from pathlib import Path

import topology
from topology.exercise import exercise

ROOT = Path(topology.__file__).parent.parent


def called_from_outside() -> dict[str, object]:
    """Return the kernels that modules beside theirs have imported, by name."""
    modules = [
        importlib.import_module(each.name)
        for each in pkgutil.walk_packages(topology.__path__, "topology.")
        if not each.name.startswith("topology.kernels")
    ]
    return {
        f"{module.__name__}.{name}": value
        for module in modules
        for name, value in vars(module).items()
        if hasattr(value, "signatures") and hasattr(value, "py_func")
    }


def test_the_exercise_compiles_every_kernel_that_is_called() -> None:
    exercise()
    kernels = called_from_outside()
    assert len(kernels) > 10
    compiled = {name: len(getattr(k, "signatures", ())) for name, k in kernels.items()}
    assert [name for name, count in compiled.items() if count == 0] == []


TWICE = """\
from topology.kernels.jit import kernel
from topology.kernels.notice import on_compiling

@kernel
def twice(number):
    return 2 * number

on_compiling(lambda: print("compiling"))
print(twice(21), twice(22.0))
"""


def kernels_alone(folder: Path) -> Path:
    """Copy what compiles kernels, with a program, and let nothing be kept beside it."""
    kernels = folder / "topology" / "kernels"
    kernels.mkdir(parents=True)
    for name in ("__init__.py", "jit.py", "notice.py"):
        shutil.copy(ROOT / "topology" / "kernels" / name, kernels)
    (folder / "topology" / "__init__.py").touch()
    (folder / "bellrock").mkdir()
    (folder / "bellrock" / "__init__.py").touch()
    shutil.copy(ROOT / "bellrock" / "jit.py", folder / "bellrock")
    (folder / "twice.py").write_text(TWICE)
    # A file where a folder is wanted is in root's way, too.
    for each in (kernels, folder):
        (each / "__pycache__").touch()
    return folder / "twice.py"


def run(program: Path, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, program],
        env=env,
        cwd=program.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


def test_where_nothing_can_be_kept_it_is_compiled_and_told_each_time(
    tmp_path: Path,
) -> None:
    program = kernels_alone(tmp_path)
    for _ in range(2):
        said = run(program, HOME="/dev/null")
        assert said == "compiling\n42 44.0\n", "told once, for two kinds"


def test_in_an_installation_that_is_roots_it_is_kept_in_the_users_cache(
    tmp_path: Path,
) -> None:
    program = kernels_alone(tmp_path)
    cache = str(tmp_path / "cache")
    for home in ({"XDG_CACHE_HOME": cache}, {"HOME": str(tmp_path / "home")}):
        assert run(program, **home) == "compiling\n42 44.0\n"
        assert run(program, **home) == "42 44.0\n"
    # Another kernel beside it, of which this one may be made.
    (tmp_path / "topology" / "kernels" / "more.py").touch()
    assert run(program, XDG_CACHE_HOME=cache) == "compiling\n42 44.0\n"
