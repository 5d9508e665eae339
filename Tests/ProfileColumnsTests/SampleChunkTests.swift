// SPDX-License-Identifier: Apache-2.0
import ProfileColumns
import Support
import Testing

/// Random samples of one profile, sorted as a chunk wants them.
func randomSamples(typeCount: Int, using random: inout SplitMix) -> SampleColumns {
    let count = Int(random.next() % 40)
    var keys: [(labelSet: UInt32, node: UInt32)] = []
    for _ in 0..<count {
        keys.append((UInt32(random.next() % 4), UInt32(random.next() % 500)))
    }
    keys.sort { ($0.labelSet, $0.node) < ($1.labelSet, $1.node) }
    let scales: [Int64] = [1, 10_000_000, 0, .max / 100]
    var samples = SampleColumns()
    for key in keys {
        samples.nodes.append(key.node)
        samples.labelSets.append(key.labelSet)
        for type in 0..<typeCount {
            samples.values.append(Int64(random.next() % 100) &* scales[type % scales.count])
        }
    }
    return samples
}

@Suite struct SampleChunkTests {
    @Test(arguments: 1...5) func decodesWhatWasAppended(typeCount: Int) {
        var random = SplitMix(seed: UInt64(typeCount))
        var chunk = SampleChunk(typeCount: typeCount)
        let profiles = (0..<50).map { _ in randomSamples(typeCount: typeCount, using: &random) }
        for profile in profiles { chunk.append(profile) }
        var decoded = SampleColumns()
        for (index, profile) in profiles.enumerated() {
            chunk.decode(profile: index, into: &decoded)
            #expect(decoded.nodes == profile.nodes)
            #expect(decoded.labelSets == profile.labelSets)
            #expect(decoded.values == profile.values)
        }
    }

    @Test(arguments: 1...5) func sumsLikeAPlainLoop(typeCount: Int) {
        var random = SplitMix(seed: UInt64(100 + typeCount))
        var chunk = SampleChunk(typeCount: typeCount)
        let profiles = (0..<30).map { _ in randomSamples(typeCount: typeCount, using: &random) }
        for profile in profiles { chunk.append(profile) }
        let chosen = [0, 3, 4, 17, 29]
        for mask in [nil, [true, false, true, false], [false, false, false, false]] as [[Bool]?] {
            for type in 0..<typeCount {
                var expected = [Int64](repeating: 0, count: 500)
                for profile in chosen {
                    for (index, node) in profiles[profile].nodes.enumerated()
                    where mask?[Int(profiles[profile].labelSets[index])] ?? true {
                        expected[Int(node)] &+= profiles[profile].values[index * typeCount + type]
                    }
                }
                var sums = [Int64](repeating: 0, count: 500)
                chunk.accumulate(profiles: chosen, type: type, labelSetMask: mask, into: &sums)
                #expect(sums == expected)
            }
        }
    }

    @Test func totalsFollowLabelSets() {
        var chunk = SampleChunk(typeCount: 2)
        var samples = SampleColumns()
        samples.nodes = [5, 9, 2]
        samples.labelSets = [0, 0, 3]
        samples.values = [1, 10, 2, 20, 4, 40]
        chunk.append(samples)
        chunk.append(SampleColumns())
        #expect(chunk.total(profile: 0, type: 1, labelSetMask: nil) == 70)
        #expect(chunk.total(profile: 0, type: 0, labelSetMask: [true, true, true, false]) == 3)
        #expect(chunk.total(profile: 0, type: 0, labelSetMask: [false, true, true, false]) == nil)
        #expect(chunk.total(profile: 1, type: 0, labelSetMask: nil) == nil)
        var sums = [Int64](repeating: 0, count: 4)
        var touched: [UInt32] = []
        chunk.accumulate(profile: 0, type: 1, byLabelSet: &sums, touched: &touched)
        #expect(sums == [30, 0, 0, 40])
        #expect(touched == [0, 3])
        var seen = [false, false, false, false]
        chunk.markLabelSets(profile: 0, in: &seen)
        #expect(seen == [true, false, false, true])
    }

    @Test func keepsExtremeValues() {
        var chunk = SampleChunk(typeCount: 1)
        var samples = SampleColumns()
        samples.nodes = [0, .max]
        samples.labelSets = [.max, .max]
        samples.values = [.min, .max]
        chunk.append(samples)
        samples.values = [.min, .min]
        chunk.append(samples)
        var decoded = SampleColumns()
        chunk.decode(profile: 0, into: &decoded)
        #expect(decoded.nodes == [0, .max])
        #expect(decoded.labelSets == [.max, .max])
        #expect(decoded.values == [.min, .max])
        chunk.decode(profile: 1, into: &decoded)
        #expect(decoded.values == [.min, .min])
    }

    @Test func forgetsProfilesFromTheEnd() {
        var random = SplitMix(seed: 7)
        var chunk = SampleChunk(typeCount: 2)
        for _ in 0..<5 { chunk.append(randomSamples(typeCount: 2, using: &random)) }
        let short = chunk
        for _ in 0..<3 { chunk.append(randomSamples(typeCount: 2, using: &random)) }
        chunk.truncate(toProfileCount: 9)
        #expect(chunk.profileCount == 8)
        chunk.truncate(toProfileCount: 5)
        #expect(chunk.bytes == short.bytes && chunk.ends == short.ends)
        chunk.truncate(toProfileCount: 0)
        #expect(chunk.bytes.isEmpty && chunk.profileCount == 0)
    }

    @Test func dividesByTheCommonDivisor() {
        var coarse = SampleChunk(typeCount: 1)
        var fine = SampleChunk(typeCount: 1)
        var samples = SampleColumns()
        samples.nodes = Array(1...100)
        samples.labelSets = Array(repeating: 0, count: 100)
        samples.values = (1...100).map { $0 * 10_000_000 }
        coarse.append(samples)
        samples.values[0] += 1
        fine.append(samples)
        #expect(coarse.bytes.count * 2 < fine.bytes.count)
    }
}
