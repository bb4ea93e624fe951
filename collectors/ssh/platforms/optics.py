"""What pluggable optics read, named alike on every platform."""

from collections.abc import Iterator

from bellrock.model.neighbourhood import Sensor, SensorKind
from collectors.ssh.reader import real

_COLDEST, _DARKEST = -60.0, -60.0
"""Less than this is how devices write that there is nothing."""


def sensors(
    port: str,
    *,
    receive: object = None,
    transmit: object = None,
    temperature: object = None,
) -> Iterator[Sensor]:
    """Yield the sensors of a port that read anything.

    Parameters
    ----------
    port : str
        The interface, and the lane where it has several.
    receive, transmit : object
        dBm, in whatever form.
    temperature : object
        Degrees Celsius.
    """
    for name, value, least, kind in (
        ("receive power", receive, _DARKEST, SensorKind.OPTICAL_POWER),
        ("transmit power", transmit, _DARKEST, SensorKind.OPTICAL_POWER),
        ("temperature", temperature, _COLDEST, SensorKind.TEMPERATURE),
    ):
        found = real(value)
        if port and found is not None and least < found < 200:
            yield Sensor(f"{port} {name}", kind, found)
