// SPDX-License-Identifier: Apache-2.0
import BlockStore
import ProfileColumns
import ProfileModel
import Testing

@Suite struct BlockWriterTests {
    @Test(arguments: UInt64(1)...8)
    func sameProfilesInAnyOrderGiveTheSameBytes(seed: UInt64) throws {
        let models = [DatasetModel(seed: seed), DatasetModel(service: "api", seed: seed + 50)]
        let first = try WrittenBlock(models, seed: 1)
        for order in UInt64(2)...4 { #expect(try WrittenBlock(models, seed: order).bytes == first.bytes) }
        #expect(try WrittenBlock(models, seed: 5, interns: false).bytes == first.bytes)
        try first.open().verify()
    }

    @Test func otherProfilesGiveOtherBytes() throws {
        var model = DatasetModel(seed: 1)
        let first = try WrittenBlock([model], seed: 1)
        model.profiles[0].duration += 1
        let second = try WrittenBlock([model], seed: 1)
        #expect(first.bytes != second.bytes)
        #expect(first.description.contentHash != second.description.contentHash)
    }

    @Test func describesWhatItWrote() throws {
        let model = DatasetModel(seed: 3)
        let written = try WrittenBlock([model], seed: 1)
        let block = try written.open()
        #expect(block.description == written.description)
        #expect(block.description.header == WrittenBlock.header)
        #expect(block.description.byteCount == written.bytes.count)
        let dataset = try #require(block.description.datasets.first)
        #expect(dataset.profileCount == model.profiles.count)
        #expect(dataset.range.first == model.profiles.map(\.time).min())
        #expect(dataset.range.last == model.profiles.map(\.time).max())
        #expect(Set(dataset.types) == Set(model.profiles.flatMap(\.types)))
        #expect(dataset.sampleLabelNames == ["pod", "thread"])
        #expect(dataset.hasSymbolIDs && block.description.hasSymbolIDs)
    }

    /// Only what samples reach is kept, and every path of the tree is there.
    @Test func keepsTheSymbolsItsSamplesUse() throws {
        let model = DatasetModel(seed: 4)
        let block = try WrittenBlock([model], seed: 9).open()
        let recovered = try block.dictionary(dataset: 0)
        let dictionary = recovered.dictionary
        let names = Set(dictionary.functions.map { dictionary.strings[$0.name] })
        let lines = model.profiles.flatMap { $0.samples.flatMap { $0.stack.flatMap(\.lines) } }
        #expect(names == Set(lines.map(\.name)))
        let expected = BlockSourceWithNames.symbolIDs(dictionary)
        #expect(recovered.functionIDs == expected.functions)
        #expect(recovered.mappingIDs == expected.mappings)
        for node in 1..<dictionary.nodeCount { #expect(dictionary.nodeParents[node] < node) }
        for function in Set(lines) {
            #expect(
                dictionary.functions.contains {
                    dictionary.strings[$0.name] == function.name && $0.startLine == function.startLine
                        && dictionary.strings[$0.systemName] == function.systemName
                        && dictionary.strings[$0.file] == function.file
                }
            )
        }
    }

    @Test func refusesTotalsThatAreNotTheSums() throws {
        var source = SnapshotBuilder.source(DatasetModel(seed: 1), seed: 1).source
        source.snapshot.series[0].totals[0] += 1
        #expect(throws: BlockError.inconsistentTotals(series: 0)) {
            try BlockWriter.write(WrittenBlock.header, [source]) { _ in }
        }
    }

    @Test func refusesADatasetTwice() throws {
        let source = SnapshotBuilder.source(DatasetModel(seed: 1), seed: 1).source
        #expect(throws: BlockError.repeatedDataset) {
            try BlockWriter.write(WrittenBlock.header, [source, source]) { _ in }
        }
    }

    @Test func refusesIDsThatDoNotCoverTheDictionary() throws {
        var source = SnapshotBuilder.source(DatasetModel(seed: 1), seed: 1).source
        source.functionIDs?.removeLast()
        #expect(throws: BlockError.incompleteSymbolIDs) {
            try BlockWriter.write(WrittenBlock.header, [source]) { _ in }
        }
    }

    @Test func writesABlockWithoutDatasets() throws {
        let block = try WrittenBlock([], seed: 1).open()
        #expect(block.description.datasets.isEmpty && block.description.range == nil)
        try block.readEverything()
    }

    @Test func completingAPendingBlockGivesTheBytesOfAFullOne() throws {
        let models = [DatasetModel(seed: 6), DatasetModel(service: "api", seed: 7)]
        let pending = try WrittenBlock(models, seed: 1, hasIDs: false).open()
        let ids = try pending.description.datasets.indices.map {
            BlockSourceWithNames.symbolIDs(try pending.dictionary(dataset: $0).dictionary)
        }
        var bytes: [UInt8] = []
        let description = try pending.complete(with: ids) { bytes += $0 }
        let full = try WrittenBlock(models, seed: 1)
        #expect(bytes == full.bytes)
        #expect(description == full.description)
        #expect(throws: BlockError.incompleteSymbolIDs) { try pending.complete(with: []) { _ in } }
    }

    @Test func idsReadBackAsTheyAreWritten() throws {
        let id = BlockID(high: 0x0123_4567_89AB_CDEF, low: 0x8000_0000_0000_0001)
        #expect(id.description == "01234567-89ab-cdef-8000-000000000001")
        #expect(BlockID(parsing: id.description) == id)
        for text in ["", "01234567-89ab-cdef-8000-00000000000", "01234567-89AB-cdef-8000-000000000001"] {
            #expect(BlockID(parsing: text) == nil)
        }
    }
}
