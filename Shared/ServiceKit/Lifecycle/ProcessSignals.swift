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

    /// Ends the process with status 1 when it still lives so long after `stop` has fired: the last resort
    /// against a service that is deaf even to cancellation.
    package static func endProcess(after limit: Duration, from stop: StopSignal) throws {
        let seconds = UInt32(clamping: limit.components.seconds)
        stop.whenFired {
            do throws(ThreadStartError) {
                try DetachedThread.start(name: "last-resort", stackByteCount: 1 << 16) {
                    var left = seconds
                    while left > 0 { left = sleep(left) }
                    _exit(1)
                }
            } catch {
                _exit(1)
            }
        }
    }

    /// Allows as many descriptors as the system permits; the number that holds now, nil where that failed.
    @discardableResult
    package static func raiseDescriptorLimit() -> Int? {
        let limit = hearth_raise_descriptor_limit()
        return limit < 0 ? nil : limit
    }
}
