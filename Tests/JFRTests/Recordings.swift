// SPDX-License-Identifier: Apache-2.0
import Compression
import Foundation
import JFR

/// Recordings for tests: our own small one, and those beside the project.
enum Recordings {
    static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    /// The recorded files beside the project; missing elsewhere.
    static let corpus = tests.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "shared/corpus/jfr")

    static func bytes(_ file: URL) throws -> [UInt8] {
        let bytes = [UInt8](try Data(contentsOf: file))
        guard GzipInflater.isGzip(bytes.span) else { return bytes }
        var inflater = GzipInflater()
        return try inflater.inflate(bytes.span, limit: 64 << 20)
    }

    /// Names in the corpus that end in `suffix`.
    static func names(_ suffix: String) -> [String] {
        let found = try? FileManager.default.contentsOfDirectory(atPath: Self.corpus.path)
        return (found ?? []).filter { $0.hasSuffix(suffix) }.sorted()
    }

    static let parameters = RecordingParameters(
        fromNanoseconds: 1_795_521_615_000_000_000,
        untilNanoseconds: 1_795_521_625_000_000_000,
        sampleRate: 100
    )

    static func translate(
        _ bytes: [UInt8],
        labels: [UInt8] = [],
        _ parameters: RecordingParameters = Self.parameters
    ) throws(JFRError) -> TranslatedRecording {
        try RecordingTranslator.translate(bytes.span, labels: labels.span, parameters)
    }
}
