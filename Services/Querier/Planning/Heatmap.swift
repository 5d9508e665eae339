// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel
internal import WireAPI

/// The points of one series of a heatmap.
struct HeatmapGroup {
    var labels: [Label]
    var points: [MergedPoint]

    /// The order in which series are kept: those with more points first, then by labels.
    static func isFuller(_ left: HeatmapGroup, _ right: HeatmapGroup) -> Bool {
        left.points.count == right.points.count
            ? QueryService.precedes(left.labels, right.labels) : left.points.count > right.points.count
    }
}

/// The rows of a heatmap: 20 ranges of values of the same height, between the smallest and the largest.
struct HeatmapRows: Equatable {
    static let count = 20

    /// The lower edges, cut to integers: several are equal where the values span less than 20.
    let edges: [Int64]

    /// Nil without values.
    init?(_ values: some Sequence<Int64>) {
        var bounds: (low: Int64, high: Int64)?
        for value in values {
            bounds = (min(bounds?.low ?? value, value), max(bounds?.high ?? value, value))
        }
        guard let bounds else { return nil }
        let height = max(1, UInt64(bitPattern: bounds.high) &- UInt64(bitPattern: bounds.low))
        let rows = UInt64(Self.count)
        self.edges = (0..<rows).map { row in
            bounds.low &+ Int64(bitPattern: height / rows * row + height % rows * row / rows)
        }
    }

    /// The row of a value: the last one whose lower edge is not above it.
    func row(of value: Int64) -> Int { max(0, (self.edges.lastIndex { $0 <= value }) ?? 0) }
}

/// Counts points by step and row.
struct Heatmap {
    let steps: StepWindow
    let rows: HeatmapRows
    let hasExemplars: Bool

    /// Slots of all series of one answer; each has a count and an edge for every row.
    static let slotCountMax = 100_000

    private struct Slot {
        var counts = [Int32](repeating: 0, count: HeatmapRows.count)
        /// The largest point of every row.
        var largest: [Int: MergedPoint] = [:]
    }

    /// The message of every group.
    func series(_ groups: [HeatmapGroup]) throws(QueryError) -> [TypesV1.HeatmapSeries] {
        var slotCount = 0
        var all: [TypesV1.HeatmapSeries] = []
        for group in groups {
            let slots = self.slots(group.points)
            slotCount += slots.count
            guard slotCount <= Self.slotCountMax else {
                throw .invalid("the heatmap has more than \(Self.slotCountMax) slots; take a larger step")
            }
            var series = TypesV1.HeatmapSeries()
            series.labels = QueryService.pairs(group.labels)
            series.slots = slots.sorted { $0.key < $1.key }.map { self.message($0.key, $0.value) }
            all.append(series)
        }
        return all
    }

    private func slots(_ points: [MergedPoint]) -> [Int64: Slot] {
        var slots: [Int64: Slot] = [:]
        for point in points {
            let row = self.rows.row(of: point.value)
            let step = self.steps.step(of: point.timeNanoseconds)
            slots[step, default: Slot()].counts[row] &+= 1
            guard self.hasExemplars else { continue }
            if let other = slots[step]?.largest[row], !point.precedes(other) { continue }
            slots[step]?.largest[row] = point
        }
        return slots
    }

    private func message(_ step: Int64, _ slot: Slot) -> TypesV1.HeatmapSlot {
        var message = TypesV1.HeatmapSlot()
        message.timestamp = self.steps.timestamp(of: step)
        message.yMin = self.rows.edges.map { Double($0) }
        message.counts = slot.counts
        message.exemplars = slot.largest.sorted { $0.key < $1.key }.map(\.value.exemplar)
        return message
    }
}
