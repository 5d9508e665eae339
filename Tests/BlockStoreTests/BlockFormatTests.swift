// SPDX-License-Identifier: Apache-2.0
import BlockStore
import Foundation
import ProfileModel
import Testing

/// The format is a promise to the files on disk: these bytes may change only with its version.
@Suite struct BlockFormatTests {
    /// One service, one series, two profiles of `main -> work`.
    private static var example: DatasetModel {
        func line(_ name: String, _ line: Int32) -> ModelLocation.Line {
            ModelLocation.Line(name: name, systemName: name, file: "main.go", startLine: 3, line: line)
        }
        let main = ModelLocation(lines: [line("main", 5)], mappingFile: "app", address: 0)
        let work = ModelLocation(lines: [line("work", 9)], mappingFile: "app", address: 0)
        let labels = LabelSet([Label("__name__", "process_cpu"), Label("service_name", "shop")])
        let type = ProfileType(
            name: "process_cpu",
            sampleType: "cpu",
            sampleUnit: "nanoseconds",
            periodType: "cpu",
            periodUnit: "nanoseconds"
        )
        let profiles = (0..<2).map { number in
            ModelProfile(
                labels: labels,
                types: [type],
                time: 1_700_000_000_000_000_000 + Int64(number) * 10_000_000_000,
                duration: 10_000_000_000,
                period: 10_000_000,
                uid: ProfileUID(high: 0xA1, low: UInt64(number) + 1),
                samples: [
                    ModelSample(stack: [main, work], labels: .empty, values: [30_000_000]),
                    ModelSample(
                        stack: [main],
                        labels: LabelSet([Label("thread", "io")]),
                        values: [10_000_000]
                    ),
                ]
            )
        }
        return DatasetModel(tenant: .anonymous, service: "shop", profiles: profiles)
    }

    private static let page = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/formats/block.md")

    /// Sixteen bytes a row: offset, hexadecimal, text.
    private static func dump(_ bytes: [UInt8]) -> String {
        stride(from: 0, to: bytes.count, by: 16).map { start in
            let row = bytes[start..<min(start + 16, bytes.count)]
            let digits = row.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
            let text = row.map { (0x20..<0x7F).contains($0) ? String(UnicodeScalar($0)) : "." }.joined()
            let offset = String(start, radix: 16)
            let padded = String(repeating: "0", count: max(4 - offset.count, 0)) + offset
            return padded + "  " + digits.padding(toLength: 47, withPad: " ", startingAt: 0) + "  " + text
        }.joined(separator: "\n")
    }

    @Test func theExampleOfTheFormatPageIsWhatIsWritten() throws {
        let written = try WrittenBlock([Self.example], seed: 1)
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        let parts = page.components(separatedBy: "```hexdump\n")
        try #require(parts.count == 2)
        let shown = parts[1].components(separatedBy: "\n```")[0]
        #expect(shown == Self.dump(written.bytes), "write this into the page:\n\(Self.dump(written.bytes))")
    }
}
