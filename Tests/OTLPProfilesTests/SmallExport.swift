// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import OTLPProfiles
import Pprof
import ProfileModel

/// A small export, field by field, in each layout that senders use.
struct SmallExport {
    enum Layout: CaseIterable { case current, valuesFirst, slices, ownTables }

    var layout = Layout.current
    var period: UInt64 = 10
    var hasSampleType = true
    /// Places of the two stacks in the table (`current`, `valuesFirst`).
    var stacks: [UInt64] = [1, 2]
    /// Attributes of the second sample: 1 is a thread, 2 a service, 3 a thread by reference.
    var attributes: [UInt64] = [1]
    var link: UInt64 = 1
    var values: [UInt64] = [3]
    var timestampCount = 0
    /// Whether lists are written number by number, as async-profiler does.
    var isUnpacked = false
    /// Whether values are written one by one and other lists are not.
    var valueIsSingle = false
    /// A second profile that refers to a stack which is not there.
    var hasBrokenProfile = false
    /// Whether the resource's attributes are references.
    var hasReferences = false

    private static let strings = [
        "", "samples", "count", "cpu", "nanoseconds", "hash", "work", "main", "main.go", "/usr/bin/shop",
        "thread.name", "worker", "service.name", "cart", "shop",
    ]

    var bytes: [UInt8] {
        var out = ByteWriter()
        Self.message(1, &out) { resource in
            Self.message(1, &resource) { self.writeResource(&$0) }
            Self.message(2, &resource) { scope in
                Self.message(2, &scope) { self.writeProfile(&$0, stacks: self.stacks) }
                if self.hasBrokenProfile {
                    Self.message(2, &scope) { self.writeProfile(&$0, stacks: [1, 99]) }
                }
            }
        }
        if self.layout != .ownTables { Self.message(2, &out) { self.writeDictionary(&$0) } }
        return out.bytes
    }

    private var hasSlices: Bool { self.layout == .slices || self.layout == .ownTables }

    /// The field of a table: of the dictionary, or of the profile.
    private func table(_ number: UInt32) -> UInt32 {
        self.layout == .ownTables ? [0, 3, 4, 6, 9, 10, 7][Int(number)] : number
    }

    static func message(_ field: UInt32, _ out: inout ByteWriter, _ body: (inout ByteWriter) -> Void) {
        out.tag(field, .lengthDelimited)
        out.nested { body(&$0) }
    }

    static func number(_ field: UInt32, _ out: inout ByteWriter, _ value: UInt64) {
        out.tag(field, .varint)
        out.varint(value)
    }

    static func packed(_ field: UInt32, _ out: inout ByteWriter, _ values: [UInt64]) {
        guard !values.isEmpty else { return }
        Self.message(field, &out) { list in for value in values { list.varint(value) } }
    }

    private func list(_ field: UInt32, _ out: inout ByteWriter, _ values: [UInt64], isSingle: Bool) {
        guard isSingle || self.isUnpacked else { return Self.packed(field, &out, values) }
        for value in values { Self.number(field, &out, value) }
    }

    static func text(_ field: UInt32, _ out: inout ByteWriter, _ text: String) {
        out.tag(field, .lengthDelimited)
        out.text(text)
    }

    private func writeResource(_ out: inout ByteWriter) {
        Self.message(1, &out) { attribute in
            if self.hasReferences {
                Self.message(2, &attribute) { Self.number(8, &$0, 14) }
                Self.number(3, &attribute, 12)
            } else {
                Self.text(1, &attribute, "service.name")
                Self.message(2, &attribute) { Self.text(1, &$0, "shop") }
            }
        }
    }

    private func writeProfile(_ out: inout ByteWriter, stacks: [UInt64]) {
        if self.hasSampleType {
            Self.message(1, &out) {
                Self.number(1, &$0, 1)
                Self.number(2, &$0, 2)
            }
        }
        Self.message(2, &out) { self.writeSample(&$0, stacks[0], [], 0, [7], 0) }
        Self.message(2, &out) {
            self.writeSample(&$0, stacks[1], self.attributes, self.link, self.values, self.timestampCount)
        }
        let shift: UInt32 = self.layout == .slices ? 1 : self.layout == .ownTables ? 8 : 0
        if self.layout == .ownTables { self.writeDictionary(&out) }
        if self.hasSlices {
            Self.packed(self.layout == .slices ? 3 : 5, &out, [1, 2, 3, 2, 3])
            Self.number(3 + shift, &out, 1_795_521_615_000_000_000)
        } else {
            out.tag(3, .fixed64)
            out.fixed64(1_795_521_615_000_000_000)
        }
        Self.number(4 + shift, &out, 10_000_000_000)
        Self.message(5 + shift, &out) {
            Self.number(1, &$0, 3)
            Self.number(2, &$0, 4)
        }
        if self.period != 0 { Self.number(6 + shift, &out, self.period) }
    }

