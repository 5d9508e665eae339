// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

/// A profile of one of the older formats: stacks with one value each, and what the value is.
package struct LegacyProfile: Sendable {
    /// The application's name without its suffix.
    package var service: String
    package var kind: MeasuredKind
    /// Nanoseconds between two ticks; nil when the value is no time.
    package var period: Int64?
    /// The name that a speedscope file gives to the profile.
    package var profileName: String?
    var tree: CallTree
    var names: NameTable

    /// A profile without stacks: `rate` ticks a second (0 when unknown) make a value into a time.
    init(_ service: String, _ kind: MeasuredKind, rate: Int64, tree: CallTree, names: NameTable) {
        self.service = service
        let isTimed = kind.isTimed && rate > 0
        self.kind = isTimed ? kind.inNanoseconds : kind
        self.period = isTimed ? max(1, 1_000_000_000 / rate) : nil
        self.tree = tree
        self.names = names
    }

    /// The stacks that have a value, root first.
    package var stacks: [(frames: [String], value: Int64)] {
        (1..<self.tree.count).compactMap { node in
            guard self.tree.values[node] > 0 else { return nil }
            var frames: [String] = []
            var at = node
            while at != Int(CallTree.root) {
                frames.append(String(decoding: self.names[self.tree.names[at]], as: UTF8.self))
                at = Int(self.tree.parents[at])
            }
            return (frames.reversed(), self.tree.values[node])
        }
    }
}

/// What an `/ingest` request says about the stacks in its body.
package struct LegacyUpload: Sendable {
    /// `name` up to the brace.
    package var app: String
    /// Ticks a second; 0 when values are no ticks.
    package var sampleRate: Int64
    /// Bounds of names, children and sizes.
    package var limits: ProfileLimits
    /// Nodes that all stacks of the upload may have together.
    package var nodeCountMax = 1 << 19

    package init(app: String, sampleRate: Int64, limits: ProfileLimits) {
        self.app = app
        self.sampleRate = sampleRate
        self.limits = limits
    }

    /// Ticks a second when a request does not say.
    package static let defaultSampleRate: Int64 = 100
}

/// The formats that are lists of stacks or trees.
package enum LegacyFormat: String, Sendable {
    /// A line per stack: frames, a space, a count.
    case groups
    /// A line per sample.
    case lines
    case tree, trie
    case speedscope

    /// The profiles in `body`: one, but for speedscope.
    ///
    /// Linear in the size of the body; memory is bounded by the limits.
    package func decode(
        _ body: [UInt8],
        _ upload: LegacyUpload
    ) throws(LegacyFault) -> [LegacyProfile] {
        if self == .speedscope { return try SpeedscopeFile.decode(body, upload) }
        var stacks = StackCollector(upload)
        switch self {
        case .groups: try stacks.takeGroups(body)
        case .lines: try stacks.takeLines(body)
        case .tree: try stacks.takeTree(body)
        case .trie: try stacks.takeTrie(body)
        case .speedscope: break
        }
        let (service, kind) = try MeasuredKind.split(upload.app)
        var profile = LegacyProfile(
            service,
            kind,
            rate: upload.sampleRate,
            tree: stacks.tree,
            names: stacks.names
        )
        if let period = profile.period { profile.tree.scale(by: period) }
        return [profile]
    }
}
