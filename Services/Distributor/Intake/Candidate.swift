// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel

/// One profile of a request, before anything was checked.
struct Candidate {
    /// Place of its series in the request.
    var series: Int
    /// What the client calls it, for error texts and for its identity.
    var id: String
    /// As sent: unsorted, maybe with repeated names.
    var labels: [Label]
    var origin: ProfileOrigin
    /// What else makes the upload distinct, such as its time range; empty for none.
    var context: String
    var payload: [UInt8]

    /// Whether the labels hold the profile's name; otherwise it is derived from its sample types.
    var isNamed: Bool { if case .push = self.origin { true } else { false } }

    /// Display names of its sample types, where the upload says them.
    var displayNames: [String: String]? {
        if case .ingest(let parameters) = self.origin { parameters.displayNames } else { nil }
    }
}
