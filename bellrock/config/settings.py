"""``bellrock.yaml`` into settings, with every problem in one run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ValidationError

from bellrock.config import names
from bellrock.config.schema import Analysis, Listen, Own, Prometheus
from bellrock.config.secrets import relative_to
from bellrock.document import (
    Document,
    InvalidDocumentError,
    Keys,
    Problem,
    Value,
    explain,
    read,
)
from bellrock.document.suggest import choices
from bellrock.document.values import bare, described, kind

Sections = Mapping[str, Mapping[str, type[BaseModel]]]
"""By section, then by name: the model of what stands there.

``*`` is any name. A section of ``[]`` alone is a list, whose entries have their name in
them.
"""

ANY, EACH = "*", "[]"
_SECRET = frozenset({"snmp", "ssh"})
_Part = Mapping[str, BaseModel]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the monitor was told.

    Attributes
    ----------
    file : Path or None
        The settings file; None where everything is a default.
    inventory : Path or None
        The inventory, found from the settings file's folder.
    sections : mapping
        Every section of the table that was handed over, by name of the part. A part
        that is not mentioned has its model's defaults; names that were chosen by the
        user are those the file gives.
    places : mapping
        By section and name of each entry of a list: the line it is in, and how to name
        it to people.
    """

    file: Path | None
    inventory: Path | None
    listen: Listen
    prometheus: Prometheus | None
    analysis: Analysis
    sections: Mapping[str, _Part]
    places: Mapping[tuple[str, str], tuple[int, str]] = field(default_factory=dict)

    @property
    def checks(self) -> _Part:
        """Checks of services by name."""
        return self.sections.get("checks", {})

    def problem(self, section: str, name: str, key: str, what: str) -> Problem:
        """Return a problem with a key of an entry of a list."""
        line, where = self.places.get((section, name), (None, f"{section} ({name})"))
        file = self.file or Path("settings")
        what, _, instead = what.partition("; ")
        return Problem(file, line, f"{where}, {key}", what, instead)

    @property
    def snmp(self) -> _Part:
        """SNMP credentials by name."""
        return self.sections.get("snmp", {})

    @property
    def ssh(self) -> _Part:
        """SSH credentials by name."""
        return self.sections.get("ssh", {})

    @property
    def probes(self) -> _Part:
        """Settings of every probe, by its name."""
        return self.sections.get("probes", {})

    @property
    def classes(self) -> _Part:
        """Classes of service by name."""
        return self.sections.get("classes", {})

    @property
    def collectors(self) -> _Part:
        """Settings of every collector, by its name."""
        return self.sections.get("collectors", {})


class InvalidSettingsError(InvalidDocumentError):
    """Settings that cannot be used.

    Attributes
    ----------
    read : Settings
        What could be made of them: parts with mistakes are missing. To be compared
        with other files, so that all mistakes are told in one run; not to be used.
    """

    def __init__(self, problems: Iterable[Problem], read: Settings) -> None:
        super().__init__(problems)
        self.read = read


def load(path: Path | None, sections: Sections) -> Settings:
    """Read and check the settings; without a file everything has its default.

    Parameters
    ----------
    path : Path or None
        Usually ``bellrock.yaml``.
    sections : mapping
        The models of the trades' sections, such as ``{"probes": {"icmp": IcmpProbe},
        "snmp": {"*": Credentials}}``.

    Raises
    ------
    InvalidDocumentError
        With every problem of the file; an :class:`InvalidSettingsError` where it could
        be read.
    """
    document = Document(Path("settings"), {}, {}) if path is None else read(path)
    folder = Path() if path is None else path.parent
    problems = list(document.problems)
    places: dict[tuple[str, str], tuple[int, str]] = {}
    with relative_to(folder):
        own = _own(document, sections, problems)
        parts = {
            name: _list(document, name, models[EACH], problems, places)
            if EACH in models
            else _section(document, name, models, problems)
            for name, models in sections.items()
        }
    problems.extend(names.unknown(document, parts))
    found = Settings(
        file=path,
        inventory=None if own.inventory is None else folder / own.inventory,
        listen=own.listen,
        prometheus=own.prometheus,
        analysis=own.analysis,
        sections=parts,
        places=places,
    )
    if problems:
        in_order = sorted(problems, key=lambda each: each.line or 0)
        raise InvalidSettingsError(in_order, found)
    return found


def _own(document: Document, sections: Sections, problems: list[Problem]) -> Own:
    known = {*Own.model_fields, *sections}
    given: dict[str, Value] = {}
    for key, value in document.value.items():
        if key not in known:
            instead = choices(key, known, "known keys")
            problems.append(document.problem((key,), "unknown key", instead))
        elif key in Own.model_fields and value is not None:
            given[key] = value
    try:
        return Own.model_validate(given)
    except ValidationError as error:
        problems.extend(explain(error, document, Own))
        return Own()


def _section(
    document: Document,
    section: str,
    models: Mapping[str, type[BaseModel]],
    problems: list[Problem],
) -> dict[str, BaseModel]:
    written = document.value.get(section)
    if not isinstance(written, dict | None):
        found = kind(written) if section in _SECRET else described(written)
        what = f"expected a mapping, found {found}"
        instead = "write names and their settings: {name: {key: value}}"
        problems.append(document.problem((section,), what, instead))
    given = written if isinstance(written, dict) else {}
    parts: dict[str, BaseModel] = {}
    if ANY in given:
        problem = document.problem((section, ANY), "not a name", "choose a name for it")
        problems.append(problem)
    for name in dict.fromkeys((*models, *given)):
        if name == ANY:
            continue
        model = models.get(name, models.get(ANY))
        if model is None:
            instead = choices(name, models, f"known {section}")
            problem = document.problem((section, name), "unknown name", instead)
            problems.append(problem)
            continue
        part = _part(document, (section, name), model, problems)
        if part is not None:
            parts[name] = part
    return parts


def _list(
    document: Document,
    section: str,
    model: type[BaseModel],
    problems: list[Problem],
    places: dict[tuple[str, str], tuple[int, str]],
) -> dict[str, BaseModel]:
    """Read a list of entries, and tell where each of them is."""
    written = document.value.get(section)
    if not isinstance(written, list | None):
        what = f"expected a list, found {described(written)}"
        instead = "write an entry a line: - {name: .., key: value}"
        problems.append(document.problem((section,), what, instead))
    parts: dict[str, BaseModel] = {}
    for at in range(len(written) if isinstance(written, list) else 0):
        keys = (section, at)
        part = _part(document, keys, model, problems)
        name = document.at((*keys, "name"))
        if not isinstance(name, str):
            continue
        if (section, name) in places:
            first, _ = places[section, name]
            problems.append(
                document.problem(
                    (*keys, "name"),
                    f"another entry is named {bare(name)}",
                    f"give each a name of its own; the first is in line {first}",
                )
            )
        places.setdefault((section, name), (document.line(keys), document.where(keys)))
        if part is not None:
            parts.setdefault(name, part)
    return parts


def _part(
    document: Document, keys: Keys, model: type[BaseModel], problems: list[Problem]
) -> BaseModel | None:
    value = document.at(keys)
    try:
        return model.model_validate({} if value is None else value)
    except ValidationError as error:
        secret = keys[0] in _SECRET
        problems.extend(explain(error, document, model, keys, secret=secret))
        return None
