// SPDX-License-Identifier: Apache-2.0

// Invariant: the descriptor comes from `hearth_catch_stop_signals`, is read by one thread only and never
// closed; the byte that `read` fills lives for the call.
internal import Blocking
internal import CShims
internal import Glibc

/// The process cannot catch signals.
package struct ProcessSignalError: Error, Equatable {}

/// The signals of the operator: the first SIGTERM or SIGINT asks to stop, a second one ends the process at
/// once.
///
/// SIGPIPE is ignored.
package enum ProcessSignals {
    /// Installs the handlers, once per process, and fires `stop` on the first signal.
    package static func fire(_ stop: StopSignal) throws {
        let descriptor = hearth_catch_stop_signals()
        guard descriptor >= 0 else { throw ProcessSignalError() }
        try DetachedThread.start(name: "signals", stackByteCount: 1 << 16) {
            var byte: UInt8 = 0
            while unsafe read(descriptor, &byte, 1) < 0, errno == EINTR {}
            stop.fire()
        }
    }

    /// Allows as many descriptors as the system permits; the number that holds now, nil where that failed.
    @discardableResult
    package static func raiseDescriptorLimit() -> Int? {
        let limit = hearth_raise_descriptor_limit()
        return limit < 0 ? nil : limit
    }
}
