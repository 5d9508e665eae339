// SPDX-License-Identifier: Apache-2.0

/// The name of a function in a partial answer.
package enum FrameName: Hashable, Sendable {
    /// The name itself: from heads and from blocks that are not in the catalogue yet.
    case text(String)
    /// Id of a function in the tenant's symbol store; resolved once, in the querier (design D4).
    case symbol(Int64)

    /// Texts are equal when their bytes are; Swift's own equality would merge canonically equivalent names.
    package static func == (left: FrameName, right: FrameName) -> Bool {
        switch (left, right) {
        case (.text(let left), .text(let right)): ExactText(left) == ExactText(right)
        case (.symbol(let left), .symbol(let right)): left == right
        case (.text, .symbol), (.symbol, .text): false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .text(let text): hasher.combine(text)
        case .symbol(let id): hasher.combine(id)
        }
    }
}

/// A tree of function names as parallel columns: what one node or block contributes to an answer, exact and
/// unpruned.
///
/// Node 0 is the root. A parent comes before its children (`parents[i] < i` for `i > 0`); order is free
/// otherwise.
package struct FunctionTree: Sendable {
    /// Distinct names; several may turn out to be the same text once resolved.
    package var names: [FrameName] = []
    package var parents: [UInt32] = [0]
    /// Index into `names`; `rootName` for the root.
    package var nodeNames: [UInt32] = [FunctionTree.rootName]
    /// Values of samples that end in this node.
    package var selfValues: [Int64] = [0]

    /// Whether it is known that no two children of a node have the same name: so after a fold, not after
    /// decoding.
    package internal(set) var siblingsDiffer = false

    package static let rootName = UInt32.max

    package init() {}

    package var nodeCount: Int { self.parents.count }

    /// Whether the columns have one length, parents precede their children, and every name exists.
    ///
    /// What a decoder must check before anybody walks the tree. O(nodes).
    package var isWellFormed: Bool {
        let count = self.parents.count
        guard count > 0, self.nodeNames.count == count, self.selfValues.count == count else { return false }
        guard self.parents[0] == 0, self.nodeNames[0] == Self.rootName else { return false }
        for node in 1..<max(count, 1) {
            guard self.parents[node] < node, self.nodeNames[node] < self.names.count else { return false }
        }
        return true
    }
}
