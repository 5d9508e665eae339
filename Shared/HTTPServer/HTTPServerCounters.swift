// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// What a server has seen, for the metrics page; every count only grows.
package final class HTTPServerCounters: Sendable {
    private let requests = Atomic<UInt64>(0)
    private let accepted = Atomic<UInt64>(0)
    private let refused = Atomic<UInt64>(0)
    private let slowTurns = Atomic<UInt64>(0)
    private let longestTurn = Atomic<Int64>(0)
    private let faults = Mutex<[ProtocolFault: UInt64]>([:])
    private let protocolErrors = Mutex<[UInt32: UInt64]>([:])
    private let slowClients = Mutex<[SlowPhase: UInt64]>([:])

    /// Requests handed to the handler.
    package var requestCount: UInt64 { self.requests.load(ordering: .relaxed) }

    /// Connections accepted.
    package var acceptedCount: UInt64 { self.accepted.load(ordering: .relaxed) }

    /// Connections refused because their address had too many.
    package var refusedCount: UInt64 { self.refused.load(ordering: .relaxed) }

    /// Requests answered 400 by the server, by what was wrong.
    package var faultCounts: [ProtocolFault: UInt64] { self.faults.withLock { $0 } }

    /// HTTP/2 connections broken off, by error code.
    package var protocolErrorCounts: [UInt32: UInt64] { self.protocolErrors.withLock { $0 } }

    /// Clients cut for being slow, by what they were slow with.
    package var slowClientCounts: [SlowPhase: UInt64] { self.slowClients.withLock { $0 } }

    /// CPU time of the longest turn of any loop: a stall shows here.
    package var longestTurnDuration: Duration { .nanoseconds(self.longestTurn.load(ordering: .relaxed)) }

    /// Turns above 50 ms of CPU time.
    package var slowTurnCount: UInt64 { self.slowTurns.load(ordering: .relaxed) }

    func countRequest() { self.requests.wrappingAdd(1, ordering: .relaxed) }

    func countAccepted() { self.accepted.wrappingAdd(1, ordering: .relaxed) }

    func countRefused() { self.refused.wrappingAdd(1, ordering: .relaxed) }

    func count(_ fault: ProtocolFault) { self.faults.withLock { $0[fault, default: 0] += 1 } }

    func count(protocolError code: UInt32) { self.protocolErrors.withLock { $0[code, default: 0] += 1 } }

    func count(_ phase: SlowPhase) { self.slowClients.withLock { $0[phase, default: 0] += 1 } }

    func countTurn(nanoseconds: Int64) {
        if nanoseconds > 50_000_000 { self.slowTurns.wrappingAdd(1, ordering: .relaxed) }
        if nanoseconds > self.longestTurn.load(ordering: .relaxed) {
            self.longestTurn.max(nanoseconds, ordering: .relaxed)
        }
    }
}
