// SPDX-License-Identifier: Apache-2.0
package import ByteCoding

/// `google.protobuf.Timestamp`: a nested message in binary, text by RFC 3339 in JSON.
///
/// It holds whole nanoseconds of the years that JSON can say, 0001 to 9999.
package struct Timestamp: WireValue, Hashable {
    /// Seconds since 1970.
    package var seconds: Int64
    /// 0 to 999,999,999, counting forward.
    package var nanoseconds: Int32

    private static let earliest: Int64 = -62_135_596_800
    private static let latest: Int64 = 253_402_300_799

    /// An instant in nanoseconds since 1970.
    package init(unixNanoseconds: Int64) {
        let (seconds, rest) = CivilTime.floorDivide(unixNanoseconds, 1_000_000_000)
        self.seconds = seconds
        self.nanoseconds = Int32(rest)
    }

    private init(seconds: Int64, nanoseconds: Int32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    package static var wireKind: WireKind { .lengthDelimited }
    package static var zero: Timestamp { Timestamp(seconds: 0, nanoseconds: 0) }
    /// An instant that is there is written, 1970 too: the field is left out by being nil.
    package var isZero: Bool { false }

    package static func read(_ cursor: inout WireCursor) throws(WireError) -> Timestamp {
        var nested = try cursor.nested()
        var value = Timestamp.zero
        while let tag = try nested.tag() {
            switch (tag.field, tag.kind) {
            case (1, .varint): value.seconds = Int64(bitPattern: try nested.varint())
            case (2, .varint): value.nanoseconds = Int32(truncatingIfNeeded: try nested.varint())
            default: try nested.skip(tag)
            }
        }
        return value
    }

    package func write(_ writer: inout ByteWriter) {
        writer.nested { nested in
            if self.seconds != 0 {
                nested.tag(1, .varint)
                nested.varint(UInt64(bitPattern: self.seconds))
            }
            if self.nanoseconds != 0 {
                nested.tag(2, .varint)
                nested.varint(UInt64(bitPattern: Int64(self.nanoseconds)))
            }
        }
    }

    package static func read(_ json: inout JSONReader, field: String) throws(JSONError) -> Timestamp? {
        guard try json.peek() == UInt8(ascii: "\""), let value = CivilTime.parse(try json.text()),
            Self.earliest...Self.latest ~= value.seconds
        else { throw json.invalidValue("google.protobuf.Timestamp", field) }
        return Timestamp(seconds: value.seconds, nanoseconds: value.nanoseconds)
    }

    package func write(_ json: inout JSONWriter) {
        let seconds = min(max(self.seconds, Self.earliest), Self.latest)
        let nanoseconds = min(max(self.nanoseconds, 0), 999_999_999)
        json.text(CivilTime.text(seconds: seconds, nanoseconds: nanoseconds))
    }
}

/// Dates of the civil calendar, in UTC.
enum CivilTime {
    private static let daySeconds: Int64 = 86_400

    /// As Go writes it: no fraction, or one of 3, 6 or 9 digits.
    static func text(seconds: Int64, nanoseconds: Int32) -> String {
        let (day, inDay) = Self.floorDivide(seconds, Self.daySeconds)
        let (year, month, dayOfMonth) = Self.date(day: day)
        var text = "\(Self.pad(year, 4))-\(Self.pad(month, 2))-\(Self.pad(dayOfMonth, 2))T"
        text += "\(Self.pad(inDay / 3_600, 2)):\(Self.pad(inDay / 60 % 60, 2)):\(Self.pad(inDay % 60, 2))"
        guard nanoseconds != 0 else { return text + "Z" }
        var digits = Self.pad(Int64(nanoseconds), 9)
        while digits.hasSuffix("000") { digits.removeLast(3) }
        return text + ".\(digits)Z"
    }

    /// Reads `2026-11-24T12:00:00.123Z`, the fraction optional; nil for anything else.
    static func parse(_ text: String) -> (seconds: Int64, nanoseconds: Int32)? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z") else { return nil }
        for (place, mark) in [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")] {
            guard bytes[place] == mark.utf8.first else { return nil }
        }
        let parts = [(0, 4), (5, 2), (8, 2), (11, 2), (14, 2), (17, 2)]
        let numbers = parts.compactMap { Self.number(bytes[$0.0..<$0.0 + $0.1]) }
        guard numbers.count == parts.count, 1...12 ~= numbers[1], numbers[0] > 0,
            numbers[3] < 24, numbers[4] < 60, numbers[5] < 60
        else { return nil }
        let day = Self.day(year: numbers[0], month: numbers[1], dayOfMonth: numbers[2])
        // A day that the month does not have would be one of the next.
        guard Self.date(day: day) == (numbers[0], numbers[1], numbers[2]) else { return nil }
        let seconds = day * Self.daySeconds + numbers[3] * 3_600 + numbers[4] * 60 + numbers[5]
        let fraction = bytes[19..<bytes.count - 1]
        guard !fraction.isEmpty else { return (seconds, 0) }
        let digits = fraction.dropFirst()
        guard fraction.first == UInt8(ascii: "."), 1...9 ~= digits.count, let number = Self.number(digits)
        else { return nil }
        return (seconds, Int32((digits.count..<9).reduce(number) { value, _ in value * 10 }))
    }

    static func floorDivide(_ value: Int64, _ by: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: by)
        return remainder < 0 ? (quotient - 1, remainder + by) : (quotient, remainder)
    }

    /// Days are counted in eras of 400 years that start on 1 March: leap days end a year.
    private static func date(day: Int64) -> (year: Int64, month: Int64, dayOfMonth: Int64) {
        let (era, dayOfEra) = Self.floorDivide(day + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private static func day(year: Int64, month: Int64, dayOfMonth: Int64) -> Int64 {
        let (era, yearOfEra) = Self.floorDivide(month <= 2 ? year - 1 : year, 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + dayOfMonth - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    private static func pad(_ number: Int64, _ width: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
