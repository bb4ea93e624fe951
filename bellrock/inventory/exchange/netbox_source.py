"""NetBox's lists, from its REST API or from a folder of saved answers."""

import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import NamedTuple, NoReturn
from urllib.parse import SplitResult, urlsplit

import httpx

from bellrock.document import Document
from bellrock.document.values import printable
from bellrock.inventory.exchange import jsontext
from bellrock.inventory.exchange.findings import Findings, Place
from bellrock.inventory.exchange.records import Wishes
from bellrock.model.errors import UserError

Lists = Mapping[str, list[Document]]
"""By name, a list's pages; each has its objects under ``results``."""


class Endpoint(NamedTuple):
    """Where a list is, and what is asked of it."""

    path: str
    query: str = ""
    needed: bool = True


ENDPOINTS: Mapping[str, Endpoint] = {
    "sites": Endpoint("dcim/sites/"),
    "devices": Endpoint("dcim/devices/"),
    "cables": Endpoint("dcim/cables/"),
    "interfaces": Endpoint(
        # From 4.0 on what is not asked for is left out; that is most of it.
        "dcim/interfaces/",
        "&cabled=true&fields=id,name,speed",
        needed=False,
    ),
    "front-ports": Endpoint("dcim/front-ports/", "&cabled=true", needed=False),
    "circuits": Endpoint("circuits/circuits/", needed=False),
}
"""In a folder each list is ``NAME.json``, further pages ``NAME-2.json`` and so on."""

_PAGE = 500
_MOST_OBJECTS = 2_000_000
_MOST_BYTES = 256 * 1024**2
_MOST_SECONDS = 120
"""For one page."""
_TIMEOUT = 30
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_MEANINGS = {
    401: "the token is not known there; check it",
    403: "give a token that may read this: --token-file FILE",
    404: "name the address that NetBox's own pages begin with",
}


def lists(source: str, findings: Findings, wishes: Wishes) -> Lists:
    """Return all lists of a server or a folder.

    Raises
    ------
    UserError
        If the server does not answer as NetBox does.
    InvalidDocumentError
        If an answer is no JSON, or a file is missing.
    """
    if re.match(r"https?://", source, re.IGNORECASE):
        return _Server(source, findings, wishes).lists()
    return _folder(Path(source), findings)


def _folder(folder: Path, findings: Findings) -> Lists:
    if not folder.is_dir():
        findings.stop(
            Place(folder),
            "neither a folder nor an address",
            "write https://netbox.example.org, or name a folder of its answers",
        )
    found: dict[str, list[Document]] = {}
    for name, endpoint in ENDPOINTS.items():
        pages = [each for each in folder.iterdir() if _page(each.name, name)]
        if endpoint.needed and not pages:
            what = f"there is no {name}.json"
            instead = f"save what /api/{endpoint.path}?limit=0 answers there"
            findings.wrong(Place(folder), what, instead)
            findings.partial = True
        found[name] = [jsontext.read(page, findings) for page in sorted(pages)]
    return found


def _page(file: str, name: str) -> bool:
    return re.fullmatch(rf"{name}(-[0-9]+)?\.json", file) is not None


class _Server:
    def __init__(self, address: str, findings: Findings, wishes: Wishes) -> None:
        self._findings = findings
        self._base = address.rstrip("/").removesuffix("/api")
        parts = _split(self._base)
        plain = parts.scheme.casefold() == "http"
        if plain and wishes.token and parts.hostname not in _LOOPBACK:
            raise UserError(
                f"{printable(parts.netloc)}: a token is not sent without TLS",
                "write https:// in the address",
            )
        self._name = printable(parts.netloc)
        self._headers = {"Accept": "application/json"}
        if wishes.token:
            # Tokens of NetBox 4.5 and later carry their kind in front.
            scheme = "Bearer" if wishes.token.startswith("nbt_") else "Token"
            self._headers["Authorization"] = f"{scheme} {wishes.token}"
        self._trusted = _trusted(wishes.ca_file)
        self._bytes = 0

    def lists(self) -> Lists:
        # No proxy and no .netrc: the token goes to the server named, or nowhere.
        with httpx.Client(
            headers=self._headers,
            verify=self._trusted,
            timeout=_TIMEOUT,
            trust_env=False,
            follow_redirects=False,
        ) as client:
            return {
                name: self._list(client, endpoint)
                for name, endpoint in ENDPOINTS.items()
            }

    def _list(self, client: httpx.Client, endpoint: Endpoint) -> list[Document]:
        """Return a list's pages, by offset: ``next`` may lead anywhere."""
        pages = []
        offset = 0
        while True:
            query = f"?limit={_PAGE}&offset={offset}&ordering=id{endpoint.query}"
            where = f"/api/{endpoint.path}{query}"
            text = self._get(client, where)
            document = jsontext.parse(text, Path(where.lstrip("/")), self._findings)
            count, results = document.value.get("count"), document.value.get("results")
            if not isinstance(count, int) or not isinstance(results, list):
                self._fail(where, "no list", "is this a NetBox, and its address?")
            pages.append(document)
            offset += len(results)
            if count > _MOST_OBJECTS:
                self._fail(where, f"{count:,} objects", "import a part of them")
            if offset >= count or not results:
                return pages

    def _get(self, client: httpx.Client, where: str) -> str:
        began = monotonic()
        body = bytearray()
        try:
            with client.stream("GET", self._base + where) as answer:
                if answer.status_code != httpx.codes.OK:
                    self._refused(where, answer)
                for part in answer.iter_bytes():
                    body += part
                    self._bytes += len(part)
                    if self._bytes > _MOST_BYTES:
                        self._fail(where, "more than 256 MiB in all", "import a part")
                    if monotonic() - began > _MOST_SECONDS:
                        self._fail(where, "it takes too long", "try again later")
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            why = str(error) or type(error).__name__
            self._fail(where, printable(why), "check the address and the network")
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            self._fail(where, "not UTF-8", "is this a NetBox?")

    def _refused(self, where: str, answer: httpx.Response) -> NoReturn:
        status = answer.status_code
        meaning = _MEANINGS.get(status, "see what the server's log says")
        if answer.is_redirect:
            target = printable(answer.headers.get("location", "")[:200])
            meaning = f"it points to {target}: name the address it should be"
        self._fail(where, f"HTTP status {status}", meaning)

    def _fail(self, where: str, what: str, instead: str) -> NoReturn:
        path = where.partition("?")[0]
        raise UserError(f"netbox {self._name}{path}: {what}", instead)


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        host = parts.hostname if parts.port is None or parts.port else None
    except ValueError:
        parts, host = SplitResult("", "", "", "", ""), None
    # What stands before an @ is a secret: it is not shown.
    if not host or "@" in parts.netloc or parts.query or parts.fragment:
        raise UserError(
            f"{printable(host or 'SOURCE')}: not the address of a server",
            "write https://netbox.example.org; a token only by --token-file",
        )
    return parts


def _trusted(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        why = error.strerror or "no certificate in it"
        raise UserError(
            f"--ca-file {ca_file}: cannot be used: {why}",
            "name a file of PEM certificates",
        ) from None
