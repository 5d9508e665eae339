// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Names of frames, each kept once; the sum of their sizes and the work on them are bounded.
struct NameTable {
    /// Ends of the names in `bytes`, by id.
    private var ends: [Int] = []
    private var bytes: [UInt8] = []
    /// Open addressing; id + 1, 0 for empty.
    private var slots = [UInt32](repeating: 0, count: 64)
    private var hashedByteCount = 0
    private let byteCountMax: Int
    /// Whether a name is not UTF-8, which a profile cannot hold.
    private(set) var hasInvalidText = false

    private static let seed = UInt64.random(in: .min ... .max)
    /// Looking names up may cost this many times what storing them may.
    private static let workFactor = 8

    init(byteCountMax: Int) { self.byteCountMax = byteCountMax }

    var count: Int { self.ends.count }

    /// The bytes of a name.
    subscript(_ id: UInt32) -> ArraySlice<UInt8> { self.bytes[self.range(Int(id))] }

    private func range(_ id: Int) -> Range<Int> { (id == 0 ? 0 : self.ends[id - 1])..<self.ends[id] }

    /// The id of the name in `range` of `source`.
    mutating func id(of range: Range<Int>, in source: [UInt8]) throws(LegacyFault) -> UInt32 {
        let name = source.span.extracting(range)
        self.hashedByteCount += range.count + 8
        guard self.hashedByteCount / Self.workFactor <= self.byteCountMax else {
            throw .tooLarge(limit: self.byteCountMax)
        }
        var slot = Int(truncatingIfNeeded: XXH3.hash64(name, seed: Self.seed)) & (self.slots.count - 1)
        while self.slots[slot] != 0 {
            let id = self.slots[slot] - 1
            if self.isEqual(Int(id), name) { return id }
            slot = (slot + 1) & (self.slots.count - 1)
        }
        guard self.bytes.count + range.count <= self.byteCountMax else {
            throw .tooLarge(limit: self.byteCountMax)
        }
        if !Self.isUTF8(name) { self.hasInvalidText = true }
        let id = UInt32(self.ends.count)
        self.bytes += source[range]
        self.ends.append(self.bytes.count)
        self.slots[slot] = id + 1
        if self.ends.count * 2 > self.slots.count { self.grow() }
        return id
    }

    private func isEqual(_ id: Int, _ name: Span<UInt8>) -> Bool {
        let range = self.range(id)
        guard range.count == name.count else { return false }
        for index in 0..<name.count where self.bytes[range.lowerBound + index] != name[index] { return false }
        return true
    }

    private mutating func grow() {
        self.slots = [UInt32](repeating: 0, count: self.slots.count * 2)
        for id in 0..<self.ends.count {
            let hash = XXH3.hash64(self.bytes.span.extracting(self.range(id)), seed: Self.seed)
            var slot = Int(truncatingIfNeeded: hash) & (self.slots.count - 1)
            while self.slots[slot] != 0 { slot = (slot + 1) & (self.slots.count - 1) }
            self.slots[slot] = UInt32(id) + 1
        }
    }

    private static func isUTF8(_ bytes: Span<UInt8>) -> Bool {
        do {
            _ = try UTF8Span(validating: bytes)
            return true
        } catch {
            // Which byte is wrong does not matter.
            return false
        }
    }
}
