// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import ProfileColumns
import Testing
import WireAPI

@Suite struct LocationAnswerTests {
    private static let partial: Partial<[LocationTree]> = {
        var dictionary = DatasetDictionary()
        for text in ["main", "main.go", "/bin/app", "abc"] {
            _ = dictionary.strings.append(contentsOf: text.utf8)
        }
        dictionary.functions = [FunctionRow(name: 1, systemName: 1, file: 2, startLine: -5)]
        dictionary.mappings = [
            MappingRow(memoryStart: 4_096, memoryLimit: .max, fileOffset: 7, file: 3, buildID: 4, flags: 15)
        ]
        dictionary.lines = [LineRow(function: 0, line: 12), LineRow(function: 0, line: -1)]
        dictionary.locations = [
            LocationRow(mapping: 0, firstLine: 0, lineCount: 2, flags: 1, address: 0),
            LocationRow(mapping: .max, firstLine: 2, lineCount: 0, flags: 0, address: .max),
        ]
        dictionary.nodeParents = [0, 0, 1]
        dictionary.nodeLocations = [.max, 0, 1]
        return Partial([LocationTree(of: dictionary, selfValues: [0, 1, 5])], warnings: ["w"])
    }()

    @Test func treesOfLocationsSurviveTheRoundTrip() throws {
        let read = try Partial<[LocationTree]>(decoding: Self.partial.encoded().span)
        let (tree, expected) = (try #require(read.answer.first), Self.partial.answer[0])
        #expect(read.warnings == ["w"])
        #expect(tree.selfValues == [0, 1, 5])
        #expect(tree.dictionary.strings.bytes == expected.dictionary.strings.bytes)
        #expect(tree.dictionary.strings.ends == expected.dictionary.strings.ends)
        #expect(tree.dictionary.functions == expected.dictionary.functions)
        #expect(tree.dictionary.mappings == expected.dictionary.mappings)
        #expect(tree.dictionary.lines == expected.dictionary.lines)
        #expect(tree.dictionary.locations == expected.dictionary.locations)
        #expect(tree.dictionary.nodeParents == expected.dictionary.nodeParents)
        #expect(tree.dictionary.nodeLocations == expected.dictionary.nodeLocations)
    }

    @Test func truncationAtEveryOffsetIsRefused() {
        let bytes = Self.partial.encoded()
        for count in 0..<bytes.count {
            #expect(throws: WireError.self) {
                try Partial<[LocationTree]>(decoding: Array(bytes.prefix(count)).span)
            }
        }
    }

    /// What is accepted has no index that leads nowhere: encoding it again walks all of them.
    @Test func mutatedBytesAreRefusedOrWellFormed() {
        let bytes = Self.partial.encoded()
        var accepted = 0
        for offset in bytes.indices {
            for value in [0, 1, 2, 5, 127, 128, 255] as [UInt8] {
                var mutated = bytes
                mutated[offset] = value
                guard let read = try? Partial<[LocationTree]>(decoding: mutated.span) else { continue }
                accepted += 1
                #expect(!read.encoded().isEmpty)
            }
        }
        #expect(accepted > 0)
    }
}
