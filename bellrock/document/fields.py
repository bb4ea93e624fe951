"""What a pydantic model expects somewhere inside it: keys, bounds, descriptions."""

from collections.abc import Mapping, Sequence, Set
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo

from bellrock.document.values import Keys


class Expected:
    """What may stand at one place: one type, or several where there is a choice."""

    def __init__(self, annotations: Sequence[object]) -> None:
        self._flat: list[object] = []
        self._metadata: list[object] = []
        for annotation in annotations:
            self._flatten(annotation)

    @classmethod
    def at(cls, model: type[BaseModel], keys: Keys) -> "Expected":
        """Return what `model` expects at the location of one of its errors."""
        expected = cls([model])
        for key in keys:
            inside = expected._inside(key)
            # Where nothing is, pydantic names a member of a union, not a key.
            expected = inside if inside._flat or inside._metadata else expected
        return expected

    def keys(self) -> dict[str, FieldInfo]:
        """Return the keys that may stand here, as they are written."""
        return {
            field.alias or name: field
            for model in self._models()
            for name, field in model.model_fields.items()
        }

    def bounds(self) -> str:
        """Write the bounds of a number that may stand here, empty if there are none."""
        low = high = ""
        strict = False
        for limit in self._metadata:
            if isinstance(limit, Ge):
                low = f"{limit.ge}"
            elif isinstance(limit, Gt):
                low, strict = f"{limit.gt}", True
            elif isinstance(limit, Le):
                high = f"at most {limit.le}"
            elif isinstance(limit, Lt):
                high = f"less than {limit.lt}"
        if low and high.startswith("at most ") and not strict:
            return f"{low} to {high.removeprefix('at most ')}"
        above = f"{'more than' if strict else 'at least'} {low}" if low else ""
        return " and ".join(filter(None, (above, high)))

    def _models(self) -> list[type[BaseModel]]:
        return [
            part
            for part in self._flat
            if isinstance(part, type) and issubclass(part, BaseModel)
        ]

    def _inside(self, key: str | int) -> "Expected":
        """Return what is expected under `key` of what is expected here."""
        found: list[object] = []
        fields = self.keys()
        if isinstance(key, str) and key in fields:
            found.append(fields[key])
        for part in self._flat:
            origin, args = get_origin(part), get_args(part)
            if not isinstance(origin, type) or not args:
                continue
            if issubclass(origin, Mapping):
                found.append(args[1])
            elif issubclass(origin, Sequence | Set):
                found.append(args[0])
        return Expected(found)

    def _flatten(self, annotation: object) -> None:
        if isinstance(annotation, FieldInfo):
            self._metadata.extend(annotation.metadata)
            self._flatten(annotation.annotation)
        elif get_origin(annotation) is Annotated:
            inner, *metadata = get_args(annotation)
            for each in metadata:
                self._metadata.extend(
                    each.metadata if isinstance(each, FieldInfo) else [each]
                )
            self._flatten(inner)
        elif get_origin(annotation) in (Union, UnionType):
            for part in get_args(annotation):
                self._flatten(part)
        elif isinstance(annotation, type) and issubclass(annotation, RootModel):
            self._flatten(annotation.model_fields["root"])
        elif annotation is not NoneType and get_origin(annotation) is not Literal:
            self._flat.append(annotation)
