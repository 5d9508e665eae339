// SPDX-License-Identifier: Apache-2.0
internal import BlockStore
internal import CatalogStore
internal import ConfigSchema

/// Why a command was not carried out; the text is for the person who typed it.
package struct ControlError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// What can be asked of `hearthctl`.
package enum ControlCommand: CaseIterable, Sendable {
    case symbolsRebuild
    case symbolsDrop
    case blocksList
    case blocksVerify
    case limitsList
    case limitsGet
    case limitsSet
    case limitsUnset

    /// The two words of the command line.
    package var words: [String] {
        switch self {
        case .symbolsRebuild: ["symbols", "rebuild"]
        case .symbolsDrop: ["symbols", "drop"]
        case .blocksList: ["blocks", "list"]
        case .blocksVerify: ["blocks", "verify"]
        case .limitsList: ["limits", "list"]
        case .limitsGet: ["limits", "get"]
        case .limitsSet: ["limits", "set"]
        case .limitsUnset: ["limits", "unset"]
        }
    }

    /// What stands behind the words.
    var operandNames: [String] {
        switch self {
        case .limitsGet: ["TENANT"]
        case .limitsSet: ["TENANT", "LIMIT", "VALUE"]
        case .limitsUnset: ["TENANT", "LIMIT"]
        default: []
        }
    }

    var summary: String {
        switch self {
        case .symbolsRebuild: "fill the symbol store again from the blocks of a data folder"
        case .symbolsDrop: "forget every symbol of every tenant (needs -yes; rebuild brings them back)"
        case .blocksList: "list the blocks of a data folder"
        case .blocksVerify: "read every block of a data folder and check all checksums"
        case .limitsList: "list the limits that the catalogue holds for single tenants"
        case .limitsGet: "show all limits of a tenant: shipped ones, and those of the catalogue"
        case .limitsSet: "give a tenant a limit of its own, as YAML or JSON; running servers take it up"
        case .limitsUnset: "take a tenant's own limit away again"
        }
    }

    /// All commands, one a line.
    package static var usage: String {
        let lines = Self.allCases.map { command in
            let words = (command.words + command.operandNames).joined(separator: " ")
            return "  \(words)\(String(repeating: " ", count: max(1, 32 - words.count)))\(command.summary)"
        }
        return "commands:\n" + lines.joined(separator: "\n") + "\n"
    }

    /// The command that `arguments` begin with.
    package init?(arguments: [String]) {
        let words = Array(arguments.prefix(2))
        guard let command = Self.allCases.first(where: { $0.words == words }) else { return nil }
        self = command
    }

    /// Does it; writes what there is to say through `say`.
    package func run(
        _ config: ControlConfig,
        say: @Sendable (String) -> Void
    ) async throws {
        guard config.operands.count == self.operandNames.count else {
            let wanted = (self.words + self.operandNames).joined(separator: " ")
            throw ControlError("\(config.operands.count) operands; give: hearthctl \(wanted)")
        }
        switch self {
        case .symbolsRebuild: try await SymbolRebuild(config).run(say: say)
        case .symbolsDrop:
            guard config.isConfirmed else { throw ControlError("symbols drop needs -yes") }
            try await openCatalog(url: config.catalog).dropSymbols()
            say("symbols dropped")
        case .blocksList: try Self.list(config, say: say)
        case .blocksVerify: try Self.verify(config, say: say)
        case .limitsList: try await TenantLimitSettings(config).list(say: say)
        case .limitsGet: try await TenantLimitSettings(config).get(config.operands[0], say: say)
        case .limitsSet:
            let (tenant, name, value) = (config.operands[0], config.operands[1], config.operands[2])
            try await TenantLimitSettings(config).set(tenant, name, to: value, say: say)
        case .limitsUnset:
            try await TenantLimitSettings(config).unset(config.operands[0], config.operands[1], say: say)
        }
    }

    private static func list(_ config: ControlConfig, say: (String) -> Void) throws {
        for block in try LocalBlocks.open(config) {
            let description = block.description
            let state = description.hasSymbolIDs ? "published" : "pending"
            let header = description.header
            say(
                "\(header.id) level \(header.level) \(state) log \(header.lsnLow)..\(header.lsnHigh) "
                    + "\(description.byteCount) bytes \(description.profileCount) profiles"
            )
            for dataset in description.datasets {
                say(
                    "  \(dataset.tenant) \(dataset.service): \(dataset.seriesCount) series, "
                        + "\(dataset.profileCount) profiles, \(dataset.sampleCount) samples"
                )
            }
        }
    }

    private static func verify(_ config: ControlConfig, say: (String) -> Void) throws {
        var badCount = 0
        let paths = try LocalBlocks.paths(config)
        for path in paths {
            do throws(BlockError) {
                try LocalBlocks.verify(path)
            } catch {
                badCount += 1
                say("\(path): \(error)")
            }
        }
        guard badCount == 0 else { throw ControlError("\(badCount) of \(paths.count) blocks are damaged") }
        say("\(paths.count) blocks are sound")
    }
}
