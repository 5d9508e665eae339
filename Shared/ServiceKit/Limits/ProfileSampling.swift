// SPDX-License-Identifier: Apache-2.0
internal import ConfigSchema

/// The share of profiles that is kept, by usage group (spec/ingest 8.4).
package struct ProfileSampling: Sendable, Equatable {
    private var probabilities: [String: Double] = [:]

    /// Everything is kept.
    package init() {}

    /// Whether everything is kept.
    package var isEmpty: Bool { self.probabilities.isEmpty }

    /// Reads `usage_groups: {name: {probability: 0..1}}`.
    init(reading node: YAMLNode) throws(TreeError) {
        for (name, value) in try node.entries("sampling") {
            guard name == "usage_groups" else { throw TreeError("sampling: unknown key \(name)") }
            for (group, settings) in try value.entries("usage_groups") {
                for (key, probability) in try settings.entries("usage group '\(group)'") {
                    guard key == "probability" else {
                        throw TreeError("usage group '\(group)': unknown key \(key)")
                    }
                    let what = "usage group '\(group)': probability"
                    self.probabilities[group] = try probability.number(what, in: 0...1)
                }
            }
        }
        guard self.probabilities.count <= UsageGroups.countMax else {
            throw TreeError("\(self.probabilities.count) usage groups; limit \(UsageGroups.countMax)")
        }
    }

    /// JSON that `init(reading:)` reads back; nothing when everything is kept.
    var text: String {
        guard !self.isEmpty else { return "" }
        let fields = self.probabilities.sorted { $0.key < $1.key }.map { name, probability in
            "\(YAMLNode.quoted(name)):{\"probability\":\(probability)}"
        }
        return "{\"usage_groups\":{" + fields.joined(separator: ",") + "}}"
    }

    /// The lowest probability of `groups`; one where none of them is sampled.
    ///
    /// A name with its labels filled in is looked for before the name as configured.
    package func probability(of groups: [UsageGroup]) -> Double {
        groups.compactMap { self.probabilities[$0.name] ?? self.probabilities[$0.configuredName] }.min() ?? 1
    }
}
