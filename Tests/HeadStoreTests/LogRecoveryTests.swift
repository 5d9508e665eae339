// SPDX-License-Identifier: Apache-2.0
import HeadStore
import Support
import Testing

/// Waits for nobody.
final class NoWaiter: LogWaiter {
    func logCompleted(count: Int, error: HeadStoreError?) {}
}

/// A log with a segment size of its own, written group by group without threads.
struct LogBench {
    var layout: LogLayout
    let files: MemoryFiles
    var session: LogSession
    var lsn: UInt64

    init(
        _ files: MemoryFiles,
        segmentByteCount: Int = 4_096,
        replay: LogReplay = LogReplay(),
        instance: String = "one",
        salt: UInt64 = 0x5A17
    ) {
        self.files = files
        self.layout = LogLayout(directory: "wal", instance: instance)
        self.layout.segmentByteCount = segmentByteCount
        let log = SegmentedLog(
            layout: self.layout,
            files: files,
            finished: replay.finished,
            end: replay.end,
            salt: { salt }
        )
        self.session = LogSession(log, sync: .always)
        self.lsn = replay.end
    }

    mutating func write(_ payloads: [[UInt8]]) throws(DiskError) {
        var group: [LogWriter.Entry] = []
        for payload in payloads {
            self.lsn += LogRecord.byteCount(payload: payload.count)
            group.append(
                LogWriter.Entry(
                    head: Array(payload.prefix(1)),
                    payload: Array(payload.dropFirst()),
                    lsn: self.lsn,
                    waiter: NoWaiter()
                )
            )
        }
        try self.session.commit(group[...])
    }

    /// What reading the log on `files` gives.
    static func read(
        _ files: MemoryFiles,
        coveredThrough: UInt64 = 0
    ) throws(LogOpenError) -> (payloads: [[UInt8]], replay: LogReplay) {
        var payloads: [[UInt8]] = []
        var recovery = LogRecovery(
            layout: LogLayout(directory: "wal", instance: "one"),
            files: files,
            coveredThrough: coveredThrough
        )
        let replay = try recovery.run { payload, _ in
            payloads.append(payload)
            return true
        }
        return (payloads, replay)
    }
}

@Suite struct LogRecoveryTests {
    let payloads: [[UInt8]] = (1...8).map { count in (0..<count * 5).map { UInt8($0 + count) } }

    func written(segmentByteCount: Int = 1_024) throws -> MemoryFiles {
        let files = MemoryFiles()
        var log = LogBench(files, segmentByteCount: segmentByteCount)
        for payload in self.payloads { try log.write([payload]) }
        return files
    }

    @Test func readsBackWhatWasWritten() throws {
        let files = try self.written()
        let (payloads, replay) = try LogBench.read(files)
        #expect(payloads == self.payloads)
        #expect(replay.damages.isEmpty && replay.tornByteCount == 0)
        #expect(replay.end == UInt64(self.payloads.reduce(0) { $0 + 9 + $1.count }))
    }

    /// The fuzzer puts this header before its input, and the header's checksum seeds those of the records.
    @Test func readsTheRecordsBehindTheFuzzersHeader() throws {
        let files = MemoryFiles()
        var log = LogBench(files, segmentByteCount: 1_024, instance: "fuzz", salt: 0)
        for payload in self.payloads { try log.write([payload]) }
        let bytes = files.content(try #require(files.paths().first))
        let header = SegmentHeader(instance: "fuzz", firstLSN: 0, previousEnd: 0, salt: 0).encoded()
        let records = Array(bytes.dropFirst(header.count))
        let file = header + records
        var reader = try #require(
            try SegmentReader(size: file.count) { offset, count throws(DiskError) in
                Array(file.dropFirst(offset).prefix(count))
            }
        )
        var read: [[UInt8]] = []
        while case .record(_, let payload, _) = try reader.next() { read.append(payload) }
        #expect(read == self.payloads)
        FuzzSeed.save(records, for: "LogSegmentFuzz")
    }

    @Test func keepsTheLongestPrefixWhereverTheLogIsCut() throws {
        let original = try self.written()
        let path = try #require(original.paths().first)
        let bytes = original.content(path)
        for count in 0...bytes.count {
            let files = original.reopened(losingPower: false)
            files.replace(path, Array(bytes.prefix(count)))
            var expected: [[UInt8]] = []
            var end = SegmentHeader.byteCount
            for payload in self.payloads {
                end += 9 + payload.count
                if end <= count { expected.append(payload) }
            }
            #expect(try LogBench.read(files).payloads == expected)
            let again = try LogBench.read(files)
            #expect(again.payloads == expected && again.replay.tornByteCount == 0)
        }
    }

