// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// The part `labels` of an upload: which labels a context id stands for (spec/ingest 3.1).
struct LabelSnapshot {
    static let entryCountMax = 1 << 17

    /// Ranges of `pairs`.
    private var contexts: [Int64: Range<Int>] = [:]
    private var pairs: [(key: Int64, value: Int64)] = []
    private var strings: [Int64: String] = [:]

    /// A snapshot without labels.
    init() {}

    /// Reads a snapshot's protobuf.
    init(_ bytes: Span<UInt8>) throws(JFRError) {
        do throws(WireError) {
            var cursor = WireCursor(bytes)
            while let tag = try cursor.tag() {
                switch (tag.field, tag.kind) {
                case (1, .lengthDelimited): try self.readContext(try cursor.nested())
                case (2, .lengthDelimited):
                    let (key, value) = try Self.entry(try cursor.nested())
                    if let value { self.strings[key] = try Self.text(bytes, value) }
                default: try cursor.skip(tag)
                }
                let count = self.pairs.count + self.contexts.count + self.strings.count
                guard count <= Self.entryCountMax else {
                    throw WireError.tooMany(at: cursor.offset, limit: Self.entryCountMax)
                }
            }
        } catch {
            switch error {
            case .tooMany(let offset, let limit):
                throw JFRError(.tooMany(limit: limit), at: offset).met(in: .labels)
            default: throw JFRError(.malformed, at: 0).met(in: .labels)
            }
        }
    }

    /// Whether a context has any label.
    func has(context: Int64) -> Bool { self.contexts[context] != nil }

    /// The labels of a context whose names and values are known.
    func labels(of context: Int64) -> [(name: String, value: String)] {
        (self.contexts[context] ?? 0..<0).compactMap { index in
            let pair = self.pairs[index]
            guard let name = self.strings[pair.key], !name.isEmpty else { return nil }
            return (name, self.strings[pair.value] ?? "")
        }
    }

    /// A text by its id.
    func string(_ id: Int64) -> String? { self.strings[id] }

    /// Reads an entry of a map whose values are messages or texts: the place of the value.
    private static func entry(_ cursor: WireCursor) throws(WireError) -> (key: Int64, value: Range<Int>?) {
        var cursor = cursor
        var key: Int64 = 0
        var value: Range<Int>?
        while let tag = try cursor.tag() {
            switch (tag.field, tag.kind) {
            case (1, .varint): key = Int64(bitPattern: try cursor.varint())
            case (2, .lengthDelimited): value = try cursor.range()
            default: try cursor.skip(tag)
            }
        }
        return (key, value)
    }

    private static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(WireError) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes.extracting(range)))
        } catch {
            throw .invalidUTF8(at: range.lowerBound)
        }
    }

    private mutating func readContext(_ cursor: WireCursor) throws(WireError) {
        var cursor = cursor
        var id: Int64 = 0
        let start = self.pairs.count
        while let tag = try cursor.tag() {
            switch (tag.field, tag.kind) {
            case (1, .varint): id = Int64(bitPattern: try cursor.varint())
            case (2, .lengthDelimited):
                var context = try cursor.nested()
                while let tag = try context.tag() {
                    guard tag == WireTag(field: 1, kind: .lengthDelimited) else {
                        try context.skip(tag)
                        continue
                    }
                    try self.readPair(try context.nested())
                }
            default: try cursor.skip(tag)
            }
        }
        self.contexts[id] = start..<self.pairs.count
    }

    private mutating func readPair(_ cursor: WireCursor) throws(WireError) {
        var cursor = cursor
        var (key, value): (Int64, Int64) = (0, 0)
        while let tag = try cursor.tag() {
            switch (tag.field, tag.kind) {
            case (1, .varint): key = Int64(bitPattern: try cursor.varint())
            case (2, .varint): value = Int64(bitPattern: try cursor.varint())
            default: try cursor.skip(tag)
            }
        }
        guard self.pairs.count <= Self.entryCountMax else {
            throw .tooMany(at: cursor.offset, limit: Self.entryCountMax)
        }
        self.pairs.append((key, value))
    }
}
