"""Reading YAML so that every problem can be shown with its file and line."""

from bellrock.document.explain import explain
from bellrock.document.problem import InvalidDocumentError, Problem
from bellrock.document.reader import Document, parse, read
from bellrock.document.values import Keys, Value

__all__ = [
    "Document",
    "InvalidDocumentError",
    "Keys",
    "Problem",
    "Value",
    "explain",
    "parse",
    "read",
]
