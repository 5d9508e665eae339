// SPDX-License-Identifier: Apache-2.0
internal import BlockStore
package import Exposition

/// What an ingester counts.
package struct IngesterMetrics: Sendable {
    private let blockCount: Counter
    private let blockByteCount: Counter
    private let flushedProfileCount: Counter
    private let flushFailureCount: Counter
    private let outcomes: InstrumentFamily<Counter>

    /// Registers the instruments.
    package init(_ registry: MetricRegistry) {
        self.blockCount = registry.counter(
            "hearth_ingester_blocks_written_total",
            help: "Blocks written by flushes."
        )
        self.blockByteCount = registry.counter(
            "hearth_ingester_block_bytes_written_total",
            help: "Bytes of blocks written by flushes."
        )
        self.flushedProfileCount = registry.counter(
            "hearth_ingester_flushed_profiles_total",
            help: "Profiles written into blocks."
        )
        self.flushFailureCount = registry.counter(
            "hearth_ingester_flush_failures_total",
            help: "Flushes that failed and will be tried again."
        )
        self.outcomes = registry.counters(
            "hearth_ingester_profiles_total",
            help: "Profiles by what became of them.",
            labelNames: ["outcome"]
        )
    }

    func flushed(_ block: BlockDescription) {
        self.blockCount.increment()
        self.blockByteCount.increment(by: block.byteCount)
        self.flushedProfileCount.increment(by: block.profileCount)
    }

    func flushFailed() { self.flushFailureCount.increment() }

    func count(stored: Int, duplicate: Int, empty: Int, rejected: Int) {
        for (name, count) in [
            ("stored", stored), ("duplicate", duplicate), ("empty", empty), ("rejected", rejected),
        ] where count > 0 {
            self.outcomes.with(name).increment(by: count)
        }
    }
}
