// SPDX-License-Identifier: Apache-2.0
import Foundation
import Pprof
import ProfileModel
import Testing

/// The recorded profiles beside the project, empty where the folder is missing.
enum Corpus {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/corpus")

    static func files(_ folder: String) -> [URL] {
        let found = try? FileManager.default.contentsOfDirectory(
            at: Self.root.appending(path: folder),
            includingPropertiesForKeys: nil
        )
        return (found ?? []).filter { !$0.lastPathComponent.hasSuffix(".json") }
            .sorted { $0.path < $1.path }
    }
}

@Suite struct PprofCorpusTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures")

    /// The oracle's lines per file.
    private func oracle(_ files: [URL]) throws -> [String: [String]] {
        let script = Self.fixtures.appending(path: "pprof_oracle.py")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script.path] + files.map(\.path)
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try #require(try pipe.fileHandleForReading.readToEnd())
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        var lines: [String: [String]] = [:]
        var file = ""
        for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
            if line.hasPrefix("#/") {
                file = String(line.dropFirst())
                lines[file] = []
            } else {
                lines[file, default: []].append(String(line))
            }
        }
        return lines
    }

    @Test(arguments: ["pprof", "go-server"])
    func sumsPerStackEqualTheOraclesExactly(folder: String) throws {
        // Every fifth window is enough of the long recording.
        let all = Corpus.files(folder)
        let files = folder == "pprof" ? all : all.enumerated().filter { $0.offset % 5 == 0 }.map(\.element)
        guard !files.isEmpty else {
            print("skipped: \(Corpus.root.path) is missing")
            return
        }
        let expected = try self.oracle(files)
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        for file in files {
            let incoming = IncomingProfile.test([UInt8](try Data(contentsOf: file)))
            let lines = try #require(expected[file.path])
            do throws(ProfileRejection) {
                try decoder.decode(incoming, into: &profile)
                let isEqual = profile.oracleLines() == lines
                #expect(isEqual, "\(file.lastPathComponent)")
            } catch {
                #expect(lines.first?.hasPrefix("!") == true, "\(file.lastPathComponent): \(error.message)")
            }
        }
    }
}
