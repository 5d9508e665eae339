// SPDX-License-Identifier: Apache-2.0
import ProfileColumns
import ProfileModel
import Support

/// Turns a model into a snapshot as a head might hold it: numbered in the order of arrival, with symbols of
/// profiles that are long gone.
struct SnapshotBuilder {
    private var dictionary = DatasetDictionary()
    private var strings: [String: UInt32] = ["": 0]
    private var functions: [FunctionRow: UInt32] = [:]
    private var mappings: [MappingRow: UInt32] = [:]
    private var locations: [ModelLocation: UInt32] = [:]
    private var nodes: [UInt64: UInt32] = [:]
    private var labelSets: [LabelSet] = [.empty]
    private var labelSetIDs: [LabelSet: UInt32] = [.empty: 0]
    /// Whether rows that are there are found again; else every use adds its own.
    private let interns: Bool

    private init(interns: Bool) { self.interns = interns }

    /// A source of `model` with its profiles in the order given by `seed`.
    static func source(
        _ model: DatasetModel,
        seed: UInt64,
        hasIDs: Bool = true,
        interns: Bool = true
    ) -> BlockSourceWithNames {
        var builder = SnapshotBuilder(interns: interns)
        return builder.build(model, seed: seed, hasIDs: hasIDs)
    }

    private mutating func build(_ model: DatasetModel, seed: UInt64, hasIDs: Bool) -> BlockSourceWithNames {
        var random = SplitMix(seed: seed)
        var series: [SeriesSnapshot] = []
        for profile in model.profiles.shuffled(using: &random) {
            self.addNoise(&random)
            let columns = self.columns(profile, &random)
            let place = series.firstIndex { $0.labels == profile.labels && $0.types == profile.types }
            if place == nil {
                series.append(
                    SeriesSnapshot(
                        labels: profile.labels,
                        types: profile.types,
                        samples: SampleChunk(typeCount: profile.types.count)
                    )
                )
            }
            let index = place ?? series.count - 1
            series[index].samples.append(columns)
            series[index].profiles.append(
                ProfileRow(
                    timeNanoseconds: profile.time,
                    durationNanoseconds: profile.duration,
                    period: profile.period,
                    uid: profile.uid,
                    lsn: random.next()
                )
            )
            for type in profile.types.indices {
                series[index].totals.append(profile.samples.reduce(0) { $0 &+ $1.values[type] })
            }
        }
        let snapshot = DatasetSnapshot(
            tenant: model.tenant,
            service: model.service,
            dictionary: self.dictionary,
            labelSets: self.labelSets,
            series: series.shuffled(using: &random)
        )
        return BlockSourceWithNames(snapshot: snapshot, hasIDs: hasIDs)
    }

    /// Symbols that no sample refers to.
    private mutating func addNoise(_ random: inout SplitMix) {
        let line = ModelLocation.Line(
            name: "gone\(random.number(0...9))",
            systemName: "",
            file: "gone.go",
            startLine: 1,
            line: 2
        )
        _ = self.node([ModelLocation(lines: [line], mappingFile: "gone", address: 0)])
    }

    private mutating func columns(_ profile: ModelProfile, _ random: inout SplitMix) -> SampleColumns {
        var rows = profile.samples.shuffled(using: &random).map { sample in
            (labelSet: self.labelSet(sample.labels), node: self.node(sample.stack), values: sample.values)
        }
        rows.sort { ($0.labelSet, $0.node) < ($1.labelSet, $1.node) }
        var columns = SampleColumns()
        for row in rows {
            columns.labelSets.append(row.labelSet)
            columns.nodes.append(row.node)
            columns.values += row.values
        }
        return columns
    }

    private mutating func labelSet(_ labels: LabelSet) -> UInt32 {
        if let id = self.labelSetIDs[labels] { return id }
        self.labelSets.append(labels)
        self.labelSetIDs[labels] = UInt32(self.labelSets.count - 1)
        return UInt32(self.labelSets.count - 1)
    }

    private mutating func node(_ stack: [ModelLocation]) -> UInt32 {
        var node: UInt32 = 0
        for location in stack {
            let row = self.location(location)
            let edge = UInt64(node) << 32 | UInt64(row)
            if self.interns, let child = self.nodes[edge] {
                node = child
                continue
            }
            self.dictionary.nodeParents.append(node)
            self.dictionary.nodeLocations.append(row)
            node = UInt32(self.dictionary.nodeCount - 1)
            self.nodes[edge] = node
        }
        return node
    }

    private mutating func location(_ location: ModelLocation) -> UInt32 {
        if self.interns, let row = self.locations[location] { return row }
        let lines = location.lines.map { LineRow(function: self.function($0), line: $0.line) }
        let row = LocationRow(
            mapping: location.mappingFile.map { self.mapping($0) } ?? LocationRow.noMapping,
            firstLine: UInt32(self.dictionary.lines.count),
            lineCount: UInt32(lines.count),
            flags: location.isFolded ? 1 : 0,
            address: location.address
        )
        self.dictionary.lines += lines
        self.dictionary.locations.append(row)
        self.locations[location] = UInt32(self.dictionary.locations.count - 1)
        return UInt32(self.dictionary.locations.count - 1)
    }

    private mutating func function(_ line: ModelLocation.Line) -> UInt32 {
        let row = FunctionRow(
            name: self.string(line.name),
            systemName: self.string(line.systemName),
            file: self.string(line.file),
            startLine: line.startLine
        )
        if self.interns, let known = self.functions[row] { return known }
        self.dictionary.functions.append(row)
        self.functions[row] = UInt32(self.dictionary.functions.count - 1)
        return UInt32(self.dictionary.functions.count - 1)
    }

    private mutating func mapping(_ file: String) -> UInt32 {
        let row = MappingRow(
            memoryStart: 0x40_0000,
            memoryLimit: 0x50_0000,
            fileOffset: 16,
            file: self.string(file),
            buildID: self.string("build of \(file)"),
            flags: 5
        )
        if self.interns, let known = self.mappings[row] { return known }
        self.dictionary.mappings.append(row)
        self.mappings[row] = UInt32(self.dictionary.mappings.count - 1)
        return UInt32(self.dictionary.mappings.count - 1)
    }

    private mutating func string(_ text: String) -> UInt32 {
        if self.interns, let id = self.strings[text] { return id }
        let id = self.dictionary.strings.append(contentsOf: Array(text.utf8))
        self.strings[text] = id
        return id
    }
}
