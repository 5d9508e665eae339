// SPDX-License-Identifier: Apache-2.0
import FlameGraph

/// The slow way: a tree of dictionaries and recursion, straight from the text of the specification.
final class OracleNode {
    var own: Int64 = 0
    var children: [[UInt8]: OracleNode] = [:]

    var total: Int64 { self.children.values.reduce(self.own) { $0 + $1.total } }

    /// Children by ascending bytes of their names.
    var ordered: [(name: String, node: OracleNode)] {
        self.children.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { (String(decoding: $0.key, as: UTF8.self), $0.value) }
    }

    func child(_ name: String) -> OracleNode {
        if let child = self.children[Array(name.utf8)] { return child }
        let child = OracleNode()
        self.children[Array(name.utf8)] = child
        return child
    }

    func insert(_ stack: [String], _ value: Int64) {
        var node = self
        for name in stack { node = node.child(name) }
        node.own += value
    }

    var descendants: [OracleNode] { self.children.values.flatMap { [$0] + $0.descendants } }

    func minimum(_ maxNodes: Int) -> Int64 {
        let totals = self.descendants.map(\.total).sorted(by: >)
        return maxNodes >= 1 && totals.count > maxNodes ? totals[maxNodes - 1] : 0
    }

    /// What is left when the tree is written with a limit.
    func cut(_ minimum: Int64) -> OracleNode {
        let result = OracleNode()
        result.own = self.own
        var dropped: Int64 = 0
        for (name, node) in self.ordered {
            if node.total >= minimum || name == "other" {
                result.children[Array(name.utf8)] = node.cut(minimum)
            } else {
                dropped += node.total
            }
        }
        if dropped > 0 { result.child("other").own += dropped }
        return result
    }

    /// `path=self` of every node, ascending; paths as lists so that no separator can be mistaken.
    func listing(_ path: [String] = []) -> [String] {
        ["\(path)=\(self.own)"] + self.ordered.flatMap { $0.node.listing(path + [$0.name]) }
    }
}

extension FlameTree {
    /// As `OracleNode.listing`.
    var listing: [String] {
        var paths: [[String]] = []
        for node in 0..<self.nodeCount {
            paths.append(node == 0 ? [] : paths[Int(self.parents[node])] + [self.name(of: node)])
        }
        return paths.indices.map { "\(paths[$0])=\(self.selfValues[$0])" }
    }
}

/// Stacks, root first, and helpers to build trees of them.
struct Stacks {
    var all: [(stack: [String], value: Int64)]

    /// Reads stacks like `a;b;c=2 a;d=1`.
    init(_ text: String) {
        self.all = text.split(separator: " ").map { entry in
            let parts = entry.split(separator: "=")
            return (parts[0].split(separator: ";").map(String.init), Int64(parts[1]) ?? 0)
        }
    }

    /// `count` random stacks over few names, so that paths meet; some names are traps.
    init(random: inout some RandomNumberGenerator, count: Int) {
        let names = ["a", "b", "other", "total", "é", "e\u{301}", "", "zz", "main.run"]
        self.all = (0..<count).map { _ in
            let depth = Int.random(in: 1...7, using: &random)
            let stack = (0..<depth).map { _ in names.randomElement(using: &random) ?? "a" }
            return (stack, Int64.random(in: 1...50, using: &random))
        }
    }

    var oracle: OracleNode {
        let root = OracleNode()
        for (stack, value) in self.all { root.insert(stack, value) }
        return root
    }

    /// One partial answer, its names as texts or as symbols.
    func tree(symbols: SymbolBook? = nil) -> FunctionTree {
        var tree = FunctionTree()
        for (stack, value) in self.all {
            var parent: UInt32 = 0
            for name in stack {
                let frame = symbols.map { FrameName.symbol($0.id(name)) } ?? .text(name)
                let known = tree.names.firstIndex(of: frame)
                if known == nil { tree.names.append(frame) }
                let index = UInt32(known ?? tree.names.count - 1)
                let found = (1..<tree.nodeCount).first {
                    tree.parents[$0] == parent && tree.nodeNames[$0] == index
                }
                if found == nil {
                    tree.parents.append(parent)
                    tree.nodeNames.append(index)
                    tree.selfValues.append(0)
                }
                parent = UInt32(found ?? tree.nodeCount - 1)
            }
            tree.selfValues[Int(parent)] += value
        }
        return tree
    }
}

/// A symbol store of the tests.
final class SymbolBook {
    private var names: [String] = []

    func id(_ name: String) -> Int64 {
        if let index = self.names.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) {
            return Int64(index)
        }
        self.names.append(name)
        return Int64(self.names.count - 1)
    }

    func name(_ id: Int64) -> String { self.names[Int(id)] }
}

func merged(_ stacks: Stacks, maxNodes: Int = 0) throws -> FlameTree {
    var merger = TreeMerger()
    try merger.add(stacks.tree()) { _ in "" }
    return merger.finish(maxNodes: maxNodes)
}
