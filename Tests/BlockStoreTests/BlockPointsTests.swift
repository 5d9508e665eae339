// SPDX-License-Identifier: Apache-2.0
import BlockStore
import LabelSelector
import ProfileColumns
import ProfileModel
import Testing

@Suite struct BlockPointsTests {
    private struct Point: Hashable {
        var labels: LabelSet
        var rest: LabelSet
        var time: Int64
        var uid: ProfileUID
        var spans: [String]
    }

    /// What the model's samples add up to, slowly.
    private static func expected(
        _ model: DatasetModel,
        _ query: ProfileQuery,
        _ names: Set<String>,
        _ kind: PointKind
    ) -> [Point: Int64] {
        var sums: [Point: Int64] = [:]
        for profile in model.profiles where query.range.contains(profile.time) {
            guard let type = query.type, let column = profile.types.firstIndex(of: type) else { continue }
            for sample in profile.samples {
                let labels = SeriesLabels.visible(series: profile.labels, type: type, sample: sample.labels)
                guard query.selector.matches(labels) else { continue }
                let span = sample.labels["span_id"]
                if kind == .spans, span == nil { continue }
                let spans = kind == .spans ? [span ?? "", sample.labels["trace_id"] ?? ""] : ["", ""]
                let point = Point(
                    labels: labels.keeping(names),
                    rest: LabelSet(labels.labels.filter { !names.contains($0.name) }),
                    time: profile.time,
                    uid: profile.uid,
                    spans: spans
                )
                sums[point, default: 0] &+= sample.values[column]
            }
        }
        return sums.filter { $0.value != 0 }
    }

    @Test(arguments: UInt64(1)...4, [PointKind.profiles, .spans])
    func pointsAreThoseOfTheModel(seed: UInt64, kind: PointKind) throws {
        let model = DatasetModel(seed: seed)
        let block = try WrittenBlock([model, DatasetModel(service: "z", seed: seed + 50)], seed: seed).open()
        var count = 0
        for text in BlockQueryTests.selectors where text.contains("pod") || text.contains("thread") {
            var selector = try LabelSelector(parsing: text)
            selector = selector.and(try LabelSelector(parsing: #"{service_name="web"}"#))
            for range in BlockQueryTests.ranges {
                let query = ProfileQuery(selector: selector, type: DatasetModel.types[0], range: range)
                for names in [[], ["pod"], ["thread", "service_name"]] as [[String]] {
                    let found = try block.points(
                        tenant: .anonymous,
                        query: query,
                        groupBy: names,
                        kind: kind
                    )
                    var sums: [Point: Int64] = [:]
                    for part in found {
                        for point in part.points {
                            let key = Point(
                                labels: part.labels,
                                rest: part.rest,
                                time: point.timeNanoseconds,
                                uid: point.uid,
                                spans: [point.spanID, point.traceID]
                            )
                            // Labels of samples under those of the series may hide a difference.
                            sums[key, default: 0] &+= point.value
                        }
                    }
                    sums = sums.filter { $0.value != 0 }
                    #expect(sums == Self.expected(model, query, Set(names), kind), "\(query) \(names)")
                    count += sums.count
                }
            }
        }
        #expect(count > 50)
    }

    @Test func figuresCountWhatIsInTheRange() throws {
        let model = DatasetModel(seed: 3)
        let block = try WrittenBlock([model], seed: 3).open()
        for range in BlockQueryTests.ranges {
            let inRange = model.profiles.filter { range.contains($0.time) }
            let figures = try block.figures(tenant: .anonymous, range: range)
            #expect((figures?.profileCount ?? 0) == inRange.count)
            guard let figures, let first = inRange.map(\.time).min(), let last = inRange.map(\.time).max()
            else { continue }
            #expect(figures.range == TimeRange(first: first, last: last))
            #expect(figures.sampleCount >= inRange.count)
            #expect(figures.seriesCount == Set(inRange.map { "\($0.labels) \($0.types)" }).count)
            #expect(figures.profileByteCount > 0 && figures.indexByteCount > 0)
        }
        let all = try block.figures(tenant: .anonymous, range: .all)
        #expect(all?.profileCount == block.description.profileCount)
        let other = try TenantID(parsing: "other")
        #expect(try block.figures(tenant: other, range: .all) == nil)
    }
}
