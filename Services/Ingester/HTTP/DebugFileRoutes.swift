// SPDX-License-Identifier: Apache-2.0
internal import HTTPServer
internal import ProfileModel
internal import ProtobufWire
internal import RPC
package import ServiceKit
package import WireAPI

/// A vault behind HTTP, for the distributors of a cluster.
///
/// Not for clients: the path carries any tenant.
package struct DebugFileRoutes: Sendable {
    private let vault: any DebugFileVault

    /// Routes to `vault`.
    package init(_ vault: any DebugFileVault) { self.vault = vault }

    /// All of them.
    package var routes: [Route] {
        [
            self.route("POST") { (request, question) async throws(DebugFileError) in
                guard let upload = question.upload else { throw .refused("no upload is named") }
                let bytes = try await Self.body(request)
                try await self.vault.append(bytes, to: upload, at: question.number)
                return HTTPResponse(status: 200)
            },
            self.route("PUT") { (_, question) async throws(DebugFileError) in
                guard let upload = question.upload else { throw .refused("no upload is named") }
                let stored = try await self.vault.finish(upload, byteCount: question.number)
                return HTTPResponse(
                    status: 200,
                    headers: ["Content-Type": DebugFileExchange.contentType],
                    body: .bytes(stored.binary())
                )
            },
            self.route("DELETE") { (_, question) async throws(DebugFileError) in
                if let upload = question.upload {
                    await self.vault.discard(upload)
                } else {
                    try await self.vault.remove(
                        tenant: question.tenant,
                        buildID: question.buildID,
                        instance: ""
                    )
                }
                return HTTPResponse(status: 200)
            },
        ]
    }

    /// What the query of a request says.
    private struct Question {
        var tenant: TenantID
        var buildID: BuildID
        var upload: DebugUpload?
        var number: Int64

        init?(_ request: HTTPRequest) {
            guard let items = try? QueryItems(of: request),  // what cannot be read is refused as a whole
                let name = items["tenant"], let tenant = try? TenantID(parsing: name),  // likewise
                let buildID = items["build_id"].flatMap({ BuildID($0) }),
                let number = Int64(items["number"] ?? "0"), number >= 0
            else { return nil }
            self.tenant = tenant
            self.buildID = buildID
            self.number = number
            guard let token = items["upload"] else { return }
            guard let upload = DebugUpload(tenant: tenant, buildID: buildID, token: token) else { return nil }
            self.upload = upload
        }
    }

    private func route(
        _ method: String,
        _ serve: @escaping @Sendable (HTTPRequest, Question) async throws(DebugFileError) -> HTTPResponse
    ) -> Route {
        Route(method, .exact(DebugFileExchange.path)) { request in
            guard let question = Question(request) else {
                return ServiceError(.invalidArgument, "malformed question").plainResponse
            }
            do throws(DebugFileError) {
                return try await serve(request, question)
            } catch {
                return ServiceError(error).plainResponse
            }
        }
    }

    private static func body(_ request: HTTPRequest) async throws(DebugFileError) -> [UInt8] {
        let limit = DebugFileExchange.pieceByteCount
        do throws(HTTPBodyError) {
            return try await request.collectDecodedBody(limits: HTTPBodyLimits(wire: limit, inflated: limit))
        } catch {
            throw .unavailable("the bytes did not arrive: \(error)")
        }
    }
}

extension ServiceError {
    /// What a distributor is answered; the status says which case it was.
    fileprivate init(_ error: DebugFileError) {
        switch error {
        case .unavailable(let reason): self.init(.unavailable, reason)
        case .refused(let reason):
            self.init(.invalidArgument, reason)
            self.httpStatus = 422
        case .lost: self.init(.aborted, "the upload is not known here")
        case .internal(let reason): self.init(.internal, reason)
        }
    }
}
