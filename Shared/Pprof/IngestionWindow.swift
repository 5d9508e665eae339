// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel

/// The times a profile may have: open on both ends, to the millisecond.
struct IngestionWindow {
    private let first: Int64?
    private let last: Int64?
    private let now: Int64

    /// The window around `now`; a limit of 0 opens its side for good.
    init(now: Int64, limits: ProfileLimits) {
        let milliseconds = now / 1_000_000
        let older = limits.rejectOlderThanNanoseconds / 1_000_000
        let newer = limits.rejectNewerThanNanoseconds / 1_000_000
        self.first = older > 0 ? milliseconds &- older : nil
        self.last = newer > 0 ? milliseconds &+ newer : nil
        self.now = milliseconds
    }

    func contains(_ nanoseconds: Int64) -> Bool {
        let milliseconds = nanoseconds / 1_000_000
        if let first, milliseconds <= first { return false }
        if let last, milliseconds >= last { return false }
        return true
    }

    /// The part of the answer that names the time and both ends.
    func text(_ nanoseconds: Int64) -> String {
        let start = self.first.map(Self.utc) ?? "the beginning"
        let end = self.last.map(Self.utc) ?? "the end"
        let time = Self.utc(nanoseconds / 1_000_000)
        return "profile timestamp: \(time), the ingestion window starts at \(start) and ends at \(end)"
    }

    /// How far a time lies from the time of receipt: what a clock that runs wrong is off by.
    func skew(_ nanoseconds: Int64) -> String {
        let seconds = (nanoseconds / 1_000_000).subtractingReportingOverflow(self.now).partialValue / 1_000
        return seconds < 0 ? "\(seconds.magnitude) s behind the server's clock" : "\(seconds) s ahead of it"
    }

    /// `2026-11-24T21:40:05.250Z`; total over all 64-bit values.
    private static func utc(_ milliseconds: Int64) -> String {
        func padded(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        var days = milliseconds / 86_400_000
        var rest = milliseconds % 86_400_000
        if rest < 0 {
            rest += 86_400_000
            days -= 1
        }
        // Days since 0000-03-01, in eras of 400 years.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        let seconds = rest / 1_000
        let clock = "\(padded(seconds / 3_600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        return "\(date)T\(clock).\(padded(rest % 1_000, 3))Z"
    }
}
