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

    /// Reads the body of `request`, at most `limit` bytes of it.
    init(_ request: HTTPRequest, _ format: IngestFormat, limit: Int) async throws(IngestRefusal) {
        guard format == .multipart else {
            self.payload = try await Self.whole(request, limit: limit)
            return
        }
        try await self.readForm(request, limit: limit)
    }

    /// The whole body, at most `limit` bytes.
    static func whole(_ request: HTTPRequest, limit: Int) async throws(IngestRefusal) -> [UInt8] {
        do throws(HTTPBodyError) {
            return try await request.collectBody(limit: limit)
        } catch {
            throw IngestRefusal(error)
        }
    }

    private mutating func readForm(_ request: HTTPRequest, limit: Int) async throws(IngestRefusal) {
        let wanted: Set = [Self.profilePart, Self.previousPart, Self.configPart]
        try self.take(try await Self.files(of: request, wanted, limit: limit))
    }

    /// Reads a form while it arrives; only the parts that count are kept.
    static func files(
        of request: HTTPRequest,
        _ wanted: Set<String>,
        limit: Int
    ) async throws(IngestRefusal) -> [String: [UInt8]] {
        if let declared = request.declaredLength, declared > limit {
            throw IngestRefusal(HTTPBodyError.tooLarge(limit: limit, declared: declared))
        }
        let type = request.headers["Content-Type"] ?? ""
        var parser = try Self.checked { () throws(MultipartError) in
            try MultipartParser(contentType: type, wanted: wanted)
        }
        var byteCount = 0
        while let piece = try await Self.next(request) {
            byteCount += piece.count
            guard byteCount <= limit else {
                throw IngestRefusal(HTTPBodyError.tooLarge(limit: limit, declared: nil))
            }
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

    private static func next(_ request: HTTPRequest) async throws(IngestRefusal) -> [UInt8]? {
        do throws(HTTPBodyError) {
            return try await request.body.next()
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
}
