// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
package import FlameGraph
package import HTTPClient
package import LabelSelector
package import ProfileColumns
package import ProfileModel
internal import ProtobufWire
package import WireAPI

/// An ingester in another process, asked over HTTP.
package struct RemoteIngester: ProfileSource {
    private let address: String
    private let client: HTTPClient
    private let timeout: Duration

    /// Most bytes of one answer; trees are exact and can be large.
    private static let answerByteCountMax = 512 << 20

    /// The ingester at `address` (`host:port`), which may take `timeout` for an answer.
    package init(address: String, client: HTTPClient, timeout: Duration = .seconds(60)) {
        self.address = address
        self.client = client
        self.timeout = timeout
    }

    /// Function trees of all matching samples.
    package func stacktraces(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[FunctionTree]> {
        try await self.ask(SourceRequest.stacktracesPath, SourceRequest(tenant: tenant, query: query))
    }

    /// Totals per profile, grouped by labels.
    package func totals(
        tenant: TenantID,
        query: ProfileQuery,
        groupBy: [String]
    ) async throws(IngesterError) -> Partial<[LabeledTotals]> {
        let question = SourceRequest(tenant: tenant, query: query, groupBy: groupBy)
        return try await self.ask(SourceRequest.totalsPath, question)
    }

    /// Series with a profile in the range.
    package func series(
        tenant: TenantID,
        query: ProfileQuery
    ) async throws(IngesterError) -> Partial<[SeriesDescription]> {
        try await self.ask(SourceRequest.seriesPath, SourceRequest(tenant: tenant, query: query))
    }

    private func ask<Element: PartialElement>(
        _ path: String,
        _ question: SourceRequest
    ) async throws(IngesterError) -> Partial<[Element]> {
        let response = try await self.send(path, question.encoded())
        guard response.status == 200 else { throw Self.failure(response) }
        do throws(WireError) {
            return try Partial(decoding: response.body.span)
        } catch { throw .internal("malformed answer of \(self.address): \(error)") }
    }

    private func send(_ path: String, _ body: [UInt8]) async throws(IngesterError) -> ClientResponse {
        let request = ClientRequest(
            method: "POST",
            url: "http://\(self.address)\(path)",
            headers: [ClientHeader("Content-Type", "application/x-hearth-question")],
            body: body,
            timeout: self.timeout,
            responseByteLimit: Self.answerByteCountMax
        )
        do throws(HTTPClientError) {
            return try await self.client.send(request)
        } catch {
            switch error {
            case .timedOut, .cancelled: throw .deadlineExceeded
            case .connectFailed, .connectionLost, .tlsFailed, .shutDown: throw .unavailable("out of reach")
            case .responseTooLarge(let limit): throw .unavailable("the answer exceeds \(limit) bytes")
            case .invalidRequest, .malformedResponse, .headersTooLarge, .failed:
                throw .internal("asking \(self.address): \(error)")
            }
        }
    }

    private static func failure(_ response: ClientResponse) -> IngesterError {
        switch response.status {
        case 429, 503: .unavailable(Self.reason(response))
        case 504: .deadlineExceeded
        default: .internal("status \(response.status): \(Self.reason(response))")
        }
    }

    /// What the ingester says about its failure, for people.
    private static func reason(_ response: ClientResponse) -> String {
        do throws(CodecError) {
            let text = try ErrorBody(json: Array(response.body.prefix(4_096))).message
            return text.isEmpty ? "answered \(response.status)" : String(text.prefix(256))
        } catch { return "answered \(response.status)" }
    }
}

/// The body of an error.
private struct ErrorBody: Message {
    static let messageName = "hearth.Error"

    var code = ""
    var message = ""

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(1, "code", &self.code)
        try codec.field(2, "message", &self.message)
    }
}
