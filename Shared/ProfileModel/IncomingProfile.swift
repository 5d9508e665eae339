// SPDX-License-Identifier: Apache-2.0

/// Limits that were in force when a profile arrived.
///
/// They travel with it, so that replaying the log years later
/// accepts and refuses exactly what was accepted and refused then.
package struct ProfileLimits: Hashable, Sendable {
    /// Largest profile after inflating, bytes.
    package var profileByteCountMax = 16 << 20
    package var sampleCountMax = 64_000
    /// Frames kept per stacktrace; the leaf side stays (design D11).
    package var depthMax = 1_024
    package var sampleLabelCountMax = 100
    /// Longest symbol, bytes.
    package var symbolByteCountMax = 65_535
    package var labelCountMax = 30
    package var labelNameByteCountMax = 1_024
    package var labelValueByteCountMax = 2_048
    /// Series of the tenant that may grow at the same time in one ingester; 0 means no limit.
    package var seriesCountMax = 200_000
    /// Oldest and newest allowed profile time relative to the time of receipt; 0 switches a side off.
    package var rejectOlderThanNanoseconds: Int64 = 24 * 3_600 * 1_000_000_000
    package var rejectNewerThanNanoseconds: Int64 = 600 * 1_000_000_000

    package init() {}
}

/// How a profile came in; decides naming and repairs (spec/ingest 2.7).
package enum ProfileOrigin: Hashable, Sendable {
    /// `push.v1`: labels carry `__name__`.
    case push
    /// `/ingest` with pprof: `__name__` derives from the sample types.
    case ingest(IngestParameters)
}

/// What an `/ingest` upload says about its pprof besides the labels.
package struct IngestParameters: Hashable, Sendable {
    /// `spyName`, `unknown` when absent.
    package var spyName: String
    /// `from` in nanoseconds: the time of profiles whose own time lies in 1970.
    package var fromNanoseconds: Int64
    /// Display name per sample type from `sample_type_config`; nil when the part was absent.
    package var displayNames: [String: String]?
    /// Whether functions of scripting profilers keep their names; false puts their file before them.
    package var keepsFunctionNames: Bool

    package init(
        spyName: String,
        fromNanoseconds: Int64,
        displayNames: [String: String]?,
        keepsFunctionNames: Bool = false
    ) {
        self.spyName = spyName
        self.fromNanoseconds = fromNanoseconds
        self.displayNames = displayNames
        self.keepsFunctionNames = keepsFunctionNames
    }
}

/// One uploaded profile on its way from the door to a head: labels in the clear, the client's pprof bytes
/// untouched.
package struct IncomingProfile: Sendable {
    package var tenant: TenantID
    /// Validated series labels; `service_name` always present, `__name__` absent for `.ingest` unless rules
    /// were applied to it.
    package var labels: LabelSet
    package var uid: ProfileUID
    package var receivedNanoseconds: Int64
    package var origin: ProfileOrigin
    package var limits: ProfileLimits
    /// pprof, plain or gzip, as the client sent it.
    package var payload: [UInt8]

    package init(
        tenant: TenantID,
        labels: LabelSet,
        uid: ProfileUID,
        receivedNanoseconds: Int64,
        origin: ProfileOrigin,
        limits: ProfileLimits,
        payload: [UInt8]
    ) {
        self.tenant = tenant
        self.labels = labels
        self.uid = uid
        self.receivedNanoseconds = receivedNanoseconds
        self.origin = origin
        self.limits = limits
        self.payload = payload
    }
}

/// What became of one profile of an append.
package enum AppendOutcome: Hashable, Sendable {
    /// Durable and visible.
    case stored
    /// The same profile was stored before: nothing was counted twice, the sender may forget it.
    case duplicate
    /// Nothing was left after normalisation: success, nothing stored.
    case empty
    case rejected(ProfileRejection)
}
