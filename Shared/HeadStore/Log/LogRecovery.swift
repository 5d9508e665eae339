// SPDX-License-Identifier: Apache-2.0

/// Something wrong with a log on disk that is not the torn tail of an interrupted write.
package struct LogDamage: Hashable, Sendable {
    /// What is wrong.
    package enum Cause: Hashable, Sendable {
        /// The header does not check; none of the segment's records was read.
        case header
        /// A record does not check; the rest of the segment was skipped.
        case record(offset: Int)
        /// Records between two segments are gone: a file is missing.
        case gap(from: UInt64, to: UInt64)
        /// A record checks but its payload is no frame; it was skipped.
        case frame(offset: Int)
    }

    /// File name of the segment.
    package let segment: String
    package let cause: Cause
}

/// What reading a log gave.
package struct LogReplay: Sendable {
    /// Bytes of records cut off as the torn tail of the last segment.
    package var tornByteCount = 0
    /// Records handed on.
    package var recordCount = 0
    package var damages: [LogDamage] = []
    /// Where the log ends.
    package var end: UInt64 = 0
    /// The segments that stay.
    package var finished: [FinishedSegment] = []
    /// Held as long as the log is open.
    var lock: Int32?

    /// Nothing read yet.
    package init() {}
}

/// Why a log cannot be opened.
package enum LogOpenError: Error, Hashable, Sendable {
    case disk(DiskError)
    /// The log was written under another ingester's name.
    case foreignInstance(String)
    /// Another process writes this log.
    case inUse(directory: String)
    /// A thread could not be started.
    case thread(errno: Int32)
}

