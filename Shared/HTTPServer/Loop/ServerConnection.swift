// SPDX-License-Identifier: Apache-2.0

/// A connection, whatever its protocol.
struct ServerConnection {
    /// The protocol.
    private(set) var machine: any ConnectionMachine

    init(limits: HTTPLimits, deadlines: HTTPDeadlines, now: LoopInstant) {
        self.machine = HTTP1Connection(limits: limits, deadlines: deadlines, now: now)
    }

    /// Whether events wait to be taken.
    var hasEvents: Bool { !self.machine.events.isEmpty }

    mutating func takeEvents() -> [ConnectionEvent] {
        defer { self.machine.events.removeAll(keepingCapacity: true) }
        return self.machine.events
    }

    mutating func receive(_ bytes: [UInt8], to end: Int, now: LoopInstant) {
        self.machine.receive(bytes, from: 0, to: end, now: now)
    }

    mutating func receiveEnd(now: LoopInstant) { self.machine.receiveEnd(now: now) }

    /// Passes a call on to the protocol.
    mutating func perform(now: LoopInstant, _ call: (inout any ConnectionMachine) -> Void) {
        call(&self.machine)
    }
}
