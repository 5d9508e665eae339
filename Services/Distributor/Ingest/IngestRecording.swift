// SPDX-License-Identifier: Apache-2.0
internal import Compression
internal import HTTPServer
internal import JFR
internal import ProfileModel
internal import ServiceKit

/// `/ingest?format=jfr`: a recording of a JVM, alone or in a form with its label snapshot (spec/ingest 3.1).
///
/// It is translated at the door: each kind of event becomes a pprof and a series of its own.
extension IngestEndpoint {
    private static let recordingPart = "jfr"
    private static let labelsPart = "labels"
    private static let refused = "parsing IngestInput-pprof failed"

    /// The profiles of an uploaded recording; none when it holds no event that counts.
    func candidates(
        ofRecording request: HTTPRequest,
        _ name: AppName,
        _ query: QueryItems,
        _ tenant: TenantID
    ) async throws(IngestRefusal) -> [Candidate] {
        let limits = self.intake.limits.limits(of: tenant)
        let (recording, labels) = try await Self.parts(of: request, limits: HTTPBodyLimits(limits))
        let (from, until) = (query["from"] ?? "", query["until"] ?? "")
        let now = self.intake.nanoseconds()
        var parameters = RecordingParameters(
            fromNanoseconds: IngestTime.parse(from, now: now),
            untilNanoseconds: IngestTime.parse(until, now: now),
            sampleRate: Self.sampleRate(query)
        )
        let profileLimits = ProfileLimits(limits)
        parameters.sampleCountMax = profileLimits.sampleCountMax
        parameters.profileByteCountMax = profileLimits.profileByteCountMax
        let translated = try await Self.translate(recording, labels, parameters)
        let series = Self.labels(name, query, event: translated.event)
        return translated.profiles.enumerated().map { index, profile in
            Candidate(
                series: index,
                id: "",
                labels: series + [Label(LabelName.profileName, profile.kind.metricName)],
                origin: .push,
                context: Self.context(from, until),
                payload: profile.payload
            )
        }
    }

    /// Recording and label snapshot, inflated.
    private static func parts(
        of request: HTTPRequest,
        limits: HTTPBodyLimits
    ) async throws(IngestRefusal) -> (recording: [UInt8], labels: [UInt8]) {
        guard (request.headers["Content-Type"] ?? "").contains("multipart/form-data") else {
            let body = try await IngestUpload.whole(request, limits: limits)
            return (try Self.inflated(body, Self.recordingPart), [])
        }
        let wanted: Set = [Self.recordingPart, Self.labelsPart]
        let files = try await IngestUpload.files(of: request, wanted, limits: limits)
        guard let recording = files[Self.recordingPart], !recording.isEmpty else {
            throw IngestRefusal(.unreadable, "\(Self.refused) jfr field is required")
        }
        let labels = files[Self.labelsPart] ?? []
        return (
            try Self.inflatedPart(recording, Self.recordingPart),
            labels.isEmpty ? [] : try Self.inflatedPart(labels, Self.labelsPart)
        )
    }

    private static func inflatedPart(_ bytes: [UInt8], _ part: String) throws(IngestRefusal) -> [UInt8] {
        guard bytes.count >= 2 else {
            let text = "loadJFRFromForm failed to decompress \(part): failed to read magic"
            throw IngestRefusal(.unreadable, "\(Self.refused) \(text)")
        }
        return try Self.inflated(bytes, part)
    }

    private static func inflated(_ bytes: [UInt8], _ part: String) throws(IngestRefusal) -> [UInt8] {
        guard GzipInflater.isGzip(bytes.span) else { return bytes }
        do throws(CompressionError) {
            var inflater = GzipInflater()
            return try inflater.inflate(bytes.span, limit: RecordingTranslator.byteCountMax)
        } catch {
            let reason =
                switch error {
                case .sizeLimit(let limit): "decompressed size exceeds maximum allowed size of \(limit) bytes"
                case .truncated: "unexpected EOF"
                case .corrupt, .unsupported: "corrupt gzip"
                }
            let text = "loadJFRFromForm failed to decompress \(part): \(reason)"
            throw IngestRefusal(.unreadable, "\(Self.refused) \(text)")
        }
    }

    /// Takes up to half a second of one core for the largest recordings.
    @concurrent
    private static func translate(
        _ recording: [UInt8],
        _ labels: [UInt8],
        _ parameters: RecordingParameters
    ) async throws(IngestRefusal) -> TranslatedRecording {
        do throws(JFRError) {
            return try RecordingTranslator.translate(recording.span, labels: labels.span, parameters)
        } catch {
            throw IngestRefusal(.unreadable, "\(Self.refused) jfr parser ParseEvent error: \(error)")
        }
    }

    /// What cannot be read or is negative counts as 100 samples per second.
    private static func sampleRate(_ query: QueryItems) -> Int64 {
        guard let rate = (query["sampleRate"]).flatMap({ Int64($0) }), rate >= 0 else { return 100 }
        return rate
    }

    /// The labels of all series of a recording; the application's name gives way to a service name that the
    /// client chose.
    private static func labels(_ name: AppName, _ query: QueryItems, event: String) -> [Label] {
        let derived = ["pyroscope_spy", "jfr_event"]
        var labels = name.labels.filter { self.isSettable($0.name) && !derived.contains($0.name) }
        labels.append(Label("pyroscope_spy", query.nonEmpty("spyName") ?? "unknown"))
        labels.append(Label("jfr_event", event))
        if !labels.contains(where: { $0.name == LabelName.serviceName }) {
            labels.append(Label(LabelName.serviceName, name.app))
        } else if !labels.contains(where: { $0.name == "app_name" }) {
            labels.append(Label("app_name", name.app))
        }
        return labels
    }
}
