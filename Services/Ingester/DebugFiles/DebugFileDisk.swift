// SPDX-License-Identifier: Apache-2.0
internal import Blocking
package import ProfileModel
package import WireAPI

/// The vault of this process: a folder, worked on by threads of its own.
package final class DebugFileDisk: DebugFileVault {
    private let folder: DebugFileFolder
    private let pool: BlockingPool

    private init(_ folder: DebugFileFolder, _ pool: BlockingPool) {
        self.folder = folder
        self.pool = pool
    }

    /// Opens the folder at `path`, whose file system keeps `freeByteCountMin` bytes for others.
    package static func open(
        path: String,
        instance: String,
        freeByteCountMin: Int
    ) async throws(IngesterStartError) -> DebugFileDisk {
        do {
            let pool = try BlockingPool(name: "debug-files", threadCount: 2)
            let folder = try await pool.run {
                try DebugFileFolder(path: path, instance: instance, freeByteCountMin: freeByteCountMin)
            }
            return DebugFileDisk(folder, pool)
        } catch {
            throw .folder(error)
        }
    }

    /// Adds bytes at the end of an upload.
    package func append(
        _ bytes: [UInt8],
        to upload: DebugUpload,
        at offset: Int64
    ) async throws(DebugFileError) {
        try await self.run { folder in try folder.append(bytes, to: upload, at: offset) }
    }

    /// Checks the file and puts it in its place, durably.
    package func finish(
        _ upload: DebugUpload,
        byteCount: Int64
    ) async throws(DebugFileError) -> StoredDebugFile {
        try await self.run { folder in try folder.finish(upload, byteCount: byteCount) }
    }

    /// Forgets an upload, for a task that was cancelled too, whose work the pool would not begin: removing a
    /// name takes no time to speak of.
    package func discard(_ upload: DebugUpload) async { self.folder.discard(upload) }

    /// Removes a file.
    package func remove(
        tenant: TenantID,
        buildID: BuildID,
        instance: String
    ) async throws(DebugFileError) {
        try await self.run { folder in try folder.remove(tenant: tenant, buildID: buildID) }
    }

    /// Ends the threads.
    func close() { self.pool.stop() }

    private func run<Result: Sendable>(
        _ work: @escaping @Sendable (DebugFileFolder) throws -> Result
    ) async throws(DebugFileError) -> Result {
        let folder = self.folder
        do {
            return try await self.pool.run { try work(folder) }
        } catch let error as DebugFileError {
            throw error
        } catch {
            throw .unavailable("the ingester is busy or shutting down")
        }
    }
}
