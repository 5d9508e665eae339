// SPDX-License-Identifier: Apache-2.0

/// Finds the child of a node by name.
///
/// Nodes are numbered in order of arrival, the root is 0. Nearly all nodes have few children, which were
/// made soon after each other: they are chained, so that a lookup touches memory that is near. Children
/// beyond the first few of a node are in a hash table.
struct ChildIndex: Sendable {
    private static let none = UInt32.max
    /// Children of a node that are chained.
    private static let chainedCount = 8

    /// The head of each node's chain.
    private var firsts: [UInt32] = [Self.none]
    /// The next in the chain that a node is part of.
    private var nexts: [UInt32] = [Self.none]
    private var names: [UInt32] = [Self.none]
    private var rest = CrowdedChildren()

    /// An index of a root, with room for `capacity` nodes.
    init(capacity: Int = 0) {
        self.firsts.reserveCapacity(capacity)
        self.nexts.reserveCapacity(capacity)
        self.names.reserveCapacity(capacity)
    }

    /// The child of `parent` called `name`; when there is none, the next number becomes it.
    @inline(__always)
    mutating func child(of parent: UInt32, name: UInt32) -> UInt32 {
        var child = self.firsts[Int(parent)]
        var length = 0
        while child != Self.none {
            if self.names[Int(child)] == name { return child }
            child = self.nexts[Int(child)]
            length &+= 1
        }
        return self.insert(name, under: parent, isChained: length < Self.chainedCount)
    }

    private mutating func insert(_ name: UInt32, under parent: UInt32, isChained: Bool) -> UInt32 {
        let node = UInt32(self.names.count)
        if isChained {
            self.nexts.append(self.firsts[Int(parent)])
            self.firsts[Int(parent)] = node
        } else {
            let known = self.rest.node(CrowdedChildren.key(parent: parent, name: name), orInsert: node)
            if known != node { return known }
            self.nexts.append(Self.none)
        }
        self.firsts.append(Self.none)
        self.names.append(name)
        return node
    }

    /// The child of `parent` called `name`, nil when there is none.
    func knownChild(of parent: UInt32, name: UInt32) -> UInt32? {
        var child = self.firsts[Int(parent)]
        while child != Self.none {
            if self.names[Int(child)] == name { return child }
            child = self.nexts[Int(child)]
        }
        return self.rest.node(CrowdedChildren.key(parent: parent, name: name))
    }
}

/// An open-addressing map from (parent, name) to node.
private struct CrowdedChildren: Sendable {
    private struct Slot {
        var key: UInt64
        var node: UInt32
    }

    /// No parent has this number together with this name, since names are below `UInt32.max`.
    private static let free = UInt64.max

    private var slots = Array(repeating: Slot(key: Self.free, node: 0), count: 64)
    private var shift: UInt64 = 58
    private var count = 0

    static func key(parent: UInt32, name: UInt32) -> UInt64 { UInt64(parent) &<< 32 | UInt64(name) }

    /// The node under `key`; when there is none, `candidate` becomes it.
    mutating func node(_ key: UInt64, orInsert candidate: UInt32) -> UInt32 {
        let mask = self.slots.count - 1
        var index = Self.hash(key, self.shift)
        while true {
            let slot = self.slots[index]
            if slot.key == key { return slot.node }
            if slot.key == Self.free { break }
            index = (index &+ 1) & mask
        }
        self.slots[index] = Slot(key: key, node: candidate)
        self.count += 1
        if self.count * 2 > self.slots.count { self.grow() }
        return candidate
    }

    /// The node under `key`, nil when there is none.
    func node(_ key: UInt64) -> UInt32? {
        let mask = self.slots.count - 1
        var index = Self.hash(key, self.shift)
        while self.slots[index].key != Self.free {
            if self.slots[index].key == key { return self.slots[index].node }
            index = (index &+ 1) & mask
        }
        return nil
    }

    private mutating func grow() {
        let old = self.slots
        self.slots = Array(repeating: Slot(key: Self.free, node: 0), count: old.count * 2)
        self.shift -= 1
        let mask = self.slots.count - 1
        for slot in old where slot.key != Self.free {
            var index = Self.hash(slot.key, self.shift)
            while self.slots[index].key != Self.free { index = (index &+ 1) & mask }
            self.slots[index] = slot
        }
    }

    @inline(__always)
    private static func hash(_ key: UInt64, _ shift: UInt64) -> Int {
        let mixed = (key ^ (key &>> 32)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: ((mixed ^ (mixed &>> 29)) &* 0xBF58_476D_1CE4_E5B9) &>> shift)
    }
}
