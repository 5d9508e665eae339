// SPDX-License-Identifier: Apache-2.0

extension ProfileUID {
    /// 32 lower-case hexadecimal digits in five groups, as UUIDs are written: how clients see the uid.
    package var uuid: String {
        let digits = Self.digits(self.high) + Self.digits(self.low)
        var text = ""
        text.reserveCapacity(36)
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }

    private static func digits(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
}
