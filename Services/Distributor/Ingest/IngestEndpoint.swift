// SPDX-License-Identifier: Apache-2.0
internal import HTTPServer
internal import LegacyFormats
internal import ProfileModel
internal import RPC
internal import ServiceKit

/// `POST /ingest` and `/pyroscope/ingest`: the upload of older SDKs (spec/ingest 2).
///
/// Takes pprof, raw or in a form, and the formats that are lists of stacks or trees.
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
        let owner = try self.tenant(of: request)
        let query = QueryItems(skippingBroken: request.query)
        let name = try Self.name(query)
        let format = IngestFormat(
            parameter: query["format"] ?? "",
            contentType: request.headers["Content-Type"] ?? ""
        )
        let limits = HTTPBodyLimits(self.intake.limits.limits(of: owner))
        let candidates: [Candidate]
        if format == .jfr {
            candidates = try await self.candidates(ofRecording: request, name, query, owner)
        } else {
            let upload = try await IngestUpload(request, format, limits: limits)
            if let legacy = LegacyFormat(rawValue: format.rawValue) {
                try await self.ingest(upload.payload, legacy, name, query, owner)
                return
            }
            candidates = upload.payload.isEmpty ? [] : [self.candidate(name, query, upload, owner)]
        }
        guard !candidates.isEmpty else { return }
        do throws(IntakeFailure) {
            try await self.intake.store(candidates, tenant: owner)
        } catch {
            throw IngestRefusal(error)
        }
    }

    private func tenant(of request: HTTPRequest) throws(IngestRefusal) -> TenantID {
        do throws(TenancyError) {
            return try self.tenancy.tenant(of: request.headers)
        } catch {
            throw IngestRefusal(ServiceError(error))
        }
    }

    private static func name(_ query: QueryItems) throws(IngestRefusal) -> AppName {
        do throws(AppNameError) {
            return try AppName(parsing: query["name"] ?? "")
        } catch {
            throw IngestRefusal(.badRequest, "name: \(error)")
        }
    }

    private func candidate(
        _ name: AppName,
        _ query: QueryItems,
        _ upload: IngestUpload,
        _ owner: TenantID
    ) -> Candidate {
        let now = self.intake.nanoseconds()
        let spyName = Self.spyName(query)
        var labels = Self.labels(name, spyName: spyName)
        if !labels.contains(where: { $0.name == LabelName.serviceName }) {
            labels.append(Label(LabelName.serviceName, name.app))
        }
        let (from, until) = (query["from"] ?? "", query["until"] ?? "")
        return Candidate(
            series: 0,
            id: "",
            labels: labels,
            origin: .ingest(
                IngestParameters(
                    spyName: spyName,
                    fromNanoseconds: IngestTime.parse(from, now: now),
                    displayNames: upload.displayNames,
                    keepsFunctionNames: self.intake.limits.limits(of: owner).keepsFunctionNames
                )
            ),
            context: Self.context(from, until),
            payload: upload.payload
        )
    }

    static func spyName(_ query: QueryItems) -> String { query.nonEmpty("spyName") ?? "unknown" }

    /// The labels of `name` that clients may set, and the profiler's name.
    static func labels(_ name: AppName, spyName: String) -> [Label] {
        let labels = name.labels.filter { self.isSettable($0.name) && $0.name != "pyroscope_spy" }
        return labels + [Label("pyroscope_spy", spyName)]
    }

    /// Names that begin with two underscores are the server's; only the session comes from the client.
    static func isSettable(_ label: String) -> Bool {
        !label.hasPrefix("__") || label == LabelName.sessionID
    }

    /// Absolute times make an upload distinct; relative ones say nothing.
    static func context(_ from: String, _ until: String) -> String {
        let isAbsolute = !from.isEmpty && from.allSatisfy { $0.isASCII && $0.isNumber }
        return isAbsolute ? "\(from)-\(until)" : ""
    }
}
