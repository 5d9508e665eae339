// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// A flag that one caller wins.
final class Taken: Sendable {
    private let flag = Atomic<Bool>(false)

    /// True for the first caller only.
    func claim() -> Bool { !self.flag.exchange(true, ordering: .acquiringAndReleasing) }
}
