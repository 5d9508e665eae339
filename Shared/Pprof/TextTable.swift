// SPDX-License-Identifier: Apache-2.0
//
// Invariant: every entry of `strings` lies inside `text`. Both only grow while a profile is decoded, and
// entries only ever shrink or move to text that was appended.
internal import ByteCoding
internal import Glibc
internal import ProfileModel

/// The strings of a pprof while it is normalised: pieces of the inflated bytes and of text made on the way.
struct TextTable: ~Copyable {
    var text = Column<UInt8>(capacity: 1 << 16)
    var strings = Column<DecodedProfile.Text>()
    /// Bytes that `make` added to this profile.
    var madeByteCount = 0

    /// Far more than the names of any honest profile.
    private static let madeByteCountMax = 64 << 20

    var count: Int { self.strings.count }

    /// Makes sure that `count` bytes behind the text can be read, all zero.
    mutating func pad(_ count: Int) {
        self.text.reserve(self.text.count + count)
        unsafe (self.text.unsafeStart + self.text.count).update(repeating: 0, count: count)
    }

    /// The range of string `index` in `text`.
    func range(_ index: UInt32) -> Range<Int> {
        let entry = self.strings[Int(index)]
        return Int(entry.offset)..<Int(entry.offset) + Int(entry.count)
    }

    func byteCount(_ index: UInt32) -> Int { Int(self.strings[Int(index)].count) }

    /// The string as Swift text; what is not UTF-8 is repaired.
    func string(_ index: UInt32) -> String {
        String(decoding: self.bytes(index), as: UTF8.self)
    }

    /// A copy of the bytes.
    func bytes(_ index: UInt32) -> [UInt8] {
        let range = self.range(index)
        return unsafe self.text.withUnsafeBuffer { unsafe Array($0[range]) }
    }

    func equals(_ index: UInt32, _ other: [UInt8]) -> Bool {
        let range = self.range(index)
        guard range.count == other.count else { return false }
        for offset in 0..<other.count where self.text[range.lowerBound + offset] != other[offset] {
            return false
        }
        return true
    }

    func equals(_ index: UInt32, _ other: StaticString) -> Bool {
        let range = self.range(index)
        guard range.count == other.utf8CodeUnitCount else { return false }
        return unsafe memcmp(self.text.unsafeStart + range.lowerBound, other.utf8Start, range.count) == 0
    }

    func isEqual(_ left: UInt32, _ right: UInt32) -> Bool {
        left == right || self.byteCount(left) == self.byteCount(right) && self.compare(left, right) == 0
    }

    /// Bytewise order.
    func precedes(_ left: UInt32, _ right: UInt32) -> Bool {
        let order = self.compare(left, right)
        return order == 0 ? self.byteCount(left) < self.byteCount(right) : order < 0
    }

    private func compare(_ left: UInt32, _ right: UInt32) -> Int32 {
        let start = unsafe self.text.unsafeStart
        let (from, to) = (self.range(left), self.range(right))
        return unsafe memcmp(start + from.lowerBound, start + to.lowerBound, min(from.count, to.count))
    }

    func contains(_ index: UInt32, byte: UInt8) -> Bool {
        let range = self.range(index)
        return unsafe memchr(self.text.unsafeStart + range.lowerBound, Int32(byte), range.count) != nil
    }

    func isHex(_ index: UInt32) -> Bool {
        self.bytes(index).allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"):
                true
            default: false
            }
        }
    }

    /// Adds a string made from strings of the client, which a few bytes of a profile can ask for many times.
    mutating func make(_ bytes: [UInt8]) throws(ProfileRejection) -> UInt32 {
        self.madeByteCount += bytes.count
        guard self.madeByteCount <= Self.madeByteCountMax else {
            let limit = "limit: \(Self.madeByteCountMax) bytes"
            throw ProfileRejection(
                .profileSizeLimit,
                "the names of the profile grow past their limit (\(limit))"
            )
        }
        return self.append(bytes)
    }

    /// Adds a string; its index is returned.
    mutating func append(_ bytes: [UInt8]) -> UInt32 {
        let offset = UInt32(truncatingIfNeeded: self.text.count)
        unsafe bytes.withUnsafeBufferPointer { unsafe self.text.append($0) }
        self.strings.append(DecodedProfile.Text(offset: offset, count: UInt32(bytes.count)))
        return UInt32(self.strings.count - 1)
    }

    /// Replaces what string `index` says.
    mutating func replace(_ index: UInt32, with bytes: [UInt8]) {
        let made = self.append(bytes)
        self.strings[Int(index)] = self.strings[Int(made)]
        self.strings.truncate(to: Int(made))
    }

    /// Keeps the last `limit` bytes of longer strings, from a whole character on; returns how many were cut.
    mutating func truncate(to limit: Int) -> Int {
        var count = 0
        for index in self.strings.indices where Int(self.strings[index].count) > limit {
            count += 1
            let end = Int(self.strings[index].offset) + Int(self.strings[index].count)
            var start = end - limit
            while start < end, self.text[start] & 0xC0 == 0x80 { start += 1 }
            self.strings[index] = DecodedProfile.Text(offset: UInt32(start), count: UInt32(end - start))
        }
        return count
    }

    /// Whether string `index` contains `needle`, which is not empty.
    func contains(_ index: UInt32, _ needle: StaticString) -> Bool {
        let range = self.range(index)
        let count = needle.utf8CodeUnitCount
        var at = unsafe UnsafePointer(self.text.unsafeStart) + range.lowerBound
        var left = range.count
        while left >= count, let hit = unsafe memchr(at, Int32(needle.utf8Start[0]), left - count + 1) {
            let found = unsafe UnsafePointer(hit.assumingMemoryBound(to: UInt8.self))
            if unsafe memcmp(found, needle.utf8Start, count) == 0 { return true }
            left -= unsafe found - at + 1
            unsafe at = found + 1
        }
        return false
    }

    func hasPrefix(_ prefix: StaticString, _ index: UInt32) -> Bool {
        let range = self.range(index)
        let count = prefix.utf8CodeUnitCount
        guard range.count >= count else { return false }
        return unsafe memcmp(self.text.unsafeStart + range.lowerBound, prefix.utf8Start, count) == 0
    }

    func hasSuffix(_ suffix: StaticString, _ index: UInt32) -> Bool {
        let range = self.range(index)
        let count = suffix.utf8CodeUnitCount
        guard range.count >= count else { return false }
        return unsafe memcmp(self.text.unsafeStart + range.upperBound - count, suffix.utf8Start, count) == 0
    }
}
