// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileModel

/// Reads the fields of serialized trees; offsets count from the start of the body.
private struct TreeFields {
    let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { self.offset >= self.bytes.count }
    var remainingCount: Int { self.bytes.count - self.offset }

    mutating func varint() throws(LegacyFault) -> UInt64 {
        var offset = self.offset
        defer { self.offset = offset }
        do throws(WireError) {
            return try LEB128.decode(self.bytes.span, at: &offset)
        } catch {
            if case .overlongVarint(let offset) = error { throw .overlongVarint(at: offset) }
            throw .truncated(at: self.bytes.count)
        }
    }

    /// A length and where the bytes behind it lie.
    mutating func range() throws(LegacyFault) -> Range<Int> {
        guard let length = Int(exactly: try self.varint()), length <= self.remainingCount else {
            throw .truncated(at: self.bytes.count)
        }
        let start = self.offset
        self.offset = start + length
        return start..<self.offset
    }
}

extension StackCollector {
    /// Bytes that a node takes at least: three fields.
    private static let nodeByteCountMin = 3

    /// Reads nodes, parents first: name, value, number of children; the first one is no frame.
    ///
    /// A name with `;` in it stands for several frames, as in the text formats.
    mutating func takeTree(_ body: [UInt8]) throws(LegacyFault) {
        var fields = TreeFields(body)
        /// Nodes that miss children, and how many.
        var open: [(node: UInt32, missing: Int)] = []
        var isRoot = true
        repeat {
            let name = try fields.range()
            let value = try fields.varint()
            let children = try fields.varint()
            guard let count = Int(exactly: children), count <= self.limits.sampleCountMax else {
                throw .tooManyChildren(children, limit: self.limits.sampleCountMax)
            }
            guard count <= fields.remainingCount / Self.nodeByteCountMin else {
                throw .truncated(at: body.count)
            }
            var node = CallTree.root
            if let parent = open.last, !isRoot {
                node = try self.walk(from: parent.node, name, in: body)
                self.tree.add(Int64(clamping: value), to: node)
                open[open.count - 1].missing -= 1
            }
            isRoot = false
            while let last = open.last, last.missing == 0 { open.removeLast() }
            if count > 0 { open.append((node, count)) }
        } while !open.isEmpty
    }

    /// Nodes of a trie inside of one another: far more than any stack has frames.
    private static let trieDepthMax = 1 << 17

    /// A node of a trie on the way to the one being read.
    private struct TrieLevel {
        /// The frames that the key has so far.
        var node: UInt32
        /// Where the name after them begins in the buffer, and where it ends as yet.
        var partStart: Int
        var partEnd: Int
        var missing: UInt64
    }

    /// Reads nodes, parents first: the rest of the key, value, number of children.
    ///
    /// A key is what all nodes above and the node itself hold, joined; it may be cut anywhere. The end
    /// between two nodes is the end, whatever is missing, as older servers have it.
    mutating func takeTrie(_ body: [UInt8]) throws(LegacyFault) {
        var fields = TreeFields(body)
        var levels: [TrieLevel] = []
        var part: [UInt8] = []
        while !fields.isAtEnd {
            let suffix = try fields.range()
            let value = try fields.varint()
            let children = try fields.varint()
            var level = levels.last ?? TrieLevel(node: CallTree.root, partStart: 0, partEnd: 0, missing: 0)
            part.removeSubrange(level.partEnd...)
            for byte in body[suffix] {
                guard byte == Self.separator else {
                    part.append(byte)
                    continue
                }
                level.node = try self.child(of: level.node, level.partStart..<part.count, in: part)
                level.partStart = part.count
            }
            level.partEnd = part.count
            level.missing = children
            let hasKey = level.node != CallTree.root || level.partStart < level.partEnd
            if value > 0, hasKey {
                let leaf = try self.child(of: level.node, level.partStart..<level.partEnd, in: part)
                self.tree.add(Int64(clamping: value), to: leaf)
            }
            try self.descend(&levels, level)
        }
    }

    /// Opens `level` if it has children, else closes what is complete; the first level stays open.
    private func descend(_ levels: inout [TrieLevel], _ level: TrieLevel) throws(LegacyFault) {
        if level.missing > 0 || levels.isEmpty {
            let limit = min(Self.trieDepthMax, self.tree.nodeCountMax)
            guard levels.count < limit else { throw .nestedTooDeep(limit: limit) }
            levels.append(level)
            return
        }
        levels[levels.count - 1].missing &-= 1
        while levels.count > 1, levels[levels.count - 1].missing == 0 {
            levels.removeLast()
            levels[levels.count - 1].missing &-= 1
        }
    }
}
