// SPDX-License-Identifier: Apache-2.0
import Compression
import Foundation
import OTLPProfiles
import Testing

/// Requests of real senders of all generations, beside the project.
@Suite struct RecordedExportTests {
    private static let shared = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "shared")

    /// The message of a recorded request, unframed and inflated; nil where the recordings are missing.
    private static func message(_ path: String) throws -> [UInt8]? {
        let file = Self.shared.appending(path: path)
        guard let data = try? Data(contentsOf: file) else {
            print("skipped: \(file.path) is missing")
            return nil
        }
        var bytes = [UInt8](data)
        if path.contains("grpc") { bytes = Array(bytes.dropFirst(5)) }
        guard GzipInflater.isGzip(bytes.span) else { return bytes }
        var inflater = GzipInflater()
        return try inflater.inflate(bytes.span, limit: 64 << 20)
    }

    private static func translate(_ bytes: [UInt8]) throws(OTLPError) -> TranslatedExport {
        bytes.first == UInt8(ascii: "{")
            ? try ExportTranslator.translate(json: bytes, ExportTranslatorTests.parameters)
            : try ExportTranslator.translate(binary: bytes, ExportTranslatorTests.parameters)
    }

    @Test(arguments: [
        "tables-in-profile-pdata-v0.122/cpu-grpc", "tables-in-profile-pdata-v0.122/cpu-http-json-gzip",
        "dictionary-pdata-v0.128/cpu-grpc", "dictionary-pdata-v0.128/cpu-http-protobuf-gzip",
        "dictionary-pdata-v0.128/cpu-http-json-gzip",
        "stack-table-pdata-v0.136/cpu-grpc-gzip", "stack-table-pdata-v0.136/cpu-http-json-gzip",
        "old-sample-order-pdata-v0.140/cpu-grpc", "old-sample-order-pdata-v0.140/cpu-http-json-gzip",
        "current-pdata-v0.159/cpu-grpc", "current-pdata-v0.159/cpu-http-json-gzip",
        "references-pdata-v0.165/cpu-grpc", "references-pdata-v0.165/cpu-http-json-gzip",
    ])
    func everyGenerationSaysTheSame(name: String) throws {
        let path = "conformance/otlp/\(name)/write/0001/request.body"
        guard let bytes = try Self.message(path) else { return }
        let lines = try Self.translate(bytes).text()
        let head = "shop process_cpu cpu:nanoseconds"
        #expect(lines.count == 3, "\(lines)")
        #expect(lines.allSatisfy { $0.hasPrefix(head) })
        #expect(lines.contains { $0.contains("{thread.name=worker} hash;work;main 350000000") }, "\(lines)")
        #expect(lines.contains { $0.contains("{thread.name=worker} pack;work;main 150000000") }, "\(lines)")
        #expect(lines.contains { $0.contains("{} idle;main 50000000") }, "\(lines)")
    }

    @Test(arguments: [
        "containers-pdata-v0.112/cpu-grpc", "containers-pdata-v0.112/cpu-http-json-gzip",
    ])
    func olderGenerationsAreRefused(name: String) throws {
        let path = "conformance/otlp/\(name)/write/0001/request.body"
        guard let bytes = try Self.message(path) else { return }
        #expect(throws: OTLPError.self) { try Self.translate(bytes) }
    }

    @Test(arguments: ["http-json", "grpc"])
    func idsArriveAsTheyWereSent(transport: String) throws {
        for generation in ["current-pdata-v0.159", "references-pdata-v0.165"] {
            let path = "conformance/otlp/\(generation)/links-\(transport)/write/0001/request.body"
            guard let bytes = try Self.message(path) else { return }
            let lines = try Self.translate(bytes).text()
            #expect(
                lines.contains {
                    $0.contains("span_id=bb01020304050607")
                        && $0.contains("trace_id=aa0102030405060708090a0b0c0d0e0f")
                },
                "\(lines)"
            )
        }
    }

    @Test func theProfilersExportEqualsTheRealServers() throws {
        guard let bytes = try Self.message("corpus/otlp/otel-ebpf-profile.pb.bin") else { return }
        let file = Self.shared.appending(path: "corpus/otlp/otel-ebpf-profile-cpu.out.json")
        let document = try JSONSerialization.jsonObject(with: try Data(contentsOf: file)) as? [String: Any]
        let samples = document?["samples"] as? [[String: Any]] ?? []
        let expected = samples.reduce(into: [String: Int64]()) { sums, sample in
            let locations = sample["locations"] as? [[String: Any]] ?? []
            let frames = locations.map { location in
                let line = (location["lines"] as? [String])?.first
                return line?.components(separatedBy: "[").first ?? "unnamed"
            }
            let value = (sample["values"] as? String).flatMap { Int64($0) } ?? 0
            sums[frames.joined(separator: ";"), default: 0] += value
        }
        let lines = try Self.translate(bytes).text().filter { $0.contains(" process_cpu ") }
        let total = lines.reduce(Int64(0)) { $0 + (Int64($1.split(separator: " ").last ?? "") ?? 0) }
        #expect(!expected.isEmpty)
        #expect(total == expected.values.reduce(0, +))
        let named = expected.filter { !$0.key.contains("unnamed") && !$0.key.contains(" ") }
        for (stack, value) in named.prefix(200) {
            let own = lines.filter { $0.contains("} \(stack) ") }
                .reduce(Int64(0)) { $0 + (Int64($1.split(separator: " ").last ?? "") ?? 0) }
            #expect(own == value, "\(stack)")
        }
    }
}
