// SPDX-License-Identifier: Apache-2.0
package import ByteCoding

extension FlameTree {
    /// The tree as bytes (spec/query 4.4): length and name, self, number of children, children from the last
    /// to the first.
    package func encoded() -> [UInt8] {
        guard self.nodeCount > 1 else { return [] }
        var writer = ByteWriter(capacity: self.nodeCount * 24)
        var open = [0]
        while let node = open.popLast() {
            writer.text(self.name(of: node))
            writer.varint(UInt64(bitPattern: node == 0 ? 0 : self.selfValues[node]))
            let mark = open.count
            var child = node + 1
            while child < self.ends[node] {
                open.append(child)
                child = Int(self.ends[child])
            }
            writer.varint(open.count - mark)
        }
        return writer.bytes
    }

    /// Reads a tree; children in any order, equal siblings are added up, fewer than two bytes are the empty
    /// tree.
    package init(decoding bytes: [UInt8], nodeCountMax: Int = 4 << 20) throws(WireError) {
        var merger = TreeMerger()
        if bytes.count >= 2 {
            var reading = TreeReading(nodeCountMax: nodeCountMax)
            try reading.run(bytes)
            do {
                try merger.add(reading.tree) { _ in "" }
            } catch {
                throw .tooMany(at: 0, limit: TreeMerger.nodeCountMax)
            }
        }
        self = merger.finish()
    }
}

/// The state of reading one tree.
private struct TreeReading {
    let nodeCountMax: Int
    private(set) var tree = FunctionTree()
    private var nameIndices: [ExactText: UInt32] = [:]
    /// Nodes whose children have not all been read, with how many are missing.
    private var open: [(node: UInt32, missing: Int)] = []

    /// A node takes at least three bytes: length of the name, value, number of children.
    private static let nodeByteCountMin = 3

    init(nodeCountMax: Int) { self.nodeCountMax = nodeCountMax }

    mutating func run(_ bytes: [UInt8]) throws(WireError) {
        var cursor = WireCursor(bytes.span)
        _ = try cursor.range()
        self.tree.selfValues[0] = try Self.value(&cursor)
        self.open.append((0, try self.childCount(&cursor)))
        while let (parent, missing) = self.open.last {
            guard missing > 0 else {
                self.open.removeLast()
                continue
            }
            self.open[self.open.count - 1].missing -= 1
            guard self.tree.nodeCount <= self.nodeCountMax else {
                throw .tooMany(at: cursor.offset, limit: self.nodeCountMax)
            }
            let name = String(decoding: bytes[try cursor.range()], as: UTF8.self)
            let node = UInt32(self.tree.nodeCount)
            self.tree.parents.append(parent)
            self.tree.nodeNames.append(self.nameIndex(name))
            self.tree.selfValues.append(try Self.value(&cursor))
            self.open.append((node, try self.childCount(&cursor)))
        }
        guard cursor.isAtEnd else { throw .outOfRange(at: cursor.offset) }
    }

    private mutating func nameIndex(_ name: String) -> UInt32 {
        let candidate = UInt32(self.tree.names.count)
        let index = self.nameIndices[ExactText(name), default: candidate]
        if index == candidate {
            self.tree.names.append(.text(name))
            self.nameIndices[ExactText(name)] = index
        }
        return index
    }

    private func childCount(_ cursor: inout WireCursor) throws(WireError) -> Int {
        try cursor.count(limit: self.nodeCountMax, bytesEach: Self.nodeByteCountMin)
    }

    private static func value(_ cursor: inout WireCursor) throws(WireError) -> Int64 {
        let start = cursor.offset
        guard let value = Int64(exactly: try cursor.varint()) else { throw .outOfRange(at: start) }
        return value
    }
}
