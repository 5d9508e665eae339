// SPDX-License-Identifier: Apache-2.0

/// Sizes as the Go server prints them.
enum ByteText {
    /// With decimal units: 4194304 → `4.2 MB`.
    static func decimal(_ byteCount: Int) -> String {
        self.text(Double(byteCount), base: 1_000, units: ["B", "kB", "MB", "GB", "TB"])
    }

    /// With binary units: 4194304 → `4.0 MiB`.
    static func binary(_ byteCount: Double) -> String {
        self.text(byteCount, base: 1_024, units: ["B", "KiB", "MiB", "GiB", "TiB"])
    }

    /// One digit behind the point below ten, as Go's humanize does it.
    private static func text(_ byteCount: Double, base: Double, units: [String]) -> String {
        var value = max(byteCount, 0)
        var unit = 0
        while value >= base, unit < units.count - 1 {
            value /= base
            unit += 1
        }
        let tenths = (value * 10).rounded()
        if unit == 0 || tenths >= 100 { return "\(Int64(value.rounded())) \(units[unit])" }
        return "\(Int64(tenths) / 10).\(Int64(tenths) % 10) \(units[unit])"
    }
}
