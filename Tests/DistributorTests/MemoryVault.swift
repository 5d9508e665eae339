// SPDX-License-Identifier: Apache-2.0
import ProfileModel
import Synchronization
import WireAPI

/// A vault in memory that takes any file but one that begins with `bad`.
final class MemoryVault: DebugFileVault {
    private struct State {
        var arriving: [String: [UInt8]] = [:]
        var files: [String: [UInt8]] = [:]
        var failure: DebugFileError?
        var appendCount = 0
    }

    private let state = Mutex(State())

    /// Whole files by tenant and build id.
    var files: [String: [UInt8]] { self.state.withLock { $0.files } }
    var arrivingCount: Int { self.state.withLock { $0.arriving.count } }
    var appendCount: Int { self.state.withLock { $0.appendCount } }

    /// From now on every call fails.
    func fail(_ failure: DebugFileError?) { self.state.withLock { $0.failure = failure } }

    func append(_ bytes: [UInt8], to upload: DebugUpload, at offset: Int64) async throws(DebugFileError) {
        try self.check()
        let fits = self.state.withLock { state in
            state.appendCount += 1
            guard state.arriving[upload.token, default: []].count == Int(offset) else { return false }
            state.arriving[upload.token, default: []] += bytes
            return true
        }
        guard fits, bytes.count <= DebugFileExchange.pieceByteCount else { throw .lost }
    }

    func finish(_ upload: DebugUpload, byteCount: Int64) async throws(DebugFileError) -> StoredDebugFile {
        try self.check()
        guard let bytes = self.state.withLock({ $0.arriving.removeValue(forKey: upload.token) }) else {
            throw .lost
        }
        guard bytes.count == Int(byteCount) else { throw .lost }
        guard !bytes.starts(with: Array("bad".utf8)) else { throw .refused("the file is bad") }
        self.state.withLock { $0.files["\(upload.tenant)/\(upload.buildID)"] = bytes }
        var stored = StoredDebugFile()
        stored.instance = "here"
        stored.byteCount = byteCount
        stored.hasSymbols = true
        return stored
    }

    func discard(_ upload: DebugUpload) async {
        self.state.withLock { $0.arriving[upload.token] = nil }
    }

    func remove(tenant: TenantID, buildID: BuildID, instance: String) async throws(DebugFileError) {
        try self.check()
        guard instance == "here" else { throw .internal("another instance") }
        self.state.withLock { $0.files["\(tenant)/\(buildID)"] = nil }
    }

    private func check() throws(DebugFileError) {
        if let failure = self.state.withLock({ $0.failure }) { throw failure }
    }
}
