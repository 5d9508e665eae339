// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import Pprof
internal import ProfileColumns
internal import ProfileModel

/// Turns the symbols and stacktraces of decoded profiles into ids of one dataset's dictionary.
///
/// Every hit is verified by content. Nothing is allocated for a profile whose symbols and stacks are all
/// known.
struct DictionaryInterner: Sendable {
    /// Symbols and stack tree so far.
    private(set) var dictionary = DatasetDictionary()
    /// Distinct sample label sets so far; id 0 is the empty one.
    private(set) var labelSets: [LabelSet] = [.empty]
    /// The same as queries see them, folded as they come: there may be one label set per request.
    private(set) var visible = VisibleLabelSets([.empty])

    private var stringTable = IDTable()
    private var functionTable = IDTable()
    private var mappingTable = IDTable()
    private var locationTable = IDTable()
    private var nodeTable = IDTable()
    private var stackTable = IDTable()
    private var labelSetTable = IDTable()
    /// Names and values of all label sets as string ids.
    private var labelPairs: [UInt32] = []
    /// Where label set `i` ends in `labelPairs`.
    private var labelPairEnds: [Int] = [0]
    private var labelByteCount = 0

    // From indices of the profile at hand to ids of the dictionary.
    private(set) var strings: [UInt32] = []
    private var functions: [UInt32] = []
    private var mappings: [UInt32] = []
    private var locations: [UInt32] = []
    private var labelSetIDs: [UInt32] = []
    private var order = RadixOrder()
    private var pairScratch: [UInt32] = []

    /// Bytes held by dictionary and tables.
    var byteCount: Int {
        let dictionary = self.dictionary
        let tables = self.stringTable.byteCount + self.functionTable.byteCount + self.locationTable.byteCount
        let trees = self.nodeTable.byteCount + self.stackTable.byteCount + dictionary.nodeCount * 8
        return tables + trees + dictionary.strings.bytes.count + dictionary.strings.count * 4
            + dictionary.functions.count * 16 + dictionary.locations.count * 24 + dictionary.lines.count * 8
            + dictionary.mappings.count * 40 + self.labelByteCount
    }

    /// Interns all of `profile` and writes its samples, sorted and with equal ones added up, into `samples`.
    mutating func intern(_ profile: borrowing DecodedProfile, into samples: inout SampleColumns) {
        self.internStrings(profile)
        self.internFunctions(profile)
        self.internMappings(profile)
        self.internLocations(profile)
        self.internLabelSets(profile)
        self.order.removeAll()
        for index in profile.samples.indices {
            let sample = profile.samples[index]
            let node = self.node(
                profile,
                first: Int(sample.firstFrame),
                count: Int(sample.frameCount)
            )
            self.order.append(UInt64(self.labelSetIDs[Int(sample.labelSet)]) &<< 32 | UInt64(node))
        }
        self.order.sort()
        self.write(profile, into: &samples)
    }

    private func write(_ profile: borrowing DecodedProfile, into samples: inout SampleColumns) {
        let typeCount = profile.sampleTypes.count
        samples.removeAll()
        for position in self.order.keys.indices {
            let key = self.order.keys[position]
            let row = Int(self.order.indices[position]) &* typeCount
            if position > 0, key == self.order.keys[position - 1] {
                let last = samples.values.count - typeCount
                for type in 0..<typeCount { samples.values[last + type] &+= profile.values[row + type] }
                continue
            }
            samples.nodes.append(UInt32(truncatingIfNeeded: key))
            samples.labelSets.append(UInt32(truncatingIfNeeded: key &>> 32))
            for type in 0..<typeCount { samples.values.append(profile.values[row + type]) }
        }
    }
}

// MARK: - Symbols

extension DictionaryInterner {
    private mutating func internStrings(_ profile: borrowing DecodedProfile) {
        self.strings.removeAll(keepingCapacity: true)
        let text = profile.text.span
        for index in profile.strings.indices {
            let range = profile.strings[index]
            let bytes = text.extracting(Int(range.offset)..<Int(range.offset) + Int(range.count))
            self.strings.append(self.string(bytes))
        }
    }

    private mutating func string(_ bytes: Span<UInt8>) -> UInt32 {
        guard !bytes.isEmpty else { return 0 }
        let hash = UInt32(truncatingIfNeeded: XXH3.hash64(bytes))
        if let id = self.knownString(hash, bytes) { return id }
        let id = UInt32(self.dictionary.strings.ends.count)
        for index in bytes.indices { self.dictionary.strings.bytes.append(bytes[index]) }
        self.dictionary.strings.ends.append(UInt32(self.dictionary.strings.bytes.count))
        self.stringTable.insert(hash, id: id)
        return id
    }

