// SPDX-License-Identifier: Apache-2.0
internal import BlockStore
internal import FoundationEssentials

/// The blocks of a data folder, opened without changing anything: the folder may be in use.
enum LocalBlocks {
    private static let cacheByteCount = 64 << 20

    /// All blocks, published and pending, by path; a damaged one is an error.
    static func open(_ config: ControlConfig) throws -> [Block] {
        let cache = BlockCache(byteCountMax: Self.cacheByteCount)
        return try Self.paths(config).map { path in
            do throws(BlockError) {
                return try Block(path: path, cache: cache)
            } catch {
                throw ControlError("\(path): \(error)")
            }
        }
    }

    /// Checks every byte of the block at `path`; nothing of it is kept.
    static func verify(_ path: String) throws(BlockError) {
        try Block(path: path, cache: BlockCache(byteCountMax: Self.cacheByteCount)).verify()
    }

    /// All block files, published and pending.
    static func paths(_ config: ControlConfig) throws -> [String] {
        let root = config.dataPath + "/ingester"
        guard FileManager.default.fileExists(atPath: root) else {
            throw ControlError("\(config.dataPath) is no data folder: it has no folder `ingester`")
        }
        return try ["blocks", "pending"].flatMap { try Self.files(under: "\(root)/\($0)") }
    }

    /// Block files under `folder`, sorted; the folder is three levels deep at most.
    private static func files(under folder: String, depth: Int = 3) throws -> [String] {
        guard depth > 0, FileManager.default.fileExists(atPath: folder) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().flatMap { name in
            let path = "\(folder)/\(name)"
            return name.hasSuffix(".pblk") ? [path] : try Self.files(under: path, depth: depth - 1)
        }
    }
}
