// SPDX-License-Identifier: Apache-2.0
internal import PostgresClient
internal import SQLiteClient

extension CatalogError {
    /// Sorts what a database client, or the code inside a transaction, threw.
    init(reading error: any Error) {
        self =
            switch error {
            case let error as CatalogError: error
            case let error as SQLiteError: Self(sqlite: error)
            case let error as PostgresError: Self(postgres: error)
            case is CancellationError: .cancelled
            default: .corrupt(code: "unexpected")
            }
    }

    private init(sqlite error: SQLiteError) {
        self =
            switch error {
            case .busy: .unavailable(retryable: true, code: "sqlite-busy")
            case .full: .unavailable(retryable: true, code: "sqlite-full")
            case .inputOutput(let code): .unavailable(retryable: true, code: "sqlite-io-\(code)")
            case .cannotOpen(let code): .unavailable(retryable: false, code: "sqlite-open-\(code)")
            case .readOnly: .unavailable(retryable: false, code: "sqlite-readonly")
            case .threadUnavailable(let errno): .unavailable(retryable: true, code: "thread-\(errno)")
            case .other(let code): .unavailable(retryable: false, code: "sqlite-\(code)")
            case .constraint(let code): .corrupt(code: "sqlite-constraint-\(code)")
            case .corrupt(let code): .corrupt(code: "sqlite-\(code)")
            case .unexpectedValue(let column): .corrupt(code: "column-\(column)")
            case .newerSchema: .invalid(.migration)
            case .cancelled: .cancelled
            }
    }

    private init(postgres error: PostgresError) {
        self =
            switch error {
            case .invalidURL: .invalid(.url)
            case .connectionFailed: .unavailable(retryable: true, code: "postgres-connect")
            case .connectionLost: .unavailable(retryable: true, code: "postgres-lost")
            case .timedOut: .unavailable(retryable: true, code: "postgres-silent")
            case .poolExhausted: .unavailable(retryable: true, code: "postgres-busy")
            case .threadUnavailable(let errno): .unavailable(retryable: true, code: "thread-\(errno)")
            case .statementFailed(let state): Self(state: state)
            case .unexpectedValue(let column): .corrupt(code: "column-\(column)")
            case .parameterTooLarge: .invalid(.size)
            case .newerSchema: .invalid(.migration)
            case .cancelled: .cancelled
            }
    }

    /// Sorts the server's codes by class: resources, operators and conflicts pass, the rest is ours.
    private init(state: SQLState) {
        let code = state.description
        self =
            switch code.prefix(2) {
            case "08", "40", "53", "55", "57", "58", "25": .unavailable(retryable: true, code: code)
            case "28", "3D", "42": .unavailable(retryable: false, code: code)
            default: .corrupt(code: code)
            }
    }
}
