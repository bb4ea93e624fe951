"""``make lab``: the lab, up until you press Ctrl-C, to try things on."""

import sys
import tempfile
from pathlib import Path

from tests.lab.desk import configure
from tests.lab.network import Lab, lab, may_make_namespaces, missing

_SAYS = """\
The lab is up: {count} routers, each with OSPF, LLDP, SNMP v2c and v3, SSH and iperf3.
Impairments here: {means}. Ctrl-C ends all of it.

{table}
In another terminal, as root:

  in="{enter}"

  watch it     $in noc {python} -m bellrock run -c {folder}/bellrock.yaml
  and ask it   $in noc curl -s http://127.0.0.1:9477/metrics | grep site_re
  what if      {python} -m bellrock spof {folder}/network.yaml

  cut a cable  $in reg1 ip link set to-site2 down        and again: ... up
  blackhole    $in reg1 nft add table netdev x
               $in reg1 nft add chain netdev x in '{{ type filter hook ingress \
                 device to-site2 priority 0; policy drop; }}'
               $in reg1 nft delete table netdev x        # ends it
  slow it      $in reg1 tc qdisc add dev to-site2 root tbf rate 1mbit burst 32kb \\
                 latency 200ms
  freeze one   ${{in% ip*}} sh -c 'kill -STOP $(ip netns pids site2)'     and -CONT
  look         $in reg1 vtysh --vty_socket /run/lab/reg1 -c 'show ip ospf neighbor'
               $in reg1 lldpcli -u /run/lab/reg1/lldpd.sock show neighbors
               $in noc snmpwalk -v2c -c lab-public 10.255.0.8 .1.3.6.1.2.1.2.2.1.2
               $in noc tail -f /run/lab/noc/snmptrapd.log
"""


def _table(up: Lab) -> str:
    known = up.described
    rows = []
    for node in known.routers:
        device = known.inventory.devices[node]
        peers = ", ".join(plug.interface for plug in known.plugs(node))
        rows.append(f"  {node:7} {known.addresses[node]:13} {device.site:9} {peers}\n")
    return "".join(rows)


def main() -> None:
    """Bring it up, say how to use it, and wait."""
    absent = missing()
    if absent or not may_make_namespaces():
        why = f"not installed: {', '.join(absent)}" if absent else "run it as root"
        sys.exit(f"no lab here: {why}")
    with lab() as up, tempfile.TemporaryDirectory() as folder:
        configure(up, Path(folder), probe=200, poll=2)
        enter = " ".join(up.space.command(None, "ip", "netns", "exec"))
        print(
            _SAYS.format(
                count=len(up.described.routers),
                means="netem" if up.netem else "nft, tbf and NFQUEUE (no netem here)",
                table=_table(up),
                enter=enter,
                python=sys.executable,
                folder=folder,
            ),
            flush=True,
        )
        try:
            sys.stdin.read()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
