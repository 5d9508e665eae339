// SPDX-License-Identifier: Apache-2.0

/// An ELF file written by hand: a header, sections with their bytes, the table of sections at the end.
struct SmallELF {
    struct Section {
        var name: String
        var kind: UInt32
        var flags: UInt64 = 0
        var bytes: [UInt8] = []
        /// In place of the true ones.
        var offset: UInt64?
        var size: UInt64?
        var alignment: UInt64 = 4
    }

    var is64 = true
    var isLittleEndian = true
    var type: UInt16 = 3
    var sections: [Section] = []
    /// In place of the true ones.
    var sectionCount: UInt16?
    var nameIndex: UInt16?
    var rowByteCount: UInt16?
    /// What the first row says.
    var zeroSize: UInt64 = 0
    var zeroLink: UInt32 = 0

    /// A note of the linker with a build id.
    func note(_ buildID: [UInt8], name: [UInt8] = [0x47, 0x4E, 0x55, 0], kind: UInt32 = 3) -> [UInt8] {
        var bytes = self.number(UInt64(name.count), 4) + self.number(UInt64(buildID.count), 4)
        bytes += self.number(UInt64(kind), 4) + self.padded(name) + self.padded(buildID)
        return bytes
    }

    private func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    }

    private func number(_ value: UInt64, _ size: Int) -> [UInt8] {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
        return self.isLittleEndian ? bytes : bytes.reversed()
    }

    private func address(_ value: UInt64) -> [UInt8] { self.number(value, self.is64 ? 8 : 4) }

    /// The file.
    var bytes: [UInt8] {
        var names: [UInt8] = [0]
        var rows: [[UInt8]] = [self.row(0, Section(name: "", kind: 0, size: self.zeroSize), 0, self.zeroLink)]
        var content: [UInt8] = []
        let headerByteCount = self.is64 ? 64 : 52
        for section in self.sections + [Section(name: ".shstrtab", kind: 3)] {
            let name = UInt64(names.count)
            names += Array(section.name.utf8) + [0]
            var section = section
            if section.name == ".shstrtab" { section.bytes = names }
            rows.append(self.row(name, section, UInt64(headerByteCount + content.count), 0))
            if section.kind != 8 { content += section.bytes }
        }
        let start = UInt64(headerByteCount + content.count)
        return self.header(start, count: rows.count) + content + rows.flatMap(\.self)
    }

    private func header(_ start: UInt64, count: Int) -> [UInt8] {
        var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, self.is64 ? 2 : 1, self.isLittleEndian ? 1 : 2, 1]
        bytes += [UInt8](repeating: 0, count: 9)
        bytes += self.number(UInt64(self.type), 2) + self.number(62, 2) + self.number(1, 4)
        bytes += self.address(0) + self.address(0) + self.address(start) + self.number(0, 4)
        bytes += self.number(self.is64 ? 64 : 52, 2) + self.number(0, 2) + self.number(0, 2)
        bytes += self.number(UInt64(self.rowByteCount ?? (self.is64 ? 64 : 40)), 2)
        bytes += self.number(UInt64(self.sectionCount ?? UInt16(count)), 2)
        return bytes + self.number(UInt64(self.nameIndex ?? UInt16(count - 1)), 2)
    }

    private func row(_ name: UInt64, _ section: Section, _ offset: UInt64, _ link: UInt32) -> [UInt8] {
        var bytes = self.number(name, 4) + self.number(UInt64(section.kind), 4)
        bytes += self.address(section.flags) + self.address(0) + self.address(section.offset ?? offset)
        bytes += self.address(section.size ?? UInt64(section.bytes.count)) + self.number(UInt64(link), 4)
        return bytes + self.number(0, 4) + self.address(section.alignment) + self.address(0)
    }
}
