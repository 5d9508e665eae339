// SPDX-License-Identifier: Apache-2.0

/// The times of an `/ingest` request, in all the ways clients have ever written them (spec/ingest 2.3).
///
/// Never fails: what is not understood means now.
package enum IngestTime {
    /// Nanoseconds since 1970; `now` likewise.
    package static func parse(_ text: String, now: Int64) -> Int64 {
        let kept = text.filter { !$0.isWhitespace && $0 != "_" && $0 != "," }
        guard !kept.isEmpty else { return now }
        guard kept.allSatisfy({ $0.isASCII && $0.isNumber }) else { return Self.relative(kept, now: now) }
        guard let number = Int64(kept) else { return now }
        switch kept.count {
        case 8: return Self.day(number, now) ?? Self.scaled(number, 1_000_000_000, now)
        case 13: return Self.scaled(number, 1_000_000, now)
        case 16: return Self.scaled(number, 1_000, now)
        case 19: return number
        default: return Self.scaled(number, 1_000_000_000, now)
        }
    }

    private static func scaled(_ number: Int64, _ factor: Int64, _ now: Int64) -> Int64 {
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? now : product
    }

    /// UTC midnight of yyyymmdd after 1900.
    private static func day(_ number: Int64, _ now: Int64) -> Int64? {
        let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100)
        guard year > 1_900, (1...12).contains(month), (1...Self.dayCount(year, month)).contains(day) else {
            return nil
        }
        // Days from 1970-01-01, with March as the first month so that the leap day is the last of its year.
        let shifted = month > 2 ? year : year - 1
        let monthIndex = (month + 9) % 12
        let days = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400
        let total = days + (153 * monthIndex + 2) / 5 + day - 1 - 719_468
        return Self.scaled(total, 86_400_000_000_000, now)
    }

    private static func dayCount(_ year: Int64, _ month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// `now-1h`: only the first number and unit count.
    private static func relative(_ text: String, now: Int64) -> Int64 {
        guard let sign = text.firstIndex(of: "+") ?? text.firstIndex(of: "-") else { return now }
        let rest = text[text.index(after: sign)...]
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits) else { return now }
        let unit = Self.seconds(rest.dropFirst(digits.count))
        let (seconds, over) = count.multipliedReportingOverflow(by: unit)
        let (span, overSpan) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !over, !overSpan else { return now }
        let (sum, overSum) =
            text[sign] == "+" ? now.addingReportingOverflow(span) : now.subtractingReportingOverflow(span)
        return overSum ? now : sum
    }

    private static func seconds(_ unit: Substring) -> Int64 {
        if unit.hasPrefix("mon") || unit.hasPrefix("M") { return 30 * 86_400 }
        switch unit.first {
        case "s": return 1
        case "m": return 60
        case "h": return 3_600
        case "d": return 86_400
        case "w": return 7 * 86_400
        case "y": return 365 * 86_400
        default: return 0
        }
    }
}
