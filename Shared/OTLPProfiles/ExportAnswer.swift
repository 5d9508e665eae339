// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

/// `ExportProfilesServiceResponse`.
package struct ExportAnswer: Message {
    /// The full name.
    package static let messageName =
        "opentelemetry.proto.collector.profiles.v1development.ExportProfilesServiceResponse"

    /// Set when some profiles were not stored.
    package var partialSuccess: PartialSuccess?

    /// Everything was stored.
    package init() {}

    /// Some profiles were not stored.
    package init(rejectedCount: Int, reason: String) {
        var partial = PartialSuccess()
        partial.rejectedCount = Int64(rejectedCount)
        partial.reason = reason
        self.partialSuccess = partial
    }

    /// The one field.
    package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "partial_success", &self.partialSuccess)
    }
}

/// `ExportProfilesPartialSuccess`.
package struct PartialSuccess: Message {
    /// The full name.
    package static let messageName =
        "opentelemetry.proto.collector.profiles.v1development.ExportProfilesPartialSuccess"

    package var rejectedCount: Int64 = 0
    package var reason = ""

    /// Nothing was rejected.
    package init() {}

    /// Count and reason.
    package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "rejected_profiles", &self.rejectedCount)
        try codec.field(2, "error_message", &self.reason)
    }
}
