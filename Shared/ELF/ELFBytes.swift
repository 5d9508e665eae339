// SPDX-License-Identifier: Apache-2.0

/// The bytes of a file, read a little at a time: a program may have gigabytes.
package protocol ELFBytes {
    /// Bytes in the file.
    var byteCount: UInt64 { get }
    /// `count` bytes from `offset` on; less at the end of the file.
    func read(at offset: UInt64, count: Int) throws(ELFFault) -> [UInt8]
}

extension [UInt8]: ELFBytes {
    /// Bytes in the array.
    package var byteCount: UInt64 { UInt64(self.count) }

    /// A part of the array.
    package func read(at offset: UInt64, count: Int) throws(ELFFault) -> [UInt8] {
        guard let start = Int(exactly: offset), start < self.count else { return [] }
        return Array(self[start...].prefix(count))
    }
}

extension ELFBytes {
    /// Exactly `count` bytes from `offset` on.
    func all(at offset: UInt64, count: Int) throws(ELFFault) -> [UInt8] {
        let (end, overflows) = offset.addingReportingOverflow(UInt64(count))
        guard !overflows, end <= self.byteCount else { throw .truncated }
        let bytes = try self.read(at: offset, count: count)
        guard bytes.count == count else { throw .truncated }
        return bytes
    }
}

/// Numbers of a header, in the byte order and class of the file.
struct ELFFields {
    let bytes: [UInt8]
    let is64: Bool
    let isLittleEndian: Bool

    /// The number of `size` bytes at `offset`, which lies within the header.
    func number(_ offset: Int, _ size: Int) throws(ELFFault) -> UInt64 {
        guard offset >= 0, size <= 8, offset <= self.bytes.count - size else { throw .truncated }
        let part = self.bytes[offset..<offset + size]
        return self.isLittleEndian
            ? part.reversed().reduce(0) { $0 << 8 | UInt64($1) } : part.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A number that is as wide as an address.
    func address(_ offset: Int) throws(ELFFault) -> UInt64 { try self.number(offset, self.is64 ? 8 : 4) }
}
