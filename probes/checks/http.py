"""HTTP check: whether a page comes, with the right status and words in it.

Connections are our own, so that each phase of each is timed and the address asked is
the one that was resolved; HTTP/1.1 over them is h11's. Proxies of the environment are
never used: a proxy's cache is not the service.
"""

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from bellrock.model.check import Phase
from bellrock.model.observation import Outcome
from probes.checks.attempt import Place, Seen, printable
from probes.checks.exchange import Request, Response, exchange
from probes.checks.headers import SecretHeader, check_names, check_plain
from probes.checks.matching import is_found
from probes.checks.stream import UntrustedError, connected
from probes.checks.tls import TlsCheck
from probes.checks.trust import Trust
from probes.checks.url import Url
from probes.failure import FailedError

_USUAL = {
    "Accept": "*/*",
    # What is compared is the page, not how it may be packed.
    "Accept-Encoding": "identity",
    "User-Agent": "bellrock",
}
ANY = "*"
"""In `follow`: whatever host it is."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class HttpCheck(Trust):
    """The ``http:`` section of a check, and the measurement it describes.

    The target is a web address, or a host that is asked for ``https://HOST/``.

    Attributes
    ----------
    method : str
        Of the request.
    headers : dict of str to str
        To send besides; none that hold a secret.
    secret_headers : dict of str to SecretHeader
        Those that do. They are sent to the target alone, not to where it redirects.
    body : str
        To send.
    status : tuple of int
        What the answer's may be; 200 to 299 if none are given.
    contains, lacks : str
        What the answer's body has to contain, and what must not be in it.
    matches : str
        A regular expression that has to be found in it.
    body_limit : int
        Octets of the body that are read.
    redirects : int
        How many are followed.
    follow : tuple of str
        Hosts besides the target's own that they may lead to; ``*`` is any. Whoever
        answers at the target must not choose what else this machine asks, which is
        trusted where the outside is not.
    """

    method: Literal["GET", "HEAD", "POST", "OPTIONS"] = "GET"
    headers: dict[str, str] = Field(default_factory=dict, max_length=50)
    secret_headers: dict[str, SecretHeader] = Field(default_factory=dict, max_length=50)
    body: str = Field(default="", max_length=65536)
    status: tuple[int, ...] = Field(default=(), max_length=100)
    contains: str = Field(default="", max_length=4096)
    matches: str = Field(default="", max_length=4096)
    lacks: str = Field(default="", max_length=4096)
    body_limit: int = Field(default=65536, ge=1, le=4 * 1024 * 1024)
    redirects: int = Field(default=5, ge=0, le=20)
    follow: tuple[str, ...] = Field(default=(), max_length=100)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        try:
            re.compile(self.matches)
        except re.error as error:
            raise ValueError(f"matches: not a regular expression: {error}") from None
        if not all(100 <= number <= 599 for number in self.status):
            raise ValueError("status: not the status of an answer; write 100 to 599")
        for host in self.follow:
            if host != ANY and not _is_host(host):
                raise ValueError(
                    f"follow: {host!r} is no host; write it as www.portal.example"
                )
        check_names(self.headers, "headers")
        check_plain(self.headers)
        check_names(self.secret_headers, "secret_headers")
        if self.method == "HEAD" and (self.contains or self.matches or self.lacks):
            raise ValueError("method: an answer to HEAD has no body; use GET")
        return self

    async def __call__(self, place: Place, seen: Seen) -> Outcome:
        """Ask for the page, go where it redirects, and look at what comes."""
        own = url = Url.of(place.target)
        method: str = self.method
        for left in range(self.redirects, -1, -1):
            response = await self._ask(place, url, own, method, seen)
            if not _leads_on(response) or response.status in self.status:
                return await self._judged(response, seen)
            last, url = url, url.next(response.location)
            seen.note("**", f"redirected from {last}", f"to {url}")
            if left:
                self._check_follows(url, own)
                place = await _found(url, place, seen)
            if response.status == 303 or (response.status < 303 and method == "POST"):
                method = "GET"
        seen.detail = f"over {self.redirects} redirects, the last to {url}"
        return Outcome.MISMATCH

    def _check_follows(self, url: Url, own: Url) -> None:
        hosts = {own.host, *map(str.lower, self.follow)}
        if url.host not in hosts and ANY not in hosts:
            raise FailedError(
                Outcome.MISMATCH,
                f"redirected to {printable(str(url))}: another host; if that is right, "
                f"add {printable(url.host)} to follow",
            )

    async def _ask(
        self, place: Place, url: Url, own: Url, method: str, seen: Seen
    ) -> Response:
        """Ask for one page; of an untrusted certificate the end is told as well."""
        try:
            return await self._answer(place, url, own, method, seen)
        except UntrustedError:
            shown = TlsCheck(port=url.port, server_name=self._name(url, own))
            await shown.shown(place, seen)
            raise

    def _name(self, url: Url, own: Url) -> str:
        return (
            self.server_name
            if self.server_name and url.origin == own.origin
            else url.host
        )

    async def _answer(
        self, place: Place, url: Url, own: Url, method: str, seen: Seen
    ) -> Response:
        trusted = url.origin == own.origin
        headers = {"Host": url.authority, "Connection": "close", **self.headers}
        chosen = {name.lower() for name in headers}
        headers |= {k: v for k, v in _USUAL.items() if k.lower() not in chosen}
        if trusted:
            headers |= {name: one.value for name, one in self.secret_headers.items()}
        body = self.body.encode() if method == self.method else b""
        if body or method == "POST":
            headers["Content-Length"] = str(len(body))
        hidden = frozenset(self.secret_headers)
        request = Request(method, url.target, headers, body, hidden)
        async with connected(place, url.port, seen) as stream:
            if url.scheme == "https":
                await stream.secure(self.context(), self._name(url, own))
            return await exchange(stream, request, self.body_limit)

    async def _judged(self, response: Response, seen: Seen) -> Outcome:
        fine = self.status or range(200, 300)
        if response.status not in fine:
            seen.detail = f"status {response.status} {printable(response.reason)}"
            return Outcome.MISMATCH
        text = response.body.decode("utf-8", "replace")
        where = (
            f"in the first {len(response.body)} octets" if response.more else "in it"
        )
        if self.contains not in text:
            seen.detail = f"{self.contains!r} is not {where}"
        elif self.matches and not await is_found(self.matches, response.body):
            seen.detail = f"nothing {where} matches {self.matches!r}"
        elif self.lacks and self.lacks in text:
            seen.detail = f"{self.lacks!r} is {where}"
        else:
            return Outcome.SUCCESS
        return Outcome.MISMATCH


def _is_host(text: str) -> bool:
    try:
        return Url.of(text).host == text.lower()
    except ValueError:
        return False


def _leads_on(response: Response) -> bool:
    return response.status in _REDIRECTS and bool(response.location)


async def _found(url: Url, before: Place, seen: Seen) -> Place:
    """Look up where a redirect leads, in the same address family."""
    if url.host == before.host:
        return before
    with seen.phase(Phase.RESOLVE):
        found = await before.resolver.addresses(url.host, before.family)
    if not found:
        raise FailedError(
            Outcome.UNRESOLVED,
            f"redirected to {url.host}, which has no {before.family} address",
        )
    return Place(before.target, url.host, found[0], before.family, before.resolver)
