// SPDX-License-Identifier: Apache-2.0
package import Blocking
internal import Synchronization

/// Sends requests over pooled connections; all network work is done by one thread of its own.
///
/// Any task may call it.
package final class HTTPClient: Sendable {
    private let queue: TransferQueue
    private let nextID = Atomic<UInt64>(1)

    /// Starts the thread.
    package init(_ configuration: HTTPClientConfiguration = HTTPClientConfiguration())
        throws(ThreadStartError)
    {
        let queue = TransferQueue()
        self.queue = queue
        try DetachedThread.start(name: "http-client") {
            TransferLoop(queue: queue, configuration: configuration).run()
        }
    }

    deinit { self.shutDown() }

    /// Sends the request and waits for the whole response.
    ///
    /// Cancelling the task aborts the transfer.
    package func send(_ request: ClientRequest) async throws(HTTPClientError) -> ClientResponse {
        guard request.isValid else { throw .invalidRequest }
        let id = self.nextID.wrappingAdd(1, ordering: .relaxed).oldValue
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                self.queue.post(
                    .start(Transfer(id: id, request: request) { continuation.resume(returning: $0) })
                )
                // A cancellation before the start found nothing to cancel.
                if Task.isCancelled { self.queue.post(.cancel(id: id)) }
            }
        } onCancel: {
            self.queue.post(.cancel(id: id))
        }
        return try outcome.get()
    }

    /// Fails what is under way and ends the thread.
    package func shutDown() { self.queue.post(.stop) }
}
