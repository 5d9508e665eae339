// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import ProtobufWire
import Support
import Testing

/// What is transcoded reads as the message that the same JSON makes.
@Suite struct JSONTranscoderTests {
    private static let leaf: JSONShape = .init([.one(1, "ID", .text), .one(2, "y_min", .int64)])

    /// The fields of `Everything` that shapes can say.
    private static let everything: JSONShape = .init([
        .one(1, "long_value", .int64),
        .one(2, "ulong_value", .uint64),
        .one(3, "int_value", .int32),
        .one(8, "text_value", .text),
        .one(9, "raw_profile", .bytes { _ in nil }),
        .one(11, "max_nodes", .int64),
        .one(12, "profile_typeID", .text),
        .many(13, "longs", .int64),
        .many(14, "ints", .int32),
        .many(16, "texts", .text),
        .many(17, "blobs", .bytes { _ in nil }),
        .one(19, "leaf", .message { Self.leaf }),
        .many(20, "leaves", .message { Self.leaf }),
        .many(2_000, "children", .message { Self.everything }),
    ])

    private static func transcode(_ text: String, _ shape: JSONShape? = nil) throws(JSONError) -> [UInt8] {
        try JSONTranscoder.binary(Array(text.utf8), shape ?? Self.everything, limits: CodecLimits())
    }

    private static func pruned(_ message: Everything) -> Everything {
        var rest = Everything()
        rest.longValue = message.longValue
        rest.ulongValue = message.ulongValue
        rest.intValue = message.intValue
        rest.textValue = message.textValue
        rest.rawProfile = message.rawProfile
        rest.maxNodes = message.maxNodes
        rest.profileTypeID = message.profileTypeID
        rest.longs = message.longs
        rest.ints = message.ints
        rest.texts = message.texts
        rest.blobs = message.blobs
        rest.leaf = message.leaf
        rest.leaves = message.leaves
        rest.children = message.children.map(Self.pruned)
        return rest
    }

    @Test(arguments: 0..<64)
    func readsAsTheMessageDoes(seed: UInt64) throws {
        let message = Everything.random(seed: seed)
        let bytes = try JSONTranscoder.binary(message.json(), Self.everything, limits: CodecLimits())
        #expect(try Everything(binary: bytes) == Self.pruned(message))
    }

    @Test func takesBothSpellingsNullsAndEscapes() throws {
        let text = #"{"long_value":"7","intValue":null,"unknown":{"a":[1,{}]},"text\u0056alue":"\u00e9"}"#
        let read = try Everything(binary: try Self.transcode(text))
        #expect(read.longValue == 7)
        #expect(read.intValue == 0)
        #expect(read.textValue == "é")
    }

    @Test func aFieldMayBeAValueOrAList() throws {
        let shape: JSONShape = .init([.either(20, "leaves", .message { Self.leaf })])
        let one = try Everything(binary: try Self.transcode(#"{"leaves":{"ID":"a"}}"#, shape))
        #expect(one.leaves.map(\.id) == ["a"])
        let two = try Everything(binary: try Self.transcode(#"{"leaves":[{"ID":"a"},{"ID":"b"}]}"#, shape))
        #expect(two.leaves.map(\.id) == ["a", "b"])
    }

    @Test func bytesMayHaveAnEncodingOfTheirOwn() throws {
        let shape: JSONShape = .init([
            .one(9, "raw_profile", .bytes { $0.first == UInt8(ascii: "!") ? [1, 2] : nil })
        ])
        #expect(
            try Everything(binary: try Self.transcode(#"{"rawProfile":"!"}"#, shape)).rawProfile == [1, 2]
        )
        #expect(
            try Everything(binary: try Self.transcode(#"{"rawProfile":"AQ=="}"#, shape)).rawProfile == [1]
        )
    }

    @Test(arguments: [
        "", "[]", "{", #"{"longValue"}"#, #"{"longValue":}"#, #"{"longValue":1,}"#, #"{"longValue":"x"}"#,
        #"{"intValue":2147483648}"#, #"{"longs":1}"#, #"{"longs":[1"#, #"{"leaf":[]}"#, #"{"textValue":1}"#,
        #"{"rawProfile":"*"}"#, #"{"longValue":1,"long_value":1}"#, "{}{}", #"{"textValue":"\ud800"}"#,
        #"{longValue:1}"#,
    ])
    func refusesWhatTheMessageRefuses(text: String) {
        #expect(throws: JSONError.self) { try Self.transcode(text) }
        #expect(throws: CodecError.self) { try Everything(json: Array(text.utf8)) }
    }

    @Test func elementsAndDepthAreLimited() throws {
        var limits = CodecLimits()
        limits.elementCountMax = 3
        limits.jsonDepthMax = 4
        func transcode(_ text: String) throws(JSONError) -> [UInt8] {
            try JSONTranscoder.binary(Array(text.utf8), Self.everything, limits: limits)
        }
        #expect(try !transcode(#"{"longs":[1,2,3]}"#).isEmpty)
        #expect(throws: JSONError.self) { try transcode(#"{"longs":[1,2],"ints":[3,4]}"#) }
        #expect(throws: JSONError.self) { try transcode(#"{"children":[{"children":[{}]}]}"#) }
        #expect(throws: JSONError.self) { try transcode(#"{"unknown":[[[[]]]]}"#) }
    }

    @Test func cutAndMutatedTextNeverTraps() throws {
        let text = Everything.random(seed: 3).json()
        var readCount = 0
        for count in text.indices {
            let cut = try? JSONTranscoder.binary(
                Array(text[..<count]),
                Self.everything,
                limits: CodecLimits()
            )
            #expect(cut == nil)
        }
        var random = SplitMix(seed: 1)
        for _ in 0..<4_000 {
            var mutated = text
            let place = Int.random(in: text.indices, using: &random)
            mutated[place] = UInt8.random(in: 0...255, using: &random)
            guard
                let bytes = try? JSONTranscoder.binary(mutated, Self.everything, limits: CodecLimits())
            else { continue }
            #expect(throws: Never.self) { try Everything(binary: bytes) }
            readCount += 1
        }
        #expect(readCount > 0)
    }
}
