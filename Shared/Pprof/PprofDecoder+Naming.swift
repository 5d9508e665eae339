// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileModel

extension PprofDecoder {
    /// Repairs that old profilers' uploads to `/ingest` need before they can be checked (spec/ingest 2.7).
    mutating func applyIngestFixes(_ parameters: IngestParameters) throws(ProfileRejection) {
        // Zero, or seconds and microseconds taken for nanoseconds, lie in 1970.
        let yearNanoseconds: Int64 = 365 * 86_400 * 1_000_000_000
        if self.tables.header.time >= 0, self.tables.header.time < yearNanoseconds {
            self.tables.header.time = parameters.fromNanoseconds
        }
        switch parameters.spyName {
        case "pyspy", "rbspy", "scripting":
            guard !parameters.keepsFunctionNames else { return }
            try self.joinFileAndName(keepAbsolute: parameters.spyName == "pyspy")
        case "dotnetspy": try self.repairDotnet()
        case "unknown" where parameters.displayNames?["inuse-space"] != nil: try self.repairDotnet()
        default: break
        }
    }

    /// Functions without ids take those of the locations; sample types may not contain `-`.
    private mutating func repairDotnet() throws(ProfileRejection) {
        if self.tables.functions.count == self.tables.locations.count,
            self.tables.functions.indices.allSatisfy({ self.tables.functions[$0].id == 0 })
        {
            for index in self.tables.functions.indices {
                self.tables.functions[index].id = self.tables.locations[index].id
            }
        }
        for index in self.tables.sampleTypes.indices {
            let type = self.tables.sampleTypes[index].type
            guard type < self.tables.texts.count else { continue }
            guard self.tables.texts.contains(type, byte: UInt8(ascii: "-")) else { continue }
            let bytes = self.tables.texts.bytes(type)
            let renamed = bytes.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
            self.tables.sampleTypes[index].type = try self.tables.texts.make(renamed)
        }
    }

    /// Scripting profilers put the file beside the function: `app.py main`.
    private mutating func joinFileAndName(keepAbsolute: Bool) throws(ProfileRejection) {
        let count = self.tables.texts.count
        var made: [UInt64: UInt32] = [:]
        for index in self.tables.functions.indices {
            let function = self.tables.functions[index]
            guard max(function.name, function.file) < count else { continue }
            let pair = UInt64(function.file) << 32 | UInt64(function.name)
            if let known = made[pair] {
                self.tables.functions[index].name = known
                continue
            }
            let file = self.tables.texts.bytes(function.file)
            if keepAbsolute, file.first == UInt8(ascii: "/") { continue }
            let joined = file + [UInt8(ascii: " ")] + self.tables.texts.bytes(function.name)
            if joined.contains(where: { $0 >= 0x80 }) {
                self.tables.suspects.append(UInt32(self.tables.texts.count))
            }
            let name = try self.tables.texts.make(joined)
            made[pair] = name
            self.tables.functions[index].name = name
        }
    }

    /// What is left to do once the samples are known: source versions, compact tables, the profile's name.
    mutating func finish(
        _ incoming: IncomingProfile,
        _ profile: inout DecodedProfile
    ) throws(ProfileRejection) {
        let stubBuildID = try self.injectSourceVersion(incoming.labels)
        switch incoming.origin {
        case .push: profile.name = incoming.labels[LabelName.profileName] ?? ""
        case .ingest(let parameters):
            // The door names it where rules may have changed the name.
            profile.name = incoming.labels[LabelName.profileName] ?? self.derivedName(parameters)
        }
        self.compaction.run(
            &self.tables,
            self.links,
            labels: self.labels,
            stubBuildID: stubBuildID,
            into: &profile
        )
    }

    /// `__name__` of an `/ingest` upload, from its sample types.
    private func derivedName(_ parameters: IngestParameters) -> String {
        let types = self.tables.sampleTypes.indices.map { index in
            self.tables.texts.string(self.tables.sampleTypes[index].type)
        }
        return UploadName.derived(types: types, displayNames: parameters.displayNames)
    }

    /// Puts repository, commit and path beside the build ids, for the source view (spec/ingest 6.7).
    ///
    /// Returns the build id of the mapping that stands for none.
    private mutating func injectSourceVersion(_ labels: LabelSet) throws(ProfileRejection) -> UInt32 {
        let repository = labels["service_repository"]
        let commit = labels["service_git_ref"]
        let root = labels["service_root_path"]
        guard repository != nil || commit != nil || root != nil else { return 0 }
        func text(_ buildID: String) -> [UInt8] {
            let fields = [
                ("repository", repository), ("git_ref", commit), ("build_id", buildID), ("root_path", root),
            ]
            let parts = fields.compactMap { name, value in
                value.flatMap { $0.isEmpty ? nil : "\"\(name)\":\(Self.quoted($0))" }
            }
            return Array("{\(parts.joined(separator: ","))}".utf8)
        }
        var made: [UInt32: UInt32] = [:]
        for index in self.tables.mappings.indices {
            let old = self.tables.mappings[index].buildID
            if let known = made[old] {
                self.tables.mappings[index].buildID = known
                continue
            }
            let new = try self.tables.texts.make(text(self.tables.texts.string(old)))
            made[old] = new
            self.tables.mappings[index].buildID = new
        }
        return try self.tables.texts.make(text(""))
    }

    /// A JSON string.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case "\u{0}"..."\u{1F}":
                let hex = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
