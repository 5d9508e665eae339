// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Collects texts so that each is sent once; equal means equal bytes, not Unicode's equivalence.
struct TextTable {
    private var ids: [[UInt8]: Int] = [:]
    private var texts: [[UInt8]] = []

    /// The id of `text`, new or known.
    mutating func id(_ text: String) -> Int {
        let bytes = Array(text.utf8)
        if let known = self.ids[bytes] { return known }
        self.ids[bytes] = self.texts.count
        self.texts.append(bytes)
        return self.texts.count - 1
    }

    /// Appends all texts: a count, then a length and bytes each.
    func encode(to writer: inout ByteWriter) {
        writer.varint(self.texts.count)
        for text in self.texts { writer.lengthDelimited(text) }
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
