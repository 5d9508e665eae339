// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Counts the connections of a listener and of each client address, across loops.
final class ConnectionLedger: Sendable {
    enum Admission: Equatable {
        case admitted
        /// Above the address's share: to be told so.
        case refused
        /// So far above it that the answer would cost too much.
        case dropped
    }

    private struct State {
        var count = 0
        var byAddress: [PeerAddress: Int] = [:]
        var isPaused = false
    }

    private let countMax: Int
    private let perAddressMax: Int
    private let state = Mutex(State())

    init(countMax: Int, perAddressMax: Int) {
        self.countMax = countMax
        self.perAddressMax = perAddressMax
    }

    /// Connections open now.
    var count: Int { self.state.withLock { $0.count } }

    /// Counts a new connection, unless it is dropped.
    func admit(_ address: PeerAddress) -> Admission {
        self.state.withLock { state in
            let held = state.byAddress[address, default: 0]
            if self.perAddressMax > 0, held >= 2 * self.perAddressMax { return .dropped }
            state.count += 1
            state.byAddress[address] = held + 1
            return self.perAddressMax > 0 && held >= self.perAddressMax ? .refused : .admitted
        }
    }

    /// Whether accepting must pause; then the next `release` says so.
    func pausesAccepting() -> Bool {
        self.state.withLock { state in
            state.isPaused = self.countMax > 0 && state.count >= self.countMax
            return state.isPaused
        }
    }

    /// Forgets a connection; true when accepting was paused and may go on.
    func release(_ address: PeerAddress) -> Bool {
        self.state.withLock { state in
            state.count -= 1
            let held = state.byAddress[address, default: 0] - 1
            state.byAddress[address] = held > 0 ? held : nil
            defer { state.isPaused = false }
            return state.isPaused
        }
    }
}
