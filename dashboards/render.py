"""Every file that Grafana reads, as it is committed below ``deploy/``."""

from dashboards import provisioning
from dashboards.devices import devices
from dashboards.overview import overview
from dashboards.page import Page, text
from dashboards.paths import paths
from dashboards.quality import quality
from dashboards.services import services
from dashboards.site import site
from dashboards.throughput import throughput


def pages() -> tuple[Page, ...]:
    """Return every page, in the order of their menu."""
    return (
        *(overview(), site(), quality(), services(), devices(), paths()),
        throughput(),
    )


def rendered() -> dict[str, str]:
    """Return the text of each file by its path below ``deploy/``, always the same."""
    files = {f"grafana/dashboards/{page.uid}.json": text(page) for page in pages()}
    return files | {
        "grafana/provisioning/dashboards/bellrock.yml": provisioning.DASHBOARDS,
        "grafana/provisioning/datasources/prometheus.yml": provisioning.DATASOURCES,
    }
