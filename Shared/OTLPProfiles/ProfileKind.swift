// SPDX-License-Identifier: Apache-2.0

/// What a profile counts: its series' name, its sample type, and how values are made (spec/ingest 5.3).
struct ProfileKind {
    enum Values {
        /// As sent.
        case plain
        /// Samples of the CPU: times the period.
        case timesPeriod
        /// The values of a sample summed.
        case summed
    }

    /// The longest name of a type or a unit, bytes.
    private static let nameByteCountMax = 1_024

    var metricName: String
    var type: ByteRange
    var unit: ByteRange
    var periodType: ByteRange?
    var periodUnit: ByteRange?
    var period: Int64
    var values: Values

    init(_ profile: SampleColumns, _ tables: DictionaryTables) throws(OTLPError) {
        guard let sampleType = profile.sampleTypes.first else { throw .missingSampleType }
        guard profile.sampleTypes.count == 1 else { throw .severalSampleTypes(profile.sampleTypes.count) }
        func string(_ index: Int32, _ place: OTLPPlace) throws(OTLPError) -> ByteRange {
            guard let range = tables.string(index) else { throw .outOfBounds(place, index) }
            guard range.range.count <= Self.nameByteCountMax else {
                throw .tooLarge(limit: Self.nameByteCountMax)
            }
            return range
        }
        self.type = try string(sampleType.type, .typeText)
        self.unit = try string(sampleType.unit, .unitText)
        self.period = profile.period
        if let periodType = profile.periodType {
            self.periodType = try string(periodType.type, .periodTypeText)
            self.periodUnit = try string(periodType.unit, .periodUnitText)
        }
        let type = tables.text(self.type)
        let unit = tables.text(self.unit)
        let isPeriodic = profile.period != 0
        let periodType = isPeriodic ? self.periodType.map(tables.text) ?? "" : ""
        let periodUnit = isPeriodic ? self.periodUnit.map(tables.text) ?? "" : ""
        switch (type, unit, periodType, periodUnit) {
        case ("samples", "count", "cpu", "nanoseconds"):
            self.metricName = "process_cpu"
            self.values = .timesPeriod
        case ("off_cpu", "nanoseconds", "", ""), ("events", "nanoseconds", "", ""):
            self.metricName = "off_cpu"
            self.values = .summed
        default:
            // Without a period the real server has no name and refuses.
            self.metricName = periodType.isEmpty ? type : periodType
            self.values = .plain
        }
    }

    /// The value of a sample: of several at times of their own the sum, of times without values their count.
    func value(_ values: SampleColumns.Values, timestampCount: Int32) throws(OTLPError) -> Int64 {
        guard values.count > 0 else {
            guard timestampCount > 0 else { throw .missingValue }
            return try self.scaled(Int64(timestampCount))
        }
        guard values.count == 1 || values.count == timestampCount || self.values == .summed else {
            throw .valueCount(Int(values.count))
        }
        guard !values.hasOverflow else { throw .valueOutOfRange }
        return try self.scaled(values.sum)
    }

    private func scaled(_ value: Int64) throws(OTLPError) -> Int64 {
        guard self.values == .timesPeriod else { return value }
        let (product, overflow) = value.multipliedReportingOverflow(by: self.period)
        guard !overflow else { throw .valueOutOfRange }
        return product
    }
}
