// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

/// Messages of package `debuginfo.v1alpha1`.
package enum DebuginfoV1 {
    /// The path of the service.
    package static let service = "/debuginfo.v1alpha1.DebuginfoService"

    /// A request or an answer that says nothing.
    package struct Nothing: Message, Equatable {
        package static let messageName = "debuginfo.v1alpha1.ListDebuginfoRequest"

        /// Nothing.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {}
    }

    /// How much of a program a file holds.
    package struct FileType: WireEnum {
        package let number: Int32

        package static let unspecified = FileType(number: 0)
        package static let full = FileType(number: 1)
        package static let withoutText = FileType(number: 2)

        package static let names: [(number: Int32, name: String)] = [
            (0, "TYPE_UNSPECIFIED"), (1, "TYPE_EXECUTABLE_FULL"), (2, "TYPE_EXECUTABLE_NO_TEXT"),
        ]

        /// A value of any number.
        package init(number: Int32) { self.number = number }
    }

    /// Which program a file belongs to.
    package struct FileMetadata: Message, Equatable {
        package static let messageName = "debuginfo.v1alpha1.FileMetadata"

        package var gnuBuildId = ""
        package var goBuildId = ""
        package var otelFileId = ""
        package var name = ""
        package var type = FileType.unspecified

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "gnu_build_id", &self.gnuBuildId)
            try codec.field(2, "go_build_id", &self.goBuildId)
            try codec.field(3, "otel_file_id", &self.otelFileId)
            try codec.field(4, "name", &self.name)
            try codec.field(5, "type", &self.type)
        }
    }

    /// Asks whether a file is wanted.
    package struct ShouldInitiateUploadRequest: Message, Equatable {
        package static let messageName = "debuginfo.v1alpha1.ShouldInitiateUploadRequest"

        package var file: FileMetadata?

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "file", &self.file)
        }
    }

    /// Whether a file is wanted, and why.
    package struct ShouldInitiateUploadResponse: Message, Equatable {
        package static let messageName = "debuginfo.v1alpha1.ShouldInitiateUploadResponse"

        package var shouldInitiateUpload = false
        package var reason = ""

        /// All fields at their defaults.
        package init() {}

        /// An answer.
        package init(_ shouldInitiateUpload: Bool, _ reason: String) {
            self.shouldInitiateUpload = shouldInitiateUpload
            self.reason = reason
        }

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "should_initiate_upload", &self.shouldInitiateUpload)
            try codec.field(2, "reason", &self.reason)
        }
    }

    /// Names a file: the request of `UploadFinished` and `DeleteDebuginfo`.
    package struct BuildIDRequest: Message, Equatable {
        package static let messageName = "debuginfo.v1alpha1.UploadFinishedRequest"

        package var gnuBuildId = ""

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "gnu_build_id", &self.gnuBuildId)
        }
    }
}

extension DebuginfoV1 {
    /// How far an upload got.
    package struct UploadState: WireEnum {
        package let number: Int32

        package static let uploading = UploadState(number: 0)
        package static let uploaded = UploadState(number: 1)

        package static let names: [(number: Int32, name: String)] = [
            (0, "STATE_UPLOADING"), (1, "STATE_UPLOADED"),
        ]

        /// A value of any number.
        package init(number: Int32) { self.number = number }
    }

    /// A file and how far its upload got.
    package struct ObjectMetadata: Message, Equatable {
        package static let messageName = "debuginfo.v1alpha1.ObjectMetadata"

        package var file: FileMetadata?
        package var state = UploadState.uploading
        package var startedAt: Timestamp?
        package var finishedAt: Timestamp?
        package var sizeBytes: Int64 = 0

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "file", &self.file)
            try codec.field(2, "state", &self.state)
            try codec.field(3, "started_at", &self.startedAt)
            try codec.field(4, "finished_at", &self.finishedAt)
            try codec.field(5, "size_bytes", &self.sizeBytes)
        }
    }

    /// All files of a tenant.
    package struct ListDebuginfoResponse: Message, Equatable {
        package static let messageName = "debuginfo.v1alpha1.ListDebuginfoResponse"

        package var object: [ObjectMetadata] = []

        /// All fields at their defaults.
        package init() {}

        package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
            try codec.field(1, "object", &self.object)
        }
    }
}
