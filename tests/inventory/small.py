"""A small inventory without a mistake, for tests that put one in."""

from collections.abc import Mapping

SECTIONS: Mapping[str, str] = {
    "network": "{id: net, name: A network}",
    "organisations": "[{id: nhs, name: NHS}]",
    "suppliers": "[{id: northlink, name: Northlink, phone: '+44 1595 000000'}]",
    "sites": (
        "\n  - {id: hosp, kind: hospital, organisation: nhs, lat: 60.1, lon: -1.1}"
        "\n  - {id: ex, kind: exchange}"
        "\n  - {id: dc, kind: datacentre}"
    ),
    "devices": (
        "\n  - {id: cpe1, site: hosp, address: 10.0.8.1, risk_groups: [duct]}"
        "\n  - {id: pe1, site: ex}"
        "\n  - {id: p1, site: dc}"
    ),
    "links": (
        "\n  - {id: l1, a: 'cpe1:wan0', b: 'pe1:ge-0/0/4', capacity: 1G}"
        "\n  - {id: l2, a: 'pe1:et-0', b: 'p1:et-0', supplier: northlink}"
    ),
    "risk_groups": "\n  - {id: duct, kind: duct, name: A duct}",
    "gateways": "[dc]",
    "services": "\n  - {id: records, hosted_at: {any: [dc]}}",
    "demands": "\n  - {from: hosp, to: dc, rate: 180M}",
}


def small(**changed: str | None) -> str:
    """Return it as YAML, every section in one place; None leaves a section out."""
    sections = {**SECTIONS, **changed}
    return "".join(
        f"{key}: {text}\n" for key, text in sections.items() if text is not None
    )
