// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import ProfileModel
import Synchronization

/// A real catalogue behind a switch: while it is off every call fails, as with a database that is away.
final class SwitchedCatalog: Catalog {
    private let real: any Catalog
    private let state = Mutex(State())

    private struct State {
        var isAway = false
        var before: (@Sendable (Step) throws -> Void)?
    }

    /// What a flush asks a catalogue for.
    enum Step { case symbols, publication }

    init(_ real: any Catalog) { self.real = real }

    /// Whether calls fail.
    var isAway: Bool {
        get { self.state.withLock { $0.isAway } }
        set { self.state.withLock { $0.isAway = newValue } }
    }

    /// Runs `body` before every upsert and every publication.
    func before(_ body: @escaping @Sendable (Step) throws -> Void) {
        self.state.withLock { $0.before = body }
    }

    private func pass(_ step: Step? = nil) throws(CatalogError) {
        let (isAway, before) = self.state.withLock { ($0.isAway, $0.before) }
        if isAway { throw .unavailable(retryable: true, code: "away") }
        guard let step, let before else { return }
        do { try before(step) } catch { throw .unavailable(retryable: false, code: "test") }
    }

    func register(_ registration: InstanceRegistration) async throws(CatalogError) -> Int64 {
        try self.pass()
        return try await self.real.register(registration)
    }

    func heartbeat(instance: String, epoch: Int64) async throws(CatalogError) {
        try self.pass()
        try await self.real.heartbeat(instance: instance, epoch: epoch)
    }

    func leave(instance: String, epoch: Int64) async throws(CatalogError) {
        try self.pass()
        try await self.real.leave(instance: instance, epoch: epoch)
    }

    func instances() async throws(CatalogError) -> [InstanceRecord] {
        try self.pass()
        return try await self.real.instances()
    }

    func upsertSymbols(
        tenant: TenantID,
        service: String,
        functions: [FunctionSymbol],
        mappings: [MappingSymbol],
        seenAt: Int64
    ) async throws(CatalogError) -> SymbolIDs {
        try self.pass(.symbols)
        return try await self.real.upsertSymbols(
            tenant: tenant,
            service: service,
            functions: functions,
            mappings: mappings,
            seenAt: seenAt
        )
    }

    func markSeen(
        tenant: TenantID,
        service: String,
        functions: [Int64],
        seenAt: Int64
    ) async throws(CatalogError) {
        try self.pass()
        try await self.real.markSeen(tenant: tenant, service: service, functions: functions, seenAt: seenAt)
    }

    func restoreSymbols(
        tenant: TenantID,
        service: String,
        functions: [Identified<FunctionSymbol>],
        mappings: [Identified<MappingSymbol>],
        seenAt: Int64
    ) async throws(CatalogError) {
        try self.pass()
        try await self.real.restoreSymbols(
            tenant: tenant,
            service: service,
            functions: functions,
            mappings: mappings,
            seenAt: seenAt
        )
    }

    func functions(tenant: TenantID, ids: [Int64]) async throws(CatalogError) -> [FunctionSymbol?] {
        try self.pass()
        return try await self.real.functions(tenant: tenant, ids: ids)
    }

    func functionNames(tenant: TenantID, ids: [Int64]) async throws(CatalogError) -> [String?] {
        try self.pass()
        return try await self.real.functionNames(tenant: tenant, ids: ids)
    }

    func mappings(tenant: TenantID, ids: [Int64]) async throws(CatalogError) -> [MappingSymbol?] {
        try self.pass()
        return try await self.real.mappings(tenant: tenant, ids: ids)
    }

    func findFunctions(
        tenant: TenantID,
        matching: NameMatch,
        limit: Int
    ) async throws(CatalogError) -> [FunctionSighting] {
        try self.pass()
        return try await self.real.findFunctions(tenant: tenant, matching: matching, limit: limit)
    }

    func dropSymbols() async throws(CatalogError) {
        try self.pass()
        try await self.real.dropSymbols()
    }

    @discardableResult
    func publish(_ block: BlockRecord) async throws(CatalogError) -> PublishOutcome {
        try self.pass(.publication)
        return try await self.real.publish(block)
    }

    func blocks(tenant: TenantID, range: TimeRange) async throws(CatalogError) -> [BlockRecord] {
        try self.pass()
        return try await self.real.blocks(tenant: tenant, range: range)
    }

