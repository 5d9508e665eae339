// SPDX-License-Identifier: Apache-2.0
import ProfileModel
import Support

/// How large a random dataset is.
struct ModelShape {
    var profileCount = 12
    var sampleCountMax = 20
    var depthMax = 8
    var functionCount = 15
    var podCount = 3
    var hasLabels = true
    var hasNegatives = true
}

extension DatasetModel {
    /// A dataset in which everything varies that may vary.
    init(service: String = "web", tenant: TenantID = .anonymous, shape: ModelShape = .init(), seed: UInt64) {
        var random = SplitMix(seed: seed)
        let locations = (0..<max(shape.functionCount, 1)).map {
            Self.location($0, functionCount: shape.functionCount, &random)
        }
        let profiles = (0..<shape.profileCount).map { _ in
            Self.profile(service: service, locations, shape, &random)
        }
        self.init(tenant: tenant, service: service, profiles: profiles)
    }

    private static func location(_ number: Int, functionCount: Int, _ random: inout SplitMix) -> ModelLocation
    {
        let lines = (0..<random.number(0...2)).map { _ in
            let function = random.number(0...functionCount)
            return ModelLocation.Line(
                name: "f\(function)",
                systemName: random.chance(80) ? "f\(function)" : "_Z\(function)",
                file: "src/\(function % 4).go",
                startLine: Int32(function),
                line: Int32(random.number(0...400)) - 2
            )
        }
        return ModelLocation(
            lines: lines,
            mappingFile: random.chance(50) ? "/usr/lib/lib\(number % 3).so" : nil,
            address: lines.isEmpty ? UInt64(number) << 33 + 7 : 0,
            isFolded: random.chance(10)
        )
    }

    private static func profile(
        service: String,
        _ locations: [ModelLocation],
        _ shape: ModelShape,
        _ random: inout SplitMix
    ) -> ModelProfile {
        let types = random.chance(50) ? Array(Self.types.prefix(2)) : [Self.types[2], Self.types[0]]
        let labels = LabelSet([
            Label(LabelName.serviceName, service), Label("pod", "pod-\(random.number(1...shape.podCount))"),
            Label(LabelName.profileName, "process"),
        ])
        let samples = (0..<random.number(0...shape.sampleCountMax)).map { _ in
            let depth = random.number(1...shape.depthMax)
            return ModelSample(
                stack: (0..<depth).map { _ in locations[random.number(0...locations.count - 1)] },
                labels: shape.hasLabels && random.chance(60) ? Self.sampleLabels(&random) : .empty,
                values: types.map { _ in Self.value(shape, &random) }
            )
        }
        return ModelProfile(
            labels: labels,
            types: types,
            // Few instants, so that several profiles share one.
            time: 1_700_000_000_000_000_000 + Int64(random.number(0...30)) * 10_000_000_000,
            duration: Int64(random.number(9...11)) * 1_000_000_000,
            period: random.chance(90) ? 10_000_000 : -1,
            uid: ProfileUID(high: random.next(), low: random.next()),
            samples: samples
        )
    }

    private static func sampleLabels(_ random: inout SplitMix) -> LabelSet {
        var labels: [Label] = []
        if random.chance(60) { labels.append(Label("thread", "t\(random.number(0...2))")) }
        if random.chance(40) { labels.append(Label("span_id", "s\(random.number(0...5))")) }
        // A label that some series carry as well: theirs wins.
        if random.chance(20) { labels.append(Label("pod", "fake")) }
        return LabelSet(labels)
    }

    private static func value(_ shape: ModelShape, _ random: inout SplitMix) -> Int64 {
        if shape.hasNegatives, random.chance(5) { return [0, -3, .min, .max][random.number(0...3)] }
        return Int64(random.number(1...40)) * 10_000_000
    }
}
