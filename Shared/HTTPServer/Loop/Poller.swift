// SPDX-License-Identifier: Apache-2.0

// Invariant: the event array handed to C is held for the call, with its true count; C keeps no pointer.
internal import CShims

/// Owner of one epoll instance and of the eventfd that wakes it.
final class Poller {
    struct Event {
        var token: UInt64
        var isReadable: Bool
        var isWritable: Bool
        var isBroken: Bool
    }

    static let readable = UInt32(HEARTH_READABLE)
    static let writable = UInt32(HEARTH_WRITABLE)

    private let epoll: Int32
    private var events = Array(repeating: hearth_event(), count: 128)

    init() throws(HTTPServerError) {
        self.epoll = hearth_epoll_create()
        guard self.epoll >= 0 else { throw .resources(errno: -self.epoll) }
    }

    deinit { _ = hearth_close(self.epoll) }

    /// False when the descriptor could not be added.
    func add(_ descriptor: Int32, token: UInt64, interest: UInt32) -> Bool {
        hearth_epoll_add(self.epoll, descriptor, token, interest) == 0
    }

    func change(_ descriptor: Int32, token: UInt64, interest: UInt32) {
        _ = hearth_epoll_change(self.epoll, descriptor, token, interest)
    }

    func remove(_ descriptor: Int32) { _ = hearth_epoll_remove(self.epoll, descriptor) }

    /// Waits until something is ready, or for `milliseconds` (for ever when negative), and hands each event
    /// to `body`.
    func wait(milliseconds: Int32, _ body: (Event) -> Void) {
        let count = unsafe hearth_epoll_wait(self.epoll, &self.events, Int32(self.events.count), milliseconds)
        guard count > 0 else { return }
        for event in self.events.prefix(Int(count)) {
            body(
                Event(
                    token: event.token,
                    isReadable: event.events & Self.readable != 0,
                    isWritable: event.events & Self.writable != 0,
                    isBroken: event.events & UInt32(HEARTH_BROKEN) != 0
                )
            )
        }
    }
}

/// An eventfd: wakes a loop from any thread.
final class WakeDescriptor: Sendable {
    let descriptor: Int32

    init() throws(HTTPServerError) {
        self.descriptor = hearth_eventfd_create()
        guard self.descriptor >= 0 else { throw .resources(errno: -self.descriptor) }
    }

    deinit { _ = hearth_close(self.descriptor) }

    func signal() { _ = hearth_eventfd_signal(self.descriptor) }

    func drain() { _ = hearth_eventfd_drain(self.descriptor) }
}
