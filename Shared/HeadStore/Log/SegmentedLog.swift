// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import Glibc

/// Where a log lives and how its segments are cut.
package struct LogLayout: Sendable {
    /// The folder of the segments.
    package var directory: String
    /// Name of the ingester, written into every segment.
    package var instance: String
    /// A segment is finished when the next records would make it longer; its room is reserved when it is
    /// made.
    package var segmentByteCount = 64 << 20

    package init(directory: String, instance: String) {
        self.directory = directory
        self.instance = instance
    }

    /// The file of the segment whose first record is at `firstLSN`.
    package func path(firstLSN: UInt64) -> String {
        "\(self.directory)/\(Self.digits(firstLSN)).wal"
    }

    /// The empty file that says: nothing up to `lsn` needs to be replayed, though no block covers it.
    static func markName(_ lsn: UInt64) -> String { "\(Self.digits(lsn)).mark" }

    /// The position in the name of a mark; nil for other files.
    static func markLSN(_ name: String) -> UInt64? {
        guard name.hasSuffix(".mark"), name.utf8.count == 21 else { return nil }
        return UInt64(name.dropLast(5), radix: 16)
    }

    private static func digits(_ lsn: UInt64) -> String {
        let digits = String(lsn, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// A finished segment on disk.
package struct FinishedSegment: Hashable, Sendable {
    /// Where it lies.
    package let path: String
    /// Where its last record ends.
    package let end: UInt64
}

/// The segments of a log and the one being written: the part of the log that talks to the disk, with one
/// owner.
package struct SegmentedLog {
    let layout: LogLayout
    private let files: any LogFileSystem
    private let salt: @Sendable () -> UInt64
    /// Segments that get no more records, oldest first.
    package private(set) var finished: [FinishedSegment]
    /// End of the last good record.
    package private(set) var end: UInt64
    /// End of the segment before the open one.
    private var finishedEnd: UInt64
    private var open: OpenSegment?

    private struct OpenSegment {
        let file: Int32
        let path: String
        let firstLSN: UInt64
        var byteCount: Int
        var checksum: UInt32
    }

    /// A log behind the segments `finished`; `salt` gives a number for the header of each new one.
    package init(
        layout: LogLayout,
        files: any LogFileSystem,
        finished: [FinishedSegment],
        end: UInt64,
        salt: @escaping @Sendable () -> UInt64
    ) {
        self.layout = layout
        self.files = files
        self.finished = finished
        self.end = end
        self.finishedEnd = end
        self.salt = salt
    }

    /// The seed of the next record's checksum, after making sure that there is a segment with room for
    /// `byteCount`.
    ///
    /// `lsn` is where the next record begins; it lies behind `end` when a range was given up.
    mutating func prepare(byteCount: Int, at lsn: UInt64) throws(DiskError) -> UInt32 {
        if let open = self.open {
            let isContinuous = self.end == lsn
            let fits = open.byteCount + byteCount <= self.layout.segmentByteCount
            if isContinuous, fits || open.byteCount == SegmentHeader.byteCount { return open.checksum }
            try self.finish()
        }
        return try self.start(at: lsn)
    }

    /// Writes records that were encoded with the seed of `prepare`; they are durable after `sync`.
    mutating func write(_ records: [UInt8], lastChecksum: UInt32) throws(DiskError) {
        guard var open = self.open else { preconditionFailure("write without prepare") }
        try self.files.write(open.file, records.span, at: open.byteCount)
        open.byteCount += records.count
        open.checksum = lastChecksum
        self.open = open
    }

    /// Forces what was written to the disk.
    func sync() throws(DiskError) {
        if let open = self.open { try self.files.syncData(open.file) }
    }

    /// Takes what was written for good: it stays when the segment is finished.
    mutating func commit(through lsn: UInt64) { self.end = lsn }

    /// Cuts the open segment behind its last good record and closes it; the next record begins another one.
    package mutating func finish() throws(DiskError) {
        guard let open = self.open else { return }
        guard self.end > open.firstLSN else {
            self.files.close(open.file)
            self.open = nil
            try self.files.remove(open.path)
            try self.files.syncDirectory(self.layout.directory)
            return
        }
        let byteCount = SegmentHeader.byteCount + Int(self.end - open.firstLSN)
        try self.files.truncate(open.file, byteCount: byteCount)
        try self.files.syncData(open.file)
        self.files.close(open.file)
        self.finished.append(FinishedSegment(path: open.path, end: self.end))
        self.finishedEnd = self.end
        self.open = nil
    }

    /// Closes the open segment as it is, after an error from which only a restart recovers.
    mutating func abandon() {
        if let open = self.open { self.files.close(open.file) }
        self.open = nil
    }

    /// Deletes finished segments of which all records end at or before `lsn`.
    package mutating func removeSegments(through lsn: UInt64) throws(DiskError) {
        var removed = false
        while let first = self.finished.first, first.end <= lsn {
            try self.files.remove(first.path)
            self.finished.removeFirst()
            removed = true
        }
        if removed { try self.files.syncDirectory(self.layout.directory) }
    }

    /// The same for records that no block covers: a mark keeps the log's position when their segments are
    /// gone.
    ///
    /// A disk without room for the mark keeps the segments until the next time.
    mutating func forgetSegments(through lsn: UInt64) throws(DiskError) {
        guard let first = self.finished.first, first.end <= lsn else { return }
        let marks = try self.files.list(self.layout.directory).filter { LogLayout.markLSN($0) != nil }
        let mark = LogLayout.markName(lsn)
        if !marks.contains(mark) {
            do throws(DiskError) {
                self.files.close(try self.files.open("\(self.layout.directory)/\(mark)", create: true))
            } catch {
                guard error.errno == ENOSPC || error.errno == EDQUOT else { throw error }
                return
            }
            try self.files.syncDirectory(self.layout.directory)
        }
        for old in marks where old != mark { try self.files.remove("\(self.layout.directory)/\(old)") }
        try self.removeSegments(through: lsn)
    }

    private mutating func start(at lsn: UInt64) throws(DiskError) -> UInt32 {
        let header = SegmentHeader(
            instance: self.layout.instance,
            firstLSN: lsn,
            previousEnd: self.finishedEnd,
            salt: self.salt()
        )
        let path = self.layout.path(firstLSN: lsn)
        let file = try self.files.open(path, create: true)
        do {
            try self.files.allocate(file, byteCount: self.layout.segmentByteCount)
            try self.files.write(file, header.encoded().span, at: 0)
            try self.files.syncData(file)
            try self.files.syncDirectory(self.layout.directory)
        } catch {
            self.files.close(file)
            try self.files.remove(path)
            throw error
        }
        self.end = lsn
        self.open = OpenSegment(
            file: file,
            path: path,
            firstLSN: lsn,
            byteCount: SegmentHeader.byteCount,
            checksum: header.checksum
        )
        return header.checksum
    }
}
