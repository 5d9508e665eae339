// SPDX-License-Identifier: Apache-2.0
import Foundation
import JFR
import Support
import Testing

@Suite struct RecordingCorpusTests {
    /// What the slow reader says about our profiles of a recording.
    private func oracle(_ recording: URL, labels: URL?, recorded: [URL]) throws -> [Substring] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-jfr-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let translated = try Recordings.translate(
            try Recordings.bytes(recording),
            labels: try labels.map(Recordings.bytes) ?? []
        )
        for profile in translated.profiles {
            try Data(profile.payload).write(to: folder.appending(path: "\(profile.kind).pb"))
        }
        let script = Recordings.tests.appending(path: "Fixtures/jfr_oracle.py").path
        let outcome = try ChildProcess.run(
            ["python3", script, recording.path, labels?.path ?? "-", folder.path] + recorded.map(\.path)
        )
        #expect(outcome.status == 0, "\(outcome.output)")
        return outcome.output.split(separator: "\n")
    }

    @Test func profilesEqualTheSlowReadersAndTheRealServers() throws {
        let names = Recordings.names(".jfr.gz")
        guard !names.isEmpty else {
            print("skipped: \(Recordings.corpus.path) is missing")
            return
        }
        for name in names {
            let labels = Recordings.corpus.appending(
                path: name.replacingOccurrences(of: ".jfr.gz", with: ".labels.pb.gz")
            )
            let lines = try self.oracle(
                Recordings.corpus.appending(path: name),
                labels: FileManager.default.fileExists(atPath: labels.path) ? labels : nil,
                recorded: Recordings.names(".pb.gz").filter { $0.hasPrefix(name + ".") }
                    .map { Recordings.corpus.appending(path: $0) }
            )
            #expect(lines.count == 1 && lines[0].hasPrefix("#compared"), "\(name): \(lines)")
        }
    }
}
