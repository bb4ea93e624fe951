"""What the models of our files have in common."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class Section(BaseModel):
    """A mapping in a file: unknown keys and guessed types are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _one_line(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise ValueError("not one line of printable text; write a word or more")
    if len(text) > 200:
        raise ValueError("longer than 200 characters; shorten it")
    return text


Line = Annotated[str, AfterValidator(_one_line)]
"""A name or remark: one printable line of up to 200 characters."""
