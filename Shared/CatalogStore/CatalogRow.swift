// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel
internal import SQLiteClient

/// A row of either database; the columns are those of the same statements.
protocol CatalogRow {
    func int(_ column: Int) throws -> Int64
    func text(_ column: Int) throws -> String
    func bytes(_ column: Int) throws -> [UInt8]
    func isNull(_ column: Int) -> Bool
}

extension SQLiteRow: CatalogRow {}

extension CatalogRow {
    /// Text as it was before `CatalogText.escaped`.
    func string(_ column: Int) throws -> String { try CatalogText.unescaped(try self.text(column)) }

    /// Name, system name, file and start line from `column` on.
    func function(from column: Int) throws -> FunctionSymbol {
        FunctionSymbol(
            name: try self.string(column),
            systemName: try self.string(column + 1),
            file: try self.string(column + 2),
            startLine: try self.int(column + 3)
        )
    }

    func tenant(_ column: Int) throws -> TenantID {
        do {
            return try TenantID(parsing: try self.text(column))
        } catch is TenantError {
            throw CatalogError.corrupt(code: "tenant-name")
        }
    }

    func blockID(_ column: Int) throws -> BlockID {
        guard let id = BlockID(bytes: try self.bytes(column)) else {
            throw CatalogError.corrupt(code: "block-id")
        }
        return id
    }

    func profileTypes(_ column: Int) throws -> [ProfileType] {
        try ProfileTypeText.decoded(try self.text(column))
    }

    /// The columns of `debug_files` after the tenant.
    func debugFile() throws -> DebugFileRecord {
        guard let state = DebugFileRecord.State(rawValue: try self.int(5)) else {
            throw CatalogError.corrupt(code: "debug-file-state")
        }
        var file = DebugFileRecord(
            buildID: try self.string(0),
            goBuildID: try self.string(1),
            otelFileID: try self.string(2),
            name: try self.string(3),
            kind: try self.int(4),
            startedAt: try self.int(6)
        )
        file.state = state
        if !self.isNull(7) { file.finishedAt = try self.int(7) }
        guard !self.isNull(8) else { return file }
        file.contents = DebugFileRecord.Contents(
            instance: try self.string(8),
            byteCount: try self.int(9),
            hasSymbols: try self.int(10) != 0,
            hasDebugSections: try self.int(11) != 0
        )
        return file
    }

    /// Name, time and body.
    func document() throws -> DocumentRecord {
        DocumentRecord(
            name: try self.string(0),
            modifiedAt: try self.int(1),
            body: try self.bytes(2)
        )
    }

    /// Name, time and size of the body.
    func documentEntry() throws -> DocumentEntry {
        DocumentEntry(
            name: try self.string(0),
            modifiedAt: try self.int(1),
            byteCount: try self.int(2)
        )
    }

    /// Instance, address, zone, roles, state, epoch and heartbeat age in milliseconds.
    func instance() throws -> InstanceRecord {
        guard let state = InstanceState(rawValue: try self.int(4)) else {
            throw CatalogError.corrupt(code: "instance-state")
        }
        return InstanceRecord(
            registration: InstanceRegistration(
                instance: try self.string(0),
                address: try self.string(1),
                zone: try self.string(2),
                roles: try CatalogText.separated(try self.text(3))
            ),
            state: state,
            epoch: try self.int(5),
            heartbeatAge: .milliseconds(max(0, try self.int(6)))
        )
    }
}

/// Profile types as one stored text: a list of their parts, which may contain any character.
enum ProfileTypeText {
    static func encoded(_ types: [ProfileType]) -> String {
        CatalogText.joined(
            types.flatMap { [$0.name, $0.sampleType, $0.sampleUnit, $0.periodType, $0.periodUnit] }
        )
    }

    static func decoded(_ stored: String) throws(CatalogError) -> [ProfileType] {
        let parts = try CatalogText.separated(stored)
        guard parts.count % 5 == 0 else { throw .corrupt(code: "profile-types") }
        return stride(from: 0, to: parts.count, by: 5).map { first in
            ProfileType(
                name: parts[first],
                sampleType: parts[first + 1],
                sampleUnit: parts[first + 2],
                periodType: parts[first + 3],
                periodUnit: parts[first + 4]
            )
        }
    }
}

/// Assembles answers from rows that repeat what several of them share.
enum CatalogRows {
    /// Columns of the view `block_rows`.
    private enum Column {
        static let state = 11
        static let version = 12
        static let tenant = 13
    }

