// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import Pprof
import ProfileModel

extension DecodedProfile {
    /// One frame as the oracle prints it.
    private func frameText(_ index: Int) -> String {
        let location = self.locations[index]
        let mapping = self.mappings[Int(location.mapping)]
        var lines: [String] = []
        for index in Int(location.firstLine)..<Int(location.firstLine) + Int(location.lineCount) {
            let line = self.lines[index]
            let function = self.functions[Int(line.function)]
            let names = [function.name, function.systemName, function.file].map { self.string($0) }
            lines.append("\(names.joined(separator: "|"))|\(function.startLine)|\(line.line)")
        }
        let place = "\(self.string(mapping.file))|\(self.string(mapping.buildID))|\(location.address)"
        return "\(place)(\(lines.joined(separator: ",")))"
    }

    /// The label set as `name=value`, joined by commas.
    func labelText(_ index: Int) -> String {
        let range = self.labelSets[index]
        return (Int(range.firstPair)..<Int(range.firstPair) + Int(range.pairCount))
            .map { "\(self.string(self.pairs[$0].name))=\(self.string(self.pairs[$0].value))" }
            .joined(separator: ",")
    }

    /// Sums per label set and stacktrace text.
    func sums() -> [String: [Int64]] {
        let frames = self.locations.indices.map { self.frameText($0) }
        var sums: [String: [Int64]] = [:]
        let width = self.sampleTypes.count
        for index in self.samples.indices {
            let sample = self.samples[index]
            let stack = (Int(sample.firstFrame)..<Int(sample.firstFrame) + Int(sample.frameCount))
                .map { frames[Int(self.frames[$0])] }
            let key = "\(self.labelText(Int(sample.labelSet)))\t\(stack.joined(separator: ";"))"
            var known = sums[key] ?? [Int64](repeating: 0, count: width)
            for column in 0..<width { known[column] += self.values[index * width + column] }
            sums[key] = known
        }
        return sums
    }

    /// What the oracle prints for this profile.
    func oracleLines() -> [String] {
        self.sums().map { key, values in
            "\(values.map(String.init).joined(separator: " "))\t\(key)".replacing("\n", with: " ")
        }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

extension IncomingProfile {
    /// An upload for tests, with every limit wide open and no window.
    static func test(_ payload: [UInt8], labels: [Label] = [], origin: ProfileOrigin = .push)
        -> IncomingProfile
    {
        var limits = ProfileLimits()
        limits.rejectOlderThanNanoseconds = 0
        limits.rejectNewerThanNanoseconds = 0
        let named = origin == .push ? [Label("__name__", "test")] : []
        return IncomingProfile(
            tenant: .anonymous,
            labels: LabelSet(named + [Label("service_name", "test")] + labels),
            uid: ProfileUID(high: 1, low: 2),
            receivedNanoseconds: 1_795_521_615_000_000_000,
            origin: origin,
            limits: limits,
            payload: payload
        )
    }
}
