// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

/// Admits samples by a span column: which requests they belong to (spec/query 4.8).
package struct SpanFilter: Hashable, Sendable {
    /// The column, one of `LabelName.spanColumns`.
    package let name: String
    /// Admitted ids in lower case, sorted, each once.
    package let ids: [String]
    private let lowered: Set<String>

    /// Admits samples whose `name` is one of `ids`; the case of digits does not matter.
    package init(name: String, ids: [String]) {
        self.name = name
        self.lowered = Set(ids.map { $0.lowercased() })
        self.ids = self.lowered.sorted()
    }

    /// Whether samples with these labels are admitted.
    package func admits(_ labels: LabelSet) -> Bool {
        guard let id = labels[self.name] else { return false }
        if self.lowered.contains(id) { return true }
        return id.utf8.contains(where: Self.isUpper) && self.lowered.contains(id.lowercased())
    }

    private static func isUpper(_ byte: UInt8) -> Bool { 0x41...0x5A ~= byte }

    /// For every label set whether its samples are admitted.
    package func mask(of labelSets: [LabelSet]) -> [Bool] { labelSets.map(self.admits) }
}
