// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import Support
import Testing

@Suite struct WireSkipTests {
    @Test func skipsEveryKind() throws {
        var writer = ByteWriter()
        writer.tag(1, .varint)
        writer.varint(UInt64(300))
        writer.tag(2, .fixed64)
        writer.fixed64(1)
        writer.tag(3, .lengthDelimited)
        writer.text("abc")
        writer.tag(4, .groupStart)
        writer.tag(5, .fixed32)
        writer.fixed32(1)
        writer.tag(6, .groupStart)
        writer.tag(6, .groupEnd)
        writer.tag(4, .groupEnd)
        writer.tag(7, .varint)
        writer.varint(UInt64(42))
        FuzzSeed.save(writer.bytes, for: "WireCursorFuzz")
        var cursor = WireCursor(writer.bytes.span)
        for _ in 0..<4 { try cursor.skip(try #require(try cursor.tag())) }
        #expect(try cursor.tag() == WireTag(field: 7, kind: .varint))
        #expect(try cursor.varint() == 42)
    }

    @Test func refusesUnbalancedGroups() {
        let open: [UInt8] = [0x0B]
        let crossed: [UInt8] = [0x0B, 0x14]
        let closedOnly: [UInt8] = [0x0C]
        for bytes in [open, crossed, closedOnly] {
            #expect(throws: WireError.self) { try Self.skipOne(bytes) }
        }
    }

    @Test func refusesGroupsNestedTooDeep() {
        let bytes = [UInt8](repeating: 0x0B, count: 10_000)
        #expect(throws: WireError.nestedTooDeep(at: WireCursor.groupDepthMax + 1)) { try Self.skipOne(bytes) }
    }

    private static func skipOne(_ bytes: [UInt8]) throws {
        var cursor = WireCursor(bytes.span)
        guard let tag = try cursor.tag() else { return }
        try cursor.skip(tag)
    }
}
