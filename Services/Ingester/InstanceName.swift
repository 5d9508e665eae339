// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials
internal import Glibc

/// The name of an ingester in the ring.
///
/// It belongs to the data folder: a container's host name changes with every start, the log and the blocks
/// stay who they are.
enum InstanceName {
    /// The configured name, else the one the folder remembers, else the host's, remembered from now on.
    static func of(_ config: IngesterConfig) throws(IngesterStartError) -> String {
        let path = config.dataPath + "/ingester/instance"
        guard config.instanceID.isEmpty else { return config.instanceID }
        do {
            if FileManager.default.fileExists(atPath: path) {
                let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
                let name = text.filter { !$0.isWhitespace }
                if !name.isEmpty { return name }
            }
            let name = Self.host()
            try Data((name + "\n").utf8).write(to: URL(filePath: path), options: .atomic)
            return name
        } catch {
            throw .blocks(error)
        }
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
