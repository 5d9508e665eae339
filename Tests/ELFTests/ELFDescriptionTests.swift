// SPDX-License-Identifier: Apache-2.0
import ELF
import Foundation
import Support
import Testing

@Suite struct ELFDescriptionTests {
    private static let buildID: [UInt8] = (0..<20).map { $0 * 7 }

    private static func fixture() throws -> [UInt8] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: tests.appendingPathComponent("Fixtures/elf/small.so")))
    }

    private static func file(is64: Bool = true, isLittleEndian: Bool = true) -> SmallELF {
        var elf = SmallELF()
        elf.is64 = is64
        elf.isLittleEndian = isLittleEndian
        elf.sections = [
            .init(
                name: ".note.other",
                kind: 7,
                bytes: elf.note([1, 2, 3], name: Array("Other\0".utf8), kind: 3)
            ),
            .init(
                name: ".note.gnu.build-id",
                kind: 7,
                bytes: elf.note([9], kind: 1) + elf.note(Self.buildID)
            ),
            .init(name: ".text", kind: 1, flags: 6, bytes: [0xC3]),
            .init(name: ".bss", kind: 8, size: 1 << 40),
            .init(name: ".symtab", kind: 2, bytes: [UInt8](repeating: 0, count: 24)),
            .init(name: ".debug_info", kind: 1, bytes: [1, 2, 3]),
        ]
        if !is64 { elf.sections[3].size = 1 << 31 }
        return elf
    }

    @Test(arguments: [true, false], [true, false])
    func readsEveryClassAndByteOrder(is64: Bool, isLittleEndian: Bool) throws {
        let description = try ELFDescription(Self.file(is64: is64, isLittleEndian: isLittleEndian).bytes)
        #expect(description.buildID == Self.buildID)
        #expect(description.hasSymbols && description.hasDebugSections)
    }

    @Test func readsWhatACompilerMade() throws {
        let description = try ELFDescription(try Self.fixture())
        #expect(description.buildIDText?.utf8.count == 40)
        #expect(description.hasSymbols && description.hasDebugSections)
    }

    @Test func saysWhatIsMissing() throws {
        var elf = Self.file()
        elf.sections.removeAll {
            [".symtab", ".debug_info", ".text", ".note.gnu.build-id"].contains($0.name)
        }
        // The sections of a file without its code are there, their bytes are not.
        elf.sections.append(.init(name: ".debug_line", kind: 8, size: 100))
        let description = try ELFDescription(elf.bytes)
        #expect(description.buildID == nil && description.buildIDText == nil)
        #expect(!description.hasSymbols && !description.hasDebugSections)
    }

    @Test func everyTruncationIsRefused() throws {
        for whole in [try Self.fixture(), Self.file().bytes, Self.file(is64: false).bytes] {
            FuzzSeed.save(whole, for: "ELFFuzz")
            for count in whole.indices {
                #expect(throws: ELFFault.self, "cut at \(count)") {
                    try ELFDescription(Array(whole[..<count]))
                }
            }
        }
    }

    @Test func noMutationTraps() throws {
        var random = SplitMix(seed: 9)
        let seeds = [
            try Self.fixture(), Self.file().bytes, Self.file(is64: false, isLittleEndian: false).bytes,
        ]
        for _ in 0..<20_000 {
            var bytes = seeds[Int(random.next() % 3)]
            for _ in 0...Int(random.next() % 4) {
                // Mostly the headers, where the numbers are.
                let near = random.next() % 2 == 0
                let range = near ? 0..<min(64, bytes.count) : max(0, bytes.count - 1_500)..<bytes.count
                let place = range.lowerBound + Int(random.next() % UInt64(range.count))
                bytes[place] = random.next() % 3 == 0 ? 0xFF : UInt8(truncatingIfNeeded: random.next())
            }
            // Whatever comes out: it came out.
            _ = try? ELFDescription(bytes)
        }
    }

    @Test func namesTheFault() throws {
        func fault(_ change: (inout SmallELF) -> Void) -> ELFFault? {
            var elf = Self.file()
            change(&elf)
            do throws(ELFFault) {
                _ = try ELFDescription(elf.bytes)
                return nil
            } catch { return error }
        }
        #expect(fault { _ in } == nil)
        #expect(fault { $0.type = 4 } == .unsupported)
        #expect(fault { $0.type = 0 } == .unsupported)
        #expect(fault { $0.rowByteCount = 63 } == .malformed)
        #expect(fault { $0.nameIndex = 100 } == .malformed)
        #expect(fault { $0.sectionCount = 9_999 } == .truncated)
        #expect(fault { $0.sectionCount = 0 } == .noSections)
        #expect(fault { ($0.sectionCount, $0.zeroSize) = (0, 8) } == nil)
        let tooMany = fault { ($0.sectionCount, $0.zeroSize) = (0, 1 << 60) }
        #expect(tooMany == .tooManySections(limit: ELFDescription.sectionCountMax))
        #expect(fault { ($0.nameIndex, $0.zeroLink) = (0xFFFF, 7) } == nil)
        #expect(fault { ($0.nameIndex, $0.zeroLink) = (0xFFFF, 1 << 31) } == .malformed)
        #expect(fault { $0.sections[2].size = 1 << 50 } == .sectionOutside(index: 3))
        #expect(fault { $0.sections[2].offset = .max } == .sectionOutside(index: 3))
        #expect(
            fault { ($0.sections[2].offset, $0.sections[2].size) = (.max, 2) } == .sectionOutside(index: 3)
        )
        for (bytes, expected) in [
            ([], ELFFault.notELF), (Array("#!/bin/sh\n".utf8), .notELF),
            ([0x7F, 0x45, 0x4C, 0x46], .truncated),
            ([0x7F, 0x45, 0x4C, 0x46, 3, 1, 1] + [UInt8](repeating: 0, count: 60), .unsupported),
        ] {
            #expect(throws: expected) { try ELFDescription(bytes) }
        }
    }

    @Test func notesThatRunOnAreTheEnd() throws {
        var elf = Self.file()
        // Lengths of four gigabytes.
        elf.sections[1].bytes = [UInt8](repeating: 0xFF, count: 12) + elf.note(Self.buildID)
        #expect(try ELFDescription(elf.bytes).buildID == nil)
        elf.sections[1].bytes = Array(elf.note(Self.buildID).dropLast())
        #expect(try ELFDescription(elf.bytes).buildID == nil)
    }
}
