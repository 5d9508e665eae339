// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

extension Message {
    /// Reads the protobuf binary form.
    package init(binary bytes: [UInt8], limits: CodecLimits = CodecLimits()) throws(CodecError) {
        self.init()
        var reader = BinaryFieldReader(bytes, limits: limits)
        try reader.read(into: &self)
    }

    /// The protobuf binary form.
    package func binary() -> [UInt8] {
        var copy = self
        var writer = BinaryFieldWriter()
        copy.fields(&writer)
        return writer.output.bytes
    }

    /// Reads proto3 JSON: one object and nothing behind it.
    package init(json bytes: [UInt8], limits: CodecLimits = CodecLimits()) throws(CodecError) {
        self.init()
        var reader = JSONFieldReader(bytes, limits: limits)
        try reader.readDocument(into: &self)
    }

    /// Proto3 JSON: fields at their zero value are left out.
    package func json() -> [UInt8] {
        var copy = self
        var writer = JSONFieldWriter()
        writer.object(&copy)
        return writer.output.bytes
    }
}
