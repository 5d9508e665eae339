// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import ProfileModel
import Support
import Testing

/// The implementations that the contract holds for.
enum CatalogBackend: CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite
    case postgres

    var testDescription: String { "\(self)" }

    /// Runs `body` on an empty catalogue.
    func withCatalog<Result: Sendable>(_ body: (any Catalog) async throws -> Result) async throws -> Result {
        switch self {
        case .sqlite:
            let folder = try TemporaryFolder()
            return try await body(try await openCatalog(url: "sqlite:\(folder.path)/catalog.sqlite"))
        case .postgres:
            return try await body(try await openCatalog(url: try PostgresServer.shared().makeDatabase()))
        }
    }
}

/// Small values for tests.
enum Sample {
    static let tenant = TenantID.anonymous
    static let cpu = ProfileType(
        name: "process_cpu",
        sampleType: "cpu",
        sampleUnit: "nanoseconds",
        periodType: "cpu",
        periodUnit: "nanoseconds"
    )
    static let inuse = ProfileType(
        name: "memory",
        sampleType: "inuse_space",
        sampleUnit: "bytes",
        periodType: "space",
        periodUnit: "bytes"
    )
    static let day: Int64 = 86_400_000_000_000
    static let noon = 20_000 * day + day / 2

    static func tenant(_ name: String) throws -> TenantID { try TenantID(parsing: name) }

    static func function(_ name: String, file: String = "main.go", line: Int64 = 1) -> FunctionSymbol {
        FunctionSymbol(name: name, systemName: name, file: file, startLine: line)
    }

    static func dataset(
        _ service: String,
        tenant: TenantID = Self.tenant,
        types: [ProfileType] = [Self.cpu],
        profiles: Int64 = 10
    ) -> BlockDataset {
        BlockDataset(
            tenant: tenant,
            service: service,
            profileTypes: types,
            profileCount: profiles,
            sampleCount: profiles * 100
        )
    }

    static func block(
        _ number: UInt64,
        _ datasets: [BlockDataset] = [Self.dataset("checkout")],
        from first: Int64 = Self.noon,
        to last: Int64 = Self.noon + 1_000,
        instance: String = "ingester-1"
    ) -> BlockRecord {
        BlockRecord(
            id: BlockID(high: 0xfeed_0000_0000_0001, low: number),
            level: 0,
            timeRange: TimeRange(first: first, last: last),
            byteCount: 12_345,
            path: "blocks/\(number).pblk",
            instance: instance,
            epoch: 3,
            lsnLow: number * 1_000,
            lsnHigh: .max - number,
            contentHash: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 32),
            datasets: datasets
        )
    }

    /// Text that has broken databases before.
    static let hostile = [
        "", "'; drop table functions; --", "\" or 1=1 --", "a\u{0}b", "\u{0}", "\u{1}", "\u{1}\u{2}",
        "\u{1}\u{4}",
        "%", "_", "\\", "\\x00", "$1", "?1", "{}", "{\"a\",b}", "NULL", "null", "🔥\u{202e}x", "\r\n\t",
        "\u{feff}",
        "e\u{301}", "é", String(repeating: "長", count: 20_000), "\u{ffff}\u{10ffff}",
        "'||(select version())||'",
        "${jndi:ldap://x}", "\u{7f}\u{80}", "a'b''c", "/* */", "0x00", "E'\\\\'", "U&'\\0041'", "$$;$$", ";",
        "--",
    ]
}

/// Asks again while the catalogue says that this may help, as services do: every call may be repeated.
@discardableResult
func retrying<Value: Sendable>(_ call: @Sendable () async throws -> Value) async throws -> Value {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
        do {
            return try await call()
        } catch let error as CatalogError {
            guard case .unavailable(retryable: true, _) = error, ContinuousClock.now < deadline else {
                throw error
            }
        }
        await Task.yield()
    }
}
