// SPDX-License-Identifier: Apache-2.0

/// Sizes as people write them: `1048576`, `64MiB`, `16 MB`.
package enum ByteCountText {
    private static let units: [(name: String, byteCount: Int)] = [
        ("gib", 1 << 30), ("mib", 1 << 20), ("kib", 1 << 10), ("gb", 1_000_000_000), ("mb", 1_000_000),
        ("kb", 1_000), ("b", 1),
    ]

    /// Reads a size; nil when the text is none or does not fit.
    package static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int(digits) else { return nil }
        let name = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
        guard !name.isEmpty else { return count }
        guard let unit = Self.units.first(where: { $0.name == name }) else { return nil }
        let (total, overflows) = count.multipliedReportingOverflow(by: unit.byteCount)
        return overflows ? nil : total
    }

    /// Writes a size with the largest binary unit that divides it.
    package static func render(_ byteCount: Int) -> String {
        for (shift, name) in [(30, "GiB"), (20, "MiB"), (10, "KiB")]
        where byteCount != 0 && byteCount % (1 << shift) == 0 {
            return "\(byteCount >> shift)\(name)"
        }
        return "\(byteCount)"
    }
}
