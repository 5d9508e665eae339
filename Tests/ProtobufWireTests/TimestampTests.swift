// SPDX-License-Identifier: Apache-2.0
import ProtobufWire
import Testing

private struct Stamped: Message, Equatable {
    static let messageName = "codec.test.Stamped"

    var at: Timestamp?

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "at", &self.at)
    }
}

@Suite struct TimestampTests {
    private func read(_ text: String) throws -> Timestamp? {
        try Stamped(json: Array("{\"at\":\"\(text)\"}".utf8)).at
    }

    /// The text of a time as JSON has it, without quotes.
    private func written(_ timestamp: Timestamp) -> String {
        let json = String(decoding: Stamped(at: timestamp).json(), as: UTF8.self)
        return String(json.dropFirst(#"{"at":""#.count).dropLast(2))
    }

    @Test(
        arguments: [
            ("0001-01-01T00:00:00Z", -62_135_596_800, 0), ("1969-12-31T23:59:59.5Z", -1, 500_000_000),
            ("1970-01-01T00:00:00Z", 0, 0), ("2000-02-29T12:34:56.000000001Z", 951_827_696, 1),
            ("2026-11-25T04:00:00.123Z", 1_795_579_200, 123_000_000),
            ("9999-12-31T23:59:59Z", 253_402_300_799, 0),
        ] as [(String, Int64, Int32)]
    )
    func textIsATime(text: String, seconds: Int64, nanoseconds: Int32) throws {
        let timestamp = try #require(try self.read(text))
        #expect(timestamp.seconds == seconds && timestamp.nanoseconds == nanoseconds)
        let again = try #require(try self.read(self.written(timestamp)))
        #expect(again == timestamp)
    }

    @Test func fractionsHaveThreeSixOrNineDigits() throws {
        for (given, wanted) in [("1", "100"), ("12", "120"), ("1234", "123400"), ("1234567", "123456700")] {
            let timestamp = try #require(try self.read("2026-11-25T04:00:00.\(given)Z"))
            #expect(self.written(timestamp) == "2026-11-25T04:00:00.\(wanted)Z")
        }
    }

    @Test(arguments: [
        "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-04-31T00:00:00Z",
        "2026-11-25T24:00:00Z", "2026-11-25T00:60:00Z", "2026-11-25T00:00:60Z", "2026-11-25 00:00:00Z",
        "2026-11-25T00:00:00", "2026-11-25T00:00:00.Z", "2026-11-25T00:00:00.1234567890Z",
        "0000-01-01T00:00:00Z", "",
    ])
    func textIsNoTime(text: String) {
        #expect {
            try self.read(text)
        } throws: { "\($0)".contains("invalid value for google.protobuf.Timestamp") }
    }
}
