// SPDX-License-Identifier: Apache-2.0
package import ByteCoding
package import ProtobufWire

extension CodecError {
    /// What the client reads, in the words of the Go server where it has some; `name` is the message's full
    /// name.
    package func text(for name: String) -> String {
        let reason =
            switch self {
            case .wire(let error): error.text
            case .wrongKind(let field, let kind):
                "proto: wrong wireType = \(kind.rawValue) for field \(Self.goName(field))"
            case .tooManyElements(let limit): "more than \(limit) elements in \(name)"
            case .nestedTooDeep(let limit): "more than \(limit) nested messages in \(name)"
            case .json(let error): "unmarshal into *\(Self.goType(name)): proto: \(error)"
            }
        return "unmarshal message: \(reason)"
    }

    /// `types.v1.LabelPair` as Go says it: `typesv1.LabelPair`.
    private static func goType(_ name: String) -> String {
        let parts = name.split(separator: ".")
        guard let type = parts.last else { return name }
        return "\(parts.dropLast().joined()).\(type)"
    }

    /// `profile_typeID` as Go says it: `ProfileTypeID`.
    private static func goName(_ field: String) -> String {
        field.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}

extension WireError {
    /// What is wrong with the bytes, in the words of the Go server where it has some.
    package var text: String {
        switch self {
        case .truncated: "unexpected EOF"
        case .overlongVarint: "proto: integer overflow"
        case .invalidTag(let offset): "proto: illegal tag at offset \(offset)"
        case .unbalancedGroup(let offset): "proto: unexpected end of group at offset \(offset)"
        case .nestedTooDeep(let offset): "proto: nested too deep at offset \(offset)"
        case .tooMany(let offset, let limit): "proto: more than \(limit) elements at offset \(offset)"
        case .invalidUTF8(let offset): "proto: invalid UTF-8 at offset \(offset)"
        case .outOfRange(let offset): "proto: value out of range at offset \(offset)"
        case .unexpectedKind(let offset): "proto: wrong wireType at offset \(offset)"
        }
    }
}
