// SPDX-License-Identifier: Apache-2.0

/// Finds what somebody meant who wrote a name that does not exist.
enum NearestName {
    /// The candidate nearest to `name`, nil when none is near.
    static func find(_ name: String, in candidates: [String]) -> String? {
        guard !name.isEmpty, name.utf8.count <= 128 else { return nil }
        let bytes = Array(name.lowercased().utf8)
        let scored = candidates.map { (score: Self.distance(bytes, Array($0.lowercased().utf8)), name: $0) }
        let best = scored.min { ($0.score, $0.name) < ($1.score, $1.name) }
        if let best, best.score <= max(2, bytes.count / 4) { return best.name }
        // `port` is far from `server.http-listen-port`, but all its words are in there.
        let words = Set(Self.words(name))
        return candidates.filter { words.isSubset(of: Self.words($0)) }
            .min { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    }

    private static func words(_ name: String) -> [Substring] {
        name.lowercased().split { ".-_".contains($0) }[...].map { $0[...] }
    }

    /// Number of bytes to insert, delete, replace or swap.
    ///
    /// O(n · m).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var before: [Int] = []
        var previous = Array(0...right.count)
        for (i, byte) in left.enumerated() {
            var current = [i + 1]
            for (j, other) in right.enumerated() {
                var best = min(previous[j] + (byte == other ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
                if i > 0, j > 0, byte == right[j - 1], left[i - 1] == other {
                    best = min(best, before[j - 1] + 1)
                }
                current.append(best)
            }
            before = previous
            previous = current
        }
        return previous[right.count]
    }
}
