// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import ProtobufWire
import Support
import Testing

@Suite struct BinaryCodecTests {
    @Test func everythingSurvivesTheRoundTrip() throws {
        for seed in 0..<100 as Range<UInt64> {
            let message = Everything.random(seed: seed)
            #expect(try Everything(binary: message.binary()) == message)
        }
    }

    @Test func zeroFieldsAreNotWritten() {
        #expect(Everything().binary().isEmpty)
    }

    @Test func presenceIsKept() throws {
        var message = Everything()
        message.maxNodes = 0
        message.choice = .long(0)
        let bytes = message.binary()
        #expect(bytes == [0x58, 0, 0xC8, 1, 0])
        #expect(try Everything(binary: bytes) == message)
    }

    @Test func fieldsMayComeInAnyOrderAndAgain() throws {
        var writer = ByteWriter()
        writer.tag(8, .lengthDelimited)
        writer.text("first")
        writer.tag(19, .lengthDelimited)
        writer.nested { $0.raw([0x0A, 1, 0x61]) }
        writer.tag(1, .varint)
        writer.varint(UInt64(7))
        writer.tag(19, .lengthDelimited)
        writer.nested { $0.raw([0x10, 5]) }
        writer.tag(8, .lengthDelimited)
        writer.text("last")
        let message = try Everything(binary: writer.bytes)
        #expect(message.longValue == 7)
        #expect(message.textValue == "last")
        #expect(message.leaf == Leaf(id: "a", yMin: 5))
    }

    @Test func numbersAreReadPackedAndUnpacked() throws {
        let mixed: [UInt8] = [0x68, 1, 0x6A, 2, 2, 3, 0x68, 4]
        #expect(try Everything(binary: mixed).longs == [1, 2, 3, 4])
    }

    @Test func unknownFieldsAreSkipped() throws {
        let bytes: [UInt8] = [0xA0, 0x06, 1, 0x08, 5, 0xA3, 0x06, 0x08, 1, 0xA4, 0x06, 0xAA, 0x06, 1, 9]
        #expect(try Everything(binary: bytes).longValue == 5)
    }

    @Test func refusesTheWrongLayout() {
        #expect(throws: CodecError.wrongKind(field: "long_value", kind: .lengthDelimited)) {
            try Everything(binary: [0x0A, 0])
        }
        #expect(throws: CodecError.wrongKind(field: "leaf", kind: .varint)) {
            try Everything(binary: [0x98, 0x01, 0])
        }
    }

    @Test func refusesMessagesNestedTooDeep() throws {
        #expect(throws: CodecError.nestedTooDeep(limit: 100)) { try Everything(binary: Self.nested(101)) }
        _ = try Everything(binary: Self.nested(100))
    }

    @Test func refusesTooManyElements() throws {
        var limits = CodecLimits()
        limits.elementCountMax = 1_000
        let bomb = [[UInt8]](repeating: [0xA2, 0x01, 0x00], count: 1_001).flatMap { $0 }
        #expect(throws: CodecError.tooManyElements(limit: 1_000)) {
            try Everything(binary: bomb, limits: limits)
        }
        var packed = ByteWriter()
        packed.tag(13, .lengthDelimited)
        packed.lengthDelimited([UInt8](repeating: 1, count: 1_001))
        #expect(throws: CodecError.tooManyElements(limit: 1_000)) {
            try Everything(binary: packed.bytes, limits: limits)
        }
        _ = try Everything(binary: Array(bomb.dropLast(3)), limits: limits)
    }

    @Test func truncationAtEveryOffsetIsNoTrap() throws {
        let whole = Everything.random(seed: 7).binary()
        for count in 0..<whole.count {
            // Cut between two fields the rest is a message of its own; anywhere else it must be refused.
            do {
                _ = try Everything(binary: Array(whole.prefix(count)))
            } catch { #expect(error != .tooManyElements(limit: 0)) }
        }
    }

    @Test func mutatedBytesAreNoTrap() {
        var random = SplitMix(seed: 3)
        let whole = Everything.random(seed: 11).binary()
        var refused = 0
        for _ in 0..<3_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            do { _ = try Everything(binary: bytes) } catch { refused += 1 }
        }
        #expect(refused > 100)
    }

    private static func nested(_ depth: Int) -> [UInt8] {
        var message = Everything()
        for _ in 0..<depth {
            var outer = Everything()
            outer.children = [message]
            message = outer
        }
        return message.binary()
    }
}
