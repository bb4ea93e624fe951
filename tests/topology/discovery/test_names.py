"""Long and short names of one device's interfaces, of any number of them."""

import time
from itertools import islice, product
from string import ascii_lowercase

from topology.discovery.names import Names


def test_each_kind_of_interface_is_told_from_the_others_of_its_number() -> None:
    names = Names(["Ethernet1", "Vlan1", "Port-Channel1", "Management1", "Et2"])
    found = [names.meant(text) for text in ("Et1", "vlan 1", "po1", "ma1", "ethernet2")]
    assert found == ["Ethernet1", "Vlan1", "Port-Channel1", "Management1", "Et2"]


def test_a_device_whose_interfaces_all_have_one_number_takes_no_longer() -> None:
    kinds = [
        "".join(each) for each in islice(product(ascii_lowercase, repeat=3), 10_000)
    ]
    names = Names([f"{kind}0/1" for kind in kinds])
    started = time.process_time()
    found = [names.meant(f"{kind}x 0/1") for kind in kinds]
    assert time.process_time() - started < 2
    assert found == [None] * len(kinds)
    assert names.meant("aaa0/1") == "aaa0/1"
