// SPDX-License-Identifier: Apache-2.0
//
// Invariant: `PprofReader` bounds every read. Frames are written through a pointer only after room was made
// for one per byte of the packed field, which is the most it can hold.
internal import ByteCoding
internal import ProfileModel

/// What reading samples needs to know of the tables.
struct SampleContext: ~Copyable {
    var stringCount = 0
    var typeCount = 0
    var depthMax = 0
    var labelCountMax = 0
    /// Ranges of the open sample's label messages.
    var labels = Column<DecodedProfile.Text>()
    var pairs = Column<DecodedProfile.Pair>()
    /// The deepest stack seen and how many stacks were cut.
    var deepest = 0
    var cut = 0
    var dangling = 0
}

extension SampleContext {
    /// Starts over with the profile in `tables`.
    mutating func prepare(_ tables: borrowing RawTables, _ limits: ProfileLimits) {
        self.stringCount = tables.texts.count
        self.typeCount = tables.sampleTypes.count
        self.depthMax = max(limits.depthMax, 1)
        self.labelCountMax = limits.sampleLabelCountMax
        self.deepest = 0
        self.cut = 0
        self.dangling = 0
    }
}

/// The open sample's state while its fields are read.
private struct OpenSample {
    var hash = SampleTable.seed
    var depth = 0
    var valueCount = 0
    var isDangling = false
}

extension SampleContext {
    /// Reads one sample's frames and values behind those of `profile`, its label messages' places into
    /// `labels`.
    ///
    /// Returns the stack's hash, or nil when the sample points to a location that is not there.
    mutating func read(
        _ message: consuming PprofReader,
        _ links: borrowing TableLinks,
        into profile: inout DecodedProfile
    ) throws(PprofFault) -> UInt64? {
        var reader = message
        var open = OpenSample()
        self.labels.removeAll()
        while try reader.more() {
            let tag = try reader.varint()
            switch tag {
            case 0x0A: try self.readFrames(reader.message(), &open, links, into: &profile)
            case 0x12:
                var values = try reader.message()
                while try values.more() { try self.append(values.varint(), &open, values, into: &profile) }
            case 0x1A:
                let range = try reader.range()
                self.labels.append(
                    DecodedProfile.Text(
                        offset: UInt32(truncatingIfNeeded: range.lowerBound),
                        count: UInt32(truncatingIfNeeded: range.count)
                    )
                )
            case 0x08: try self.appendFrame(reader.varint(), &open, reader, links, into: &profile)
            case 0x10: try self.append(reader.varint(), &open, reader, into: &profile)
            default: try reader.skip(tag, known: 0b1110)
            }
        }
        guard open.valueCount == self.typeCount else { throw reader.fault(.valueCount) }
        guard self.labels.count <= self.labelCountMax else {
            throw reader.fault(.tooManySampleLabels(self.labels.count))
        }
        self.deepest = max(self.deepest, open.depth)
        if open.depth > self.depthMax { self.cut += 1 }
        if open.isDangling { self.dangling += 1 }
        return open.isDangling ? nil : open.hash
    }

    @inline(__always)
    private func append(
        _ value: UInt64,
        _ open: inout OpenSample,
        _ reader: PprofReader,
        into profile: inout DecodedProfile
    ) throws(PprofFault) {
        open.valueCount += 1
        guard open.valueCount <= self.typeCount else { throw reader.fault(.valueCount) }
        guard profile.values.count < RawTables.valueCountMax else {
            throw reader.fault(.tooMany(.values, limit: RawTables.valueCountMax))
        }
        profile.values.append(Int64(bitPattern: value))
    }

    /// The packed form, which all known profilers send.
    private func readFrames(
        _ message: consuming PprofReader,
        _ open: inout OpenSample,
        _ links: borrowing TableLinks,
        into profile: inout DecodedProfile
    ) throws(PprofFault) {
        var reader = message
        guard links.allAlive, open.depth == 0, links.locationIndex.denseCount > 0 else {
            while try reader.more() {
                try self.appendFrame(reader.varint(), &open, reader, links, into: &profile)
            }
            return
        }
        let known = links.locationIndex.denseCount
        let start = profile.frames.count
        let room = reader.end &- reader.offset
        guard start + min(room, self.depthMax) <= RawTables.frameCountMax else {
            throw reader.fault(.tooMany(.frames, limit: RawTables.frameCountMax))
        }
        profile.frames.reserve(start + min(room, self.depthMax))
        let target = unsafe profile.frames.unsafeStart + start
        var hash = open.hash
        var depth = 0
        while try reader.more() {
            let row = try reader.varint() &- 1
            if depth < self.depthMax {
                if row >= known { open.isDangling = true }
                let frame = UInt32(truncatingIfNeeded: row)
                unsafe target[depth] = frame
                hash = SampleTable.mix(hash, frame)
            }
            depth &+= 1
        }
        profile.frames.setCount(start + min(depth, self.depthMax))
        open.hash = hash
        open.depth = depth
    }

    /// One frame, whatever form it came in.
    private func appendFrame(
        _ id: UInt64,
        _ open: inout OpenSample,
        _ reader: PprofReader,
        _ links: borrowing TableLinks,
        into profile: inout DecodedProfile
    ) throws(PprofFault) {
        let row = links.locationIndex.row(id)
        defer { open.depth += 1 }
        guard open.depth < self.depthMax else { return }
        if row == IDIndex.absent || links.alive[Int(row)] == 0 {
            open.isDangling = true
        } else {
            guard profile.frames.count < RawTables.frameCountMax else {
                throw reader.fault(.tooMany(.frames, limit: RawTables.frameCountMax))
            }
            profile.frames.append(row)
            open.hash = SampleTable.mix(open.hash, row)
        }
    }

    /// Reads the open sample's labels that have text into `pairs`.
    mutating func readLabels(base: UnsafePointer<UInt8>) throws(PprofFault) {
        self.pairs.removeAll()
        for index in self.labels.indices {
            let range =
                Int(self.labels[index].offset)..<Int(self.labels[index].offset + self.labels[index].count)
            var reader = unsafe PprofReader(base: base, range: range)
            var name: UInt64 = 0
            var value: UInt64 = 0
            while try reader.more() {
                let tag = try reader.varint()
                switch tag {
                case 0x08: name = try reader.varint()
                case 0x10: value = try reader.varint()
                case 0x18, 0x20: _ = try reader.varint()
                default: try reader.skip(tag, known: 0b1_1110)
                }
            }
            guard max(name, value) < UInt64(self.stringCount) else { throw reader.fault(.labelIndex) }
            if value != 0 {
                self.pairs.append(DecodedProfile.Pair(name: UInt32(name), value: UInt32(value)))
            }
        }
    }
}
