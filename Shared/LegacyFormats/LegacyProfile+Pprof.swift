// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
package import ProfileModel

extension LegacyProfile {
    /// The profile as pprof, at most `byteCountMax` bytes of it: one mapping, and a location and a function
    /// per name.
    ///
    /// Stacks deeper than the limit keep one frame more than allowed on the leaf's side, so that the parser
    /// cuts them and says so.
    package func pprof(
        timeNanoseconds: Int64,
        limits: ProfileLimits,
        byteCountMax: Int
    ) throws(LegacyFault) -> [UInt8] {
        guard !self.names.hasInvalidText else { throw .invalidUTF8 }
        let sampleCount = self.tree.values.count { $0 > 0 }
        guard sampleCount <= limits.sampleCountMax else {
            throw .tooManySamples(sampleCount, limit: limits.sampleCountMax)
        }
        var writer = PprofWriter(limit: byteCountMax)
        let ids = writer.number(self.tree)
        writer.sampleType(self.kind)
        var stack: [UInt32] = []
        for node in 1..<self.tree.count where self.tree.values[node] > 0 {
            stack.removeAll(keepingCapacity: true)
            var at = node
            while at != Int(CallTree.root), stack.count <= max(limits.depthMax, 1) {
                stack.append(ids[at])
                at = Int(self.tree.parents[at])
            }
            try writer.sample(stack, self.tree.values[node])
        }
        try writer.symbols(self.names)
        writer.header(timeNanoseconds: timeNanoseconds, period: self.period)
        guard writer.bytes.count <= byteCountMax else { throw .tooLarge(limit: byteCountMax) }
        return writer.bytes
    }
}

/// Writes the fields of `perftools.profiles.Profile` that a list of stacks needs.
private struct PprofWriter {
    private var output = ByteWriter()
    private let limit: Int
    /// Names by place in the string table, counted from 1.
    private var order: [UInt32] = []

    init(limit: Int) { self.limit = limit }

    var bytes: [UInt8] { self.output.bytes }

    /// Gives each name in `tree` an id, from 1; the ids by node.
    mutating func number(_ tree: CallTree) -> [UInt32] {
        var ids: [UInt32: UInt32] = [:]
        var byNode = [UInt32](repeating: 0, count: tree.count)
        for node in 1..<tree.count {
            let name = tree.names[node]
            if let id = ids[name] {
                byNode[node] = id
            } else {
                self.order.append(name)
                ids[name] = UInt32(self.order.count)
                byNode[node] = UInt32(self.order.count)
            }
        }
        return byNode
    }

    private var typeIndex: Int { self.order.count + 1 }
    private var texts: [String] = []

    mutating func sampleType(_ kind: MeasuredKind) {
        self.texts = [kind.sampleType, kind.sampleUnit, "cpu", "nanoseconds"]
        self.valueType(1, self.typeIndex, self.typeIndex + 1)
    }

    private mutating func valueType(_ field: UInt32, _ type: Int, _ unit: Int) {
        self.output.tag(field, .lengthDelimited)
        self.output.nested { inner in
            inner.tag(1, .varint)
            inner.varint(type)
            inner.tag(2, .varint)
            inner.varint(unit)
        }
    }

    /// A sample; `stack` holds location ids, leaf first.
    mutating func sample(_ stack: [UInt32], _ value: Int64) throws(LegacyFault) {
        self.output.tag(2, .lengthDelimited)
        self.output.nested { inner in
            inner.tag(1, .lengthDelimited)
            inner.nested { packed in
                for id in stack { packed.varint(UInt64(id)) }
            }
            inner.tag(2, .lengthDelimited)
            inner.nested { $0.varint(UInt64(bitPattern: value)) }
        }
        try self.checkSize()
    }

    /// The mapping, the locations, the functions, the string table.
    mutating func symbols(_ names: NameTable) throws(LegacyFault) {
        self.output.tag(3, .lengthDelimited)
        self.output.nested { inner in
            inner.tag(1, .varint)
            inner.varint(1)
        }
        for id in 1..<self.typeIndex {
            self.location(id)
            self.function(id)
        }
        try self.checkSize()
        self.output.tag(6, .lengthDelimited)
        self.output.varint(0)
        for name in self.order {
            self.output.tag(6, .lengthDelimited)
            self.output.lengthDelimited(names[name])
            try self.checkSize()
        }
        for text in self.texts {
            self.output.tag(6, .lengthDelimited)
            self.output.text(text)
        }
    }

    private mutating func location(_ id: Int) {
        self.output.tag(4, .lengthDelimited)
        self.output.nested { inner in
            inner.tag(1, .varint)
            inner.varint(id)
            inner.tag(2, .varint)
            inner.varint(1)
            inner.tag(4, .lengthDelimited)
            inner.nested { line in
                line.tag(1, .varint)
                line.varint(id)
            }
        }
    }

    private mutating func function(_ id: Int) {
        self.output.tag(5, .lengthDelimited)
        self.output.nested { inner in
            for field: UInt32 in 1...3 {
                inner.tag(field, .varint)
                inner.varint(id)
            }
        }
    }

    mutating func header(timeNanoseconds: Int64, period: Int64?) {
        self.output.tag(9, .varint)
        self.output.varint(UInt64(bitPattern: timeNanoseconds))
        guard let period else { return }
        self.valueType(11, self.typeIndex + 2, self.typeIndex + 3)
        self.output.tag(12, .varint)
        self.output.varint(UInt64(bitPattern: period))
    }

    private func checkSize() throws(LegacyFault) {
        guard self.output.bytes.count <= self.limit else { throw .tooLarge(limit: self.limit) }
    }
}
