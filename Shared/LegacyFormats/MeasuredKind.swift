// SPDX-License-Identifier: Apache-2.0

/// What an upload measured, as the suffix of its application's name says (spec/ingest 2.8).
package struct MeasuredKind: Equatable, Sendable {
    /// `__name__` of the series.
    package var profileName: String
    package var sampleType: String
    package var sampleUnit: String

    /// The rows of the table: suffix, `__name__`, sample type, unit.
    private static let rows: [String: MeasuredKind] = {
        var rows: [String: MeasuredKind] = [:]
        func add(_ suffixes: [String], _ name: String, _ type: String?, _ unit: String) {
            for suffix in suffixes {
                rows[suffix] = MeasuredKind(
                    profileName: name,
                    sampleType: type ?? suffix,
                    sampleUnit: unit
                )
            }
        }
        add(["cpu", "itimer"], Self.cpuName, "samples", "count")
        let times = ["seconds", "milliseconds", "microseconds", "nanoseconds"]
        add(["wall"] + times, Self.wallName, "samples", "count")
        let objects = ["alloc_in_new_tlab_objects", "alloc_outside_tlab_objects", "live"]
        add(["inuse_objects", "alloc_objects"] + objects, "memory", nil, "count")
        let tlabBytes = ["alloc_in_new_tlab_bytes", "alloc_outside_tlab_bytes"]
        add(["inuse_space", "alloc_space"] + tlabBytes, "memory", nil, "bytes")
        add(["bytes"], "memory", "samples", "bytes")
        add(["goroutines"], "goroutine", nil, "count")
        add(["mutex_count"], "mutex", "contentions", "count")
        add(["mutex_duration"], "mutex", "delay", "nanoseconds")
        add(["block_count", "lock_count"], "block", "contentions", "count")
        add(["block_duration", "lock_duration"], "block", "delay", "nanoseconds")
        add(["exceptions"], "exceptions", "samples", "count")
        return rows
    }()

    private static let cpuName = "process_cpu"
    private static let wallName = "wall"

    /// What an application without a suffix measures.
    static let cpu = MeasuredKind(profileName: Self.cpuName, sampleType: "samples", sampleUnit: "count")

    /// Whether its samples are ticks of a clock, which the sample rate turns into nanoseconds.
    var isTimed: Bool { self.profileName == Self.cpuName || self.profileName == Self.wallName }

    /// The same in nanoseconds.
    var inNanoseconds: MeasuredKind {
        MeasuredKind(
            profileName: self.profileName,
            sampleType: self.profileName == Self.wallName ? "wall" : "cpu",
            sampleUnit: "nanoseconds"
        )
    }

    /// The kind of a suffix; nil when it means nothing.
    static func named(_ suffix: String) -> MeasuredKind? { self.rows[suffix] }

    /// Cuts the suffix off `app`.
    ///
    /// A name whose last part means nothing is a name with a dot in it and measures CPU; only an empty last
    /// part is refused.
    static func split(_ app: String) throws(LegacyFault) -> (service: String, kind: MeasuredKind) {
        guard let dot = app.lastIndex(of: ".") else { return (app, .cpu) }
        let suffix = String(app[app.index(after: dot)...])
        guard !suffix.isEmpty else { throw .unknownKind(suffix) }
        guard let kind = Self.rows[suffix] else { return (app, .cpu) }
        return (String(app[..<dot]), kind)
    }
}
