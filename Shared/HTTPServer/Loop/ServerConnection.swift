// SPDX-License-Identifier: Apache-2.0

/// A connection before and after its protocol is known: the first bytes decide between HTTP/1.1 and HTTP/2.
package struct ServerConnection {
    /// What an HTTP/2 client says first.
    package static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private let limits: HTTPLimits
    private let deadlines: HTTPDeadlines
    /// Bytes of the HTTP/2 preface seen so far; nil once the protocol is decided.
    private var prefaceByteCount: Int? = 0
    /// The protocol; HTTP/1.1 until the preface or an upgrade says otherwise.
    package private(set) var machine: any ConnectionMachine

    /// A connection just accepted.
    package init(limits: HTTPLimits, deadlines: HTTPDeadlines, now: LoopInstant) {
        self.limits = limits
        self.deadlines = deadlines
        self.machine = HTTP1Connection(limits: limits, deadlines: deadlines, now: now)
    }

    /// Whether events wait to be taken.
    package var hasEvents: Bool { !self.machine.events.isEmpty }

    /// Everything the driver is to do, in order; it is not told twice.
    package mutating func takeEvents() -> [ConnectionEvent] {
        defer { self.machine.events.removeAll(keepingCapacity: true) }
        return self.machine.events
    }

    /// The first `end` of `bytes` arrived.
    package mutating func receive(_ bytes: [UInt8], to end: Int, now: LoopInstant) {
        guard let seen = self.prefaceByteCount else {
            self.machine.receive(bytes, from: 0, to: end, now: now)
            return self.upgradeIfAgreed(now)
        }
        var index = 0
        while index < end, seen + index < Self.preface.count, bytes[index] == Self.preface[seen + index] {
            index += 1
        }
        if seen + index == Self.preface.count {
            self.prefaceByteCount = nil
            self.machine = HTTP2Connection(limits: self.limits, deadlines: self.deadlines, now: now)
            self.machine.receive(Self.preface, from: 0, to: Self.preface.count, now: now)
            self.machine.receive(bytes, from: index, to: end, now: now)
        } else if index == end {
            self.prefaceByteCount = seen + index
        } else {
            self.prefaceByteCount = nil
            self.machine.receive(Self.preface, from: 0, to: seen, now: now)
            self.machine.receive(bytes, from: 0, to: end, now: now)
            self.upgradeIfAgreed(now)
        }
    }

    /// The client closed its sending side.
    package mutating func receiveEnd(now: LoopInstant) { self.machine.receiveEnd(now: now) }

    /// Passes a call on to the protocol.
    package mutating func perform(now: LoopInstant, _ call: (inout any ConnectionMachine) -> Void) {
        call(&self.machine)
        self.upgradeIfAgreed(now)
    }

    /// HTTP/1.1 agreed to change over: what it has not parsed belongs to HTTP/2.
    private mutating func upgradeIfAgreed(_ now: LoopInstant) {
        guard case .upgrade(let head, let settings)? = self.machine.events.last,
            var http1 = self.machine as? HTTP1Connection
        else { return }
        http1.events.removeLast()
        let rest = http1.takePending()
        var http2 = HTTP2Connection(limits: self.limits, deadlines: self.deadlines, now: now)
        http2.events = http1.events
        var output = http1.output
        output.append(contentsOf: http2.output)
        http2.output = output
        http2.upgrade(head, settings: settings, now: now)
        http2.receive(rest, from: 0, to: rest.count, now: now)
        self.machine = http2
    }
}
