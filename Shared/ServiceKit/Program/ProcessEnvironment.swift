// SPDX-License-Identifier: Apache-2.0

// Invariant: `environ` is read before any thread could change it, entry by entry up to its null; `write` gets
// bytes that live for the call.
internal import Glibc

/// The environment variables of this process.
package enum ProcessEnvironment {
    /// All of them, as they were when the process asked first.
    package static let current: [String: String] = Self.read()

    private static func read() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let pair = unsafe String(cString: text).split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
            unsafe entry += 1
        }
        return variables
    }
}

/// The streams of the terminal, for answers that are no log lines.
package enum StandardStreams {
    /// Writes `text` to descriptor 1 or 2; gives up when nobody reads.
    package static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }  // nobody reads
            rest = rest.dropFirst(count)
        }
    }
}
