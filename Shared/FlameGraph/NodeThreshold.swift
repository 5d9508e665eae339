// SPDX-License-Identifier: Apache-2.0

/// The smallest total that survives a limit on the number of nodes (spec/query 4.3).
package enum NodeThreshold {
    /// The `maxNodes`-th largest of `totals`, which are those of all nodes but the root; `.min` when nothing
    /// need go.
    ///
    /// Radix selection: at most eight passes whatever the values, so no input makes it slow.
    package static func minimum(of totals: ArraySlice<Int64>, maxNodes: Int) -> Int64 {
        guard maxNodes >= 1, totals.count > maxNodes else { return .min }
        let signBit: UInt64 = 1 << 63
        var candidates = totals.map { UInt64(bitPattern: $0) ^ signBit }
        var rank = maxNodes
        var differing: UInt64 = 0
        for value in candidates { differing |= value ^ candidates[0] }
        // Bytes above the first difference tell nothing apart.
        var shift = UInt64(63 - min(differing.leadingZeroBitCount, 63)) & ~7
        while true {
            var counts = [Int](repeating: 0, count: 256)
            Self.count(candidates.span, shift, into: &counts)
            var digit = 255
            while counts[digit] < rank {
                rank -= counts[digit]
                digit -= 1
            }
            if counts[digit] < candidates.count {
                candidates = candidates.filter { Int($0 &>> shift & 0xFF) == digit }
            }
            if shift == 0 || candidates.count == 1 { return Int64(bitPattern: candidates[0] ^ signBit) }
            shift -= 8
        }
    }

    /// How often each value of one byte occurs.
    private static func count(_ values: Span<UInt64>, _ shift: UInt64, into counts: inout [Int]) {
        var counts = counts.mutableSpan
        for index in values.indices { counts[Int(values[index] &>> shift & 0xFF)] &+= 1 }
    }
}
