"""What MIBs call the variables that we read, for whoever reads about them.

Machines seldom have the MIB files, so the names of what our plans ask for are here;
whatever else a device shows stays a dotted number.
"""

from collections.abc import Iterator, Mapping

from collectors.snmp.ber import Oid

_MIB_2: Oid = (1, 3, 6, 1, 2, 1)
_CISCO: Oid = (1, 3, 6, 1, 4, 1, 9, 9)
_UCD: Oid = (1, 3, 6, 1, 4, 1, 2021)
_MODULES: Oid = (1, 3, 6, 1, 6, 3)
_LLDP: Oid = (1, 0, 8802, 1, 1, 2, 1)

_GROUPS: tuple[tuple[str, Oid, str], ...] = (
    (
        *("SNMPv2-MIB", (*_MIB_2, 1)),
        "sysDescr sysObjectID sysUpTime sysContact sysName sysLocation sysServices",
    ),
    ("SNMPv2-MIB", (*_MODULES, 1, 1, 4), "snmpTrapOID - snmpTrapEnterprise"),
    (
        *("SNMPv2-MIB", (*_MODULES, 1, 1, 5)),
        "coldStart warmStart linkDown linkUp authenticationFailure",
    ),
    (
        *("SNMP-USER-BASED-SM-MIB", (*_MODULES, 15, 1, 1)),
        "usmStatsUnsupportedSecLevels usmStatsNotInTimeWindows "
        "usmStatsUnknownUserNames usmStatsUnknownEngineIDs usmStatsWrongDigests "
        "usmStatsDecryptionErrors",
    ),
    (
        *("SNMP-MPD-MIB", (*_MODULES, 11, 2, 1)),
        "snmpUnknownSecurityModels snmpInvalidMsgs snmpUnknownPDUHandlers",
    ),
    ("IF-MIB", (*_MIB_2, 2), "ifNumber"),
    (
        *("IF-MIB", (*_MIB_2, 2, 2, 1)),
        "ifIndex ifDescr ifType ifMtu ifSpeed ifPhysAddress ifAdminStatus "
        "ifOperStatus ifLastChange ifInOctets ifInUcastPkts ifInNUcastPkts "
        "ifInDiscards ifInErrors ifInUnknownProtos ifOutOctets ifOutUcastPkts "
        "ifOutNUcastPkts ifOutDiscards ifOutErrors ifOutQLen ifSpecific",
    ),
    (
        *("IF-MIB", (*_MIB_2, 31, 1, 1, 1)),
        "ifName ifInMulticastPkts ifInBroadcastPkts ifOutMulticastPkts "
        "ifOutBroadcastPkts ifHCInOctets ifHCInUcastPkts ifHCInMulticastPkts "
        "ifHCInBroadcastPkts ifHCOutOctets ifHCOutUcastPkts ifHCOutMulticastPkts "
        "ifHCOutBroadcastPkts ifLinkUpDownTrapEnable ifHighSpeed ifPromiscuousMode "
        "ifConnectorPresent ifAlias ifCounterDiscontinuityTime",
    ),
    (
        *("EtherLike-MIB", (*_MIB_2, 10, 7, 2, 1)),
        "dot3StatsIndex dot3StatsAlignmentErrors dot3StatsFCSErrors "
        "dot3StatsSingleCollisionFrames dot3StatsMultipleCollisionFrames "
        "dot3StatsSQETestErrors dot3StatsDeferredTransmissions "
        "dot3StatsLateCollisions dot3StatsExcessiveCollisions "
        "dot3StatsInternalMacTransmitErrors dot3StatsCarrierSenseErrors - "
        "dot3StatsFrameTooLongs - - dot3StatsInternalMacReceiveErrors "
        "dot3StatsEtherChipSet dot3StatsSymbolErrors dot3StatsDuplexStatus",
    ),
    (
        *("IP-MIB", (*_MIB_2, 4, 20, 1)),
        "ipAdEntAddr ipAdEntIfIndex ipAdEntNetMask ipAdEntBcastAddr "
        "ipAdEntReasmMaxSize",
    ),
    (
        *("IP-MIB", (*_MIB_2, 4, 34, 1)),
        "ipAddressAddrType ipAddressAddr ipAddressIfIndex ipAddressType "
        "ipAddressPrefix ipAddressOrigin ipAddressStatus",
    ),
    ("OSPF-MIB", (*_MIB_2, 14, 1), "ospfRouterId ospfAdminStat ospfVersionNumber"),
    (
        *("OSPF-MIB", (*_MIB_2, 14, 7, 1)),
        "ospfIfIpAddress ospfAddressLessIf ospfIfAreaId ospfIfType ospfIfAdminStat "
        "ospfIfRtrPriority ospfIfTransitDelay ospfIfRetransInterval "
        "ospfIfHelloInterval ospfIfRtrDeadInterval ospfIfPollInterval ospfIfState "
        "ospfIfDesignatedRouter ospfIfBackupDesignatedRouter",
    ),
    (
        *("OSPF-MIB", (*_MIB_2, 14, 8, 1)),
        "ospfIfMetricIpAddress ospfIfMetricAddressLessIf ospfIfMetricTOS "
        "ospfIfMetricValue ospfIfMetricStatus",
    ),
    (
        *("OSPF-MIB", (*_MIB_2, 14, 10, 1)),
        "ospfNbrIpAddr ospfNbrAddressLessIndex ospfNbrRtrId ospfNbrOptions "
        "ospfNbrPriority ospfNbrState ospfNbrEvents ospfNbrLsRetransQLen",
    ),
    ("BGP4-MIB", (*_MIB_2, 15), "bgpVersion bgpLocalAs - bgpIdentifier"),
    (
        *("BGP4-MIB", (*_MIB_2, 15, 3, 1)),
        "bgpPeerIdentifier bgpPeerState bgpPeerAdminStatus "
        "bgpPeerNegotiatedVersion bgpPeerLocalAddr bgpPeerLocalPort "
        "bgpPeerRemoteAddr bgpPeerRemotePort bgpPeerRemoteAs",
    ),
    (
        *("HOST-RESOURCES-MIB", (*_MIB_2, 25, 2)),
        "- hrMemorySize",
    ),
    (
        *("HOST-RESOURCES-MIB", (*_MIB_2, 25, 2, 3, 1)),
        "hrStorageIndex hrStorageType hrStorageDescr hrStorageAllocationUnits "
        "hrStorageSize hrStorageUsed hrStorageAllocationFailures",
    ),
    ("HOST-RESOURCES-MIB", (*_MIB_2, 25, 3, 3, 1), "hrProcessorFrwID hrProcessorLoad"),
    (
        *("UPS-MIB", (*_MIB_2, 33, 1, 1)),
        "upsIdentManufacturer upsIdentModel upsIdentUPSSoftwareVersion "
        "upsIdentAgentSoftwareVersion upsIdentName upsIdentAttachedDevices",
    ),
    (
        *("UPS-MIB", (*_MIB_2, 33, 1, 2)),
        "upsBatteryStatus upsSecondsOnBattery upsEstimatedMinutesRemaining "
        "upsEstimatedChargeRemaining upsBatteryVoltage upsBatteryCurrent "
        "upsBatteryTemperature",
    ),
    (
        *("UPS-MIB", (*_MIB_2, 33, 1, 4)),
        "upsOutputSource upsOutputFrequency upsOutputNumLines",
    ),
    (
        *("UPS-MIB", (*_MIB_2, 33, 1, 4, 4, 1)),
        "upsOutputLineIndex upsOutputVoltage upsOutputCurrent upsOutputPower "
        "upsOutputPercentLoad",
    ),
    (
        *("ENTITY-MIB", (*_MIB_2, 47, 1, 1, 1, 1)),
        "entPhysicalIndex entPhysicalDescr entPhysicalVendorType "
        "entPhysicalContainedIn entPhysicalClass entPhysicalParentRelPos "
        "entPhysicalName entPhysicalHardwareRev entPhysicalFirmwareRev "
        "entPhysicalSoftwareRev entPhysicalSerialNum entPhysicalMfgName "
        "entPhysicalModelName entPhysicalAlias entPhysicalAssetID entPhysicalIsFRU",
    ),
    (
        *("ENTITY-SENSOR-MIB", (*_MIB_2, 99, 1, 1, 1)),
        "entPhySensorType entPhySensorScale entPhySensorPrecision "
        "entPhySensorValue entPhySensorOperStatus entPhySensorUnitsDisplay",
    ),
    (
        *("LLDP-MIB", (*_LLDP, 3)),
        "lldpLocChassisIdSubtype lldpLocChassisId lldpLocSysName lldpLocSysDesc",
    ),
    (
        *("LLDP-MIB", (*_LLDP, 3, 7, 1)),
        "lldpLocPortNum lldpLocPortIdSubtype lldpLocPortId lldpLocPortDesc",
    ),
    (
        *("LLDP-MIB", (*_LLDP, 4, 1, 1)),
        "lldpRemTimeMark lldpRemLocalPortNum lldpRemIndex lldpRemChassisIdSubtype "
        "lldpRemChassisId lldpRemPortIdSubtype lldpRemPortId lldpRemPortDesc "
        "lldpRemSysName lldpRemSysDesc lldpRemSysCapSupported lldpRemSysCapEnabled",
    ),
    (
        *("LLDP-MIB", (*_LLDP, 4, 2, 1)),
        "lldpRemManAddrSubtype lldpRemManAddr lldpRemManAddrIfSubtype "
        "lldpRemManAddrIfId lldpRemManAddrOID",
    ),
    (
        *("CISCO-CDP-MIB", (*_CISCO, 23, 1, 2, 1, 1)),
        "cdpCacheIfIndex cdpCacheDeviceIndex cdpCacheAddressType cdpCacheAddress "
        "cdpCacheVersion cdpCacheDeviceId cdpCacheDevicePort cdpCachePlatform",
    ),
    (
        *("CISCO-PROCESS-MIB", (*_CISCO, 109, 1, 1, 1, 1)),
        "cpmCPUTotalIndex cpmCPUTotalPhysicalIndex cpmCPUTotal5sec cpmCPUTotal1min "
        "cpmCPUTotal5min cpmCPUTotal5secRev cpmCPUTotal1minRev cpmCPUTotal5minRev",
    ),
    (
        *("CISCO-MEMORY-POOL-MIB", (*_CISCO, 48, 1, 1, 1)),
        "ciscoMemoryPoolType ciscoMemoryPoolName ciscoMemoryPoolAlternate "
        "ciscoMemoryPoolValid ciscoMemoryPoolUsed ciscoMemoryPoolFree",
    ),
    (
        *("JUNIPER-MIB", (1, 3, 6, 1, 4, 1, 2636, 3, 1, 13, 1)),
        "jnxOperatingContentsIndex jnxOperatingL1Index jnxOperatingL2Index "
        "jnxOperatingL3Index jnxOperatingDescr jnxOperatingState jnxOperatingTemp "
        "jnxOperatingCPU jnxOperatingISR jnxOperatingDRAMSize jnxOperatingBuffer",
    ),
    (
        *("UCD-SNMP-MIB", (*_UCD, 4)),
        "memIndex memErrorName memTotalSwap memAvailSwap memTotalReal memAvailReal "
        "- - - - memTotalFree memMinimumSwap memShared memBuffer memCached",
    ),
    ("UCD-SNMP-MIB", (*_UCD, 10, 1), "laIndex laNames laLoad laConfig laLoadInt"),
    (
        *("UCD-SNMP-MIB", (*_UCD, 11)),
        "ssIndex ssErrorName ssSwapIn ssSwapOut ssIOSent ssIOReceive "
        "ssSysInterrupts ssSysContext ssCpuUser ssCpuSystem ssCpuIdle",
    ),
)
"""Module, group or row, and its objects in the order of their numbers from 1."""


def _named() -> Iterator[tuple[Oid, str]]:
    for module, group, names in _GROUPS:
        for number, name in enumerate(names.split(), start=1):
            if name != "-":
                yield (*group, number), f"{module}::{name}"


_NAMES: Mapping[Oid, str] = dict(_named())
_LONGEST = max(map(len, _NAMES))


def dotted(oid: Oid) -> str:
    """Return the numbers with dots between them."""
    return ".".join(map(str, oid))


def name(oid: Oid) -> str:
    """Return what a variable is called, with its instance in numbers.

    Examples
    --------
    >>> name((1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6, 3))
    'IF-MIB::ifHCInOctets.3'
    >>> name((1, 3, 6, 1, 4, 1, 99999, 1))
    '1.3.6.1.4.1.99999.1'
    """
    for length in range(min(len(oid), _LONGEST), 0, -1):
        found = _NAMES.get(oid[:length])
        if found is not None:
            return ".".join((found, *map(str, oid[length:])))
    return dotted(oid)
