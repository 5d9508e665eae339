// SPDX-License-Identifier: Apache-2.0

/// When a dataset's dictionary is started over, at the next flush.
package struct DictionaryLimits: Hashable, Sendable {
    package var nodeCountMax = 4_000_000
    package var byteCountMax = 256 << 20
    /// Ids of requests are in label sets, and do not come back: old ones must go.
    package var labelSetCountMax = 16_384

    package init() {}
}

/// How a head store is configured.
package struct HeadStoreConfig: Sendable {
    /// Where the log lives and how it is cut.
    package var log: LogLayout
    package var sync = LogSync.always
    /// Threads that parse and hold profiles.
    package var laneCount = 1
    /// Estimated bytes held from which on an early flush is asked for.
    package var softByteCount = 512 << 20
    /// Estimated bytes held from which on appends are refused.
    package var hardByteCount = 1 << 30
    /// Bytes of profiles that wait to be decided and durable; more are refused.
    package var inFlightByteCountMax = 256 << 20
    package var dictionary = DictionaryLimits()
    package var disk = DiskGuard.Limits()
    /// How long a profile's identity is remembered.
    package var uidWindow = Duration.seconds(900)

    /// Defaults for a log in `directory` of the ingester `instance`.
    package init(directory: String, instance: String) {
        self.log = LogLayout(directory: directory, instance: instance)
    }
}

/// What a head store tells its owner; called from its threads, so return at once.
package struct HeadStoreEvents: Sendable {
    /// The log cannot be written any more: end the process, a restart recovers.
    package var failed: @Sendable (DiskError) -> Void
    /// Memory runs short or a dictionary is large: flush soon; called once per flush.
    package var wantsFlush: @Sendable () -> Void
    /// Records replayed so far, while opening.
    package var replayed: @Sendable (_ recordCount: Int) -> Void

    /// Ignores what is not given.
    package init(
        failed: @escaping @Sendable (DiskError) -> Void = { _ in },
        wantsFlush: @escaping @Sendable () -> Void = {},
        replayed: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.failed = failed
        self.wantsFlush = wantsFlush
        self.replayed = replayed
    }
}
