// SPDX-License-Identifier: Apache-2.0

/// A comparison of two flame graphs as viewers draw it (spec/query 4.9).
package struct RenderedFlameDiff: Sendable, Hashable {
    /// The first is always `total`; a function of that name has an entry of its own.
    package var names: [String]
    /// Per level, left to right, seven numbers a node: offset from the end of its left neighbour, total and
    /// self of the left side, the same three of the right side, name.
    package var levels: [[Int64]]
    package var leftTicks: Int64
    package var rightTicks: Int64
    package var maxSelf: Int64

    /// The sum of both sides.
    package var total: Int64 { self.leftTicks &+ self.rightTicks }

    /// Lays out `diff`, cut to `maxNodes` nodes, the root among them (below 1: not cut).
    ///
    /// A node counts as large as it is on its larger side. O(nodes).
    package init(_ diff: FlameDiff, maxNodes: Int) {
        let larger = zip(diff.left.totals, diff.right.totals).map { max($0, $1) }
        var layout = DiffLayout(diff, NodeThreshold.minimum(of: larger[...], maxNodes: maxNodes))
        layout.run()
        self.names = layout.names
        self.levels = layout.levels
        self.leftTicks = diff.left.totals[0]
        self.rightTicks = diff.right.totals[0]
        self.maxSelf = layout.maxSelf
    }
}

/// The walk that assigns offsets and names: a stack, so siblings are visited from right to left.
private struct DiffLayout {
    /// Offset, total and self on one side.
    private struct Bar {
        var offset: Int64
        var total: Int64
        var own: Int64

        /// Appends its three numbers, the offset from `end`.
        func append(after end: Int64, to level: inout [Int64]) {
            level.append(self.offset &- end)
            level.append(self.total)
            level.append(self.own)
        }
    }

    private struct Visit {
        /// `nil` for what was cut away beneath a node.
        var node: Int?
        var level: Int
        var left: Bar
        var right: Bar
    }

    private struct Cell {
        var level: Int
        var left: Bar
        var right: Bar
        var name: Int64
    }

    private let diff: FlameDiff
    private let threshold: Int64
    /// Index in `names` by index in the tree's names; the last stands for `other` where no function has it.
    private var nameIndices: [Int64]
    private let other: Int
    private(set) var names = ["total"]
    /// Every level from right to left.
    private var cells: [Cell] = []
    /// Nodes per level.
    private var counts: [Int] = []
    private(set) var maxSelf: Int64 = 0

    init(_ diff: FlameDiff, _ threshold: Int64) {
        self.diff = diff
        self.threshold = threshold
        self.nameIndices = Array(repeating: -1, count: diff.names.count + 1)
        // The nameless function is shown as the root is.
        if diff.names.first?.isEmpty == true { self.nameIndices[0] = 0 }
        self.other =
            diff.names.firstIndex { $0.utf8.elementsEqual(FlameTree.otherName.utf8) } ?? diff.names.count
    }

    mutating func run() {
        var open = [
            Visit(
                node: 0,
                level: 0,
                left: Bar(offset: 0, total: self.diff.left.totals[0], own: 0),
                right: Bar(offset: 0, total: self.diff.right.totals[0], own: 0)
            )
        ]
        while let visit = open.popLast() {
            self.maxSelf = max(self.maxSelf, visit.left.own, visit.right.own)
            if visit.level == self.counts.count { self.counts.append(0) }
            self.counts[visit.level] += 1
            let name = self.nameIndex(of: visit.node)
            self.cells.append(Cell(level: visit.level, left: visit.left, right: visit.right, name: name))
            if let node = visit.node { self.openChildren(of: node, visit, in: &open) }
        }
    }

    private func openChildren(of node: Int, _ visit: Visit, in open: inout [Visit]) {
        let (left, right) = (self.diff.left, self.diff.right)
        var (leftAt, rightAt) = (visit.left.offset &+ visit.left.own, visit.right.offset &+ visit.right.own)
        var (leftCut, rightCut): (Int64, Int64) = (0, 0)
        var child = node + 1
        while child < self.diff.ends[node] {
            let (leftTotal, rightTotal) = (left.totals[child], right.totals[child])
            if max(leftTotal, rightTotal) >= self.threshold {
                open.append(
                    Visit(
                        node: child,
                        level: visit.level + 1,
                        left: Bar(offset: leftAt, total: leftTotal, own: left.selfValues[child]),
                        right: Bar(offset: rightAt, total: rightTotal, own: right.selfValues[child])
                    )
                )
                leftAt &+= leftTotal
                rightAt &+= rightTotal
            } else {
                leftCut &+= leftTotal
                rightCut &+= rightTotal
            }
            child = Int(self.diff.ends[child])
        }
        guard leftCut != 0 || rightCut != 0 else { return }
        open.append(
            Visit(
                node: nil,
                level: visit.level + 1,
                left: Bar(offset: leftAt, total: leftCut, own: leftCut),
                right: Bar(offset: rightAt, total: rightCut, own: rightCut)
            )
        )
    }

    /// What viewers read: from left to right, each offset from the end of the left neighbour on its side.
    var levels: [[Int64]] {
        var levels = self.counts.map { count in
            var level: [Int64] = []
            level.reserveCapacity(count * 7)
            return level
        }
        var ends = [(left: Int64, right: Int64)](repeating: (0, 0), count: levels.count)
        for cell in self.cells.reversed() {
            let end = ends[cell.level]
            cell.left.append(after: end.left, to: &levels[cell.level])
            cell.right.append(after: end.right, to: &levels[cell.level])
            levels[cell.level].append(cell.name)
            ends[cell.level] = (cell.left.offset &+ cell.left.total, cell.right.offset &+ cell.right.total)
        }
        return levels
    }

    private mutating func nameIndex(of node: Int?) -> Int64 {
        guard node != 0 else { return 0 }
        let key = node.map { Int(self.diff.nodeNames[$0]) } ?? self.other
        if self.nameIndices[key] < 0 {
            self.nameIndices[key] = Int64(self.names.count)
            self.names.append(key < self.diff.names.count ? self.diff.names[key] : FlameTree.otherName)
        }
        return self.nameIndices[key]
    }
}
