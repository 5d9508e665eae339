// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// Reads a configuration file.
///
/// Unsafe code here: `read` fills a buffer that lives for the call.
package enum ConfigFile {
    /// Reads a whole file, at most `limit` bytes and one more, so that the caller sees that it is too long.
    @Sendable package static func read(_ path: String, limit: Int) throws(ConfigError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(path) }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while text.count <= limit {
            let count = unsafe piece.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure(path) }
            if count == 0 { break }
            text.append(contentsOf: piece[..<count])
        }
        return text
    }

    private static func failure(_ path: String) -> ConfigError {
        let reason = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)"
        return .unreadable(path: path, reason: reason)
    }
}
