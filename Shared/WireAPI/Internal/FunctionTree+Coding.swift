// SPDX-License-Identifier: Apache-2.0
package import ByteCoding
package import FlameGraph

/// A tree on its way to the querier: names (0 and a text id, or 1 and a symbol id), then node by node how far
/// back the parent is, the name and the self value; the root only has a self value.
extension FunctionTree: PartialElement {
    package static var partialKind: UInt8 { 1 }
    package static var byteCountMin: Int { 3 }

    package func encode(to writer: inout ByteWriter, texts: inout PartialTexts) {
        writer.varint(self.names.count)
        for name in self.names {
            switch name {
            case .text(let text):
                writer.byte(0)
                writer.varint(texts.id(text))
            case .symbol(let id):
                writer.byte(1)
                writer.zigzag(id)
            }
        }
        writer.varint(self.nodeCount)
        for node in 0..<self.nodeCount {
            if node > 0 {
                writer.varint(node - 1 - Int(self.parents[node]))
                writer.varint(Int(self.nodeNames[node]))
            }
            writer.zigzag(self.selfValues[node])
        }
    }

    /// Reads what `encode` wrote; the tree is well-formed.
    package init(from cursor: inout WireCursor, texts: borrowing PartialTexts) throws(WireError) {
        self.init()
        let nameCount = try cursor.count(limit: PartialLimits.textCountMax, bytesEach: 2)
        self.names.reserveCapacity(nameCount)
        for _ in 0..<nameCount {
            if try cursor.varint(below: 2) == 0 {
                self.names.append(.text(try texts.text(&cursor)))
            } else {
                self.names.append(.symbol(try cursor.zigzag()))
            }
        }
        let start = cursor.offset
        let rest = try cursor.count(limit: PartialLimits.nodeCountMax)
        guard rest > 0, (rest - 1) * 3 < cursor.remainingCount else { throw .truncated(at: start) }
        self.selfValues[0] = try cursor.zigzag()
        self.parents.reserveCapacity(rest)
        self.nodeNames.reserveCapacity(rest)
        self.selfValues.reserveCapacity(rest)
        for node in 1..<rest {
            let back = try cursor.varint(below: node)
            self.parents.append(UInt32(node - 1 - back))
            self.nodeNames.append(UInt32(try cursor.varint(below: nameCount)))
            self.selfValues.append(try cursor.zigzag())
        }
    }
}
