// SPDX-License-Identifier: Apache-2.0

/// An uploaded file of a program, or one that is to be uploaded, as the catalogue knows it.
package struct DebugFileRecord: Hashable, Sendable {
    /// How far the upload got.
    package enum State: Int64, Hashable, Sendable {
        case uploading = 0
        case uploaded = 1
    }

    /// Where a file lies, and what is in it.
    package struct Contents: Hashable, Sendable {
        /// Whose disk it lies on.
        package var instance: String
        package var byteCount: Int64
        package var hasSymbols: Bool
        package var hasDebugSections: Bool

        package init(instance: String, byteCount: Int64, hasSymbols: Bool, hasDebugSections: Bool) {
            self.instance = instance
            self.byteCount = byteCount
            self.hasSymbols = hasSymbols
            self.hasDebugSections = hasDebugSections
        }
    }

    /// The GNU build id, in lower case: the key within a tenant.
    package var buildID: String
    package var goBuildID: String
    package var otelFileID: String
    package var name: String
    /// As the uploader says: 1 the whole program, 2 without its code.
    package var kind: Int64
    package var state: State
    /// When the upload was asked for, in nanoseconds since 1970; tells this upload from a later one.
    package var startedAt: Int64
    package var finishedAt: Int64?
    /// Nil until the file lies on a disk.
    package var contents: Contents?

    /// A file that is to be uploaded.
    package init(
        buildID: String,
        goBuildID: String,
        otelFileID: String,
        name: String,
        kind: Int64,
        startedAt: Int64
    ) {
        self.buildID = buildID
        self.goBuildID = goBuildID
        self.otelFileID = otelFileID
        self.name = name
        self.kind = kind
        self.state = .uploading
        self.startedAt = startedAt
    }
}

/// Whether an upload may begin.
package enum DebugFileStart: Hashable, Sendable {
    /// The file was not known: it is now, and waits for its bytes.
    case first
    /// An upload had begun and was not finished in time: it begins anew.
    case again
    /// An upload is under way.
    case underWay
    /// The file is there.
    case exists
    /// The tenant has as many files as it may have.
    case tooMany
}

/// Whether an upload could be finished.
package enum DebugFileEnd: Hashable, Sendable {
    case finished
    /// Nobody asked for this upload.
    case unknown
    /// It was finished already.
    case notUploading
    /// No bytes came.
    case noFile
}
