"""Where sites must reach, by the word of the user."""

from collections.abc import Iterable, Iterator, Mapping

from bellrock.document.suggest import closest
from bellrock.document.values import quoted
from bellrock.inventory.yamltext import printable
from bellrock.model.errors import UserError
from bellrock.model.inventory import Device


def chosen(
    wanted: Iterable[str], known: Mapping[str, str], devices: Mapping[str, Device]
) -> Iterator[str]:
    """Return the devices that are gateways.

    Parameters
    ----------
    wanted : iterable of str
        Ids of sites or devices, or what the source calls them.
    known : mapping of str to str
        The id for each of these names.
    devices : mapping of str to Device
        All there are, by id.

    Raises
    ------
    UserError
        If one is not there, or is a site without a device.
    """
    for word in wanted:
        ident = known.get(word)
        if ident is None:
            near = closest(word, known)
            raise UserError(
                f"--gateway {printable(word)}: no site or device has that id or name",
                f"did you mean {quoted(near)}?" if near else "see the source for names",
            )
        found = [each.id for each in devices.values() if ident in (each.id, each.site)]
        if not found:
            raise UserError(
                f"--gateway {printable(word)}: the site has no device",
                "name a site that has one",
            )
        yield from found
