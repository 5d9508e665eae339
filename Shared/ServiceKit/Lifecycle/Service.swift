// SPDX-License-Identifier: Apache-2.0

/// Something that works as long as the process lives.
package protocol Service: Sendable {
    /// Gets ready; the next service starts when it returns. A throw ends the process.
    func start() async throws

    /// Works until `stop` fires, finishes what it has begun and returns. A throw ends the process, and so
    /// does a return before `stop` has fired.
    func run(until stop: StopSignal) async throws
}

extension Service {
    /// Nothing to get ready.
    package func start() async throws {}
}

/// A service made of closures.
package struct ClosureService: Service {
    private let onStart: @Sendable () async throws -> Void
    private let onRun: @Sendable (StopSignal) async throws -> Void

    /// A service that runs `run`, after `start`.
    package init(
        start: @escaping @Sendable () async throws -> Void = {},
        run: @escaping @Sendable (StopSignal) async throws -> Void = { await $0.wait() }
    ) {
        self.onStart = start
        self.onRun = run
    }

    /// Calls the closure for the start.
    package func start() async throws { try await self.onStart() }

    /// Calls the closure for the work.
    package func run(until stop: StopSignal) async throws { try await self.onRun(stop) }
}
