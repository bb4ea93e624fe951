"""Debian's blackbox_exporter and snmp_exporter beside us, on the same devices."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import yaml

from bellrock.demo.child import Child
from bellrock.demo.http import answers
from tests.lab.configs import COMMUNITY
from tests.lab.desk import HOST
from tests.lab.network import Lab

_BLACKBOX, _SNMP = f"{HOST}:9115", f"{HOST}:9116"
_STATUS, _NAME = "1.3.6.1.2.1.2.2.1.8", "1.3.6.1.2.1.31.1.1.1.1"
_NAMED = {"labels": ["ifIndex"], "labelname": "ifName", "oid": _NAME}
_COUNTERS = {
    "ifHCInOctets": "1.3.6.1.2.1.31.1.1.1.6",
    "ifHCOutOctets": "1.3.6.1.2.1.31.1.1.1.10",
}
_MODULE = {
    "walk": [_STATUS, _NAME, *_COUNTERS.values()],
    "metrics": [
        {
            "name": name,
            "oid": oid,
            "type": kind,
            "help": name,
            "indexes": [{"labelname": "ifIndex", "type": "gauge"}],
            "lookups": [{**_NAMED, "type": "DisplayString"}],
        }
        for name, oid, kind in (
            ("ifOperStatus", _STATUS, "gauge"),
            *((name, oid, "counter") for name, oid in _COUNTERS.items()),
        )
    ],
    # As patient as our own collector here.
    "version": 2,
    "auth": {"community": COMMUNITY},
    "timeout": "400ms",
    "retries": 1,
}
"""As snmp_exporter's generator writes it; Debian ships none."""

RULES: list[dict[str, object]] = [
    {
        "alert": name,
        "expr": expression,
        "labels": {"severity": "page", "fault": name},
    }
    for name, expression in {
        "BlackboxProbeFailed": 'probe_success{device="site2"} == 0',
        "SnmpExporterLinkDown": 'ifOperStatus{device="reg1", ifName="to-site2"} != 1',
        "SnmpExporterTargetDown": 'up{job="snmp", device="site2"} == 0',
    }.items()
]


@asynccontextmanager
async def exporters(folder: Path) -> AsyncIterator[None]:
    """Run both of them."""
    blackbox, snmp = folder / "blackbox.yml", folder / "snmp.yml"
    icmp = {"prober": "icmp", "icmp": {"preferred_ip_protocol": "ip4"}}
    blackbox.write_text(yaml.safe_dump({"modules": {"icmp": icmp}}))
    snmp.write_text(yaml.safe_dump({"if_mib": _MODULE}))
    children = []
    try:
        for name, config, place in (
            ("prometheus-blackbox-exporter", blackbox, _BLACKBOX),
            ("prometheus-snmp-exporter", snmp, _SNMP),
        ):
            child = await Child.start(
                name, f"--config.file={config}", f"--web.listen-address={place}"
            )
            children.append(child)
            url = f"http://{place}/metrics"
            await child.wait_until(name, partial(answers, url), 15)
        yield
    finally:
        for child in children:
            await child.stop()


def jobs(lab: Lab) -> list[dict[str, object]]:
    """Return Prometheus' scrape jobs that ask every router through them."""
    devices = [
        {"targets": [lab.described.addresses[node]], "labels": {"device": node}}
        for node in lab.described.routers
    ]
    return [
        {
            "job_name": name,
            "metrics_path": path,
            "params": {"module": [module]},
            "static_configs": devices,
            "relabel_configs": [
                {"source_labels": ["__address__"], "target_label": "__param_target"},
                {"target_label": "__address__", "replacement": place},
            ],
        }
        for name, path, module, place in (
            ("blackbox", "/probe", "icmp", _BLACKBOX),
            ("snmp", "/snmp", "if_mib", _SNMP),
        )
    ]
