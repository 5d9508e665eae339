// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// What the log's thread knows: its segments, when they were last forced to the disk, and a buffer.
package struct LogSession: Sendable {
    /// The segments.
    package var log: SegmentedLog
    /// Set once: the error after which nothing is written any more.
    var failure: DiskError?
    private let sync: LogSync
    private var buffer = ByteWriter()
    private var isDirty = false
    private var lastSync = ContinuousClock.now

    /// The most bytes written at once.
    private static let groupByteCount = 4 << 20

    /// Writes to `log`, as durable as `sync` asks.
    package init(_ log: consuming SegmentedLog, sync: LogSync) {
        self.log = log
        self.sync = sync
    }

    /// Removes from `rest` what is written in one piece, within the byte limit; a barrier stands alone.
    package func takeGroup(of rest: inout ArraySlice<LogWriter.Entry>) -> ArraySlice<LogWriter.Entry> {
        let limit = min(Self.groupByteCount, self.log.layout.segmentByteCount - SegmentHeader.byteCount)
        var byteCount = 0
        var count = 0
        for entry in rest {
            byteCount += entry.byteCount
            if count > 0, byteCount > limit || entry.isBarrier { break }
            count += 1
            if entry.isBarrier { break }
        }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// Writes a group and makes it as durable as the mode asks.
    package mutating func commit(_ group: ArraySlice<LogWriter.Entry>) throws(DiskError) {
        guard let first = group.first, let last = group.last else { return }
        if first.isBarrier { return try self.log.finish() }
        let byteCount = group.reduce(0) { $0 + $1.byteCount }
        var seed = try self.log.prepare(byteCount: byteCount, at: first.lsn - UInt64(first.byteCount))
        self.buffer.bytes.removeAll(keepingCapacity: true)
        for entry in group {
            seed = LogRecord.append(.profile, entry.head, entry.payload, seed: seed, to: &self.buffer)
        }
        try self.log.write(self.buffer.bytes, lastChecksum: seed)
        if self.sync == .always { try self.log.sync() } else { self.isDirty = true }
        self.log.commit(through: last.lsn)
    }

    /// In interval mode, forces to the disk what was acknowledged an interval ago.
    mutating func syncIfDue() throws(DiskError) {
        guard self.isDirty, case .interval(let period) = self.sync else { return }
        let now = ContinuousClock.now
        guard now - self.lastSync >= period else { return }
        try self.log.sync()
        self.lastSync = now
        self.isDirty = false
    }
}
