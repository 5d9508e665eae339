// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Set once, by any thread, when the task that waits for an answer no longer wants it.
final class CancellationFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { self.flag.load(ordering: .relaxed) }

    func set() { self.flag.store(true, ordering: .relaxed) }
}
