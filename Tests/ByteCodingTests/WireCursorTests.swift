// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import Testing

@Suite struct WireCursorTests {
    private static let edges: [UInt64] = [
        0, 1, 127, 128, 300, 16_383, 16_384, 1 << 21, 1 << 32, 1 << 63, .max - 1, .max,
    ]

    @Test(arguments: edges) func varintsSurviveTheRoundTrip(value: UInt64) throws {
        var writer = ByteWriter()
        writer.varint(value)
        #expect(writer.bytes.count == LEB128.byteCount(of: value))
        var cursor = WireCursor(writer.bytes.span)
        #expect(try cursor.varint() == value)
        #expect(cursor.remainingCount == 0)
    }

    @Test(arguments: [Int64.min, -300, -1, 0, 1, 2, 300, .max])
    func zigzagSurvivesTheRoundTrip(value: Int64) throws {
        var writer = ByteWriter()
        writer.zigzag(value)
        var cursor = WireCursor(writer.bytes.span)
        #expect(try cursor.zigzag() == value)
    }

    @Test func zigzagKeepsSmallNumbersSmall() {
        #expect([0, -1, 1, -2, 2].map(ZigZag.encode) == [0, 1, 2, 3, 4])
    }

    @Test func refusesMoreThan64Bits() {
        let eleven = [UInt8](repeating: 0x80, count: 10) + [1]
        let tooBig = [UInt8](repeating: 0xFF, count: 9) + [2]
        #expect(throws: WireError.overlongVarint(at: 0)) { try Self.varint(eleven) }
        #expect(throws: WireError.overlongVarint(at: 0)) { try Self.varint(tooBig) }
    }

    @Test func acceptsPaddedVarints() throws {
        #expect(try Self.varint([0x81, 0x80, 0x00]) == 1)
    }

    @Test func truncationIsFoundAtEveryOffset() throws {
        var writer = ByteWriter()
        writer.varint(UInt64.max)
        writer.fixed32(7)
        writer.fixed64(9)
        writer.text("hearth")
        writer.nested { $0.zigzag(-5) }
        let whole = writer.bytes
        #expect(throws: Never.self) { try Self.readAll(whole) }
        for count in 0..<whole.count {
            #expect(throws: WireError.self) { try Self.readAll(Array(whole.prefix(count))) }
        }
    }

    @Test func lengthsBeyondTheEndAreRefused() {
        for bytes: [UInt8] in [[5, 1], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0]] {
            #expect(throws: WireError.truncated(at: 0)) {
                var cursor = WireCursor(bytes.span)
                _ = try cursor.lengthDelimited()
            }
        }
    }

    @Test func countsAreCheckedBeforeAnythingIsAllocated() {
        #expect(throws: WireError.tooMany(at: 0, limit: 4)) {
            let bytes: [UInt8] = [5, 0, 0, 0, 0, 0]
            var cursor = WireCursor(bytes.span)
            _ = try cursor.count(limit: 4)
        }
        #expect(throws: WireError.truncated(at: 0)) {
            let bytes: [UInt8] = [3, 0, 0, 0, 0, 0]
            var cursor = WireCursor(bytes.span)
            _ = try cursor.count(limit: 4, bytesEach: 2)
        }
    }

    @Test func nestedCursorEndsWhereItsMessageEnds() throws {
        let bytes: [UInt8] = [2, 0x80, 1, 9]
        var outer = WireCursor(bytes.span)
        var inner = try outer.nested()
        #expect(inner.offset == 1)
        #expect(try inner.varint() == 128)
        #expect(inner.remainingCount == 0)
        #expect(try outer.varint() == 9)
    }

    @Test func nestedReadsDoNotRunIntoTheOuterMessage() {
        #expect(throws: WireError.truncated(at: 1)) {
            let bytes: [UInt8] = [1, 0x80, 1]
            var outer = WireCursor(bytes.span)
            var inner = try outer.nested()
            _ = try inner.varint()
        }
    }

    @Test func refusesTextThatIsNotUTF8() {
        #expect(throws: WireError.invalidUTF8(at: 0)) {
            let bytes: [UInt8] = [2, 0xC3, 0x28]
            var cursor = WireCursor(bytes.span)
            _ = try cursor.text()
        }
    }

    @Test func refusesFieldZeroAndUnknownKinds() {
        for bytes: [UInt8] in [[0x00], [0x02], [0x0E], [0x0F], [0xFF, 0xFF, 0xFF, 0xFF, 0x7F]] {
            #expect(throws: WireError.invalidTag(at: 0)) {
                var cursor = WireCursor(bytes.span)
                _ = try cursor.tag()
            }
        }
    }

    @Test func longContentGetsItsLengthMovedIn() throws {
        var writer = ByteWriter()
        let text = String(repeating: "x", count: 20_000)
        writer.nested { outer in outer.nested { $0.text(text) } }
        var outer = WireCursor(writer.bytes.span)
        var middle = try outer.nested()
        var inner = try middle.nested()
        #expect(try inner.text() == text)
        #expect(inner.remainingCount == 0)
    }

    private static func varint(_ bytes: [UInt8]) throws -> UInt64 {
        var cursor = WireCursor(bytes.span)
        return try cursor.varint()
    }

    private static func readAll(_ bytes: [UInt8]) throws {
        var cursor = WireCursor(bytes.span)
        _ = try cursor.varint()
        _ = try cursor.fixed32()
        _ = try cursor.fixed64()
        _ = try cursor.text()
        var inner = try cursor.nested()
        _ = try inner.zigzag()
    }
}
