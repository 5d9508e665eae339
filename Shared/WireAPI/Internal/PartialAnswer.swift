// SPDX-License-Identifier: Apache-2.0
package import ByteCoding

/// An element of an answer that ingesters send to queriers.
package protocol PartialElement: Sendable {
    /// Tells answers of different elements apart.
    static var partialKind: UInt8 { get }
    /// The fewest bytes an element takes.
    static var byteCountMin: Int { get }
    /// Appends the element; texts go through `texts`.
    func encode(to writer: inout ByteWriter, texts: inout PartialTexts)
    /// Reads what `encode` wrote, checked for sense.
    init(from cursor: inout WireCursor, texts: borrowing PartialTexts) throws(WireError)
}

/// The texts of an answer: collected by the writer, looked up by the reader.
package struct PartialTexts: Sendable {
    fileprivate var written = TextTable()
    fileprivate var read: [String] = []

    /// The id of `text`, for a writer.
    mutating func id(_ text: String) -> Int { self.written.id(text) }

    /// Reads an id and gives its text.
    func text(_ cursor: inout WireCursor) throws(WireError) -> String {
        self.read[try cursor.varint(below: self.read.count)]
    }
}

/// The body of an ingester's answer: version and kind, one byte each; warnings; texts; elements. Lists carry
/// their count before them.
extension Partial {
    /// The version this code writes.
    package static var formatVersion: UInt8 { 1 }

    /// The answer as bytes.
    package func encoded<Element: PartialElement>() -> [UInt8] where Answer == [Element] {
        var texts = PartialTexts()
        var elements = ByteWriter()
        elements.varint(self.answer.count)
        for element in self.answer { element.encode(to: &elements, texts: &texts) }
        var writer = ByteWriter(capacity: elements.bytes.count + 1_024)
        writer.byte(Self.formatVersion)
        writer.byte(Element.partialKind)
        writer.varint(self.warnings.count)
        for warning in self.warnings { writer.text(warning) }
        texts.written.encode(to: &writer)
        writer.raw(elements.bytes)
        return writer.bytes
    }

    /// Reads an answer that fills `bytes`.
    package init<Element: PartialElement>(decoding bytes: Span<UInt8>) throws(WireError)
    where Answer == [Element] {
        var cursor = WireCursor(bytes)
        guard try cursor.byte() == Self.formatVersion else { throw .outOfRange(at: 0) }
        guard try cursor.byte() == Element.partialKind else { throw .outOfRange(at: 1) }
        let warningCount = try cursor.count(limit: PartialLimits.warningCountMax)
        var warnings: [String] = []
        for _ in 0..<warningCount { warnings.append(try cursor.text()) }
        var texts = PartialTexts()
        texts.read = try TextTable.decode(from: &cursor)
        let count = try cursor.count(limit: PartialLimits.elementCountMax, bytesEach: Element.byteCountMin)
        var answer: [Element] = []
        answer.reserveCapacity(count)
        for _ in 0..<count { answer.append(try Element(from: &cursor, texts: texts)) }
        guard cursor.isAtEnd else { throw .outOfRange(at: cursor.offset) }
        self.init(answer, warnings: warnings)
    }
}
