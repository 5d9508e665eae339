// SPDX-License-Identifier: Apache-2.0
internal import HTTPServer
internal import ProfileModel
internal import RPC

/// Why an `/ingest` request was not taken, and how that looks (spec/ingest 2.5).
struct IngestRefusal: Error {
    enum Kind {
        /// A parameter is wrong: 400.
        case badRequest
        /// The body is over the limit: 413.
        case tooLarge
        /// The body cannot be read as what it says it is, or the profile is refused: 422.
        case unreadable
        /// Anything else has the status of its code.
        case service(ServiceError)
        /// The same, in the shape of an RPC's answer.
        case rpc(ServiceError)
    }

    let kind: Kind
    let message: String

    private static let pushFailed =
        "pushing IngestInput-pprof failed push series with index 0 and id  failed:"

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    init(_ error: ServiceError) { self.init(.service(error), error.message) }

    /// What became of the profile on its way in.
    init(_ failure: IntakeFailure) {
        switch failure {
        case .rejected(let all):
            let first = all.first?.rejection ?? ProfileRejection(.unknown, "the profile was refused")
            let error = ServiceError(first.message, as: first.reason)
            guard error.code == .invalidArgument else {
                self.init(error)
                return
            }
            // An upload holds one profile, which has no id.
            let stage =
                first.message.hasPrefix("malformed pprof")
                ? "parsing IngestInput-pprof failed"
                : Self.pushFailed
            self.init(.unreadable, "\(stage) invalid_argument: \(first.message)")
        case .tooLarge(let rejection): self.init(ServiceError(rejection.message, as: rejection.reason))
        case .rateLimited(let rejection, let seconds):
            let text = "\(Self.pushFailed) resource_exhausted: \(rejection.message)"
            self.init(ServiceError(.resourceExhausted, text, retryAfterSeconds: seconds))
        case .unavailable(let reason): self.init(ServiceError(.unavailable, reason))
        case .deadlineExceeded: self.init(ServiceError.deadlineExceeded)
        case .internal(let cause): self.init(ServiceError.internal(cause))
        }
    }

    /// A body that could not be read to its end.
    init(_ error: HTTPBodyError) {
        guard case .tooLarge(let limit, let declared) = error else {
            self.init(ServiceError(error))
            return
        }
        let size = declared.map { " (the body has \($0) bytes)" } ?? ""
        let text = "request body too large: the limit ingestion_body_limit_mb is \(limit) bytes\(size)"
        self.init(.tooLarge, text)
    }

    /// The answer.
    var response: HTTPResponse {
        var error: ServiceError
        switch self.kind {
        case .badRequest: error = ServiceError(.invalidArgument, self.message)
        case .tooLarge:
            error = ServiceError(.invalidArgument, self.message)
            error.httpStatus = 413
        case .unreadable:
            error = ServiceError(.unknown, self.message)
            error.httpStatus = 422
        case .service(let service): error = service
        case .rpc(let service): return service.connectResponse
        }
        return error.plainResponse
    }
}
