// SPDX-License-Identifier: Apache-2.0

/// A number of JSON while its characters come in: checks the grammar and gathers digits.
struct DecimalNumber {
    private enum Place { case start, sign, zero, whole, point, fraction, exponent, exponentSign, power }

    private var place = Place.start
    private var isNegative = false
    private var mantissa: UInt64 = 0
    private var digitCount = 0
    private var fractionCount = 0
    private var hasExponent = false

    /// Whether what came so far is a number.
    var isWhole: Bool {
        switch self.place {
        case .zero, .whole, .fraction, .power: true
        default: false
        }
    }

    /// Takes the next character; false when the number ends before it.
    mutating func take(_ byte: UInt8) -> Bool {
        switch (self.place, byte) {
        case (.start, UInt8(ascii: "-")):
            self.isNegative = true
            self.place = .sign
        case (.start, UInt8(ascii: "0")), (.sign, UInt8(ascii: "0")): self.place = .zero
        case (.start, 0x31...0x39), (.sign, 0x31...0x39), (.whole, 0x30...0x39):
            self.place = .whole
            self.gather(byte)
        case (.zero, UInt8(ascii: ".")), (.whole, UInt8(ascii: ".")): self.place = .point
        case (.point, 0x30...0x39), (.fraction, 0x30...0x39):
            self.place = .fraction
            self.fractionCount += 1
            self.gather(byte)
        case (.zero, 0x45), (.zero, 0x65), (.whole, 0x45), (.whole, 0x65), (.fraction, 0x45),
            (.fraction, 0x65):
            self.place = .exponent
            self.hasExponent = true
        case (.exponent, UInt8(ascii: "+")), (.exponent, UInt8(ascii: "-")): self.place = .exponentSign
        case (.exponent, 0x30...0x39), (.exponentSign, 0x30...0x39), (.power, 0x30...0x39):
            self.place = .power
        default: return false
        }
        return true
    }

    private mutating func gather(_ byte: UInt8) {
        self.digitCount += 1
        self.mantissa = self.mantissa &* 10 &+ UInt64(byte - 0x30)
    }

    /// The value where two exact doubles give it; nil for numbers that need more care.
    var exact: Double? {
        guard !self.hasExponent, self.digitCount <= 15 else { return nil }
        let value = Double(self.mantissa) / Self.powers[self.fractionCount]
        return self.isNegative ? -value : value
    }

    /// 10^0 to 10^15, all exact.
    private static let powers: [Double] = (0..<15).reduce(into: [1.0]) { powers, _ in
        powers.append((powers.last ?? 1) * 10)
    }
}
