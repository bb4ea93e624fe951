"""Whose command line a device has, by how it describes itself."""

import pytest

from bellrock.runtime.asking import platform_of


@pytest.mark.parametrize(
    ("description", "platform"),
    [
        ("Linux reg1 6.1.0-13-amd64 #1 SMP Debian x86_64", "linux"),
        ("FRRouting 8.4.4 on Linux(6.1.0-13-amd64).", "frr"),
        ("Cisco IOS Software [Cupertino], Catalyst L3 Switch Software", "ios"),
        ("Cisco NX-OS(tm) n9000, Software (n9000-dk9), Version 9.3(10)", "nxos"),
        ("Cisco IOS XR Software (NCS-5500), Version 7.3.2", None),
        ("Juniper Networks, Inc. mx204 internet router, kernel JUNOS 21.4", "junos"),
        ("Arista Networks EOS version 4.28.3M running on an Arista DCS", "eos"),
        ("UPS SmartConnect", None),
        ("", None),
    ],
)
def test_a_platform_is_told_by_the_description(
    description: str, platform: str | None
) -> None:
    assert platform_of(description) == platform
