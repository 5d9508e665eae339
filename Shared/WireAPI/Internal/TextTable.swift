// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import FlameGraph

/// Collects texts so that each is sent once; equal means equal bytes, not Unicode's equivalence.
struct TextTable {
    private var ids: [ExactText: Int] = [:]
    private var texts: [String] = []

    /// The id of `text`, new or known.
    mutating func id(_ text: String) -> Int {
        let key = ExactText(text)
        if let known = self.ids[key] { return known }
        self.ids[key] = self.texts.count
        self.texts.append(text)
        return self.texts.count - 1
    }

    /// Appends all texts: a count, then a length and bytes each.
    func encode(to writer: inout ByteWriter) {
        writer.varint(self.texts.count)
        for text in self.texts { writer.text(text) }
    }

    /// Reads what `encode` wrote.
    static func decode(from cursor: inout WireCursor) throws(WireError) -> [String] {
        let count = try cursor.count(limit: PartialLimits.textCountMax)
        var texts: [String] = []
        texts.reserveCapacity(count)
        for _ in 0..<count { texts.append(try cursor.text()) }
        return texts
    }
}

/// What a partial answer may hold; each count is also checked against the bytes that are left.
enum PartialLimits {
    static let textCountMax = 1 << 24
    static let elementCountMax = 1 << 22
    static let nodeCountMax = 1 << 26
    static let warningCountMax = 1_024
    static let labelCountMax = 4_096
}
