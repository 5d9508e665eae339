// SPDX-License-Identifier: Apache-2.0
package import HTTPServer

/// Time limits that clients send with their requests.
package enum RPCDeadline {
    /// The limit in `Connect-Timeout-Ms`; nil when there is none.
    package static func connect(_ headers: HTTPHeaders) throws(ServiceError) -> Duration? {
        guard let text = headers["Connect-Timeout-Ms"] else { return nil }
        let quoted = Self.quoted(text)
        guard text.utf8.count <= 10 else {
            throw ServiceError(.invalidArgument, "parse timeout: \(quoted) has >10 digits")
        }
        guard let milliseconds = Int64(text) else {
            let reason = "strconv.ParseInt: parsing \(quoted): invalid syntax"
            throw ServiceError(.invalidArgument, "parse timeout: \(reason)")
        }
        return .milliseconds(milliseconds)
    }

    /// The limit in `grpc-timeout`; nil when there is none.
    package static func grpc(_ headers: HTTPHeaders) throws(ServiceError) -> Duration? {
        guard let text = headers["grpc-timeout"] else { return nil }
        guard let unit = text.last else {
            throw ServiceError(.invalidArgument, "protocol error: empty timeout")
        }
        let nanoseconds: Int64
        switch unit {
        case "H": nanoseconds = 3_600_000_000_000
        case "M": nanoseconds = 60_000_000_000
        case "S": nanoseconds = 1_000_000_000
        case "m": nanoseconds = 1_000_000
        case "u": nanoseconds = 1_000
        case "n": nanoseconds = 1
        default:
            let shown = unit.isASCII ? String(unit) : "?"
            throw ServiceError(.invalidArgument, "protocol error: timeout has invalid unit '\(shown)'")
        }
        let digits = text.dropLast()
        guard digits.utf8.count <= 8, let count = Int64(digits), count >= 0 else {
            throw ServiceError(.invalidArgument, "protocol error: invalid timeout \(Self.quoted(text))")
        }
        return count > 1_000_000 && nanoseconds > 60_000_000_000
            ? .seconds(1_000_000) * 3_600 : .nanoseconds(count * nanoseconds)
    }

    /// At most 32 characters of `text` in quotes, printable ASCII only.
    private static func quoted(_ text: String) -> String {
        "\"" + String(text.prefix(32).map { $0.isASCII && !$0.isNewline && $0 >= " " ? $0 : "?" }) + "\""
    }
}