    @inline(__always)
    private func knownString(_ hash: UInt32, _ bytes: Span<UInt8>) -> UInt32? {
        let known = self.dictionary.strings.bytes.span
        let ends = self.dictionary.strings.ends.span
        return self.stringTable.find(hash) { id in
            isEqual(known.extracting(Int(ends[Int(id) - 1])..<Int(ends[Int(id)])), bytes)
        }
    }

    private mutating func internFunctions(_ profile: borrowing DecodedProfile) {
        self.functions.removeAll(keepingCapacity: true)
        for index in profile.functions.indices {
            let function = profile.functions[index]
            let row = FunctionRow(
                name: self.strings[Int(function.name)],
                systemName: self.strings[Int(function.systemName)],
                file: self.strings[Int(function.file)],
                startLine: function.startLine
            )
            var hash = IntegerHash()
            hash.add(UInt64(row.name) &<< 32 | UInt64(row.systemName))
            hash.add(UInt64(row.file) &<< 32 | UInt64(UInt32(bitPattern: row.startLine)))
            self.functions.append(self.function(row, hash: hash.value))
        }
    }

    private mutating func function(_ row: FunctionRow, hash: UInt32) -> UInt32 {
        if let id = self.functionTable.find(hash, { self.dictionary.functions[Int($0)] == row }) { return id }
        let id = UInt32(self.dictionary.functions.count)
        self.dictionary.functions.append(row)
        self.functionTable.insert(hash, id: id)
        return id
    }

    private mutating func internMappings(_ profile: borrowing DecodedProfile) {
        self.mappings.removeAll(keepingCapacity: true)
        for index in profile.mappings.indices {
            let mapping = profile.mappings[index]
            let row = MappingRow(
                memoryStart: mapping.memoryStart,
                memoryLimit: mapping.memoryLimit,
                fileOffset: mapping.fileOffset,
                file: self.strings[Int(mapping.file)],
                buildID: self.strings[Int(mapping.buildID)],
                flags: mapping.flags
            )
            var hash = IntegerHash()
            hash.add(row.memoryStart)
            hash.add(row.memoryLimit)
            hash.add(row.fileOffset)
            hash.add(UInt64(row.file) &<< 32 | UInt64(row.buildID))
            hash.add(UInt64(row.flags))
            self.mappings.append(self.mapping(row, hash: hash.value))
        }
    }

    private mutating func mapping(_ row: MappingRow, hash: UInt32) -> UInt32 {
        if let id = self.mappingTable.find(hash, { self.dictionary.mappings[Int($0)] == row }) { return id }
        let id = UInt32(self.dictionary.mappings.count)
        self.dictionary.mappings.append(row)
        self.mappingTable.insert(hash, id: id)
        return id
    }

    private mutating func internLocations(_ profile: borrowing DecodedProfile) {
        self.locations.removeAll(keepingCapacity: true)
        for index in profile.locations.indices {
            let location = profile.locations[index]
            let lines = Int(location.firstLine)..<Int(location.firstLine) + Int(location.lineCount)
            let row = LocationRow(
                mapping: self.mappings[Int(location.mapping)],
                firstLine: UInt32(self.dictionary.lines.count),
                lineCount: location.lineCount,
                flags: location.flags,
                address: lines.isEmpty ? location.address : 0
            )
            self.locations.append(self.location(row, lines, of: profile))
        }
    }

    private mutating func location(
        _ row: LocationRow,
        _ lines: Range<Int>,
        of profile: borrowing DecodedProfile
    ) -> UInt32 {
        var hash = IntegerHash()
        hash.add(row.address)
        hash.add(UInt64(row.mapping) &<< 8 | UInt64(row.flags))
        for index in lines {
            let line = profile.lines[index]
            let function = self.functions[Int(line.function)]
            hash.add(UInt64(function) &<< 32 | UInt64(UInt32(bitPattern: line.line)))
        }
        if let id = self.knownLocation(hash.value, row, lines, of: profile) { return id }
        let id = UInt32(self.dictionary.locations.count)
        for index in lines {
            let line = profile.lines[index]
            let function = self.functions[Int(line.function)]
            self.dictionary.lines.append(LineRow(function: function, line: line.line))
        }
        self.dictionary.locations.append(row)
        self.locationTable.insert(hash.value, id: id)
        return id
    }

    private func knownLocation(
        _ hash: UInt32,
        _ row: LocationRow,
        _ lines: Range<Int>,
        of profile: borrowing DecodedProfile
    ) -> UInt32? {
        let known = self.dictionary.locations.span
        let knownLines = self.dictionary.lines.span
        let wanted = profile.lines.span
        let functions = self.functions.span
        return self.locationTable.find(hash) { id in
            let other = known[Int(id)]
            guard other.mapping == row.mapping, other.address == row.address, other.flags == row.flags,
                other.lineCount == row.lineCount
            else { return false }
            for offset in 0..<lines.count {
                let line = knownLines[Int(other.firstLine) &+ offset]
                let candidate = wanted[lines.lowerBound &+ offset]
                guard line.line == candidate.line, line.function == functions[Int(candidate.function)] else {
                    return false
                }
            }
            return true
        }
    }
}

