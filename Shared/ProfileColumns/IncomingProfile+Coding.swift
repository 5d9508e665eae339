// SPDX-License-Identifier: Apache-2.0
package import ByteCoding
internal import ProfileModel

/// The frame of one profile: what the write-ahead log keeps and what distributors send to ingesters.
///
/// Version byte 1; tenant; labels (count, then name and value each); uid (16 bytes); received time; origin (0
/// push, 1 ingest with spy name, from, flags, display names); limits; payload. Texts and the payload carry
/// their length before them, times are zigzag, all other numbers LEB128. See docs/formats/wal.md.
extension IncomingProfile {
    /// The version this code writes.
    package static let frameVersion: UInt8 = 1
    /// The most labels a frame may declare; validation at the door allows far fewer.
    package static let frameLabelCountMax = 4_096

    /// Appends the frame of this profile to `writer`.
    package func encode(to writer: inout ByteWriter) {
        self.encodeHead(to: &writer)
        writer.raw(span: self.payload.span)
    }

    /// Appends all of the frame but the payload's bytes, which come last.
    package func encodeHead(to writer: inout ByteWriter) {
        writer.byte(Self.frameVersion)
        writer.text(self.tenant.description)
        writer.varint(self.labels.labels.count)
        for label in self.labels.labels {
            writer.text(label.name)
            writer.text(label.value)
        }
        writer.fixed64(self.uid.high)
        writer.fixed64(self.uid.low)
        writer.zigzag(self.receivedNanoseconds)
        self.origin.encode(to: &writer)
        self.limits.encode(to: &writer)
        writer.varint(self.payload.count)
    }

    /// Reads one frame that fills `bytes`.
    package init(decoding bytes: Span<UInt8>) throws(WireError) {
        var cursor = WireCursor(bytes)
        try self.init(from: &cursor)
        guard cursor.isAtEnd else { throw .outOfRange(at: cursor.offset) }
    }

    /// Reads one frame; `cursor` goes on behind it.
    package init(from cursor: inout WireCursor) throws(WireError) {
        let start = cursor.offset
        guard try cursor.byte() == Self.frameVersion else { throw .outOfRange(at: start) }
        let tenantAt = cursor.offset
        let name = try cursor.text()
        let tenant: TenantID
        do { tenant = try TenantID(parsing: name) } catch { throw .outOfRange(at: tenantAt) }
        let labelCount = try cursor.count(limit: Self.frameLabelCountMax, bytesEach: 2)
        var labels: [Label] = []
        labels.reserveCapacity(labelCount)
        for _ in 0..<labelCount {
            let name = try cursor.text()
            labels.append(Label(name, try cursor.text()))
        }
        let uid = ProfileUID(high: try cursor.fixed64(), low: try cursor.fixed64())
        let received = try cursor.zigzag()
        let origin = try ProfileOrigin(from: &cursor)
        let limits = try ProfileLimits(from: &cursor)
        let payload = try cursor.copiedBytes()
        self.init(
            tenant: tenant,
            labels: LabelSet(labels),
            uid: uid,
            receivedNanoseconds: received,
            origin: origin,
            limits: limits,
            payload: payload
        )
    }
}

extension ProfileOrigin {
    func encode(to writer: inout ByteWriter) {
        guard case .ingest(let parameters) = self else { return writer.byte(0) }
        writer.byte(1)
        writer.text(parameters.spyName)
        writer.zigzag(parameters.fromNanoseconds)
        let keeps: UInt8 = parameters.keepsFunctionNames ? 2 : 0
        guard let names = parameters.displayNames else { return writer.byte(keeps) }
        writer.byte(keeps | 1)
        writer.varint(names.count)
        for (name, display) in names.sorted(by: { LabelSet.precedes($0.key, $1.key) }) {
            writer.text(name)
            writer.text(display)
        }
    }

    init(from cursor: inout WireCursor) throws(WireError) {
        guard try cursor.varint(below: 2) == 1 else {
            self = .push
            return
        }
        var parameters = IngestParameters(
            spyName: try cursor.text(),
            fromNanoseconds: try cursor.zigzag(),
            displayNames: nil
        )
        let flags = try cursor.varint(below: 4)
        parameters.keepsFunctionNames = flags & 2 != 0
        if flags & 1 != 0 {
            let count = try cursor.count(limit: IncomingProfile.frameLabelCountMax, bytesEach: 2)
            var names: [String: String] = [:]
            for _ in 0..<count {
                let name = try cursor.text()
                names[name] = try cursor.text()
            }
            parameters.displayNames = names
        }
        self = .ingest(parameters)
    }
}

extension ProfileLimits {
    func encode(to writer: inout ByteWriter) {
        for count in [
            self.profileByteCountMax, self.sampleCountMax, self.depthMax, self.sampleLabelCountMax,
            self.symbolByteCountMax, self.labelCountMax, self.labelNameByteCountMax,
            self.labelValueByteCountMax, self.seriesCountMax,
        ] { writer.varint(max(0, count)) }
        writer.zigzag(self.rejectOlderThanNanoseconds)
        writer.zigzag(self.rejectNewerThanNanoseconds)
    }

    init(from cursor: inout WireCursor) throws(WireError) {
        self.init()
        self.profileByteCountMax = try cursor.varint(below: .max)
        self.sampleCountMax = try cursor.varint(below: .max)
        self.depthMax = try cursor.varint(below: .max)
        self.sampleLabelCountMax = try cursor.varint(below: .max)
        self.symbolByteCountMax = try cursor.varint(below: .max)
        self.labelCountMax = try cursor.varint(below: .max)
        self.labelNameByteCountMax = try cursor.varint(below: .max)
        self.labelValueByteCountMax = try cursor.varint(below: .max)
        self.seriesCountMax = try cursor.varint(below: .max)
        self.rejectOlderThanNanoseconds = try cursor.zigzag()
        self.rejectNewerThanNanoseconds = try cursor.zigzag()
    }
}
