// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Writes the samples of one service as pprof, with only the entries of the tables that they use.
struct PprofWriter {
    /// A text of the profile.
    private enum Text {
        case shared(ByteRange)
        case own(String)
    }

    let tables: DictionaryTables
    let labels: AttributeLabels
    var out = ByteWriter()
    private var byteCountMax = 0
    /// Attributes with the mappings' build ids, as far as they were looked for.
    var buildIDs: [BuildID]

    enum BuildID {
        case unknown, none
        case attribute(Int32)
        case broken(Int32)
    }

    /// Ids in this profile by place in the request's table, 0 for those that it does not use, and the places
    /// in the order of their ids.
    var mappings: UsedEntries
    var locations: UsedEntries
    var functions: UsedEntries
    private var strings: UsedEntries
    private var attributes: UsedEntries
    private var links: UsedEntries
    private var texts: [Text] = []
    private var ownTexts: [String: Int] = [:]
    private var labelTexts: [ByteRange: Int] = [:]
    private var attributeTexts: [(name: Int, value: Int)] = []
    private var linkTexts: [(trace: Int, span: Int)] = []
    /// Mappings, by id, of which a used location has no line.
    var unnamed: Set<Int> = []

    init(_ tables: DictionaryTables, _ labels: AttributeLabels) {
        self.tables = tables
        self.labels = labels
        self.buildIDs = Array(repeating: .unknown, count: tables.mappings.count)
        self.mappings = UsedEntries(count: tables.mappings.count)
        self.locations = UsedEntries(count: tables.locations.count)
        self.functions = UsedEntries(count: tables.functions.count)
        self.strings = UsedEntries(count: max(tables.strings.count, 1))
        self.attributes = UsedEntries(count: labels.meanings.count)
        self.links = UsedEntries(count: tables.links.count)
    }

    /// Bytes of the profile written last, whether it was finished or not.
    var byteCount: Int { self.out.bytes.count }

    /// The bytes of a profile with the samples at `places`; at most `byteCountMax`.
    mutating func write(
        _ profile: SampleColumns,
        _ kind: ProfileKind,
        _ places: [Int32],
        nowNanoseconds: Int64,
        byteCountMax: Int
    ) throws(OTLPError) -> [UInt8] {
        self.byteCountMax = byteCountMax
        self.out = ByteWriter(capacity: 4_096)
        defer { self.forget() }
        try self.checkSize()
        _ = self.textID("")
        try self.writeType(1, kind)
        for place in places {
            try self.write(profile.samples[Int(place)], profile, kind)
            try self.checkSize()
        }
        try self.writeLocations()
        try self.writeFunctions()
        try self.writeMappings()
        self.writeHead(profile, kind, nowNanoseconds)
        for text in self.texts {
            self.out.tag(6, .lengthDelimited)
            switch text {
            case .own(let text): self.out.text(text)
            case .shared(let range):
                try self.checkSize(adding: range.range.count)
                self.out.lengthDelimited(self.tables.bytes[range.range])
            }
            try self.checkSize()
        }
        return self.out.bytes
    }

    private mutating func forget() {
        self.mappings.forget()
        self.locations.forget()
        self.functions.forget()
        self.strings.forget()
        self.attributes.forget()
        self.links.forget()
        self.texts.removeAll(keepingCapacity: true)
        self.ownTexts.removeAll(keepingCapacity: true)
        self.labelTexts.removeAll(keepingCapacity: true)
        self.attributeTexts.removeAll(keepingCapacity: true)
        self.linkTexts.removeAll(keepingCapacity: true)
        self.unnamed.removeAll(keepingCapacity: true)
    }

    func checkSize(adding byteCount: Int = 0) throws(OTLPError) {
        guard self.out.bytes.count + byteCount <= self.byteCountMax else {
            throw .tooLarge(limit: self.byteCountMax)
        }
    }
}

// MARK: - Texts

extension PprofWriter {
    mutating func textID(_ text: String) -> Int {
        if let known = self.ownTexts[text] { return known }
        self.texts.append(.own(text))
        self.ownTexts[text] = self.texts.count - 1
        return self.texts.count - 1
    }

    mutating func textID(_ value: LabelValue) -> Int {
        switch value {
        case .integer(let number): self.textID(String(number))
        case .text(let range): self.textID(range)
        }
    }

