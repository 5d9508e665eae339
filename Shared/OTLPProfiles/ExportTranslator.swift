// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
package import ProfileModel
internal import ProtobufWire

/// What bounds a translation.
package struct ExportParameters: Sendable {
    /// The time of profiles that name none, nanoseconds since 1970.
    package var nowNanoseconds: Int64
    /// Samples that one profile may have.
    package var sampleCountMax = 64_000
    /// Bytes that one translated profile may take.
    package var profileByteCountMax = 16 << 20
    /// Bytes that all translated profiles of a request may take.
    package var payloadByteCountMax = 64 << 20
    /// Bytes by which they may exceed the request: samples may share stacks and texts in it.
    package var expansionByteCountMax = 4 << 20

    /// The default bounds.
    package init(nowNanoseconds: Int64) { self.nowNanoseconds = nowNanoseconds }
}

/// The profiles of one export request.
package struct TranslatedExport: Sendable {
    /// The samples of one service in one profile, as pprof.
    package struct Profile: Sendable {
        /// Place of its profile in the request.
        package var index: Int
        /// The profile's id in hexadecimal; empty for none.
        package var id: String
        /// Series labels as sent: unsorted, names maybe repeated.
        package var labels: [Label]
        package var payload: [UInt8]
    }

    /// Profiles in the request, translated or not.
    package var profileCount = 0
    package var profiles: [Profile] = []
    /// Profiles that could not be translated, with their place and size in the request.
    package var refusals: [(index: Int, byteCount: Int, error: OTLPError)] = []
}

