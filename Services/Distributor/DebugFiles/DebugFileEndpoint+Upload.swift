// SPDX-License-Identifier: Apache-2.0
internal import CatalogStore
internal import EventLog
internal import HTTPServer
internal import ProfileModel
internal import RPC
internal import ServiceKit
internal import WireAPI

/// `POST …/Upload/{gnu_build_id}`: the bytes of a file, as they come, to the disk where they will lie.
extension DebugFileEndpoint {
    private static let uploadPath = "\(DebuginfoV1.service)/Upload"

    /// Routes of plain HTTP.
    var routes: [Route] {
        [
            Route("POST", .child(of: Self.uploadPath)) { request in
                do throws(ServiceError) {
                    try await self.take(request)
                    return HTTPResponse(status: 200)
                } catch {
                    if let cause = error.cause, error.httpStatus == 500 {
                        self.logger.error("upload of debug information failed", ["error": .error(cause)])
                    }
                    // This route answers with text, as the real server's does.
                    return error.textResponse
                }
            }
        ]
    }

    private func take(_ request: HTTPRequest) async throws(ServiceError) {
        let tenant: TenantID
        do throws(TenancyError) {
            tenant = try self.tenancy.tenant(of: request.headers)
        } catch {
            throw ServiceError(error.code, "unauthorized")
        }
        let name = RequestPath.decode(request.path)?.split(separator: "/").last ?? ""
        let buildID = try Self.buildID(String(name), "invalid gnu_build_id")
        let pending = try await self.pending(tenant, buildID)
        let limit = try await self.room(tenant, pending)
        let upload = DebugUpload(tenant: tenant, buildID: buildID)
        do throws(ServiceError) {
            let byteCount = try await self.receive(request, upload, limit: limit)
            // It may have been deleted or finished meanwhile.
            guard try await self.pending(tenant, buildID).startedAt == pending.startedAt else {
                throw Self.notPending
            }
            let stored = try await self.storing { () async throws(DebugFileError) in
                try await self.vault.finish(upload, byteCount: byteCount)
            }
            try await self.place(stored, upload, startedAt: pending.startedAt)
        } catch {
            await self.vault.discard(upload)
            throw error
        }
    }

    private static var notPending: ServiceError {
        var error = ServiceError(.failedPrecondition, "no pending upload for this build ID")
        error.httpStatus = 412
        return error
    }

    /// The row of an upload that was asked for.
    private func pending(_ tenant: TenantID, _ buildID: BuildID) async throws(ServiceError) -> DebugFileRecord
    {
        let known = try await self.asking { () async throws(CatalogError) in
            try await self.catalog.debugFile(tenant: tenant, buildID: buildID.description)
        }
        guard self.config.isEnabled, let known, known.state == .uploading else { throw Self.notPending }
        return known
    }

    /// How many bytes this file may have: a limit of its own, and one of all files of the tenant.
    private func room(_ tenant: TenantID, _ pending: DebugFileRecord) async throws(ServiceError) -> Int {
        let stored = try await self.asking { () async throws(CatalogError) in
            try await self.catalog.debugFileByteCount(tenant: tenant)
        }
        let others = stored - (pending.contents?.byteCount ?? 0)
        let room = Int64(self.config.storedByteCountMax) - others
        guard room > 0 else {
            throw Self.tooLarge("the files of the tenant have \(others) bytes", self.config)
        }
        return min(self.config.uploadByteCountMax, Int(room))
    }

    private static func tooLarge(_ reason: String, _ config: DebugFileConfig) -> ServiceError {
        let limits =
            "limits debug-info.max-upload-size \(config.uploadByteCountMax), "
            + "debug-info.max-stored-size \(config.storedByteCountMax)"
        var error = ServiceError(.resourceExhausted, "upload failed: \(reason), \(limits)")
        error.httpStatus = 413
        return error
    }

