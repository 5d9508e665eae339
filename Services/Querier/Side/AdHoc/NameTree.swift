// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import FlameGraph
internal import Pprof

/// Builds a tree of names from stacks, root first.
struct NameTree {
    private(set) var tree = FunctionTree()
    private var children: [UInt64: UInt32] = [:]

    /// Nodes that one file may have.
    static let nodeCountMax = 1 << 21

    /// The child of `node` with the name at `name` in `tree.names`.
    mutating func child(of node: UInt32, name: UInt32) throws(AdHocFault) -> UInt32 {
        let key = UInt64(node) << 32 | UInt64(name)
        if let known = self.children[key] { return known }
        guard self.tree.nodeCount < Self.nodeCountMax else {
            throw AdHocFault("the profile has more than \(Self.nodeCountMax) distinct call paths")
        }
        let child = UInt32(self.tree.nodeCount)
        self.children[key] = child
        self.tree.parents.append(node)
        self.tree.nodeNames.append(name)
        self.tree.selfValues.append(0)
        return child
    }

    /// Adds a name; equal ones are added up where trees are merged.
    mutating func addName(_ name: String) -> UInt32 {
        self.tree.names.append(.text(name))
        return UInt32(self.tree.names.count - 1)
    }

    /// Adds to what ends in `node`.
    mutating func add(_ value: Int64, at node: UInt32) { self.tree.selfValues[Int(node)] &+= value }

    /// The tree of one value column; a place in code without a function goes by its address.
    static func tree(
        of profile: borrowing DecodedProfile,
        column: Int
    ) throws(AdHocFault) -> FunctionTree {
        var built = NameTree()
        var byString: [UInt32: UInt32] = [:]
        var byAddress: [UInt64: UInt32] = [:]
        let width = profile.sampleTypes.count
        for row in profile.samples.indices {
            let value = profile.values[row * width + column]
            guard value > 0 else { continue }
            var node: UInt32 = 0
            for frame in profile.samples[row].frameRange.reversed() {
                let location = profile.locations[Int(profile.frames[frame])]
                if location.lineCount == 0 {
                    let known = byAddress[location.address]
                    let name = known ?? built.addName(String(location.address, radix: 16))
                    byAddress[location.address] = name
                    node = try built.child(of: node, name: name)
                }
                let first = Int(location.firstLine)
                for line in (first..<first + Int(location.lineCount)).reversed() {
                    let string = profile.functions[Int(profile.lines[line].function)].name
                    let name = byString[string] ?? built.addName(profile.string(string))
                    byString[string] = name
                    node = try built.child(of: node, name: name)
                }
            }
            built.add(value, at: node)
        }
        return built.tree
    }
}
