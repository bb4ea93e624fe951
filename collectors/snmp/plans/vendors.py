"""Where each vendor's devices say how busy they are.

By the enterprise number in ``sysObjectID``; what stands first is asked first, and the
standard MIBs after all of a vendor's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collectors.snmp.ber import Oid
from collectors.snmp.plans.usage import Usage, available, percent, used
from collectors.snmp.table import Cell

_ENTERPRISES: Oid = (1, 3, 6, 1, 4, 1)
_HR: Oid = (1, 3, 6, 1, 2, 1, 25)
_HR_STORAGE: Oid = (*_HR, 2, 3, 1)
_HR_STORAGE_RAM: Oid = (*_HR, 2, 1, 2)
_UCD: Oid = (*_ENTERPRISES, 2021)
_CISCO: Oid = (*_ENTERPRISES, 9, 9)
_CISCO_PROCESS: Oid = (*_CISCO, 109, 1, 1, 1, 1)
_CISCO_MEMORY_POOL: Oid = (*_CISCO, 48, 1, 1, 1)
_CISCO_ENHANCED_MEMPOOL: Oid = (*_CISCO, 221, 1, 1, 1, 1)
_JUNIPER_OPERATING: Oid = (*_ENTERPRISES, 2636, 3, 1, 13, 1)
_HUAWEI_ENTITY: Oid = (*_ENTERPRISES, 2011, 5, 25, 31, 1, 1, 1, 1)
_H3C_ENTITY: Oid = (*_ENTERPRISES, 25506, 2, 6, 1, 1, 1, 1)
_H3C_OLD_ENTITY: Oid = (*_ENTERPRISES, 2011, 10, 2, 6, 1, 1, 1, 1)
_TIMETRA_SYSTEM: Oid = (*_ENTERPRISES, 6527, 3, 1, 2, 1, 1)
_FORTIGATE_SYSTEM: Oid = (*_ENTERPRISES, 12356, 101, 4, 1)
_HP_SWITCH: Oid = (*_ENTERPRISES, 11, 2, 14, 11, 5, 1)
_ARUBA_SYSTEM: Oid = (*_ENTERPRISES, 47196, 4, 1, 1, 3, 22, 1, 0, 1, 1)
_EXTREME_MONITOR: Oid = (*_ENTERPRISES, 1916, 1, 32)


@dataclass(frozen=True, slots=True)
class Vendor:
    """What to ask a vendor's devices for."""

    cpu: tuple[Usage, ...]
    memory: tuple[Usage, ...]


def _ram(_: Oid, cells: Sequence[Cell]) -> bool:
    return cells[0] == _HR_STORAGE_RAM


def _routing_engine(index: Oid, cells: Sequence[Cell]) -> bool:
    # 9 is the Routing Engine among the containers; a slot that is empty, or a backup
    # that does not tell, has no memory in use.
    return index[:1] == (9,) and cells[0] not in (None, 0)


def _has_memory(_: Oid, cells: Sequence[Cell]) -> bool:
    # A row for every fan and port; those with a processor have memory in use.
    return cells[0] not in (None, 0)


def _processor_pool(_: Oid, cells: Sequence[Cell]) -> bool:
    return cells[0] == 2


def _first_pool(index: Oid, _: Sequence[Cell]) -> bool:
    return index == (1,)


STANDARD = Vendor(
    cpu=(
        percent("hrProcessorLoad", (*_HR, 3, 3, 1, 2)),
        percent("ssCpuIdle", (*_UCD, 11, 11), idle=True),
    ),
    memory=(
        # What Linux holds in buffers and caches it gives up when it is needed.
        available(
            "memTotalReal",
            (*_UCD, 4, 5),
            *((*_UCD, 4, 6), (*_UCD, 4, 14), (*_UCD, 4, 15)),
        ),
        used(
            "hrStorageUsed",
            (*_HR_STORAGE, 6),
            (*_HR_STORAGE, 2),
            total=(*_HR_STORAGE, 5),
            which=_ram,
        ),
    ),
)
"""HOST-RESOURCES-MIB (RFC 2790) and UCD-SNMP-MIB: hosts, and who builds on them."""

