// SPDX-License-Identifier: Apache-2.0

/// Every key of a configuration, once: flags, environment, YAML, range checks, `-help` and the reference page
/// all come from these rows.
package struct Schema<Root>: Sendable {
    /// The rows in the order of their flags.
    package let keys: [ConfigKey<Root>]

    /// The keys of one section; an empty section leaves flags as they are written.
    package init(section: String, _ keys: [ConfigKey<Root>]) {
        self.init(sorting: keys.map { $0.inside(section) })
    }

    /// Several schemas as one.
    package init(_ parts: [Schema<Root>]) {
        self.init(sorting: parts.flatMap(\.keys))
    }

    private init(sorting keys: [ConfigKey<Root>]) {
        self.keys = keys.sorted { $0.flag < $1.flag }
        let flags = Set(keys.map(\.flag))
        let paths = Set(keys.map(\.path))
        precondition(flags.count == keys.count && paths.count == keys.count, "a key is in the schema twice")
    }

    /// These keys as part of a larger configuration.
    package func nested<Outer>(at place: any WritableKeyPath<Outer, Root> & Sendable) -> Schema<Outer> {
        Schema<Outer>(section: "", self.keys.map { $0.nested(at: place) })
    }
}

/// Keys of another server's configuration that are accepted and have no effect here.
package struct IgnoredKeys: Sendable {
    private let flagPrefixes: [String]
    private let flags: Set<String>
    private let sections: Set<String>
    private let paths: Set<String>

    /// Nothing is ignored.
    package static let none = IgnoredKeys(flagPrefixes: [], flags: [], sections: [])

    /// Ignores flags by beginning (`memberlist.`) or name, and sections of the file with all that is below;
    /// the file's keys of the ignored flags are ignored too.
    package init(flagPrefixes: [String], flags: Set<String>, sections: Set<String>) {
        self.flagPrefixes = flagPrefixes
        self.flags = flags
        self.sections = sections
        self.paths = Set(flags.map(Self.path))
    }

    func ignores(flag: String) -> Bool {
        self.flags.contains(flag) || self.flagPrefixes.contains { flag.hasPrefix($0) }
    }

    func ignores(path: String) -> Bool {
        self.paths.contains(path) || self.sections.contains { path == $0 || path.hasPrefix("\($0).") }
            || self.flagPrefixes.contains { path.hasPrefix(Self.path($0)) }
    }

    private static func path(_ flag: String) -> String { String(flag.map { $0 == "-" ? "_" : $0 }) }
}
