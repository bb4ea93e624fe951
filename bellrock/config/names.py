"""Settings that name entries of another section, such as a probe its classes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from bellrock.document import Document, Keys, Problem
from bellrock.document.suggest import choices
from bellrock.document.values import bare


@dataclass(frozen=True, slots=True)
class Names:
    """Marks a model's field, a tuple of text: each names an entry of a section.

    Attributes
    ----------
    section : str
        Of the settings.
    """

    section: str


def unknown(
    document: Document, sections: Mapping[str, Mapping[str, BaseModel]]
) -> Iterator[Problem]:
    """Yield a problem for each name without an entry, and each that is there twice."""
    for section, parts in sections.items():
        for part, model in parts.items():
            for field, info in type(model).model_fields.items():
                for mark in info.metadata:
                    if isinstance(mark, Names) and mark.section in sections:
                        names = getattr(model, field)
                        known = sections[mark.section]
                        keys = (section, part, field)
                        yield from _unknown(document, keys, names, mark.section, known)


def _unknown(
    document: Document,
    keys: Keys,
    names: tuple[str, ...],
    section: str,
    known: Mapping[str, BaseModel],
) -> Iterator[Problem]:
    for at, name in enumerate(names):
        here = (*keys, at)
        if name in names[:at]:
            what = f"{bare(name)} is here twice"
            yield document.problem(here, what, "leave one of them out")
        elif name not in known:
            what = f"{section} has no {bare(name)}"
            instead = choices(name, known, f"known {section}")
            yield document.problem(here, what, instead)
