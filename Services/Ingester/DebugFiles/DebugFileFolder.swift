// SPDX-License-Identifier: Apache-2.0
internal import ELF
internal import Glibc
internal import HeadStore
internal import ProfileModel
internal import Synchronization
internal import WireAPI

/// Uploaded files of programs on a local disk: `files/{tenant}/{build id}.elf`, and `tmp/{token}` while they
/// arrive.
///
/// One process owns the folder. Its calls block: they belong on a thread of their own.
final class DebugFileFolder: Sendable {
    /// Uploads at a time.
    static let uploadCountMax = 64
    /// An upload that nobody has added to for so long is over.
    static let idleMax = Duration.seconds(600)
    /// The same while others wait for room.
    static let idleMaxWhenFull = Duration.seconds(30)

    private let root: String
    private let instance: String
    private let freeByteCountMin: Int
    private let files = SystemFiles()
    /// When each upload grew last.
    private let uploads = Mutex<[String: ContinuousClock.Instant]>([:])

    /// Opens or makes the folder; what was arriving when the last process ended is removed.
    init(path: String, instance: String, freeByteCountMin: Int) throws(DebugFileError) {
        self.root = path
        self.instance = instance
        self.freeByteCountMin = freeByteCountMin
        try self.checked { () throws(DiskError) in
            for folder in [self.root, self.filesFolder, self.temporaryFolder] {
                try self.files.makeDirectory(folder)
            }
            try self.files.syncDirectory(self.root)
            for name in try self.files.list(self.temporaryFolder) {
                try self.files.remove("\(self.temporaryFolder)/\(name)")
            }
        }
    }

    private var filesFolder: String { "\(self.root)/files" }
    private var temporaryFolder: String { "\(self.root)/tmp" }

    private func temporaryPath(_ upload: DebugUpload) -> String { "\(self.temporaryFolder)/\(upload.token)" }

    /// Where the file of a program lies.
    ///
    /// A tenant's name is a safe name of a folder.
    func path(tenant: TenantID, buildID: BuildID) -> String {
        "\(self.filesFolder)/\(tenant)/\(buildID).elf"
    }

    /// Adds bytes to an upload of `offset` bytes.
    func append(_ bytes: [UInt8], to upload: DebugUpload, at offset: Int64) throws(DebugFileError) {
        try self.checkRoom(for: bytes.count)
        let isNew = offset == 0
        try self.enter(upload, isNew: isNew)
        let file: Int32
        do throws(DiskError) {
            file = try self.files.open(self.temporaryPath(upload), create: isNew)
        } catch {
            throw error.errno == EEXIST || error.errno == ENOENT ? .lost : self.failure(error)
        }
        defer { self.files.close(file) }
        let size = try self.checked { () throws(DiskError) in try self.files.size(file) }
        guard Int64(size) == offset else { throw .lost }
        try self.checked { () throws(DiskError) in try self.files.write(file, bytes.span, at: size) }
    }

    /// Checks the upload, makes it durable and gives it its name.
    func finish(_ upload: DebugUpload, byteCount: Int64) throws(DebugFileError) -> StoredDebugFile {
        defer { self.discard(upload) }
        let stored: StoredDebugFile
        let file = try self.opened(self.temporaryPath(upload))
        do {
            defer { self.files.close(file) }
            let size = try self.checked { () throws(DiskError) in try self.files.size(file) }
            guard Int64(size) == byteCount else { throw .lost }
            stored = try self.describe(file, byteCount: size, upload)
            try self.checked { () throws(DiskError) in try self.files.syncData(file) }
        }
        let folder = "\(self.filesFolder)/\(upload.tenant)"
        try self.checked { () throws(DiskError) in
            try self.files.makeDirectory(folder)
            try self.files.syncDirectory(self.filesFolder)
            try self.files.rename(
                self.temporaryPath(upload),
                to: self.path(tenant: upload.tenant, buildID: upload.buildID)
            )
            try self.files.syncDirectory(folder)
        }
        return stored
    }

    /// Removes what arrived of an upload.
    func discard(_ upload: DebugUpload) {
        self.uploads.withLock { $0[upload.token] = nil }
        // Gone already when the upload was finished; what cannot be removed now goes at the next start.
        try? self.files.remove(self.temporaryPath(upload))
    }

