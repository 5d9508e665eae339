// SPDX-License-Identifier: Apache-2.0

/// Stacks that share what they have in common: nodes with a name, a parent and a value of their own.
///
/// Flat arrays, so that no depth of input makes anything recurse.
struct CallTree {
    /// The node above all stacks; it is no frame.
    static let root: UInt32 = 0

    private(set) var parents: [UInt32] = [0]
    private(set) var names: [UInt32] = [0]
    private(set) var values: [Int64] = [0]
    /// Open addressing over parent and name; node, 0 for empty.
    private var slots = [UInt32](repeating: 0, count: 64)

    let nodeCountMax: Int

    private static let seed = UInt64.random(in: .min ... .max) | 1

    /// An empty tree that may grow to `nodeCountMax` nodes.
    init(nodeCountMax: Int) { self.nodeCountMax = nodeCountMax }

    var count: Int { self.parents.count }

    /// The node of `name` below `parent`, made when there is none.
    mutating func child(of parent: UInt32, named name: UInt32) throws(LegacyFault) -> UInt32 {
        var slot = self.slot(parent, name)
        while self.slots[slot] != 0 {
            let node = self.slots[slot]
            if self.parents[Int(node)] == parent, self.names[Int(node)] == name { return node }
            slot = (slot + 1) & (self.slots.count - 1)
        }
        guard self.count < self.nodeCountMax else { throw .tooManyNodes(limit: self.nodeCountMax) }
        let node = UInt32(self.count)
        self.parents.append(parent)
        self.names.append(name)
        self.values.append(0)
        self.slots[slot] = node
        if self.count * 2 > self.slots.count { self.grow() }
        return node
    }

    /// Adds to what was measured in `node` itself; sums stop at the largest value.
    mutating func add(_ value: Int64, to node: UInt32) {
        let (sum, overflow) = self.values[Int(node)].addingReportingOverflow(value)
        self.values[Int(node)] = overflow ? (value < 0 ? .min : .max) : sum
    }

    /// Multiplies all values; products stop at the largest value.
    mutating func scale(by factor: Int64) {
        for node in self.values.indices {
            let (product, overflow) = self.values[node].multipliedReportingOverflow(by: factor)
            self.values[node] = overflow ? .max : product
        }
    }

    private func slot(_ parent: UInt32, _ name: UInt32) -> Int {
        let key = UInt64(parent) << 32 | UInt64(name)
        let mixed = (key ^ (key >> 29)) &* Self.seed
        return Int(truncatingIfNeeded: (mixed ^ (mixed >> 32))) & (self.slots.count - 1)
    }

    private mutating func grow() {
        self.slots = [UInt32](repeating: 0, count: self.slots.count * 2)
        for node in 1..<self.count {
            var slot = self.slot(self.parents[node], self.names[node])
            while self.slots[slot] != 0 { slot = (slot + 1) & (self.slots.count - 1) }
            self.slots[slot] = UInt32(node)
        }
    }
}
