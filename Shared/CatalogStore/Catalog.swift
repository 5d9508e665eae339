// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

/// What all processes of one cluster know together: members, symbols, blocks, tenants (design D4, D5).
///
/// `SQLiteCatalog` serves a single process, `PostgresCatalog` a cluster; one contract suite holds for both.
/// Any task may call; every answer is committed when it returns. Nothing here is on the ingest path.
package protocol Catalog: Sendable {
    // MARK: Ring

    /// Enters or re-enters the ring as active; returns the epoch of this life, one above the last.
    func register(_ registration: InstanceRegistration) async throws(CatalogError) -> Int64

    /// Says that the instance lives; `conflict(.epoch)` when a later life has registered.
    func heartbeat(instance: String, epoch: Int64) async throws(CatalogError)

    /// Leaves the ring: the row stays, so that epochs keep rising.
    func leave(instance: String, epoch: Int64) async throws(CatalogError)

    /// All instances that ever registered, with their state and age by the catalogue's clock.
    func instances() async throws(CatalogError) -> [InstanceRecord]

    // MARK: Symbols

    /// Ids of these functions and mappings, made where missing; marks the functions as seen in `service`.
    ///
    /// The ids come in the order of the arguments; equal symbols get equal ids. After an error a part may
    /// be committed: asking again is safe. Call it before publishing the block that refers to them: a block
    /// in the catalogue never refers to a symbol that is not committed.
    func upsertSymbols(
        tenant: TenantID,
        service: String,
        functions: [FunctionSymbol],
        mappings: [MappingSymbol],
        seenAt: Int64
    ) async throws(CatalogError) -> SymbolIDs

    /// Says that `service` still runs functions whose ids the caller remembers from an upsert.
    ///
    /// `conflict(.symbolID)` when the tenant does not have one of them: the symbol store was made anew, so
    /// the caller must forget its ids and upsert again before it publishes.
    func markSeen(
        tenant: TenantID,
        service: String,
        functions: [Int64],
        seenAt: Int64
    ) async throws(CatalogError)

    /// Puts symbols back under the ids that a block knows them by; `conflict(.symbolID)` when an id means
    /// another.
    ///
    /// Do this before a block is published to a catalogue that did not give it its ids.
    func restoreSymbols(
        tenant: TenantID,
        service: String,
        functions: [Identified<FunctionSymbol>],
        mappings: [Identified<MappingSymbol>],
        seenAt: Int64
    ) async throws(CatalogError)

    /// The functions with these ids, in order; nil for an id that the tenant does not have.
    func functions(tenant: TenantID, ids: [Int64]) async throws(CatalogError) -> [FunctionSymbol?]

    /// The names of the functions with these ids, in order; nil for an id that the tenant does not have.
    func functionNames(tenant: TenantID, ids: [Int64]) async throws(CatalogError) -> [String?]

    /// The mappings with these ids, in order; nil for an id that the tenant does not have.
    func mappings(tenant: TenantID, ids: [Int64]) async throws(CatalogError) -> [MappingSymbol?]

    /// Functions whose name matches, oldest first, with the services that run them.
    ///
    /// `containing` looks at every name of the tenant.
    func findFunctions(
        tenant: TenantID,
        matching: NameMatch,
        limit: Int
    ) async throws(CatalogError) -> [FunctionSighting]

    /// Forgets every symbol of every tenant: the start of a rebuild from blocks.
    func dropSymbols() async throws(CatalogError)

    // MARK: Blocks

    /// Makes a block known, with its datasets and their daily counts, in one transaction; once per block id.
    @discardableResult
    func publish(_ block: BlockRecord) async throws(CatalogError) -> PublishOutcome

    /// Live blocks that hold data of `tenant` in `range`, oldest first, with this tenant's datasets only.
    func blocks(tenant: TenantID, range: TimeRange) async throws(CatalogError) -> [BlockRecord]

    /// Live blocks that `instance` wrote, oldest first, whole.
    func allBlocks(instance: String) async throws(CatalogError) -> [BlockRecord]

    /// Takes blocks out of every later answer; ids that are unknown or gone already are left alone.
    func markDeleted(_ ids: [BlockID]) async throws(CatalogError)

    /// What changed after `version` (0: everything), in commit order, with the version to ask from next time.
    func blocksChanged(since version: Int64) async throws(CatalogError) -> BlockChanges

    // MARK: Files of programs

    /// Makes a file known that is to be uploaded, unless it is there or on its way.
    ///
    /// An upload that was asked for before `staleBefore` and not finished begins anew. What was asked for
    /// that long ago and more than a day is forgotten, so that only files with bytes count for long.
    func beginDebugFile(
        tenant: TenantID,
        _ file: DebugFileRecord,
        staleBefore: Int64,
        countMax: Int
    ) async throws(CatalogError) -> DebugFileStart

    /// Says where the bytes of an upload lie; false when the upload of `startedAt` is no longer under way.
    func placeDebugFile(
        tenant: TenantID,
        buildID: String,
        startedAt: Int64,
        contents: DebugFileRecord.Contents
    ) async throws(CatalogError) -> Bool

    /// Finishes an upload whose bytes lie somewhere.
    func finishDebugFile(
        tenant: TenantID,
        buildID: String,
        finishedAt: Int64
    ) async throws(CatalogError) -> DebugFileEnd

    /// What is known of one file; nil for nothing.
    func debugFile(tenant: TenantID, buildID: String) async throws(CatalogError) -> DebugFileRecord?

    /// All files of a tenant by build id.
    func debugFiles(tenant: TenantID) async throws(CatalogError) -> [DebugFileRecord]

    /// Bytes of all files of a tenant.
    func debugFileByteCount(tenant: TenantID) async throws(CatalogError) -> Int64

    /// Forgets a file; one that is not known is fine.
    func removeDebugFile(tenant: TenantID, buildID: String) async throws(CatalogError)

    // MARK: Documents

    /// Stores a document, unless one of its name with a later time is there or there is no room.
    func putDocument(
        tenant: TenantID,
        kind: DocumentKind,
        _ document: DocumentRecord,
        room: DocumentRoom
    ) async throws(CatalogError) -> DocumentOutcome

    /// One document; nil for none.
    func document(
        tenant: TenantID,
        kind: DocumentKind,
        name: String
    ) async throws(CatalogError) -> DocumentRecord?

    /// All documents of a kind, by name.
    func documents(tenant: TenantID, kind: DocumentKind) async throws(CatalogError) -> [DocumentRecord]

    /// All documents of a kind without their bodies, by name.
    func documentEntries(tenant: TenantID, kind: DocumentKind) async throws(CatalogError) -> [DocumentEntry]

    /// Forgets a document; one that is not known is fine.
    func removeDocument(tenant: TenantID, kind: DocumentKind, name: String) async throws(CatalogError)

    // MARK: Tenants

    /// Every tenant that has symbols, blocks or settings, by name.
    func tenants() async throws(CatalogError) -> [TenantID]

    /// The services of a tenant by name, with what their published blocks hold.
    func services(tenant: TenantID) async throws(CatalogError) -> [ServiceRecord]

    /// The tenant's settings: JSON text by key.
    func settings(tenant: TenantID) async throws(CatalogError) -> [String: String]

    /// The settings of all tenants whose key begins with `prefix`: JSON text by tenant and key.
    func settings(prefix: String) async throws(CatalogError) -> [TenantID: [String: String]]

    /// Sets one setting to JSON text, or removes it.
    func set(_ json: String?, for key: String, tenant: TenantID) async throws(CatalogError)

    /// Answers when the catalogue can be read.
    func health() async throws(CatalogError)
}
