// SPDX-License-Identifier: Apache-2.0

/// One row of the table of sections.
struct ELFSection {
    /// What a section holds; the kinds that matter here.
    enum Kind {
        static let null: UInt64 = 0
        static let symbols: UInt64 = 2
        static let notes: UInt64 = 7
        /// Takes room in memory, none in the file.
        static let noBits: UInt64 = 8
        static let dynamicSymbols: UInt64 = 11
    }

    let nameOffset: UInt64
    let kind: UInt64
    let offset: UInt64
    let size: UInt64
    let link: UInt64
    let alignment: UInt64

    /// Bytes of a row.
    static func byteCount(is64: Bool) -> Int { is64 ? 64 : 40 }

    init(_ fields: ELFFields, at start: Int) throws(ELFFault) {
        let word = fields.is64 ? 8 : 4
        self.nameOffset = try fields.number(start, 4)
        self.kind = try fields.number(start + 4, 4)
        self.offset = try fields.address(start + 8 + 2 * word)
        self.size = try fields.address(start + 8 + 3 * word)
        self.link = try fields.number(start + 8 + 4 * word, 4)
        self.alignment = try fields.address(start + 16 + 4 * word)
    }

    /// Whether its bytes lie within a file of `byteCount` bytes.
    func lies(within byteCount: UInt64) -> Bool {
        guard self.kind != Kind.noBits, self.kind != Kind.null else { return true }
        let (end, overflows) = self.offset.addingReportingOverflow(self.size)
        return !overflows && end <= byteCount
    }
}
