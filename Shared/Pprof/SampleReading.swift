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
    var hasher = StackHasher()
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
                try self.readValues(reader.message(), &open, into: &profile)
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

    /// The packed form, which all known profilers send.
    @inline(__always)
    private func readValues(
        _ message: consuming PprofReader,
        _ open: inout OpenSample,
        into profile: inout DecodedProfile
    ) throws(PprofFault) {
        var reader = message
        let left = self.typeCount &- open.valueCount
        guard profile.values.count + left <= RawTables.valueCountMax else {
            throw reader.fault(.tooMany(.values, limit: RawTables.valueCountMax))
        }
        profile.values.reserve(profile.values.count + left)
        let target = unsafe profile.values.unsafeStart + profile.values.count
        var count = 0
        while try reader.more() {
            guard count < left else { throw reader.fault(.valueCount) }
            unsafe target[count] = Int64(bitPattern: try reader.varint())
            count &+= 1
        }
        profile.values.setCount(profile.values.count + count)
        open.valueCount &+= count
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
        var largest: UInt64 = 0
        var depth = unsafe self.readShortIDs(&reader, &hash, &largest, into: target)
        while try reader.more() {
            let row = try reader.varint() &- 1
            if depth < self.depthMax {
                largest = max(largest, row)
                let frame = UInt32(truncatingIfNeeded: row)
                unsafe target[depth] = frame
                hash = self.hasher.appended(frame, at: depth, to: hash)
            }
            depth &+= 1
        }
        if largest >= known { open.isDangling = true }
        profile.frames.setCount(start + min(depth, self.depthMax))
        open.hash = hash
        open.depth = depth
    }

    /// Reads frames up to the depth or period limit and returns how many; 0, with nothing read, when an id
    /// takes more than three bytes or is cut off.
    @inline(__always)
    private func readShortIDs(
        _ reader: inout PprofReader,
        _ hash: inout UInt64,
        _ largest: inout UInt64,
        into target: UnsafeMutablePointer<UInt32>
    ) -> Int {
        // The last frame of a period is for the hasher, which mixes there.
        let limit = min(self.depthMax, StackHasher.periodLength - 1)
        let (base, end) = unsafe (reader.base, reader.end)
        var (offset, depth) = (reader.offset, 0)
        // No branch on an id's length, which nobody can predict: each byte is written as if it ended an id,
        // and stays if it does.
        var (pending, shift, shifts) = (UInt64(0), UInt64(0), UInt64(0))
        while offset < end, depth < limit {
            let byte = unsafe UInt64(base[offset])
            let id = pending | (byte & 0x7F) &<< shift
            let more = 0 &- (byte &>> 7)
            unsafe target[depth] = UInt32(truncatingIfNeeded: id &- 1)
            depth &+= 1 &+ Int(truncatingIfNeeded: more)
            pending = id & more
            shifts |= shift
            shift = (shift &+ 7) & more
            offset &+= 1
        }
        // Shifts of 7 and 14 leave bit 4 alone, the next one, 21, sets it.
        guard shift == 0, shifts < 16 else { return 0 }
        reader.offset = offset
        let keys = unsafe self.hasher.keys.unsafeStart
        for at in 0..<depth {
            let row = unsafe target[at]
            largest = max(largest, UInt64(row))
            unsafe hash &+= keys[at] &* (UInt64(row) &+ 1)
        }
        return depth
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
            open.hash = self.hasher.appended(row, at: open.depth, to: open.hash)
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
