// SPDX-License-Identifier: Apache-2.0

/// Nodes of a tree in any order that puts parents before children; node 0 is the root.
struct NodeColumns: Sendable {
    private(set) var parents: [UInt32] = [0]
    /// The root's is meaningless.
    private(set) var names: [UInt32] = [FunctionTree.rootName]
    var selfValues: [Int64] = [0]

    /// A root alone.
    init() {}

    /// Columns of one length that begin with the root.
    init(parents: [UInt32], names: [UInt32], selfValues: [Int64]) {
        self.parents = parents
        self.names = names
        self.selfValues = selfValues
    }

    var count: Int { self.parents.count }

    mutating func reserve(_ count: Int) {
        self.parents.reserveCapacity(count)
        self.names.reserveCapacity(count)
        self.selfValues.reserveCapacity(count)
    }

    @inline(__always)
    mutating func append(parent: UInt32, name: UInt32, selfValue: Int64) {
        self.parents.append(parent)
        self.names.append(name)
        self.selfValues.append(selfValue)
    }

    /// Own value plus everything beneath, per node.
    func totals() -> [Int64] {
        var totals = self.selfValues
        var node = totals.count - 1
        while node > 0 {
            totals[Int(self.parents[node])] &+= totals[node]
            node -= 1
        }
        return totals
    }
}
