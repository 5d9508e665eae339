// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

extension PushV1 {
    /// A batch of profiles; the hot path reads it with `PushEnvelope` instead.
    package struct PushRequest: Message, Equatable {
        package static let messageName = "push.v1.PushRequest"

        package var series: [RawProfileSeries] = []

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(series: [RawProfileSeries]) {
            self.series = series
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "series", &self.series)
        }
    }

    /// Profiles that share their labels.
    package struct RawProfileSeries: Message, Equatable {
        package static let messageName = "push.v1.RawProfileSeries"

        package var labels: [TypesV1.LabelPair] = []
        package var samples: [RawSample] = []
        package var annotations: [TypesV1.ProfileAnnotation] = []

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "labels", &self.labels)
            try codec.field(2, "samples", &self.samples)
            try codec.field(3, "annotations", &self.annotations)
        }
    }

    /// One pprof, plain or gzip.
    package struct RawSample: Message, Equatable {
        package static let messageName = "push.v1.RawSample"

        package var rawProfile: [UInt8] = []
        package var id: String = ""

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(rawProfile: [UInt8], id: String) {
            self.rawProfile = rawProfile
            self.id = id
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "raw_profile", &self.rawProfile)
            try codec.field(2, "ID", &self.id)
        }
    }

    /// Nothing: the batch was stored.
    package struct PushResponse: Message, Equatable {
        package static let messageName = "push.v1.PushResponse"

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {}
    }
}
