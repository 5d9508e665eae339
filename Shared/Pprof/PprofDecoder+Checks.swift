// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileModel

extension PprofDecoder {
    /// Header fields: time in the window, something measured at all.
    mutating func takeHeader(
        _ incoming: IncomingProfile,
        into profile: inout DecodedProfile
    ) throws(ProfileRejection) {
        guard !self.tables.sampleTypes.isEmpty else {
            throw ProfileRejection(.malformedProfile, "empty profile")
        }
        if case .ingest(let parameters) = incoming.origin { try self.applyIngestFixes(parameters) }
        let header = self.tables.header
        profile.hasOwnTime = header.time > 0
        profile.timeNanoseconds = header.time > 0 ? header.time : incoming.receivedNanoseconds
        profile.durationNanoseconds = header.duration
        profile.period = header.period
        guard profile.hasOwnTime else { return }
        let limits = incoming.limits
        let window = IngestionWindow(now: incoming.receivedNanoseconds, limits: limits)
        guard window.contains(header.time) else {
            let labels = LabelValidation.text(incoming.labels.labels)
            let text =
                "profile with labels '\(labels)' is outside of ingestion window (\(window.text(header.time)))"
                + ", \(window.skew(header.time))"
            throw ProfileRejection(.notInIngestionWindow, text)
        }
    }

    /// Ids, indices and text, in the order clients expect (spec/ingest 6.2, checks 7 to 14).
    mutating func checkTables(
        _ limits: ProfileLimits,
        _ damage: inout DecodedProfile.Damage
    ) throws(ProfileRejection) {
        damage.truncatedSymbols = self.tables.texts.truncate(to: max(limits.symbolByteCountMax, 1))
        for index in self.tables.locations.indices where self.tables.locations[index].id == 0 {
            throw ProfileRejection(.malformedProfile, "location id is 0")
        }
        for index in self.tables.functions.indices where self.tables.functions[index].id == 0 {
            throw ProfileRejection(.malformedProfile, "function id is 0")
        }
        if self.tables.texts.count > 0, self.tables.texts.byteCount(0) > 0 {
            throw ProfileRejection(.malformedProfile, "string 0 should be empty string")
        }
        try self.checkIndices()
        for index in self.tables.sampleTypes.indices
        where self.tables.texts.contains(self.tables.sampleTypes[index].type, byte: UInt8(ascii: "-")) {
            throw ProfileRejection(.malformedProfile, "sample type contains -")
        }
        for index in self.tables.suspects.indices {
            let bytes = self.tables.texts.bytes(self.tables.suspects[index])
            guard String(validating: bytes, as: UTF8.self) == nil else { continue }
            let shown = bytes.prefix(LabelValidation.echoedByteCountMax / 2)
            let hex = shown.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            throw ProfileRejection(.malformedProfile, "invalid utf8 string hex: \(hex)")
        }
    }

    /// Every index into the string table; what clients get away with (units, period) becomes the empty
    /// string.
    private mutating func checkIndices() throws(ProfileRejection) {
        let count = UInt32(self.tables.texts.count)
        func check(_ index: UInt32, _ text: String) throws(ProfileRejection) {
            guard index < count else { throw ProfileRejection(.malformedProfile, text) }
        }
        for index in self.tables.sampleTypes.indices {
            try check(self.tables.sampleTypes[index].type, "sample type type string index out of range")
            if self.tables.sampleTypes[index].unit >= count { self.tables.sampleTypes[index].unit = 0 }
        }
        for index in self.tables.functions.indices {
            let function = self.tables.functions[index]
            guard max(function.name, function.systemName, function.file) >= count else { continue }
            try check(function.name, "function name string index out of range")
            try check(function.systemName, "function system name index string out of range")
            try check(function.file, "function file name string index out of range")
        }
        for index in self.tables.mappings.indices {
            try check(self.tables.mappings[index].file, "mapping file name string index out of range")
            try check(self.tables.mappings[index].buildID, "mapping build id string index out of range")
        }
        if self.tables.header.periodType.type >= count { self.tables.header.periodType.type = 0 }
        if self.tables.header.periodType.unit >= count { self.tables.header.periodType.unit = 0 }
    }

    /// What to answer to broken bytes.
    func rejection(_ fault: PprofFault, _ incoming: IncomingProfile) -> ProfileRejection {
        let subject = "the profile with labels '\(LabelValidation.text(incoming.labels.labels))' exceeds the"
        switch fault.kind {
        case .tooMany(.samples, let limit):
            let actual = RawTables.countSamples(self.reader(0..<self.tables.texts.text.count))
            let numbers = "(max_profile_stacktrace_samples, actual: \(actual), limit: \(limit))"
            return ProfileRejection(.samplesLimit, "\(subject) samples count limit \(numbers)")
        case .tooManySampleLabels(let actual):
            let limit = incoming.limits.sampleLabelCountMax
            let numbers = "(max_profile_stacktrace_sample_labels, actual: \(actual), limit: \(limit))"
            return ProfileRejection(.sampleLabelsLimit, "\(subject) sample labels limit \(numbers)")
        case .tooMany(let what, let limit):
            return ProfileRejection(.malformedProfile, "profile has more than \(limit) \(what.rawValue)")
        case .labelIndex:
            return ProfileRejection(.malformedProfile, "sample label string index out of range")
        case .valueCount: return ProfileRejection(.malformedProfile, "sample value length mismatch")
        case .truncated: return Self.malformed(fault, "unexpected end")
        case .overlongVarint: return Self.malformed(fault, "varint of more than 64 bits")
        case .invalidTag: return Self.malformed(fault, "invalid field tag")
        case .groupNesting: return Self.malformed(fault, "unbalanced group")
        case .wrongKind(let field, let kind):
            return Self.malformed(fault, "wrong wire type \(kind) for field \(field)")
        }
    }

    private static func malformed(_ fault: PprofFault, _ what: String) -> ProfileRejection {
        ProfileRejection(.malformedProfile, "malformed pprof at offset \(fault.offset): \(what)")
    }

    /// The profile inflates to more than allowed.
    static func tooLarge(_ incoming: IncomingProfile, _ limit: Int) -> ProfileRejection {
        let text =
            switch incoming.origin {
            case .push: "uncompressed profile payload size exceeds limit of \(Self.size(limit))"
            case .ingest: "decompressed size exceeds maximum allowed size of \(limit) bytes"
            }
        return ProfileRejection(.profileSizeLimit, text)
    }

    /// A size with decimal units as Go's humanize prints it: 4194304 → `4.2 MB`.
    private static func size(_ byteCount: Int) -> String {
        let units = ["B", "kB", "MB", "GB"]
        var unit = 0
        var scale = 1
        while unit < units.count - 1, byteCount >= scale * 1_000 {
            unit += 1
            scale *= 1_000
        }
        if unit == 0 { return "\(byteCount) B" }
        let tenths = (byteCount * 10 + scale / 2) / scale
        return tenths < 100
            ? "\(tenths / 10).\(tenths % 10) \(units[unit])" : "\((tenths + 5) / 10) \(units[unit])"
    }
}
