// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

/// Messages of `adhocprofiles.v1.AdHocProfileService` (spec/query 7.1).
package enum AdHocProfilesV1 {
    /// The path of the service.
    package static let service = "/adhocprofiles.v1.AdHocProfileService"

    /// A file to keep and to show; `profile` is base64 in every encoding.
    package struct UploadRequest: Message, Equatable {
        package static let messageName = "adhocprofiles.v1.AdHocProfilesUploadRequest"

        package var name = ""
        package var profile = ""
        package var maxNodes: Int64?

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "name", &self.name)
            try codec.field(2, "profile", &self.profile)
            try codec.field(3, "max_nodes", &self.maxNodes)
        }
    }

    /// Asks for a file that was uploaded.
    package struct GetRequest: Message, Equatable {
        package static let messageName = "adhocprofiles.v1.AdHocProfilesGetRequest"

        package var id = ""
        package var profileType: String?
        package var maxNodes: Int64?

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "id", &self.id)
            try codec.field(2, "profile_type", &self.profileType)
            try codec.field(3, "max_nodes", &self.maxNodes)
        }
    }

    /// A file and one of its flame graphs, as JSON text.
    package struct GetResponse: Message, Equatable {
        package static let messageName = "adhocprofiles.v1.AdHocProfilesGetResponse"

        package var id = ""
        package var name = ""
        package var uploadedAt: Int64 = 0
        package var profileType = ""
        package var profileTypes: [String] = []
        package var flamebearerProfile = ""

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "id", &self.id)
            try codec.field(2, "name", &self.name)
            try codec.field(3, "uploaded_at", &self.uploadedAt)
            try codec.field(4, "profile_type", &self.profileType)
            try codec.field(5, "profile_types", &self.profileTypes)
            try codec.field(6, "flamebearer_profile", &self.flamebearerProfile)
        }
    }

    /// Asks for the names of all files.
    package struct ListRequest: Message, Equatable {
        package static let messageName = "adhocprofiles.v1.AdHocProfilesListRequest"

        /// Nothing.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {}
    }

    /// A file without its content.
    package struct ProfileEntry: Message, Equatable {
        package static let messageName = "adhocprofiles.v1.AdHocProfilesProfileMetadata"

        package var id = ""
        package var name = ""
        package var uploadedAt: Int64 = 0

        /// All fields at their defaults.
        package init() {}

        /// A message with these fields.
        package init(id: String, name: String, uploadedAt: Int64) {
            self.id = id
            self.name = name
            self.uploadedAt = uploadedAt
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "id", &self.id)
            try codec.field(2, "name", &self.name)
            try codec.field(3, "uploaded_at", &self.uploadedAt)
        }
    }

    /// All files, newest first.
    package struct ListResponse: Message, Equatable {
        package static let messageName = "adhocprofiles.v1.AdHocProfilesListResponse"

        package var profiles: [ProfileEntry] = []

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "profiles", &self.profiles)
        }
    }

    /// Asks for two files, one over the other.
    package struct DiffRequest: Message, Equatable {
        package static let messageName = "adhocprofiles.v1.AdHocProfilesDiffRequest"

        package var leftID = ""
        package var rightID = ""
        package var profileType: String?
        package var maxNodes: Int64?

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "left_id", &self.leftID)
            try codec.field(2, "right_id", &self.rightID)
            try codec.field(3, "profile_type", &self.profileType)
            try codec.field(4, "max_nodes", &self.maxNodes)
        }
    }

    /// The types that both files have, and the comparison as JSON text.
    package struct DiffResponse: Message, Equatable {
        package static let messageName = "adhocprofiles.v1.AdHocProfilesDiffResponse"

        package var profileTypes: [String] = []
        package var flamebearerProfile = ""

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "profile_types", &self.profileTypes)
            try codec.field(2, "flamebearer_profile", &self.flamebearerProfile)
        }
    }
}