    private func writeSample(
        _ out: inout ByteWriter,
        _ stack: UInt64,
        _ attributes: [UInt64],
        _ link: UInt64,
        _ values: [UInt64],
        _ timestampCount: Int
    ) {
        if self.hasSlices {
            Self.number(1, &out, stack == 1 ? 0 : 3)
            Self.number(2, &out, stack == 1 ? 3 : stack == 2 ? 2 : 99)
        } else {
            Self.number(1, &out, stack)
        }
        let fields: (values: UInt32, attributes: UInt32, link: UInt32, times: UInt32) =
            switch self.layout {
            case .current: (4, 2, 3, 5)
            case .valuesFirst: (2, 3, 4, 5)
            case .slices, .ownTables: (3, 4, 5, 6)
            }
        self.list(fields.values, &out, values, isSingle: self.valueIsSingle)
        self.list(fields.attributes, &out, attributes, isSingle: false)
        if link != 0 { Self.number(fields.link, &out, link) }
        guard timestampCount > 0 else { return }
        Self.message(fields.times, &out) { list in
            for second in 0..<timestampCount { list.fixed64(1_795_521_615_000_000_000 + UInt64(second)) }
        }
    }

    private func writeDictionary(_ out: inout ByteWriter) {
        Self.message(self.table(1), &out) { _ in }
        Self.message(self.table(1), &out) {
            Self.number(1, &$0, 0x400000)
            Self.number(2, &$0, 0x800000)
            Self.number(4, &$0, 9)
        }
        Self.message(self.table(2), &out) { _ in }
        for function in 1...3 as ClosedRange<UInt64> {
            Self.message(self.table(2), &out) { location in
                Self.number(1, &location, 1)
                Self.number(2, &location, 0x400100 + function)
                Self.message(3, &location) {
                    Self.number(1, &$0, function)
                    Self.number(2, &$0, 10)
                }
            }
        }
        Self.message(self.table(3), &out) { _ in }
        for name in 5...7 as ClosedRange<UInt64> {
            Self.message(self.table(3), &out) {
                Self.number(1, &$0, name)
                Self.number(3, &$0, 8)
            }
        }
        Self.message(self.table(4), &out) { _ in }
        Self.message(self.table(4), &out) { link in
            link.tag(1, .lengthDelimited)
            link.lengthDelimited((1...16).map { UInt8($0) })
            link.tag(2, .lengthDelimited)
            link.lengthDelimited((1...8).map { UInt8($0) })
        }
        for text in Self.strings { Self.text(self.table(5), &out, text) }
        self.writeAttributes(&out)
        guard !self.hasSlices else { return }
        for stack in [[], [1, 2, 3], [2, 3]] as [[UInt64]] {
            Self.message(self.table(7), &out) { Self.packed(1, &$0, stack) }
        }
    }

    private func writeAttributes(_ out: inout ByteWriter) {
        Self.message(self.table(6), &out) { _ in }
        for (key, value) in [(10, "worker"), (12, "cart")] as [(UInt64, String)] {
            Self.message(self.table(6), &out) { attribute in
                if self.hasSlices {
                    Self.text(1, &attribute, Self.strings[Int(key)])
                } else {
                    Self.number(1, &attribute, key)
                }
                Self.message(2, &attribute) { Self.text(1, &$0, value) }
            }
        }
        Self.message(self.table(6), &out) { attribute in
            Self.number(1, &attribute, 10)
            Self.message(2, &attribute) { Self.number(8, &$0, 11) }
        }
    }
}

extension TranslatedExport {
    /// One line per stack of each profile: service, labels, frames, value.
    func text() throws(ProfileRejection) -> [String] {
        var lines: [String] = []
        for profile in self.profiles {
            let labels = LabelSet(profile.labels)
            let head = "\(labels["service_name"] ?? "-") \(labels["__name__"] ?? "-")"
            lines += try DecodedProfile.lines(profile.payload, labels).map { "\(head) \($0)" }
        }
        return lines.sorted()
    }
}

extension DecodedProfile {
    /// What the engine makes of a pprof: sample type, labels, stack, value.
    static func lines(_ payload: [UInt8], _ labels: LabelSet) throws(ProfileRejection) -> [String] {
        var limits = ProfileLimits()
        limits.rejectOlderThanNanoseconds = 0
        limits.rejectNewerThanNanoseconds = 0
        let incoming = IncomingProfile(
            tenant: .anonymous,
            labels: labels,
            uid: ProfileUID(high: 0, low: 0),
            receivedNanoseconds: 1_795_521_615_000_000_000,
            origin: .push,
            limits: limits,
            payload: payload
        )
        var decoder = PprofDecoder()
        var decoded = DecodedProfile()
        try decoder.decode(incoming, into: &decoded)
        var lines: [String] = []
        let type = decoded.sampleTypes[0]
        for index in decoded.samples.indices {
            let sample = decoded.samples[index]
            let pairs = decoded.labelSets[Int(sample.labelSet)]
            let texts = (Int(pairs.firstPair)..<Int(pairs.firstPair) + Int(pairs.pairCount)).map {
                "\(decoded.string(decoded.pairs[$0].name))=\(decoded.string(decoded.pairs[$0].value))"
            }
            let frames = sample.frameRange.map { frame -> String in
                let location = decoded.locations[Int(decoded.frames[frame])]
                guard location.lineCount > 0 else { return String(location.address, radix: 16) }
                let line = decoded.lines[Int(location.firstLine)]
                return decoded.string(decoded.functions[Int(line.function)].name)
            }
            let labelText = "{\(texts.sorted().joined(separator: ","))}"
            let typeText = "\(decoded.string(type.type)):\(decoded.string(type.unit))"
            let stack = frames.joined(separator: ";")
            lines.append("\(typeText) \(labelText) \(stack) \(decoded.values[index])")
        }
        return lines
    }
}
