// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `Tests/Fixtures/http-client/hostile_listener.py` in a process of its own; ends with this object.
final class HostileListener: Sendable {
    static let shared = HostileListener()

    let port: Int
    /// Kept so that the pipe stays open.
    private let input = Pipe()

    private init() {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/http-client/hostile_listener.py")
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", script.path]
        process.standardOutput = output
        process.standardInput = self.input
        guard (try? process.run()) != nil else {
            self.port = 0  // every test of the suite fails on it
            return
        }
        var line = Data()
        while !line.contains(0x0A) {
            let piece = output.fileHandleForReading.availableData
            if piece.isEmpty { break }
            line += piece
        }
        self.port = Int(String(decoding: line, as: UTF8.self).filter(\.isNumber)) ?? 0
    }

    func url(_ path: String) -> String { "http://127.0.0.1:\(self.port)\(path)" }
}
