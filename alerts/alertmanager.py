"""Alertmanager's configuration: one fault is one notification.

Alerts are grouped by ``fault`` alone. An organisation's receiver is told besides the
person on call, never instead, so that a cable that takes three organisations down is
still one notification to whoever repairs it. There is no inhibition: see
:mod:`alerts.memory`.
"""

from collections.abc import Mapping

from alerts.settings import AlertSettings, Receiver
from bellrock.promql.query import duration

Json = Mapping[str, "Json"] | list["Json"] | str | bool
"""What the configuration is made of."""


def configuration(settings: AlertSettings) -> dict[str, Json]:
    """Return the configuration, as Alertmanager 0.25 and later read it."""
    told, notify = settings.receivers, settings.notify
    # Besides, and so first: the routes after them go on to whoever is on call.
    besides: list[Json] = [
        {
            "receiver": f"organisation/{organisation}",
            "matchers": [f'organisation="{organisation}"'],
            "continue": True,
        }
        for organisation in told.organisations
    ]
    return {
        "route": {
            "receiver": "page",
            "group_by": ["fault"],
            "group_wait": duration(notify.group_wait),
            "group_interval": duration(notify.group_interval),
            "repeat_interval": duration(notify.repeat_pages),
            "routes": [
                *besides,
                {"receiver": "page", "matchers": ['severity="page"']},
                {
                    "receiver": "ticket",
                    "matchers": ['severity="ticket"'],
                    "repeat_interval": duration(notify.repeat_tickets),
                },
            ],
        },
        "receivers": [
            _receiver("page", told.page),
            _receiver("ticket", told.ticket or told.page),
            *(
                _receiver(f"organisation/{organisation}", receiver)
                for organisation, receiver in told.organisations.items()
            ),
        ],
    }


def _receiver(name: str, receiver: Receiver) -> Json:
    webhook: dict[str, Json] = {"send_resolved": True}
    if receiver.url is not None:
        webhook["url"] = receiver.url
    if receiver.url_file is not None:
        webhook["url_file"] = receiver.url_file
    if receiver.token_file is not None:
        credentials: dict[str, Json] = {"credentials_file": receiver.token_file}
        webhook["http_config"] = {"authorization": credentials}
    return {"name": name, "webhook_configs": [webhook]}
