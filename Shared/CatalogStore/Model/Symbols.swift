// SPDX-License-Identifier: Apache-2.0

/// A function as the symbol store knows it: equal content, equal id within one tenant.
package struct FunctionSymbol: Hashable, Sendable {
    package var name: String
    package var systemName: String
    package var file: String
    package var startLine: Int64

    package init(name: String, systemName: String, file: String, startLine: Int64) {
        self.name = name
        self.systemName = systemName
        self.file = file
        self.startLine = startLine
    }
}

/// A mapped binary or library as the symbol store knows it.
package struct MappingSymbol: Hashable, Sendable {
    package var buildID: String
    package var file: String

    package init(buildID: String, file: String) {
        self.buildID = buildID
        self.file = file
    }
}

/// A symbol with its id in the tenant's store.
package struct Identified<Symbol: Hashable & Sendable>: Hashable, Sendable {
    package var id: Int64
    package var symbol: Symbol

    package init(id: Int64, symbol: Symbol) {
        self.id = id
        self.symbol = symbol
    }
}

/// Ids in the order of the symbols they were asked for.
package struct SymbolIDs: Hashable, Sendable {
    package var functions: [Int64]
    package var mappings: [Int64]

    package init(functions: [Int64], mappings: [Int64]) {
        self.functions = functions
        self.mappings = mappings
    }
}

/// How a function's name is looked for; case counts.
package enum NameMatch: Hashable, Sendable {
    case containing(String)
    case equal(String)
}

/// When a service ran a function, in nanoseconds since 1970.
package struct ServiceSighting: Hashable, Sendable {
    package var service: String
    package var firstSeen: Int64
    /// At most `symbolSeenResolution` behind the last profile.
    package var lastSeen: Int64
}

/// A function and who runs it.
package struct FunctionSighting: Hashable, Sendable {
    package var id: Int64
    package var function: FunctionSymbol
    /// By service name.
    package var services: [ServiceSighting]
}

/// `lastSeen` moves in steps of an hour: without this every flush would rewrite a row per function.
package let symbolSeenResolution: Int64 = 3_600_000_000_000
