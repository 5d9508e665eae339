// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Gives Go's cut-off stacks their missing root frames back, found in stacks that were not cut (spec/ingest
/// 6.5).
///
/// Go keeps 32 frames of a heap stack and 64 of a CPU stack. Stacks that share their 24 root-most frames
/// form a group; a group whose root end occurs further up in another group is missing what that one has
/// below.
struct StackRepair: ~Copyable {
    /// 128 bits stand for a run of frames.
    private struct Run: Hashable {
        var first: UInt64
        var second: UInt64
    }

    private struct Reference {
        var group: Int
        var offset: Int
    }

    private static let windowCount = 8
    private static let windowLength = 16
    private static let suffixLength = 24
    private static let hopCountMax = 56

    private var frames = Column<UInt32>()
    private var values = Column<Int64>()
    private var samples = Column<DecodedProfile.Sample>()

    /// Whether some stack may have been cut.
    func isNeeded(_ tables: borrowing RawTables, deepest: Int) -> Bool {
        guard deepest >= 28 else { return false }
        for index in tables.sampleTypes.indices {
            let type = tables.sampleTypes[index].type
            guard type < tables.texts.count else { continue }
            if deepest >= 60, tables.texts.equals(type, "cpu") { return true }
            guard deepest < 33 else { continue }
            if tables.texts.equals(type, "alloc_objects") || tables.texts.equals(type, "alloc_space") {
                return true
            }
            if tables.texts.equals(type, "inuse_objects") || tables.texts.equals(type, "inuse_space") {
                return true
            }
        }
        return false
    }

    /// Completes the stacks of `profile`, which holds all samples as sent, then drops and adds up through
    /// `table`.
    mutating func run(_ profile: inout DecodedProfile, _ table: inout SampleTable) {
        let (groups, groupOf) = self.group(profile)
        let references = self.references(profile, groups)
        swap(&self.frames, &profile.frames)
        swap(&self.values, &profile.values)
        swap(&self.samples, &profile.samples)
        table.reset(&profile, sampleCount: self.samples.count, typeCount: table.typeCount)
        for index in self.samples.indices {
            let sample = self.samples[index]
            self.copy(sample, into: &profile)
            if groupOf[index] >= 0, let reference = references[groupOf[index]] {
                let source = self.samples[groups[reference.group][0]]
                let end = Int(source.firstFrame) + Int(source.frameCount)
                for at in end - min(reference.offset, Int(source.frameCount))..<end {
                    profile.frames.append(self.frames[at])
                }
            }
            for column in 0..<table.typeCount {
                profile.values.append(self.values[index * table.typeCount + column])
            }
            let hash = table.openHash(profile)
            table.commit(&profile, labelSet: sample.labelSet, hash: hash)
        }
    }

    private func copy(_ sample: DecodedProfile.Sample, into profile: inout DecodedProfile) {
        for at in Int(sample.firstFrame)..<Int(sample.firstFrame) + Int(sample.frameCount) {
            profile.frames.append(self.frames[at])
        }
    }

    /// Samples by their root-most frames; −1 for stacks too short to have lost any.
    private func group(_ profile: borrowing DecodedProfile) -> (groups: [[Int]], groupOf: [Int]) {
        var groups: [[Int]] = []
        var known: [Run: Int] = [:]
        var groupOf = [Int](repeating: -1, count: profile.samples.count)
        for index in profile.samples.indices {
            guard profile.samples[index].frameCount >= Self.suffixLength else { continue }
            let run = Self.run(profile, index, length: Self.suffixLength, offset: 0)
            let group = known[run, default: groups.count]
            if group == groups.count {
                known[run] = group
                groups.append([])
            }
            groups[group].append(index)
            groupOf[index] = group
        }
        return (groups, groupOf)
    }

    /// For each group the group to copy from and how many frames; nil where nothing is missing.
    private func references(_ profile: borrowing DecodedProfile, _ groups: [[Int]]) -> [Reference?] {
        var windows: [Run: Reference] = [:]
        for (group, members) in groups.enumerated() where members.count >= 2 {
            for offset in 1...Self.windowCount {
                let run = Self.run(profile, members[0], length: Self.windowLength, offset: offset)
                if let known = windows[run], known.offset >= offset { continue }
                windows[run] = Reference(group: group, offset: offset)
            }
        }
        let direct = groups.map { members in
            windows[Self.run(profile, members[0], length: Self.windowLength, offset: 0)]
        }
        var complete = [Reference?](repeating: nil, count: groups.count)
        for group in groups.indices {
            guard var reference = direct[group] else { continue }
            var hops = 0
            while let next = direct[reference.group] {
                hops += 1
                if hops > Self.hopCountMax { return [Reference?](repeating: nil, count: groups.count) }
                reference = Reference(group: next.group, offset: reference.offset + next.offset)
            }
            complete[group] = reference
        }
        return complete
    }

    /// `length` frames of a stack's root end, `offset` frames away from the root.
    private static func run(
        _ profile: borrowing DecodedProfile,
        _ index: Int,
        length: Int,
        offset: Int
    ) -> Run {
        let sample = profile.samples[index]
        let end = Int(sample.firstFrame) + Int(sample.frameCount) - offset
        var run = Run(first: SampleTable.seed, second: ~SampleTable.seed)
        for at in end - length..<end {
            run.first = SampleTable.mix(run.first, profile.frames[at])
            run.second = SampleTable.mix(run.second, ~profile.frames[at])
        }
        return run
    }
}
