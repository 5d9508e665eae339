// SPDX-License-Identifier: Apache-2.0

// Invariant: pointers passed to the system live for the duration of one call, and lengths come from the
// buffers they point into.
internal import Glibc

/// The kernel's files.
package struct SystemFiles: LogFileSystem {
    /// No state: the kernel has it all.
    package init() {}

    /// Makes a folder for this user alone.
    package func makeDirectory(_ path: String) throws(DiskError) {
        let result = unsafe path.withCString { unsafe mkdir($0, 0o700) }
        if result != 0, errno != EEXIST { throw Self.error("mkdir") }
    }

    /// Names in a folder, without `.` and `..`.
    package func list(_ path: String) throws(DiskError) -> [String] {
        guard let folder = unsafe opendir(path) else { throw Self.error("opendir") }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(folder) else {
                if errno != 0 { throw Self.error("readdir") }
                return names
            }
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    /// Opens a file for this user alone.
    package func open(_ path: String, create: Bool) throws(DiskError) -> Int32 {
        let flags = O_RDWR | O_CLOEXEC | (create ? O_CREAT | O_EXCL : 0)
        let file = unsafe Glibc.open(path, flags, 0o600)
        guard file >= 0 else { throw Self.error("open") }
        return file
    }

    /// Gives the descriptor back.
    package func close(_ file: Int32) {
        // A child process that has not come to its exec yet would hold a lock on.
        flock(file, LOCK_UN)
        _ = Glibc.close(file)
    }

    /// Reserves room; what is reserved reads as zeros.
    package func allocate(_ file: Int32, byteCount: Int) throws(DiskError) {
        let code = posix_fallocate(file, 0, byteCount)
        if code != 0 { throw DiskError(call: "posix_fallocate", errno: code) }
    }

    /// Bytes in the file.
    package func size(_ file: Int32) throws(DiskError) -> Int {
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw Self.error("fstat") }
        return Int(status.st_size)
    }

    /// Writes all of `bytes`, however often the kernel stops short.
    package func write(_ file: Int32, _ bytes: Span<UInt8>, at offset: Int) throws(DiskError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[done...])
                return unsafe pwrite(file, rest.baseAddress, rest.count, offset + done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.error("pwrite") }
            done += count
        }
    }

    /// Reads until `byteCount` bytes are there or the file ends.
    package func read(_ file: Int32, byteCount: Int, at offset: Int) throws(DiskError) -> [UInt8] {
        var failed = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, initialized in
            while initialized < byteCount {
                let rest = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[initialized...]
                )
                let count = unsafe pread(file, rest.baseAddress, rest.count, offset + initialized)
                if count < 0, errno == EINTR { continue }
                failed = count < 0
                guard count > 0 else { return }
                initialized += count
            }
        }
        if failed { throw Self.error("pread") }
        return bytes
    }

    /// Cuts or grows the file.
    package func truncate(_ file: Int32, byteCount: Int) throws(DiskError) {
        if ftruncate(file, byteCount) != 0 { throw Self.error("ftruncate") }
    }

    /// Forces data and size to the disk.
    package func syncData(_ file: Int32) throws(DiskError) {
        if fdatasync(file) != 0 { throw Self.error("fdatasync") }
    }

    /// Locks the file for this process; the kernel unlocks it when the process ends.
    package func lock(_ path: String) throws(DiskError) -> Int32? {
        let file = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.error("open") }
        if flock(file, LOCK_EX | LOCK_NB) == 0 { return file }
        let code = errno
        self.close(file)
        if code == EWOULDBLOCK { return nil }
        throw DiskError(call: "flock", errno: code)
    }

    /// Gives a file another name within its file system, in place of the file that has it.
    package func rename(_ path: String, to target: String) throws(DiskError) {
        if unsafe Glibc.rename(path, target) != 0 { throw Self.error("rename") }
    }

    /// Deletes a name.
    package func remove(_ path: String) throws(DiskError) {
        if unsafe unlink(path) != 0 { throw Self.error("unlink") }
    }

    /// Forces the names in a folder to the disk.
    package func syncDirectory(_ path: String) throws(DiskError) {
        let folder = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Self.error("open") }
        defer { self.close(folder) }
        if fsync(folder) != 0 { throw Self.error("fsync") }
    }

    /// Room on the file system of a folder.
    package func space(_ path: String) throws(DiskError) -> DiskSpace {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { throw Self.error("statvfs") }
        let block = UInt64(status.f_frsize)
        return DiskSpace(
            freeByteCount: UInt64(status.f_bavail) &* block,
            totalByteCount: UInt64(status.f_blocks) &* block
        )
    }

    private static func error(_ call: String) -> DiskError { DiskError(call: call, errno: errno) }
}
