// SPDX-License-Identifier: Apache-2.0
import HeadStore
import Synchronization
import Testing

/// Writes down what the log says.
final class RecordingOwner: LogOwner {
    struct State: Sendable {
        var durable: UInt64 = 0
        var rollbacks: [UInt64] = []
        var failures: [DiskError] = []
    }

    let state = Mutex(State())

    func logAdvanced(to lsn: UInt64) { self.state.withLock { $0.durable = lsn } }
    func logRolledBack(to lsn: UInt64) { self.state.withLock { $0.rollbacks.append(lsn) } }
    func logFailed(_ error: DiskError) { self.state.withLock { $0.failures.append(error) } }
}

/// Calls back when all of its entries are durable or gone.
final class CountingWaiter: LogWaiter {
    private let left: Mutex<Int>
    private let done: @Sendable (HeadStoreError?) -> Void

    init(_ count: Int, done: @escaping @Sendable (HeadStoreError?) -> Void) {
        self.left = Mutex(count)
        self.done = done
    }

    func logCompleted(count: Int, error: HeadStoreError?) {
        let isDone = self.left.withLock { left in
            left -= count
            return left == 0
        }
        if isDone { self.done(error) }
    }
}

extension LogWriter {
    /// Submits payloads and waits for them; nil when they are durable.
    func write(_ payloads: [[UInt8]]) async -> HeadStoreError? {
        await withCheckedContinuation { continuation in
            let waiter = CountingWaiter(payloads.count) { continuation.resume(returning: $0) }
            do throws(HeadStoreError) {
                let frames = payloads.map { (head: Array($0.prefix(1)), payload: Array($0.dropFirst())) }
                try self.submit(frames, waiter: waiter) { _, _ in }
            } catch {
                continuation.resume(returning: error)
            }
        }
    }

    func barrier() async -> HeadStoreError? {
        await withCheckedContinuation { continuation in
            let waiter = CountingWaiter(1) { continuation.resume(returning: $0) }
            do throws(HeadStoreError) {
                try self.barrier(waiter: waiter) { _ in }
            } catch {
                continuation.resume(returning: error)
            }
        }
    }

    func close() async {
        await withCheckedContinuation { continuation in self.close { continuation.resume() } }
    }

    /// Recovers the log on `files` and starts writing behind it.
    static func open(
        _ files: MemoryFiles,
        owner: RecordingOwner,
        segmentByteCount: Int = 256,
        sync: LogSync = .always
    ) throws -> LogWriter {
        var layout = LogLayout(directory: "wal", instance: "one")
        layout.segmentByteCount = segmentByteCount
        var recovery = LogRecovery(layout: layout, files: files, coveredThrough: 0)
        let replay = try recovery.run { _, _ in true }
        let log = SegmentedLog(
            layout: layout,
            files: files,
            finished: replay.finished,
            end: replay.end,
            salt: { 7 }
        )
        return try LogWriter(log, sync: sync, owner: owner)
    }
}

