// SPDX-License-Identifier: Apache-2.0

/// Durations as Go writes them (`1h30m`, `250ms`), with days, weeks and years as Prometheus adds them (`31d`,
/// `1w`).
package enum DurationText {
    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("y", 365 * 86_400_000_000_000), ("w", 7 * 86_400_000_000_000), ("d", 86_400_000_000_000),
        ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
        ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ns", 1),
    ]

    /// Reads a duration; nil when the text is none or does not fit.
    package static func parse(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        var rest = text[...]
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest = rest.dropFirst() }
        guard !rest.isEmpty else { return nil }
        var total: Int64 = 0
        while !rest.isEmpty {
            guard let part = Self.takePart(&rest) else { return nil }
            let (sum, overflows) = total.addingReportingOverflow(part)
            guard !overflows else { return nil }
            total = sum
        }
        return .nanoseconds(isNegative ? -total : total)
    }

    /// Takes `1.5h` off the front.
    private static func takePart(_ rest: inout Substring) -> Int64? {
        let whole = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(whole.count)
        var fraction: Substring = ""
        if rest.first == "." {
            fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(fraction.count + 1)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        let name = rest.prefix { !($0.isASCII && $0.isNumber) && $0 != "." }
        rest = rest.dropFirst(name.count)
        guard let unit = Self.units.first(where: { $0.name == name })?.nanoseconds else { return nil }
        guard let count = whole.isEmpty ? 0 : Int64(whole) else { return nil }
        let (wholeNanoseconds, overflows) = count.multipliedReportingOverflow(by: unit)
        guard !overflows else { return nil }
        var part = 0.0
        var place = 0.1
        for digit in fraction.prefix(18) {
            part += Double(digit.wholeNumberValue ?? 0) * place
            place /= 10
        }
        let (sum, overflowsAgain) = wholeNanoseconds.addingReportingOverflow(
            Int64((part * Double(unit)).rounded())
        )
        return overflowsAgain ? nil : sum
    }

    /// Writes a duration so that `parse` reads it back: `1h30m`, `31d`, `250ms`, `0s`.
    package static func render(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if seconds < 0 || attoseconds < 0 { return "-" + Self.render(.zero - duration) }
        if seconds == 0, attoseconds > 0 { return Self.renderFraction(attoseconds / 1_000_000_000) }
        if attoseconds == 0, seconds > 0, seconds % 86_400 == 0 { return "\(seconds / 86_400)d" }
        var text = ""
        if seconds >= 3_600 { text += "\(seconds / 3_600)h" }
        if seconds / 60 % 60 > 0 { text += "\(seconds / 60 % 60)m" }
        if seconds % 60 > 0 || text.isEmpty { text += "\(seconds % 60)s" }
        return text + (attoseconds > 0 ? Self.renderFraction(attoseconds / 1_000_000_000) : "")
    }

    private static func renderFraction(_ nanoseconds: Int64) -> String {
        if nanoseconds % 1_000_000 == 0 { return "\(nanoseconds / 1_000_000)ms" }
        if nanoseconds % 1_000 == 0 { return "\(nanoseconds / 1_000)us" }
        return "\(nanoseconds)ns"
    }
}
