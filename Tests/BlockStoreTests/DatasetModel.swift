// SPDX-License-Identifier: Apache-2.0
import FlameGraph
import LabelSelector
import ProfileColumns
import ProfileModel

/// A location as itself, without numbers.
struct ModelLocation: Hashable {
    struct Line: Hashable {
        var name: String
        var systemName: String
        var file: String
        var startLine: Int32
        var line: Int32
    }

    /// Innermost first.
    var lines: [Line]
    var mappingFile: String?
    var address: UInt64
    var isFolded = false

    /// Frame names, outermost first.
    var frames: [String] {
        if !self.lines.isEmpty { return self.lines.reversed().map(\.name) }
        let address = "0x" + String(self.address, radix: 16)
        guard let file = self.mappingFile?.split(separator: "/").last else { return [address] }
        return ["\(file)!\(address)"]
    }
}

struct ModelSample {
    /// Outermost first.
    var stack: [ModelLocation]
    var labels: LabelSet
    var values: [Int64]
}

struct ModelProfile {
    var labels: LabelSet
    var types: [ProfileType]
    var time: Int64
    var duration: Int64
    var period: Int64
    var uid: ProfileUID
    var samples: [ModelSample]
}

/// A dataset as a list of profiles: slow, and plainly right.
struct DatasetModel {
    var tenant: TenantID
    var service: String
    var profiles: [ModelProfile]

    static let types = ["cpu", "alloc", "wall"].map {
        ProfileType(name: "process", sampleType: $0, sampleUnit: "count", periodType: "p", periodUnit: "ns")
    }

    /// What sums by stack and then by names gives, in which only positive sums of a stack count.
    func stacktraces(_ query: ProfileQuery) -> [[String]: Int64] {
        var sums: [[ModelLocation]: Int64] = [:]
        for (profile, column) in self.matching(query) {
            for sample in profile.samples where self.admits(query, profile, sample) {
                sums[sample.stack, default: 0] &+= sample.values[column]
            }
        }
        var folded: [[String]: Int64] = [:]
        for (stack, sum) in sums where sum > 0 { folded[stack.flatMap(\.frames), default: 0] &+= sum }
        return folded
    }

    /// Totals by group, each group's by time and value.
    func totals(_ query: ProfileQuery, groupBy: [String]) -> [LabelSet: [[Int64]]] {
        var groups: [LabelSet: [[Int64]]] = [:]
        let known = Set(self.profiles.flatMap { $0.samples.flatMap { $0.labels.labels.map(\.name) } })
            .subtracting(LabelName.spanColumns)
        let needsSamples = (groupBy + query.selector.matchers.map(\.name)).contains { known.contains($0) }
        for (profile, column) in self.matching(query) {
            var sums: [LabelSet: Int64] = [:]
            if !needsSamples { sums[self.visible(query, profile, .empty).keeping(Set(groupBy))] = 0 }
            for sample in profile.samples where self.admits(query, profile, sample) {
                let key = self.visible(query, profile, sample.labels).keeping(Set(groupBy))
                sums[key, default: 0] &+= sample.values[column]
            }
            if !needsSamples, !query.selector.matches(self.visible(query, profile, .empty)) { continue }
            for (key, sum) in sums { groups[key, default: []].append([profile.time, sum]) }
        }
        return groups.mapValues { $0.sorted { $0.lexicographicallyPrecedes($1) } }
    }

    func series(_ query: ProfileQuery) -> Set<SeriesDescription> {
        var found: Set<SeriesDescription> = []
        for profile in self.profiles where query.range.contains(profile.time) {
            let series = self.profiles.filter { $0.labels == profile.labels && $0.types == profile.types }
            let isEmpty = series.filter { query.range.contains($0.time) }.allSatisfy(\.samples.isEmpty)
            let sets = Set(profile.samples.map { SeriesLabels.withoutSpans($0.labels) })
                .union(isEmpty ? [.empty] : [])
            for labels in sets {
                let types = profile.types.filter { type in
                    (query.type ?? type) == type
                        && query.selector.matches(
                            SeriesLabels.visible(series: profile.labels, type: type, sample: labels)
                        )
                }
                guard !types.isEmpty else { continue }
                let merged = SeriesLabels.merged(series: profile.labels, sample: labels)
                found.insert(SeriesDescription(labels: merged, types: types))
            }
        }
        return found
    }

    private func matching(_ query: ProfileQuery) -> [(ModelProfile, Int)] {
        self.profiles.compactMap { profile in
            guard let type = query.type, query.range.contains(profile.time),
                let column = profile.types.firstIndex(of: type)
            else { return nil }
            return (profile, column)
        }
    }

    private func visible(_ query: ProfileQuery, _ profile: ModelProfile, _ sample: LabelSet) -> LabelSet {
        SeriesLabels.visible(series: profile.labels, type: query.type ?? profile.types[0], sample: sample)
    }

    private func admits(_ query: ProfileQuery, _ profile: ModelProfile, _ sample: ModelSample) -> Bool {
        query.selector.matches(self.visible(query, profile, sample.labels))
    }
}

extension FunctionTree {
    /// The values above 0 by path of names.
    func paths(_ resolve: (Int64) -> String = { "#\($0)" }) -> [[String]: Int64] {
        var paths: [[String]] = [[]]
        var values: [[String]: Int64] = [:]
        for node in 0..<self.nodeCount {
            if node > 0 {
                let name =
                    switch self.names[Int(self.nodeNames[node])] {
                    case .text(let text): text
                    case .symbol(let id): resolve(id)
                    }
                paths.append(paths[Int(self.parents[node])] + [name])
            }
            if self.selfValues[node] > 0 { values[paths[node], default: 0] &+= self.selfValues[node] }
        }
        return values
    }
}
