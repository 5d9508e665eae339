// SPDX-License-Identifier: Apache-2.0

/// The five-character code of a server's error, as in `40001`.
package struct SQLState: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ code: String) { self.description = code }

    package static let serializationFailure = SQLState("40001")
    package static let deadlock = SQLState("40P01")
    package static let queryCancelled = SQLState("57014")
    package static let uniqueViolation = SQLState("23505")

    /// Whether the same transaction may succeed when it runs again.
    package var isTransient: Bool { self == .serializationFailure || self == .deadlock }

    /// Whether the server, or our place on it, is gone: shut down, starting, failed over, connection lost.
    package var isConnectionLoss: Bool {
        ["57P01", "57P02", "57P03", "25006"].contains(self.description) || self.description.hasPrefix("08")
    }
}

/// Why PostgreSQL did not do what was asked: codes only, never text of a statement, a value or the server.
package enum PostgresError: Error, Hashable {
    /// The URL does not parse. It may hold a password, so it is not repeated.
    case invalidURL
    /// No connection; libpq's words, which never hold the password.
    case connectionFailed(reason: String)
    /// The server refused the statement.
    case statementFailed(SQLState)
    /// The connection broke while it was in use; whether the statement ran is unknown.
    case connectionLost
    /// The server did not answer within the time of a statement.
    case timedOut
    /// All connections were busy for as long as a caller waits.
    case poolExhausted
    /// The task that asked was cancelled.
    case cancelled
    /// A column holds another type than the reader expects, or null.
    case unexpectedValue(column: Int)
    /// A parameter is larger than the protocol carries.
    case parameterTooLarge(byteCount: Int)
    /// The database was made by a later version of the program.
    case newerSchema(found: Int, known: Int)
    /// The connection's thread could not be started.
    case threadUnavailable(errno: Int32)

    /// The code of a refused statement.
    package var sqlState: SQLState? {
        guard case .statementFailed(let state) = self else { return nil }
        return state
    }

    /// Whether the connection is of no further use.
    var isConnectionLoss: Bool {
        switch self {
        case .connectionLost, .connectionFailed: true
        case .statementFailed(let state): state.isConnectionLoss
        default: false
        }
    }
}
