// SPDX-License-Identifier: Apache-2.0
internal import BlockStore
internal import CatalogStore
internal import ProfileColumns
internal import ProfileModel

/// Fills the symbol store from the recovery sections of blocks, under the ids by which the blocks know their
/// symbols.
struct SymbolRebuild {
    private let config: ControlConfig

    init(_ config: ControlConfig) { self.config = config }

    func run(say: (String) -> Void) async throws {
        let blocks = try LocalBlocks.open(self.config)
        let catalog = try await openCatalog(url: self.config.catalog)
        var functionCount = 0
        for block in blocks where block.description.hasSymbolIDs {
            for (index, dataset) in block.description.datasets.enumerated() {
                let symbols = try block.dictionary(dataset: index)
                let functions = Self.functions(symbols)
                try await catalog.restoreSymbols(
                    tenant: dataset.tenant,
                    service: dataset.service,
                    functions: functions,
                    mappings: Self.mappings(symbols),
                    seenAt: dataset.range.last
                )
                functionCount += functions.count
            }
        }
        say("\(functionCount) functions of \(blocks.count) blocks are in the symbol store")
    }

    private static func functions(_ symbols: RecoveredSymbols) -> [Identified<FunctionSymbol>] {
        let strings = symbols.dictionary.strings
        return zip(symbols.dictionary.functions, symbols.functionIDs ?? []).map { row, id in
            Identified(
                id: id,
                symbol: FunctionSymbol(
                    name: strings[row.name],
                    systemName: strings[row.systemName],
                    file: strings[row.file],
                    startLine: Int64(row.startLine)
                )
            )
        }
    }

    private static func mappings(_ symbols: RecoveredSymbols) -> [Identified<MappingSymbol>] {
        let strings = symbols.dictionary.strings
        return zip(symbols.dictionary.mappings, symbols.mappingIDs ?? []).map { row, id in
            Identified(id: id, symbol: MappingSymbol(buildID: strings[row.buildID], file: strings[row.file]))
        }
    }
}
