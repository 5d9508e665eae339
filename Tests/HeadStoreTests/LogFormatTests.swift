// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import HeadStore
import ProfileColumns
import ProfileModel
import Testing

@Suite struct LogFormatTests {
    /// The example of docs/formats/wal.md.
    private func example() throws -> [UInt8] {
        let profile = IncomingProfile(
            tenant: try TenantID(parsing: "acme"),
            labels: LabelSet([Label("__name__", "process_cpu"), Label("service_name", "shop")]),
            uid: ProfileUID(high: 0x1111_2222_3333_4444, low: 0x5555_6666_7777_8888),
            receivedNanoseconds: 1_700_000_000_000_000_000,
            origin: .push,
            limits: ProfileLimits(),
            payload: Array("cpu!".utf8)
        )
        var writer = ByteWriter()
        profile.encodeHead(to: &writer)
        let files = MemoryFiles()
        var layout = LogLayout(directory: "wal", instance: "ingester-1")
        layout.segmentByteCount = 0
        let log = SegmentedLog(
            layout: layout,
            files: files,
            finished: [],
            end: 0,
            salt: { 0x0123_4567_89AB_CDEF }
        )
        var session = LogSession(log, sync: .always)
        let entry = LogWriter.Entry(
            head: writer.bytes,
            payload: profile.payload,
            lsn: LogRecord.byteCount(payload: writer.bytes.count + profile.payload.count),
            waiter: NoWaiter()
        )
        try session.commit([entry])
        try session.log.finish()
        return files.content("wal/0000000000000000.wal")
    }

    /// As `hexdump -C` prints.
    private func dump(_ bytes: [UInt8]) -> [String] {
        func hex(_ value: Int, _ digits: Int) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: digits - text.count) + text
        }
        return stride(from: 0, to: bytes.count, by: 16).map { start in
            let line = bytes[start..<min(start + 16, bytes.count)]
            let left = line.prefix(8).map { hex(Int($0), 2) }.joined(separator: " ")
            let right = line.dropFirst(8).map { hex(Int($0), 2) }.joined(separator: " ")
            let text = String(decoding: line.map { (0x20..<0x7F).contains($0) ? $0 : 0x2E }, as: UTF8.self)
            let padded = left + String(repeating: " ", count: 23 - left.count) + "  " + right
            return "\(hex(start, 8))  \(padded)\(String(repeating: " ", count: 50 - padded.count))|\(text)|"
        }
    }

    @Test func theExampleInTheDocumentationIsWhatIsWritten() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let files = SystemFiles()
        let file = try files.open("/\(root)/docs/formats/wal.md", create: false)
        defer { files.close(file) }
        let text = String(decoding: try files.read(file, byteCount: 1 << 20, at: 0), as: UTF8.self)
        let shown = text.split(separator: "\n").drop { $0 != "```" }.dropFirst().prefix { $0 != "```" }
        let written = self.dump(try self.example())
        #expect(shown.map(String.init) == written, "should be:\n\(written.joined(separator: "\n"))")
    }

    @Test func headersSurviveTheRoundTripAndNoFlippedByte() throws {
        let header = SegmentHeader(instance: "ingester-1", firstLSN: 42, previousEnd: 40, salt: .max)
        let bytes = header.encoded()
        #expect(bytes.count == SegmentHeader.byteCount)
        #expect(SegmentHeader(decoding: bytes) == header)
        for index in bytes.indices {
            var flipped = bytes
            flipped[index] ^= 0x04
            #expect(SegmentHeader(decoding: flipped) == nil, "byte \(index)")
            #expect(SegmentHeader(decoding: Array(bytes.prefix(index))) == nil)
        }
    }
}
