// SPDX-License-Identifier: Apache-2.0
package import ConfigSchema
package import HTTPServer
package import ProfileModel
package import RPC

/// Why a request has no tenant; the message is what Pyroscope answers.
package enum TenancyError: Error, Equatable {
    case missing
    case duplicateHeader(count: Int)
    case invalid(TenantError, id: String)
    case reserved
    /// Several tenants where one is needed.
    case multiple
    /// Several tenants, and queries over several are switched off.
    case federationOff
    case tooMany(limit: Int)

    /// One line for the client; it holds at most one tenant id, cut and escaped.
    package var message: String {
        switch self {
        case .missing: "no org id"
        case .duplicateHeader(let count): "X-Scope-OrgID sent \(count) times (err-duplicate-org-id)"
        case .invalid(.empty, _): "no org id"
        case .invalid(.tooLong, _): "tenant ID is too long: max \(TenantID.byteCountMax) characters"
        case .invalid(.reservedName, _): "tenant ID is '.' or '..'"
        case .invalid(.forbiddenByte(let byte), let id):
            "tenant ID '\(Self.printable(id))' contains unsupported character '\(Self.printable([byte]))'"
        case .reserved: "tenant IDs that begin with two underscores are reserved (err-reserved-tenant)"
        case .multiple: "multiple org IDs present"
        case .federationOff: "multi-tenant queries are off (err-federation-off)"
        case .tooMany(let limit): "more than \(limit) org IDs present (err-multiple-tenants)"
        }
    }

    /// The code that goes with it; every kind of route answers the same.
    package var code: ServiceCode {
        switch self {
        case .missing, .invalid, .multiple: .unauthenticated
        case .duplicateHeader, .tooMany: .invalidArgument
        case .reserved, .federationOff: .permissionDenied
        }
    }

    private static func printable(_ text: String) -> String { Self.printable(Array(text.utf8.prefix(150))) }

    private static func printable(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.map { $0 >= 0x20 && $0 < 0x7F ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}

extension ServiceError {
    /// The answer to a request without a usable tenant.
    package init(_ error: TenancyError) { self.init(error.code, error.message) }
}

/// How requests name their tenant.
package struct Tenancy: Sendable, Equatable {
    /// Whether `X-Scope-OrgID` counts; otherwise every request is the tenant `anonymous`.
    package var isMultiTenant = false
    /// Whether a query may name several tenants, `a|b`.
    package var allowsFederation = false

    /// Tenants that one query may name.
    package static let federatedTenantCountMax = 16

    /// One tenant for everybody.
    package init() {}

    /// The keys.
    package static let schema = Schema<Tenancy>(
        section: "",
        [
            .bool(
                "auth.multitenancy-enabled",
                \.isMultiTenant,
                "Take the tenant from the header X-Scope-OrgID instead of using one tenant for all."
            ).yaml("multitenancy_enabled"),
            .bool(
                "auth.tenant-federation-enabled",
                \.allowsFederation,
                "Let queries name several tenants, as a|b; there is no check who may read which."
            ).yaml("tenant_federation_enabled"),
        ]
    )

    /// The one tenant of a request that writes, or that concerns one tenant only.
    package func tenant(of headers: HTTPHeaders) throws(TenancyError) -> TenantID {
        let tenants = try self.named(in: headers)
        guard tenants.count == 1, let tenant = tenants.first else { throw .multiple }
        return tenant
    }

    /// The tenants of a query, sorted and each once.
    package func tenants(of headers: HTTPHeaders) throws(TenancyError) -> [TenantID] {
        let tenants = try self.named(in: headers)
        guard tenants.count == 1 || self.allowsFederation else { throw .federationOff }
        return tenants
    }

    private func named(in headers: HTTPHeaders) throws(TenancyError) -> [TenantID] {
        guard self.isMultiTenant else { return [.anonymous] }
        let values = headers.all("X-Scope-OrgID")
        guard values.count < 2 else { throw .duplicateHeader(count: values.count) }
        guard let value = values.first, !value.isEmpty else { throw .missing }
        let parts = value.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count <= Self.federatedTenantCountMax else {
            throw .tooMany(limit: Self.federatedTenantCountMax)
        }
        var tenants: Set<TenantID> = []
        for part in parts {
            let id = part.prefix { $0 != ":" }  // what follows is metadata of the sender
            do {
                tenants.insert(try TenantID(parsing: id))
            } catch {
                throw .invalid(error, id: String(id))
            }
            guard !id.hasPrefix("__") else { throw .reserved }
        }
        return tenants.sorted()
    }
}
