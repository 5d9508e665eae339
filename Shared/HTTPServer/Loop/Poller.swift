// SPDX-License-Identifier: Apache-2.0

// Invariant: the event array handed to C is held for the call, with its true count; C keeps no pointer.
internal import CShims

/// Waits on an epoll instance; belongs to one loop.
final class Poller {
    struct Event {
        var token: UInt64
        var isReadable: Bool
        var isWritable: Bool
        var isBroken: Bool
    }

    static let readable = UInt32(HEARTH_READABLE)
    static let writable = UInt32(HEARTH_WRITABLE)

    private let epoll: EpollDescriptor
    private var events = Array(repeating: hearth_event(), count: 128)

    init(_ epoll: EpollDescriptor) { self.epoll = epoll }

    /// False when the descriptor could not be added.
    func add(_ descriptor: Int32, token: UInt64, interest: UInt32) -> Bool {
        hearth_epoll_add(self.epoll.descriptor, descriptor, token, interest) == 0
    }

    func change(_ descriptor: Int32, token: UInt64, interest: UInt32) {
        _ = hearth_epoll_change(self.epoll.descriptor, descriptor, token, interest)
    }

    func remove(_ descriptor: Int32) { _ = hearth_epoll_remove(self.epoll.descriptor, descriptor) }

    /// Waits until something is ready, or for `milliseconds` (for ever when negative), and hands each event
    /// to `body`.
    func wait(milliseconds: Int32, _ body: (Event) -> Void) {
        let count = unsafe hearth_epoll_wait(
            self.epoll.descriptor,
            &self.events,
            Int32(self.events.count),
            milliseconds
        )
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

/// Owner of one epoll instance, which reports the token `UInt64.max` when the wake descriptor is signalled.
final class EpollDescriptor: Sendable {
    static let wakeToken = UInt64.max

    let descriptor: Int32

    init(wake: WakeDescriptor) throws(HTTPServerError) {
        self.descriptor = hearth_epoll_create()
        guard self.descriptor >= 0 else { throw .resources(errno: -self.descriptor) }
        let added = hearth_epoll_add(self.descriptor, wake.descriptor, Self.wakeToken, Poller.readable)
        guard added == 0 else { throw .resources(errno: -added) }
    }

    deinit { if self.descriptor >= 0 { _ = hearth_close(self.descriptor) } }
}

/// An eventfd: wakes a loop from any thread.
final class WakeDescriptor: Sendable {
    let descriptor: Int32

    init() throws(HTTPServerError) {
        self.descriptor = hearth_eventfd_create()
        guard self.descriptor >= 0 else { throw .resources(errno: -self.descriptor) }
    }

    deinit { if self.descriptor >= 0 { _ = hearth_close(self.descriptor) } }

    func signal() { _ = hearth_eventfd_signal(self.descriptor) }

    func drain() { _ = hearth_eventfd_drain(self.descriptor) }
}
