// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Writes one profile of a recording as pprof, with only the functions and texts that it uses.
struct ProfileWriter {
    private let kind: RecordingProfileKind
    private let stacks: StackTable
    private let labels: LabelSnapshot
    private let parameters: RecordingParameters
    private var out = ByteWriter(capacity: 64 << 10)

    /// Ids in this profile, by number in the recording; 0 for those that it does not use.
    private var locationIDs: [UInt32]
    private var functionIDs: [UInt32]
    /// Numbers in the recording, in the order of their ids here.
    private var locations: [UInt32] = []
    private var functions: [UInt32] = []
    private var texts: [String] = [""]
    private var textIDs: [String: Int] = ["": 0]

    init(
        _ kind: RecordingProfileKind,
        _ stacks: StackTable,
        _ labels: LabelSnapshot,
        _ parameters: RecordingParameters
    ) {
        self.kind = kind
        self.stacks = stacks
        self.labels = labels
        self.parameters = parameters
        self.locationIDs = Array(repeating: 0, count: stacks.locationCount)
        self.functionIDs = Array(repeating: 0, count: stacks.functions.count)
    }

    /// The profile's bytes.
    mutating func write(_ samples: [SampleTable.Sample]) throws(JFRError) -> [UInt8] {
        for type in self.kind.sampleTypes { self.writeType(1, type) }
        for sample in samples {
            self.write(sample)
            try self.checkSize()
        }
        self.writeMapping()
        self.writeLocations()
        self.writeFunctions()
        if let type = self.kind.periodType { self.writeType(11, type) }
        self.out.tag(9, .varint)
        self.out.varint(UInt64(bitPattern: self.parameters.fromNanoseconds))
        self.out.tag(10, .varint)
        let duration = self.parameters.untilNanoseconds.subtractingReportingOverflow(
            self.parameters.fromNanoseconds
        )
        self.out.varint(duration.overflow ? 0 : UInt64(bitPattern: duration.partialValue))
        for text in self.texts {
            self.out.tag(6, .lengthDelimited)
            self.out.text(text)
            try self.checkSize()
        }
        return self.out.bytes
    }

    private func checkSize() throws(JFRError) {
        guard self.out.bytes.count <= self.parameters.profileByteCountMax else {
            let limit = self.parameters.profileByteCountMax
            throw JFRError(.tooLarge(limit: limit), at: 0).met(in: .profile)
        }
    }

    private mutating func textID(_ text: String) -> Int {
        if let known = self.textIDs[text] { return known }
        self.texts.append(text)
        self.textIDs[text] = self.texts.count - 1
        return self.texts.count - 1
    }

    private mutating func writeType(_ field: UInt32, _ type: (name: String, unit: String)) {
        let (name, unit) = (self.textID(type.name), self.textID(type.unit))
        self.out.tag(field, .lengthDelimited)
        self.out.nested { writer in
            writer.tag(1, .varint)
            writer.varint(name)
            writer.tag(2, .varint)
            writer.varint(unit)
        }
    }

    private mutating func write(_ sample: SampleTable.Sample) {
        self.out.tag(2, .lengthDelimited)
        let mark = self.out.beginNested()
        self.out.tag(1, .lengthDelimited)
        let list = self.out.beginNested()
        for location in self.stacks.frames(of: sample.stack) { self.out.varint(self.locationID(location)) }
        self.out.endNested(list)
        self.out.tag(2, .lengthDelimited)
        let values = self.out.beginNested()
        self.out.varint(UInt64(bitPattern: sample.first))
        if self.kind.sampleTypes.count == 2 { self.out.varint(UInt64(bitPattern: sample.second)) }
        self.out.endNested(values)
        if sample.context != .none { self.writeLabels(sample.context) }
        self.out.endNested(mark)
    }

    private mutating func locationID(_ location: UInt32) -> UInt64 {
        let known = self.locationIDs[Int(location)]
        if known != 0 { return UInt64(known) }
        self.locations.append(location)
        self.locationIDs[Int(location)] = UInt32(self.locations.count)
        return UInt64(self.locations.count)
    }

    private mutating func writeLabels(_ context: SampleContext) {
        for label in self.labels.labels(of: context.contextID) { self.writeLabel(label.name, label.value) }
        if context.spanID != 0 { self.writeLabel("profile_id", Self.hex([context.spanID])) }
        if let name = self.labels.string(context.spanName), !name.isEmpty, context.spanName != 0 {
            self.writeLabel("span_name", name)
        }
        if context.traceHigh != 0 || context.traceLow != 0 {
            self.writeLabel("trace_id", Self.hex([context.traceHigh, context.traceLow]))
        }
    }

    private mutating func writeLabel(_ name: String, _ value: String) {
        let (key, text) = (self.textID(name), self.textID(value))
        self.out.tag(3, .lengthDelimited)
        self.out.nested { writer in
            writer.tag(1, .varint)
            writer.varint(key)
            writer.tag(2, .varint)
            writer.varint(text)
        }
    }

    /// Sixteen lower-case digits per number.
    private static func hex(_ numbers: [UInt64]) -> String {
        numbers.map { number in
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }

    private mutating func writeMapping() {
        self.out.tag(3, .lengthDelimited)
        self.out.nested { writer in
            writer.tag(1, .varint)
            writer.varint(1)
            // It has functions.
            writer.tag(7, .varint)
            writer.varint(1)
        }
    }

    private mutating func writeLocations() {
        for (index, number) in self.locations.enumerated() {
            let (function, line) = self.stacks.location(number)
            if self.functionIDs[Int(function)] == 0 {
                self.functions.append(function)
                self.functionIDs[Int(function)] = UInt32(self.functions.count)
            }
            let id = UInt64(self.functionIDs[Int(function)])
            self.out.tag(4, .lengthDelimited)
            self.out.nested { writer in
                writer.tag(1, .varint)
                writer.varint(index + 1)
                writer.tag(2, .varint)
                writer.varint(1)
                writer.tag(4, .lengthDelimited)
                writer.nested { writer in
                    writer.tag(1, .varint)
                    writer.varint(id)
                    writer.tag(2, .varint)
                    writer.varint(UInt64(line))
                }
            }
        }
    }

    private mutating func writeFunctions() {
        for (index, number) in self.functions.enumerated() {
            // Names are distinct among themselves; that they may equal another text harms nobody.
            let name = self.texts.count
            self.texts.append(self.stacks.functions[Int(number)])
            self.out.tag(5, .lengthDelimited)
            self.out.nested { writer in
                writer.tag(1, .varint)
                writer.varint(index + 1)
                writer.tag(2, .varint)
                writer.varint(name)
            }
        }
    }
}
