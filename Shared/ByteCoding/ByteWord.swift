// SPDX-License-Identifier: Apache-2.0
//
// Invariant: a precondition has checked that all eight bytes are there.

extension Span<UInt8> {
    /// The eight bytes from `offset` on as one number, the first byte lowest; all must be there.
    @inlinable
    @inline(__always)
    public func word(at offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset <= self.count &- 8, "word out of bounds")
        return unsafe UInt64(
            littleEndian: self.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
        )
    }
}
