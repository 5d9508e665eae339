// SPDX-License-Identifier: Apache-2.0
internal import Glibc

extension EventLog {
    /// The wall clock of the system, in milliseconds since 1970.
    ///
    /// Unsafe: `clock_gettime` writes to a local.
    @Sendable package static func systemMilliseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
