// SPDX-License-Identifier: Apache-2.0

/// A value of a field of an event.
package enum LogValue: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    case string(String)
    case int(Int64)
    case double(Double)
    case bool(Bool)
    case duration(Duration)
    case error(any Error)

    /// A count of things in memory.
    package static func int(_ value: Int) -> LogValue { .int(Int64(value)) }

    /// A fixed text.
    package init(stringLiteral value: String) { self = .string(value) }

    /// A fixed number.
    package init(integerLiteral value: Int64) { self = .int(value) }

    /// The value as text, before it is escaped and cut.
    var text: String {
        switch self {
        case .string(let text): text
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        case .bool(let flag): flag ? "true" : "false"
        case .duration(let duration): Self.seconds(duration)
        case .error(let error): "\(error)"
        }
    }

    /// Whether JSON shows the text without quotes.
    var isBareInJSON: Bool {
        switch self {
        case .int, .bool: true
        case .double(let number): number.isFinite
        case .string, .duration, .error: false
        }
    }

    private static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let micros = (Double(seconds) * 1e6 + Double(attoseconds) * 1e-12).rounded()
        return "\(micros / 1e6)s"
    }
}

/// Names and values that say more about an event, in order; names are fixed texts, values come from anywhere.
package struct LogFields: Sendable, ExpressibleByDictionaryLiteral {
    private(set) var pairs: [(name: String, value: LogValue)] = []

    /// No fields.
    package init() {}

    /// The fields of a literal, in its order.
    package init(dictionaryLiteral elements: (String, LogValue)...) {
        self.pairs = elements.map { (name: $0.0, value: $0.1) }
    }

    /// Adds a field at the end.
    package mutating func append(_ name: String, _ value: LogValue) {
        self.pairs.append((name: name, value: value))
    }

    /// These fields, then those of `other`.
    package func followed(by other: LogFields) -> LogFields {
        var all = self
        all.pairs += other.pairs
        return all
    }
}

/// Fields that every event of a task and its children carries (tenant, request id).
package enum LogContext {
    /// The fields of the current task.
    @TaskLocal package static var fields = LogFields()

    /// Runs `body` with more fields on every event it logs.
    package static func with<Result>(
        _ more: LogFields,
        _ body: () async throws -> Result
    ) async rethrows -> Result {
        try await Self.$fields.withValue(Self.fields.followed(by: more), operation: body)
    }
}
