// SPDX-License-Identifier: Apache-2.0
import Foundation
import OTLPProfiles
import Support
import Testing

/// The fuzzer starts from these exports, which are whole.
@Suite struct FuzzSeedTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures")

    private static func seeds() throws -> [(name: String, bytes: [UInt8])] {
        func export(_ change: (inout SmallExport) -> Void) -> [UInt8] {
            var export = SmallExport()
            change(&export)
            return export.bytes
        }
        return [
            ("current", export { $0.attributes = [1, 2, 3] }),
            ("values-first", export { $0.layout = .valuesFirst }),
            ("slices", export { $0.layout = .slices }),
            ("own-tables", export { $0.layout = .ownTables }),
            ("own-tables.json", try Self.read("otlp/v0.122-cpu.json")),
            ("references", export { $0.hasReferences = true }),
            ("unpacked", export { $0.isUnpacked = true }),
            (
                "times",
                export {
                    $0.values = []
                    $0.timestampCount = 3
                }
            ),
            ("two-profiles", export { $0.hasBrokenProfile = true }),
            ("current.json", try Self.read("otlp/v0.165-attribute-kinds.json")),
            ("slices.json", try Self.read("otlp/v0.128-cpu.json")),
        ]
    }

    private static func read(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: Self.fixtures.appending(path: path)))
    }

    @Test func theSeedsOfTheFuzzerAreCurrent() throws {
        for (name, bytes) in try Self.seeds() {
            let path = "Fuzz/ExportRequestFuzz/\(name)"
            FuzzSeed.save(bytes, for: "ExportRequestFuzz")
            #expect(try Self.read(path) == bytes, "\(name)")
            let parameters = ExportTranslatorTests.parameters
            let export =
                bytes.first == UInt8(ascii: "{")
                ? try ExportTranslator.translate(json: bytes, parameters)
                : try ExportTranslator.translate(binary: bytes, parameters)
            #expect(!export.profiles.isEmpty, "\(name)")
        }
    }
}