/// Turns an `ExportProfilesServiceRequest` into pprof and series labels, one profile per service of each
/// profile (spec/ingest 5).
///
/// Reads each byte a bounded number of times; what it allocates is limited by the size of the request and by
/// fixed bounds, never by a number that the request states.
package struct ExportTranslator {
    /// Profiles that one request may hold, and series that may be made of them.
    private static let profileCountMax = 4_096
    /// Labels that those series may have together.
    private static let labelCountMax = 131_072
    /// The largest request, bytes.
    private static let byteCountMax = 1 << 30

    private let parameters: ExportParameters
    /// The strings of the request; none where profiles have tables of their own.
    private let tables: DictionaryTables
    private let layout: ProfileLayout
    /// Where profiles have tables of their own.
    private let ownTables: DictionaryTables.Source?
    /// The tables of the profile that is translated.
    private var set: TableSet
    private var result = TranslatedExport()
    /// Bytes that may still be written; profiles that are refused half-way take of it too.
    private var payloadRoom: Int
    private var labelCount = 0
    private var budget: TextBudget

    /// Translates the protobuf form.
    package static func translate(
        binary bytes: [UInt8],
        _ parameters: ExportParameters
    ) throws(OTLPError) -> TranslatedExport {
        try Self.translate(bytes, parameters, layout: nil)
    }

    /// Translates proto3 JSON; ids may be hexadecimal, as OTLP has it, or base64.
    package static func translate(
        json: [UInt8],
        _ parameters: ExportParameters
    ) throws(OTLPError) -> TranslatedExport {
        var limits = CodecLimits()
        limits.elementCountMax = 1 << 20
        let bytes: [UInt8]
        do throws(JSONError) {
            bytes = try JSONTranscoder.binary(json, ExportShape.request, limits: limits)
        } catch {
            throw .unreadable(.json(error))
        }
        return try Self.translate(bytes, parameters, layout: .named)
    }

    /// Without a layout, the evidence tells.
    private static func translate(
        _ bytes: [UInt8],
        _ parameters: ExportParameters,
        layout: ProfileLayout?
    ) throws(OTLPError) -> TranslatedExport {
        guard bytes.count <= Self.byteCountMax else { throw .tooLarge(limit: Self.byteCountMax) }
        let outline: ExportOutline
        var tables = DictionaryTables(bytes)
        do throws(WireError) {
            outline = try ExportOutline(bytes.span)
            for range in outline.dictionaries { try tables.read(range, .dictionary) }
        } catch {
            throw .unreadable(.wire(error))
        }
        let isOwn = outline.dictionaries.isEmpty
        guard !isOwn || outline.evidence.hasOwnTables else { throw .missingDictionary }
        guard !outline.resources.isEmpty else { throw .missingResourceProfiles }
        let (attributeCount, linkCount) = (tables.attributes.count, tables.links.count)
        let found =
            layout
            ?? (isOwn
                ? .ownTables
                : outline.evidence.layout(attributeCount: attributeCount, linkCount: linkCount))
        guard let found else { throw .mixedLayouts }
        let source: DictionaryTables.Source = found == .named ? .namedProfile : .profile
        var translator = Self(parameters, tables, found, ownTables: isOwn ? source : nil)
        for resource in outline.resources { try translator.translate(resource) }
        return translator.result
    }

    private init(
        _ parameters: ExportParameters,
        _ tables: DictionaryTables,
        _ layout: ProfileLayout,
        ownTables: DictionaryTables.Source?
    ) {
        self.parameters = parameters
        self.layout = layout
        self.ownTables = ownTables
        let expanded = tables.bytes.count + parameters.expansionByteCountMax
        self.payloadRoom = min(parameters.payloadByteCountMax, expanded)
        var budget = TextBudget()
        self.set = TableSet(tables, &budget)
        self.tables = self.set.tables
        self.budget = budget
    }

    /// A resource whose attributes cannot be resolved takes all its profiles with it, and says so.
    private mutating func translate(_ resource: ExportOutline.Resource) throws(OTLPError) {
        var shared = ResourceLabels()
        let resourceFault = try self.add(resource.attributes, isResource: true, to: &shared)
        for scope in resource.scopes {
            var labels = shared
            let scopeFault = try self.add(scope.attributes, isResource: false, to: &labels)
            let fault = resourceFault ?? scopeFault
            for profile in scope.profiles {
                let index = self.result.profileCount
                self.result.profileCount += 1
                let before = self.result.profiles.count
                do throws(OTLPError) {
                    if let fault { throw fault }
                    try self.translate(profile, index, labels)
                } catch {
                    if case .unreadable = error { throw error }
                    self.result.profiles.removeLast(self.result.profiles.count - before)
                    self.result.refusals.append((index, profile.count, error))
                }
            }
        }
    }

    /// Adds attributes; what is wrong with them, but for bytes that cannot be read, is the profiles' fault.
    private mutating func add(
        _ attributes: [Range<Int>],
        isResource: Bool,
        to labels: inout ResourceLabels
    ) throws(OTLPError) -> OTLPError? {
        do throws(OTLPError) {
            for range in attributes {
                try labels.add(
                    range,
                    field: isResource ? 1 : 3,
                    isResource: isResource,
                    self.tables,
                    &self.budget
                )
            }
            return nil
        } catch {
            if case .unreadable = error { throw error }
            return error
        }
    }

    private mutating func translate(_ range: Range<Int>, _ index: Int, _ labels: ResourceLabels)
        throws(OTLPError)
    {
        let profile: SampleColumns
        do throws(WireError) {
            if let source = self.ownTables {
                var own = DictionaryTables(self.tables.bytes)
                try own.read(range, source)
                self.set = TableSet(own, &self.budget)
            }
            profile = try SampleColumns(
                self.tables.bytes.span,
                profile: range,
                self.layout,
                sampleCountMax: self.parameters.sampleCountMax
            )
        } catch {
            guard case .tooMany(_, let limit) = error else { throw .unreadable(.wire(error)) }
            throw .tooMany("samples or indices", limit: limit)
        }
        guard !profile.samples.isEmpty else { return }
        let kind = try ProfileKind(profile, self.set.tables)
        let id = HexText.encode(self.tables.bytes[profile.id.range])
        for (service, places) in try self.groups(of: profile) {
            guard self.result.profiles.count < Self.profileCountMax else {
                throw .tooMany("series", limit: Self.profileCountMax)
            }
            let series = labels.series(
                metricName: kind.metricName,
                sampleService: self.set.labels.services[Int(service)]
            )
            self.labelCount += series.count
            guard self.labelCount <= Self.labelCountMax else {
                throw .tooMany("labels of all series", limit: Self.labelCountMax)
            }
            defer { self.payloadRoom -= self.set.writer.byteCount }
            let payload = try self.set.writer.write(
                profile,
                kind,
                places,
                nowNanoseconds: self.parameters.nowNanoseconds,
                byteCountMax: min(self.parameters.profileByteCountMax, self.payloadRoom)
            )
            self.result.profiles.append(
                TranslatedExport.Profile(
                    index: index,
                    id: id,
                    labels: series,
                    payload: payload
                )
            )
        }
    }

    /// Places of a profile's samples by service, in the order in which the services are met.
    private func groups(
        of profile: SampleColumns
    ) throws(OTLPError) -> [(service: Int32, places: [Int32])] {
        var groups: [(service: Int32, places: [Int32])] = []
        var groupOfService: [Int32: Int] = [:]
        var last = -1
        for (place, sample) in profile.samples.enumerated() {
            let service = try self.set.labels.service(of: profile.attributes[sample.attributes.range])
            if last < 0 || groups[last].service != service {
                if let known = groupOfService[service] {
                    last = known
                } else {
                    guard groups.count < Self.profileCountMax else {
                        throw .tooMany("series", limit: Self.profileCountMax)
                    }
                    last = groups.count
                    groupOfService[service] = last
                    groups.append((service, []))
                }
            }
            groups[last].places.append(Int32(place))
        }
        return groups
    }
}
