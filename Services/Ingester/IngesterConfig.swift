// SPDX-License-Identifier: Apache-2.0
package import ConfigSchema

/// How the log is made durable before an acknowledgement.
package enum LogSyncMode: String, CaseIterable, Sendable {
    /// `fdatasync` before every acknowledgement, shared by what is in flight.
    case always
    /// Every 200 ms: a crash of the machine may lose that much.
    case interval
    /// Never: for benchmarks only.
    case off
}

/// How an ingester is configured.
package struct IngesterConfig: Sendable, Equatable {
    package var dataPath = "./data"
    /// Name in the ring; the host name when empty.
    package var instanceID = ""
    /// `host:port` under which queriers and distributors reach this ingester; from the listener when empty.
    package var instanceAddress = ""
    package var zone = ""
    package var flushPeriod = Duration.seconds(300)
    package var softByteCount = 160 << 20
    package var hardByteCount = 1 << 30
    package var inFlightByteCountMax = 256 << 20
    package var laneCount = 0
    package var sync = LogSyncMode.always
    /// Room reserved for a segment of the log; tests take little.
    package var segmentByteCount = 64 << 20
    package var freeDiskByteCountMin = 2 << 30
    package var usedDiskPercentMax = 90
    package var blockCacheByteCount = 128 << 20
    package var heartbeatPeriod = Duration.seconds(5)

    /// The defaults.
    package init() {}

    /// The keys.
    package static let schema = Schema<IngesterConfig>(
        section: "",
        [
            .string("data-path", \.dataPath, "Folder of the write-ahead log, the blocks and the catalogue.")
                .yaml("data_path"),
            .string("ingester.instance-id", \.instanceID, "Name in the ring; the host name when empty.")
                .yaml("ingester.instance_id"),
            .string(
                "ingester.instance-addr",
                \.instanceAddress,
                "host:port under which others reach this ingester; the listener's when empty."
            ).yaml("ingester.instance_addr"),
            .string("ingester.availability-zone", \.zone, "Zone of this ingester.")
                .yaml("ingester.availability_zone"),
            .duration(
                "ingester.flush-period",
                \.flushPeriod,
                in: .milliseconds(100) ... .seconds(3_600),
                "Pause between flushes of heads into a block."
            ).yaml("ingester.flush_period"),
            .byteCount(
                "ingester.memory-soft-limit",
                \.softByteCount,
                in: 1 << 20...1 << 40,
                "Bytes held in heads from which on they are flushed early."
            ).yaml("ingester.memory_soft_limit"),
            .byteCount(
                "ingester.memory-hard-limit",
                \.hardByteCount,
                in: 1 << 20...1 << 40,
                "Bytes held in heads from which on writes are answered with 503."
            ).yaml("ingester.memory_hard_limit"),
            .byteCount(
                "ingester.in-flight-limit",
                \.inFlightByteCountMax,
                in: 1 << 20...1 << 40,
                "Bytes of profiles that wait for the disk; more are answered with 503."
            ).yaml("ingester.in_flight_limit"),
            .int(
                "ingester.lanes",
                \.laneCount,
                in: 0...1_024,
                "Threads that parse profiles; 0 takes the cores."
            )
            .yaml("ingester.lanes"),
            .choice(
                "ingester.wal-sync",
                \.sync,
                "When the log is made durable: always (before every acknowledgement), interval, off (unsafe)."
            ).yaml("ingester.wal_sync"),
            .byteCount(
                "ingester.disk-free-min",
                \.freeDiskByteCountMin,
                in: 0...1 << 40,
                "Free bytes on the disk of the log below which writes are answered with 503."
            ).yaml("ingester.disk_free_min"),
            .int(
                "ingester.disk-used-percent-max",
                \.usedDiskPercentMax,
                in: 1...100,
                "Share of the log's disk in use from which on writes are answered with 503."
            ).yaml("ingester.disk_used_percent_max"),
            .byteCount(
                "ingester.block-cache-size",
                \.blockCacheByteCount,
                in: 1 << 20...1 << 40,
                "Bytes of decoded block parts that are kept."
            ).yaml("ingester.block_cache_size"),
            .duration(
                "ingester.heartbeat-period",
                \.heartbeatPeriod,
                in: .milliseconds(100) ... .seconds(60),
                "Pause between heartbeats to the ring."
            ).yaml("ingester.heartbeat_period"),
        ]
    )
}
