// SPDX-License-Identifier: Apache-2.0
internal import CatalogStore
internal import ProfileColumns
internal import ProfileModel

/// Ids of a dataset's functions and mappings, remembered row by row: a flush asks the catalogue for new rows
/// only.
struct SymbolIDCache {
    private struct Key: Hashable {
        let tenant: TenantID
        let service: String
    }

    private struct Entry {
        var identity: UInt64
        var ids: SymbolIDs
    }

    private var entries: [Key: Entry] = [:]

    /// The ids of all rows of the snapshot's dictionary; rows that are new since the last call are made
    /// known, the others are said to be in use still.
    ///
    /// `conflict` when the catalogue does not know what it gave out: it was made anew, so
    /// is this cache to be.
    mutating func ids(
        of snapshot: DatasetSnapshot,
        in catalog: any Catalog,
        seenAt: Int64
    ) async throws(CatalogError) -> SymbolIDs {
        let (tenant, service) = (snapshot.tenant, snapshot.service)
        let key = Key(tenant: tenant, service: service)
        let dictionary = snapshot.dictionary
        var known = SymbolIDs(functions: [], mappings: [])
        if let entry = self.entries[key], entry.identity == dictionary.identity {
            known = entry.ids
            try await catalog.markSeen(
                tenant: tenant,
                service: service,
                functions: known.functions,
                seenAt: seenAt
            )
        }
        let functions = dictionary.functionSymbols(from: known.functions.count)
        let mappings = dictionary.mappingSymbols(from: known.mappings.count)
        guard !functions.isEmpty || !mappings.isEmpty else { return known }
        let fresh = try await catalog.upsertSymbols(
            tenant: tenant,
            service: service,
            functions: functions,
            mappings: mappings,
            seenAt: seenAt
        )
        known.functions += fresh.functions
        known.mappings += fresh.mappings
        self.entries[key] = Entry(identity: dictionary.identity, ids: known)
        return known
    }
}

extension DatasetDictionary {
    /// The functions from row `first` on, as the symbol store knows them.
    func functionSymbols(from first: Int = 0) -> [FunctionSymbol] {
        self.functions[min(first, self.functions.count)...].map { row in
            FunctionSymbol(
                name: self.strings[row.name],
                systemName: self.strings[row.systemName],
                file: self.strings[row.file],
                startLine: Int64(row.startLine)
            )
        }
    }

    /// The mappings from row `first` on, as the symbol store knows them.
    func mappingSymbols(from first: Int = 0) -> [MappingSymbol] {
        self.mappings[min(first, self.mappings.count)...].map { row in
            MappingSymbol(buildID: self.strings[row.buildID], file: self.strings[row.file])
        }
    }
}
