// SPDX-License-Identifier: Apache-2.0
internal import LabelSelector
internal import ProfileModel

/// What requests name in text: profile types and selectors, read as the Go server reads them.
enum QueryTerms {
    /// A profile type of five parts; a sixth of whatever text is ignored (spec/query 0, 3.2).
    static func profileType(_ id: String) throws(QueryError) -> ProfileType {
        let parts = id.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5 || parts.count == 6 else {
            let form = "<name>:<sample-type>:<sample-unit>:<period-type>:<period-unit>(:delta)"
            throw .invalid(
                "profile-type selection must be of the form \(form), got(\(parts.count)): \(Self.quoted(id))"
            )
        }
        return ProfileType(
            name: parts[0],
            sampleType: parts[1],
            sampleUnit: parts[2],
            periodType: parts[3],
            periodUnit: parts[4]
        )
    }

    /// Bytes of all selectors of a request; less than a parser takes, so that it can be passed on in quotes.
    private static let byteCountMax = 16 << 10

    /// The selector of a query for values.
    static func selector(_ text: String) throws(QueryError) -> LabelSelector {
        try Self.checkLength([text])
        do {
            return try LabelSelector(parsing: text)
        } catch { throw .invalid("parsing label selector \(Self.quoted(text)): \(error)") }
    }

    /// All of `texts` together; `prefix` is what the RPC's error begins with.
    static func selector(allOf texts: [String], prefix: String = "") throws(QueryError) -> LabelSelector {
        try Self.checkLength(texts)
        var all = LabelSelector()
        for text in texts {
            do {
                all = all.and(try LabelSelector(parsing: text))
            } catch {
                throw .invalid("\(prefix)failed to parse label selector \(Self.quoted(text)): \(error)")
            }
            guard all.matchers.count <= LabelSelector.matcherCountMax else {
                throw .invalid("\(prefix)more than \(LabelSelector.matcherCountMax) label matchers")
            }
        }
        return all
    }

    private static func checkLength(_ texts: [String]) throws(QueryError) {
        let count = texts.reduce(0) { $0 + $1.utf8.count }
        guard count <= Self.byteCountMax else {
            throw .invalid("label selectors of \(count) bytes exceed the limit of \(Self.byteCountMax)")
        }
    }

    /// A text of the client in quotes, cut where it is long.
    private static func quoted(_ text: String) -> String {
        guard text.utf8.count > 256 else { return goQuoted(text) }
        return goQuoted(String(String.UnicodeScalarView(text.unicodeScalars.prefix(256)))) + "…"
    }
}
