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
        package var queryTimeout: Duration = .seconds(60)
        /// Bytes of one answer.
        package var answerByteCountMax = 256 << 20

        /// The defaults.
        package init() {}
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
        let body = AppendFrames.encode(profiles)
        let answer = try await self.post(AppendFrames.path, body, AppendFrames.contentType, isAppend: true)
        do {
            let outcomes = try AppendOutcomes.decode(answer.span)
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
}

extension IngesterClient {
    private func ask<Element: PartialElement>(
        _ path: String,
        _ question: SourceRequest
    ) async throws(IngesterError) -> Partial<[Element]> {
        let type = Partial<[Element]>.contentType
        let answer = try await self.post(path, question.encoded(), type, isAppend: false)
        do {
            return try Partial<[Element]>(decoding: answer.span)
        } catch { throw .internal("answer of \(path): \(error)") }
    }

    private func post(
        _ path: String,
        _ body: [UInt8],
        _ contentType: String,
        isAppend: Bool
    ) async throws(IngesterError) -> [UInt8] {
        let request = ClientRequest(
            method: "POST",
            url: self.address + path,
            headers: [ClientHeader("Content-Type", contentType)],
            body: body,
            timeout: isAppend ? self.limits.appendTimeout : self.limits.queryTimeout,
            responseByteLimit: self.limits.answerByteCountMax
        )
        let response: ClientResponse
        do throws(HTTPClientError) {
            response = try await self.http.send(request)
        } catch { throw IngesterError(error, isAppend: isAppend) }
        guard response.status != 200 else { return response.body }
        throw IngesterError(response)
    }
}

extension IngesterError {
    /// A request that got no answer; an append whose fate is unknown counts as a passed deadline.
    init(_ error: HTTPClientError, isAppend: Bool) {
        switch error {
        case .timedOut: self = .deadlineExceeded
        case .connectionLost, .malformedResponse, .cancelled, .shutDown, .failed:
            self = isAppend ? .deadlineExceeded : .unavailable("ingester: \(error)")
        case .connectFailed, .tlsFailed: self = .unavailable("ingester: \(error)")
        case .invalidRequest, .responseTooLarge, .headersTooLarge: self = .internal("ingester: \(error)")
        }
    }

    /// An answer that is no success.
    init(_ response: ClientResponse) {
        // Any other body has no text for us.
        let text = (try? ErrorBody(json: response.body))?.message ?? ""
        switch response.status {
        case 429, 502, 503: self = .unavailable(text.isEmpty ? "status \(response.status)" : text)
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
