// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel
internal import ProtobufWire
internal import RPC
internal import ServiceKit
internal import WireAPI

/// `push.v1.PusherService/Push` in every transport of the RPC router (spec/ingest 1).
struct PushEndpoint: Sendable {
    /// The second one is where clients arrive whose address ends in `/pyroscope`, as for `/pyroscope/ingest`.
    static let paths = ["/push.v1.PusherService/Push", "/pyroscope/push.v1.PusherService/Push"]

    let intake: Intake
    let tenancy: Tenancy

    /// One row for the router per path.
    var methods: [RPCMethod] { Self.paths.map(self.method) }

    private func method(_ path: String) -> RPCMethod {
        RPCMethod(
            path,
            decode: { (bytes, encoding) throws(ServiceError) in try Self.envelope(bytes, encoding) },
            handler: { (context, envelope) async throws(ServiceError) -> PushV1.PushResponse in
                try await self.push(envelope, context)
                return PushV1.PushResponse()
            }
        )
    }

    /// Binary requests are read by hand: the profiles' bytes are copied once.
    private static func envelope(
        _ bytes: [UInt8],
        _ encoding: RPCEncoding
    ) throws(ServiceError) -> PushEnvelope {
        guard encoding == .binary else {
            return PushEnvelope(try RPCMethod.decode(PushV1.PushRequest.self, bytes, encoding))
        }
        do throws(CodecError) {
            return try PushEnvelope(binary: bytes)
        } catch {
            throw ServiceError(
                .invalidArgument,
                error.text(for: PushV1.PushRequest.messageName),
                cause: error
            )
        }
    }

    private func push(_ envelope: PushEnvelope, _ context: RPCContext) async throws(ServiceError) {
        let tenant: TenantID
        do throws(TenancyError) {
            tenant = try self.tenancy.tenant(of: context.headers)
        } catch {
            throw ServiceError(error)
        }
        let seriesCountMax = self.intake.limits.limits(of: tenant).seriesPerPushCountMax
        guard envelope.series.count <= seriesCountMax else {
            let text =
                "push has \(envelope.series.count) series, limit \(seriesCountMax) (err-too-many-series)"
            throw ServiceError(.invalidArgument, text)
        }
        let candidates = envelope.series.enumerated().flatMap { index, series in
            series.samples.map { sample in
                Candidate(
                    series: index,
                    id: sample.id,
                    labels: series.labels,
                    origin: .push,
                    context: "",
                    payload: envelope.payload(sample)
                )
            }
        }
        guard !candidates.isEmpty else { throw ServiceError(.invalidArgument, "no profiles received") }
        do throws(IntakeFailure) {
            try await self.intake.store(candidates, tenant: tenant)
        } catch {
            throw ServiceError(push: error)
        }
    }
}

extension ServiceError {
    /// Most refusals that an answer lists.
    private static let listedCountMax = 10

    /// What a client of Push is answered.
    init(push failure: IntakeFailure) {
        switch failure {
        case .rejected(let all) where all.count == 1:
            self.init(all.first?.rejection.message ?? "", as: all.first?.rejection.reason)
        case .rejected(let all):
            let lines = all.prefix(Self.listedCountMax).map { one in
                "push series with index \(one.series) and id \(LabelValidation.clipped(one.id)) failed: "
                    + "invalid_argument: \(one.rejection.message)"
            }
            let rest = all.count > lines.count ? ["and \(all.count - lines.count) more"] : []
            self.init((lines + rest).joined(separator: "\n"), as: all.first?.rejection.reason)
        case .tooLarge(let rejection): self.init(rejection.message, as: rejection.reason)
        case .rateLimited(let rejection, let seconds):
            self.init(.resourceExhausted, rejection.message, retryAfterSeconds: seconds)
        case .unavailable(let reason): self.init(.unavailable, reason)
        case .deadlineExceeded: self = .deadlineExceeded
        case .internal(let cause): self = .internal(cause)
        }
    }

    /// A refused profile: the client's fault, but for limits.
    init(_ text: String, as reason: DiscardReason?) {
        switch reason {
        case .profileSizeLimit, .bodySizeLimitExceeded:
            self.init(.resourceExhausted, text)
            self.httpStatus = 413
        case .rateLimited, .seriesLimit, .ingestLimitReached:
            self.init(.resourceExhausted, text, retryAfterSeconds: Int.random(in: 5...30))
        default: self.init(.invalidArgument, text)
        }
    }
}
