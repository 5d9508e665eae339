// SPDX-License-Identifier: Apache-2.0
import BlockStore
import ByteCoding
import ProfileColumns
import ProfileModel
import Support

/// A source whose symbol ids follow from the content, as those of a symbol store do, and the way back to
/// names.
struct BlockSourceWithNames {
    var source: BlockSource
    var names: [Int64: String] = [:]

    init(snapshot: DatasetSnapshot, hasIDs: Bool) {
        let symbols = Self.symbolIDs(snapshot.dictionary)
        for (row, id) in symbols.functions.enumerated() {
            self.names[id] = snapshot.dictionary.strings[snapshot.dictionary.functions[row].name]
        }
        self.source = BlockSource(
            snapshot: snapshot,
            functionIDs: hasIDs ? symbols.functions : nil,
            mappingIDs: hasIDs ? symbols.mappings : nil
        )
    }

    /// Ids of a dictionary's functions and mappings.
    static func symbolIDs(_ dictionary: DatasetDictionary) -> DatasetSymbolIDs {
        let strings = dictionary.strings
        return DatasetSymbolIDs(
            functions: dictionary.functions.map { function in
                let parts = [strings[function.name], strings[function.systemName], strings[function.file]]
                return Self.id(parts.joined(separator: "\n") + "\n\(function.startLine)")
            },
            mappings: dictionary.mappings.map { Self.id(strings[$0.file] + "\n" + strings[$0.buildID]) }
        )
    }

    private static func id(_ text: String) -> Int64 { Int64(XXH3.hash64(text) >> 40) }
}

/// A block written to memory.
struct WrittenBlock {
    var bytes: [UInt8] = []
    var description: BlockDescription
    var names: [Int64: String] = [:]

    static let header = BlockHeader(
        id: BlockID(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210),
        level: 0,
        instance: "ingester-1",
        epoch: 3,
        lsnLow: 4_096,
        lsnHigh: 70_000,
        createdNanoseconds: 1_700_000_300_000_000_000,
        writer: "hearth test"
    )

    /// Writes `models`, numbered and ordered by `seed`.
    init(_ models: [DatasetModel], seed: UInt64, hasIDs: Bool = true, interns: Bool = true) throws {
        var random = SplitMix(seed: seed)
        let sources = models.shuffled(using: &random).map {
            SnapshotBuilder.source($0, seed: random.next(), hasIDs: hasIDs, interns: interns)
        }
        for source in sources { self.names.merge(source.names) { first, _ in first } }
        var bytes: [UInt8] = []
        self.description = try BlockWriter.write(Self.header, sources.map(\.source)) { bytes += $0 }
        self.bytes = bytes
    }

    func open(cacheByteCount: Int = 1 << 24) throws(BlockError) -> Block {
        try Block(copying: self.bytes, cache: BlockCache(byteCountMax: cacheByteCount))
    }
}