    private static let liveState: Int64 = 1

    /// Settings by tenant and key, from rows of tenant, key and value.
    static func settings(_ rows: some Sequence<some CatalogRow>) throws -> [TenantID: [String: String]] {
        var settings: [TenantID: [String: String]] = [:]
        for row in rows { settings[try row.tenant(0), default: [:]][try row.string(1)] = try row.string(2) }
        return settings
    }

    /// Block records from rows of `block_rows`, one per dataset, a block's rows together.
    static func blocks(_ rows: some Sequence<some CatalogRow>) throws -> [BlockRecord] {
        var blocks: [BlockRecord] = []
        for row in rows {
            let id = try row.blockID(0)
            if blocks.last?.id != id { blocks.append(try Self.block(id, row)) }
            if !row.isNull(Column.tenant) { blocks[blocks.count - 1].datasets.append(try Self.dataset(row)) }
        }
        return blocks
    }

    /// Changes from rows of `block_rows` in version order.
    static func changes(_ rows: some Sequence<some CatalogRow>, since version: Int64) throws -> BlockChanges {
        var changes = BlockChanges(changes: [], version: version)
        var live: [BlockRecord] = []
        var lastDeleted: BlockID?
        func takeLive() {
            changes.changes += live.map { .published($0) }
            live = []
        }
        for row in rows {
            changes.version = max(changes.version, try row.int(Column.version))
            let id = try row.blockID(0)
            if try row.int(Column.state) == Self.liveState {
                if live.last?.id != id {
                    takeLive()
                    live.append(try Self.block(id, row))
                }
                if !row.isNull(Column.tenant) { live[0].datasets.append(try Self.dataset(row)) }
            } else if lastDeleted != id {
                takeLive()
                lastDeleted = id
                changes.changes.append(.deleted(id))
            }
        }
        takeLive()
        return changes
    }

    /// Functions from rows (id, name, system name, file, start line, service, first seen, last seen).
    static func sightings(_ rows: some Sequence<some CatalogRow>) throws -> [FunctionSighting] {
        var found: [FunctionSighting] = []
        for row in rows {
            let id = try row.int(0)
            if found.last?.id != id {
                found.append(FunctionSighting(id: id, function: try row.function(from: 1), services: []))
            }
            guard !row.isNull(5) else { continue }
            found[found.count - 1].services.append(
                ServiceSighting(
                    service: try row.string(5),
                    firstSeen: try row.int(6),
                    lastSeen: try row.int(7)
                )
            )
        }
        return found
    }

    /// Services from rows (dataset, service, last seen, profiles, samples) and rows (dataset, one profile
    /// type).
    static func services(
        _ rows: some Sequence<some CatalogRow>,
        types: some Sequence<some CatalogRow>
    ) throws -> [ServiceRecord] {
        var typesByDataset: [Int64: Set<ProfileType>] = [:]
        for row in types { typesByDataset[try row.int(0), default: []].formUnion(try row.profileTypes(1)) }
        return try rows.map { row in
            ServiceRecord(
                name: try row.string(1),
                lastSeen: try row.int(2),
                profileTypes: typesByDataset[try row.int(0), default: []].sorted {
                    $0.description < $1.description
                },
                profileCount: try row.int(3),
                sampleCount: try row.int(4)
            )
        }
        .sorted { $0.name < $1.name }
    }

    private static func block(_ id: BlockID, _ row: some CatalogRow) throws -> BlockRecord {
        guard let level = Int(exactly: try row.int(1)) else {
            throw CatalogError.corrupt(code: "block-level")
        }
        return BlockRecord(
            id: id,
            level: level,
            timeRange: TimeRange(first: try row.int(2), last: try row.int(3)),
            byteCount: try row.int(4),
            path: try row.string(5),
            instance: try row.string(6),
            epoch: try row.int(7),
            lsnLow: UInt64(bitPattern: try row.int(8)),
            lsnHigh: UInt64(bitPattern: try row.int(9)),
            contentHash: try row.bytes(10),
            datasets: []
        )
    }

    private static func dataset(_ row: some CatalogRow) throws -> BlockDataset {
        BlockDataset(
            tenant: try row.tenant(Column.tenant),
            service: try row.string(14),
            profileTypes: try row.profileTypes(15),
            profileCount: try row.int(16),
            sampleCount: try row.int(17)
        )
    }
}
