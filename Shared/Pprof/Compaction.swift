// SPDX-License-Identifier: Apache-2.0
//
// Invariant: frames and their rows are checked against their columns before they go through a pointer.
internal import ByteCoding

/// Moves what the samples of a profile refer to into its columns and numbers it anew, without gaps.
struct Compaction: ~Copyable {
    private static let unused = UInt32.max
    private static let used = UInt32.max - 1

    private var locations = Column<UInt32>()
    private var functions = Column<UInt32>()
    private var mappings = Column<UInt32>()
    private var strings = Column<UInt32>()

    /// Fills all tables of `profile`, whose frames are rows of `tables.locations`, and renumbers the frames.
    ///
    /// `stubBuildID` is the build id of the mapping of locations that name none.
    mutating func run(
        _ tables: inout RawTables,
        _ links: borrowing TableLinks,
        labels: borrowing SampleLabels,
        stubBuildID: UInt32,
        into profile: inout DecodedProfile
    ) {
        self.locations.fill(Self.unused, count: tables.locations.count)
        self.functions.fill(Self.unused, count: tables.functions.count)
        self.mappings.fill(Self.unused, count: tables.mappings.count + 1)
        self.strings.fill(Self.unused, count: max(tables.texts.count, 1))
        self.strings[0] = Self.used
        self.markFrames(profile)
        self.markLocations(tables, links)
        let stub = RawTables.Mapping(buildID: stubBuildID)
        for index in self.mappings.indices where self.mappings[index] == Self.used {
            let mapping = index < tables.mappings.count ? tables.mappings[index] : stub
            self.strings[Int(mapping.file)] = Self.used
            self.strings[Int(mapping.buildID)] = Self.used
        }
        for index in labels.sets.pairs.indices {
            self.strings[Int(labels.sets.pairs[index].name)] = Self.used
            self.strings[Int(labels.sets.pairs[index].value)] = Self.used
        }
        self.markTypes(tables)
        self.moveStrings(&tables, into: &profile)
        self.moveTypes(tables, labels, into: &profile)
        self.moveMappings(tables, stub, into: &profile)
        self.moveFunctions(tables, into: &profile)
        self.moveLocations(tables, links, into: &profile)
        if profile.locations.count < tables.locations.count { self.renumberFrames(&profile) }
    }

    private mutating func markFrames(_ profile: borrowing DecodedProfile) {
        // Pointers in hand: behind each store the columns' own would be loaded anew.
        let (frames, marks) = unsafe (profile.frames.unsafeStart, self.locations.unsafeStart)
        let (frameCount, rowCount) = (profile.frames.count, UInt32(self.locations.count))
        for index in profile.samples.indices {
            let range = profile.samples[index].frameRange
            precondition(range.upperBound <= frameCount, "frames out of range")
            for at in range {
                let row = unsafe frames[at]
                precondition(row < rowCount, "location out of range")
                unsafe marks[Int(row)] = Self.used
            }
        }
    }

    /// No two samples share frames; what lies between their stacks was dropped.
    private func renumberFrames(_ profile: inout DecodedProfile) {
        let (frames, numbers) = unsafe (profile.frames.unsafeStart, self.locations.unsafeStart)
        let (frameCount, rowCount) = (profile.frames.count, UInt32(self.locations.count))
        for index in profile.samples.indices {
            let range = profile.samples[index].frameRange
            precondition(range.upperBound <= frameCount, "frames out of range")
            for at in range {
                let row = unsafe frames[at]
                precondition(row < rowCount, "location out of range")
                unsafe frames[at] = numbers[Int(row)]
            }
        }
    }

    private mutating func markLocations(_ tables: borrowing RawTables, _ links: borrowing TableLinks) {
        let (locations, functionRows) = (tables.locations.span, links.functionRows.span)
        for index in locations.indices where self.locations[index] == Self.used {
            self.mappings[Int(links.mappingRows[index])] = Self.used
            let first = Int(locations[index].firstLine)
            for line in first..<first + Int(locations[index].lineCount) {
                self.functions[Int(functionRows[line])] = Self.used
            }
        }
        for row in self.functions.indices where self.functions[row] == Self.used {
            let function = tables.functions[row]
            self.strings[Int(function.name)] = Self.used
            self.strings[Int(function.systemName)] = Self.used
            self.strings[Int(function.file)] = Self.used
        }
    }

