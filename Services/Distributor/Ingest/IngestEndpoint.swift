// SPDX-License-Identifier: Apache-2.0
internal import HTTPServer
internal import ProfileModel
internal import RPC
internal import ServiceKit

/// `POST /ingest` and `/pyroscope/ingest`: the upload of older SDKs (spec/ingest 2). Takes pprof, raw or in a form.
struct IngestEndpoint: Sendable {
    static let paths = ["/ingest", "/pyroscope/ingest"]

    let intake: Intake
    let tenancy: Tenancy

    /// One route per path.
    var routes: [Route] {
        Self.paths.map { path in .post(path) { request in await self.respond(request) } }
    }

    private func respond(_ request: HTTPRequest) async -> HTTPResponse {
        do throws(IngestRefusal) {
            try await self.ingest(request)
            return HTTPResponse(status: 200)
        } catch {
            return error.response
        }
    }

    private func ingest(_ request: HTTPRequest) async throws(IngestRefusal) {
        let tenant: TenantID
        do throws(TenancyError) {
            tenant = try self.tenancy.tenant(of: request.headers)
        } catch {
            throw IngestRefusal(ServiceError(error))
        }
        let query: QueryItems
        do throws(ServiceError) {
            query = try QueryItems(of: request)
        } catch {
            throw IngestRefusal(error)
        }
        let name = try Self.name(query)
        let body = try await self.body(request, tenant)
        let contentType = request.headers["Content-Type"] ?? ""
        let format = IngestFormat(parameter: query["format"] ?? "", contentType: contentType)
        let upload = try Self.upload(format, body, contentType: contentType)
        guard !upload.payload.isEmpty else { return }
        let candidate = self.candidate(name, query, upload)
        do throws(IntakeFailure) {
            try await self.intake.store([candidate], tenant: tenant)
        } catch {
            throw IngestRefusal(error)
        }
    }

    private static func name(_ query: QueryItems) throws(IngestRefusal) -> AppName {
        do throws(AppNameError) {
            return try AppName(parsing: query["name"] ?? "")
        } catch {
            throw IngestRefusal(.badRequest, "name: \(error)")
        }
    }

    private func body(_ request: HTTPRequest, _ tenant: TenantID) async throws(IngestRefusal) -> [UInt8] {
        let limits = self.intake.limits.limits(of: tenant)
        let limit = limits.bodyByteCountMax ?? .max
        do throws(HTTPBodyError) {
            return try await request.collectBody(limit: limit)
        } catch {
            guard case .tooLarge(_, let declared) = error else { throw IngestRefusal(ServiceError(error)) }
            let size = declared.map { " (the body has \($0) bytes)" } ?? ""
            let text = "request body too large: the limit ingestion_body_limit_mb is \(limit) bytes\(size)"
            throw IngestRefusal(.tooLarge, text)
        }
    }

    /// The pprof of a request and what its form says about it.
    private struct Upload {
        var payload: [UInt8]
        var displayNames: [String: String]?
    }

    private static func upload(
        _ format: IngestFormat,
        _ body: [UInt8],
        contentType: String
    ) throws(IngestRefusal) -> Upload {
        switch format {
        case .pprof: return Upload(payload: body)
        case .multipart: return try Self.form(body, contentType)
        case .trie, .tree, .lines, .jfr, .speedscope, .groups:
            let text =
                "format \(format.rawValue) is not supported yet: send pprof, raw (format=pprof) or in a form"
            throw IngestRefusal(.unreadable, text)
        }
    }

    private static func form(_ body: [UInt8], _ contentType: String) throws(IngestRefusal) -> Upload {
        let form: MultipartForm
        do throws(MultipartError) {
            form = try MultipartForm(body, contentType: contentType)
        } catch {
            throw IngestRefusal(.unreadable, "parsing IngestInput-pprof failed \(error)")
        }
        guard form.files["prev_profile"] == nil else {
            let text =
                "parsing IngestInput-pprof failed failed to parse pprof /ingest request: prev_profile is not "
                + "supported any more: update pyroscope-go, which sends deltas"
            throw IngestRefusal(.unreadable, text)
        }
        guard let profile = form.files["profile"] else { return Upload(payload: []) }
        var upload = Upload(payload: Array(body[profile]))
        if let config = form.files["sample_type_config"] {
            upload.displayNames = try SampleTypeConfig.displayNames(Array(body[config]))
        }
        return upload
    }

    private func candidate(_ name: AppName, _ query: QueryItems, _ upload: Upload) -> Candidate {
        let now = self.intake.nanoseconds()
        let spyName = query.nonEmpty("spyName") ?? "unknown"
        var labels = name.labels.filter { !$0.name.hasPrefix("__") }
        labels.append(Label("pyroscope_spy", spyName))
        if !labels.contains(where: { $0.name == LabelName.serviceName }) {
            labels.append(Label(LabelName.serviceName, name.app))
        }
        let seen = labels.last { $0.name == "pyroscope_spy" }
        labels.removeAll { $0.name == "pyroscope_spy" && $0 != seen }
        let (from, until) = (query["from"] ?? "", query["until"] ?? "")
        return Candidate(
            series: 0,
            id: "",
            labels: labels,
            origin: .ingest(
                IngestParameters(
                    spyName: spyName,
                    fromNanoseconds: IngestTime.parse(from, now: now),
                    displayNames: upload.displayNames
                )
            ),
            context: Self.context(from, until),
            payload: upload.payload
        )
    }

    /// Absolute times make an upload distinct; relative ones say nothing.
    private static func context(_ from: String, _ until: String) -> String {
        let isAbsolute = !from.isEmpty && from.allSatisfy { $0.isASCII && $0.isNumber }
        return isAbsolute ? "\(from)-\(until)" : ""
    }
}
