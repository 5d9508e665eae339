// SPDX-License-Identifier: Apache-2.0

/// Two trees laid over each other: every call path that either has, with the values of both (spec/query 4.9).
///
/// Nodes are in final order as in `FlameTree`; node 0 is the root.
package struct FlameDiff: Sendable {
    /// Names of both trees, ascending by bytes.
    package private(set) var names: [String]
    /// Index into `names`; `FunctionTree.rootName` for the root.
    package private(set) var nodeNames: [UInt32] = [FunctionTree.rootName]
    package private(set) var left: Side
    package private(set) var right: Side
    /// The first node behind the subtree.
    package private(set) var ends: [UInt32] = [1]

    /// The values of one tree; zero where it lacks a node.
    package struct Side: Sendable {
        /// Own value plus everything beneath.
        package fileprivate(set) var totals: [Int64]
        package fileprivate(set) var selfValues: [Int64] = [0]

        /// The root: samples without any frame do not count.
        fileprivate init(rootOf tree: FlameTree) {
            self.totals = [tree.totals[0] &- tree.selfValues[0]]
        }

        fileprivate mutating func append(_ tree: FlameTree, _ node: Int?) {
            self.totals.append(node.map { tree.totals[$0] } ?? 0)
            self.selfValues.append(node.map { tree.selfValues[$0] } ?? 0)
        }
    }

    /// Nodes, the root included.
    package var nodeCount: Int { self.nodeNames.count }

    /// Lays `left` and `right` over each other; O(nodes of both), whatever their depth.
    package init(left: FlameTree, right: FlameTree) {
        let ranks = MergedNames(left.names, right.names)
        self.names = ranks.names
        self.left = Side(rootOf: left)
        self.right = Side(rootOf: right)
        var open = [
            Siblings(
                parent: 0,
                left: 1..<left.nodeCount,
                right: 1..<right.nodeCount
            )
        ]
        while var siblings = open.popLast() {
            let node = self.nodeCount
            let nextLeft = siblings.left.first.map { ranks.left[Int(left.nodeNames[$0])] }
            let nextRight = siblings.right.first.map { ranks.right[Int(right.nodeNames[$0])] }
            // No name is `rootName`.
            let name = min(nextLeft ?? FunctionTree.rootName, nextRight ?? FunctionTree.rootName)
            guard name != FunctionTree.rootName else {
                self.ends[siblings.parent] = UInt32(node)
                continue
            }
            let inLeft = nextLeft == name ? siblings.left.lowerBound : nil
            let inRight = nextRight == name ? siblings.right.lowerBound : nil
            self.nodeNames.append(name)
            self.ends.append(0)
            self.left.append(left, inLeft)
            self.right.append(right, inRight)
            let beneathLeft = siblings.takeLeft(inLeft, left)
            let beneathRight = siblings.takeRight(inRight, right)
            open.append(siblings)
            open.append(Siblings(parent: node, left: beneathLeft, right: beneathRight))
        }
    }

    /// Siblings that are still to be placed, as ranges over the nodes of both trees.
    private struct Siblings {
        var parent: Int
        var left: Range<Int>
        var right: Range<Int>

        /// The nodes beneath `node`, which is the first of the left ones and is done.
        mutating func takeLeft(_ node: Int?, _ tree: FlameTree) -> Range<Int> {
            guard let node else { return 0..<0 }
            let end = Int(tree.ends[node])
            self.left = end..<self.left.upperBound
            return node + 1..<end
        }

        /// The same on the right.
        mutating func takeRight(_ node: Int?, _ tree: FlameTree) -> Range<Int> {
            guard let node else { return 0..<0 }
            let end = Int(tree.ends[node])
            self.right = end..<self.right.upperBound
            return node + 1..<end
        }
    }
}

/// Two ascending lists of names as one, and where each name went.
private struct MergedNames {
    private(set) var names: [String] = []
    private(set) var left: [UInt32] = []
    private(set) var right: [UInt32] = []

    init(_ left: [String], _ right: [String]) {
        self.names.reserveCapacity(max(left.count, right.count))
        var (a, b) = (0, 0)
        while a < left.count || b < right.count {
            let rank = UInt32(self.names.count)
            let takesLeft = b == right.count || (a < left.count && !Self.precedes(right[b], left[a]))
            let takesRight = a == left.count || (b < right.count && !Self.precedes(left[a], right[b]))
            self.names.append(takesLeft ? left[a] : right[b])
            if takesLeft {
                self.left.append(rank)
                a += 1
            }
            if takesRight {
                self.right.append(rank)
                b += 1
            }
        }
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
