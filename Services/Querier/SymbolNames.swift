// SPDX-License-Identifier: Apache-2.0
internal import FlameGraph
package import ProfileModel
internal import Synchronization

/// Names of functions by their id in the symbol store, kept in memory: functions never change (design D4).
///
/// Ids are dense per tenant from some start on, so a tenant's names are pages of arrays. The least recently
/// asked tenants are forgotten
/// when
/// the names take more than `byteCountMax`. Any task may ask.
package final class SymbolNames: Sendable {
    /// Reads names from the catalogue, in the order of the ids; nil for an id that the tenant does not have.
    package typealias Load = @Sendable (TenantID, [Int64]) async throws -> [String?]

    private struct Shelf {
        /// Names by id, `pageSize` to a page.
        var pages: [Int64: [String?]] = [:]
        var byteCount = 0
        var lastUse: UInt64 = 0
    }

    private struct State {
        var shelves: [TenantID: Shelf] = [:]
        var byteCount = 0
        var uses: UInt64 = 0
    }

    private let load: Load
    private let byteCountMax: Int
    private let state = Mutex(State())

    /// Ids of a page; a broken id makes one page at most.
    private static let pageSize: Int64 = 1_024
    /// Most ids asked for at once.
    private static let batchMax = 10_000
    /// A string's own words, beside its bytes.
    private static let overhead = 40

    /// An empty cache over `load`.
    package init(byteCountMax: Int = 256 << 20, load: @escaping Load) {
        self.byteCountMax = byteCountMax
        self.load = load
    }

    /// What the names take now, in bytes.
    package var byteCount: Int { self.state.withLock { $0.byteCount } }

    /// The names that `parts` refer to by id.
    func names(in parts: [FunctionTree], tenant: TenantID) async throws(QueryError) -> FunctionNames {
        var ids: Set<Int64> = []
        for name in parts.lazy.flatMap(\.names) {
            if case .symbol(let id) = name { ids.insert(id) }
        }
        guard !ids.isEmpty else { return FunctionNames(known: [:], missingCount: 0) }
        let known = try await self.names(of: ids, tenant: tenant)
        return FunctionNames(known: known, missingCount: ids.count - known.count)
    }

    /// The names of `ids`; those that are unknown or could not be read are missing.
    func names(of ids: Set<Int64>, tenant: TenantID) async throws(QueryError) -> [Int64: String] {
        var found: [Int64: String] = [:]
        found.reserveCapacity(ids.count)
        let missing = self.state.withLock { state in
            state.uses += 1
            state.shelves[tenant]?.lastUse = state.uses
            let pages = state.shelves[tenant]?.pages ?? [:]
            return ids.filter { id in
                guard id >= 0, let page = pages[id / Self.pageSize], let name = page[Int(id % Self.pageSize)]
                else { return true }
                found[id] = name
                return false
            }
        }.sorted()
        for start in stride(from: 0, to: missing.count, by: Self.batchMax) {
            let batch = Array(missing[start..<min(start + Self.batchMax, missing.count)])
            let names: [String?]
            do {
                names = try await self.load(tenant, batch)
            } catch {
                guard !Task.isCancelled else { throw .canceled }
                return found
            }
            let loaded = zip(batch, names).compactMap { id, name in name.map { (id, $0) } }
            for (id, name) in loaded { found[id] = name }
            self.keep(loaded, tenant: tenant)
        }
        return found
    }

    private func keep(_ loaded: [(Int64, String)], tenant: TenantID) {
        self.state.withLock { state in
            state.uses += 1
            var shelf = state.shelves.removeValue(forKey: tenant) ?? Shelf()
            state.byteCount -= shelf.byteCount
            shelf.lastUse = state.uses
            for (id, name) in loaded where id >= 0 {
                let (page, index) = (id / Self.pageSize, Int(id % Self.pageSize))
                if shelf.pages[page] == nil {
                    shelf.pages[page] = Array(repeating: nil, count: Int(Self.pageSize))
                    shelf.byteCount += Int(Self.pageSize) * MemoryLayout<String?>.stride
                }
                guard shelf.pages[page]?[index] == nil else { continue }
                shelf.pages[page]?[index] = name
                shelf.byteCount += name.utf8.count + Self.overhead
            }
            state.byteCount += shelf.byteCount
            state.shelves[tenant] = shelf
            self.trim(&state)
        }
    }

    private func trim(_ state: inout State) {
        while state.byteCount > self.byteCountMax,
            let oldest = state.shelves.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            state.byteCount -= oldest.value.byteCount
            state.shelves[oldest.key] = nil
        }
    }
}

/// Names of functions by id, as far as they could be read.
struct FunctionNames {
    fileprivate let known: [Int64: String]
    fileprivate let missingCount: Int

    /// The name of a function, or what stands for it.
    subscript(id: Int64) -> String { self.known[id] ?? "[function \(id)]" }

    /// What an answer lacks with them; nil for nothing.
    var warning: String? {
        self.missingCount == 0 ? nil : "the names of \(self.missingCount) functions could not be read"
    }
}
