// SPDX-License-Identifier: Apache-2.0
package import ProfileModel
internal import Synchronization

/// What a block folder found when it was opened.
package struct BlockFolderReport: Sendable {
    /// A file that is not served, and why.
    package struct Unreadable: Sendable {
        package var name: String
        package var error: BlockError
        /// Whether it lies in `orphan` now; a file that could not be opened for lack of resources stays
        /// where it is.
        package var isQuarantined: Bool
    }

    package var unreadable: [Unreadable] = []
    /// Unfinished files of the last run that were removed.
    package var removedCount = 0
}

/// The blocks on a local disk: `blocks/{day}/{level}/{id}.pblk`, `pending/{id}.pblk`, `tmp/`, `orphan/`.
///
/// One process owns a folder. Any thread may ask; publishing does not list a block, so that its owner can
/// swap it in at the instant the heads it came from go.
package final class BlockFolder: Sendable {
    /// What opening found.
    package let report: BlockFolderReport
    private let places: BlockPlaces
    private let files: any BlockFileSystem
    private let cache: BlockCache
    private let blocks: Mutex<[BlockID: Block]>

    /// Opens the folder at `path`, made when it is missing: removes unfinished files, opens every block,
    /// moves damaged ones to `orphan`.
    package init(
        path: String,
        cache: BlockCache,
        files: any BlockFileSystem = SystemBlockFiles()
    ) throws(BlockError) {
        self.places = BlockPlaces(root: path)
        self.files = files
        self.cache = cache
        var scan = FolderScan(places: self.places, files: files, cache: cache)
        try scan.run()
        self.report = scan.report
        self.blocks = Mutex(scan.blocks)
    }

    /// All listed blocks, oldest log position first.
    package var all: [Block] {
        self.blocks.withLock { Array($0.values) }.sorted {
            let (left, right) = ($0.description.header, $1.description.header)
            if left.lsnHigh != right.lsnHigh { return left.lsnHigh < right.lsnHigh }
            return left.id.high != right.id.high ? left.id.high < right.id.high : left.id.low < right.id.low
        }
    }

    /// Bytes of all listed blocks.
    package var byteCount: Int {
        self.blocks.withLock { $0.values.reduce(0) { $0 + $1.description.byteCount } }
    }

    /// The listed block `id`.
    package subscript(_ id: BlockID) -> Block? { self.blocks.withLock { $0[id] } }

    /// Up to where the log of `instance` is covered by listed blocks; 0 when there are none.
    package func coveredLSN(instance: String) -> UInt64 {
        self.blocks.withLock { blocks in
            blocks.values.lazy.map(\.description.header).filter { $0.instance == instance }
                .map(\.lsnHigh).max() ?? 0
        }
    }

    /// Writes a block and makes it durable: in `blocks` when every source has symbol ids, else in
    /// `pending`.
    ///
    /// It is not listed yet.
    package func publish(_ header: BlockHeader, _ sources: [BlockSource]) throws(BlockError) -> Block {
        try self.open(
            try self.publisher.publish(header.id) { (sink) throws(BlockError) in
                try BlockWriter.write(header, sources, to: sink)
            }
        )
    }

    /// Gives a pending block its symbol ids: publishes it again under the same id, lists it in place of the
    /// old one and removes that.
    ///
    /// `ids` has one element per dataset of the description.
    @discardableResult
    package func complete(_ pending: Block, with ids: [DatasetSymbolIDs]) throws(BlockError) -> Block {
        let id = pending.description.header.id
        let block = try self.open(
            try self.publisher.publish(id) { (sink) throws(BlockError) in
                try pending.complete(with: ids, to: sink)
            }
        )
        self.add(block)
        try self.files.remove(self.places.pending(id))
        try self.files.syncFolder(self.places.pending)
        return block
    }

    /// Lists a block, in place of the one with the same id if there is one.
    package func add(_ block: Block) { self.blocks.withLock { $0[block.description.header.id] = block } }

    /// Takes a block off the list and removes its file; queries that hold it finish undisturbed.
    package func remove(_ id: BlockID) throws(BlockError) {
        guard let block = self.blocks.withLock({ $0.removeValue(forKey: id) }) else { return }
        try self.files.remove(self.places.path(of: block.description))
    }

    /// Takes a block that turned out to be damaged off the list and moves its file to `orphan`.
    package func quarantine(_ id: BlockID) throws(BlockError) {
        guard let block = self.blocks.withLock({ $0.removeValue(forKey: id) }) else { return }
        let target = self.places.orphan("\(id)\(BlockPlaces.fileSuffix)")
        try self.files.rename(self.places.path(of: block.description), to: target)
    }

    private var publisher: BlockPublisher { BlockPublisher(places: self.places, files: self.files) }

    private func open(_ description: BlockDescription) throws(BlockError) -> Block {
        try Block(path: self.places.path(of: description), cache: self.cache)
    }
}

/// Looks at every file of a block folder once.
private struct FolderScan {
    let places: BlockPlaces
    let files: any BlockFileSystem
    let cache: BlockCache
    var blocks: [BlockID: Block] = [:]
    var report = BlockFolderReport()

    mutating func run() throws(BlockError) {
        let folders = [self.places.temporary, self.places.blocks, self.places.pending, self.places.orphans]
        for folder in [self.places.root] + folders { try self.files.makeFolder(folder) }
        try self.files.syncFolder(self.places.root)
        for name in try self.files.list(self.places.temporary) {
            try self.files.remove("\(self.places.temporary)/\(name)")
            self.report.removedCount += 1
        }
        for day in try self.files.list(self.places.blocks) {
            for level in self.names(in: "\(self.places.blocks)/\(day)") {
                let folder = "\(self.places.blocks)/\(day)/\(level)"
                for name in self.names(in: folder) { try self.take(name, in: folder) }
            }
        }
        for name in try self.files.list(self.places.pending) { try self.take(name, in: self.places.pending) }
    }

    /// What a folder of the tree holds; something else in its place is reported, not fatal.
    private mutating func names(in folder: String) -> [String] {
        do throws(BlockError) {
            return try self.files.list(folder)
        } catch {
            self.report.unreadable.append(.init(name: folder, error: error, isQuarantined: false))
            return []
        }
    }

    private mutating func take(_ name: String, in folder: String) throws(BlockError) {
        let path = "\(folder)/\(name)"
        do throws(BlockError) {
            let block = try Block(path: path, cache: self.cache)
            let id = block.description.header.id
            guard name == "\(id)\(BlockPlaces.fileSuffix)", self.places.path(of: block.description) == path
            else { throw .corrupt(.header) }
            if self.blocks[id] == nil {
                self.blocks[id] = block
            } else {
                // The crash came between publishing and removing the pending file: the published one wins.
                try self.files.remove(path)
                self.report.removedCount += 1
            }
        } catch {
            var isQuarantined = true
            if case .system = error { isQuarantined = false }
            if isQuarantined { try self.files.rename(path, to: self.places.orphan(name)) }
            self.report.unreadable.append(.init(name: name, error: error, isQuarantined: isQuarantined))
        }
    }
}