    /// The number of a text of the request, which labels of many samples may share.
    mutating func textID(_ range: ByteRange) -> Int {
        if range.isEmpty { return 0 }
        if let known = self.labelTexts[range] { return known }
        self.texts.append(.shared(range))
        self.labelTexts[range] = self.texts.count - 1
        return self.texts.count - 1
    }

    /// The number of a string of the request's table in this profile; the empty one is 0.
    mutating func textID(_ index: Int32, _ place: OTLPPlace) throws(OTLPError) -> Int {
        guard let range = self.tables.string(index) else { throw .outOfBounds(place, index) }
        if range.isEmpty { return 0 }
        let known = self.strings.ids[Int(index)]
        if known != 0 { return Int(known) }
        self.texts.append(.shared(range))
        self.strings.set(index, id: self.texts.count - 1)
        return self.texts.count - 1
    }
}

// MARK: - Samples

extension PprofWriter {
    private mutating func write(
        _ sample: SampleColumns.Sample,
        _ profile: SampleColumns,
        _ kind: ProfileKind
    ) throws(OTLPError) {
        self.out.tag(2, .lengthDelimited)
        let mark = self.out.beginNested()
        self.out.tag(1, .lengthDelimited)
        let list = self.out.beginNested()
        try self.writeFrames(sample, profile)
        self.out.endNested(list)
        let value = try kind.value(sample.values, timestampCount: sample.timestampCount)
        self.out.tag(2, .varint)
        self.out.varint(UInt64(bitPattern: value))
        for index in profile.attributes[sample.attributes.range] { self.writeLabel(attribute: index) }
        if let link = sample.link, link != 0 || profile.hasSlices { try self.writeLink(link) }
        self.out.endNested(mark)
    }

    private mutating func writeFrames(_ sample: SampleColumns.Sample, _ profile: SampleColumns)
        throws(OTLPError)
    {
        guard profile.hasSlices else {
            guard sample.stack >= 0, Int(sample.stack) < self.tables.stacks.count else {
                throw .outOfBounds(.stack, sample.stack)
            }
            for place in self.tables.stacks[Int(sample.stack)].range {
                try self.writeFrame(self.tables.indices[place])
            }
            return
        }
        let (start, count) = (sample.slice.start, sample.slice.count)
        guard start >= 0, count >= 0, Int(start) + Int(count) <= profile.locations.count else {
            throw .outOfBounds(.stack, start)
        }
        for place in sample.slice.range { try self.writeFrame(profile.locations[place]) }
    }

    @inline(__always)
    private mutating func writeFrame(_ location: Int32) throws(OTLPError) {
        guard let id = self.locations.id(location) else { throw .outOfBounds(.location, location) }
        self.out.varint(id)
    }

    /// The attribute's index was checked when the sample's service was looked up.
    private mutating func writeLabel(attribute index: Int32) {
        guard case .label(let name, let value) = self.labels.meanings[Int(index)],
            let id = self.attributes.id(index)
        else { return }
        if id > self.attributeTexts.count {
            self.attributeTexts.append((self.textID(name), self.textID(value)))
        }
        let texts = self.attributeTexts[id - 1]
        self.writeLabel(texts.name, texts.value)
    }

    private mutating func writeLink(_ index: Int32) throws(OTLPError) {
        guard let id = self.links.id(index) else { throw .outOfBounds(.link, index) }
        if id > self.linkTexts.count {
            let link = self.tables.links[Int(index)]
            self.linkTexts.append((self.hexText(link.trace, 16), self.hexText(link.span, 8)))
        }
        let texts = self.linkTexts[id - 1]
        if texts.span != 0 { self.writeLabel(self.textID("span_id"), texts.span) }
        if texts.trace != 0 { self.writeLabel(self.textID("trace_id"), texts.trace) }
    }

    /// The digits of an id of the right length that is not all zero; 0 for others.
    private mutating func hexText(_ range: ByteRange, _ byteCount: Int) -> Int {
        let bytes = self.tables.bytes[range.range]
        guard bytes.count == byteCount, bytes.contains(where: { $0 != 0 }) else { return 0 }
        return self.textID(HexText.encode(bytes))
    }

    private mutating func writeLabel(_ name: Int, _ value: Int) {
        self.out.tag(3, .lengthDelimited)
        self.out.nested { writer in
            writer.tag(1, .varint)
            writer.varint(name)
            writer.tag(2, .varint)
            writer.varint(value)
        }
    }
}
