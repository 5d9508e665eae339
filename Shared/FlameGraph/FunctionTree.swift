// SPDX-License-Identifier: Apache-2.0

/// The name of a function in a partial answer.
package enum FrameName: Hashable, Sendable {
    /// The name itself: from heads and from blocks that are not in the catalogue yet.
    case text(String)
    /// Id of a function in the tenant's symbol store; resolved once, in the querier (design D4).
    case symbol(Int64)
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

    package static let rootName = UInt32.max

    package init() {}

    package var nodeCount: Int { self.parents.count }
}
