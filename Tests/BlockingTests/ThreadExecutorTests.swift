// SPDX-License-Identifier: Apache-2.0
import Blocking
import Glibc
import Support
import Testing

@Suite struct ThreadExecutorTests {
    /// An actor that reports where it runs.
    actor Worker {
        private let executor: ThreadExecutor
        private var count = 0
        nonisolated var unownedExecutor: UnownedSerialExecutor {
            unsafe self.executor.asUnownedSerialExecutor()
        }

        init(name: String) throws { self.executor = try ThreadExecutor(name: name) }

        deinit { self.executor.stop() }

        func threadID() -> Int32 { currentThreadID() }

        func threadName() throws -> String {
            guard let file = unsafe fopen("/proc/thread-self/comm", "r") else {
                throw ThreadStartError(errno: errno)
            }
            defer { unsafe fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 64)
            let count = unsafe fread(&bytes, 1, bytes.count, file)
            return String(decoding: bytes.prefix(count), as: UTF8.self)
        }

        func increment() -> Int {
            self.count += 1
            return self.count
        }
    }

    @Test func runsEveryJobOnOneThreadOfItsOwn() async throws {
        let worker = try Worker(name: "a-thread-with-a-long-name")
        let first = await worker.threadID()
        for _ in 0..<100 { #expect(await worker.threadID() == first) }
        #expect(try await worker.threadName() == "a-thread-with-a\n")
        let other = try Worker(name: "other")
        #expect(await other.threadID() != first)
    }

    @Test func losesNoJobOfManyTasks() async throws {
        let worker = try Worker(name: "count")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<1_000 { group.addTask { _ = await worker.increment() } }
        }
        #expect(await worker.increment() == 1_001)
    }

    @Test func endsItsThreadWithItsActor() async throws {
        var thread: Int32 = 0
        do {
            let worker = try Worker(name: "short-lived")
            thread = await worker.threadID()
        }
        let path = "/proc/self/task/\(thread)"
        try await waitUntil("the thread ends") { unsafe access(path, F_OK) != 0 }
    }
}
