// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel

/// PromQL's vector selector without range and offset; the first fault ends it.
struct SelectorParser {
    private var lexer: SelectorLexer
    private var matchers: [LabelMatcher] = []

    init(_ text: String) { self.lexer = SelectorLexer(text) }

    mutating func parse() throws(SelectorError) -> [LabelMatcher] {
        let byteCount = self.lexer.bytes.count
        guard byteCount <= LabelSelector.byteCountMax else {
            let limit = LabelSelector.byteCountMax
            throw self.lexer.fault(0, "selector of \(byteCount) bytes exceeds the limit of \(limit)")
        }
        var token = try self.lexer.next()
        var name: SelectorToken?
        if SelectorWords.canNameMetric(token) {
            name = token
            token = try self.lexer.next()
        }
        if token.kind == .leftBrace {
            try self.parseMatchers()
            token = try self.lexer.next()
        } else if name == nil {
            throw self.unexpected(token)
        }
        guard token.kind == .end else { throw self.unexpected(token) }
        if let name { try self.append(LabelName.profileName, .equal, name.text, at: name) }
        return self.matchers
    }

    /// What stands between the braces, the right one included.
    private mutating func parseMatchers() throws(SelectorError) {
        var token = try self.lexer.next()
        while token.kind != .rightBrace {
            token = try self.parseMatcher(startingWith: token)
            switch token.kind {
            case .rightBrace: return
            case .comma: token = try self.lexer.next()
            default: throw self.unexpected(token, expected: "\",\" or \"}\"")
            }
        }
    }

    /// One matcher; returns the token behind it.
    private mutating func parseMatcher(
        startingWith label: SelectorToken
    ) throws(SelectorError) -> SelectorToken {
        let name: String
        switch label.kind {
        case .identifier: name = label.text
        case .string: name = label.unquoted
        default: throw self.unexpected(label, expected: "identifier or \"}\"")
        }
        let token = try self.lexer.next()
        guard case .match(let operation) = token.kind else {
            guard label.kind == .string else {
                throw self.unexpected(token, expected: "label matching operator")
            }
            try self.append(LabelName.profileName, .equal, name, at: label)
            return token
        }
        let value = try self.lexer.next()
        guard value.kind == .string else { throw self.unexpected(value, expected: "string") }
        try self.append(name, operation, value.unquoted, at: label)
        return try self.lexer.next()
    }

    private mutating func append(
        _ name: String,
        _ operation: MatchOperation,
        _ value: String,
        at label: SelectorToken
    ) throws(SelectorError) {
        guard self.matchers.count < LabelSelector.matcherCountMax else {
            throw self.lexer.fault(
                label.range.lowerBound,
                "more than \(LabelSelector.matcherCountMax) label matchers"
            )
        }
        do {
            self.matchers.append(try LabelMatcher(name, operation, value))
        } catch {
            throw self.lexer.fault(label.range.lowerBound, error.description)
        }
    }

    private func unexpected(_ token: SelectorToken, expected: String? = nil) -> SelectorError {
        let context = expected.map { " in label matching, expected \($0)" } ?? ""
        return self.lexer.fault(token.range.lowerBound, "unexpected \(token.description)\(context)")
    }
}
