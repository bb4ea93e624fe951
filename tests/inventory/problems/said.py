"""What is said of an inventory that has something wrong in it."""

from pathlib import Path

from bellrock.document import InvalidDocumentError
from bellrock.inventory import load


def problems(folder: Path, text: str) -> list[str]:
    """Return what is said of `text`, without the folder's name."""
    file = folder / "net.yaml"
    file.write_text(text)
    try:
        found = load(
            file,
            cache=None,
            probes=("icmp", "stamp"),
            credentials=("default",),
            ssh=("routers",),
            platforms=("frr", "ios"),
        ).warnings
    except InvalidDocumentError as error:
        found = error.problems
    return [str(problem).replace(f"{folder}/", "") for problem in found]
