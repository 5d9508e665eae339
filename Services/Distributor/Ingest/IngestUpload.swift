// SPDX-License-Identifier: Apache-2.0
internal import HTTPServer
internal import ServiceKit

/// The profile of an `/ingest` body as it was sent, and what its form says about it.
struct IngestUpload {
    /// Empty when there is nothing to store.
    private(set) var payload: [UInt8] = []
    /// Display name per sample type; nil when the form does not say.
    private(set) var displayNames: [String: String]?

    private static let profilePart = "profile"
    private static let previousPart = "prev_profile"
    private static let configPart = "sample_type_config"
    private static let formError =
        "parsing IngestInput-pprof failed failed to parse pprof /ingest multipart form "

    /// Reads the body of `request` within `limits`.
    init(
        _ request: HTTPRequest,
        _ format: IngestFormat,
        limits: HTTPBodyLimits
    ) async throws(IngestRefusal) {
        switch format {
        case .multipart: try await self.readForm(request, limits: limits)
        case .pprof: self.payload = try await Self.pprof(request, limits: limits)
        default: self.payload = try await Self.whole(request, limits: limits)
        }
    }

    /// The whole body, decompressed if the request says that it is compressed.
    static func whole(_ request: HTTPRequest, limits: HTTPBodyLimits) async throws(IngestRefusal) -> [UInt8] {
        do throws(HTTPBodyError) {
            return try await request.collectDecodedBody(limits: limits)
        } catch {
            throw IngestRefusal(error)
        }
    }

    /// A pprof, as compressed as it came: the ingester inflates it, once.
    ///
    /// Only a compressed pprof that was compressed again for the way is decompressed here.
    private static func pprof(
        _ request: HTTPRequest,
        limits: HTTPBodyLimits
    ) async throws(IngestRefusal) -> [UInt8] {
        do throws(HTTPBodyError) {
            let coding = try ContentCoding(of: request.headers)
            let sent = try await request.collectBody(limit: limits.wire)
            guard coding != .identity, try coding.hidesCompressedBytes(in: sent) else { return sent }
            let again = request.reading(BufferedBody(sent, of: request.body))
            return try await again.collectDecodedBody(limits: limits)
        } catch {
            throw IngestRefusal(error)
        }
    }

    private mutating func readForm(
        _ request: HTTPRequest,
        limits: HTTPBodyLimits
    ) async throws(IngestRefusal) {
        let wanted: Set = [Self.profilePart, Self.previousPart, Self.configPart]
        try self.take(try await Self.files(of: request, wanted, limits: limits))
    }

    /// Reads a form while it arrives; only the parts that count are kept.
    static func files(
        of request: HTTPRequest,
        _ wanted: Set<String>,
        limits: HTTPBodyLimits
    ) async throws(IngestRefusal) -> [String: [UInt8]] {
        let body = try Self.decoded(request, limits: limits)
        let type = request.headers["Content-Type"] ?? ""
        var parser = try Self.checked { () throws(MultipartError) in
            try MultipartParser(contentType: type, wanted: wanted)
        }
        while let piece = try await Self.next(body) {
            try Self.checked { () throws(MultipartError) in try parser.take(piece) }
        }
        try Self.checked { () throws(MultipartError) in try parser.finish() }
        return parser.files
    }

    /// Empty files count as absent.
    private mutating func take(_ files: [String: [UInt8]]) throws(IngestRefusal) {
        guard files[Self.previousPart, default: []].isEmpty else {
            let advice = "unsupported client version. Please update github.com/grafana/pyroscope-go "
            throw IngestRefusal(.unreadable, Self.formError + advice + "to the latest version")
        }
        if let config = files[Self.configPart], !config.isEmpty {
            self.displayNames = try SampleTypeConfig.displayNames(config)
        }
        self.payload = files[Self.profilePart] ?? []
    }

    private static func next(_ body: any HTTPBodySource) async throws(IngestRefusal) -> [UInt8]? {
        do throws(HTTPBodyError) {
            return try await body.next()
        } catch {
            throw IngestRefusal(error)
        }
    }

    private static func checked<Result>(
        _ body: () throws(MultipartError) -> Result
    ) throws(IngestRefusal) -> Result {
        do throws(MultipartError) {
            return try body()
        } catch {
            throw IngestRefusal(.unreadable, Self.formError + error.text)
        }
    }

    private static func decoded(
        _ request: HTTPRequest,
        limits: HTTPBodyLimits
    ) throws(IngestRefusal) -> any HTTPBodySource {
        do throws(HTTPBodyError) {
            return try request.decodedBody(limits: limits)
        } catch {
            throw IngestRefusal(error)
        }
    }
}

extension HTTPBodyLimits {
    /// What a tenant may send in one body.
    init(_ limits: TenantLimits) {
        self.init(wire: limits.bodyByteCountMax ?? .max, inflated: limits.inflatedBodyByteCountMax)
    }
}