    @Test(arguments: [0x01, 0x80, 0xFF] as [UInt8])
    func keepsTheLongestPrefixWhicheverByteIsFlipped(mask: UInt8) throws {
        let original = try self.written()
        let path = try #require(original.paths().first)
        let bytes = original.content(path)
        for index in bytes.indices {
            var flipped = bytes
            flipped[index] ^= mask
            let files = original.reopened(losingPower: false)
            files.replace(path, flipped)
            var expected: [[UInt8]] = []
            var end = SegmentHeader.byteCount
            for payload in self.payloads {
                end += 9 + payload.count
                if end > index { break }
                expected.append(payload)
            }
            if index < SegmentHeader.byteCount { expected = [] }
            let (payloads, _) = try LogBench.read(files)
            #expect(payloads == expected, "byte \(index)")
            let isDurable = index < SegmentHeader.byteCount || expected.count < self.payloads.count - 1
            #expect(
                files.paths(".0").isEmpty != isDurable,
                "byte \(index): a copy is kept of what is no torn tail"
            )
        }
    }

    @Test func damageInAnOlderSegmentCostsOnlyTheRestOfThatSegment() throws {
        let original = try self.written(segmentByteCount: 200)
        let paths = original.paths()
        #expect(paths.count > 2)
        let bytes = original.content(paths[1])
        let whole = try LogBench.read(original.reopened(losingPower: false)).payloads
        #expect(whole == self.payloads)
        for index in bytes.indices {
            var flipped = bytes
            flipped[index] ^= 0x10
            let files = original.reopened(losingPower: false)
            files.replace(paths[1], flipped)
            let (payloads, replay) = try LogBench.read(files)
            #expect(payloads.count < whole.count)
            #expect(payloads.first == whole.first && payloads.last == whole.last)
            #expect(!replay.damages.isEmpty)
            #expect(files.paths(".0").count == 1)
        }
    }

    @Test func reportsAMissingSegment() throws {
        let files = try self.written(segmentByteCount: 200)
        let paths = files.paths()
        try files.remove(paths[1])
        let (_, replay) = try LogBench.read(files)
        #expect(replay.damages.count == 1)
        guard case .gap = try #require(replay.damages.first).cause else {
            Issue.record("not a gap")
            return
        }
    }

    @Test func refusesRecordsOfAnotherSegmentsPast() throws {
        let files = try self.written()
        let path = try #require(files.paths().first)
        let header = SegmentHeader(instance: "one", firstLSN: 0, previousEnd: 0, salt: 1)
        files.replace(path, header.encoded() + files.content(path).dropFirst(SegmentHeader.byteCount))
        #expect(try LogBench.read(files).payloads.isEmpty)
    }

    @Test func refusesTheLogOfAnotherIngester() throws {
        let files = try self.written()
        var recovery = LogRecovery(
            layout: LogLayout(directory: "wal", instance: "two"),
            files: files,
            coveredThrough: 0
        )
        #expect(throws: LogOpenError.foreignInstance("one")) { try recovery.run { _, _ in true } }
    }

    @Test func skipsWhatBlocksCover() throws {
        let files = try self.written()
        let covered = UInt64(self.payloads.prefix(3).reduce(0) { $0 + 9 + $1.count })
        #expect(
            try LogBench.read(files, coveredThrough: covered).payloads == Array(self.payloads.dropFirst(3))
        )
    }

    @Test func goesOnBehindWhatItRecovered() throws {
        let files = try self.written(segmentByteCount: 200)
        let first = try LogBench.read(files)
        var log = LogBench(files, segmentByteCount: 200, replay: first.replay)
        try log.write([[1, 2, 3]])
        let second = try LogBench.read(files)
        #expect(second.payloads == self.payloads + [[1, 2, 3]])
        #expect(second.replay.damages.isEmpty)
        #expect(second.replay.end == first.replay.end + 12)
    }

    @Test func removesSegmentsUpToTheCut() throws {
        let files = MemoryFiles()
        var log = LogBench(files, segmentByteCount: 200)
        for payload in self.payloads { try log.write([payload]) }
        let before = files.paths()
        let cut = try #require(log.session.log.finished.dropFirst().first?.end)
        try log.session.log.removeSegments(through: cut)
        #expect(files.paths() == Array(before.dropFirst(2)))
        #expect(try LogBench.read(files, coveredThrough: cut).replay.damages.isEmpty)
        #expect(try !LogBench.read(files).replay.damages.isEmpty)
    }
}
