"""The files that make Grafana find dashboards and datasource."""

import yaml

from dashboards.render import rendered


def read(name: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = yaml.safe_load(rendered()[name])
    return found


def test_grafana_finds_the_dashboards_and_keeps_them_as_they_are() -> None:
    (provider,) = read("grafana/provisioning/dashboards/bellrock.yml")["providers"]
    assert provider["type"] == "file"
    assert provider["allowUiUpdates"] is False
    assert provider["options"] == {"path": "/etc/grafana/dashboards"}


def test_grafana_finds_a_prometheus_and_takes_it_by_default() -> None:
    name = "grafana/provisioning/datasources/prometheus.yml"
    (datasource,) = read(name)["datasources"]
    assert datasource["type"] == "prometheus"
    assert datasource["isDefault"] is True
    assert datasource["uid"] == "bellrock-prometheus"


def test_no_generated_file_holds_a_secret() -> None:
    text = "".join(rendered().values()).lower()
    assert not any(word in text for word in ("password", "token", "secure"))
