// SPDX-License-Identifier: Apache-2.0
internal import WireAPI

/// A timeline as `/pyroscope/render` shows it: one number per step, holes filled with zeros (spec/query 6.4).
struct RenderedTimeline: Hashable {
    var startSeconds: Int64
    var samples: [UInt64]
    var stepSeconds: Int64

    /// More points than the ladder of steps ever gives.
    private static let sampleCountMax: Int64 = 100_000

    /// Lays `points` (nil: none) over the range, whose ends are in milliseconds.
    init(points: [TypesV1.Point]?, start: Int64, end: Int64, stepSeconds: Int64) {
        let step = stepSeconds * 1_000
        let first = Self.floored(start, step)
        let behind = Self.floored(end, step)
        self.startSeconds = first / 1_000
        self.stepSeconds = stepSeconds
        self.samples = []
        guard first < behind else { return }
        let count = min(behind.subtractingSaturated(first) / step, Self.sampleCountMax)
        self.samples = Array(repeating: 0, count: Int(count))
        for point in points ?? [] where point.timestamp >= first && point.timestamp < behind {
            let index = Int((point.timestamp - first) / step)
            guard index < self.samples.count else { continue }
            self.samples[index] = UInt64(exactly: point.value.rounded(.towardZero)) ?? 0
        }
    }

    /// The step for a range in milliseconds, in seconds: about 1,500 of them, rounded to what people read
    /// easily.
    static func stepSeconds(start: Int64, end: Int64) -> Int64 {
        let raw = end.subtractingSaturated(start) / 1_500
        let hour: Int64 = 3_600_000
        let ladder: [(bound: Int64, step: Int64)] = [
            (17_500, 15), (25_000, 20), (45_000, 30), (90_000, 60), (210_000, 120), (450_000, 300),
            (750_000, 600), (1_050_000, 900), (1_500_000, 1_200), (2_700_000, 1_800),
            (hour * 3 / 2, 3_600), (hour * 5 / 2, 7_200), (hour * 9 / 2, 10_800), (9 * hour, 21_600),
            (24 * hour, 43_200), (168 * hour, 86_400), (504 * hour, 604_800), (1_008 * hour - 1, 2_592_000),
        ]
        return ladder.first { raw <= $0.bound }?.step ?? 365 * 86_400
    }

    private static func floored(_ value: Int64, _ step: Int64) -> Int64 { value / step * step }
}
