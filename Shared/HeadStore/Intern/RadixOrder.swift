// SPDX-License-Identifier: Apache-2.0

/// Sorts 64-bit keys with the index each belongs to; buffers are reused from call to call.
struct RadixOrder: Sendable {
    /// The keys; sorted after `sort`.
    private(set) var keys: [UInt64] = []
    /// Which key, in order of appending, stands at each position.
    private(set) var indices: [UInt32] = []
    private var otherKeys: [UInt64] = []
    private var otherIndices: [UInt32] = []
    private var counts = [Int](repeating: 0, count: 256)

    mutating func removeAll() {
        self.keys.removeAll(keepingCapacity: true)
        self.indices.removeAll(keepingCapacity: true)
    }

    mutating func append(_ key: UInt64) {
        self.indices.append(UInt32(truncatingIfNeeded: self.keys.count))
        self.keys.append(key)
    }

    /// Sorts by key, byte by byte from the least significant one; bytes in which all keys agree cost one pass
    /// less.
    mutating func sort() {
        var differing: UInt64 = 0
        for key in self.keys { differing |= key ^ self.keys[0] }
        var shift: UInt64 = 0
        while differing &>> shift != 0, shift < 64 {
            if (differing &>> shift) & 0xFF != 0 { self.pass(shift) }
            shift += 8
        }
    }

    private mutating func pass(_ shift: UInt64) {
        for index in 0..<256 { self.counts[index] = 0 }
        for key in self.keys { self.counts[Int((key &>> shift) & 0xFF)] &+= 1 }
        var start = 0
        for index in 0..<256 {
            let count = self.counts[index]
            self.counts[index] = start
            start &+= count
        }
        if self.otherKeys.count < self.keys.count {
            let missing = self.keys.count - self.otherKeys.count
            self.otherKeys.append(contentsOf: repeatElement(0, count: missing))
            self.otherIndices.append(contentsOf: repeatElement(0, count: missing))
        }
        for index in self.keys.indices {
            let key = self.keys[index]
            let byte = Int((key &>> shift) & 0xFF)
            let place = self.counts[byte]
            self.counts[byte] = place &+ 1
            self.otherKeys[place] = key
            self.otherIndices[place] = self.indices[index]
        }
        let count = self.keys.count
        swap(&self.keys, &self.otherKeys)
        swap(&self.indices, &self.otherIndices)
        self.keys.removeLast(self.keys.count - count)
        self.indices.removeLast(self.indices.count - count)
    }
}
