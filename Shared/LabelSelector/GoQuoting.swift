// SPDX-License-Identifier: Apache-2.0

/// `text` as Go's `%q` prints it: in double quotes, with `\"`, `\\` and control characters escaped.
package func goQuoted(_ text: some StringProtocol) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars { quoted += goEscaped(scalar, quote: "\"") }
    return quoted + "\""
}

/// One character as Go's `%q` prints it: in single quotes.
func goQuoted(_ scalar: Unicode.Scalar) -> String { "'" + goEscaped(scalar, quote: "'") + "'" }

private func goEscaped(_ scalar: Unicode.Scalar, quote: Unicode.Scalar) -> String {
    switch scalar {
    case quote, "\\": return "\\" + String(scalar)
    case "\u{07}": return "\\a"
    case "\u{08}": return "\\b"
    case "\u{0C}": return "\\f"
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    case "\u{0B}": return "\\v"
    case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        return "\\x" + hexadecimal(scalar.value, width: 2)
    case _ where isPrintable(scalar): return String(scalar)
    case _ where scalar.value < 0x10000: return "\\u" + hexadecimal(scalar.value, width: 4)
    default: return "\\U" + hexadecimal(scalar.value, width: 8)
    }
}

/// Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space.
private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: scalar == " "
    default: true
    }
}

func hexadecimal(_ value: UInt32, width: Int, uppercase: Bool = false) -> String {
    let digits = String(value, radix: 16, uppercase: uppercase)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
