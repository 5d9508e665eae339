// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Runs an actor's jobs on one thread of its own, so that blocking calls never hold a pool thread.
///
/// The owning actor keeps it in a `let`, returns it from `unownedExecutor` and calls `stop()` in its
/// `deinit`, when no job of the actor can exist any more. Any thread may enqueue.
package final class ThreadExecutor: SerialExecutor {
    private struct Queue {
        var jobs: [UnownedJob] = []
        var isStopped = false
    }

    private let queue = Mutex(Queue())
    private let wake = WakeSemaphore()

    /// Starts the thread; the kernel keeps the first 15 bytes of `name`.
    package init(name: String) throws(ThreadStartError) {
        try DetachedThread.start(name: name) { [self] in self.runJobs() }
    }

    /// Appends a job for the thread.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.queue.withLock { queue in
            precondition(!queue.isStopped, "job for a stopped ThreadExecutor")
            queue.jobs.append(job)
        }
        self.wake.signal()
    }

    /// Ends the thread once the jobs already queued have run.
    package func stop() {
        self.queue.withLock { $0.isStopped = true }
        self.wake.signal()
    }

    private func runJobs() {
        var ready: [UnownedJob] = []
        while true {
            self.wake.wait()
            let isStopped = self.queue.withLock { queue in
                swap(&queue.jobs, &ready)
                return queue.isStopped
            }
            for job in ready { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
            ready.removeAll(keepingCapacity: true)
            if isStopped { return }
        }
    }
}
