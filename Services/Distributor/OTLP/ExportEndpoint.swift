// SPDX-License-Identifier: Apache-2.0
internal import HTTPServer
internal import OTLPProfiles
internal import ProfileModel
internal import ProtobufWire
internal import RPC
internal import ServiceKit

/// OTLP profiles: `ProfilesService/Export` by gRPC and by plain HTTP (spec/ingest 5).
///
/// An export is translated at the door: each service of each profile becomes a pprof and a series of its
/// own. What one profile does wrong does not touch the others.
struct ExportEndpoint: Sendable {
    static let rpcPath = "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export"

    let intake: Intake
    let tenancy: Tenancy

    /// The row for the router.
    var method: RPCMethod {
        RPCMethod(
            Self.rpcPath,
            decode: { (bytes, encoding) throws(ServiceError) in (bytes, encoding) },
            handler: { (context, body) async throws(ServiceError) -> ExportAnswer in
                let tenant = try self.tenant(of: context.headers)
                return try await self.store(body.0, body.1, tenant)
            }
        )
    }

    func tenant(of headers: HTTPHeaders) throws(ServiceError) -> TenantID {
        do throws(TenancyError) {
            return try self.tenancy.tenant(of: headers)
        } catch {
            throw ServiceError(error)
        }
    }

    /// Stores what can be stored; the error is for exports of which nothing was.
    func store(
        _ bytes: [UInt8],
        _ encoding: RPCEncoding,
        _ tenant: TenantID
    ) async throws(ServiceError) -> ExportAnswer {
        let limits = self.intake.limits.limits(of: tenant)
        let profileLimits = ProfileLimits(limits)
        var parameters = ExportParameters(nowNanoseconds: self.intake.nanoseconds())
        parameters.sampleCountMax = profileLimits.sampleCountMax
        parameters.profileByteCountMax = profileLimits.profileByteCountMax
        parameters.payloadByteCountMax = limits.inflatedBodyByteCountMax
        let export = try await Self.translate(bytes, encoding, parameters)
        for refusal in export.refusals {
            let text = LabelValidation.clipped(String(describing: refusal.error))
            let rejection = ProfileRejection(refusal.error.reason, text)
            self.intake.discard(rejection, byteCount: refusal.byteCount, tenant)
        }
        var rejected = Set(export.refusals.map(\.index))
        var failure = export.refusals.first.map { ServiceError(export: $0.error) }
        do throws(IntakeFailure) {
            try await self.intake.store(Self.candidates(of: export), tenant: tenant)
        } catch {
            guard case .rejected(let all) = error else { throw ServiceError(push: error) }
            rejected.formUnion(all.map(\.series))
            failure = failure ?? all.first.map { ServiceError(export: $0) }
            if all.count == export.profiles.count, let failure { throw failure }
        }
        guard let failure else { return ExportAnswer() }
        guard !export.profiles.isEmpty else { throw failure }
        return ExportAnswer(rejectedCount: rejected.count, reason: failure.message)
    }

    private static func candidates(of export: TranslatedExport) -> [Candidate] {
        export.profiles.map { profile in
            Candidate(
                series: profile.index,
                id: profile.id,
                labels: profile.labels,
                origin: .push,
                context: "",
                payload: profile.payload
            )
        }
    }

    /// Takes some milliseconds of one core.
    @concurrent
    private static func translate(
        _ bytes: [UInt8],
        _ encoding: RPCEncoding,
        _ parameters: ExportParameters
    ) async throws(ServiceError) -> TranslatedExport {
        do throws(OTLPError) {
            return encoding == .json
                ? try ExportTranslator.translate(json: bytes, parameters)
                : try ExportTranslator.translate(binary: bytes, parameters)
        } catch {
            throw ServiceError(export: error)
        }
    }
}

extension OTLPError {
    /// What discards are counted as.
    fileprivate var reason: DiscardReason {
        if case .tooLarge = self { .profileSizeLimit } else { .malformedProfile }
    }
}

extension ServiceError {
    /// An export, or a profile of it, that cannot be translated.
    fileprivate init(export error: OTLPError) {
        guard case .unreadable(let cause) = error else {
            self.init(String(describing: error), as: error.reason)
            return
        }
        let name = "opentelemetry.proto.collector.profiles.v1development.ExportProfilesServiceRequest"
        self.init(.invalidArgument, cause.text(for: name), cause: error)
    }

    /// A profile that was translated but not taken.
    fileprivate init(export refused: (series: Int, id: String, rejection: ProfileRejection)) {
        let place = "push series with index \(refused.series) and id \(refused.id) failed"
        self.init(
            "failed to make a GRPC request: \(place): invalid_argument: \(refused.rejection.message)",
            as: refused.rejection.reason
        )
    }
}
