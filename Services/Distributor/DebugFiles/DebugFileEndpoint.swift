// SPDX-License-Identifier: Apache-2.0
package import CatalogStore
package import EventLog
internal import HTTPServer
internal import ProfileModel
internal import ProtobufWire
internal import RPC
package import ServiceKit
package import WireAPI

/// `debuginfo.v1alpha1.DebuginfoService`: asks, uploads, lists and deletes files with debug information
/// (spec/ingest 9).
///
/// The catalogue knows which file is in which state; the bytes go to a vault while they arrive.
package struct DebugFileEndpoint: Sendable {
    let config: DebugFileConfig
    let vault: any DebugFileVault
    let catalog: any Catalog
    let tenancy: Tenancy
    let logger: Logger
    /// Now, since 1970.
    let nanoseconds: @Sendable () -> Int64

    /// An endpoint over a vault and the catalogue that knows its files.
    package init(
        config: DebugFileConfig,
        vault: any DebugFileVault,
        catalog: any Catalog,
        tenancy: Tenancy,
        logger: Logger,
        nanoseconds: @escaping @Sendable () -> Int64
    ) {
        self.config = config
        self.vault = vault
        self.catalog = catalog
        self.tenancy = tenancy
        self.logger = logger
        self.nanoseconds = nanoseconds
    }

    /// The rows for the router.
    var methods: [RPCMethod] {
        let service = DebuginfoV1.service
        return [
            RPCMethod("\(service)/ShouldInitiateUpload") {
                (context, request: DebuginfoV1.ShouldInitiateUploadRequest) async throws(ServiceError) in
                try await self.begin(request, try self.tenant(context))
            },
            RPCMethod("\(service)/UploadFinished") {
                (context, request: DebuginfoV1.BuildIDRequest) async throws(ServiceError) in
                try await self.finish(request.gnuBuildId, try self.tenant(context))
            },
            RPCMethod("\(service)/ListDebuginfo") {
                (context, _: DebuginfoV1.Nothing) async throws(ServiceError) in
                try await self.list(try self.tenant(context))
            },
            RPCMethod("\(service)/DeleteDebuginfo") {
                (context, request: DebuginfoV1.BuildIDRequest) async throws(ServiceError) in
                try await self.delete(request.gnuBuildId, try self.tenant(context))
            },
        ]
    }

    private func tenant(_ context: RPCContext) throws(ServiceError) -> TenantID {
        do throws(TenancyError) {
            return try self.tenancy.tenant(of: context.headers)
        } catch {
            throw ServiceError(error)
        }
    }

    /// Uploads may begin anew this long after the stale period, as with the real server.
    private static let staleGrace = Duration.seconds(120)

    private func begin(
        _ request: DebuginfoV1.ShouldInitiateUploadRequest,
        _ tenant: TenantID
    ) async throws(ServiceError) -> DebuginfoV1.ShouldInitiateUploadResponse {
        guard self.config.isEnabled else { return .init(false, "DebugInfo upload disabled") }
        guard let file = request.file else {
            throw ServiceError(.invalidArgument, "invalid request: init.File == nil")
        }
        guard !file.gnuBuildId.isEmpty else {
            return .init(false, "Empty GNU build ID, therefore no upload is needed.")
        }
        guard file.type == .full || file.type == .withoutText else {
            let reason = "invalid request: init.File.Type(\(file.type.number)) is not valid"
            throw ServiceError(.invalidArgument, reason)
        }
        let buildID = try Self.buildID(file.gnuBuildId, "invalid request")
        let limit = CatalogLimits.debugFileTextByteCountMax
        for text in [file.name, file.goBuildId, file.otelFileId] where text.utf8.count > limit {
            let reason = "invalid request: a name or id has \(text.utf8.count) bytes, limit \(limit)"
            throw ServiceError(.invalidArgument, reason)
        }
        let now = self.nanoseconds()
        let record = DebugFileRecord(
            buildID: buildID.description,
            goBuildID: file.goBuildId,
            otelFileID: file.otelFileId,
            name: file.name,
            kind: Int64(file.type.number),
            startedAt: now
        )
        let patience = Int64((self.config.stalePeriod + Self.staleGrace) / .nanoseconds(1))
        let start = try await self.asking { () async throws(CatalogError) in
            try await self.catalog.beginDebugFile(
                tenant: tenant,
                record,
                staleBefore: now &- patience,
                countMax: self.config.fileCountMax
            )
        }
        return self.answer(to: start)
    }

    /// In the words that uploaders look for in their logs.
    private func answer(to start: DebugFileStart) -> DebuginfoV1.ShouldInitiateUploadResponse {
        switch start {
        case .first: .init(true, "First time we see this Build ID, therefore please upload!")
        case .again:
            .init(
                true,
                "A previous upload was started but not finished and is now stale, so it can be retried."
            )
        case .underWay:
            .init(
                false,
                "A previous upload is still in-progress and not stale yet "
                    + "(only stale uploads can be retried)."
            )
        case .exists:
            .init(
                false,
                "Debuginfo already exists and is not marked as invalid, therefore no new upload is needed."
            )
        case .tooMany:
            .init(false, "The tenant has \(self.config.fileCountMax) files, the limit debug-info.max-files.")
        }
    }

    private func finish(
        _ text: String,
        _ tenant: TenantID
    ) async throws(ServiceError) -> DebuginfoV1.Nothing {
        let buildID = try Self.buildID(text, "invalid gnu_build_id")
        let end = try await self.asking { () async throws(CatalogError) in
            try await self.catalog.finishDebugFile(
                tenant: tenant,
                buildID: buildID.description,
                finishedAt: self.nanoseconds()
            )
        }
        switch end {
        case .finished: return DebuginfoV1.Nothing()
        case .unknown: throw ServiceError(.notFound, "no upload metadata found for build ID \(text)")
        case .notUploading: throw ServiceError(.failedPrecondition, "upload is not in uploading state")
        case .noFile:
            throw ServiceError(.failedPrecondition, "no uploaded file found for build ID \(text)")
        }
    }

    private func list(_ tenant: TenantID) async throws(ServiceError) -> DebuginfoV1.ListDebuginfoResponse {
        let files = try await self.asking { () async throws(CatalogError) in
            try await self.catalog.debugFiles(tenant: tenant)
        }
        var answer = DebuginfoV1.ListDebuginfoResponse()
        answer.object = files.map(DebuginfoV1.ObjectMetadata.init)
        return answer
    }

    /// The file goes before its row: what fails half way is put right by asking again.
    private func delete(
        _ text: String,
        _ tenant: TenantID
    ) async throws(ServiceError) -> DebuginfoV1.Nothing {
        let buildID = try Self.buildID(text, "invalid gnu_build_id")
        let known = try await self.asking { () async throws(CatalogError) in
            try await self.catalog.debugFile(tenant: tenant, buildID: buildID.description)
        }
        if let contents = known?.contents {
            do throws(DebugFileError) {
                try await self.vault.remove(tenant: tenant, buildID: buildID, instance: contents.instance)
            } catch {
                guard case .unavailable(let reason) = error else { throw ServiceError.internal(error) }
                throw ServiceError(.unavailable, reason)
            }
        }
        try await self.asking { () async throws(CatalogError) in
            try await self.catalog.removeDebugFile(tenant: tenant, buildID: buildID.description)
        }
        return DebuginfoV1.Nothing()
    }

    static func buildID(_ text: String, _ complaint: String) throws(ServiceError) -> BuildID {
        guard let buildID = BuildID(text) else {
            let shown = LabelValidation.clipped(text)
            throw ServiceError(.invalidArgument, "\(complaint): invalid gnuBuildID \"\(shown)\"")
        }
        return buildID
    }

    /// A question to the catalogue; its absence passes by itself.
    func asking<Answer>(
        _ question: () async throws(CatalogError) -> Answer
    ) async throws(ServiceError) -> Answer {
        do throws(CatalogError) {
            return try await question()
        } catch { throw ServiceError(error) }
    }
}

extension DebuginfoV1.ObjectMetadata {
    /// A file as the catalogue knows it.
    init(_ record: DebugFileRecord) {
        self.init()
        var file = DebuginfoV1.FileMetadata()
        file.gnuBuildId = record.buildID
        file.goBuildId = record.goBuildID
        file.otelFileId = record.otelFileID
        file.name = record.name
        file.type = DebuginfoV1.FileType(number: Int32(truncatingIfNeeded: record.kind))
        self.file = file
        self.state = record.state == .uploaded ? .uploaded : .uploading
        self.startedAt = Timestamp(unixNanoseconds: record.startedAt)
        self.finishedAt = record.finishedAt.map { Timestamp(unixNanoseconds: $0) }
        self.sizeBytes = record.contents?.byteCount ?? 0
    }
}
