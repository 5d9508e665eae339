// SPDX-License-Identifier: Apache-2.0
package import ConfigSchema

/// How queries are run.
package struct QuerierConfig: Sendable, Equatable {
    package var timeout = Duration.seconds(30)
    package var concurrencyMax = 16
    package var symbolCacheByteCount = 256 << 20

    /// The defaults.
    package init() {}

    /// The keys.
    package static let schema = Schema<QuerierConfig>(
        section: "",
        [
            .duration(
                "querier.query-timeout",
                \.timeout,
                in: .milliseconds(100) ... .seconds(3_600),
                "Longest wait for ingesters; who has not answered by then is missing from the answer."
            ),
            .int(
                "querier.ingester-concurrency",
                \.concurrencyMax,
                in: 1...1_024,
                "Ingesters that one query asks at the same time."
            ).advanced(),
            .byteCount(
                "querier.symbol-cache-bytes",
                \.symbolCacheByteCount,
                in: 1 << 20...1 << 36,
                "Memory for names of functions."
            ).advanced(),
        ]
    )
}
