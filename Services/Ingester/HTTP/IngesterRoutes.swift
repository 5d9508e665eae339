// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import HTTPServer
internal import LabelSelector
internal import ProfileColumns
internal import ProfileModel
internal import RPC
package import ServiceKit
package import WireAPI

/// An ingester behind HTTP: what distributors append and queriers ask.
///
/// Not for clients: these paths carry any tenant.
package struct IngesterRoutes: Sendable {
    private let sink: any ProfileSink
    private let source: any ProfileSource
    private let bodyByteCountMax: Int

    /// Routes to `sink` and `source`; a body may have `bodyByteCountMax` bytes.
    package init(sink: any ProfileSink, source: any ProfileSource, bodyByteCountMax: Int = 256 << 20) {
        self.sink = sink
        self.source = source
        self.bodyByteCountMax = bodyByteCountMax
    }

    /// All of them.
    package var routes: [Route] {
        [
            .post(AppendFrames.path) { request in await self.append(request) },
            .post(SourceRequest.stacktracesPath) { request in
                await self.answer(request) { (question) throws(IngesterError) in
                    try await self.source.stacktraces(tenant: question.tenant, query: question.query)
                        .encoded()
                }
            },
            .post(SourceRequest.locationsPath) { request in
                await self.answer(request) { (question) throws(IngesterError) in
                    try await self.source.locations(tenant: question.tenant, query: question.query).encoded()
                }
            },
            .post(SourceRequest.totalsPath) { request in
                await self.answer(request) { (question) throws(IngesterError) in
                    try await self.source.totals(
                        tenant: question.tenant,
                        query: question.query,
                        groupBy: question.groupBy
                    ).encoded()
                }
            },
            .post(SourceRequest.seriesPath) { request in
                await self.answer(request) { (question) throws(IngesterError) in
                    try await self.source.series(tenant: question.tenant, query: question.query).encoded()
                }
            },
            self.points(.profiles), self.points(.spans),
            .post(SourceRequest.figuresPath) { request in
                await self.answer(request) { (question) throws(IngesterError) in
                    try await self.source.figures(tenant: question.tenant, range: question.query.range)
                        .encoded()
                }
            },
        ]
    }

    private func points(_ kind: PointKind) -> Route {
        .post(SourceRequest.pointsPath(kind)) { request in
            await self.answer(request) { (question) throws(IngesterError) in
                try await self.source.points(
                    tenant: question.tenant,
                    query: question.query,
                    groupBy: question.groupBy,
                    kind: kind
                ).encoded()
            }
        }
    }

    private func append(_ request: HTTPRequest) async -> HTTPResponse {
        let outcomes: [UInt8]
        do throws(ServiceError) {
            let body = try await self.body(request)
            let profiles: [IncomingProfile]
            do throws(WireError) {
                profiles = try AppendFrames.decode(body.span)
            } catch {
                throw ServiceError(.invalidArgument, "malformed append: \(error)")
            }
            do throws(IngesterError) {
                outcomes = AppendOutcomes.encode(try await self.sink.append(profiles))
            } catch {
                throw ServiceError(error)
            }
        } catch {
            return error.plainResponse
        }
        return HTTPResponse(
            status: 200,
            headers: ["Content-Type": AppendFrames.contentType],
            body: .bytes(outcomes)
        )
    }

    private func answer(
        _ request: HTTPRequest,
        _ ask: (SourceRequest) async throws(IngesterError) -> [UInt8]
    ) async -> HTTPResponse {
        do throws(ServiceError) {
            let body = try await self.body(request)
            let question: SourceRequest
            do throws(WireError) {
                question = try SourceRequest(decoding: body.span)
            } catch {
                throw ServiceError(.invalidArgument, "malformed question: \(error)")
            }
            do throws(IngesterError) {
                return HTTPResponse(
                    status: 200,
                    headers: ["Content-Type": SourceRequest.answerContentType],
                    body: .bytes(try await ask(question))
                )
            } catch {
                throw ServiceError(error)
            }
        } catch {
            return error.plainResponse
        }
    }

    private func body(_ request: HTTPRequest) async throws(ServiceError) -> [UInt8] {
        do throws(HTTPBodyError) {
            let limit = self.bodyByteCountMax
            return try await request.collectDecodedBody(limits: HTTPBodyLimits(wire: limit, inflated: limit))
        } catch {
            var answer = ServiceError(error)
            // Not 429, after which the same body would come again.
            if case .tooLarge = error { answer.httpStatus = 413 }
            throw answer
        }
    }
}

extension ServiceError {
    /// What a distributor or querier is answered.
    init(_ error: IngesterError) {
        switch error {
        case .unavailable(let reason): self.init(.unavailable, reason)
        case .deadlineExceeded: self = .deadlineExceeded
        case .internal(let cause):
            self.init(.internal, "internal error", cause: IngesterError.internal(cause))
        }
    }
}
