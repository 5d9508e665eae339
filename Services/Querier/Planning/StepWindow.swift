// SPDX-License-Identifier: Apache-2.0
internal import ProfileColumns
internal import ProfileModel

/// Steps of a timeline: step `i` ends at `start + i · step`, that instant included, and begins where the one
/// before
/// ended; step 0 begins one step before the window (spec/query 5.1).
struct StepWindow: Hashable {
    private let window: QueryWindow
    private let stepMilliseconds: Int64
    /// What has to be read.
    let readRange: TimeRange

    /// Steps of at least a millisecond; parts of a millisecond are cut off.
    init(_ window: QueryWindow, stepSeconds: Double) {
        self.window = window
        let milliseconds = stepSeconds * 1_000
        self.stepMilliseconds = milliseconds < 0x1p62 ? max(1, Int64(milliseconds)) : 1 << 62
        self.readRange = TimeRange(
            first: QueryWindow.nanoseconds(window.start.subtractingSaturated(self.stepMilliseconds)),
            last: QueryWindow.nanoseconds(window.end)
        )
    }

    /// When a step ends, in milliseconds.
    func timestamp(of step: Int64) -> Int64 {
        self.window.start.addingSaturated(step.multipliedSaturated(by: self.stepMilliseconds))
    }

    /// The step that an instant falls into; the last ones may end behind the window.
    func step(of timeNanoseconds: Int64) -> Int64 {
        let start = QueryWindow.nanoseconds(self.window.start)
        guard timeNanoseconds > start else { return 0 }
        let step = QueryWindow.nanoseconds(self.stepMilliseconds)
        return (timeNanoseconds.subtractingSaturated(start) - 1) / step + 1
    }

    /// The same, nil for an instant that is not read or whose step ends behind the window.
    func wholeStep(of timeNanoseconds: Int64) -> Int64? {
        guard self.readRange.contains(timeNanoseconds) else { return nil }
        let step = self.step(of: timeNanoseconds)
        return self.timestamp(of: step) <= self.window.end ? step : nil
    }

    /// Adds what falls into the steps that end within the window.
    func add(_ totals: [TimedTotal], to sums: inout [Int64: StepSum]) {
        for total in totals {
            guard let step = self.wholeStep(of: total.timeNanoseconds) else { continue }
            sums[step, default: StepSum()].add(total.value)
        }
    }
}

/// What the profiles of one step add up to.
struct StepSum: Hashable {
    var sum: Int64 = 0
    /// Profiles with a value.
    var profileCount: Int64 = 0

    mutating func add(_ value: Int64) {
        self.sum &+= value
        self.profileCount &+= 1
    }

    /// The value of a point.
    func value(isAverage: Bool) -> Double {
        isAverage ? Double(self.sum) / Double(max(1, self.profileCount)) : Double(self.sum)
    }
}
