// SPDX-License-Identifier: Apache-2.0
package import FlameGraph
package import HTTPClient
package import LabelSelector
package import ProfileColumns
package import ProfileModel
internal import ProtobufWire

/// An ingester in another process: what distributors append to and queriers ask, over HTTP.
package struct IngesterClient: ProfileSink, ProfileSource {
    /// How long to wait, and for how much.
    package struct Limits: Sendable {
        package var appendTimeout: Duration = .seconds(10)
        package var queryTimeout: Duration
        /// Bytes of one answer; trees are exact and can be large.
        package var answerByteCountMax = 512 << 20

        /// The defaults, but for the time of a question.
        package init(queryTimeout: Duration = .seconds(60)) { self.queryTimeout = queryTimeout }
    }

    private let http: HTTPClient
    private let address: String
    private let limits: Limits

    /// The ingester at `address`, as in `http://10.0.0.7:4040`.
    package init(http: HTTPClient, address: String, limits: Limits = Limits()) {
        self.http = http
        self.address = address
        self.limits = limits
    }

    /// Sends `profiles` in one request.
    package func append(
        _ profiles: [IncomingProfile]
    ) async throws(IngesterError) -> [AppendOutcome] {
        let response: ClientResponse
        do throws(HTTPClientError) {
            response = try await self.post(
                AppendFrames.path,
                AppendFrames.encode(profiles),
                AppendFrames.contentType,
                self.limits.appendTimeout
            )
        } catch { throw IngesterError(appending: error) }
        guard response.status == 200 else { throw IngesterError(response) }
        do {
            let outcomes = try AppendOutcomes.decode(response.body.span)
            guard outcomes.count == profiles.count else {
                throw IngesterError.internal("\(outcomes.count) outcomes for \(profiles.count) profiles")
            }
            return outcomes
        } catch let error as IngesterError {
            throw error
        } catch { throw .internal("outcomes: \(error)") }
    }

    /// Asks for function trees.
    package func stacktraces(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[FunctionTree]> {
        try await self.ask(SourceRequest.stacktracesPath, SourceRequest(tenant: tenant, query: query))
    }

    /// Asks for trees of locations.
    package func locations(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[LocationTree]> {
        try await self.ask(SourceRequest.locationsPath, SourceRequest(tenant: tenant, query: query))
    }

    /// Asks for totals.
    package func totals(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String]
    ) async throws(IngesterError) -> Partial<[LabeledTotals]> {
        let question = SourceRequest(tenant: tenant, query: query, groupBy: groupBy)
        return try await self.ask(SourceRequest.totalsPath, question)
    }

    /// Asks for series.
    package func series(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[SeriesDescription]> {
        try await self.ask(SourceRequest.seriesPath, SourceRequest(tenant: tenant, query: query))
    }

    /// Asks for points.
    package func points(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String],
        kind: PointKind
    ) async throws(IngesterError) -> Partial<[LabeledPoints]> {
        let question = SourceRequest(tenant: tenant, query: query, groupBy: groupBy)
        return try await self.ask(SourceRequest.pointsPath(kind), question)
    }

    /// Asks for figures.
    package func figures(
        tenant: TenantID,
        range: TimeRange
    ) async throws(IngesterError) -> Partial<[StoredFigures]> {
        let query = ProfileQuery(selector: LabelSelector(), type: nil, range: range)
        return try await self.ask(SourceRequest.figuresPath, SourceRequest(tenant: tenant, query: query))
    }
}

extension IngesterClient {
    private func ask<Element: PartialElement>(
        _ path: String,
        _ question: SourceRequest
    ) async throws(IngesterError) -> Partial<[Element]> {
        let response: ClientResponse
        do throws(HTTPClientError) {
            response = try await self.post(
                path,
                question.encoded(),
                SourceRequest.contentType,
                self.limits.queryTimeout
            )
        } catch { throw IngesterError(asking: error) }
        guard response.status == 200 else { throw IngesterError(response) }
        do {
            return try Partial(decoding: response.body.span)
        } catch { throw .internal("malformed answer of \(self.address): \(error)") }
    }

    private func post(
        _ path: String,
        _ body: [UInt8],
        _ contentType: String,
        _ timeout: Duration
    ) async throws(HTTPClientError) -> ClientResponse {
        try await self.http.send(
            ClientRequest(
                method: "POST",
                url: self.address + path,
                headers: [ClientHeader("Content-Type", contentType)],
                body: body,
                timeout: timeout,
                responseByteLimit: self.limits.answerByteCountMax
            )
        )
    }
}

extension IngesterError {
    /// A question that got no answer: asking again is safe.
    fileprivate init(asking error: HTTPClientError) {
        switch error {
        case .timedOut, .cancelled: self = .deadlineExceeded
        case .connectFailed, .connectionLost, .tlsFailed, .shutDown: self = .unavailable("out of reach")
        case .responseTooLarge(let limit): self = .unavailable("the answer exceeds \(limit) bytes")
        case .invalidRequest, .malformedResponse, .headersTooLarge, .failed:
            self = .internal("ingester: \(error)")
        }
    }

    /// An append that got no answer; one whose fate is unknown counts as a passed deadline.
    fileprivate init(appending error: HTTPClientError) {
        switch error {
        case .timedOut, .connectionLost, .malformedResponse, .cancelled, .shutDown, .failed:
            self = .deadlineExceeded
        case .connectFailed, .tlsFailed: self = .unavailable("ingester: \(error)")
        case .invalidRequest, .responseTooLarge, .headersTooLarge: self = .internal("ingester: \(error)")
        }
    }

    /// An answer that is no success.
    fileprivate init(_ response: ClientResponse) {
        // Any other body has no text for us.
        let message = (try? ErrorBody(json: Array(response.body.prefix(4_096))))?.message ?? ""
        let text = message.isEmpty ? "answered \(response.status)" : String(message.prefix(256))
        switch response.status {
        case 429, 502, 503: self = .unavailable(text)
        case 408, 504: self = .deadlineExceeded
        default: self = .internal("status \(response.status): \(text)")
        }
    }
}

/// The JSON of an error answer.
private struct ErrorBody: Message {
    static let messageName = "ErrorBody"

    var code = ""
    var message = ""

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "code", &self.code)
        try codec.field(2, "message", &self.message)
    }
}
