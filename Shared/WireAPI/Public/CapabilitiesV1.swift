// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

/// Messages of `capabilities.v1.FeatureFlagsService` (spec/query 7.4).
package enum CapabilitiesV1 {
    /// Asks which features the server has.
    package struct GetFeatureFlagsRequest: Message, Equatable {
        package static let messageName = "capabilities.v1.GetFeatureFlagsRequest"

        /// Nothing.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {}
    }

    /// A feature, and whether the server has it.
    package struct FeatureFlag: Message, Equatable {
        package static let messageName = "capabilities.v1.FeatureFlag"

        package var name = ""
        package var enabled = false
        package var description: String?
        package var documentationURL: String?

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(
            _ name: String,
            enabled: Bool,
            description: String,
            documentationURL: String? = nil
        ) {
            self.name = name
            self.enabled = enabled
            self.description = description
            self.documentationURL = documentationURL
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "name", &self.name)
            try codec.field(2, "enabled", &self.enabled)
            try codec.field(3, "description", &self.description)
            try codec.field(4, "documentation_url", &self.documentationURL)
        }
    }

    /// Features by name.
    package struct GetFeatureFlagsResponse: Message, Equatable {
        package static let messageName = "capabilities.v1.GetFeatureFlagsResponse"

        package var featureFlags: [FeatureFlag] = []

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "feature_flags", &self.featureFlags)
        }
    }
}

/// Messages of `version.v1.Version`.
package enum VersionV1 {
    /// Asks for the version of the query API.
    package struct VersionRequest: Message, Equatable {
        package static let messageName = "version.v1.VersionRequest"

        /// Nothing.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {}
    }

    /// The version of the query API; the real server leaves it 0.
    package struct VersionResponse: Message, Equatable {
        package static let messageName = "version.v1.VersionResponse"

        package var querierAPI: UInt64 = 0

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "QuerierAPI", &self.querierAPI)
        }
    }
}

/// Messages of `grpc.health.v1.Health`.
package enum HealthV1 {
    /// How a service is.
    package struct Status: WireEnum {
        package let number: Int32

        package static let serving = Status(number: 1)

        package static let names: [(number: Int32, name: String)] = [
            (0, "SERVING_STATUS_UNSPECIFIED"), (1, "SERVING_STATUS_SERVING"),
            (2, "SERVING_STATUS_NOT_SERVING"),
        ]

        /// A value of any number.
        package init(number: Int32) { self.number = number }
    }

    /// Asks how a service is.
    package struct CheckRequest: Message, Equatable {
        package static let messageName = "grpc.health.v1.HealthCheckRequest"

        package var service = ""

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "service", &self.service)
        }
    }

    /// How a service is.
    package struct CheckResponse: Message, Equatable {
        package static let messageName = "grpc.health.v1.HealthCheckResponse"

        package var status = Status(number: 0)

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "status", &self.status)
        }
    }
}

/// Messages of `vcs.v1.VCSService`, of which no request is looked into (spec/query 7.5).
package enum VCSV1 {
    /// The path of the service.
    package static let service = "/vcs.v1.VCSService"

    /// Any request, and the answer that nobody gets.
    package struct Anything: Message, Equatable {
        package static let messageName = "vcs.v1.Request"

        /// Nothing.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {}
    }
}
