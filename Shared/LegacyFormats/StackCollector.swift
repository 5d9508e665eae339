// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel

/// Gathers stacks into a tree, whatever they are read from.
struct StackCollector {
    var tree: CallTree
    var names: NameTable
    let limits: ProfileLimits

    static let separator = UInt8(ascii: ";")

    init(_ upload: LegacyUpload) {
        self.limits = upload.limits
        self.tree = CallTree(nodeCountMax: upload.nodeCountMax)
        self.names = NameTable(byteCountMax: min(max(upload.limits.profileByteCountMax, 0), 1 << 30))
    }

    /// The node below `node` for the name in `range` of `source`.
    mutating func child(
        of node: UInt32,
        _ range: Range<Int>,
        in source: [UInt8]
    ) throws(LegacyFault) -> UInt32 {
        try self.tree.child(of: node, named: self.names.id(of: range, in: source))
    }

    /// The node at the end of the frames in `range` of `source`, from `node` on.
    mutating func walk(
        from node: UInt32,
        _ range: Range<Int>,
        in source: [UInt8]
    ) throws(LegacyFault) -> UInt32 {
        var node = node
        var start = range.lowerBound
        for index in range where source[index] == Self.separator {
            node = try self.child(of: node, start..<index, in: source)
            start = index + 1
        }
        return try self.child(of: node, start..<range.upperBound, in: source)
    }

    /// Adds a stack written as frames with `;` between them.
    mutating func add(_ value: Int64, _ range: Range<Int>, in source: [UInt8]) throws(LegacyFault) {
        let kept = self.leafSide(range, in: source)
        self.tree.add(value, to: try self.walk(from: CallTree.root, kept, in: source))
    }

    /// The last frames of a stack: one more than allowed, so that the ingester sees that it is too deep.
    private func leafSide(_ range: Range<Int>, in source: [UInt8]) -> Range<Int> {
        var depth = 0
        for index in range.reversed() where source[index] == Self.separator {
            depth += 1
            if depth > self.limits.depthMax { return index + 1..<range.upperBound }
        }
        return range
    }
}

// MARK: - Text

extension StackCollector {
    /// Lines of `a;b;c 12`; lines without a space say nothing.
    mutating func takeGroups(_ body: [UInt8]) throws(LegacyFault) {
        var lines = LineRanges(body)
        while let line = lines.next() {
            guard let space = body[line].lastIndex(of: UInt8(ascii: " ")) else { continue }
            let count = try Self.count(body[space + 1..<line.upperBound])
            guard count > 0 else { continue }
            try self.add(count, line.lowerBound..<space, in: body)
        }
    }

    /// Lines of `a;b;c`, each one sample.
    mutating func takeLines(_ body: [UInt8]) throws(LegacyFault) {
        var lines = LineRanges(body)
        while let line = lines.next() {
            if !line.isEmpty { try self.add(1, line, in: body) }
        }
    }

    /// A decimal integer with an optional sign.
    private static func count(_ text: ArraySlice<UInt8>) throws(LegacyFault) -> Int64 {
        let isNegative = text.first == UInt8(ascii: "-")
        let digits = isNegative || text.first == UInt8(ascii: "+") ? text.dropFirst() : text
        guard !digits.isEmpty, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else {
            throw .invalidCount(LegacyFault.shown(text))
        }
        var value: Int64 = 0
        for digit in digits {
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let step = Int64(digit - 0x30)
            let (sum, overflow) =
                isNegative
                ? product.subtractingReportingOverflow(step) : product.addingReportingOverflow(step)
            guard !tooLarge, !overflow else { throw .countOutOfRange(LegacyFault.shown(text)) }
            value = sum
        }
        return value
    }
}

/// The lines of a text, of any length, without their ends.
struct LineRanges {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next line; nil behind the last one.
    mutating func next() -> Range<Int>? {
        guard self.position < self.bytes.count else { return nil }
        let start = self.position
        var end = start
        while end < self.bytes.count, self.bytes[end] != 0x0A { end += 1 }
        self.position = end + 1
        if end > start, self.bytes[end - 1] == 0x0D { end -= 1 }
        return start..<end
    }
}
