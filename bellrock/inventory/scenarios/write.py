"""Write scenarios as YAML that can be read, changed and run again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bellrock.inventory.exchange.yamlfile import link_entry, risk_group_entry
from bellrock.inventory.yamltext import entry, quoted, rate, scalar
from bellrock.model.scenario import Scenario


def write(scenarios: Sequence[Scenario]) -> str:
    """Return the text of a file that holds `scenarios`."""
    if len(scenarios) == 1:
        return "".join(f"{line}\n" for line in _lines(scenarios[0]))
    text = "scenarios:\n"
    for scenario in scenarios:
        first, *others = _lines(scenario) or ["{}"]
        text += f"  - {first}\n" + "".join(f"    {line}\n" for line in others)
    return text


def _lines(scenario: Scenario) -> list[str]:
    return [*_written(scenario)]


def _written(scenario: Scenario) -> Iterator[str]:
    if scenario.name:
        yield f"name: {quoted(scenario.name)}"
    if scenario.down:
        yield f"down: {_list(scenario.down)}"
    if scenario.links:
        yield "add_links:"
        yield from (entry(link_entry(link)) for link in scenario.links)
    if scenario.risk_groups:
        yield "risk_groups:"
        yield from (entry(risk_group_entry(group)) for group in scenario.risk_groups)
    if scenario.metric:
        both = {name: _both(*map(str, pair)) for name, pair in scenario.metric.items()}
        yield f"metric: {_map(both)}"
    if scenario.capacity:
        rates = {
            name: _both(*map(rate, pair)) for name, pair in scenario.capacity.items()
        }
        yield f"capacity: {_map(rates)}"
    if scenario.grow:
        factors = {str(growth): _number(growth.factor) for growth in scenario.grow}
        yield f"grow: {_map(factors)}"
    changes = {"add": scenario.gateways_added, "remove": scenario.gateways_removed}
    gateways = {key: _list(names) for key, names in changes.items() if names}
    if gateways:
        yield f"gateways: {_map(gateways)}"


def _both(ab: str, ba: str) -> str:
    return ab if ab == ba else f"{{ab: {ab}, ba: {ba}}}"


def _number(factor: float) -> str:
    return f"{factor:.0f}" if factor == round(factor) else repr(factor)


def _map(values: Mapping[str, str]) -> str:
    inside = ", ".join(f"{scalar(key)}: {value}" for key, value in values.items())
    return f"{{{inside}}}"


def _list(names: Iterable[str]) -> str:
    return f"[{', '.join(map(scalar, names))}]"
