// SPDX-License-Identifier: Apache-2.0

/// What a value means: `name:sample_type:sample_unit:period_type:period_unit`, as in
/// `process_cpu:cpu:nanoseconds:cpu:nanoseconds` (spec/query 3.2).
package struct ProfileType: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package let sampleType: String
    package let sampleUnit: String
    package let periodType: String
    package let periodUnit: String

    package init(
        name: String,
        sampleType: String,
        sampleUnit: String,
        periodType: String,
        periodUnit: String
    ) {
        self.name = name
        self.sampleType = sampleType
        self.sampleUnit = sampleUnit
        self.periodType = periodType
        self.periodUnit = periodUnit
    }

    /// Parses five parts, or six of which the last is `delta` (ignored); nil otherwise.
    package init?(parsing text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5 || (parts.count == 6 && parts[5] == "delta") else { return nil }
        self.init(
            name: parts[0],
            sampleType: parts[1],
            sampleUnit: parts[2],
            periodType: parts[3],
            periodUnit: parts[4]
        )
    }

    package var description: String {
        "\(self.name):\(self.sampleType):\(self.sampleUnit):\(self.periodType):\(self.periodUnit)"
    }
}
