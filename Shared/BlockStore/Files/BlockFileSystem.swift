// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// The system calls of publishing, so that tests can let any of them fail.
///
/// Each throws `BlockError.system`.
package protocol BlockFileSystem: Sendable {
    /// Makes a folder; one that exists is fine.
    func makeFolder(_ path: String) throws(BlockError)
    /// Makes a new file for writing and returns its descriptor.
    func create(_ path: String) throws(BlockError) -> Int32
    /// Writes all of `bytes`.
    func write(_ bytes: [UInt8], to descriptor: Int32) throws(BlockError)
    /// Waits until the file's bytes are on the disk.
    func sync(_ descriptor: Int32) throws(BlockError)
    /// Closes a descriptor, which is gone even when this throws.
    func close(_ descriptor: Int32) throws(BlockError)
    /// Waits until the entries of a folder are on the disk.
    func syncFolder(_ path: String) throws(BlockError)
    /// Renames a file within the folder's file system.
    func rename(_ source: String, to target: String) throws(BlockError)
    /// Removes a file; one that is not there is fine.
    func remove(_ path: String) throws(BlockError)
    /// Names in a folder, sorted, without `.` and `..`.
    func list(_ path: String) throws(BlockError) -> [String]
}

/// The real system calls.
package struct SystemBlockFiles: BlockFileSystem {
    /// The calls of this system.
    package init() {}

    /// Makes a folder; one that exists is fine.
    package func makeFolder(_ path: String) throws(BlockError) {
        guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw .system(.makeFolder, errno: errno)
        }
    }

    /// Makes a new file for writing and returns its descriptor.
    package func create(_ path: String) throws(BlockError) -> Int32 {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(.open, errno: errno) }
        return descriptor
    }

    /// Writes all of `bytes`, in as many calls as it takes.
    package func write(_ bytes: [UInt8], to descriptor: Int32) throws(BlockError) {
        var offset = 0
        while offset < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(
                    descriptor,
                    buffer.baseAddress?.advanced(by: offset),
                    buffer.count - offset
                )
            }
            if written < 0 {
                guard errno == EINTR else { throw .system(.write, errno: errno) }
                continue
            }
            offset += written
        }
    }

    /// Waits until the file's bytes are on the disk.
    package func sync(_ descriptor: Int32) throws(BlockError) {
        guard fsync(descriptor) == 0 else { throw .system(.sync, errno: errno) }
    }

    /// Closes a descriptor.
    package func close(_ descriptor: Int32) throws(BlockError) {
        guard Glibc.close(descriptor) == 0 else { throw .system(.close, errno: errno) }
    }

    /// Waits until the entries of a folder are on the disk.
    package func syncFolder(_ path: String) throws(BlockError) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(.open, errno: errno) }
        defer { _ = Glibc.close(descriptor) }
        try self.sync(descriptor)
    }

    /// Renames a file.
    package func rename(_ source: String, to target: String) throws(BlockError) {
        guard unsafe Glibc.rename(source, target) == 0 else { throw .system(.rename, errno: errno) }
    }

    /// Removes a file; one that is not there is fine.
    package func remove(_ path: String) throws(BlockError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw .system(.remove, errno: errno) }
    }

    /// Names in a folder, sorted.
    package func list(_ path: String) throws(BlockError) -> [String] {
        guard let folder = unsafe opendir(path) else { throw .system(.list, errno: errno) }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                let capacity = MemoryLayout.size(ofValue: unsafe pointer.pointee)
                return unsafe pointer.withMemoryRebound(to: CChar.self, capacity: capacity) {
                    unsafe String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
