// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel

/// A checked range of time in milliseconds, both ends inclusive.
struct QueryWindow: Hashable {
    var start: Int64
    var end: Int64

    /// Applies the rules of spec/query 3.4 in their order; nil means that the answer is empty.
    static func checked(
        start: Int64,
        end: Int64,
        limits: QueryLimits,
        nowMilliseconds now: Int64
    ) throws(QueryError) -> QueryWindow? {
        guard start != 0, end != 0 else { throw .invalid("missing time range in the query") }
        guard start <= end else { throw .invalid("query start time is after end time") }
        var start = start
        let lookback = limits.lookback.milliseconds
        if lookback > 0 {
            let oldest = now.subtractingSaturated(lookback)
            guard end >= oldest else { return nil }
            start = max(start, oldest)
        }
        let length = end.subtractingSaturated(start)
        let lengthMax = limits.lengthMax.milliseconds
        guard lengthMax <= 0 || length <= lengthMax else {
            let actual = DurationText.go(milliseconds: length)
            let limit = DurationText.prometheus(milliseconds: lengthMax)
            let figures = "max_query_length, actual: \(actual), limit: \(limit)"
            throw .invalid("the query time range exceeds the limit (\(figures))")
        }
        return QueryWindow(start: start, end: end)
    }

    /// The same in nanoseconds.
    var range: TimeRange {
        TimeRange(first: Self.nanoseconds(self.start), last: Self.nanoseconds(self.end))
    }

    /// Milliseconds as nanoseconds, cut off where they do not fit.
    static func nanoseconds(_ milliseconds: Int64) -> Int64 {
        milliseconds.multipliedSaturated(by: 1_000_000)
    }
}

extension Duration {
    /// Whole milliseconds, cut off where they do not fit.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = self.components
        return seconds.multipliedSaturated(by: 1_000).addingSaturated(attoseconds / 1_000_000_000_000_000)
    }
}

extension Int64 {
    /// The sum, or the bound it passed.
    func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflow) = self.addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }

    /// The difference, or the bound it passed.
    func subtractingSaturated(_ other: Int64) -> Int64 {
        let (difference, overflow) = self.subtractingReportingOverflow(other)
        return overflow ? (other > 0 ? .min : .max) : difference
    }

    /// The product with a positive factor, or the bound it passed.
    func multipliedSaturated(by factor: Int64) -> Int64 {
        let (product, overflow) = self.multipliedReportingOverflow(by: factor)
        return overflow ? (self > 0 ? .max : .min) : product
    }
}
