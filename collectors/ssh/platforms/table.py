"""The explicit table of platforms."""

from collections.abc import Mapping

from collectors.ssh.platforms.eos import EOS
from collectors.ssh.platforms.frr import FRR
from collectors.ssh.platforms.ios import IOS
from collectors.ssh.platforms.junos import JUNOS
from collectors.ssh.platforms.linux import LINUX
from collectors.ssh.platforms.nxos import NXOS
from collectors.ssh.platforms.platform import Platform

PLATFORMS: Mapping[str, Platform] = {
    platform.name: platform for platform in (EOS, FRR, IOS, JUNOS, LINUX, NXOS)
}
"""By the name that an inventory's ``platform`` has."""
