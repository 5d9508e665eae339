// SPDX-License-Identifier: Apache-2.0

// Invariant: `multi` is set by the loop's thread before it first sleeps and cleared, under the lock, before
// the handle is freed; `curl_multi_wakeup` may be called from any thread while the handle lives.
internal import CCurl
internal import Synchronization

/// What tasks ask of the loop.
enum TransferCommand: Sendable {
    case start(Transfer)
    case cancel(id: UInt64)
    case stop
}

/// The mailbox between tasks and the loop's thread.
@safe
final class TransferQueue: Sendable {
    private struct State {
        var commands: [TransferCommand] = []
        /// The address of the multi handle while it lives.
        var multi: UInt?
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Hands a command to the loop; after the loop has ended, a start is refused at once.
    func post(_ command: TransferCommand) {
        let isClosed = self.state.withLock { state in
            guard !state.isClosed else { return true }
            state.commands.append(command)
            if let multi = state.multi {
                unsafe curl_multi_wakeup(UnsafeMutableRawPointer(bitPattern: multi))
            }
            return false
        }
        if isClosed, case .start(let transfer) = command { transfer.finish(.failure(.shutDown)) }
    }

    /// Everything posted since the last call.
    func take() -> [TransferCommand] {
        self.state.withLock { state in
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// From now on, commands wake the loop that owns `multi`.
    func open(_ multi: UnsafeMutableRawPointer) {
        let address = UInt(bitPattern: multi)
        self.state.withLock { $0.multi = address }
    }

    /// Takes no more commands; gives back those that nobody has seen.
    func close() -> [TransferCommand] {
        self.state.withLock { state in
            state.multi = nil
            state.isClosed = true
            defer { state.commands = [] }
            return state.commands
        }
    }
}
