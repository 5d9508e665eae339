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
    /// Beginnings of flags, such as `memberlist.`.
    package var flagPrefixes: [String]
    /// Top-level sections of the file, such as `memberlist`.
    package var sections: Set<String>

    /// Nothing is ignored.
    package static let none = IgnoredKeys(flagPrefixes: [], sections: [])

    /// Ignores flags and sections.
    package init(flagPrefixes: [String], sections: Set<String>) {
        self.flagPrefixes = flagPrefixes
        self.sections = sections
    }

    func ignores(flag: String) -> Bool { self.flagPrefixes.contains { flag.hasPrefix($0) } }

    func ignores(path: String) -> Bool {
        self.sections.contains { path == $0 || path.hasPrefix("\($0).") }
    }
}
