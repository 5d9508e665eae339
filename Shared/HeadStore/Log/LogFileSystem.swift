// SPDX-License-Identifier: Apache-2.0

/// A system call failed; the system's error number.
package struct DiskError: Error, Hashable, Sendable {
    /// Name of the call, as `fdatasync`.
    package let call: String
    package let errno: Int32

    package init(call: String, errno: Int32) {
        self.call = call
        self.errno = errno
    }
}

/// Room on the file system of a folder.
package struct DiskSpace: Hashable, Sendable {
    package let freeByteCount: UInt64
    package let totalByteCount: UInt64

    package init(freeByteCount: UInt64, totalByteCount: UInt64) {
        self.freeByteCount = freeByteCount
        self.totalByteCount = totalByteCount
    }
}

/// The system calls of the write-ahead log, so that tests can fail any one of them.
///
/// Files are descriptors. Every call is one system call or a loop of the same one; nothing is buffered.
package protocol LogFileSystem: Sendable {
    /// Makes a folder; one that exists is fine.
    func makeDirectory(_ path: String) throws(DiskError)
    /// Names in a folder, in any order.
    func list(_ path: String) throws(DiskError) -> [String]
    /// Opens a file for reading and writing, making it when `create`; an existing file is then an error.
    func open(_ path: String, create: Bool) throws(DiskError) -> Int32
    func close(_ file: Int32)
    /// Makes sure that the first `byteCount` bytes have room on the disk.
    func allocate(_ file: Int32, byteCount: Int) throws(DiskError)
    func size(_ file: Int32) throws(DiskError) -> Int
    /// Writes all of `bytes` at `offset`.
    func write(_ file: Int32, _ bytes: Span<UInt8>, at offset: Int) throws(DiskError)
    /// Reads up to `byteCount` bytes at `offset`: fewer only at the end of the file.
    func read(_ file: Int32, byteCount: Int, at offset: Int) throws(DiskError) -> [UInt8]
    func truncate(_ file: Int32, byteCount: Int) throws(DiskError)
    /// Forces data and size to the disk.
    func syncData(_ file: Int32) throws(DiskError)
    /// Opens a file that only one process at a time holds, making it when needed; nil when another holds it.
    func lock(_ path: String) throws(DiskError) -> Int32?
    func remove(_ path: String) throws(DiskError)
    /// Forces the names in a folder to the disk.
    func syncDirectory(_ path: String) throws(DiskError)
    func space(_ path: String) throws(DiskError) -> DiskSpace
}
