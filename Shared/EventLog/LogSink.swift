// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Where finished lines go; called from any thread, must not block.
package protocol LogSink: Sendable {
    /// Takes one line, its line end included.
    func write(_ line: [UInt8])
}

/// Keeps lines in memory: for tests, and for the last lines before a crash.
package final class RecordingSink: LogSink {
    private let kept = Mutex<[String]>([])
    private let lineCountMax: Int

    /// Keeps the last `lineCountMax` lines.
    package init(lineCountMax: Int = 1_000) { self.lineCountMax = lineCountMax }

    /// Keeps the line.
    package func write(_ line: [UInt8]) {
        let text = String(decoding: line, as: UTF8.self)
        self.kept.withLock { kept in
            if kept.count >= self.lineCountMax { kept.removeFirst() }
            kept.append(text)
        }
    }

    /// The lines, oldest first.
    package var lines: [String] { self.kept.withLock { $0 } }
}
