// SPDX-License-Identifier: Apache-2.0
package import ProfileModel
package import ProtobufWire

/// The build id of a program as uploaders write it; equal ids are equal whatever the case of their digits.
package struct BuildID: Hashable, Sendable, CustomStringConvertible {
    /// Lower case.
    package let description: String

    /// The id that `text` writes; nil when it is none.
    package init?(_ text: String) {
        guard 2...40 ~= text.utf8.count, text.utf8.allSatisfy(Self.isDigit) else { return nil }
        self.description = text.lowercased()
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }
}

/// One upload of a file on its way to the disk where it will lie.
package struct DebugUpload: Hashable, Sendable {
    package let tenant: TenantID
    package let buildID: BuildID
    /// Tells the uploads of one file apart: 32 hexadecimal digits.
    package let token: String

    /// A new upload.
    package init(tenant: TenantID, buildID: BuildID) {
        self.tenant = tenant
        self.buildID = buildID
        let bits = [UInt64.random(in: .min ... .max), .random(in: .min ... .max)]
        self.token = bits.map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }

    /// An upload that another process began; nil when the token is none.
    package init?(tenant: TenantID, buildID: BuildID, token: String) {
        guard token.utf8.count == 32, token.utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }) else {
            return nil
        }
        self.tenant = tenant
        self.buildID = buildID
        self.token = token
    }
}

/// What lies on a disk now, and whose.
package struct StoredDebugFile: Message, Equatable {
    package static let messageName = "hearth.StoredDebugFile"

    /// The instance whose disk it is.
    package var instance = ""
    package var byteCount: Int64 = 0
    package var hasSymbols = false
    package var hasDebugSections = false

    /// All fields at their defaults.
    package init() {}

    package mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "instance", &self.instance)
        try codec.field(2, "byte_count", &self.byteCount)
        try codec.field(3, "has_symbols", &self.hasSymbols)
        try codec.field(4, "has_debug_sections", &self.hasDebugSections)
    }
}

/// Why a file was not stored or removed.
package enum DebugFileError: Error, Hashable, Sendable {
    /// Try again later: the disk is nearly full, its owner out of reach, too many uploads at once.
    case unavailable(String)
    /// The file is not what it is said to be; the text is for whoever sent it.
    case refused(String)
    /// The upload is not known, or not up to this point: it has to begin anew.
    case lost
    /// A fault of ours; the text is for logs.
    case `internal`(String)
}

/// Where uploaded files lie: an ingester's disk, in this process or behind HTTP.
package protocol DebugFileVault: Sendable {
    /// Adds bytes at the end of an upload, which has `offset` bytes so far; 0 begins it.
    func append(_ bytes: [UInt8], to upload: DebugUpload, at offset: Int64) async throws(DebugFileError)

    /// Checks the file of `byteCount` bytes and puts it in its place, in place of an older one; it survives
    /// `kill -9` from then on.
    func finish(_ upload: DebugUpload, byteCount: Int64) async throws(DebugFileError) -> StoredDebugFile

    /// Forgets an upload that will not be finished.
    func discard(_ upload: DebugUpload) async

    /// Removes a file from the disk of `instance`; one that is not there is fine.
    func remove(tenant: TenantID, buildID: BuildID, instance: String) async throws(DebugFileError)
}

/// How one process asks another for its vault.
package enum DebugFileExchange {
    /// POST adds bytes, PUT finishes, DELETE discards the upload or, without one, removes the file.
    package static let path = "/internal/v1/debug-files"
    /// Bytes sent at a time.
    package static let pieceByteCount = 4 << 20
    package static let contentType = "application/octet-stream"
}
