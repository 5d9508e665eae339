// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel

/// Brings a block into its folder so that after a crash it is there whole or not at all.
struct BlockPublisher: Sendable {
    let places: BlockPlaces
    let files: any BlockFileSystem

    /// Writes a block in `tmp`, makes it durable and moves it to its place; when this throws, the place
    /// holds what it held before (or, if only the last folder sync failed, the whole block).
    func publish(
        _ id: BlockID,
        _ write: ((([UInt8]) throws(BlockError) -> Void) throws(BlockError) -> BlockDescription)
    ) throws(BlockError) -> BlockDescription {
        let temporary = self.places.temporary(id)
        do throws(BlockError) {
            try self.files.remove(temporary)
            let description = try self.writeFile(temporary, write)
            try self.makeFolders(for: description)
            let target = self.places.path(of: description)
            try self.files.rename(temporary, to: target)
            try self.files.syncFolder(Self.parent(target))
            try self.files.syncFolder(self.places.temporary)
            return description
        } catch {
            self.discard(temporary)
            throw error
        }
    }

    private func writeFile(
        _ path: String,
        _ write: ((([UInt8]) throws(BlockError) -> Void) throws(BlockError) -> BlockDescription)
    ) throws(BlockError) -> BlockDescription {
        let descriptor = try self.files.create(path)
        let description: BlockDescription
        do throws(BlockError) {
            description = try write { (bytes) throws(BlockError) in
                try self.files.write(bytes, to: descriptor)
            }
            try self.files.sync(descriptor)
        } catch {
            // The first error is the one to report.
            do throws(BlockError) { try self.files.close(descriptor) } catch {}
            throw error
        }
        try self.files.close(descriptor)
        return description
    }

    private func makeFolders(for description: BlockDescription) throws(BlockError) {
        guard description.hasSymbolIDs else { return }
        let folders = self.places.folders(of: description.header)
        try self.files.makeFolder(folders.day)
        try self.files.syncFolder(self.places.blocks)
        try self.files.makeFolder(folders.level)
        try self.files.syncFolder(folders.day)
    }

    private func discard(_ temporary: String) {
        // What stays in `tmp` is removed at the next start.
        do throws(BlockError) { try self.files.remove(temporary) } catch {}
    }

    private static func parent(_ path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }
}
