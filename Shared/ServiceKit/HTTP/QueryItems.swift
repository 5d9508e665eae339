// SPDX-License-Identifier: Apache-2.0
package import HTTPServer
package import RPC

/// Why a query string or form was refused.
package enum QueryItemsError: Error, Equatable {
    case semicolon
    case badEscape(String)
    case tooMany(limit: Int)
}

/// Names and values of a query string or a form, in order, decoded once.
package struct QueryItems: Sendable {
    /// The pairs; a name may come more than once.
    package let pairs: [(name: String, value: String)]

    /// Names that a request may carry.
    package static let countMax = 1_000

    /// Decodes the part of a target after `?`, or a form body.
    package init(_ text: some StringProtocol) throws(QueryItemsError) {
        var pairs: [(name: String, value: String)] = []
        for part in text.split(separator: "&") {
            guard pairs.count < Self.countMax else { throw .tooMany(limit: Self.countMax) }
            pairs.append(try Self.pair(part))
        }
        self.pairs = pairs
    }

    /// Decodes what can be decoded of a query: what is broken is no parameter, and an upload is not lost for
    /// one that nobody looks at.
    package init(skippingBroken text: some StringProtocol) {
        var pairs: [(name: String, value: String)] = []
        for part in text.split(separator: "&").prefix(Self.countMax) {
            do throws(QueryItemsError) {
                pairs.append(try Self.pair(part))
            } catch {
                continue
            }
        }
        self.pairs = pairs
    }

    private static func pair(
        _ part: some StringProtocol
    ) throws(QueryItemsError) -> (name: String, value: String) {
        guard !part.contains(";") else { throw .semicolon }
        let mark = part.firstIndex(of: "=") ?? part.endIndex
        guard let name = RequestPath.decode(part[..<mark], plusIsSpace: true),
            let value = RequestPath.decode(part[mark...].dropFirst(), plusIsSpace: true)
        else { throw .badEscape(Self.escape(in: part)) }
        return (name, value)
    }

    /// Decodes the query of a request; the error is the answer.
    package init(of request: HTTPRequest) throws(ServiceError) {
        do throws(QueryItemsError) {
            try self.init(request.query)
        } catch {
            throw ServiceError(error)
        }
    }

    /// The first value of `name`.
    package subscript(_ name: String) -> String? { self.pairs.first { $0.name == name }?.value }

    /// The first value of `name` that is not empty.
    package func nonEmpty(_ name: String) -> String? {
        self[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// All values of `name`, in order.
    package func all(_ name: String) -> [String] {
        self.pairs.filter { $0.name == name }.map(\.value)
    }

    /// The first three bytes of what could not be decoded, printable.
    private static func escape(in part: some StringProtocol) -> String {
        let rest = part.utf8.drop { $0 != UInt8(ascii: "%") }.prefix(3)
        return String(decoding: rest.map { $0 > 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}

extension ServiceError {
    /// The answer to a query string that cannot be read, in the words of the Go server.
    package init(_ error: QueryItemsError) {
        switch error {
        case .semicolon: self.init(.invalidArgument, "invalid semicolon separator in query")
        case .badEscape(let text): self.init(.invalidArgument, "invalid URL escape \"\(text)\"")
        case .tooMany(let limit): self.init(.invalidArgument, "more than \(limit) query parameters")
        }
    }
}
