"""What pydantic found wrong, in our words and with our places."""

import re
from collections.abc import Iterator

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bellrock.document.fields import Expected
from bellrock.document.problem import Problem
from bellrock.document.reader import Document
from bellrock.document.suggest import choices
from bellrock.document.values import (
    Keys,
    Value,
    described,
    entry,
    kind,
    printable,
)

_WRONG_TYPE = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "bytes_type": "text",
    "dict_type": "a mapping",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "float_type": "a number",
    "frozen_set_type": "a list",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list",
    "mapping_type": "a mapping",
    "model_attributes_type": "a mapping",
    "model_type": "a mapping",
    "path_type": "a path",
    "set_type": "a list",
    "string_type": "text",
    "tuple_type": "a list",
}
_INSTEAD = {
    "true or false": "write true or false, without quotes",
    "text": "put it in quotes",
    "a mapping": "write keys and values: {key: value}",
    "a finite number": "write digits, without quotes or a unit",
    "a number": "write digits, without quotes or a unit",
    "a whole number": "write digits, without quotes or a unit",
    "a list": "write a list: [one, two]",
    "a path": "write the path as text",
}
_OUT_OF_RANGE = frozenset(
    {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}
)
_TOO_LITTLE = {
    "string_too_short": ("too short", "characters"),
    "too_short": ("too few entries", "entries"),
}
_TOO_MUCH = {
    "string_too_long": ("too long", "characters"),
    "too_long": ("too many entries", "entries"),
}
_BAD_CHOICE = frozenset({"enum", "literal_error"})
_UNION = frozenset({"union_tag_invalid", "union_tag_not_found"})
_PERHAPS_SECRET = re.compile(r"pass|secret|communit|token|key|auth|priv", re.IGNORECASE)


def explain(
    error: ValidationError,
    document: Document,
    model: type[BaseModel],
    under: Keys = (),
    *,
    secret: bool = False,
) -> list[Problem]:
    """Turn everything `error` holds into problems, in the order of the lines.

    Parameters
    ----------
    model : type
        What was validated against; known keys and bounds are looked up in it.
    under : tuple of str or int
        Where in `document` the validated value stands.
    secret : bool
        Whether no value from there may be repeated. Values under keys that sound
        like a secret never are.
    """
    problems: dict[tuple[Keys, str, str], Problem] = {}
    wrong_types: dict[Keys, list[str]] = {}
    for details in error.errors(include_url=False):
        keys = (*under, *_keys(details, document.at(under)))
        hidden = secret or _sounds_secret(keys)
        if details["type"] in _WRONG_TYPE:
            wrong_types.setdefault(keys, []).append(_WRONG_TYPE[details["type"]])
            continue
        expected = Expected.at(model, details["loc"])
        holder = Expected.at(model, details["loc"][:-1])
        words = _Words(details, document.at(keys), expected, holder, hidden=hidden)
        keys, what, instead = words.at(keys)
        problems[keys, what, instead] = document.problem(keys, what, instead)
    for keys, names in wrong_types.items():
        hidden = secret or _sounds_secret(keys)
        what, instead = _wrong_type(document.at(keys), names, hidden=hidden)
        problems[keys, what, instead] = document.problem(keys, what, instead)
    return sorted(problems.values(), key=lambda problem: problem.line or 0)


def _sounds_secret(keys: Keys) -> bool:
    return any(isinstance(key, str) and _PERHAPS_SECRET.search(key) for key in keys)


def _keys(details: ErrorDetails, value: Value) -> Keys:
    """Return the keys in an error's location, without pydantic's names of types."""
    return tuple(_real(details, value))


def _real(details: ErrorDetails, value: Value) -> Iterator[str | int]:
    location = details["loc"]
    for depth, key in enumerate(location, start=1):
        held = isinstance(value, dict) and key in value
        held = held or (isinstance(value, list) and isinstance(key, int))
        if held:
            value = entry(value, key)
            yield key
        elif depth == len(location) and details["type"] == "missing":
            yield key


def _wrong_type(value: Value, names: list[str], *, hidden: bool) -> tuple[str, str]:
    unique = list(dict.fromkeys(names))
    found = kind(value) if hidden else described(value)
    what = f"expected {' or '.join(unique)}, found {found}"
    if value is None:
        return what, "give it a value, or leave the key out"
    if unique[0] == "text" and isinstance(value, list | dict):
        return what, "write a single word or sentence"
    return what, _INSTEAD[unique[0]]


class _Words:
    """What to say about one error that is not a wrong type."""

    def __init__(
        self,
        details: ErrorDetails,
        value: Value,
        expected: Expected,
        holder: Expected,
        *,
        hidden: bool,
    ) -> None:
        self._details = details
        self._context = details.get("ctx", {})
        self._value = value
        self._shown = "the value" if hidden else described(value)
        self._hidden = hidden
        self._expected = expected
        self._holder = holder

    def at(self, keys: Keys) -> tuple[Keys, str, str]:
        """Return where it is said, what, and what instead."""
        name = self._details["type"]
        if name == "missing":
            key = str(keys[-1])
            field = self._holder.keys().get(key)
            about = f": {field.description}" if field and field.description else ""
            return keys[:-1], f"the key {key} is missing", f"add {key}{about}"
        if name == "extra_forbidden":
            return keys, *self._unknown_key(str(keys[-1]))
        if name in _OUT_OF_RANGE:
            what = f"{self._shown} is out of range"
            return keys, what, f"expected {self._expected.bounds()}"
        if name in _TOO_LITTLE:
            what, unit = _TOO_LITTLE[name]
            least = self._context.get("min_length")
            return keys, what, f"expected at least {least} {unit}"
        if name in _TOO_MUCH:
            what, unit = _TOO_MUCH[name]
            most = self._context.get("max_length")
            return keys, what, f"expected at most {most} {unit}"
        if name in _BAD_CHOICE:
            return keys, *self._bad_choice()
        if name in _UNION:
            return self._union(keys)
        return self._sentence(keys)

    def _unknown_key(self, key: str) -> tuple[str, str]:
        known = self._holder.keys()
        if f"{key}_file" in known and f"{key}_env" in known:
            what = "a secret is never written in this file"
            return what, f"use {key}_file or {key}_env"
        return "unknown key", choices(key, known, "known keys")

    def _union(self, keys: Keys) -> tuple[Keys, str, str]:
        key = str(self._context.get("discriminator", "")).strip("'")
        if self._details["type"] == "union_tag_not_found":
            return keys, f"the key {key} is missing", f"add {key}"
        value = entry(self._value, key)
        self._value = value
        self._shown = "the value" if self._hidden else described(value)
        return (*keys, key), *self._bad_choice()

    def _bad_choice(self) -> tuple[str, str]:
        written = self._context.get("expected", self._context.get("expected_tags", ""))
        offered = re.split(r", | or ", str(written).replace("'", ""))
        word = self._value if isinstance(self._value, str) else ""
        what = f"{self._shown} is not one of the choices"
        return what, choices("" if self._hidden else word, offered, "choices")

    def _sentence(self, keys: Keys) -> tuple[Keys, str, str]:
        """Repeat what a validator of ours said; name its key if it begins with one."""
        cause = self._context.get("error")
        sentence = str(cause) if cause is not None else self._details["msg"]
        if cause is None and self._hidden:
            sentence = "not valid"
        what, _, instead = printable(sentence).partition("; ")
        key, colon, rest = what.partition(": ")
        if colon and isinstance(self._value, dict) and key in self._value:
            return (*keys, key), rest, instead
        return keys, what, instead
