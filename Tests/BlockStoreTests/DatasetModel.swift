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
        let address = String(self.address, radix: 16)
        guard let file = self.mappingFile?.split(separator: "/").last else { return [address] }
        return ["\(file)!0x\(address)"]
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
        for (profile, column) in self.matching(query) {
            var sums: [LabelSet: Int64] = [:]
            for sample in profile.samples where self.admits(query, profile, sample) {
                let key = self.visible(query, profile, sample.labels).keeping(Set(groupBy))
                sums[key, default: 0] &+= sample.values[column]
            }
            for (key, sum) in sums where sum != 0 { groups[key, default: []].append([profile.time, sum]) }
        }
        return groups.mapValues { $0.sorted { $0.lexicographicallyPrecedes($1) } }
    }

    /// Types by the labels under which a sample in range has a value of them.
    func series(_ query: ProfileQuery) -> [LabelSet: Set<ProfileType>] {
        var found: [LabelSet: Set<ProfileType>] = [:]
        for profile in self.profiles where query.range.contains(profile.time) {
            for (column, type) in profile.types.enumerated() where (query.type ?? type) == type {
                for sample in profile.samples where sample.values[column] != 0 {
                    let labels = SeriesLabels.visible(
                        series: profile.labels,
                        type: type,
                        sample: sample.labels
                    )
                    guard query.selector.matches(labels) else { continue }
                    let merged = SeriesLabels.merged(series: profile.labels, sample: sample.labels)
                    found[merged, default: []].insert(type)
                }
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
