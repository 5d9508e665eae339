// SPDX-License-Identifier: Apache-2.0

/// What the command line asks for.
package enum LoadOutcome<Root> {
    /// Start with this configuration; the notes are for the log.
    case start(Root, notes: [ConfigNote])
    /// Write this text and exit with success.
    case answer(String)
    /// Write the version and exit with success.
    case version
}

/// Something about the configuration that is no error.
package enum ConfigNote: Sendable, Equatable {
    /// Keys of another server that have no effect here.
    case ignored([String])
    /// A variable that looks like one of ours and is none.
    case unknownVariable(String, suggestion: String?)
}

extension Schema {
    /// Reads flags over environment over file over `defaults`.
    package func load(
        _ input: CommandInput,
        defaults: Root,
        ignoring ignored: IgnoredKeys = .none
    ) throws(ConfigError) -> LoadOutcome<Root> {
        var loader = Loader(schema: self, input: input, ignored: ignored, root: defaults)
        return try loader.run(defaults: defaults)
    }
}

extension Schema {
    /// Lays the keys of one mapping over `root`: the keys of the file's `section`, named without it.
    ///
    /// An unknown name is an error unless it is one of `ignored`.
    package func overlay(
        _ node: YAMLNode,
        section: String,
        onto root: Root,
        of file: String,
        ignoring ignored: Set<String> = []
    ) throws(ConfigError) -> Root {
        var loader = Loader(schema: self, input: CommandInput(program: "", arguments: []), root: root)
        try loader.overlay(node, section: section, of: file, ignoring: ignored)
        return loader.root
    }

    /// The names of the keys below `section` of the file, without it, and how `root` sets them.
    package func entries(section: String, of root: Root) -> [(name: String, value: String)] {
        self.keys.filter { $0.path.hasPrefix("\(section).") }
            .map { (String($0.path.dropFirst(section.count + 1)), $0.show(root)) }
            .sorted { $0.0 < $1.0 }
    }
}

/// One reading of all sources.
private struct Loader<Root> {
    let schema: Schema<Root>
    let input: CommandInput
    var ignored = IgnoredKeys.none
    var root: Root
    var ignoredNames: [String] = []

    private static var textRequests: [String] { ["h", "help", "help-all", "version", "config.verify"] }

    mutating func run(defaults: Root) throws(ConfigError) -> LoadOutcome<Root> {
        let flags = try self.splitFlags()
        let requests = Set(flags.filter { $0.value != "false" }.map(\.name))
        if requests.contains("help-all") { return .answer(self.schema.help(self.input, defaults, all: true)) }
        if requests.contains("help") || requests.contains("h") {
            return .answer(self.schema.help(self.input, defaults, all: false))
        }
        if requests.contains("version") { return .version }
        try self.readFile(flags)
        let variables = try self.readEnvironment()
        try self.readFlags(flags)
        var notes = variables
        if !self.ignoredNames.isEmpty { notes.insert(.ignored(self.ignoredNames), at: 0) }
        guard requests.contains("config.verify") else { return .start(self.root, notes: notes) }
        return .answer(self.schema.yaml(self.root) + self.ignoredNames.map { "# ignored: \($0)\n" }.joined())
    }

    private func splitFlags() throws(ConfigError) -> [CommandFlag] {
        try CommandFlag.split(self.input.arguments) { (name) throws(ConfigError) in
            if let key = self.schema.key(flag: name) { return !key.isBool }
            if name == "config.file" { return true }
            if name == "config.expand-env" || Self.textRequests.contains(name) { return false }
            if self.ignored.ignores(flag: name) { return nil }
            let names =
                self.schema.keys.map(\.flag) + Self.textRequests + ["config.file", "config.expand-env"]
            let suggestion = NearestName.find(name, in: names)
            throw .unknown(source: .flag(name), key: name, suggestion: suggestion)
        }
    }

    private mutating func readFlags(_ flags: [CommandFlag]) throws(ConfigError) {
        for flag in flags {
            guard let key = self.schema.key(flag: flag.name) else {
                if self.ignored.ignores(flag: flag.name) { self.ignoredNames.append("-\(flag.name)") }
                continue
            }
            guard let value = flag.value ?? (key.isBool ? "true" : nil) else {
                throw .missingValue(flag: flag.name, allowed: key.allowed)
            }
            try self.set(key, .scalar(value), .flag(flag.name))
        }
    }

    private mutating func readEnvironment() throws(ConfigError) -> [ConfigNote] {
        var notes: [ConfigNote] = []
        let keys = Dictionary(self.schema.keys.map { ($0.variable, $0) }) { first, _ in first }
        for (name, value) in self.input.environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix("HEARTH_") && name != "HEARTH_CONFIG_FILE" {
            if let key = keys[name] {
                try self.set(key, .scalar(value), .environment(name))
            } else {
                notes.append(
                    .unknownVariable(name, suggestion: NearestName.find(name, in: keys.keys.sorted()))
                )
            }
        }
        return notes
    }