VENDORS: Mapping[int, Vendor] = {
    9: Vendor(  # Cisco
        cpu=(
            percent("cpmCPUTotal1minRev", (*_CISCO_PROCESS, 7)),
            percent("cpmCPUTotal1min", (*_CISCO_PROCESS, 4)),
            percent("avgBusy1", (*_ENTERPRISES, 9, 2, 1, 57)),
        ),
        memory=(
            used(
                "cempMemPoolHCUsed",
                (*_CISCO_ENHANCED_MEMPOOL, 18),
                (*_CISCO_ENHANCED_MEMPOOL, 2),
                free=(*_CISCO_ENHANCED_MEMPOOL, 20),
                which=_processor_pool,
            ),
            used(
                "cempMemPoolUsed",
                (*_CISCO_ENHANCED_MEMPOOL, 7),
                (*_CISCO_ENHANCED_MEMPOOL, 2),
                free=(*_CISCO_ENHANCED_MEMPOOL, 8),
                which=_processor_pool,
            ),
            used(
                "ciscoMemoryPoolUsed",
                (*_CISCO_MEMORY_POOL, 5),
                free=(*_CISCO_MEMORY_POOL, 6),
                which=_first_pool,
            ),
            used(
                "cpmCPUMemoryUsed",
                (*_CISCO_PROCESS, 12),
                free=(*_CISCO_PROCESS, 13),
            ),
        ),
    ),
    11: Vendor(  # Hewlett-Packard: ProCurve, ArubaOS-Switch
        cpu=(percent("hpSwitchCpuStat", (*_HP_SWITCH, 9, 6, 1)),),
        memory=(
            used(
                "hpLocalMemAllocBytes",
                (*_HP_SWITCH, 1, 2, 1, 1, 1, 7),
                total=(*_HP_SWITCH, 1, 2, 1, 1, 1, 5),
            ),
        ),
    ),
    1916: Vendor(  # Extreme
        cpu=(percent("extremeCpuMonitorTotalUtilization", (*_EXTREME_MONITOR, 1, 2)),),
        memory=(
            available(
                "extremeMemoryMonitorSystemTotal",
                *((*_EXTREME_MONITOR, 2, 2, 1, 2), (*_EXTREME_MONITOR, 2, 2, 1, 3)),
            ),
        ),
    ),
    2011: Vendor(  # Huawei, and 3Com and H3C of old
        cpu=(
            percent(
                "hwEntityCpuUsage",
                *((*_HUAWEI_ENTITY, 5), (*_HUAWEI_ENTITY, 7)),
                which=_has_memory,
            ),
            percent(
                "h3cEntityExtCpuUsage",
                *((*_H3C_OLD_ENTITY, 6), (*_H3C_OLD_ENTITY, 8)),
                which=_has_memory,
            ),
        ),
        memory=(
            percent(
                "hwEntityMemUsage",
                *((*_HUAWEI_ENTITY, 7), (*_HUAWEI_ENTITY, 7)),
                which=_has_memory,
            ),
            percent(
                "h3cEntityExtMemUsage",
                *((*_H3C_OLD_ENTITY, 8), (*_H3C_OLD_ENTITY, 8)),
                which=_has_memory,
            ),
        ),
    ),
    2636: Vendor(  # Juniper
        cpu=(
            percent(
                "jnxOperating1MinAvgCPU",
                *((*_JUNIPER_OPERATING, 23), (*_JUNIPER_OPERATING, 11)),
                which=_routing_engine,
            ),
            percent(
                "jnxOperatingCPU",
                *((*_JUNIPER_OPERATING, 8), (*_JUNIPER_OPERATING, 11)),
                which=_routing_engine,
            ),
        ),
        memory=(
            percent(
                "jnxOperatingBuffer",
                *((*_JUNIPER_OPERATING, 11), (*_JUNIPER_OPERATING, 11)),
                which=_routing_engine,
            ),
        ),
    ),
    6527: Vendor(  # Nokia SR OS
        cpu=(percent("sgiCpuUsage", (*_TIMETRA_SYSTEM, 1)),),
        memory=(
            used(
                "sgiKbMemoryUsed",
                (*_TIMETRA_SYSTEM, 9),
                free=(*_TIMETRA_SYSTEM, 10),
            ),
            used("sgiMemoryUsed", (*_TIMETRA_SYSTEM, 2), free=(*_TIMETRA_SYSTEM, 3)),
        ),
    ),
    12356: Vendor(  # Fortinet
        cpu=(percent("fgSysCpuUsage", (*_FORTIGATE_SYSTEM, 3)),),
        memory=(percent("fgSysMemUsage", (*_FORTIGATE_SYSTEM, 4)),),
    ),
    25506: Vendor(  # H3C, HPE Comware
        cpu=(
            percent(
                "hh3cEntityExtCpuUsage",
                *((*_H3C_ENTITY, 6), (*_H3C_ENTITY, 8)),
                which=_has_memory,
            ),
        ),
        memory=(
            percent(
                "hh3cEntityExtMemUsage",
                *((*_H3C_ENTITY, 8), (*_H3C_ENTITY, 8)),
                which=_has_memory,
            ),
        ),
    ),
    47196: Vendor(  # HPE Aruba: AOS-CX
        cpu=(
            percent(
                "arubaWiredSystemInfoCpuAvgOneMin",
                *((*_ARUBA_SYSTEM, 10), (*_ARUBA_SYSTEM, 4)),
                which=_has_memory,
            ),
            percent(
                "arubaWiredSystemInfoCpu",
                *((*_ARUBA_SYSTEM, 3), (*_ARUBA_SYSTEM, 4)),
                which=_has_memory,
            ),
        ),
        memory=(
            percent(
                "arubaWiredSystemInfoMemory",
                *((*_ARUBA_SYSTEM, 4), (*_ARUBA_SYSTEM, 4)),
                which=_has_memory,
            ),
        ),
    ),
}
"""By enterprise number; whoever is not here (Arista, MikroTik, Ubiquiti, FreeBSD) has
the standard ones."""


def enterprise(object_id: object) -> int:
    """Return the number of the vendor in a ``sysObjectID``; 0 if there is none."""
    if isinstance(object_id, tuple) and object_id[:6] == _ENTERPRISES:
        return object_id[6] if len(object_id) > 6 else 0
    return 0


def candidates(object_id: object) -> Vendor:
    """Return what to ask a device with this ``sysObjectID``, the likeliest first."""
    own = VENDORS.get(enterprise(object_id))
    if own is None:
        return STANDARD
    return Vendor(own.cpu + STANDARD.cpu, own.memory + STANDARD.memory)


BY_NAME: Mapping[str, Usage] = {
    usage.name: usage
    for vendor in (STANDARD, *VENDORS.values())
    for usage in (*vendor.cpu, *vendor.memory)
}
