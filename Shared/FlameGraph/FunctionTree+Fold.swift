// SPDX-License-Identifier: Apache-2.0

extension FunctionTree {
    /// Folds a tree of locations into one of function names.
    ///
    /// Only nodes with a value above 0 at or beneath them are looked at. `parents[i] < i` for `i > 0`, node 0
    /// is the
    /// root; `selfValues` may be shorter than the tree, as when it has grown since. The result names only
    /// what it
    /// uses. O(nodes + frames of the nodes in use).
    package static func fold(
        parents: [UInt32],
        locations: [UInt32],
        frames: FrameTable,
        selfValues: [Int64]
    ) -> FunctionTree {
        let count = min(parents.count, min(locations.count, selfValues.count))
        var folding = Folding(frames: frames)
        guard count > 0 else { return folding.tree }
        let (folded, used) = Self.marks(parents: parents, selfValues: selfValues, count: count)
        folding.reserve(used)
        folding.run(parents: parents, locations: locations, selfValues: selfValues, marks: folded)
        folding.tree.siblingsDiffer = true
        return folding.tree
    }

    /// Marks each node that has a value at or beneath it with `Folding.used`, the others with
    /// `Folding.unused`.
    private static func marks(parents: [UInt32], selfValues: [Int64], count: Int) -> ([UInt32], Int) {
        var marks = [UInt32](repeating: Folding.unused, count: count)
        var used = 0
        var node = count - 1
        while node > 0 {
            if selfValues[node] > 0 || marks[node] != Folding.unused {
                marks[node] = Folding.used
                used += 1
                let parent = Int(parents[node])
                if parent < node { marks[parent] = Folding.used }
            }
            node -= 1
        }
        return (marks, used)
    }
}

/// The state of one fold.
private struct Folding {
    static let unused = UInt32.max
    static let used = UInt32.max - 1

    let frames: FrameTable
    var tree = FunctionTree()
    private var children = ChildIndex()
    /// Index in `tree.names` of a name of the table, `unused` before it is met.
    private var nameIndices: [UInt32]

    init(frames: FrameTable) {
        self.frames = frames
        self.nameIndices = Array(repeating: Self.unused, count: frames.names.count)
    }

    mutating func reserve(_ nodeCount: Int) {
        self.children = ChildIndex(capacity: nodeCount + 1)
        self.tree.parents.reserveCapacity(nodeCount + 1)
        self.tree.nodeNames.reserveCapacity(nodeCount + 1)
        self.tree.selfValues.reserveCapacity(nodeCount + 1)
    }

    mutating func run(parents: [UInt32], locations: [UInt32], selfValues: [Int64], marks: [UInt32]) {
        var folded = marks
        folded[0] = 0
        if selfValues[0] > 0 { self.tree.selfValues[0] = selfValues[0] }
        for node in 1..<max(folded.count, 1) where folded[node] == Self.used {
            let parent = Int(parents[node])
            var target: UInt32 = parent < node ? folded[parent] : 0
            for frame in self.frames.range(of: locations[node]) {
                target = self.child(of: target, tableName: Int(self.frames.frames[frame]))
            }
            folded[node] = target
            let value = selfValues[node]
            if value > 0 { self.tree.selfValues[Int(target)] &+= value }
        }
    }

    @inline(__always)
    private mutating func child(of parent: UInt32, tableName: Int) -> UInt32 {
        var name = self.nameIndices[tableName]
        if name == Self.unused {
            name = UInt32(self.tree.names.count)
            self.nameIndices[tableName] = name
            self.tree.names.append(self.frames.names[tableName])
        }
        let candidate = UInt32(self.tree.parents.count)
        let node = self.children.child(of: parent, name: name)
        if node == candidate {
            self.tree.parents.append(parent)
            self.tree.nodeNames.append(name)
            self.tree.selfValues.append(0)
        }
        return node
    }
}
