"""What any Prometheus-compatible API remembers, read back.

For commands that look back over days; the monitor itself does without.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from bellrock.model.errors import UserError
from bellrock.promql.query import Query

_PATIENCE = 30.0
_MOST = 256 * 1024 * 1024
"""Bytes of one answer: a million series are about half of that."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One series' value at the moment that was asked about."""

    labels: Mapping[str, str]
    value: float


def ask(url: str, query: Query, at: float | None = None) -> list[Sample]:
    """Return the answer to an instant query.

    Parameters
    ----------
    url : str
        Of Prometheus, VictoriaMetrics, Mimir or Thanos, with the path before
        ``/api/v1`` if it has one.
    query : Query
        An instant vector.
    at : float, optional
        Unix time, seconds; now, unless told otherwise.

    Raises
    ------
    UserError
        If nobody answers there within 30 s, or not as Prometheus does.
    """
    where = _without_secrets(url)
    try:
        answer = _read(f"{url.rstrip('/')}/api/v1/query", _asked(query, at))
    except httpx.HTTPError as error:
        raise UserError(
            f"{where}: no answer: {str(error) or type(error).__name__}",
            "write where Prometheus answers, such as http://127.0.0.1:9090",
        ) from None
    except httpx.InvalidURL:
        raise UserError(
            f"{where}: not a web address", "write it as http://127.0.0.1:9090"
        ) from None
    try:
        return [_sample(item) for item in _vector(answer)]
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError):
        raise UserError(
            f"{where}: this is not how Prometheus answers",
            "write its address without /api/v1, and with its prefix if it has one",
        ) from None


def _asked(query: Query, at: float | None) -> dict[str, str]:
    moment = {} if at is None else {"time": f"{at:.3f}"}
    return {"query": str(query), **moment}


def _read(url: str, asked: Mapping[str, str]) -> object:
    with (
        httpx.Client(timeout=_PATIENCE, follow_redirects=False) as client,
        client.stream("POST", url, data=asked) as response,
    ):
        body = bytearray()
        for part in response.iter_bytes():
            body += part
            if len(body) > _MOST:
                raise httpx.DecodingError(f"more than {_MOST:,} bytes")
        whole = httpx.Response(response.status_code, content=bytes(body))
    try:
        return whole.json()
    except (ValueError, RecursionError):
        return None


def _vector(answer: object) -> list[object]:
    if not isinstance(answer, dict) or answer.get("status") != "success":
        raise ValueError("not a success")
    data = answer["data"]
    if data["resultType"] != "vector":
        raise ValueError("not a vector")
    return list(data["result"])


def _sample(item: object) -> Sample:
    if not isinstance(item, dict):
        raise TypeError("not a series")
    labels = {str(name): str(text) for name, text in item["metric"].items()}
    return Sample(labels, float(item["value"][1]))


def _without_secrets(url: str) -> str:
    """Return a web address as it may be shown: without user and password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "the address"
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
