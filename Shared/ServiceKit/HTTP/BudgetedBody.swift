// SPDX-License-Identifier: Apache-2.0
internal import HTTPServer
internal import Synchronization

/// A body whose bytes count against what all requests in flight may hold, from their arrival to the answer.
final class BudgetedBody: HTTPBodySource {
    private let source: any HTTPBodySource
    private let budget: MemoryBudget
    /// Taken with the first piece.
    private let reservation = Mutex<MemoryBudget.Reservation?>(nil)

    init(_ source: any HTTPBodySource, budget: MemoryBudget) {
        self.source = source
        self.budget = budget
    }

    func next() async throws(HTTPBodyError) -> [UInt8]? {
        guard let piece = try await self.source.next() else { return nil }
        try self.hold(piece.count)
        return piece
    }

    func hold(_ byteCount: Int) throws(HTTPBodyError) {
        let fits = self.reservation.withLock { reservation in
            if let held = reservation { return held.grow(by: byteCount) }
            reservation = self.budget.reserve(byteCount)
            return reservation != nil
        }
        guard fits else { throw .overloaded(limit: self.budget.byteLimit) }
    }

    func release(_ byteCount: Int) {
        self.reservation.withLock { $0?.shrink(by: byteCount) }
    }
}
