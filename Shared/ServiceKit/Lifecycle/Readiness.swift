// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Whether the process can take traffic: every registered part says so, and nobody has begun to drain.
package final class Readiness: Sendable {
    /// Nil when the part is ready, else why it is not, in a few words for the operator.
    package typealias Check = @Sendable () async -> String?

    private struct State {
        var checks: [(name: String, check: Check)] = []
        var isDraining = false
    }

    private let state = Mutex(State())

    /// Ready until a part says otherwise.
    package init() {}

    /// Adds a part; parts are asked in the order in which they were added.
    package func add(_ name: String, _ check: @escaping Check) {
        self.state.withLock { $0.checks.append((name, check)) }
    }

    /// From now on not ready, so that load balancers turn away before connections close.
    package func beginDraining() { self.state.withLock { $0.isDraining = true } }

    /// One line for each part that is not ready.
    package func problems() async -> [String] {
        let state = self.state.withLock { $0 }
        if state.isDraining { return ["server: shutting down"] }
        var problems: [String] = []
        for (name, check) in state.checks {
            if let problem = await check() { problems.append("\(name): \(problem)") }
        }
        return problems
    }
}
