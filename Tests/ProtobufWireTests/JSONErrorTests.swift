// SPDX-License-Identifier: Apache-2.0
import ProtobufWire
import Testing

/// The texts of the recorded server, where clients see them.
@Suite struct JSONErrorTests {
    @Test(arguments: [
        (#"{"longs":["#, "unexpected EOF"),
        (#"{"longValue":"#, "unexpected EOF"),
        ("[]", "syntax error (line 1:1): unexpected token ["),
        (#"{"leaves":"x"}"#, #"syntax error (line 1:11): unexpected token "x""#),
        (#"{"longValue":"abc"}"#, #"(line 1:14): invalid value for int64 field longValue: "abc""#),
        (#"{"long_value":1.5}"#, "(line 1:15): invalid value for int64 field longValue: 1.5"),
        (#"{"rawProfile":"***"}"#, #"(line 1:15): invalid value for bytes field rawProfile: "***""#),
        ("{}x", "syntax error (line 1:3): invalid value x"),
        ("{}\n {", "syntax error (line 2:2): unexpected token {"),
        (#"{"flag":true,"flag":true}"#, #"(line 1:20): duplicate field "flag""#),
    ])
    func readsLikeTheRecordedServer(text: String, expected: String) {
        do {
            _ = try JSONCodecTests.read(text)
            Issue.record("accepted \(text)")
        } catch {
            guard case .json(let error) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(error.description == expected)
        }
    }

    @Test func quotesAtMost64BytesOfTheInput() {
        let long = String(repeating: "y", count: 10_000)
        #expect {
            try JSONCodecTests.read(#"{"longValue":"\#(long)"}"#)
        } throws: { error in
            guard case .json(let error)? = error as? CodecError else { return false }
            return error.description.utf8.count < 200
        }
    }
}
