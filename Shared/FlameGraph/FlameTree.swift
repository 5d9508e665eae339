// SPDX-License-Identifier: Apache-2.0

/// A tree of function names in final order: a node, then its children with their subtrees, by ascending
/// bytes.
///
/// Node 0 is the nameless root; the names of siblings differ.
package struct FlameTree: Sendable {
    /// Distinct names, ascending by bytes; each is used.
    package private(set) var names: [String]
    /// Index into `names`; `FunctionTree.rootName` for the root.
    package private(set) var nodeNames: [UInt32]
    package private(set) var parents: [UInt32]
    package private(set) var selfValues: [Int64]
    /// Own value plus everything beneath.
    package private(set) var totals: [Int64]
    /// The first node behind the subtree.
    package private(set) var ends: [UInt32]

    /// What collects the nodes that a limit removed.
    package static let otherName = "other"

    /// Nodes, the root included.
    package var nodeCount: Int { self.parents.count }

    /// The name of a node, empty for the root.
    package func name(of node: Int) -> String {
        node == 0 ? "" : self.names[Int(self.nodeNames[node])]
    }

    /// The index of `name` in `names`, nil when no node has it; O(log names).
    package func nameIndex(of name: String) -> UInt32? {
        var low = 0
        var high = self.names.count
        while low < high {
            let middle = (low + high) / 2
            if self.names[middle].utf8.lexicographicallyPrecedes(name.utf8) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < self.names.count, self.names[low].utf8.elementsEqual(name.utf8) else { return nil }
        return UInt32(low)
    }

    /// Orders `columns`, whose siblings have different names.
    init(_ columns: NodeColumns, names: [String]) {
        let (sorted, ranks) = Self.sorted(names, usedBy: columns)
        self.names = sorted
        let count = columns.count
        self.nodeNames = []
        self.parents = []
        self.selfValues = []
        self.nodeNames.reserveCapacity(count)
        self.parents.reserveCapacity(count)
        self.selfValues.reserveCapacity(count)
        self.ends = []
        self.totals = []
        self.place(
            columns,
            ranks: ranks,
            children: ChildLists(columns, ranks: ranks, nameCount: sorted.count)
        )
        self.sum()
    }

    /// Fills the node columns by a walk in final order.
    private mutating func place(_ columns: NodeColumns, ranks: [UInt32], children: ChildLists) {
        var open: [(node: UInt32, parent: UInt32)] = [(0, 0)]
        while let (node, parent) = open.popLast() {
            let placed = UInt32(self.parents.count)
            self.parents.append(parent)
            self.nodeNames.append(
                node == 0 ? FunctionTree.rootName : ranks[Int(columns.names[Int(node)])]
            )
            self.selfValues.append(columns.selfValues[Int(node)])
            for position in children.range(of: node).reversed() {
                open.append((children.nodes[position], placed))
            }
        }
    }

    /// Fills `totals` and `ends`.
    private mutating func sum() {
        self.totals = self.selfValues
        self.ends = (0..<UInt32(self.parents.count)).map { $0 + 1 }
        for node in stride(from: self.parents.count - 1, to: 0, by: -1) {
            let parent = Int(self.parents[node])
            self.totals[parent] &+= self.totals[node]
            self.ends[parent] = max(self.ends[parent], self.ends[node])
        }
    }

    /// The names in use, ascending, and the place of each name of `names` among them.
    private static func sorted(_ names: [String], usedBy columns: NodeColumns) -> ([String], [UInt32]) {
        var isUsed = [Bool](repeating: false, count: names.count)
        for name in columns.names.dropFirst() { isUsed[Int(name)] = true }
        let order = names.indices.filter { isUsed[$0] }
            .map { (id: $0, text: names[$0], isASCII: names[$0].utf8.allSatisfy { $0 < 0x80 }) }
            .sorted { left, right in
                // For ASCII the language's own order is that of bytes, and much faster.
                left.isASCII && right.isASCII
                    ? left.text < right.text : left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
            }
        var ranks = [UInt32](repeating: .max, count: names.count)
        for (rank, entry) in order.enumerated() { ranks[entry.id] = UInt32(rank) }
        return (order.map(\.text), ranks)
    }
}

/// The children of each node, in one array, ordered by name.
private struct ChildLists {
    private let starts: [Int]
    let nodes: [UInt32]

    /// Two counting sorts, by name over all nodes and then by parent; O(nodes + names).
    init(_ columns: NodeColumns, ranks: [UInt32], nameCount: Int) {
        let count = columns.count
        var offsets = [Int](repeating: 0, count: nameCount + 1)
        for name in columns.names.dropFirst() { offsets[Int(ranks[Int(name)]) + 1] += 1 }
        for name in 0..<nameCount { offsets[name + 1] += offsets[name] }
        var byName = [UInt32](repeating: 0, count: count - 1)
        for node in 1..<max(count, 1) {
            let rank = Int(ranks[Int(columns.names[node])])
            byName[offsets[rank]] = UInt32(node)
            offsets[rank] += 1
        }
        var starts = [Int](repeating: 0, count: count + 1)
        for parent in columns.parents.dropFirst() { starts[Int(parent) + 1] += 1 }
        for node in 0..<count { starts[node + 1] += starts[node] }
        self.starts = starts
        var nodes = [UInt32](repeating: 0, count: count - 1)
        for node in byName {
            let parent = Int(columns.parents[Int(node)])
            nodes[starts[parent]] = node
            starts[parent] += 1
        }
        self.nodes = nodes
    }

    /// Where in `nodes` the children of a node are.
    func range(of node: UInt32) -> Range<Int> { self.starts[Int(node)]..<self.starts[Int(node) + 1] }
}
