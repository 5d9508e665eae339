// SPDX-License-Identifier: Apache-2.0

/// A flame graph as viewers draw it (spec/query 4.5).
package struct RenderedFlameGraph: Sendable, Hashable {
    /// The first is always `total`.
    package var names: [String]
    /// Per level, left to right, four numbers a node: offset from the end of its left neighbour, total, self,
    /// name.
    package var levels: [[Int64]]
    package var total: Int64
    package var maxSelf: Int64

    /// A flame graph from its parts.
    package init(names: [String], levels: [[Int64]], total: Int64, maxSelf: Int64) {
        self.names = names
        self.levels = levels
        self.total = total
        self.maxSelf = maxSelf
    }

    /// Lays out `tree`, cut once more to `maxNodes` nodes (below 1: not cut).
    ///
    /// O(nodes). Values of the nameless root, from samples without any frame, are left out as the Go server
    /// does.
    package init(_ tree: FlameTree, maxNodes: Int = 0) {
        var layout = FlameLayout(
            tree,
            threshold: NodeThreshold.minimum(of: tree.totals[1...], maxNodes: maxNodes)
        )
        layout.run()
        self.init(
            names: layout.names,
            levels: layout.levels,
            total: tree.totals[0] &- tree.selfValues[0],
            maxSelf: layout.maxSelf
        )
    }
}

/// The walk that assigns offsets and names: a stack, so siblings are visited from right to left.
private struct FlameLayout {
    private struct Visit {
        /// `nil` for what was cut away beneath a node.
        var node: Int?
        var level: Int
        var offset: Int64
        var total: Int64
    }

    /// A node with its place, offset from the left edge.
    private struct Cell {
        var level: Int
        var offset: Int64
        var total: Int64
        var own: Int64
        var name: Int64
    }

    private let tree: FlameTree
    private let threshold: Int64
    private let other: UInt32?
    /// Index in `names` by index in the tree's names; the last entry stands for `other`.
    private var nameIndices: [Int64]
    private(set) var names = ["total"]
    /// Every level from right to left.
    private var cells: [Cell] = []
    /// Nodes per level.
    private var counts: [Int] = []
    private(set) var maxSelf: Int64 = 0

    init(_ tree: FlameTree, threshold: Int64) {
        self.tree = tree
        self.threshold = threshold
        self.other = tree.nameIndex(of: FlameTree.otherName)
        self.nameIndices = Array(repeating: -1, count: tree.names.count + 1)
        if let total = tree.nameIndex(of: "total") { self.nameIndices[Int(total)] = 0 }
    }

    mutating func run() {
        var open = [
            Visit(node: 0, level: 0, offset: 0, total: self.tree.totals[0] &- self.tree.selfValues[0])
        ]
        while let visit = open.popLast() {
            let own = visit.node.map { $0 == 0 ? 0 : self.tree.selfValues[$0] } ?? visit.total
            self.maxSelf = max(self.maxSelf, own)
            if visit.level == self.counts.count { self.counts.append(0) }
            self.counts[visit.level] += 1
            let name = self.nameIndex(of: visit.node)
            self.cells.append(
                Cell(level: visit.level, offset: visit.offset, total: visit.total, own: own, name: name)
            )
            if let node = visit.node {
                self.openChildren(of: node, level: visit.level + 1, offset: visit.offset &+ own, in: &open)
            }
        }
    }

    /// What viewers read: from left to right, each offset from the end of the left neighbour.
    var levels: [[Int64]] {
        var levels = self.counts.map { count in
            var level: [Int64] = []
            level.reserveCapacity(count * 4)
            return level
        }
        var ends = [Int64](repeating: 0, count: levels.count)
        for cell in self.cells.reversed() {
            levels[cell.level].append(cell.offset &- ends[cell.level])
            levels[cell.level].append(cell.total)
            levels[cell.level].append(cell.own)
            levels[cell.level].append(cell.name)
            ends[cell.level] = cell.offset &+ cell.total
        }
        return levels
    }

    private func openChildren(of node: Int, level: Int, offset: Int64, in open: inout [Visit]) {
        var offset = offset
        var cut: Int64 = 0
        var child = node + 1
        while child < self.tree.ends[node] {
            let total = self.tree.totals[child]
            if total >= self.threshold, self.tree.nodeNames[child] != self.other {
                open.append(Visit(node: child, level: level, offset: offset, total: total))
                offset &+= total
            } else {
                cut &+= total
            }
            child = Int(self.tree.ends[child])
        }
        if cut != 0 { open.append(Visit(node: nil, level: level, offset: offset, total: cut)) }
    }

    private mutating func nameIndex(of node: Int?) -> Int64 {
        guard node != 0 else { return 0 }
        let key = node.map { Int(self.tree.nodeNames[$0]) } ?? self.tree.names.count
        if self.nameIndices[key] < 0 {
            self.nameIndices[key] = Int64(self.names.count)
            self.names.append(node.map(self.tree.name(of:)) ?? FlameTree.otherName)
        }
        return self.nameIndices[key]
    }
}
