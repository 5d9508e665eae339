// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import HTTPServer
import ProfileModel
import Querier
import RPC
import ServiceKit
import Support
import Testing

@Suite struct SideEndpointsTests {
    private static let now = Setting.start + 5

    /// Runs `body` with the services over an empty catalogue.
    static func withSide(
        tenancy: Tenancy = Tenancy(),
        _ body: (RPCRouter) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let side = SideEndpoints(
            catalog: try await openCatalog(url: "sqlite:\(folder.path)/catalog.sqlite"),
            tenancy: tenancy,
            limits: TenantLimitsTable(TenantLimits()),
            now: { Self.now }
        )
        let size = SideEndpoints.uploadByteCountMax
        try await body(
            RPCRouter(
                methods: side.methods + side.adHocMethods,
                limits: RPCRouter.Limits(bodyByteCountMax: size, messageByteCountMax: size)
            )
        )
    }

    /// Status and text of the answer to a JSON request.
    static func ask(
        _ router: RPCRouter,
        _ path: String,
        _ json: String,
        headers: HTTPHeaders = [:]
    ) async throws -> (status: Int, text: String) {
        var headers = headers
        headers.set("Content-Type", "application/json")
        let request = Setting.request("POST", path, headers: headers, body: Array(json.utf8))
        let response = try #require(await router.respond(to: request))
        guard case .bytes(let bytes) = response.body else { return (response.status, "") }
        return (response.status, String(decoding: bytes, as: UTF8.self))
    }

    private static let settings = "/settings.v1.SettingsService/"

    @Test func theLatestSettingWins() async throws {
        try await Self.withSide { router in
            func set(_ value: String, at time: Int64) async throws -> (status: Int, text: String) {
                let json = #"{"setting":{"name":"theme","value":"\#(value)","modifiedAt":"\#(time)"}}"#
                return try await Self.ask(router, Self.settings + "Set", json)
            }
            #expect(try await set("dark", at: 7).status == 200)
            let older = try await set("light", at: 6)
            #expect(older.status == 409)
            #expect(older.text.contains("failed to update theme: newer update already written"))
            #expect(try await set("blue", at: 7).status == 200)
            let first = #"{"setting":{"name":"a/b","value":"1"}}"#
            #expect(try await Self.ask(router, Self.settings + "Set", first).status == 200)
            let all = try await Self.ask(router, Self.settings + "Get", "{}")
            #expect(
                all.text == """
                    {"settings":[{"name":"a/b","value":"1","modifiedAt":"\(Self.now)"},\
                    {"name":"theme","value":"blue","modifiedAt":"7"}]}
                    """
            )
            #expect(try await Self.ask(router, Self.settings + "Delete", #"{"name":"theme"}"#).text == "{}")
            #expect(!(try await Self.ask(router, Self.settings + "Get", "{}").text.contains("theme")))
        }
    }

    @Test func refusesSettingsThatAreNone() async throws {
        try await Self.withSide { router in
            #expect(try await Self.ask(router, Self.settings + "Set", "{}").status == 400)
            #expect(try await Self.ask(router, Self.settings + "Delete", "{}").status == 400)
            let long = String(repeating: "x", count: (64 << 10) + 1)
            let json = #"{"setting":{"name":"a","value":"\#(long)"}}"#
            let answer = try await Self.ask(router, Self.settings + "Set", json)
            #expect(answer.status == 400)
            #expect(answer.text.contains("65537 bytes, limit 65536"))
        }
    }

    @Test func aTenantSeesItsOwnSettingsOnly() async throws {
        var tenancy = Tenancy()
        tenancy.isMultiTenant = true
        try await Self.withSide(tenancy: tenancy) { router in
            #expect(try await Self.ask(router, Self.settings + "Get", "{}").status == 401)
            let json = #"{"setting":{"name":"a","value":"1"}}"#
            let set = try await Self.ask(
                router,
                Self.settings + "Set",
                json,
                headers: ["X-Scope-OrgID": "one"]
            )
            #expect(set.status == 200)
            let other = try await Self.ask(
                router,
                Self.settings + "Get",
                "{}",
                headers: ["X-Scope-OrgID": "two"]
            )
            #expect(other.text == "{}")
        }
    }

    @Test func saysWhatTheServerIs() async throws {
        try await Self.withSide { router in
            let flags = "/capabilities.v1.FeatureFlagsService/GetFeatureFlags"
            let text = try await Self.ask(router, flags, "{}").text
            #expect(text.contains(#"{"name":"v2StorageLayer","enabled":true,"#))
            #expect(try await Self.ask(router, "/version.v1.Version/Version", "{}").text == "{}")
            let health = try await Self.ask(router, "/grpc.health.v1.Health/Check", #"{"service":"x"}"#)
            #expect(health.text == #"{"status":"SERVING_STATUS_SERVING"}"#)
            let app = try await Self.ask(router, "/vcs.v1.VCSService/GithubApp", "{}")
            #expect(app.status == 501)
            #expect(try await Self.ask(router, "/vcs.v1.VCSService/GetFile", "{}").status == 401)
        }
    }
}
