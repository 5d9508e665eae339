// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import HeadStore
internal import Synchronization

/// One process at a time works in a data folder; the kernel ends the claim with the process, however it ends.
///
/// Taken before anything else in the folder is looked at: opening removes what another process may be
/// writing.
final class FolderLock: Sendable {
    private let file: Mutex<Int32?>

    private init(_ file: Int32) { self.file = Mutex(file) }

    /// Makes the folder, durably, with its parents and locks it.
    static func take(_ folder: String) throws(IngesterStartError) -> FolderLock {
        let files = SystemFiles()
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let parent = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
            for path in [parent, parent + "/.."] { try files.syncDirectory(path) }
        } catch {
            throw .folder(error)
        }
        let file: Int32?
        do throws(DiskError) {
            file = try files.lock(folder + "/LOCK")
        } catch {
            throw .folder(error)
        }
        guard let file else { throw .inUse(folder) }
        return FolderLock(file)
    }

    /// Gives the folder free; again does nothing.
    func release() {
        let file = self.file.withLock { held in
            defer { held = nil }
            return held
        }
        if let file { SystemFiles().close(file) }
    }
}