    func allBlocks(instance: String) async throws(CatalogError) -> [BlockRecord] {
        try self.pass()
        return try await self.real.allBlocks(instance: instance)
    }

    func markDeleted(_ ids: [BlockID]) async throws(CatalogError) {
        try self.pass()
        try await self.real.markDeleted(ids)
    }

    func blocksChanged(since version: Int64) async throws(CatalogError) -> BlockChanges {
        try self.pass()
        return try await self.real.blocksChanged(since: version)
    }

    func tenants() async throws(CatalogError) -> [TenantID] {
        try self.pass()
        return try await self.real.tenants()
    }

    func services(tenant: TenantID) async throws(CatalogError) -> [ServiceRecord] {
        try self.pass()
        return try await self.real.services(tenant: tenant)
    }

    func settings(tenant: TenantID) async throws(CatalogError) -> [String: String] {
        try self.pass()
        return try await self.real.settings(tenant: tenant)
    }

    func settings(prefix: String) async throws(CatalogError) -> [TenantID: [String: String]] {
        try self.pass()
        return try await self.real.settings(prefix: prefix)
    }

    func set(_ json: String?, for key: String, tenant: TenantID) async throws(CatalogError) {
        try self.pass()
        try await self.real.set(json, for: key, tenant: tenant)
    }

    func putDocument(
        tenant: TenantID,
        kind: DocumentKind,
        _ document: DocumentRecord,
        room: DocumentRoom
    ) async throws(CatalogError) -> DocumentOutcome {
        try self.pass()
        return try await self.real.putDocument(tenant: tenant, kind: kind, document, room: room)
    }

    func document(
        tenant: TenantID,
        kind: DocumentKind,
        name: String
    ) async throws(CatalogError) -> DocumentRecord? {
        try self.pass()
        return try await self.real.document(tenant: tenant, kind: kind, name: name)
    }

    func documents(tenant: TenantID, kind: DocumentKind) async throws(CatalogError) -> [DocumentRecord] {
        try self.pass()
        return try await self.real.documents(tenant: tenant, kind: kind)
    }

    func documentEntries(tenant: TenantID, kind: DocumentKind) async throws(CatalogError) -> [DocumentEntry] {
        try self.pass()
        return try await self.real.documentEntries(tenant: tenant, kind: kind)
    }

    func removeDocument(tenant: TenantID, kind: DocumentKind, name: String) async throws(CatalogError) {
        try self.pass()
        try await self.real.removeDocument(tenant: tenant, kind: kind, name: name)
    }

    func beginDebugFile(
        tenant: TenantID,
        _ file: DebugFileRecord,
        staleBefore: Int64,
        countMax: Int
    ) async throws(CatalogError) -> DebugFileStart {
        try self.pass()
        return try await self.real.beginDebugFile(
            tenant: tenant,
            file,
            staleBefore: staleBefore,
            countMax: countMax
        )
    }

    func placeDebugFile(
        tenant: TenantID,
        buildID: String,
        startedAt: Int64,
        contents: DebugFileRecord.Contents
    ) async throws(CatalogError) -> Bool {
        try self.pass()
        return try await self.real.placeDebugFile(
            tenant: tenant,
            buildID: buildID,
            startedAt: startedAt,
            contents: contents
        )
    }

    func finishDebugFile(
        tenant: TenantID,
        buildID: String,
        finishedAt: Int64
    ) async throws(CatalogError) -> DebugFileEnd {
        try self.pass()
        return try await self.real.finishDebugFile(tenant: tenant, buildID: buildID, finishedAt: finishedAt)
    }

    func debugFile(tenant: TenantID, buildID: String) async throws(CatalogError) -> DebugFileRecord? {
        try self.pass()
        return try await self.real.debugFile(tenant: tenant, buildID: buildID)
    }

    func debugFiles(tenant: TenantID) async throws(CatalogError) -> [DebugFileRecord] {
        try self.pass()
        return try await self.real.debugFiles(tenant: tenant)
    }

    func debugFileByteCount(tenant: TenantID) async throws(CatalogError) -> Int64 {
        try self.pass()
        return try await self.real.debugFileByteCount(tenant: tenant)
    }

    func removeDebugFile(tenant: TenantID, buildID: String) async throws(CatalogError) {
        try self.pass()
        try await self.real.removeDebugFile(tenant: tenant, buildID: buildID)
    }

    func health() async throws(CatalogError) {
        try self.pass()
        try await self.real.health()
    }
}
