"""The ``alerts:`` section of the settings: who is told, and how patiently."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from bellrock.config.duration import Seconds
from bellrock.document.schema import Line, Section

_Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
_HOW = "write it as http://127.0.0.1:8080/alerts"


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"not a web address; {_HOW}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError(f"not a web address; {_HOW}")
    if "@" in parts.netloc or parts.query:
        raise ValueError(
            "may hold a secret, which is never written in this file; "
            "write the address to a file and name that in url_file"
        )
    return text


class Receiver(Section):
    """A web address that takes Alertmanager's webhook.

    Secrets stay in files that Alertmanager reads itself; we never do.

    Attributes
    ----------
    url : str
        Where notifications go, if the address is no secret.
    url_file : str
        A file with that address, where knowing it is enough to post: Alertmanager
        0.26 and later.
    token_file : str
        A file with a token that is sent as ``Authorization: Bearer``.
    """

    url: Annotated[Line, AfterValidator(_web_address)] | None = None
    url_file: Line | None = None
    token_file: Line | None = None

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if self.url is None and self.url_file is None:
            raise ValueError("no address; set url or url_file")
        if self.url is not None and self.url_file is not None:
            raise ValueError("url and url_file are both given; leave one of them out")
        return self


UNSET = Receiver(url="http://alerts.receivers.page.is.not.set.invalid/")
"""Fails in plain sight: Alertmanager logs the name at the first notification."""


class Receivers(Section):
    """Who is told.

    Attributes
    ----------
    page : Receiver
        Whom a page wakes.
    ticket : Receiver or None
        Where tickets go, if not there too.
    organisations : mapping of str to Receiver
        By organisation of the inventory: told of its own sites, besides.
    """

    page: Receiver = UNSET
    ticket: Receiver | None = None
    organisations: dict[_Id, Receiver] = Field(default_factory=dict)


class Notify(Section):
    """How patiently.

    Attributes
    ----------
    group_wait : float
        Seconds from the first sign of a fault to its notification. Longer than two
        evaluations of the rules, or one fault becomes two notifications.
    group_interval : float
        Seconds between notifications of changes to a fault that was told of.
    repeat_pages, repeat_tickets : float
        Seconds until what has not changed is told again.
    """

    group_wait: Seconds = 40.0
    group_interval: Seconds = 300.0
    repeat_pages: Seconds = 4 * 3600.0
    repeat_tickets: Seconds = 24 * 3600.0


class Checks(Section):
    """When what checks of services find is worth telling.

    Attributes
    ----------
    certificate_ticket, certificate_page : float
        Seconds before a certificate ends.
    clock_offset : float
        Seconds that a time server's clock and ours may differ, beyond the bound on
        what is measured.
    """

    certificate_ticket: Seconds = 21 * 86_400.0
    certificate_page: Seconds = 3 * 86_400.0
    clock_offset: Seconds = 0.5


class Runbooks(Section):
    """Where the runbooks are.

    Attributes
    ----------
    base : str
        A web address or a folder; ``/NAME.md`` follows.
    """

    base: Line = "docs/runbooks"


SECTION: Mapping[str, type[Section]] = MappingProxyType(
    {"receivers": Receivers, "notify": Notify, "runbooks": Runbooks, "checks": Checks}
)
"""By name in the ``alerts:`` section, its model."""


class AlertSettings(Section):
    """The whole section: what ``alertmanager.yml`` and the rules are rendered with.

    ``AlertSettings.model_validate(settings.sections["alerts"])`` makes it of the parts
    that were read.
    """

    receivers: Receivers = Receivers()
    notify: Notify = Notify()
    runbooks: Runbooks = Runbooks()
    checks: Checks = Checks()