    private mutating func readFile(_ flags: [CommandFlag]) throws(ConfigError) {
        let given = flags.last { $0.name == "config.file" }
        if let given, given.value == nil { throw .missingValue(flag: given.name, allowed: "a path") }
        guard let path = given?.value ?? self.input.environment["HEARTH_CONFIG_FILE"], !path.isEmpty else {
            return
        }
        var text = try self.input.readFile(path, YAMLDocument.byteCountMax)
        if let expand = flags.last(where: { $0.name == "config.expand-env" }), expand.value != "false" {
            text = VariableExpansion.expand(text, self.input.environment)
        }
        let document: YAMLNode
        do {
            document = try YAMLDocument.parse(text)
        } catch {
            let source = ConfigSource.file(path: path, line: error.mark.line, column: error.mark.column)
            throw .malformed(source: source, reason: error.reason)
        }
        try self.walk(document, at: "", of: path)
    }

    /// Sets the keys below `prefix`.
    ///
    /// The depth of a document is bounded, so is this recursion.
    private mutating func walk(_ node: YAMLNode, at prefix: String, of file: String) throws(ConfigError) {
        let source = ConfigSource.file(path: file, line: node.mark.line, column: node.mark.column)
        guard case .mapping(let entries, _) = node else {
            if case .null = node { return }
            throw .malformed(
                source: source,
                reason: "\(prefix.isEmpty ? "the file" : prefix) is a section with keys"
            )
        }
        for entry in entries {
            let path = prefix.isEmpty ? entry.key : "\(prefix).\(entry.key)"
            let source = ConfigSource.file(path: file, line: entry.keyMark.line, column: entry.keyMark.column)
            if let key = self.schema.key(path: path) {
                try self.set(key, entry.value, source)
            } else if self.schema.keys.contains(where: { $0.path.hasPrefix("\(path).") }) {
                try self.walk(entry.value, at: path, of: file)
            } else if self.ignored.ignores(path: path) {
                self.ignoredNames.append(path)
            } else {
                let suggestion = NearestName.find(path, in: self.schema.keys.map(\.path))
                throw .unknown(source: source, key: path, suggestion: suggestion)
            }
        }
    }

    mutating func overlay(
        _ node: YAMLNode,
        section: String,
        of file: String,
        ignoring ignored: Set<String>
    ) throws(ConfigError) {
        let source = ConfigSource.file(path: file, line: node.mark.line, column: node.mark.column)
        guard case .mapping(let entries, _) = node else {
            if case .null = node { return }
            throw .malformed(source: source, reason: "here stands \(node.kind), not a section with keys")
        }
        for entry in entries {
            let source = ConfigSource.file(path: file, line: entry.keyMark.line, column: entry.keyMark.column)
            if let key = self.schema.key(path: "\(section).\(entry.key)") {
                try self.set(key, entry.value, source)
            } else if !ignored.contains(entry.key) {
                let names = self.schema.entries(section: section, of: self.root).map(\.name)
                let suggestion = NearestName.find(entry.key, in: names)
                throw .unknown(source: source, key: entry.key, suggestion: suggestion)
            }
        }
    }

    private mutating func set(_ key: ConfigKey<Root>, _ node: YAMLNode, _ source: ConfigSource)
        throws(ConfigError)
    {
        var place = source
        if case .file(let path, _, _) = source {
            place = .file(path: path, line: node.mark.line, column: node.mark.column)
        }
        switch node {
        case .null: return
        case _ where key.isTree: try self.set(key, .tree(node), place)
        case .scalar(let text, _): try self.set(key, .scalar(text), place)
        case .sequence(let nodes, _) where key.isList:
            let items = nodes.compactMap { node in if case .scalar(let text, _) = node { text } else { nil } }
            guard items.count == nodes.count else { fallthrough }
            try self.set(key, .list(items), place)
        case .sequence, .mapping:
            throw .notAllowed(source: place, key: key.path, value: node.kind, allowed: key.allowed)
        }
    }

    private mutating func set(_ key: ConfigKey<Root>, _ text: ConfigText, _ source: ConfigSource)
        throws(ConfigError)
    {
        let name = if case .file = source { key.path } else { key.flag }
        switch key.assign(text, &self.root) {
        case .done: return
        case .malformed(let reason): throw .malformed(source: source, reason: "\(name): \(reason)")
        case .notAllowed:
            let shown = key.isSecret ? "***" : text.shown
            throw .notAllowed(source: source, key: name, value: shown, allowed: key.allowed)
        }
    }
}