    /// Hands the body on in pieces; what was handed on counts no longer as memory of this request.
    private func receive(
        _ request: HTTPRequest,
        _ upload: DebugUpload,
        limit: Int
    ) async throws(ServiceError) -> Int64 {
        let deadline = ContinuousClock.now + self.config.uploadTimeout
        let body = try await self.reading { () throws(HTTPBodyError) in
            try request.decodedBody(limits: HTTPBodyLimits(wire: limit, inflated: limit))
        }
        var byteCount: Int64 = 0
        var piece: [UInt8] = []
        var isAtEnd = false
        while !isAtEnd {
            let next = try await self.reading { () async throws(HTTPBodyError) in try await body.next() }
            guard ContinuousClock.now < deadline else {
                let limit = "debug-info.upload-timeout (\(self.config.uploadTimeout))"
                var error = ServiceError(.deadlineExceeded, "upload failed: it took longer than \(limit)")
                error.httpStatus = 408
                throw error
            }
            piece += next ?? []
            isAtEnd = next == nil
            guard piece.count >= DebugFileExchange.pieceByteCount / 2 || isAtEnd else { continue }
            for part in Self.parts(piece) {
                let offset = byteCount
                try await self.storing { () async throws(DebugFileError) in
                    try await self.vault.append(part, to: upload, at: offset)
                }
                byteCount += Int64(part.count)
            }
            body.release(piece.count)
            piece.removeAll(keepingCapacity: true)
        }
        return byteCount
    }

    /// At most what a vault takes at a time; an empty file is one empty part.
    private static func parts(_ piece: [UInt8]) -> [[UInt8]] {
        let size = DebugFileExchange.pieceByteCount
        guard piece.count > size else { return [piece] }
        return stride(from: 0, to: piece.count, by: size).map {
            Array(piece[$0..<min($0 + size, piece.count)])
        }
    }

    private func place(
        _ stored: StoredDebugFile,
        _ upload: DebugUpload,
        startedAt: Int64
    ) async throws(ServiceError) {
        let isPlaced = try await self.asking { () async throws(CatalogError) in
            try await self.catalog.placeDebugFile(
                tenant: upload.tenant,
                buildID: upload.buildID.description,
                startedAt: startedAt,
                contents: DebugFileRecord.Contents(
                    instance: stored.instance,
                    byteCount: stored.byteCount,
                    hasSymbols: stored.hasSymbols,
                    hasDebugSections: stored.hasDebugSections
                )
            )
        }
        guard isPlaced else { throw Self.notPending }
        self.logger.info(
            "debug information stored",
            [
                "tenant": .string(upload.tenant.description), "build_id": .string(upload.buildID.description),
                "bytes": .int(Int(stored.byteCount)), "instance": .string(stored.instance),
            ]
        )
    }

    private func reading<Value>(
        _ read: () async throws(HTTPBodyError) -> Value
    ) async throws(ServiceError) -> Value {
        do throws(HTTPBodyError) {
            return try await read()
        } catch {
            switch error {
            case .tooLarge(let limit, let declared):
                let size = declared.map { "\($0) bytes" } ?? "more than \(limit) bytes"
                throw Self.tooLarge("the file has \(size)", self.config)
            case .inflatedTooLarge(let limit):
                throw Self.tooLarge("the file has more than \(limit) bytes", self.config)
            default: throw ServiceError(error)
            }
        }
    }

    private func storing<Value>(
        _ store: () async throws(DebugFileError) -> Value
    ) async throws(ServiceError) -> Value {
        do throws(DebugFileError) {
            return try await store()
        } catch {
            switch error {
            case .unavailable(let reason): throw ServiceError(.unavailable, "upload failed: \(reason)")
            case .refused(let reason): throw ServiceError(.invalidArgument, "upload failed: \(reason)")
            case .lost:
                throw ServiceError(.unavailable, "upload failed: it was interrupted and has to begin anew")
            case .internal: throw ServiceError(.internal, "upload failed", cause: error)
            }
        }
    }
}
