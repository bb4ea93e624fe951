"""The explicit table of platforms."""

from collections.abc import Mapping

from collectors.ssh.platforms.frr import FRR
from collectors.ssh.platforms.linux import LINUX
from collectors.ssh.platforms.platform import Platform

PLATFORMS: Mapping[str, Platform] = {
    platform.name: platform for platform in (FRR, LINUX)
}
"""By the name that an inventory's ``platform`` has."""
