// SPDX-License-Identifier: Apache-2.0

/// The words of PromQL that are more than identifiers outside braces.
enum SelectorWords {
    private static let aggregators: Set<String> = [
        "sum", "avg", "count", "min", "max", "group", "stddev", "stdvar", "topk", "bottomk", "count_values",
        "quantile", "limitk", "limit_ratio",
    ]
    private static let keywords: Set<String> = [
        "offset", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "start", "end",
    ]
    private static let operators: Set<String> = ["and", "or", "unless", "atan2"]
    /// These cannot be the name of a metric; all other words can.
    private static let reserved: Set<String> = [
        "on", "ignoring", "group_left", "group_right", "bool", "atan2",
    ]

    /// What a lower-case word is, nil for an identifier.
    static func kind(of word: String) -> SelectorToken.Kind? {
        if self.aggregators.contains(word) { return .aggregator }
        if self.keywords.contains(word) { return .keyword }
        if self.operators.contains(word) { return .binaryOperator }
        return word == "inf" || word == "nan" ? .number : nil
    }

    /// Whether `token` may stand in front of the braces.
    static func canNameMetric(_ token: SelectorToken) -> Bool {
        switch token.kind {
        case .identifier, .metricIdentifier, .aggregator: true
        case .keyword: !self.reserved.contains(token.text.lowercased())
        case .binaryOperator: ["and", "or", "unless"].contains(token.text.lowercased())
        default: false
        }
    }
}
