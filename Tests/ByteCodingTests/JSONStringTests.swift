// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import Testing

@Suite struct JSONStringTests {
    @Test(arguments: [
        (#"plain""#, "plain"), (#"""#, ""), (#"\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        (#"\u00e9\ud83d\uDD25x""#, "é🔥x"), (#"\u0000""#, "\0"),
    ])
    func unescapes(text: String, expected: String) throws {
        #expect(try Self.read(text, .refused) == expected)
        #expect(try Self.read(text, .replaced) == expected)
    }

    @Test(arguments: [
        (#"\ud83d""#, "\u{FFFD}"), (#"\udd25\n""#, "\u{FFFD}\n"), (#"\ud83d\u0041""#, "\u{FFFD}A"),
        (#"\ud83d\n""#, "\u{FFFD}\n"),
    ])
    func halfPairsAreRefusedOrReplaced(text: String, expected: String) throws {
        #expect(throws: JSONString.Fault.invalid(at: 2)) { try Self.read(text, .refused) }
        #expect(try Self.read(text, .replaced) == expected)
    }

    @Test(arguments: [
        (#"a"#, JSONString.Fault.unterminated), (#"a\"#, .unterminated), (#"a\""#, .unterminated),
        ("a\n\"", .invalid(at: 1)), (#"\x""#, .invalid(at: 1)), (#"\u12""#, .invalid(at: 2)),
        (#"\u12g4""#, .invalid(at: 2)), (#"\ud83d\u1""#, .invalid(at: 8)),
    ])
    func saysWhatIsWrong(text: String, fault: JSONString.Fault) {
        #expect(throws: fault) { try Self.read(text, .refused) }
    }

    private static func read(_ text: String, _ halfPairs: JSONString.HalfPairs) throws -> String {
        let bytes = Array(text.utf8)
        let (range, isEscaped) = try JSONString.content(bytes.span, from: 0)
        #expect(isEscaped == text.contains("\\"))
        let content = try JSONString.unescaped(bytes.span, range, halfPairs: halfPairs)
        return String(decoding: content, as: UTF8.self)
    }
}
