// SPDX-License-Identifier: Apache-2.0
package import CatalogStore
package import EventLog
internal import ProfileModel
internal import ProtobufWire
package import RPC
package import ServiceKit
internal import WireAPI

/// The services beside the queries, which user interfaces ask for (spec/query 7).
package struct SideEndpoints: Sendable {
    let catalog: any Catalog
    let tenancy: Tenancy
    let limits: TenantLimitsTable
    let logger: Logger
    /// Milliseconds since 1970.
    let now: @Sendable () -> Int64

    /// Endpoints that keep what they keep in `catalog`; `logger` hears of faults of ours.
    package init(
        catalog: any Catalog,
        tenancy: Tenancy,
        limits: TenantLimitsTable,
        logger: Logger = .silent,
        now: @escaping @Sendable () -> Int64
    ) {
        self.catalog = catalog
        self.tenancy = tenancy
        self.limits = limits
        self.logger = logger
        self.now = now
    }

    /// The rows whose requests are small.
    package var methods: [RPCMethod] {
        self.settingMethods + self.descriptionMethods + Self.sourceCodeMethods
    }

    /// A row whose request concerns one tenant.
    func method<Request: Message, Answer: Message>(
        _ path: String,
        _ serve: @escaping @Sendable (Request, TenantID) async throws(ServiceError) -> Answer
    ) -> RPCMethod {
        RPCMethod(path) { (context: RPCContext, request: Request) async throws(ServiceError) -> Answer in
            let tenant: TenantID
            do throws(TenancyError) {
                tenant = try self.tenancy.tenant(of: context.headers)
            } catch {
                // Several tenants are understood, only not here.
                guard error == .multiple else { throw ServiceError(error) }
                throw ServiceError(.invalidArgument, error.message)
            }
            return try await serve(request, tenant)
        }
    }

    /// A question to the catalogue; its absence passes by itself.
    func asking<Answer>(
        _ question: () async throws(CatalogError) -> Answer
    ) async throws(ServiceError) -> Answer {
        do throws(CatalogError) {
            return try await question()
        } catch {
            let told = ServiceError(error)
            if told.code == .internal { self.logger.error("catalogue failed", ["error": .error(error)]) }
            throw told
        }
    }

    // MARK: What the server is

    private var descriptionMethods: [RPCMethod] {
        [
            RPCMethod("/capabilities.v1.FeatureFlagsService/GetFeatureFlags") {
                (context, _: CapabilitiesV1.GetFeatureFlagsRequest) async throws(ServiceError) in
                do throws(TenancyError) {
                    // The answer is the same for every tenant, but there has to be one.
                    _ = try self.tenancy.tenants(of: context.headers)
                } catch { throw ServiceError(error) }
                var answer = CapabilitiesV1.GetFeatureFlagsResponse()
                answer.featureFlags = Self.featureFlags
                return answer
            },
            RPCMethod("/version.v1.Version/Version") {
                (_, _: VersionV1.VersionRequest) async throws(ServiceError) in VersionV1.VersionResponse()
            },
            RPCMethod("/grpc.health.v1.Health/Check") {
                (_, _: HealthV1.CheckRequest) async throws(ServiceError) in
                var answer = HealthV1.CheckResponse()
                answer.status = .serving
                return answer
            },
        ]
    }

    private static let storageURL =
        "https://grafana.com/docs/pyroscope/latest/reference-pyroscope-v2-architecture/"

    /// Sorted by name.
    private static let featureFlags = [
        CapabilitiesV1.FeatureFlag(
            "pyroscopeRuler",
            enabled: false,
            description: "Metrics are exported by recording rules."
        ),
        CapabilitiesV1.FeatureFlag(
            "pyroscopeRulerFunctions",
            enabled: false,
            description: "Recording rules may name functions."
        ),
        CapabilitiesV1.FeatureFlag(
            "utf8LabelNames",
            enabled: false,
            description: "Label names may be any UTF-8 for every client."
        ),
        CapabilitiesV1.FeatureFlag(
            "v2StorageLayer",
            enabled: true,
            description: "Queries answer as the second storage of Pyroscope does.",
            documentationURL: Self.storageURL
        ),
    ]

    // MARK: Source code

    /// No host of source code is configured: clients then show none.
    private static var sourceCodeMethods: [RPCMethod] {
        let unconfigured = ServiceError(.unimplemented, "GitHub integration is not configured")
        let signedOut = ServiceError(.unauthenticated, "invalid token")
        let names = [
            ("GithubApp", unconfigured), ("GithubLogin", unconfigured), ("GithubRefresh", unconfigured),
            ("GetFile", signedOut), ("GetCommit", signedOut), ("GetCommits", signedOut),
        ]
        return names.map { name, error in
            RPCMethod("\(VCSV1.service)/\(name)") {
                (_, _: VCSV1.Anything) async throws(ServiceError) -> VCSV1.Anything in throw error
            }
        }
    }
}
