// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
package import HTTPClient
package import ProfileModel
internal import ProtobufWire
internal import Ring
package import ServiceKit
package import WireAPI

/// The vaults of a cluster: a file lies with the ingester that owns its tenant and build id.
package struct RingDebugFiles: DebugFileVault {
    private let ring: RingWatch
    private let http: HTTPClient

    private static let timeout = Duration.seconds(30)

    /// Routes over what `ring` sees.
    package init(ring: RingWatch, http: HTTPClient) {
        self.ring = ring
        self.http = http
    }

    /// Sends the bytes to the owner.
    package func append(
        _ bytes: [UInt8],
        to upload: DebugUpload,
        at offset: Int64
    ) async throws(DebugFileError) {
        _ = try await self.send("POST", upload, offset, bytes)
    }

    /// Asks the owner to check and place the file.
    package func finish(
        _ upload: DebugUpload,
        byteCount: Int64
    ) async throws(DebugFileError) -> StoredDebugFile {
        let response = try await self.send("PUT", upload, byteCount, [])
        do throws(CodecError) {
            return try StoredDebugFile(binary: response.body)
        } catch {
            throw .internal("malformed answer: \(error)")
        }
    }

    /// Tells the owner; one that does not hear it forgets the upload by itself after a while.
    package func discard(_ upload: DebugUpload) async {
        _ = try? await self.send("DELETE", upload, 0, [])
    }

    /// Asks the instance that has the file.
    package func remove(
        tenant: TenantID,
        buildID: BuildID,
        instance: String
    ) async throws(DebugFileError) {
        guard let holder = self.ring.writers.members.first(where: { $0.instance == instance }) else {
            throw .unavailable("the ingester that has the file is not in the ring")
        }
        _ = try await self.send("DELETE", "tenant=\(tenant)&build_id=\(buildID)", [], to: holder)
    }

    private func send(
        _ method: String,
        _ upload: DebugUpload,
        _ number: Int64,
        _ body: [UInt8]
    ) async throws(DebugFileError) -> ClientResponse {
        let hash = RingKey.hash(
            tenant: upload.tenant,
            service: "debug-info",
            series: XXH3.hash64(upload.buildID.description, seed: 0)
        )
        guard let owner = self.ring.writers.owner(of: hash) else {
            throw .unavailable("no ingester is in the ring")
        }
        let name = "tenant=\(upload.tenant)&build_id=\(upload.buildID)&upload=\(upload.token)"
        return try await self.send(method, "\(name)&number=\(number)", body, to: owner)
    }

    private func send(
        _ method: String,
        _ query: String,
        _ body: [UInt8],
        to member: RingMember
    ) async throws(DebugFileError) -> ClientResponse {
        let response: ClientResponse
        do throws(HTTPClientError) {
            response = try await self.http.send(
                ClientRequest(
                    method: method,
                    url: "http://\(member.address)\(DebugFileExchange.path)?\(query)",
                    headers: [ClientHeader("Content-Type", DebugFileExchange.contentType)],
                    body: body,
                    timeout: Self.timeout,
                    responseByteLimit: 64 << 10
                )
            )
        } catch {
            if case .connectFailed = error { self.ring.suspect(member) }
            throw .unavailable("the ingester is out of reach")
        }
        switch response.status {
        case 200: return response
        case 409: throw .lost
        case 422: throw .refused(Self.message(response))
        case 503: throw .unavailable(Self.message(response))
        default: throw .internal("status \(response.status)")
        }
    }

    private static func message(_ response: ClientResponse) -> String {
        // Another body than ours has no text for us.
        (try? ErrorText(json: response.body))?.message ?? "status \(response.status)"
    }
}

/// The text in the JSON of an error.
private struct ErrorText: Message {
    static let messageName = "ErrorText"

    var message = ""

    mutating func fields<C: FieldCodec>(_ codec: inout C) throws(C.Failure) {
        try codec.field(2, "message", &self.message)
    }
}
