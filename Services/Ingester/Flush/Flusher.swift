// SPDX-License-Identifier: Apache-2.0
internal import BlockStore
internal import Blocking
internal import ByteCoding
internal import CatalogStore
internal import EventLog
internal import HeadStore
internal import ProfileColumns
internal import ProfileModel

/// Turns heads into blocks and makes blocks known to the catalogue; one flush or publication at a time.
///
/// Order of a flush: seal the heads at one position of the log; make their symbols known; write the block
/// durably; list the block and release the heads; delete the log below. The catalogue is told last and may be
/// away: a block without symbol ids waits in `pending/`, one with ids in `blocks/`, until `publishWaiting`
/// gets through.
actor Flusher {
    /// What a flush works with.
    struct Tools: Sendable {
        let heads: HeadStore
        let folder: BlockFolder
        let catalog: any Catalog
        let disk: BlockingPool
        let instance: String
        let logger: Logger
        let metrics: IngesterMetrics
        let nanoseconds: @Sendable () -> Int64
    }

    private let tools: Tools
    private var symbols = SymbolIDCache()
    private var published: Set<BlockID> = []
    private var hasAskedWhatIsPublished = false
    /// Blocks that the catalogue refused or that cannot be read; they answer queries, a restart tries again.
    private var refused: Set<BlockID> = []
    private var epoch: Int64 = 0
    /// The time given to a sealed generation: a retry writes the same file.
    private var attempt: (through: UInt64, createdNanoseconds: Int64)?
    private var isWorking = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    init(_ tools: Tools) { self.tools = tools }

    /// The epoch of this life, once the ring has given it.
    ///
    /// A second one means that the ring forgot us: the catalogue may be another, so what it knows is asked
    /// again.
    func setEpoch(_ epoch: Int64) {
        if self.epoch != 0 {
            self.hasAskedWhatIsPublished = false
            self.published.removeAll()
            self.refused.removeAll()
        }
        self.epoch = epoch
    }

    /// Writes what the heads hold into a block; returns whether there was anything.
    @discardableResult
    func flush() async throws -> Bool {
        await self.begin()
        defer { self.end() }
        guard let sealed = try await self.tools.heads.seal() else { return false }
        guard !sealed.isEmpty else {
            await self.tools.heads.release(sealed)
            self.tools.heads.forgetLog(through: sealed.through)
            return false
        }
        let header = self.header(of: sealed)
        let sources = await self.sources(of: sealed)
        let folder = self.tools.folder
        let block = try await self.tools.disk.run { try folder.publish(header, sources) }
        // The block first: a query that already has the heads' part leaves out what the block covers.
        folder.add(block)
        await self.tools.heads.release(sealed)
        self.attempt = nil
        self.tools.heads.truncateLog(through: sealed.through)
        self.tools.metrics.flushed(block.description)
        await self.publish(block)
        return true
    }

    /// Completes and publishes what could not be published before; stops at the first sign that the catalogue
    /// is away.
    func publishWaiting() async {
        await self.begin()
        defer { self.end() }
        let waiting = self.waiting
        guard !waiting.isEmpty else { return }
        do {
            try await self.askWhatIsPublished()
            var count = 0
            for block in waiting where !self.published.contains(block.description.header.id) {
                count += try await self.publishWaiting(block) ? 1 : 0
            }
            if count > 0 { self.tools.logger.info("published waiting blocks", ["count": .int(count)]) }
        } catch {
            self.tools.logger.warn("blocks wait for the catalogue", ["error": .error(error)])
        }
    }

    /// False when the block itself is at fault: the others do not wait for it.
    ///
    /// Throws what may pass.
    private func publishWaiting(_ block: Block) async throws -> Bool {
        do {
            let ready = block.description.hasSymbolIDs ? block : try await self.complete(block)
            if ready === block { try await self.restoreSymbols(of: block) }
            try await self.tools.catalog.publish(BlockRecord(ready.description))
            self.published.insert(block.description.header.id)
            return true
        } catch {
            switch error {
            case CatalogError.unavailable, CatalogError.cancelled, BlockError.system: throw error
            case is CatalogError, is BlockError: break
            default: throw error
            }
            self.refused.insert(block.description.header.id)
            self.tools.logger.error(
                "a block cannot be published; it answers queries all the same",
                ["block": .string("\(block.description.header.id)"), "error": .error(error)]
            )
            return false
        }
    }

    /// Blocks that the catalogue does not know yet.
    private var waiting: [Block] {
        self.tools.folder.all.filter {
            !self.published.contains($0.description.header.id)
                && !self.refused.contains($0.description.header.id)
        }
    }

    // MARK: - Steps

    /// One at a time, across suspension points.
    private func begin() async {
        guard self.isWorking else {
            self.isWorking = true
            return
        }
        await withCheckedContinuation { self.waiters.append($0) }
    }

    private func end() {
        if self.waiters.isEmpty { self.isWorking = false } else { self.waiters.removeFirst().resume() }
    }

    private func header(of sealed: SealedHeads) -> BlockHeader {
        if self.attempt?.through != sealed.through {
            self.attempt = (sealed.through, self.tools.nanoseconds())
        }
        // With its time a block never shares its name with one of an earlier log of the same instance.
        let created = self.attempt?.createdNanoseconds ?? 0
        let name = "\(self.tools.instance)\0\(sealed.after)\0\(sealed.through)\0\(created)"
        let hash = SHA256.hash(Array(name.utf8))
        return BlockHeader(
            id: BlockID(high: Self.word(hash, at: 0), low: Self.word(hash, at: 8)),
            level: 0,
            instance: self.tools.instance,
            epoch: self.epoch,
            lsnLow: sealed.after,
            lsnHigh: sealed.through,
            createdNanoseconds: created,
            writer: "hearth"
        )
    }

    private static func word(_ bytes: [UInt8], at offset: Int) -> UInt64 {
        bytes[offset..<offset + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The datasets with their symbol ids; without any ids when the catalogue is away.
    private func sources(of sealed: SealedHeads) async -> [BlockSource] {
        let datasets = sealed.datasets.filter { $0.series.contains { !$0.profiles.isEmpty } }
        do throws(CatalogError) {
            do throws(CatalogError) {
                return try await self.identified(datasets)
            } catch {
                guard case .conflict = error else { throw error }
                // The catalogue was made anew: none of the remembered ids counts, not even those taken above.
                self.symbols = SymbolIDCache()
                return try await self.identified(datasets)
            }
        } catch {
            self.tools.logger.warn("flushing without the catalogue", ["error": .error(error)])
            return datasets.map { BlockSource(snapshot: $0) }
        }
    }

    private func identified(_ datasets: [DatasetSnapshot]) async throws(CatalogError) -> [BlockSource] {
        var sources: [BlockSource] = []
        for dataset in datasets {
            var known = self.symbols
            let ids = try await known.ids(
                of: dataset,
                in: self.tools.catalog,
                seenAt: self.tools.nanoseconds()
            )
            self.symbols = known
            sources.append(
                BlockSource(snapshot: dataset, functionIDs: ids.functions, mappingIDs: ids.mappings)
            )
        }
        return sources
    }

    private func publish(_ block: Block) async {
        guard block.description.hasSymbolIDs else { return }
        do throws(CatalogError) {
            try await self.tools.catalog.publish(BlockRecord(block.description))
            self.published.insert(block.description.header.id)
        } catch {
            self.tools.logger.warn("the block will be published later", ["error": .error(error)])
        }
    }

    private func askWhatIsPublished() async throws(CatalogError) {
        guard !self.hasAskedWhatIsPublished else { return }
        for record in try await self.tools.catalog.allBlocks(instance: self.tools.instance) {
            self.published.insert(record.id)
        }
        self.hasAskedWhatIsPublished = true
    }

    /// A block that the catalogue does not know may be older than the catalogue: its symbols go back under
    /// their ids.
    private func restoreSymbols(of block: Block) async throws {
        for (index, dataset) in block.description.datasets.enumerated() {
            let symbols = try block.dictionary(dataset: index)
            try await self.tools.catalog.restoreSymbols(
                tenant: dataset.tenant,
                service: dataset.service,
                functions: zip(symbols.functionIDs ?? [], symbols.dictionary.functionSymbols()).map {
                    Identified(id: $0, symbol: $1)
                },
                mappings: zip(symbols.mappingIDs ?? [], symbols.dictionary.mappingSymbols()).map {
                    Identified(id: $0, symbol: $1)
                },
                seenAt: dataset.range.last
            )
        }
    }

    /// Gives a pending block its symbol ids.
    private func complete(_ block: Block) async throws -> Block {
        var all: [DatasetSymbolIDs] = []
        for (index, dataset) in block.description.datasets.enumerated() {
            let symbols = try block.dictionary(dataset: index).dictionary
            let ids = try await self.tools.catalog.upsertSymbols(
                tenant: dataset.tenant,
                service: dataset.service,
                functions: symbols.functionSymbols(),
                mappings: symbols.mappingSymbols(),
                seenAt: block.description.header.createdNanoseconds
            )
            all.append(DatasetSymbolIDs(functions: ids.functions, mappings: ids.mappings))
        }
        let (folder, ids) = (self.tools.folder, all)
        return try await self.tools.disk.run { try folder.complete(block, with: ids) }
    }
}
