"""XML into elements that remember their lines.

Expat is asked itself, since the libraries over it forget lines, and since everything
that makes XML dangerous is in the document type declaration, which is refused: no
entities to multiply, nothing to fetch.
"""

from pathlib import Path
from xml.parsers import expat

from bellrock.document.reader import content
from bellrock.inventory.exchange.element import DEEPEST, MOST, Element
from bellrock.inventory.exchange.findings import Findings, Place


def read(file: Path, findings: Findings) -> Element:
    """Return the top element of a file.

    Raises
    ------
    InvalidDocumentError
        If it cannot be read, is no well-formed XML, has a document type declaration,
        is larger than 256 MiB, deeper than 50 levels or more than 2 million elements.
    """
    data = content(file)
    building = _Building(file, findings)
    try:
        building.parser.Parse(data, True)
    except expat.ExpatError as error:
        place = Place(file, error.lineno)
        what = f"not XML: {expat.ErrorString(error.code)}"
        findings.stop(place, what, "check tags, quotes and & up to here")
    except (LookupError, ValueError):
        # What Python's codecs say of an encoding that nobody knows.
        what = "its encoding is not known"
        findings.stop(Place(file, 1), what, "save the file as UTF-8")
    return building.top[0]


class _Building:
    """The handlers of one parser, and the elements that are open."""

    def __init__(self, file: Path, findings: Findings) -> None:
        self.top: list[Element] = []
        self._file, self._findings = file, findings
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._count = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._doctype

    @property
    def _place(self) -> Place:
        return Place(self._file, self.parser.CurrentLineNumber)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= DEEPEST:
            self._findings.stop(self._place, f"more than {DEEPEST} levels deep")
        if self._count > MOST:
            self._findings.stop(self._place, f"more than {MOST:,} elements")
        line = self.parser.CurrentLineNumber
        element = Element(_local(tag), self._file, line)
        element.attributes = {_local(key): each for key, each in attributes.items()}
        (self._open[-1].children if self._open else self.top).append(element)
        self._open.append(element)
        self._texts.append([])

    def _end(self, _: str) -> None:
        self._open.pop().text = "".join(self._texts.pop())

    def _characters(self, text: str) -> None:
        self._texts[-1].append(text)

    def _doctype(self, *_: object) -> None:
        self._findings.stop(
            self._place,
            "a document type declaration (DOCTYPE), which may hold anything",
            "delete it; nothing that is read here needs one",
        )


def _local(name: str) -> str:
    """Return a name without its name space."""
    return name.rpartition(" ")[2]
