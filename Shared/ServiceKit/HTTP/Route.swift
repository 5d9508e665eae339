// SPDX-License-Identifier: Apache-2.0
package import HTTPServer

/// A method and a path, and what answers there.
package struct Route: Sendable {
    /// What answers; an error is a response.
    package typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    /// Which paths belong to a route; both compare with the decoded path.
    package enum Pattern: Sendable, Equatable {
        case exact(String)
        case prefix(String)
        /// One more segment after this path and a slash.
        case child(of: String)

        func matches(_ path: String) -> Bool {
            switch self {
            case .exact(let expected): path == expected
            case .prefix(let start): path.hasPrefix(start)
            case .child(let parent):
                path.hasPrefix(parent + "/") && path.utf8.count > parent.utf8.count + 1
                    && !path.dropFirst(parent.count + 1).contains("/")
            }
        }

        /// Whether nothing else can answer at a path that matches: a wrong method is then an error.
        var isExclusive: Bool {
            if case .prefix = self { false } else { true }
        }

        var text: String {
            switch self {
            case .exact(let text), .prefix(let text), .child(let text): text
            }
        }
    }

    let method: String
    let pattern: Pattern
    let isUrgent: Bool
    let name: String
    let handler: Handler

    /// A route.
    ///
    /// `isUrgent` routes (probes, metrics) answer even when the server is full.
    package init(_ method: String, _ pattern: Pattern, isUrgent: Bool = false, handler: @escaping Handler) {
        self.method = method
        self.pattern = pattern
        self.isUrgent = isUrgent
        self.name = Self.label(pattern.text)
        self.handler = handler
    }

    /// The same route with another handler, made of the one that it has.
    package func answering(_ change: (@escaping Handler) -> Handler) -> Route {
        Route(self.method, self.pattern, isUrgent: self.isUrgent, handler: change(self.handler))
    }

    /// A GET route of one path; it answers HEAD as well.
    package static func get(_ path: String, isUrgent: Bool = false, _ handler: @escaping Handler) -> Route {
        Route("GET", .exact(path), isUrgent: isUrgent, handler: handler)
    }

    /// A POST route of one path.
    package static func post(_ path: String, _ handler: @escaping Handler) -> Route {
        Route("POST", .exact(path), handler: handler)
    }

    /// The label `route` of a path, as Pyroscope's dashboards know it: `push_v1_pusherservice_push`.
    package static func label(_ path: String) -> String {
        let words = path.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return words.isEmpty ? "root" : words.joined(separator: "_")
    }
}