@Suite struct LogWriterTests {
    @Test func everythingAcknowledgedSurvivesPowerLoss() async throws {
        let files = MemoryFiles()
        let owner = RecordingOwner()
        let log = try LogWriter.open(files, owner: owner)
        let errors = await withTaskGroup(of: HeadStoreError?.self) { group in
            for index in 0..<50 {
                group.addTask { await log.write([[UInt8(index), 1], [UInt8(index), 2]]) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(errors.allSatisfy { $0 == nil })
        let (payloads, replay) = try LogBench.read(files.reopened(losingPower: true))
        #expect(payloads.count == 100)
        #expect(Set(payloads).count == 100)
        #expect(replay.end == owner.state.withLock { $0.durable })
        await log.close()
    }

    @Test func requestsThatWaitShareOneSync() async throws {
        let files = MemoryFiles()
        let log = try LogWriter.open(files, owner: RecordingOwner(), segmentByteCount: 1 << 16)
        let waited = await withCheckedContinuation { (done: CheckedContinuation<HeadStoreError?, Never>) in
            // While the queue's lock is held nothing is taken, so all of them are one group.
            let waiter = CountingWaiter(40) { done.resume(returning: $0) }
            let frames = (0..<40).map { (head: [UInt8($0)], payload: [UInt8](repeating: 1, count: 20)) }
            do throws(HeadStoreError) {
                try log.submit(frames, waiter: waiter) { _, _ in }
            } catch {
                done.resume(returning: error)
            }
        }
        #expect(waited == nil)
        #expect(files.state.withLock { $0.calls["sync"] } == 2, "one for the new segment, one for the group")
        await log.close()
    }

    @Test func aFullDiskRefusesAndThenGoesOn() async throws {
        let files = MemoryFiles()
        let owner = RecordingOwner()
        let log = try LogWriter.open(files, owner: owner)
        #expect(await log.write([[1]]) == nil)
        let durable = owner.state.withLock { $0.durable }
        files.state.withLock { $0.standing["write"] = 28 }
        #expect(await log.write([[2, 2]]) == .unavailable("no space left for the log"))
        #expect(await log.write([[3, 3]]) == .unavailable("no space left for the log"))
        files.state.withLock { $0.standing["write"] = nil }
        #expect(await log.write([[4]]) == nil)
        #expect(owner.state.withLock { $0.rollbacks } == [durable, durable])
        #expect(owner.state.withLock { $0.failures }.isEmpty)
        for losesPower in [true, false] {
            let (payloads, replay) = try LogBench.read(files.reopened(losingPower: losesPower))
            #expect(payloads == [[1], [4]])
            #expect(replay.damages.isEmpty)
        }
        await log.close()
    }

    @Test func aFailedSyncIsNeverTriedAgain() async throws {
        let files = MemoryFiles()
        let owner = RecordingOwner()
        let log = try LogWriter.open(files, owner: owner)
        #expect(await log.write([[1]]) == nil)
        files.state.withLock { $0.standing["sync"] = 5 }
        let error = DiskError(call: "sync", errno: 5)
        #expect(await log.write([[2]]) == .failed(error))
        files.state.withLock { $0.standing["sync"] = nil }
        let syncs = files.state.withLock { $0.calls["sync"] }
        #expect(await log.write([[3]]) == .failed(error))
        #expect(await log.barrier() == .failed(error))
        #expect(owner.state.withLock { $0.failures } == [error])
        #expect(files.state.withLock { $0.calls["sync"] } == syncs)
        await log.close()
    }

    @Test func closingRefusesWhatComesLater() async throws {
        let files = MemoryFiles()
        let log = try LogWriter.open(files, owner: RecordingOwner())
        #expect(await log.write([[1]]) == nil)
        await log.close()
        #expect(await log.write([[2]]) == .closed)
        let path = try #require(files.paths().first)
        #expect(files.content(path).count == SegmentHeader.byteCount + 10, "cut to what it holds")
        await log.close()
    }

    @Test(arguments: [LogSync.off, .interval(.milliseconds(1))])
    func lazyModesSurviveTheDeathOfTheProcess(sync: LogSync) async throws {
        let files = MemoryFiles()
        let log = try LogWriter.open(files, owner: RecordingOwner(), sync: sync)
        for index in 0..<20 { #expect(await log.write([[UInt8(index)]]) == nil) }
        #expect(try LogBench.read(files.reopened(losingPower: false)).payloads.count == 20)
        await log.close()
        #expect(try LogBench.read(files.reopened(losingPower: true)).payloads.count == 20)
    }

    /// Opens, writes, seals, writes; returns what was acknowledged and what was not.
    private func scenario(_ files: MemoryFiles) async -> (acknowledged: [[UInt8]], refused: Set<[UInt8]>) {
        var acknowledged: [[UInt8]] = []
        var refused: Set<[UInt8]> = []
        // An error while opening means that nothing was acknowledged.
        guard let log = try? LogWriter.open(files, owner: RecordingOwner()) else { return ([], []) }
        for index in 0..<12 {
            let payload = [UInt8](repeating: UInt8(index), count: 40)
            if await log.write([payload]) == nil {
                acknowledged.append(payload)
            } else {
                refused.insert(payload)
            }
            if index == 5 { _ = await log.barrier() }
        }
        await log.close()
        return (acknowledged, refused)
    }

    @Test(arguments: [5, 28] as [Int32])
    func survivesTheFailureOfAnyCall(errno: Int32) async throws {
        let counting = MemoryFiles()
        let whole = await self.scenario(counting)
        #expect(whole.acknowledged.count == 12)
        for call in 0..<counting.callCount {
            let files = MemoryFiles()
            files.state.withLock { $0.failures[call] = errno }
            let (acknowledged, refused) = await self.scenario(files)
            for losesPower in [true, false] {
                let image = files.reopened(losingPower: losesPower)
                let (payloads, _) = try LogBench.read(image)
                #expect(Set(payloads).isSuperset(of: acknowledged), "call \(call)")
                #expect(payloads.count == Set(payloads).count, "call \(call)")
                #expect(Set(payloads).subtracting(acknowledged).isSubset(of: refused), "call \(call)")
            }
        }
    }

    @Test func survivesDeathAtAnyCall() async throws {
        let counting = MemoryFiles()
        _ = await self.scenario(counting)
        for call in 0..<counting.callCount {
            let files = MemoryFiles()
            files.state.withLock { $0.deadFrom = call }
            let (acknowledged, _) = await self.scenario(files)
            for losesPower in [true, false] {
                let image = files.reopened(losingPower: losesPower)
                #expect(Set(try LogBench.read(image).payloads).isSuperset(of: acknowledged), "call \(call)")
                let log = try LogWriter.open(image, owner: RecordingOwner())
                #expect(await log.write([[99]]) == nil)
                await log.close()
                let again = try LogBench.read(image)
                #expect(again.payloads.last == [99] && again.replay.damages.isEmpty, "call \(call)")
            }
        }
    }
}
