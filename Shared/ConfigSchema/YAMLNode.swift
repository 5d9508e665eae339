// SPDX-License-Identifier: Apache-2.0

/// A place in a YAML text, counted from one.
package struct YAMLMark: Equatable, Sendable {
    package var line: Int
    package var column: Int
}

/// Why a text is not the YAML that is accepted.
package struct YAMLError: Error, Equatable {
    package var mark: YAMLMark
    package var reason: String
}

/// A parsed YAML document; scalars stay text, the schema knows their type.
package indirect enum YAMLNode: Equatable, Sendable {
    case scalar(String, mark: YAMLMark)
    /// A plain `null`, `~` or nothing: the key keeps its default.
    case null(mark: YAMLMark)
    case sequence([YAMLNode], mark: YAMLMark)
    case mapping([Entry], mark: YAMLMark)

    /// A key and what stands there.
    package struct Entry: Equatable, Sendable {
        package var key: String
        package var keyMark: YAMLMark
        package var value: YAMLNode
    }

    /// Parses one document of at most 1 MiB, without aliases and double keys; an empty text is `null`.
    package static func parse(_ text: [UInt8]) throws(YAMLError) -> YAMLNode { try YAMLDocument.parse(text) }

    /// A mapping of one key.
    package static func mapping(_ key: String, _ value: YAMLNode) -> YAMLNode {
        .mapping([Entry(key: key, keyMark: value.mark, value: value)], mark: value.mark)
    }

    /// Where it begins.
    package var mark: YAMLMark {
        switch self {
        case .scalar(_, let mark), .null(let mark), .sequence(_, let mark), .mapping(_, let mark): mark
        }
    }

    /// How an error calls it.
    package var kind: String {
        switch self {
        case .scalar: "a value"
        case .null: "nothing"
        case .sequence: "a list"
        case .mapping: "a section"
        }
    }

    /// As JSON, which YAML reads back: texts that are no number, `true` or `false` in quotes.
    package var json: String {
        switch self {
        case .scalar(let text, _): Self.isPlainJSON(text) ? text : Self.quoted(text)
        case .null: "null"
        case .sequence(let nodes, _): "[" + nodes.map(\.json).joined(separator: ",") + "]"
        case .mapping(let entries, _):
            "{" + entries.map { "\(Self.quoted($0.key)):\($0.value.json)" }.joined(separator: ",") + "}"
        }
    }

    /// `true`, `false` or a decimal number as JSON writes them.
    private static func isPlainJSON(_ text: String) -> Bool {
        guard text != "true", text != "false" else { return true }
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), digits.utf8.count <= 15,
            parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } })
        else { return false }
        return parts[0] == "0" || !parts[0].hasPrefix("0")
    }

    /// A JSON string.
    package static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}":
                let hex = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
