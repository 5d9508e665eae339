// SPDX-License-Identifier: Apache-2.0
internal import LabelSelector

/// A text in which `$1`, `${1}` and `${name}` stand for groups of a match, as in Go's `regexp.Expand`.
struct RelabelTemplate: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case literal(String)
        case group(Int)
    }

    let parts: [Part]
    /// The groups that must be captured, the whole match included.
    let groupCount: Int

    /// Reads `text`; groups that `expression` does not have stand for nothing.
    init(_ text: String, of expression: RegularExpression?) {
        var parts: [Part] = []
        var literal = ""
        var rest = Substring(text)
        while let character = rest.first {
            rest = rest.dropFirst()
            guard character == "$" else {
                literal.append(character)
                continue
            }
            if rest.first == "$" {
                literal.append("$")
                rest = rest.dropFirst()
                continue
            }
            guard let name = Self.name(&rest) else {
                literal.append("$")
                continue
            }
            guard let index = Self.index(name, of: expression) else { continue }
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = ""
            parts.append(.group(index))
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        self.parts = parts
        let highest = parts.compactMap { part in if case .group(let index) = part { index } else { nil } }
            .max()
        self.groupCount = highest.map { $0 + 1 } ?? 0
    }

    /// Takes a name or `{name}` off the front of `rest`; nil leaves it alone.
    private static func name(_ rest: inout Substring) -> Substring? {
        let isBraced = rest.first == "{"
        let body = isBraced ? rest.dropFirst() : rest
        let name = body.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
        let behind = body.dropFirst(name.count)
        guard !name.isEmpty, !isBraced || behind.first == "}" else { return nil }
        rest = isBraced ? behind.dropFirst() : behind
        return name
    }

    private static func index(_ name: Substring, of expression: RegularExpression?) -> Int? {
        if name.allSatisfy({ $0.isNumber }) {
            guard let index = Int(name), index <= expression?.groupCount ?? 0 else { return nil }
            return index
        }
        return expression?.group(named: String(name))
    }

    /// The text for a match of `groups` within `subject`; nil when it is longer than `byteCountMax`.
    func expanded(_ subject: String, _ groups: [Range<Int>?], byteCountMax: Int) -> String? {
        var text = ""
        for part in self.parts {
            switch part {
            case .literal(let literal): text += literal
            case .group(let index):
                guard let range = groups[index] else { continue }
                let utf8 = subject.utf8
                let start = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
                let end = utf8.index(utf8.startIndex, offsetBy: range.upperBound)
                text += String(decoding: utf8[start..<end], as: UTF8.self)
            }
            guard text.utf8.count <= byteCountMax else { return nil }
        }
        return text
    }
}
