// SPDX-License-Identifier: Apache-2.0
import BlockStore
import Glibc
import Synchronization

/// The real system calls; once armed, the `failing`-th from then on and all later ones fail, as with a dead
/// disk.
final class FaultyFiles: BlockFileSystem {
    private let real = SystemBlockFiles()
    private let state: Mutex<(count: Int, failing: Int)>

    init() { self.state = Mutex((0, .max)) }

    /// Calls since the start or since `arm`.
    var callCount: Int { self.state.withLock { $0.count } }

    func arm(failing: Int) { self.state.withLock { $0 = (0, failing) } }

    private func step(_ call: FileCall) throws(BlockError) {
        let fails = self.state.withLock { state in
            state.count += 1
            return state.count >= state.failing
        }
        if fails { throw .system(call, errno: EIO) }
    }

    func makeFolder(_ path: String) throws(BlockError) {
        try self.step(.makeFolder)
        try self.real.makeFolder(path)
    }

    func create(_ path: String) throws(BlockError) -> Int32 {
        try self.step(.open)
        return try self.real.create(path)
    }

    func write(_ bytes: [UInt8], to descriptor: Int32) throws(BlockError) {
        do throws(BlockError) {
            try self.step(.write)
        } catch {
            // Half of it arrives.
            try self.real.write(Array(bytes.prefix(bytes.count / 2)), to: descriptor)
            throw error
        }
        try self.real.write(bytes, to: descriptor)
    }

    func sync(_ descriptor: Int32) throws(BlockError) {
        try self.step(.sync)
        try self.real.sync(descriptor)
    }

    func close(_ descriptor: Int32) throws(BlockError) {
        try self.real.close(descriptor)
        try self.step(.close)
    }

    func syncFolder(_ path: String) throws(BlockError) {
        try self.step(.sync)
        try self.real.syncFolder(path)
    }

    func rename(_ source: String, to target: String) throws(BlockError) {
        try self.step(.rename)
        try self.real.rename(source, to: target)
    }

    func remove(_ path: String) throws(BlockError) {
        try self.step(.remove)
        try self.real.remove(path)
    }

    func list(_ path: String) throws(BlockError) -> [String] {
        try self.step(.list)
        return try self.real.list(path)
    }
}
