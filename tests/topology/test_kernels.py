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


def test_where_nothing_can_be_kept_it_is_compiled_and_told_each_time(
    tmp_path: Path,
) -> None:
    kernels = tmp_path / "topology" / "kernels"
    kernels.mkdir(parents=True)
    for name in ("__init__.py", "jit.py", "notice.py"):
        shutil.copy(ROOT / "topology" / "kernels" / name, kernels)
    (tmp_path / "topology" / "__init__.py").touch()
    (tmp_path / "twice.py").write_text(TWICE)
    # A file where a folder is wanted is in root's way, too.
    for folder in (kernels, tmp_path):
        (folder / "__pycache__").touch()
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, tmp_path / "twice.py"],
            env={"HOME": "/dev/null"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == ""
        assert done.stdout == "compiling\n42 44.0\n", "told once, for two kinds"
