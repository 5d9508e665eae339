// SPDX-License-Identifier: Apache-2.0

/// Durations as Go and Prometheus print them; error texts carry both.
enum DurationText {
    /// Go's `time.Duration`: `25h0m0s`, `1.5s`, `20ms`.
    static func go(milliseconds: Int64) -> String {
        let magnitude = milliseconds.magnitude
        let sign = milliseconds < 0 ? "-" : ""
        if magnitude == 0 { return "0s" }
        if magnitude < 1_000 { return "\(sign)\(magnitude)ms" }
        let seconds = magnitude / 1_000
        var text = "\(seconds % 60)\(Self.fraction(magnitude % 1_000))s"
        if seconds >= 60 { text = "\(seconds / 60 % 60)m" + text }
        if seconds >= 3_600 { text = "\(seconds / 3_600)h" + text }
        return sign + text
    }

    /// Prometheus' `model.Duration`: `1d`, `1h30m`; years and weeks only where nothing is left over.
    static func prometheus(milliseconds: Int64) -> String {
        guard milliseconds > 0 else { return "0s" }
        var rest = milliseconds
        var text = ""
        let units: [(name: String, size: Int64, exact: Bool)] = [
            ("y", 31_536_000_000, true), ("w", 604_800_000, true), ("d", 86_400_000, false),
            ("h", 3_600_000, false), ("m", 60_000, false), ("s", 1_000, false), ("ms", 1, false),
        ]
        for unit in units where !unit.exact || rest % unit.size == 0 {
            let count = rest / unit.size
            guard count > 0 else { continue }
            text += "\(count)\(unit.name)"
            rest -= count * unit.size
        }
        return text
    }

    /// Thousandths without trailing zeros, the point included.
    private static func fraction(_ thousandths: UInt64) -> String {
        guard thousandths > 0 else { return "" }
        var digits = String(String(1_000 + thousandths).dropFirst())
        while digits.last == "0" { digits.removeLast() }
        return "." + digits
    }
}
