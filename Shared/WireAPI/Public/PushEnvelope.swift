// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
package import ProfileModel
package import ProtobufWire

/// A `push.v1.PushRequest` read by hand: labels as text, profiles as ranges of the request's own bytes.
///
/// Agrees with `PushV1.PushRequest` on what is valid; a test decodes the same bytes both ways.
package struct PushEnvelope: Sendable {
    /// Profiles that share their labels, as sent: unsorted, unchecked, duplicates kept.
    package struct Series: Sendable, Equatable {
        package var labels: [Label] = []
        package var samples: [Sample] = []
    }

    /// One profile.
    package struct Sample: Sendable, Equatable {
        /// Where the pprof lies in `bytes`.
        package var payload: Range<Int> = 0..<0
        /// What the client calls it; for logs and error texts.
        package var id = ""
    }

    /// What a request may hold.
    package struct Limits: Sendable {
        package var seriesCountMax = 4_096
        package var sampleCountMax = 65_536
        package var labelCountMax = 65_536

        /// The defaults.
        package init() {}
    }

    /// The request, or what stands for it: ranges point here.
    package let bytes: [UInt8]
    package private(set) var series: [Series] = []

    private let limits: Limits
    private var sampleCount = 0
    private var labelCount = 0

    /// Reads the binary form.
    package init(binary bytes: [UInt8], limits: Limits = Limits()) throws(CodecError) {
        self.bytes = bytes
        self.limits = limits
        var cursor = WireCursor(bytes.span)
        do throws(WireError) {
            while let tag = try cursor.tag() {
                guard tag.field == 1 else {
                    try cursor.skip(tag)
                    continue
                }
                guard tag.kind == .lengthDelimited else { throw .unexpectedKind(at: cursor.offset) }
                guard self.series.count < limits.seriesCountMax else {
                    throw .tooMany(at: cursor.offset, limit: limits.seriesCountMax)
                }
                var nested = try cursor.nested()
                self.series.append(try self.readSeries(&nested))
            }
        } catch { throw .wire(error) }
    }

    /// The same view of a message that was read from JSON.
    package init(_ request: PushV1.PushRequest) {
        var bytes: [UInt8] = []
        self.limits = Limits()
        self.series = request.series.map { series in
            var read = Series()
            read.labels = series.labels.map { Label($0.name, $0.value) }
            read.samples = series.samples.map { sample in
                let start = bytes.count
                bytes.append(contentsOf: sample.rawProfile)
                return Sample(payload: start..<bytes.count, id: sample.id)
            }
            return read
        }
        self.bytes = bytes
    }

    /// The bytes of one profile: the one copy that is made.
    package func payload(_ sample: Sample) -> [UInt8] { Array(self.bytes[sample.payload]) }
}

extension PushEnvelope {
    private mutating func readSeries(_ cursor: inout WireCursor) throws(WireError) -> Series {
        var series = Series()
        while let tag = try cursor.tag() {
            guard tag.field == 1 || tag.field == 2 || tag.field == 3 else {
                try cursor.skip(tag)
                continue
            }
            guard tag.kind == .lengthDelimited else { throw .unexpectedKind(at: cursor.offset) }
            var nested = try cursor.nested()
            switch tag.field {
            case 1:
                try Self.count(&self.labelCount, limit: self.limits.labelCountMax, at: cursor.offset)
                let (name, value) = try Self.readPair(&nested)
                series.labels.append(Label(name, value))
            case 2:
                try Self.count(&self.sampleCount, limit: self.limits.sampleCountMax, at: cursor.offset)
                series.samples.append(try Self.readSample(&nested))
            default: _ = try Self.readPair(&nested)
            }
        }
        return series
    }

    private static func count(_ count: inout Int, limit: Int, at offset: Int) throws(WireError) {
        guard count < limit else { throw .tooMany(at: offset, limit: limit) }
        count += 1
    }

    /// Reads a message of two texts: a label, or an annotation, which is checked and dropped.
    private static func readPair(_ cursor: inout WireCursor) throws(WireError) -> (String, String) {
        var name = ""
        var value = ""
        while let tag = try cursor.tag() {
            guard tag.field == 1 || tag.field == 2 else {
                try cursor.skip(tag)
                continue
            }
            guard tag.kind == .lengthDelimited else { throw .unexpectedKind(at: cursor.offset) }
            if tag.field == 1 { name = try cursor.text() } else { value = try cursor.text() }
        }
        return (name, value)
    }

    private static func readSample(_ cursor: inout WireCursor) throws(WireError) -> Sample {
        var sample = Sample()
        while let tag = try cursor.tag() {
            guard tag.field == 1 || tag.field == 2 else {
                try cursor.skip(tag)
                continue
            }
            guard tag.kind == .lengthDelimited else { throw .unexpectedKind(at: cursor.offset) }
            if tag.field == 1 { sample.payload = try cursor.range() } else { sample.id = try cursor.text() }
        }
        return sample
    }
}
