// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Synchronization

/// Writes lines to a file descriptor, standard error unless told otherwise.
///
/// A reader that does not read must not stop the server: a line that would block is dropped and counted, and
/// the next line that fits says how many were lost. Lines are at most `PIPE_BUF` long, so a pipe that polls
/// writable takes them whole.
///
/// Unsafe code here: `poll` and `write` get pointers that live for the call only.
package final class FileDescriptorSink: LogSink {
    private let descriptor: Int32
    private let dropped = Mutex(0)

    /// Writes to `descriptor`, which stays open as long as the sink lives.
    package init(_ descriptor: Int32 = 2) { self.descriptor = descriptor }

    /// Writes the line, or drops it where that would block.
    package func write(_ line: [UInt8]) {
        self.dropped.withLock { dropped in
            guard self.isWritable else {
                dropped += 1
                return
            }
            if dropped > 0 {
                self.writeAll(Array("level=warn msg=\"log lines dropped\" count=\(dropped)\n".utf8))
                dropped = 0
                guard self.isWritable else {
                    dropped += 1
                    return
                }
            }
            self.writeAll(line)
        }
    }

    private var isWritable: Bool {
        var entry = pollfd(fd: self.descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&entry, 1, 0) > 0 && entry.revents & Int16(POLLOUT) != 0
    }

    private func writeAll(_ line: [UInt8]) {
        var rest = line[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                unsafe Glibc.write(self.descriptor, bytes.baseAddress, bytes.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }  // nobody is left to be told that the log is gone
            rest = rest.dropFirst(count)
        }
    }
}
