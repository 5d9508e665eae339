// SPDX-License-Identifier: Apache-2.0

extension WireCursor {
    /// Skips the value that follows `tag`, groups with all they hold.
    @_lifetime(self: copy self)
    public mutating func skip(_ tag: WireTag) throws(WireError) {
        var open: [UInt32] = []
        var current = tag
        while true {
            let start = self.position
            switch current.kind {
            case .varint: _ = try self.varint()
            case .fixed64: _ = try self.take(8)
            case .lengthDelimited: _ = try self.range()
            case .fixed32: _ = try self.take(4)
            case .groupStart:
                guard open.count < Self.groupDepthMax else { throw .nestedTooDeep(at: start) }
                open.append(current.field)
            case .groupEnd:
                guard open.popLast() == current.field else { throw .unbalancedGroup(at: start) }
            }
            if open.isEmpty { return }
            guard let next = try self.tag() else { throw .unbalancedGroup(at: start) }
            current = next
        }
    }
}
