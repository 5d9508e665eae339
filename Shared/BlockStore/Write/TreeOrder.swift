// SPDX-License-Identifier: Apache-2.0

/// A stack tree in lexicographic preorder: children by the rank of their location.
struct TreeOrder {
    /// Old node to new node; `RankedRows.unranked` for nodes no sample reaches.
    private(set) var nodes: [UInt32]
    private(set) var parents: [UInt32] = []
    private(set) var locations: [UInt32] = []

    /// Orders the nodes marked in `used`, with which all their ancestors are marked.
    ///
    /// - Complexity: O(nodes + ranks); with equal siblings in the input one hash look-up per node more.
    init(parents: [UInt32], ranks: [UInt32], used: [Bool], rankCount: Int) {
        var kept = used.indices.dropFirst().filter { used[$0] }.map { UInt32($0) }
        var children = ChildLists(kept, parents: parents, ranks: ranks, rankCount: rankCount)
        self.nodes = [UInt32](repeating: RankedRows.unranked, count: parents.count)
        var aliases: [UInt32]?
        if children.hasTwins {
            let merged = Self.mergeTwins(kept, parents: parents, ranks: ranks)
            kept = kept.filter { merged.aliases[Int($0)] == $0 }
            children = ChildLists(kept, parents: merged.parents, ranks: ranks, rankCount: rankCount)
            aliases = merged.aliases
            self.number(children, parents: merged.parents, ranks: ranks, count: kept.count)
        } else {
            self.number(children, parents: parents, ranks: ranks, count: kept.count)
        }
        guard let aliases else { return }
        for node in aliases.indices where used[node] { self.nodes[node] = self.nodes[Int(aliases[node])] }
    }

    /// Walks the children depth first and numbers them as they come.
    private mutating func number(_ children: ChildLists, parents: [UInt32], ranks: [UInt32], count: Int) {
        self.parents.reserveCapacity(count + 1)
        self.locations.reserveCapacity(count + 1)
        self.parents.append(0)
        self.locations.append(.max)
        self.nodes[0] = 0
        var open = Array(children.of(0).reversed())
        while let node = open.popLast() {
            self.nodes[Int(node)] = UInt32(self.parents.count)
            self.parents.append(self.nodes[Int(parents[Int(node)])])
            self.locations.append(ranks[Int(node)])
            open.append(contentsOf: children.of(node).reversed())
        }
    }

    /// Gives siblings with the same location one representative each, from the root down.
    private static func mergeTwins(
        _ kept: [UInt32],
        parents: [UInt32],
        ranks: [UInt32]
    ) -> (parents: [UInt32], aliases: [UInt32]) {
        var aliases = parents.indices.map { UInt32($0) }
        var merged = parents
        var known: [UInt64: UInt32] = [:]
        for node in kept {
            let parent = aliases[Int(parents[Int(node)])]
            let edge = UInt64(parent) &<< 32 | UInt64(ranks[Int(node)])
            if let twin = known[edge] {
                aliases[Int(node)] = twin
            } else {
                known[edge] = node
            }
            merged[Int(node)] = parent
        }
        return (merged, aliases)
    }
}

/// The children of every node, sorted by the rank of their location.
private struct ChildLists {
    private var starts: [UInt32]
    private var children: [UInt32]
    /// Whether two siblings have the same location.
    private(set) var hasTwins = false

    init(_ nodes: [UInt32], parents: [UInt32], ranks: [UInt32], rankCount: Int) {
        // Two counting sorts: by rank, then, keeping that order, by parent.
        var slots = [UInt32](repeating: 0, count: rankCount + 1)
        for node in nodes { slots[Int(ranks[Int(node)]) + 1] += 1 }
        for rank in 1..<slots.count { slots[rank] += slots[rank - 1] }
        var byRank = [UInt32](repeating: 0, count: nodes.count)
        for node in nodes {
            let rank = Int(ranks[Int(node)])
            byRank[Int(slots[rank])] = node
            slots[rank] += 1
        }
        self.starts = [UInt32](repeating: 0, count: parents.count + 1)
        for node in nodes { self.starts[Int(parents[Int(node)]) + 1] += 1 }
        for node in 1..<self.starts.count { self.starts[node] += self.starts[node - 1] }
        var next = self.starts
        self.children = [UInt32](repeating: 0, count: nodes.count)
        for node in byRank {
            let parent = Int(parents[Int(node)])
            let slot = next[parent]
            if slot > self.starts[parent], ranks[Int(self.children[Int(slot) - 1])] == ranks[Int(node)] {
                self.hasTwins = true
            }
            self.children[Int(slot)] = node
            next[parent] += 1
        }
    }

    func of(_ node: UInt32) -> ArraySlice<UInt32> {
        self.children[Int(self.starts[Int(node)])..<Int(self.starts[Int(node) + 1])]
    }
}
