"""Names of the objects in MIBs: a table and nothing else; see :mod:`names`."""

from collectors.snmp.ber import Oid

_MIB_2: Oid = (1, 3, 6, 1, 2, 1)
_ENTERPRISES: Oid = (1, 3, 6, 1, 4, 1)
_CISCO: Oid = (*_ENTERPRISES, 9, 9)
_APC: Oid = (*_ENTERPRISES, 318, 1, 1, 1)
_UCD: Oid = (*_ENTERPRISES, 2021)
_MODULES: Oid = (1, 3, 6, 1, 6, 3)
_LLDP: Oid = (1, 0, 8802, 1, 1, 2, 1)
_LLDP_V2: Oid = (1, 3, 111, 2, 802, 1, 1, 13, 1)

GROUPS: tuple[tuple[str, Oid, str], ...] = (
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
        *("EtherLike-MIB", (*_MIB_2, 10, 7, 11, 1)),
        "dot3HCStatsAlignmentErrors dot3HCStatsFCSErrors "
        "dot3HCStatsInternalMacTransmitErrors dot3HCStatsFrameTooLongs "
        "dot3HCStatsInternalMacReceiveErrors dot3HCStatsSymbolErrors",
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
    ("IP-MIB", (*_MIB_2, 4, 32, 1), "- - - - ipAddressPrefixOrigin"),
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
    ("OSPFV3-MIB", (*_MIB_2, 191, 1, 1), "ospfv3RouterId"),
    (
        *("OSPFV3-MIB", (*_MIB_2, 191, 1, 7, 1)),
        "- - - ospfv3IfType - - - - - - - ospfv3IfState ospfv3IfDesignatedRouter "
        "ospfv3IfBackupDesignatedRouter - - - ospfv3IfMetricValue",
    ),
    (
        *("OSPFV3-MIB", (*_MIB_2, 191, 1, 9, 1)),
        "- - - ospfv3NbrAddressType ospfv3NbrAddress - - ospfv3NbrState",
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
        *("ENTITY-MIB", (*_MIB_2, 47, 1, 3, 2, 1)),
        "entAliasLogicalIndexOrZero entAliasMappingIdentifier",
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
    ("LLDP-V2-MIB", (*_LLDP_V2, 3), "lldpV2LocChassisIdSubtype lldpV2LocChassisId"),
    (
        *("LLDP-V2-MIB", (*_LLDP_V2, 3, 7, 1)),
        "lldpV2LocPortIfIndex lldpV2LocPortIdSubtype lldpV2LocPortId lldpV2LocPortDesc",
    ),
    (
        *("LLDP-V2-MIB", (*_LLDP_V2, 4, 1, 1)),
        "- - - - lldpV2RemChassisIdSubtype lldpV2RemChassisId "
        "lldpV2RemPortIdSubtype lldpV2RemPortId lldpV2RemPortDesc lldpV2RemSysName",
    ),
    ("LLDP-V2-MIB", (*_LLDP_V2, 4, 2, 1), "- - lldpV2RemManAddrIfSubtype"),
    (
        *("CISCO-CDP-MIB", (*_CISCO, 23, 1, 2, 1, 1)),
        "cdpCacheIfIndex cdpCacheDeviceIndex cdpCacheAddressType cdpCacheAddress "
        "cdpCacheVersion cdpCacheDeviceId cdpCacheDevicePort cdpCachePlatform "
        "- - - - - - - - cdpCacheSysName",
    ),
    ("CISCO-CDP-MIB", (*_CISCO, 23, 1, 3), "cdpGlobalRun"),
    (
        *("CISCO-BGP4-MIB", (*_CISCO, 187, 1, 2, 5, 1)),
        "- - cbgpPeer2State cbgpPeer2AdminStatus - - - - - - cbgpPeer2RemoteAs",
    ),
    (
        *("CISCO-ENTITY-SENSOR-MIB", (*_CISCO, 91, 1, 1, 1, 1)),
        "entSensorType entSensorScale entSensorPrecision entSensorValue "
        "entSensorStatus",
    ),
    (
        *("CISCO-ENHANCED-MEMPOOL-MIB", (*_CISCO, 221, 1, 1, 1, 1)),
        "- cempMemPoolType - - - - cempMemPoolUsed cempMemPoolFree - - - - - - - - - "
        "cempMemPoolHCUsed - cempMemPoolHCFree",
    ),
    ("OLD-CISCO-CPU-MIB", (*_ENTERPRISES, 9, 2, 1), f"{'- ' * 56}avgBusy1"),
    (
        *("CISCO-PROCESS-MIB", (*_CISCO, 109, 1, 1, 1, 1)),
        "cpmCPUTotalIndex cpmCPUTotalPhysicalIndex cpmCPUTotal5sec cpmCPUTotal1min "
        "cpmCPUTotal5min cpmCPUTotal5secRev cpmCPUTotal1minRev cpmCPUTotal5minRev "
        "- - - cpmCPUMemoryUsed cpmCPUMemoryFree",
    ),
    (
        *("CISCO-MEMORY-POOL-MIB", (*_CISCO, 48, 1, 1, 1)),
        "ciscoMemoryPoolType ciscoMemoryPoolName ciscoMemoryPoolAlternate "
        "ciscoMemoryPoolValid ciscoMemoryPoolUsed ciscoMemoryPoolFree",
    ),
    (
        *("JUNIPER-MIB", (*_ENTERPRISES, 2636, 3, 1, 13, 1)),
        "jnxOperatingContentsIndex jnxOperatingL1Index jnxOperatingL2Index "
        "jnxOperatingL3Index jnxOperatingDescr jnxOperatingState jnxOperatingTemp "
        "jnxOperatingCPU jnxOperatingISR jnxOperatingDRAMSize jnxOperatingBuffer "
        "- - - - - - - - - - - jnxOperating1MinAvgCPU",
    ),
    (
        *("JUNIPER-DOM-MIB", (*_ENTERPRISES, 2636, 3, 60, 1, 1, 1, 1)),
        "- - - - jnxDomCurrentRxLaserPower - jnxDomCurrentTxLaserOutputPower "
        "jnxDomCurrentModuleTemperature",
    ),
    (
        *("JUNIPER-DOM-MIB", (*_ENTERPRISES, 2636, 3, 60, 1, 2, 1, 1)),
        "- - - - - jnxDomCurrentLaneRxLaserPower - jnxDomCurrentLaneTxLaserOutputPower",
    ),
    (
        *("NETSWITCH-MIB", (*_ENTERPRISES, 11, 2, 14, 11, 5, 1, 1, 2, 1, 1, 1)),
        "- - - - hpLocalMemTotalBytes - hpLocalMemAllocBytes",
    ),
    (
        *("STATISTICS-MIB", (*_ENTERPRISES, 11, 2, 14, 11, 5, 1, 9, 6)),
        "hpSwitchCpuStat",
    ),
    (
        *("EXTREME-SOFTWARE-MONITOR-MIB", (*_ENTERPRISES, 1916, 1, 32, 1)),
        "- extremeCpuMonitorTotalUtilization",
    ),
    (
        *("EXTREME-SOFTWARE-MONITOR-MIB", (*_ENTERPRISES, 1916, 1, 32, 2, 2, 1)),
        "- extremeMemoryMonitorSystemTotal extremeMemoryMonitorSystemFree",
    ),
    (
        *("HUAWEI-ENTITY-EXTENT-MIB", (*_ENTERPRISES, 2011, 5, 25, 31, 1, 1, 1, 1)),
        "- - - - hwEntityCpuUsage - hwEntityMemUsage",
    ),
    (
        *("HUAWEI-ENTITY-EXTENT-MIB", (*_ENTERPRISES, 2011, 5, 25, 31, 1, 1, 3, 1)),
        "- - - - hwEntityOpticalTemperature - - hwEntityOpticalRxPower "
        "hwEntityOpticalTxPower",
    ),
    (
        *("H3C-ENTITY-EXT-MIB", (*_ENTERPRISES, 2011, 10, 2, 6, 1, 1, 1, 1)),
        "- - - - - h3cEntityExtCpuUsage - h3cEntityExtMemUsage",
    ),
    (
        *("HH3C-ENTITY-EXT-MIB", (*_ENTERPRISES, 25506, 2, 6, 1, 1, 1, 1)),
        "- - - - - hh3cEntityExtCpuUsage - hh3cEntityExtMemUsage",
    ),
    (
        *("TIMETRA-SYSTEM-MIB", (*_ENTERPRISES, 6527, 3, 1, 2, 1, 1)),
        "sgiCpuUsage sgiMemoryUsed sgiMemoryAvailable - - - - - sgiKbMemoryUsed "
        "sgiKbMemoryAvailable",
    ),
    (
        *("FORTINET-FORTIGATE-MIB", (*_ENTERPRISES, 12356, 101, 4, 1)),
        "- - fgSysCpuUsage fgSysMemUsage",
    ),
    (
        *(
            "ARUBAWIRED-SYSTEMINFO-MIB",
            (*_ENTERPRISES, 47196, 4, 1, 1, 3, 22, 1, 0, 1, 1),
        ),
        "- - arubaWiredSystemInfoCpu arubaWiredSystemInfoMemory - - - - - "
        "arubaWiredSystemInfoCpuAvgOneMin",
    ),
    ("PowerNet-MIB", (*_APC, 2, 1), "upsBasicBatteryStatus"),
    (
        *("PowerNet-MIB", (*_APC, 2, 2)),
        "upsAdvBatteryCapacity upsAdvBatteryTemperature upsAdvBatteryRunTimeRemaining",
    ),
    ("PowerNet-MIB", (*_APC, 4, 1), "upsBasicOutputStatus"),
    ("PowerNet-MIB", (*_APC, 4, 2), "- - upsAdvOutputLoad"),
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
"""Module, group or row, and its objects in the order of their numbers from 1; those
that nobody here asks for are a dash."""
