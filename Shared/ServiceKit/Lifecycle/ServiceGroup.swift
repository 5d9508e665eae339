// SPDX-License-Identifier: Apache-2.0
package import EventLog
internal import Synchronization

/// Why a group of services ended with a failure.
package enum ServiceGroupError: Error {
    /// A service could not start.
    case startFailed(name: String, cause: any Error)
    /// A service threw while it ran.
    case runFailed(name: String, cause: any Error)
    /// A service returned although nobody had asked it to.
    case endedEarly(name: String)
    /// Services did not finish within the grace period.
    case stopTimedOut(names: [String])
}

/// Runs the services of a process: starts them in order, stops them in reverse.
///
/// The group stops when its stop signal fires, when a service fails, or when one ends early. Each service is
/// stopped only after all later ones have finished, so what a service relies on outlives it. After the grace
/// period all that is left is cancelled.
package struct ServiceGroup<C: Clock>: Sendable where C.Duration == Duration {
    /// A service and the name that logs give it.
    package struct Entry: Sendable {
        let name: String
        let service: any Service

        /// Names a service.
        package init(_ name: String, _ service: any Service) {
            self.name = name
            self.service = service
        }
    }

    private let entries: [Entry]
    private let logger: Logger
    private let grace: Duration
    private let clock: C

    /// A group of services in the order in which they start.
    package init(_ entries: [Entry], logger: Logger, grace: Duration, clock: C) {
        self.entries = entries
        self.logger = logger
        self.grace = grace
        self.clock = clock
    }

    /// Runs until `stop` fires or a service fails, then stops everything; throws the first failure.
    package func run(until stop: StopSignal) async throws {
        let progress = GroupProgress(names: self.entries.map(\.name))
        await withTaskGroup(of: Void.self) { group in
            for (index, entry) in self.entries.enumerated() where !stop.hasFired && !Task.isCancelled {
                do {
                    try await entry.service.start()
                } catch {
                    self.logger.error(
                        "service failed to start",
                        ["service": .string(entry.name), "error": .error(error)]
                    )
                    progress.fail(.startFailed(name: entry.name, cause: error))
                    break
                }
                self.logger.debug("service started", ["service": .string(entry.name)])
                group.addTask { await self.supervise(entry, index, progress, stop) }
                progress.started(index)
            }
            if !progress.hasFailed { await stop.wait() }
            let watchdog = StopSignal()
            let deadline = self.clock.now.advanced(by: self.grace)
            group.addTask { await self.enforceGrace(progress, deadline, watchdog) }
            await self.stopInReverse(progress)
            watchdog.fire()
            group.cancelAll()
        }
        if let failure = progress.failure { throw failure }
    }

    private func supervise(
        _ entry: Entry,
        _ index: Int,
        _ progress: GroupProgress,
        _ stop: StopSignal
    ) async {
        do {
            try await entry.service.run(until: progress.signals[index])
            if !progress.signals[index].hasFired, !Task.isCancelled {
                self.logger.error("service ended early", ["service": .string(entry.name)])
                progress.fail(.endedEarly(name: entry.name))
            }
        } catch {
            if !(error is CancellationError && Task.isCancelled) {
                self.logger.error("service failed", ["service": .string(entry.name), "error": .error(error)])
                progress.fail(.runFailed(name: entry.name, cause: error))
            }
        }
        progress.finished[index].fire()
        stop.fire()
    }

    private func stopInReverse(_ progress: GroupProgress) async {
        for index in progress.startedIndices.reversed() {
            self.logger.debug("stopping service", ["service": .string(self.entries[index].name)])
            progress.signals[index].fire()
            await progress.finished[index].wait()
        }
    }

    /// After the grace period, gives up waiting for the services that have not finished.
    private func enforceGrace(
        _ progress: GroupProgress,
        _ deadline: C.Instant,
        _ watchdog: StopSignal
    ) async {
        await watchdog.wait(until: deadline, on: self.clock)
        guard !watchdog.hasFired else { return }
        let late = progress.startedIndices.filter { !progress.finished[$0].hasFired }
        let names = late.map { self.entries[$0].name }
        self.logger.error(
            "services did not stop in time",
            ["services": .string(names.joined(separator: ","))]
        )
        progress.fail(.stopTimedOut(names: names))
        for index in progress.startedIndices {
            progress.signals[index].fire()
            progress.finished[index].fire()
        }
    }
}

/// What the tasks of one run share.
private final class GroupProgress: Sendable {
    private struct State {
        var startedIndices: [Int] = []
        var failure: ServiceGroupError?
    }

    let signals: [StopSignal]
    let finished: [StopSignal]
    private let state = Mutex(State())

    init(names: [String]) {
        self.signals = names.map { _ in StopSignal() }
        self.finished = names.map { _ in StopSignal() }
    }

    var startedIndices: [Int] { self.state.withLock { $0.startedIndices } }
    var failure: ServiceGroupError? { self.state.withLock { $0.failure } }
    var hasFailed: Bool { self.failure != nil }

    func started(_ index: Int) { self.state.withLock { $0.startedIndices.append(index) } }

    /// Keeps the first failure.
    func fail(_ error: ServiceGroupError) { self.state.withLock { $0.failure = $0.failure ?? error } }
}
