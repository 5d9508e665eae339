// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A system call failed in the test's own machinery.
package struct SupportError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// A folder of its own for one test, removed with its content when the last reference goes.
package final class TemporaryFolder: Sendable {
    package let path: String

    /// Makes an empty folder whose path is short enough for Unix sockets.
    package init() throws {
        let root = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        let template = "\(root)/hearth-test-XXXXXX"
        var bytes = Array(template.utf8CString)
        guard unsafe mkdtemp(&bytes) != nil else { throw SupportError("mkdtemp \(template): errno \(errno)") }
        self.path = String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // A folder that stays behind in the temporary directory harms nobody.
        _ = try? ChildProcess.run(["rm", "-rf", self.path])
    }

    /// Writes a file into the folder.
    package func write(_ bytes: [UInt8], to name: String) throws {
        let path = "\(self.path)/\(name)"
        guard let file = unsafe fopen(path, "w") else { throw SupportError("fopen \(path): errno \(errno)") }
        let count = unsafe fwrite(bytes, 1, bytes.count, file)
        guard unsafe fclose(file) == 0, count == bytes.count else { throw SupportError("write \(path)") }
    }
}
