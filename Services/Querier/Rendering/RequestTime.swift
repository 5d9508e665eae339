// SPDX-License-Identifier: Apache-2.0

/// Times in URLs (spec/query 6.1): dates, numbers, and texts relative to now; nothing is an error.
enum RequestTime {
    /// The time `text` means, in milliseconds since 1970; now when it is absent or means nothing.
    static func milliseconds(_ text: String?, now: Int64) -> Int64 {
        guard let text else { return now }
        let kept = text.utf8.filter { byte in
            !Self.isBlank(byte) && byte != UInt8(ascii: "_") && byte != UInt8(ascii: ",")
        }
        guard !kept.isEmpty else { return now }
        return kept.allSatisfy(Self.isDigit) ? Self.absolute(kept) : Self.relative(kept, now: now)
    }

    private static func absolute(_ digits: [UInt8]) -> Int64 {
        let value = Self.number(digits[...])
        switch digits.count {
        case 8:
            let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100)
            if let days = Self.days(year: year, month: month, day: day) { return days * 86_400_000 }
            return value * 1_000
        case 13: return value
        case 16: return value / 1_000
        case 19: return value / 1_000_000
        default: return value.multipliedSaturated(by: 1_000)
        }
    }

    /// `…+5m`, `…-1h`: what stands before the sign is ignored, and so is everything that is no unit.
    private static func relative(_ text: [UInt8], now: Int64) -> Int64 {
        let plus = text.firstIndex(of: UInt8(ascii: "+"))
        guard let sign = plus ?? text.firstIndex(of: UInt8(ascii: "-")) else { return now }
        let offset = text[(sign + 1)...]
        let digits = offset.prefix(while: Self.isDigit)
        let unit = Self.unit(String(decoding: offset.dropFirst(digits.count), as: UTF8.self))
        let distance = Self.number(digits).multipliedSaturated(by: unit * 1_000)
        return plus == nil ? now.subtractingSaturated(distance) : now.addingSaturated(distance)
    }

    /// Seconds in a unit, which is told by how it begins; 0 for no unit.
    private static func unit(_ text: String) -> Int64 {
        if text.hasPrefix("s") { return 1 }
        if text.hasPrefix("mon") || text.hasPrefix("M") { return 30 * 86_400 }
        if text.hasPrefix("m") { return 60 }
        if text.hasPrefix("h") { return 3_600 }
        if text.hasPrefix("d") { return 86_400 }
        if text.hasPrefix("w") { return 7 * 86_400 }
        return text.hasPrefix("y") ? 365 * 86_400 : 0
    }

    /// Days since 1970 of a date of the Gregorian calendar after 1900; nil when there is no such day.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64? {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard year > 1900, (1...12).contains(month), (1...lengths[Int(month) - 1]).contains(day) else {
            return nil
        }
        let before = year - 1
        let leapDays = before / 4 - before / 100 + before / 400
        let inYear = lengths[..<(Int(month) - 1)].reduce(day - 1, +)
        return before * 365 + leapDays + inYear - 719_162
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64 {
        digits.reduce(0) { value, digit in
            value.multipliedSaturated(by: 10).addingSaturated(Int64(digit - UInt8(ascii: "0")))
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) }
}
