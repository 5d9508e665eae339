// SPDX-License-Identifier: Apache-2.0

/// Why a partial answer could not be merged.
package enum TreeMergeError: Error, Hashable, Sendable {
    /// Columns of different lengths, a parent behind its child, or a name that does not exist.
    case malformed
    /// The merged tree would have more nodes than allowed.
    case tooManyNodes(limit: Int)
}

/// Adds up function trees, exactly.
///
/// Names become dense numbers once; from there on everything is integers.
package struct TreeMerger: Sendable {
    private var names: [String] = []
    private var nameIDs: [ExactText: UInt32] = [:]
    private var symbolIDs: [Int64: UInt32] = [:]
    private var columns = NodeColumns()
    /// Nil while the only tree there is came in as a whole: most answers have one part.
    private var children: ChildIndex? = ChildIndex()

    /// The most nodes a merged tree may have: 20 bytes each, and twice that for finding them.
    package static let nodeCountMax = 16 << 20

    package init() {}

    /// Nodes so far, the root included.
    package var nodeCount: Int { self.columns.count }

    /// Adds `tree`; `resolve` gives the name of a symbol and is asked once per symbol over all trees.
    ///
    /// O(nodes of `tree` + bytes of its names). After a throw, what was added before may hold parts of
    /// `tree`.
    package mutating func add(
        _ tree: FunctionTree,
        resolving resolve: (Int64) -> String
    ) throws(TreeMergeError) {
        guard tree.isWellFormed else { throw .malformed }
        let ids = tree.names.map { name in
            switch name {
            case .text(let text): self.nameID(text)
            case .symbol(let symbol): self.nameID(symbol: symbol, resolve)
            }
        }
        let isFirst = self.columns.count == 1 && self.columns.selfValues[0] == 0
        let isSmall = tree.nodeCount <= Self.nodeCountMax
        if isFirst, isSmall, tree.siblingsDiffer, ids.indices.allSatisfy({ ids[$0] == $0 }) {
            // Every name is new and stands where it stood: the tree is the sum as it is.
            self.columns = NodeColumns(
                parents: tree.parents,
                names: tree.nodeNames,
                selfValues: tree.selfValues
            )
            self.children = nil
            return
        }
        var children = self.takeChildren(expecting: tree.nodeCount)
        defer { self.children = children }
        var merged = [UInt32](repeating: 0, count: tree.nodeCount)
        self.columns.selfValues[0] &+= tree.selfValues[0]
        for node in 1..<max(tree.nodeCount, 1) {
            let target = try self.child(
                of: merged[Int(tree.parents[node])],
                name: ids[Int(tree.nodeNames[node])],
                &children
            )
            merged[node] = target
            self.columns.selfValues[Int(target)] &+= tree.selfValues[node]
        }
    }

    /// The index of all nodes, with room for `count` in all; the merger has none until it gets it back.
    private mutating func takeChildren(expecting count: Int) -> ChildIndex {
        if self.columns.count == 1 { return ChildIndex(capacity: count) }
        if let children = self.children {
            self.children = nil
            return children
        }
        var children = ChildIndex(capacity: max(count, self.columns.count))
        for node in 1..<self.columns.count {
            _ = children.child(of: self.columns.parents[node], name: self.columns.names[node])
        }
        return children
    }

    /// The sum of all trees in final order, cut to `maxNodes` nodes by total (spec/query 4.3, 4.4; below 1:
    /// not cut).
    ///
    /// What is cut goes, with its exact mass, into a child `other` of the node it was cut from. With a
    /// `callSite` only
    /// stacks that begin, at the root, with these names are kept. O(nodes + surviving names · log).
    package consuming func finish(maxNodes: Int = 0, callSite: [String] = []) -> FlameTree {
        if !callSite.isEmpty { self.columns = self.stacks(under: callSite) }
        let other = self.nameID(FlameTree.otherName)
        let totals = self.columns.totals()
        let threshold = NodeThreshold.minimum(of: totals[1...], maxNodes: maxNodes)
        if threshold != .min { self.cut(below: threshold, totals: totals, other: other) }
        return FlameTree(self.columns, names: self.names)
    }

    /// The subtree at the end of `path`, still hanging from the root by that path.
    private mutating func stacks(under path: [String]) -> NodeColumns {
        let children = self.takeChildren(expecting: 0)
        var kept = NodeColumns()
        var node: UInt32 = 0
        var above: [UInt32] = []
        for name in path {
            guard let id = self.nameIDs[ExactText(name)] else { return kept }
            guard let child = children.knownChild(of: node, name: id) else { return kept }
            above.append(node)
            node = child
        }
        var moved = [UInt32](repeating: .max, count: self.columns.count)
        moved[0] = 0
        for inner in (above + [node]).dropFirst() {
            moved[Int(inner)] = UInt32(kept.count)
            let parent = UInt32(kept.count - 1)
            kept.append(parent: parent, name: self.columns.names[Int(inner)], selfValue: 0)
        }
        kept.selfValues[kept.count - 1] = self.columns.selfValues[Int(node)]
        for inner in Int(node) + 1..<max(self.columns.count, Int(node) + 1) {
            let parent = Int(self.columns.parents[inner])
            guard moved[parent] != .max, parent >= node, moved[inner] == .max else { continue }
            moved[inner] = UInt32(kept.count)
            kept.append(
                parent: moved[parent],
                name: self.columns.names[inner],
                selfValue: self.columns.selfValues[inner]
            )
        }
        return kept
    }

    private mutating func nameID(_ text: String) -> UInt32 {
        let candidate = UInt32(self.names.count)
        let id = self.nameIDs[ExactText(text), default: candidate]
        if id == candidate {
            self.nameIDs[ExactText(text)] = id
            self.names.append(text)
        }
        return id
    }

    private mutating func nameID(symbol: Int64, _ resolve: (Int64) -> String) -> UInt32 {
        if let id = self.symbolIDs[symbol] { return id }
        let id = self.nameID(resolve(symbol))
        self.symbolIDs[symbol] = id
        return id
    }

    @inline(__always)
    private mutating func child(
        of parent: UInt32,
        name: UInt32,
        _ children: inout ChildIndex
    ) throws(TreeMergeError) -> UInt32 {
        guard self.columns.count < Self.nodeCountMax else {
            guard let known = children.knownChild(of: parent, name: name) else {
                throw .tooManyNodes(limit: Self.nodeCountMax)
            }
            return known
        }
        let node = children.child(of: parent, name: name)
        if node == self.columns.count { self.columns.append(parent: parent, name: name, selfValue: 0) }
        return node
    }

    /// Removes every node whose total is below `threshold`, except those named `other`.
    private mutating func cut(below threshold: Int64, totals: [Int64], other: UInt32) {
        var kept = NodeColumns()
        var moved = [UInt32](repeating: .max, count: self.columns.count)
        var dropped: [Int64] = [0]
        moved[0] = 0
        kept.selfValues[0] = self.columns.selfValues[0]
        for node in 1..<max(self.columns.count, 1) {
            let parent = moved[Int(self.columns.parents[node])]
            guard parent != .max else { continue }
            let name = self.columns.names[node]
            guard totals[node] >= threshold || name == other else {
                dropped[Int(parent)] &+= totals[node]
                continue
            }
            moved[node] = UInt32(kept.count)
            kept.append(parent: parent, name: name, selfValue: self.columns.selfValues[node])
            dropped.append(0)
        }
        self.attach(dropped, other: other, moved: moved, to: &kept)
        self.columns = kept
    }

    /// Gives each node with a dropped mass a child `other` of that mass, or adds it to the one it has.
    private func attach(_ dropped: [Int64], other: UInt32, moved: [UInt32], to kept: inout NodeColumns) {
        var holders = [UInt32](repeating: .max, count: dropped.count)
        for node in 1..<max(kept.count, 1) where kept.names[node] == other {
            holders[Int(kept.parents[node])] = UInt32(node)
        }
        for (node, mass) in dropped.enumerated() where mass != 0 {
            if holders[node] == .max {
                kept.append(parent: UInt32(node), name: other, selfValue: mass)
            } else {
                kept.selfValues[Int(holders[node])] &+= mass
            }
        }
    }
}
