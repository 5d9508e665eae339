// SPDX-License-Identifier: Apache-2.0

/// As many symbols as one transaction takes: large sets must not run into the timeout of a statement.
struct SymbolBatch<Function: Sendable, Mapping: Sendable>: Sendable {
    var functions: [Function]
    var mappings: [Mapping]

    /// Symbols of one kind in one transaction.
    static var symbolCountMax: Int { 5_000 }

    /// In order; at least one batch, so that a service without symbols becomes known too.
    static func split(_ functions: [Function], _ mappings: [Mapping]) -> [Self] {
        let count = max(functions.count, mappings.count, 1)
        return stride(from: 0, to: count, by: Self.symbolCountMax).map { start in
            SymbolBatch(
                functions: Array(functions.dropFirst(start).prefix(Self.symbolCountMax)),
                mappings: Array(mappings.dropFirst(start).prefix(Self.symbolCountMax))
            )
        }
    }
}
