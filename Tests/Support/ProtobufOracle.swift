// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// Python's `protobuf`, with `.proto` files of `Tests/Fixtures/proto` compiled by `protoc`: what our codecs
/// are held against.
///
/// The package is installed once, under `.build`; a machine without pip, network or protoc has no oracle.
package final class ProtobufOracle: Sendable {
    private let folder: TemporaryFolder
    private let descriptors: String

    private static let root = String(#filePath.dropLast("/Tests/Support/ProtobufOracle.swift".count))
    private static let protos = root + "/Tests/Fixtures/proto"
    private static let packages = root + "/.build/python-protobuf"

    private static let installed: Result<Void, SupportError> = {
        do {
            if unsafe access(packages, F_OK) == 0 { return .success(()) }
            let fresh = "\(packages).\(getpid())"
            let pip = ["python3", "-m", "pip", "install", "--quiet", "--target", fresh, "protobuf"]
            let outcome = try ChildProcess.run(pip)
            guard outcome.status == 0 else { return .failure(SupportError("pip: \(outcome.output)")) }
            // When another process was first, its copy stays.
            _ = try ChildProcess.run(["mv", "-T", "-n", fresh, packages])
            return .success(())
        } catch { return .failure(SupportError("pip: \(error)")) }
    }()

    /// An oracle for the messages of `files` and what they import; throws the reason when there can be none.
    package init(files: [String]) throws {
        try Self.installed.get()
        self.folder = try TemporaryFolder()
        self.descriptors = self.folder.path + "/descriptors"
        let options = [
            "--proto_path=\(Self.protos)", "--include_imports", "--descriptor_set_out=\(self.descriptors)",
        ]
        let outcome = try ChildProcess.run(["protoc"] + options + files)
        guard outcome.status == 0 else { throw SupportError("protoc: \(outcome.output)") }
    }

    /// Runs `commands` (see `oracle.py`) and gives one answer for each, split at spaces, payloads as bytes.
    ///
    /// Refused messages are nil. Waits on a thread of its own: other tests go on meanwhile.
    package func ask(_ commands: [String]) async throws -> [[[UInt8]]?] {
        try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try self.answers(to: commands) }) }.start()
        }
    }

    private func answers(to commands: [String]) throws -> [[[UInt8]]?] {
        let name = "commands-\(commands.hashValue.magnitude)"
        try self.folder.write(Array(commands.joined(separator: "\n").utf8), to: name)
        let script = [Self.protos + "/oracle.py", self.descriptors, "\(self.folder.path)/\(name)"]
        let outcome = try ChildProcess.run(["env", "PYTHONPATH=\(Self.packages)", "python3"] + script)
        guard outcome.status == 0 else { throw SupportError("oracle: \(outcome.output)") }
        let lines = outcome.output.split(separator: "\n")
        guard lines.count == commands.count else { throw SupportError("oracle: \(lines.count) answers") }
        return lines.map { line in
            line == "error" ? nil : line.split(separator: " ").map { Self.bytes(hexadecimal: $0) }
        }
    }

    /// Bytes as an argument of a command.
    package static func argument(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        guard !bytes.isEmpty else { return "-" }
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }

    private static func bytes(hexadecimal text: Substring) -> [UInt8] {
        guard text != "-" else { return [] }
        let digits = text.utf8.map { $0 < 0x3A ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
