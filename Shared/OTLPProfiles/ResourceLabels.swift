// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import ProfileModel
internal import ProtobufWire

/// The series labels that a resource and a scope give to their profiles (spec/ingest 5.4).
struct ResourceLabels {
    static let serviceKey = "service.name"
    private static let executableKey = "process.executable.name"
    private static let unknownService = "unknown_service"
    /// Attributes that one resource or scope may have; more than any limit of labels lets through.
    private static let countMax = 128

    private var labels: [Label] = []
    private var names: Set<String> = []
    private var service: String?

    /// Adds the attributes of a `Resource` (field 1) or an `InstrumentationScope` (field 3); the first of a
    /// name wins.
    mutating func add(
        _ range: Range<Int>,
        field: UInt32,
        isResource: Bool,
        _ tables: DictionaryTables,
        _ budget: inout TextBudget
    ) throws(OTLPError) {
        for entry in try Self.entries(range, field, tables) {
            guard let (name, value) = try tables.label(entry, &budget), !value.isEmpty else { continue }
            if isResource { self.see(name, value) }
            guard self.names.insert(name).inserted else { continue }
            self.labels.append(Label(name, value))
        }
    }

    private static func entries(
        _ range: Range<Int>,
        _ field: UInt32,
        _ tables: DictionaryTables
    ) throws(OTLPError) -> [AttributeEntry] {
        var entries: [AttributeEntry] = []
        do throws(WireError) {
            var cursor = WireCursor(tables.bytes.span, in: range)
            while let tag = try cursor.tag() {
                guard tag.field == field, tag.kind == .lengthDelimited else {
                    try cursor.skip(tag)
                    continue
                }
                let entry = try AttributeEntry(try cursor.nested(), .resource)
                if entries.count <= Self.countMax { entries.append(entry) }
            }
        } catch {
            throw .unreadable(.wire(error))
        }
        guard entries.count <= Self.countMax else { throw .tooMany("attributes", limit: Self.countMax) }
        return entries
    }

    /// An executable names the service only when it comes before the service's own name.
    private mutating func see(_ name: String, _ value: String) {
        switch name {
        case Self.serviceKey:
            if self.service?.hasPrefix(Self.unknownService + ":") ?? true { self.service = value }
        case Self.executableKey:
            if self.service == nil { self.service = "\(Self.unknownService):\(value)" }
        default: break
        }
    }

    /// All labels of a profile, as the checks of labels want them: unsorted, repeated names kept.
    func series(metricName: String, sampleService: String) -> [Label] {
        let service = sampleService.isEmpty ? self.service ?? Self.unknownService : sampleService
        return [
            Label(LabelName.delta, "false"), Label("__otel__", "true"),
            Label(LabelName.profileName, metricName),
        ] + self.labels + [Label(LabelName.serviceName, service)]
    }
}
