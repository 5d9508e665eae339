// SPDX-License-Identifier: Apache-2.0
import HeadStore
import Synchronization

/// A disk in memory that knows what a power loss would leave, and fails the call it is told to fail.
final class MemoryFiles: LogFileSystem {
    struct File: Sendable {
        var bytes: [UInt8] = []
        /// What was forced to the disk.
        var synced: [UInt8] = []
    }

    struct State: Sendable {
        var files: [Int32: File] = [:]
        /// Names of files that exist, and those that survive a power loss.
        var names: [String: Int32] = [:]
        var syncedNames: [String: Int32] = [:]
        var nextFile: Int32 = 3
        var callCount = 0
        /// Which calls fail, and how.
        var failures: [Int: Int32] = [:]
        /// All calls from here on fail: the process is dead.
        var deadFrom = Int.max
        var space = DiskSpace(freeByteCount: 1 << 40, totalByteCount: 1 << 41)
        var calls: [String: Int] = [:]
        /// Errors of calls by name, until taken out.
        var standing: [String: Int32] = [:]
    }

    let state: Mutex<State>

    init(_ state: sending State = State()) { self.state = Mutex(state) }

    /// The disk after a power loss: only what was forced to it; or after `kill -9`: all that was written.
    func reopened(losingPower: Bool) -> MemoryFiles {
        self.state.withLock { old in
            var new = State()
            for (name, file) in losingPower ? old.syncedNames : old.names {
                let bytes = losingPower ? old.files[file]?.synced ?? [] : old.files[file]?.bytes ?? []
                new.files[new.nextFile] = File(bytes: bytes, synced: bytes)
                new.names[name] = new.nextFile
                new.nextFile += 1
            }
            new.syncedNames = new.names
            return MemoryFiles(new)
        }
    }

    /// Paths of files whose name ends in `suffix`, sorted.
    func paths(_ suffix: String = ".wal") -> [String] {
        self.state.withLock { $0.names.keys.filter { $0.hasSuffix(suffix) }.sorted() }
    }

    func content(_ path: String) -> [UInt8] {
        self.state.withLock { state in state.names[path].flatMap { state.files[$0]?.bytes } ?? [] }
    }

    func replace(_ path: String, _ bytes: [UInt8]) {
        self.state.withLock { state in
            let file = state.names[path] ?? state.nextFile
            state.nextFile = max(state.nextFile, file + 1)
            state.names[path] = file
            state.syncedNames[path] = file
            state.files[file] = File(bytes: bytes, synced: bytes)
        }
    }

    var callCount: Int { self.state.withLock { $0.callCount } }

    private func call<Result: Sendable>(
        _ name: String,
        _ body: (inout State) -> Result
    ) throws(DiskError) -> Result {
        let result: Swift.Result<Result, DiskError> = self.state.withLock { state in
            defer { state.callCount += 1 }
            state.calls[name, default: 0] += 1
            if state.callCount >= state.deadFrom { return .failure(DiskError(call: name, errno: 5)) }
            if let errno = state.failures[state.callCount] ?? state.standing[name] {
                return .failure(DiskError(call: name, errno: errno))
            }
            return .success(body(&state))
        }
        return try result.get()
    }
}

extension MemoryFiles {
    func makeDirectory(_ path: String) throws(DiskError) { try self.call("mkdir") { _ in } }

    func list(_ path: String) throws(DiskError) -> [String] {
        try self.call("list") { state in
            state.names.keys.filter { $0.hasPrefix(path + "/") }.map { String($0.dropFirst(path.count + 1)) }
                .filter { !$0.contains("/") }
        }
    }

    func open(_ path: String, create: Bool) throws(DiskError) -> Int32 {
        let file: Int32? = try self.call("open") { state in
            guard create else { return state.names[path] }
            guard state.names[path] == nil else { return nil }
            let file = state.nextFile
            state.nextFile += 1
            state.names[path] = file
            state.files[file] = File()
            return file
        }
        guard let file else { throw DiskError(call: "open", errno: create ? 17 : 2) }
        return file
    }

    func close(_ file: Int32) {}

    func allocate(_ file: Int32, byteCount: Int) throws(DiskError) {
        try self.call("allocate") { state in
            let missing = byteCount - (state.files[file]?.bytes.count ?? 0)
            if missing > 0 {
                state.files[file]?.bytes.append(contentsOf: [UInt8](repeating: 0, count: missing))
            }
        }
    }

    func size(_ file: Int32) throws(DiskError) -> Int {
        try self.call("size") { $0.files[file]?.bytes.count ?? 0 }
    }

    /// A write that fails leaves the first half of its bytes behind.
    func write(_ file: Int32, _ bytes: Span<UInt8>, at offset: Int) throws(DiskError) {
        let copy = bytes.indices.map { bytes[$0] }
        func put(_ bytes: ArraySlice<UInt8>, _ state: inout State) {
            guard var content = state.files[file]?.bytes else { return }
            let missing = offset + bytes.count - content.count
            if missing > 0 { content.append(contentsOf: [UInt8](repeating: 0, count: missing)) }
            content.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            state.files[file]?.bytes = content
        }
        do throws(DiskError) {
            try self.call("write") { put(copy[...], &$0) }
        } catch {
            self.state.withLock { put(copy[..<(copy.count / 2)], &$0) }
            throw error
        }
    }

    func read(_ file: Int32, byteCount: Int, at offset: Int) throws(DiskError) -> [UInt8] {
        try self.call("read") { state in
            Array((state.files[file]?.bytes ?? []).dropFirst(offset).prefix(byteCount))
        }
    }

    func truncate(_ file: Int32, byteCount: Int) throws(DiskError) {
        try self.call("truncate") { state in
            guard let content = state.files[file]?.bytes else { return }
            state.files[file]?.bytes = Array(content.prefix(byteCount))
        }
    }

    func syncData(_ file: Int32) throws(DiskError) {
        try self.call("sync") { state in
            let bytes = state.files[file]?.bytes ?? []
            state.files[file]?.synced = bytes
        }
    }

    func lock(_ path: String) throws(DiskError) -> Int32? { try self.call("lock") { _ in 1 } }

    func remove(_ path: String) throws(DiskError) { try self.call("remove") { $0.names[path] = nil } }

    func syncDirectory(_ path: String) throws(DiskError) {
        try self.call("syncDirectory") { state in
            for (name, file) in state.names where name.hasPrefix(path + "/") {
                state.syncedNames[name] = file
            }
            for name in state.syncedNames.keys where name.hasPrefix(path + "/") && state.names[name] == nil {
                state.syncedNames[name] = nil
            }
        }
    }

    func space(_ path: String) throws(DiskError) -> DiskSpace { try self.call("space") { $0.space } }
}