// MARK: - Stacks and label sets

extension DictionaryInterner {
    /// The node of a stacktrace: by the hash of the whole stack, else frame by frame from the root.
    private mutating func node(_ profile: borrowing DecodedProfile, first: Int, count: Int) -> UInt32 {
        let hash = self.stackHash(profile, first: first, count: count)
        if let node = self.knownStack(hash, profile, first: first, count: count) { return node }
        var node: UInt32 = 0
        for index in stride(from: first + count - 1, through: first, by: -1) {
            node = self.child(of: node, location: self.locations[Int(profile.frames[index])])
        }
        self.stackTable.insert(hash, id: node)
        return node
    }

    private func stackHash(_ profile: borrowing DecodedProfile, first: Int, count: Int) -> UInt32 {
        let frames = profile.frames.span.extracting(first..<first + count)
        let locations = self.locations.span
        var hash = IntegerHash()
        for index in frames.indices { hash.add(UInt64(locations[Int(frames[index])])) }
        return hash.value
    }

    private func knownStack(
        _ hash: UInt32,
        _ profile: borrowing DecodedProfile,
        first: Int,
        count: Int
    ) -> UInt32? {
        let frames = profile.frames.span.extracting(first..<first + count)
        let locations = self.locations.span
        let parents = self.dictionary.nodeParents.span
        let nodeLocations = self.dictionary.nodeLocations.span
        return self.stackTable.find(hash) { id in
            var node = Int(id)
            for index in frames.indices {
                guard nodeLocations[node] == locations[Int(frames[index])] else { return false }
                node = Int(parents[node])
            }
            return node == 0
        }
    }

    private mutating func child(of parent: UInt32, location: UInt32) -> UInt32 {
        var hash = IntegerHash()
        hash.add(UInt64(parent) &<< 32 | UInt64(location))
        let found = self.nodeTable.find(hash.value) {
            self.dictionary.nodeParents[Int($0)] == parent
                && self.dictionary.nodeLocations[Int($0)] == location
        }
        if let found { return found }
        let id = UInt32(self.dictionary.nodeCount)
        self.dictionary.nodeParents.append(parent)
        self.dictionary.nodeLocations.append(location)
        self.nodeTable.insert(hash.value, id: id)
        return id
    }

    private mutating func internLabelSets(_ profile: borrowing DecodedProfile) {
        self.labelSetIDs.removeAll(keepingCapacity: true)
        self.labelSetIDs.append(0)
        for index in 1..<max(1, profile.labelSets.count) {
            let range = profile.labelSets[index]
            self.pairScratch.removeAll(keepingCapacity: true)
            for pair in Int(range.firstPair)..<Int(range.firstPair) + Int(range.pairCount) {
                self.pairScratch.append(self.strings[Int(profile.pairs[pair].name)])
                self.pairScratch.append(self.strings[Int(profile.pairs[pair].value)])
            }
            self.labelSetIDs.append(self.labelSet())
        }
    }

    /// The id of the label set whose pairs are in `pairScratch`.
    private mutating func labelSet() -> UInt32 {
        var hash = IntegerHash()
        for id in self.pairScratch { hash.add(UInt64(id)) }
        if let id = self.knownLabelSet(hash.value) { return id }
        let id = UInt32(self.labelSets.count)
        var labels: [Label] = []
        for index in stride(from: 0, to: self.pairScratch.count, by: 2) {
            labels.append(
                Label(
                    self.dictionary.strings[self.pairScratch[index]],
                    self.dictionary.strings[self.pairScratch[index + 1]]
                )
            )
        }
        self.labelPairs.append(contentsOf: self.pairScratch)
        self.labelPairEnds.append(self.labelPairs.count)
        let labelSet = LabelSet(labels)
        self.labelSets.append(labelSet)
        self.visible.append(labelSet)
        self.labelByteCount += labels.reduce(64) { $0 + 64 + $1.name.utf8.count + $1.value.utf8.count }
        self.labelSetTable.insert(hash.value, id: id)
        return id
    }

    private func knownLabelSet(_ hash: UInt32) -> UInt32? {
        let pairs = self.labelPairs.span
        let ends = self.labelPairEnds.span
        let wanted = self.pairScratch.span
        return self.labelSetTable.find(hash) { id in
            let start = ends[Int(id) - 1]
            guard ends[Int(id)] - start == wanted.count else { return false }
            for offset in 0..<wanted.count where pairs[start &+ offset] != wanted[offset] { return false }
            return true
        }
    }
}
