// SPDX-License-Identifier: Apache-2.0
import Blocking
import Synchronization
import Testing

@Suite struct BlockingPoolTests {
    private struct Failure: Error, Equatable {}

    /// What closures on several threads report.
    private final class Report: Sendable {
        let started = Atomic(false)
        let hasRun = Atomic(false)
        let outcomes = Mutex<[BlockingPoolError?]>([])

        func waitForStart() async {
            while !self.started.load(ordering: .relaxed) { await Task.yield() }
        }
    }

    @Test func runsWorkOnItsOwnThreads() async throws {
        let pool = try BlockingPool(name: "test", threadCount: 2)
        let here = currentThreadID()
        let there = try await pool.run { currentThreadID() }
        #expect(there != here)
        await #expect(throws: Failure()) { try await pool.run { throw Failure() } }
    }

    @Test func runsEverythingOfManyTasks() async throws {
        let pool = try BlockingPool(name: "test", threadCount: 3)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...500 { group.addTask { try await pool.run { number } } }
            return try await group.reduce(0, +)
        }
        #expect(sum == 125_250)
    }

    @Test func refusesWorkBeyondTheQueueLimit() async throws {
        let pool = try BlockingPool(name: "test", threadCount: 1, queueLimit: 1)
        let gate = WakeSemaphore()
        let report = Report()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await pool.run {
                    report.started.store(true, ordering: .relaxed)
                    gate.wait()
                }
            }
            // The thread is busy then, and the queue empty.
            await report.waitForStart()
            await withTaskGroup(of: Void.self) { inner in
                for _ in 0..<3 {
                    inner.addTask {
                        do {
                            try await pool.run {}
                            report.outcomes.withLock { $0.append(nil) }
                        } catch {
                            report.outcomes.withLock { $0.append(error as? BlockingPoolError) }
                            gate.signal()  // two signals come; the first lets the busy thread go on
                        }
                    }
                }
            }
            #expect(report.outcomes.withLock { $0 }.contains(.queueFull(limit: 1)))
            gate.signal()
            try await group.waitForAll()
        }
    }

    @Test func neverStartsWorkOfACancelledTask() async throws {
        let pool = try BlockingPool(name: "test", threadCount: 1)
        let gate = WakeSemaphore()
        let report = Report()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await pool.run {
                    report.started.store(true, ordering: .relaxed)
                    gate.wait()
                }
            }
            await report.waitForStart()
            await withThrowingTaskGroup(of: Void.self) { cancelled in
                cancelled.addTask { try await pool.run { report.hasRun.store(true, ordering: .relaxed) } }
                cancelled.cancelAll()
                await #expect(throws: CancellationError.self) { try await cancelled.waitForAll() }
            }
            gate.signal()
            try await group.waitForAll()
        }
        try await pool.run {}  // the queue is in order, so the cancelled piece had its turn
        let ranAnyway = report.hasRun.load(ordering: .relaxed)
        #expect(!ranAnyway)
    }

    @Test func refusesWorkAfterStop() async throws {
        let pool = try BlockingPool(name: "test", threadCount: 1)
        pool.stop()
        await #expect(throws: BlockingPoolError.stopped) { try await pool.run {} }
    }
}
