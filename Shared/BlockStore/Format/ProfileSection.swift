// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileModel

/// The profiles of one series without their samples, ordered by time.
struct ProfileHeaders: Equatable, Sendable {
    var times: [Int64] = []
    var durations: [Int64] = []
    var periods: [Int64] = []
    /// Type by type: `totals[type * times.count + profile]`.
    var totals: [Int64] = []

    /// Totals of one type.
    func totals(ofType type: Int) -> ArraySlice<Int64> {
        self.totals[type * self.times.count..<(type + 1) * self.times.count]
    }

    /// The profiles in `range`, which follow one another because times ascend.
    func profiles(in range: TimeRange) -> Range<Int> {
        let first = Self.firstIndex(self.times) { $0 >= range.first }
        let end = Self.firstIndex(self.times) { $0 > range.last }
        return first..<max(first, end)
    }

    private static func firstIndex(_ times: [Int64], where isThere: (Int64) -> Bool) -> Int {
        var (low, high) = (0, times.count)
        while low < high {
            let middle = (low + high) / 2
            if isThere(times[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// Headers of the profiles of consecutive series, as columns over all of them.
enum ProfileSection {
    /// A section ends with the series that reaches this many profiles.
    static let profileCountMin = 4_096

    static func encode(_ series: [ProfileHeaders], to writer: inout ByteWriter) {
        var times = ByteWriter()
        var durations = ByteWriter()
        var periods = ByteWriter()
        var totals = ByteWriter()
        for headers in series {
            var before: Int64 = 0
            var step: Int64 = 0
            for (index, time) in headers.times.enumerated() {
                let next = time &- before
                times.zigzag(next &- step)
                step = index == 0 ? 0 : next
                before = time
            }
            Self.appendDeltas(headers.durations, to: &durations)
            Self.appendDeltas(headers.periods, to: &periods)
            guard !headers.times.isEmpty else { continue }
            for type in 0..<headers.totals.count / headers.times.count {
                Self.appendDeltas(headers.totals(ofType: type), to: &totals)
            }
        }
        for column in [times, durations, periods, totals] { writer.lengthDelimited(column.bytes) }
    }

    /// Reads the headers of `rows`, the series that the section covers.
    static func decode(
        _ section: WireCursor,
        rows: ArraySlice<SeriesRow>
    ) throws(WireError) -> [ProfileHeaders] {
        var cursor = section
        var times = try cursor.nested()
        var durations = try cursor.nested()
        var periods = try cursor.nested()
        var totals = try cursor.nested()
        var series: [ProfileHeaders] = []
        series.reserveCapacity(rows.count)
        for row in rows {
            var headers = ProfileHeaders()
            headers.times = try Self.nextTimes(&times, count: row.profileCount)
            headers.durations = try Self.nextDeltas(&durations, count: row.profileCount)
            headers.periods = try Self.nextDeltas(&periods, count: row.profileCount)
            for _ in row.types { headers.totals += try Self.nextDeltas(&totals, count: row.profileCount) }
            series.append(headers)
        }
        guard times.isAtEnd, durations.isAtEnd, periods.isAtEnd, totals.isAtEnd else {
            throw .outOfRange(at: cursor.offset)
        }
        return series
    }

    private static func appendDeltas(_ values: some Sequence<Int64>, to column: inout ByteWriter) {
        var before: Int64 = 0
        for value in values {
            column.zigzag(value &- before)
            before = value
        }
    }

    private static func nextDeltas(_ column: inout WireCursor, count: Int) throws(WireError) -> [Int64] {
        guard count <= column.remainingCount else { throw .truncated(at: column.offset) }
        var values: [Int64] = []
        values.reserveCapacity(count)
        var before: Int64 = 0
        for _ in 0..<count {
            before = before &+ (try column.zigzag())
            values.append(before)
        }
        return values
    }

    /// Times are steps of steps: profiles come at a steady pace.
    private static func nextTimes(_ column: inout WireCursor, count: Int) throws(WireError) -> [Int64] {
        guard count <= column.remainingCount else { throw .truncated(at: column.offset) }
        var times: [Int64] = []
        times.reserveCapacity(count)
        var time: Int64 = 0
        var step: Int64 = 0
        for index in 0..<count {
            let next = step &+ (try column.zigzag())
            guard index == 0 || next >= 0, index == 0 || time &+ next >= time else {
                throw .outOfRange(at: column.offset)
            }
            time = time &+ next
            step = index == 0 ? 0 : next
            times.append(time)
        }
        return times
    }
}

/// The 128 bits of every profile, in the order of the profile sections.
enum UIDSection {
    static func encode(_ uids: [ProfileUID], to writer: inout ByteWriter) {
        for uid in uids {
            writer.fixed64(uid.high)
            writer.fixed64(uid.low)
        }
    }

    static func decode(_ section: WireCursor) throws(WireError) -> [ProfileUID] {
        var cursor = section
        var uids: [ProfileUID] = []
        uids.reserveCapacity(cursor.remainingCount / 16)
        while !cursor.isAtEnd {
            let high = try cursor.fixed64()
            uids.append(ProfileUID(high: high, low: try cursor.fixed64()))
        }
        return uids
    }
}
