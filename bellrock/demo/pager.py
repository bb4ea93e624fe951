"""Where the demo's Alertmanager sends its notifications, in place of a phone."""

from collections.abc import Callable
from typing import Literal, Self

from pydantic import BaseModel, Field, ValidationError, model_validator
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

PATH = "/notify"

_LONGEST = 1 << 20
"""Bytes of a notification; a group of a thousand alerts is half of that."""


class Alert(BaseModel):
    """One alert of a notification."""

    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    annotations: dict[str, str]

    @property
    def name(self) -> str:
        """Which alert it is."""
        return self.labels.get("alertname", "alert")

    @property
    def summary(self) -> str:
        """What a telephone's screen would show."""
        return self.annotations.get("summary", "")


class Notification(BaseModel):
    """What Alertmanager's webhook posts, version 4; other keys are ignored.

    See https://prometheus.io/docs/alerting/latest/configuration/#webhook_config.
    """

    status: Literal["firing", "resolved"]
    receiver: str
    groupLabels: dict[str, str]  # noqa: N815 - Alertmanager's name
    alerts: list[Alert] = Field(min_length=1)

    @model_validator(mode="after")
    def _of_its_alerts(self) -> Self:
        if all(alert.status != self.status for alert in self.alerts):
            raise ValueError("no alert has the notification's status")
        return self

    @property
    def about(self) -> str:
        """What the group is about."""
        return ", ".join(self.groupLabels.values()) or "alerts"


def pager(hear: Callable[[Notification], None]) -> Starlette:
    """Build the ASGI application that takes notifications.

    Parameters
    ----------
    hear : callable
        Told each, on the event loop.
    """

    async def notify(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LONGEST:
                return PlainTextResponse("too long\n", status_code=413)
        try:
            notification = Notification.model_validate_json(body)
        except ValidationError:
            return PlainTextResponse("no notification\n", status_code=400)
        hear(notification)
        return PlainTextResponse("heard\n")

    return Starlette(routes=[Route(PATH, notify, methods=["POST"])])
