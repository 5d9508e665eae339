// SPDX-License-Identifier: Apache-2.0

/// Why a pattern was refused; `description` is the Go server's text.
package enum PatternError: Error, Hashable, Sendable, CustomStringConvertible {
    case tooLong(byteCount: Int)
    /// The compiled form needs more memory than one pattern may have.
    case tooLarge
    /// Reason in Go's words and the offending part of the pattern.
    case malformed(reason: String, part: String)

    package var description: String {
        switch self {
        case .tooLong(let count):
            "regular expression of \(count) bytes is longer than the limit of \(ValuePattern.byteCountMax)"
        case .tooLarge: "regular expression is too large"
        case .malformed(let reason, let part): "error parsing regexp: \(reason): `\(part)`"
        }
    }

    /// RE2 says `reason: part` in other words than Go.
    init(re2Message message: String) {
        for (theirs, ours) in Self.reasons where message == theirs || message.hasPrefix(theirs + ": ") {
            self = .malformed(reason: ours, part: String(message.dropFirst(theirs.count + 2)))
            return
        }
        self = message.hasPrefix("pattern too large") ? .tooLarge : .malformed(reason: message, part: "")
    }

    private static let reasons: KeyValuePairs = [
        "missing )": "missing closing )",
        "missing ]": "missing closing ]",
        "unexpected )": "unexpected )",
        "trailing \\": "trailing backslash at end of expression",
        "no argument for repetition operator": "missing argument to repetition operator",
        "bad repetition operator": "invalid nested repetition operator",
        "invalid repetition size": "invalid repeat count",
        "invalid perl operator": "invalid or unsupported Perl syntax",
        "invalid named capture group": "invalid named capture",
        "invalid character class range": "invalid character class range",
        "invalid character class": "invalid character class",
        "invalid escape sequence": "invalid escape sequence",
        "invalid UTF-8": "invalid UTF-8",
    ]
}

/// A pattern that must match a whole value; the frequent simple forms need no automaton.
enum ValuePattern: Sendable {
    case anything
    case notEmpty
    /// `a|b|c`: nothing but literals.
    case alternatives([String])
    case expression(RegularExpression)

    /// The longest pattern, in bytes.
    static let byteCountMax = 1_024

    init(_ pattern: String) throws(PatternError) {
        guard pattern.utf8.count <= Self.byteCountMax else { throw .tooLong(byteCount: pattern.utf8.count) }
        switch pattern {
        case ".*": self = .anything
        case ".+": self = .notEmpty
        case _ where !pattern.utf8.contains(where: Self.isSpecial):
            self = .alternatives(
                pattern.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            )
        default: self = .expression(try RegularExpression(pattern))
        }
    }

    func matchesWhole(_ text: String) -> Bool {
        switch self {
        case .anything: true
        case .notEmpty: !text.isEmpty
        case .alternatives(let all): all.contains { $0.utf8.elementsEqual(text.utf8) }
        case .expression(let expression): expression.matchesWhole(text)
        }
    }

    /// Whether a byte means more than itself; `|` is split on before.
    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "*"), UInt8(ascii: "?"),
            UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
            UInt8(ascii: "}"), UInt8(ascii: "^"), UInt8(ascii: "$"), 0:
            true
        default: false
        }
    }
}
