// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

/// Why a `name` parameter was refused, in the words clients know.
package struct AppNameError: Error, CustomStringConvertible {
    /// What a client is told.
    package let description: String
}

/// The `name` of an `/ingest` request: `app` or `app{key=value,…}` (spec/ingest 2.2).
///
/// There is no quoting: a value ends at `,` or `}`. An unterminated last pair is dropped.
package struct AppName: Equatable, Sendable {
    /// What stands before the brace.
    package var app = ""
    /// Pairs as they came; of equal keys the last one wins.
    package var labels: [Label] = []

    /// Reads a `name`; refuses names and keys that are empty or have characters they may not have.
    package init(parsing text: String) throws(AppNameError) {
        var rest = Substring(text + "{")
        let name = rest.prefix { $0 != "{" }
        rest = rest.dropFirst(name.count + 1)
        self.app = Self.trimmed(name)
        try Self.check(app: self.app)
        while let equals = rest.firstIndex(where: { $0 == "=" || $0 == "}" }) {
            guard rest[equals] == "=" else { return }
            let key = Self.trimmed(rest[..<equals])
            rest = rest[rest.index(after: equals)...]
            guard let end = rest.firstIndex(where: { $0 == "," || $0 == "}" }) else { return }
            try Self.check(key: key)
            if key == LabelName.profileName {
                self.app = Self.trimmed(rest[..<end])
                guard !self.app.isEmpty else { throw AppNameError(description: "service name is required") }
            } else {
                self.labels.removeAll { $0.name == key }
                self.labels.append(Label(key, Self.trimmed(rest[..<end])))
            }
            rest = rest[rest.index(after: end)...]
        }
    }

    private static func check(app: String) throws(AppNameError) {
        guard !app.isEmpty else { throw AppNameError(description: "service name is required") }
        if let bad = app.unicodeScalars.first(where: { !Self.isWord($0) && $0 != "-" && $0 != "/" }) {
            let shown = LabelValidation.clipped(app)
            let text = "invalid service name: \(shown): character is not allowed: '\(bad)'"
            throw AppNameError(description: text)
        }
    }

    private static func check(key: String) throws(AppNameError) {
        guard key != LabelName.profileName else { return }
        guard !key.isEmpty else { throw AppNameError(description: "label name is required") }
        if let bad = key.unicodeScalars.first(where: { !Self.isWord($0) }) {
            let shown = LabelValidation.clipped(key)
            let text = "invalid label name: \(shown): character is not allowed: '\(bad)'"
            throw AppNameError(description: text)
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", ".": true
        default: false
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        let front = text.drop(while: \.isWhitespace)
        let end = front.lastIndex { !$0.isWhitespace }
        return end.map { String(front[...$0]) } ?? ""
    }
}
