// SPDX-License-Identifier: Apache-2.0
internal import Compression
internal import LegacyFormats
internal import ProfileModel
internal import ServiceKit

extension IngestEndpoint {
    /// Translates lists of stacks and trees into pprof at the door and stores them as a push would.
    func ingest(
        _ body: [UInt8],
        _ format: LegacyFormat,
        _ name: AppName,
        _ query: QueryItems,
        _ tenant: TenantID
    ) async throws(IngestRefusal) {
        let candidates: [Candidate]
        do throws(LegacyFault) {
            candidates = try self.candidates(body, format, name, query, self.intake.limits.limits(of: tenant))
        } catch {
            self.intake.metrics.discarded(error.discardReason, byteCount: body.count, tenant)
            throw IngestRefusal(error, format)
        }
        // Uploads of the oldest kind of span profiles have nowhere to go.
        let isSpan = name.labels.contains { $0.name == "profile_id" && !$0.value.isEmpty }
        guard !candidates.isEmpty, !isSpan else { return }
        do throws(IntakeFailure) {
            try await self.intake.store(candidates, tenant: tenant)
        } catch {
            throw IngestRefusal(error, format)
        }
    }

    private func candidates(
        _ body: [UInt8],
        _ format: LegacyFormat,
        _ name: AppName,
        _ query: QueryItems,
        _ limits: TenantLimits
    ) throws(LegacyFault) -> [Candidate] {
        let profileLimits = ProfileLimits(limits)
        let upload = LegacyUpload(
            app: name.app,
            sampleRate: Self.sampleRate(query["sampleRate"] ?? ""),
            limits: profileLimits
        )
        let plain = try Self.inflated(body, limit: limits.inflatedBodyByteCountMax)
        let (from, until) = (query["from"] ?? "", query["until"] ?? "")
        let time = IngestTime.parse(from, now: self.intake.nanoseconds())
        let context = Self.context(from, until)
        let spyName = Self.spyName(query)
        var byteCountLeft = limits.inflatedBodyByteCountMax
        var candidates: [Candidate] = []
        for (index, profile) in try format.decode(plain, upload).enumerated() {
            let payload = try profile.pprof(
                timeNanoseconds: time,
                limits: profileLimits,
                byteCountMax: min(byteCountLeft, profileLimits.profileByteCountMax)
            )
            byteCountLeft -= payload.count
            candidates.append(
                Candidate(
                    series: index,
                    id: "",
                    labels: Self.labels(name, profile, spyName: spyName),
                    origin: .push,
                    // Profiles of one file may be equal in all but their place.
                    context: index == 0 ? context : "\(context)#\(index)",
                    payload: payload
                )
            )
        }
        return candidates
    }

    /// Older profilers send gzip and say so only in a header that means the transport elsewhere.
    private static func inflated(_ body: [UInt8], limit: Int) throws(LegacyFault) -> [UInt8] {
        guard GzipInflater.isGzip(body.span) else { return body }
        var inflater = GzipInflater()
        do throws(CompressionError) {
            return try inflater.inflate(body.span, limit: limit)
        } catch {
            if case .sizeLimit = error { throw .tooLarge(limit: limit) }
            throw .truncated(at: body.count)
        }
    }

    /// Ticks a second: what is no number or negative means the default.
    private static func sampleRate(_ text: String) -> Int64 {
        guard let rate = Int64(text), rate >= 0 else { return LegacyUpload.defaultSampleRate }
        return rate
    }

    private static func labels(_ name: AppName, _ profile: LegacyProfile, spyName: String) -> [Label] {
        var labels = Self.labels(name, spyName: spyName)
        labels.append(Label(LabelName.profileName, profile.kind.profileName))
        labels.append(Label(LabelName.delta, "false"))
        if let profileName = profile.profileName {
            labels.removeAll { $0.name == "profile_name" }
            labels.append(Label("profile_name", profileName))
        }
        if !labels.contains(where: { $0.name == LabelName.serviceName }) {
            labels.append(Label(LabelName.serviceName, profile.service))
        } else if !labels.contains(where: { $0.name == "app_name" }) {
            labels.append(Label("app_name", profile.service))
        }
        return labels
    }
}

extension LegacyFault {
    /// How the metric of discarded profiles names the fault.
    fileprivate var discardReason: DiscardReason {
        switch self {
        case .tooLarge: .profileSizeLimit
        case .tooManyNodes, .tooManySamples: .samplesLimit
        default: .malformedProfile
        }
    }
}
