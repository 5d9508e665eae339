// SPDX-License-Identifier: Apache-2.0

/// Where the constants of one class lie in a chunk; the constants themselves are read when somebody asks.
struct PoolIndex {
    private(set) var ids = IDTable()
    /// Positions in the chunk, by number.
    private(set) var offsets: [UInt32] = []

    var count: Int { self.offsets.count }

    /// Makes room for `count` more, where they are more than there are.
    mutating func reserve(_ count: Int) {
        self.ids.reserve(count)
        if count > self.offsets.count { self.offsets.reserveCapacity(self.offsets.count + count) }
    }

    /// Notes a constant; of equal ids the last one counts.
    mutating func insert(_ id: UInt64, at offset: Int) {
        let number = self.ids.insert(id)
        if number == self.offsets.count {
            self.offsets.append(UInt32(offset))
        } else {
            self.offsets[number] = UInt32(offset)
        }
    }
}

/// The classes of constants that profiles are made of.
enum PoolKind: Int, CaseIterable {
    case stackTrace, method, type, symbol, threadState, string

    static let count = 6

    var className: RequiredClass {
        switch self {
        case .stackTrace: .stackTrace
        case .method: .method
        case .type: .javaClass
        case .symbol: .symbol
        case .threadState: .threadState
        case .string: .string
        }
    }

    /// What is kept of a constant.
    var bindings: [FieldBinding] {
        switch self {
        case .stackTrace:
            [FieldBinding(name: "frames", classes: [.stackFrame], isArray: true, slot: .frames)]
        case .method:
            [
                FieldBinding(name: "type", classes: [.javaClass], isConstant: true, slot: .type),
                FieldBinding(name: "name", classes: [.symbol], isConstant: true, slot: .name),
            ]
        case .type: [FieldBinding(name: "name", classes: [.symbol], isConstant: true, slot: .name)]
        case .symbol: [FieldBinding(name: "string", classes: [.string], slot: .value)]
        case .threadState: [FieldBinding(name: "name", classes: [.string], slot: .value)]
        case .string: []
        }
    }

    /// What is kept of a frame.
    static let frameBindings = [
        FieldBinding(name: "method", classes: [.method], isConstant: true, slot: .method),
        FieldBinding(name: "lineNumber", classes: [.int], slot: .line),
    ]
}

/// The pools of a chunk, indexed (spec/ingest 3.4).
struct ConstantPools {
    /// Constants of one chunk that are indexed; others are only stepped over.
    static let entryCountMax = 1 << 20

    private var indexes = [PoolIndex](repeating: PoolIndex(), count: PoolKind.count)
    private var entryCount = 0

    /// How many constants of a kind there are.
    func count(_ kind: PoolKind) -> Int { self.indexes[kind.rawValue].count }

    /// The index of a kind.
    func index(_ kind: PoolKind) -> PoolIndex { self.indexes[kind.rawValue] }

    /// The number of a constant; nil when there is none.
    @inline(__always)
    func number(_ kind: PoolKind, _ id: UInt64) -> Int? { self.indexes[kind.rawValue].ids.number(of: id) }

    /// The position of a constant by its number.
    @inline(__always)
    func position(_ kind: PoolKind, _ number: Int) -> Int {
        Int(self.indexes[kind.rawValue].offsets[number])
    }

    /// Follows the pool events from `first`; each byte of the chunk is read at most once.
    init(_ bytes: Span<UInt8>, from first: Int, _ layouts: inout ClassLayouts) throws(JFRError) {
        var at = first
        var readCount = 0
        while true {
            guard at < bytes.count else { throw JFRError(.truncated, at: at) }
            let start = at
            // Size, type, start time, duration.
            try JFRCoding.skipLongs(bytes, &at, count: 4)
            let delta = Int64(bitPattern: try JFRCoding.long(bytes, &at))
            // Flush mask.
            try JFRCoding.skipLongs(bytes, &at, count: 1)
            let poolCount = try JFRCoding.count(bytes, &at)
            for _ in 0..<poolCount { try self.readPool(bytes, &at, &layouts) }
            readCount += at - start
            guard readCount <= bytes.count else { throw JFRError(.badOffset, at: start) }
            guard delta != 0 else { return }
            let (next, overflow) = Int64(start).addingReportingOverflow(delta)
            guard !overflow, let place = Int(exactly: next) else { throw JFRError(.badOffset, at: start) }
            guard place > 0 else { return }
            at = place
        }
    }

    private mutating func readPool(
        _ bytes: Span<UInt8>,
        _ at: inout Int,
        _ layouts: inout ClassLayouts
    ) throws(JFRError) {
        let start = at
        let id = try JFRCoding.long(bytes, &at)
        guard let place = layouts.metadata.place(ofID: id) else {
            throw JFRError(.unknownClass(id), at: start)
        }
        let name = layouts.metadata.classes[place].name
        if name == "jdk.types.ChunkHeader" {
            try JFRCoding.skipBytes(bytes, &at, count: ChunkHeader.byteCount)
            return
        }
        let count = try JFRCoding.count(bytes, &at)
        let kind = PoolKind.allCases.first { $0.className.rawValue == name }
        let isText = kind == .string
        if !isText { try layouts.prepare(place) }
        if let kind {
            self.entryCount += count
            guard self.entryCount <= Self.entryCountMax else {
                throw JFRError(.tooMany(limit: Self.entryCountMax), at: start)
            }
            // By itself while it grows: in the array of all, each entry would look twice who else holds it.
            var index = PoolIndex()
            swap(&index, &self.indexes[kind.rawValue])
            defer { swap(&index, &self.indexes[kind.rawValue]) }
            index.reserve(count)
            for _ in 0..<count {
                let id = try JFRCoding.long(bytes, &at)
                index.insert(id, at: at)
                if isText {
                    try JFRCoding.skipText(bytes, &at)
                } else {
                    try layouts.skip(bytes, &at, place: place)
                }
            }
        } else {
            for _ in 0..<count {
                try JFRCoding.skipLongs(bytes, &at, count: 1)
                try layouts.skip(bytes, &at, place: place)
            }
        }
    }
}
