// SPDX-License-Identifier: Apache-2.0
import ProtobufWire
import Support
import Testing

@Suite struct JSONCodecTests {
    @Test func everythingSurvivesTheRoundTrip() throws {
        for seed in 0..<100 as Range<UInt64> {
            let message = Everything.random(seed: seed)
            #expect(try Everything(json: message.json()) == message)
        }
    }

    @Test func anEmptyMessageIsAnEmptyObject() {
        #expect(Self.text(Everything()) == "{}")
    }

    @Test func writesAsTheGoServerDoes() {
        var message = Everything()
        message.longValue = -5
        message.intValue = 7
        message.real = 270_000_000
        message.rawProfile = [0xFB, 0xFF]
        message.mode = Mode(number: 1)
        message.maxNodes = 0
        message.profileTypeID = ""
        message.longs = [0, .min]
        message.modes = [Mode(number: 9)]
        message.leaf = Leaf(id: "a\u{1}", yMin: 2)
        #expect(
            Self.text(message) == """
                {"longValue":"-5","intValue":7,"real":270000000,"rawProfile":"+/8=","mode":"MODE_FIRST",\
                "maxNodes":"0","profileTypeID":"","longs":["0","-9223372036854775808"],"modes":[9],\
                "leaf":{"ID":"a\\u0001","yMin":"2"}}
                """
        )
    }

    @Test func readsBothNamesOfAField() throws {
        #expect(try Self.read(#"{"profile_typeID":"a","long_value":1}"#).profileTypeID == "a")
        #expect(try Self.read(#"{"profileTypeID":"a"}"#).profileTypeID == "a")
    }

    @Test(arguments: ["1600", "\"1600\"", "1.6e3", "1600.0", "\"16e2\"", "160000E-2"])
    func readsIntegersInEveryIntegralForm(text: String) throws {
        #expect(try Self.read(#"{"longValue":\#(text)}"#).longValue == 1_600)
    }

    @Test(arguments: [
        "1.5", "\"\"", "\"abc\"", "1e30", "9223372036854775808", "true", "01", "1.", "-", "\" 1\"", "1e",
    ])
    func refusesWhatIsNoInteger(text: String) {
        #expect(throws: CodecError.self) { try Self.read(#"{"longValue":\#(text)}"#) }
    }

    @Test func integersKeepTheirRange() throws {
        let text =
            #"{"longValue":-9223372036854775808,"ulongValue":"18446744073709551615","intValue":-2147483648}"#
        let message = try Self.read(text)
        #expect(message.longValue == .min && message.ulongValue == .max && message.intValue == .min)
        #expect(throws: CodecError.self) { try Self.read(#"{"uintValue":-1}"#) }
        #expect(throws: CodecError.self) { try Self.read(#"{"intValue":2147483648}"#) }
    }

    @Test func writesIntegersOfEveryLength() {
        var message = Everything()
        message.longs = [0, -1, .max, .min]
        var power: Int64 = 1
        for _ in 0..<18 {
            power *= 10
            message.longs += [power - 1, power, power + 1, -power, 1 - power]
        }
        let expected = message.longs.map { "\"\($0)\"" }.joined(separator: ",")
        #expect(Self.text(message) == "{\"longs\":[\(expected)]}")
    }

    @Test func readsRealsWithAndWithoutDigits() throws {
        let message = try Self.read(#"{"reals":[1,"2.5",-3e2,"NaN","Infinity","-Infinity"]}"#)
        #expect(message.reals.map(\.description) == ["1.0", "2.5", "-300.0", "nan", "inf", "-inf"])
        #expect(throws: CodecError.self) { try Self.read(#"{"real":1e999}"#) }
        #expect(throws: CodecError.self) { try Self.read(#"{"real":NaN}"#) }
    }

    @Test(arguments: ["+/8=", "-_8=", "+/8", "-_8", "\\u002b/8="])
    func readsBase64OfBothAlphabets(text: String) throws {
        #expect(try Self.read(#"{"rawProfile":"\#(text)"}"#).rawProfile == [0xFB, 0xFF])
    }

    @Test(arguments: ["***", "A", "AAA A", "A===", "=", "AA=A"])
    func refusesBrokenBase64(text: String) {
        #expect(throws: CodecError.self) { try Self.read(#"{"rawProfile":"\#(text)"}"#) }
    }

    @Test func nullIsTheDefault() throws {
        let message = try Self.read(
            #"{"longValue":null,"leaf":null,"longs":null,"counts":null,"maxNodes":null}"#
        )
        #expect(message == Everything())
    }

    @Test func unknownFieldsAndEnumerationNamesAreIgnored() throws {
        let text =
            #"{"nope":{"a":[1,{"b":null}],"c":"\"}"},"mode":"MODE_NEW","#
            + #""modes":["MODE_SECOND","X",1],"flag":true}"#
        let message = try Self.read(text)
        #expect(message.mode.number == 0)
        #expect(message.modes.map(\.number) == [2, 1])
        #expect(message.flag)
    }

    @Test func unknownFieldsAreRefusedOnRequest() {
        var limits = CodecLimits()
        limits.ignoresUnknownFields = false
        #expect(throws: CodecError.self) { try Everything(json: Array(#"{"nope":1}"#.utf8), limits: limits) }
    }

    @Test func readsEscapes() throws {
        let message = try Self.read(#"{"textValue":"\"\\\/\b\f\n\r\t\u00e9\ud83d\udd25"}"#)
        #expect(message.textValue == "\"\\/\u{8}\u{c}\n\r\té🔥")
        for broken in [#"\ud83d"#, #"\udd25"#, #"\ud83dx"#, #"\u12"#, #"\x"#] {
            #expect(throws: CodecError.self) { try Self.read(#"{"textValue":"\#(broken)"}"#) }
        }
    }

    @Test func refusesTextThatIsNotUTF8() {
        let bytes = Array(#"{"textValue":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
        #expect(throws: CodecError.self) { try Everything(json: bytes) }
    }

    @Test func refusesValuesNestedTooDeep() {
        let list = #"{"nope":"# + String(repeating: "[", count: 64) + String(repeating: "]", count: 64) + "}"
        #expect(throws: CodecError.self) { try Self.read(list) }
        let open = String(repeating: #"{"children":["#, count: 100_000)
        #expect(throws: CodecError.self) { try Self.read(open) }
    }

    @Test func truncationAtEveryOffsetIsRefused() {
        let whole = Everything.random(seed: 5).json()
        for count in 0..<whole.count {
            #expect(throws: CodecError.self) { try Everything(json: Array(whole.prefix(count))) }
        }
    }

    @Test func mutatedTextIsNoTrap() {
        var random = SplitMix(seed: 9)
        let whole = Everything.random(seed: 13).json()
        var refused = 0
        for _ in 0..<3_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            do { _ = try Everything(json: bytes) } catch { refused += 1 }
        }
        #expect(refused > 100)
    }

    static func read(_ text: String) throws(CodecError) -> Everything {
        try Everything(json: Array(text.utf8))
    }
    private static func text(_ message: Everything) -> String {
        String(decoding: message.json(), as: UTF8.self)
    }
}
