// SPDX-License-Identifier: Apache-2.0

/// What the headers of an ELF file say: enough to know which program it belongs to and what it can name.
///
/// Everything in the file is a stranger's: offsets and sizes are checked against the file, counts are limited
/// before memory is taken, and at most a few megabytes are read, however large the file.
package struct ELFDescription: Hashable, Sendable {
    /// The note that linkers put in: the same in a program and in the file with its debug sections.
    package private(set) var buildID: [UInt8]?
    /// Whether there is a table of symbols.
    package private(set) var hasSymbols = false
    /// Whether there are sections for debuggers.
    package private(set) var hasDebugSections = false

    /// Sections that a file may have.
    package static let sectionCountMax = 65_536
    private static let nameByteCountMax: UInt64 = 4 << 20
    private static let noteByteCountMax = 1 << 20
    private static let identByteCount = 16
    /// Relocatable, executable, shared.
    private static let types: ClosedRange<UInt64> = 1...3

    /// Reads the headers of `file`.
    package init(_ file: some ELFBytes) throws(ELFFault) {
        let header = try Self.header(of: file)
        let (sections, names) = try Self.sections(of: file, header)
        var notesLeft = Self.noteByteCountMax
        for section in sections {
            switch section.kind {
            case ELFSection.Kind.symbols, ELFSection.Kind.dynamicSymbols:
                if section.size > 0 { self.hasSymbols = true }
            case ELFSection.Kind.notes where self.buildID == nil:
                self.buildID = try Self.buildID(in: section, of: file, header, &notesLeft)
            default: break
            }
            if section.kind != ELFSection.Kind.noBits, section.size > 0, Self.isDebug(section, names) {
                self.hasDebugSections = true
            }
        }
    }

    /// The build id as it is written: two digits a byte.
    package var buildIDText: String? {
        self.buildID.map { bytes in
            String(
                decoding: bytes.flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] },
                as: UTF8.self
            )
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}

extension ELFDescription {
    /// The first header, after its first bytes were found to be right.
    private static func header(of file: some ELFBytes) throws(ELFFault) -> ELFFields {
        let ident = try file.read(at: 0, count: Self.identByteCount)
        guard ident.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else { throw .notELF }
        guard ident.count == Self.identByteCount else { throw .truncated }
        guard 1...2 ~= ident[4], 1...2 ~= ident[5], ident[6] == 1 else { throw .unsupported }
        let is64 = ident[4] == 2
        let header = ELFFields(
            bytes: try file.all(at: 0, count: is64 ? 64 : 52),
            is64: is64,
            isLittleEndian: ident[5] == 1
        )
        guard Self.types ~= (try header.number(16, 2)), try header.number(20, 4) == 1 else {
            throw .unsupported
        }
        return header
    }

    /// All sections, each within the file, and the text that their names lie in.
    private static func sections(
        of file: some ELFBytes,
        _ header: ELFFields
    ) throws(ELFFault) -> (sections: [ELFSection], names: [UInt8]) {
        let word = header.is64 ? 8 : 4
        let start = try header.address(24 + 2 * word)
        let rowByteCount = ELFSection.byteCount(is64: header.is64)
        let tail = 24 + 3 * word + 4 + 2 * 3
        guard start != 0 else { throw .noSections }
        guard try header.number(tail, 2) == UInt64(rowByteCount) else { throw .malformed }
        // Counts that two bytes do not hold are in the first row.
        let first = ELFFields(
            bytes: try file.all(at: start, count: rowByteCount),
            is64: header.is64,
            isLittleEndian: header.isLittleEndian
        )
        let zero = try ELFSection(first, at: 0)
        let short = try header.number(tail + 2, 2)
        let named = try header.number(tail + 4, 2)
        let wide = short == 0 ? zero.size : short
        guard wide > 0 else { throw .noSections }
        guard wide <= UInt64(Self.sectionCountMax) else {
            throw .tooManySections(limit: Self.sectionCountMax)
        }
        let count = Int(wide)
        let table = ELFFields(
            bytes: try file.all(at: start, count: count * rowByteCount),
            is64: header.is64,
            isLittleEndian: header.isLittleEndian
        )
        var sections: [ELFSection] = []
        sections.reserveCapacity(count)
        for index in 0..<count {
            let section = try ELFSection(table, at: index * rowByteCount)
            guard section.lies(within: file.byteCount) else { throw .sectionOutside(index: index) }
            sections.append(section)
        }
        return (sections, try Self.names(of: file, sections, index: named == 0xFFFF ? zero.link : named))
    }

    private static func names(
        of file: some ELFBytes,
        _ sections: [ELFSection],
        index: UInt64
    ) throws(ELFFault) -> [UInt8] {
        guard index != 0 else { return [] }
        guard index < UInt64(sections.count) else { throw .malformed }
        let section = sections[Int(index)]
        guard section.kind != ELFSection.Kind.noBits, section.size <= Self.nameByteCountMax else {
            throw .malformed
        }
        return try file.all(at: section.offset, count: Int(section.size))
    }

    private static let debugNames = [".debug_", ".zdebug_", ".gnu_debugdata", ".gopclntab"].map {
        Array($0.utf8)
    }

    private static func isDebug(_ section: ELFSection, _ names: [UInt8]) -> Bool {
        guard let start = Int(exactly: section.nameOffset), start < names.count else { return false }
        return Self.debugNames.contains { names[start...].starts(with: $0) }
    }

    /// The id in a section of notes, if it is there; notes that run over its end are the end of it.
    private static func buildID(
        in section: ELFSection,
        of file: some ELFBytes,
        _ header: ELFFields,
        _ left: inout Int
    ) throws(ELFFault) -> [UInt8]? {
        let count = min(Int(clamping: section.size), left)
        left -= count
        let notes = ELFFields(
            bytes: try file.all(at: section.offset, count: count),
            is64: header.is64,
            isLittleEndian: header.isLittleEndian
        )
        let alignment = section.alignment == 8 ? 8 : 4
        var at = 0
        while at <= count - 12 {
            let nameCount = try notes.number(at, 4)
            let contentCount = try notes.number(at + 4, 4)
            let kind = try notes.number(at + 8, 4)
            let name = at + 12
            // Lengths have four bytes: their sums do not overflow.
            let content = Self.aligned(name + Int(nameCount), alignment)
            let end = content + Int(contentCount)
            guard end <= count else { return nil }
            if kind == 3, notes.bytes[name..<name + Int(nameCount)].elementsEqual([0x47, 0x4E, 0x55, 0]) {
                return Array(notes.bytes[content..<end])
            }
            at = Self.aligned(end, alignment)
        }
        return nil
    }

    private static func aligned(_ offset: Int, _ alignment: Int) -> Int {
        (offset + alignment - 1) / alignment * alignment
    }
}
