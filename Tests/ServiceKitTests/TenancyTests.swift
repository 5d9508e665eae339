// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import ProfileModel
import RPC
import ServiceKit
import Testing

@Suite struct TenancyTests {
    private static func tenancy(federation: Bool = false) -> Tenancy {
        var tenancy = Tenancy()
        tenancy.isMultiTenant = true
        tenancy.allowsFederation = federation
        return tenancy
    }

    private static func headers(_ values: [String]) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for value in values { headers.append("x-scope-orgid", value) }
        return headers
    }

    @Test func ignoresTheHeaderOfASingleTenantServer() throws {
        #expect(try Tenancy().tenant(of: Self.headers(["../x", "b"])) == .anonymous)
        #expect(try Tenancy().tenants(of: [:]) == [.anonymous])
    }

    @Test(arguments: [
        ([], "no org id", ServiceCode.unauthenticated),
        ([""], "no org id", .unauthenticated),
        (["a|"], "no org id", .unauthenticated),
        (["a/b"], "tenant ID 'a/b' contains unsupported character '/'", .unauthenticated),
        (["a|../x"], "tenant ID '../x' contains unsupported character '/'", .unauthenticated),
        (["a%2fb"], "tenant ID 'a%2fb' contains unsupported character '%'", .unauthenticated),
        (["ä\u{0}"], "tenant ID '???' contains unsupported character '?'", .unauthenticated),
        ([String(repeating: "x", count: 151)], "tenant ID is too long: max 150 characters", .unauthenticated),
        (["."], "tenant ID is '.' or '..'", .unauthenticated),
        ([".."], "tenant ID is '.' or '..'", .unauthenticated),
        (["a", "b"], "X-Scope-OrgID sent 2 times (err-duplicate-org-id)", .invalidArgument),
        (["a", "a"], "X-Scope-OrgID sent 2 times (err-duplicate-org-id)", .invalidArgument),
        (
            ["__self__"], "tenant IDs that begin with two underscores are reserved (err-reserved-tenant)",
            .permissionDenied
        ),
        (["a|b"], "multiple org IDs present", .unauthenticated),
    ])
    func answersAsPyroscopeDoes(values: [String], message: String, code: ServiceCode) {
        do throws(TenancyError) {
            _ = try Self.tenancy().tenant(of: Self.headers(values))
            Issue.record("accepted")
        } catch {
            let answer = ServiceError(error)
            #expect(answer.message == message)
            #expect(answer.code == code)
        }
    }

    @Test func takesOneTenantHoweverOftenItIsNamed() throws {
        #expect(try Self.tenancy().tenant(of: Self.headers(["team-a|team-a"])).description == "team-a")
        #expect(try Self.tenancy().tenant(of: Self.headers(["team-a:k=v:l=w"])).description == "team-a")
    }

    @Test func federatesQueriesOnlyWhenAllowed() throws {
        let several = Self.headers(["b|a|b"])
        #expect(throws: TenancyError.federationOff) { try Self.tenancy().tenants(of: several) }
        #expect(try Self.tenancy(federation: true).tenants(of: several).map(\.description) == ["a", "b"])
        let many = Self.headers([(0..<17).map(String.init).joined(separator: "|")])
        #expect(throws: TenancyError.tooMany(limit: 16)) {
            try Self.tenancy(federation: true).tenants(of: many)
        }
    }
}