/// Reads a log from its first record above what blocks cover to the last good one, and repairs its end.
package struct LogRecovery {
    let layout: LogLayout
    let files: any LogFileSystem
    private(set) var coveredThrough: UInt64
    private(set) var replay = LogReplay()
    private var previousEnd: UInt64?

    /// Reads the log at `layout` above `coveredThrough`.
    package init(layout: LogLayout, files: any LogFileSystem, coveredThrough: UInt64) {
        self.layout = layout
        self.files = files
        self.coveredThrough = coveredThrough
    }

    /// Calls `take` with every record that ends above `coveredThrough`, in order; false from it reports a bad
    /// frame.
    package mutating func run(
        _ take: (_ payload: [UInt8], _ end: UInt64) -> Bool
    ) throws(LogOpenError) -> LogReplay {
        do {
            try self.files.makeDirectory(self.layout.directory)
            if let slash = self.layout.directory.lastIndex(of: "/"), slash > self.layout.directory.startIndex
            {
                try self.files.syncDirectory(String(self.layout.directory[..<slash]))
            }
            let lock = try self.files.lock("\(self.layout.directory)/LOCK")
            guard let lock else { throw LogOpenError.inUse(directory: self.layout.directory) }
            self.replay.lock = lock
            let all = try self.files.list(self.layout.directory)
            self.coveredThrough = max(self.coveredThrough, all.compactMap(LogLayout.markLSN).max() ?? 0)
            let names = all.filter { $0.hasSuffix(".wal") }.sorted()
            for (index, name) in names.enumerated() {
                try self.recover(name, isLast: index == names.count - 1, take)
            }
            self.replay.end = max(self.previousEnd ?? 0, self.coveredThrough)
            return self.replay
        } catch {
            if let lock = self.replay.lock { self.files.close(lock) }
            switch error {
            case let error as DiskError: throw .disk(error)
            case let error as LogOpenError: throw error
            default: preconditionFailure("unexpected error \(error)")
            }
        }
    }

    private mutating func recover(
        _ name: String,
        isLast: Bool,
        _ take: (_ payload: [UInt8], _ end: UInt64) -> Bool
    ) throws {
        let path = "\(self.layout.directory)/\(name)"
        let file = try self.files.open(path, create: false)
        defer { self.files.close(file) }
        let size = try self.files.size(file)
        let files = self.files
        let reader = try SegmentReader(size: size) { offset, count throws(DiskError) in
            try files.read(file, byteCount: count, at: offset)
        }
        guard var reader, self.layout.path(firstLSN: reader.header.firstLSN) == path else {
            return try self.dropHeaderless(file, path: path, name: name, size: size, isLast: isLast)
        }
        guard reader.header.instance == SegmentHeader.field(self.layout.instance) else {
            throw LogOpenError.foreignInstance(
                String(decoding: reader.header.instance.prefix { $0 != 0 }, as: UTF8.self)
            )
        }
        self.checkContinuity(reader.header, name: name)
        let step = try self.hand(&reader, name: name, take)
        try self.close(reader, file, path: path, name: name, size: size, last: step, isLast: isLast)
        self.previousEnd = reader.position
    }

    private mutating func checkContinuity(_ header: SegmentHeader, name: String) {
        let known = max(self.previousEnd ?? 0, self.coveredThrough)
        if header.previousEnd > known {
            let cause = LogDamage.Cause.gap(from: known, to: header.previousEnd)
            self.replay.damages.append(LogDamage(segment: name, cause: cause))
        }
    }

    /// Hands on the records of one segment and returns what ended them.
    private mutating func hand(
        _ reader: inout SegmentReader,
        name: String,
        _ take: (_ payload: [UInt8], _ end: UInt64) -> Bool
    ) throws(DiskError) -> SegmentReader.Step {
        while true {
            let offset = reader.offset
            let step = try reader.next()
            guard case .record(_, let payload, let end) = step else { return step }
            guard end > self.coveredThrough else { continue }
            self.replay.recordCount += 1
            if !take(payload, end) {
                self.replay.damages.append(LogDamage(segment: name, cause: .frame(offset: offset)))
            }
        }
    }

    /// Repairs the end of a segment whose valid part `reader` has walked.
    private mutating func close(
        _ reader: SegmentReader,
        _ file: Int32,
        path: String,
        name: String,
        size: Int,
        last step: SegmentReader.Step,
        isLast: Bool
    ) throws(DiskError) {
        var isSuspicious = !isLast && reader.offset != size
        if case .damaged(let isFollowedByRecord) = step {
            isSuspicious = isSuspicious || isFollowedByRecord
            self.replay.tornByteCount += isSuspicious ? 0 : size - reader.offset
        }
        if isSuspicious {
            try self.quarantine(file, name: name, size: size)
            self.replay.damages.append(LogDamage(segment: name, cause: .record(offset: reader.offset)))
        }
        guard reader.position > reader.header.firstLSN else {
            try self.files.remove(path)
            return try self.files.syncDirectory(self.layout.directory)
        }
        if reader.offset != size {
            try self.files.truncate(file, byteCount: reader.offset)
            try self.files.syncData(file)
        }
        self.replay.finished.append(FinishedSegment(path: path, end: reader.position))
    }

    /// A segment without a good header: the remains of one that was being made, or damage.
    private mutating func dropHeaderless(
        _ file: Int32,
        path: String,
        name: String,
        size: Int,
        isLast: Bool
    ) throws(DiskError) {
        let behind = try self.files.read(
            file,
            byteCount: LogRecord.headerByteCount,
            at: SegmentHeader.byteCount
        )
        if !isLast || behind.contains(where: { $0 != 0 }) {
            try self.quarantine(file, name: name, size: size)
            self.replay.damages.append(LogDamage(segment: name, cause: .header))
        }
        try self.files.remove(path)
        try self.files.syncDirectory(self.layout.directory)
    }

    /// Copies a segment aside before it is cut or deleted; nothing that may have been acknowledged is thrown
    /// away.
    private func quarantine(_ file: Int32, name: String, size: Int) throws(DiskError) {
        let folder = "\(self.layout.directory)/quarantine"
        try self.files.makeDirectory(folder)
        var suffix = 0
        let taken = Set(try self.files.list(folder))
        while taken.contains("\(name).\(suffix)") { suffix += 1 }
        let copy = try self.files.open("\(folder)/\(name).\(suffix)", create: true)
        defer { self.files.close(copy) }
        var offset = 0
        while offset < size {
            let piece = try self.files.read(file, byteCount: 1 << 20, at: offset)
            guard !piece.isEmpty else { break }
            try self.files.write(copy, piece.span, at: offset)
            offset += piece.count
        }
        try self.files.syncData(copy)
        try self.files.syncDirectory(folder)
        try self.files.syncDirectory(self.layout.directory)
    }
}