    /// Removes a file; one that is not there is fine.
    func remove(tenant: TenantID, buildID: BuildID) throws(DebugFileError) {
        do throws(DiskError) {
            try self.files.remove(self.path(tenant: tenant, buildID: buildID))
            try self.files.syncDirectory("\(self.filesFolder)/\(tenant)")
        } catch {
            guard error.errno == ENOENT else { throw self.failure(error) }
        }
    }

    private func describe(
        _ file: Int32,
        byteCount: Int,
        _ upload: DebugUpload
    ) throws(DebugFileError) -> StoredDebugFile {
        let description: ELFDescription
        do throws(ELFFault) {
            description = try ELFDescription(FileOnDisk(file: file, byteCount: UInt64(byteCount)))
        } catch {
            throw error == .unreadable ? .internal("the file cannot be read back") : .refused(error.text)
        }
        guard let buildID = description.buildIDText else {
            throw .refused("the ELF file has no GNU build id")
        }
        guard buildID == upload.buildID.description else {
            let text = "the ELF file has the build id \(buildID.prefix(64)), not \(upload.buildID)"
            throw .refused(text)
        }
        var stored = StoredDebugFile()
        stored.instance = self.instance
        stored.byteCount = Int64(byteCount)
        stored.hasSymbols = description.hasSymbols
        stored.hasDebugSections = description.hasDebugSections
        return stored
    }
}

extension DebugFileFolder {
    /// Counts an upload that begins, after those that are over have gone.
    private func enter(_ upload: DebugUpload, isNew: Bool) throws(DebugFileError) {
        let now = ContinuousClock.now
        guard isNew else {
            let isKnown = self.uploads.withLock { $0.updateIfKnown(upload.token, now) }
            guard isKnown else { throw .lost }
            return
        }
        let (idle, fits) = self.uploads.withLock { uploads in
            let patience = uploads.count < Self.uploadCountMax ? Self.idleMax : Self.idleMaxWhenFull
            let idle = uploads.filter { now - $0.value > patience }.map(\.key)
            for token in idle { uploads[token] = nil }
            let fits = uploads.count < Self.uploadCountMax
            if fits { uploads[upload.token] = now }
            return (idle, fits)
        }
        // As in `discard`.
        for token in idle { try? self.files.remove("\(self.temporaryFolder)/\(token)") }
        guard fits else { throw .unavailable("\(Self.uploadCountMax) files are being uploaded already") }
    }

    private func opened(_ path: String) throws(DebugFileError) -> Int32 {
        do throws(DiskError) {
            return try self.files.open(path, create: false)
        } catch {
            throw error.errno == ENOENT ? .lost : self.failure(error)
        }
    }

    /// Profiles come first: files of programs are not taken when the disk gets full.
    private func checkRoom(for byteCount: Int) throws(DebugFileError) {
        let space = try self.checked { () throws(DiskError) in try self.files.space(self.root) }
        guard space.freeByteCount >= UInt64(self.freeByteCountMin + byteCount) else {
            throw .unavailable("the disk has less than \(self.freeByteCountMin) bytes left")
        }
    }

    private func checked<Result>(_ body: () throws(DiskError) -> Result) throws(DebugFileError) -> Result {
        do throws(DiskError) {
            return try body()
        } catch {
            throw self.failure(error)
        }
    }

    private func failure(_ error: DiskError) -> DebugFileError {
        error.errno == ENOSPC || error.errno == EDQUOT
            ? .unavailable("the disk is full") : .internal("\(error.call): errno \(error.errno)")
    }
}

extension [String: ContinuousClock.Instant] {
    /// Sets the instant of a key that is there; says whether it was.
    fileprivate mutating func updateIfKnown(_ key: String, _ instant: ContinuousClock.Instant) -> Bool {
        guard self[key] != nil else { return false }
        self[key] = instant
        return true
    }
}

/// A file that is open.
private struct FileOnDisk: ELFBytes {
    let file: Int32
    let byteCount: UInt64

    func read(at offset: UInt64, count: Int) throws(ELFFault) -> [UInt8] {
        guard let start = Int(exactly: offset), offset < self.byteCount else { return [] }
        do throws(DiskError) {
            return try SystemFiles().read(self.file, byteCount: count, at: start)
        } catch {
            throw .unreadable
        }
    }
}
