// SPDX-License-Identifier: Apache-2.0
internal import BlockStore
internal import FoundationEssentials
internal import Glibc

/// The name of an ingester in the ring.
///
/// It belongs to the data folder: a container's host name changes with every start, the log and the blocks
/// stay who they are.
enum InstanceName {
    /// The configured name, else the one the folder remembers, else the host's; remembered from now on.
    static func of(_ config: IngesterConfig) throws(IngesterStartError) -> String {
        let path = config.dataPath + "/ingester/instance"
        do {
            let known = try Self.remembered(path)
            let name = config.instanceID.isEmpty ? known ?? Self.host() : config.instanceID
            if name != known { try Self.remember(name, path, in: config.dataPath + "/ingester") }
            return name
        } catch {
            throw .folder(error)
        }
    }

    private static func remembered(_ path: String) throws -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        let name = text.filter { !$0.isWhitespace }
        return name.isEmpty ? nil : name
    }

    /// Whole or not at all, even when the machine stops: the log is of no use under another name.
    private static func remember(_ name: String, _ path: String, in folder: String) throws(BlockError) {
        let files = SystemBlockFiles()
        try files.remove(path + ".new")
        let file = try files.create(path + ".new")
        do throws(BlockError) {
            try files.write(Array((name + "\n").utf8), to: file)
            try files.sync(file)
        } catch {
            // The first error is the one to report.
            do throws(BlockError) { try files.close(file) } catch {}
            throw error
        }
        try files.close(file)
        try files.rename(path + ".new", to: path)
        try files.syncFolder(folder)
    }

    private static func host() -> String {
        let name = ProcessInfo.processInfo.hostName
        return name.isEmpty ? "hearth" : name
    }
}

/// Facts about this machine.
enum SystemCores {
    /// Processors that are online.
    static var count: Int { Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