    private mutating func markTypes(_ tables: borrowing RawTables) {
        for index in tables.sampleTypes.indices {
            self.strings[Int(tables.sampleTypes[index].type)] = Self.used
            self.strings[Int(tables.sampleTypes[index].unit)] = Self.used
        }
        self.strings[Int(tables.header.periodType.type)] = Self.used
        self.strings[Int(tables.header.periodType.unit)] = Self.used
    }

    /// Gives the text to the profile and numbers the strings that are used.
    private mutating func moveStrings(_ tables: inout RawTables, into profile: inout DecodedProfile) {
        swap(&tables.texts.text, &profile.text)
        for index in self.strings.indices where self.strings[index] == Self.used {
            self.strings[index] = UInt32(profile.strings.count)
            let isThere = index < tables.texts.strings.count
            profile.strings.append(
                isThere ? tables.texts.strings[index] : DecodedProfile.Text(offset: 0, count: 0)
            )
        }
    }

    private func moveTypes(
        _ tables: borrowing RawTables,
        _ labels: borrowing SampleLabels,
        into profile: inout DecodedProfile
    ) {
        for index in tables.sampleTypes.indices {
            profile.sampleTypes.append(self.renumbered(tables.sampleTypes[index]))
        }
        profile.periodType = self.renumbered(tables.header.periodType)
        for index in labels.sets.lists.indices { profile.labelSets.append(labels.sets.lists[index]) }
        for index in labels.sets.pairs.indices {
            let pair = labels.sets.pairs[index]
            profile.pairs.append(
                DecodedProfile.Pair(
                    name: self.strings[Int(pair.name)],
                    value: self.strings[Int(pair.value)]
                )
            )
        }
    }

    private func renumbered(_ type: DecodedProfile.ValueType) -> DecodedProfile.ValueType {
        DecodedProfile.ValueType(type: self.strings[Int(type.type)], unit: self.strings[Int(type.unit)])
    }

    private mutating func moveMappings(
        _ tables: borrowing RawTables,
        _ stub: RawTables.Mapping,
        into profile: inout DecodedProfile
    ) {
        for index in self.mappings.indices where self.mappings[index] == Self.used {
            self.mappings[index] = UInt32(profile.mappings.count)
            let mapping = index < tables.mappings.count ? tables.mappings[index] : stub
            // With functions known, addresses only make equal mappings differ.
            let keep = mapping.flags & 1 == 0
            profile.mappings.append(
                DecodedProfile.Mapping(
                    memoryStart: keep ? mapping.memoryStart : 0,
                    memoryLimit: keep ? mapping.memoryLimit : 0,
                    fileOffset: keep ? mapping.fileOffset : 0,
                    file: self.strings[Int(mapping.file)],
                    buildID: self.strings[Int(mapping.buildID)],
                    flags: mapping.flags
                )
            )
        }
    }

    private mutating func moveFunctions(_ tables: borrowing RawTables, into profile: inout DecodedProfile) {
        for index in self.functions.indices where self.functions[index] == Self.used {
            self.functions[index] = UInt32(profile.functions.count)
            let function = tables.functions[index]
            profile.functions.append(
                DecodedProfile.Function(
                    name: self.strings[Int(function.name)],
                    systemName: self.strings[Int(function.systemName)],
                    file: self.strings[Int(function.file)],
                    startLine: function.startLine
                )
            )
        }
    }

    private mutating func moveLocations(
        _ tables: borrowing RawTables,
        _ links: borrowing TableLinks,
        into profile: inout DecodedProfile
    ) {
        for index in self.locations.indices where self.locations[index] == Self.used {
            self.locations[index] = UInt32(profile.locations.count)
            let location = tables.locations[index]
            let mapping = self.mappings[Int(links.mappingRows[index])]
            let hasFunctions = profile.mappings[Int(mapping)].flags & 1 != 0
            profile.locations.append(
                DecodedProfile.Location(
                    mapping: mapping,
                    firstLine: UInt32(profile.lines.count),
                    lineCount: location.lineCount,
                    flags: location.flags,
                    address: hasFunctions ? 0 : location.address
                )
            )
            for line in Int(location.firstLine)..<Int(location.firstLine) + Int(location.lineCount) {
                profile.lines.append(
                    DecodedProfile.Line(
                        function: self.functions[Int(links.functionRows[line])],
                        line: tables.lines[line].line
                    )
                )
            }
        }
    }
}
