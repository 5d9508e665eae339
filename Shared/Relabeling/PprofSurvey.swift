// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import Compression
package import ProfileModel

/// What rules need to know of a pprof: its sample types, its samples and their label lists.
///
/// One pass over the inflated bytes, done only for tenants that have rules of their own. The ingester parses
/// the
/// profile as always; what cannot be surveyed is passed on for it to refuse.
package struct PprofSurvey {
    /// A text label of a sample, by places in the string table.
    package struct Pair: Hashable {
        package var name: Int
        package var value: Int
    }

    /// Field numbers of the message `Profile`.
    enum Field {
        static let sampleType: UInt32 = 1
        static let sample: UInt32 = 2
        static let text: UInt32 = 6
    }

    /// Field numbers of the message `Sample`.
    enum SampleField {
        static let value: UInt32 = 2
        static let label: UInt32 = 3
    }

    /// The inflated profile.
    package let bytes: [UInt8]
    private(set) var texts: [Range<Int>] = []
    package private(set) var sampleTypes: [(type: Int, unit: Int)] = []
    /// The distinct label lists of samples, in the order in which they come.
    package private(set) var groups: [[Pair]] = []
    /// The label list of each sample.
    package private(set) var groupOfSample: [Int] = []

    /// The ingester refuses more than these.
    private static let textCountMax = 131_072
    private static let sampleTypeCountMax = 64

    /// Nil when the profile is larger than `limits` allow, or broken: that is for the ingester to say.
    package init?(_ payload: [UInt8], limits: ProfileLimits) {
        guard let bytes = Self.inflated(payload, limit: limits.profileByteCountMax) else { return nil }
        self.bytes = bytes
        do throws(WireError) {
            guard try self.read(bytes, limits) else { return nil }
        } catch {
            return nil
        }
        let used =
            self.sampleTypes.map { max($0.type, $0.unit) }
            + self.groups.joined().map { max($0.name, $0.value) }
        guard used.allSatisfy({ $0 < self.texts.count }) else { return nil }
    }

    /// The number of strings.
    package var textCount: Int { self.texts.count }

    /// A string of the profile.
    package func text(_ index: Int) -> String {
        String(decoding: self.bytes[self.texts[index]], as: UTF8.self)
    }

    private static func inflated(_ payload: [UInt8], limit: Int) -> [UInt8]? {
        do throws(CompressionError) {
            if ZstdDecoder.isZstd(payload.span) {
                return try StreamInflater.inflate(payload, .zstd, limit: limit)
            }
            guard GzipInflater.isGzip(payload.span) else { return payload.count <= limit ? payload : nil }
            var inflater = GzipInflater()
            return try inflater.inflate(payload.span, limit: limit)
        } catch {
            return nil
        }
    }

    private mutating func read(_ bytes: [UInt8], _ limits: ProfileLimits) throws(WireError) -> Bool {
        var cursor = WireCursor(bytes.span)
        var known: [[Pair]: Int] = [:]
        while let tag = try cursor.tag() {
            guard tag.kind == .lengthDelimited else {
                try cursor.skip(tag)
                continue
            }
            switch tag.field {
            case Field.sampleType:
                guard self.sampleTypes.count < Self.sampleTypeCountMax else { return false }
                var message = try cursor.nested()
                let pair = try Self.pair(&message)
                self.sampleTypes.append((pair.name, pair.value))
            case Field.sample:
                guard self.groupOfSample.count < limits.sampleCountMax else { return false }
                var message = try cursor.nested()
                let pairs = try Self.labels(&message, limit: limits.sampleLabelCountMax)
                guard let pairs else { return false }
                let group = known[pairs] ?? self.groups.count
                if group == self.groups.count {
                    known[pairs] = group
                    self.groups.append(pairs)
                }
                self.groupOfSample.append(group)
            case Field.text:
                guard self.texts.count < Self.textCountMax else { return false }
                self.texts.append(try cursor.range())
            default: try cursor.skip(tag)
            }
        }
        return true
    }

    /// The text labels of a sample; nil when there are more than `limit`.
    private static func labels(_ cursor: inout WireCursor, limit: Int) throws(WireError) -> [Pair]? {
        var pairs: [Pair] = []
        while let tag = try cursor.tag() {
            guard tag.field == SampleField.label, tag.kind == .lengthDelimited else {
                try cursor.skip(tag)
                continue
            }
            guard pairs.count < limit else { return nil }
            var message = try cursor.nested()
            let pair = try Self.pair(&message)
            if pair.value != 0 { pairs.append(pair) }
        }
        return pairs
    }

    /// The fields 1 and 2 of a message, which are places in the string table; a huge one is out of every
    /// table.
    static func pair(_ cursor: inout WireCursor) throws(WireError) -> Pair {
        var pair = Pair(name: 0, value: 0)
        while let tag = try cursor.tag() {
            guard tag.kind == .varint, tag.field == 1 || tag.field == 2 else {
                try cursor.skip(tag)
                continue
            }
            let index = Int(clamping: try cursor.varint())
            if tag.field == 1 { pair.name = index } else { pair.value = index }
        }
        return pair
    }
}
