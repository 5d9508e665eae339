// SPDX-License-Identifier: Apache-2.0

/// A place in a YAML text, counted from one.
struct YAMLMark: Equatable {
    var line: Int
    var column: Int
}

/// Why a text is not the YAML that is accepted.
struct YAMLError: Error, Equatable {
    var mark: YAMLMark
    var reason: String
}

/// A parsed YAML document; scalars stay text, the schema knows their type.
indirect enum YAMLNode: Equatable {
    case scalar(String, mark: YAMLMark)
    /// A plain `null`, `~` or nothing: the key keeps its default.
    case null(mark: YAMLMark)
    case sequence([YAMLNode], mark: YAMLMark)
    case mapping([Entry], mark: YAMLMark)

    struct Entry: Equatable {
        var key: String
        var keyMark: YAMLMark
        var value: YAMLNode
    }

    var mark: YAMLMark {
        switch self {
        case .scalar(_, let mark), .null(let mark), .sequence(_, let mark), .mapping(_, let mark): mark
        }
    }

    /// How an error calls it.
    var kind: String {
        switch self {
        case .scalar: "a value"
        case .null: "nothing"
        case .sequence: "a list"
        case .mapping: "a section"
        }
    }
}
