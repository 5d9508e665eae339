// SPDX-License-Identifier: Apache-2.0

/// A value as a source gives it, not yet of a type.
package enum ConfigText: Sendable, Equatable {
    case scalar(String)
    /// A YAML sequence; a flag or variable gives a list with commas.
    case list([String])
    /// Anything YAML can say, for keys whose value has a structure.
    case tree(YAMLNode)

    /// How an error shows it.
    var shown: String {
        switch self {
        case .scalar(let text): text
        case .list(let items): "[" + items.joined(separator: ", ") + "]"
        case .tree(let node): node.kind
        }
    }
}

/// What became of an attempt to set a key.
enum Assignment: Equatable {
    case done
    case notAllowed
    /// Not allowed, and this is why.
    case malformed(String)
}

/// One key of a configuration: its flag, environment variable, YAML path, type, range and help in one row.
package struct ConfigKey<Root>: Sendable {
    /// The flag without its dash, such as `server.http-listen-port`.
    package internal(set) var flag: String
    /// The path in the file, such as `server.http_listen_port`.
    package internal(set) var path: String
    /// What the key does, in one sentence.
    package let help: String
    /// Whether only `-help-all` lists it.
    package private(set) var isAdvanced = false
    /// Whether its value must not be shown.
    package private(set) var isSecret = false
    /// The word for its value in `-help`, such as `duration`.
    let placeholder: String
    /// What is allowed, as an error says it after "give".
    let allowed: String
    private var hasOwnPath = false
    /// Sets the value.
    let assign: @Sendable (ConfigText, inout Root) -> Assignment
    /// The value as it could be written in a file.
    let show: @Sendable (Root) -> String

    /// Whether `-flag` alone means true.
    var isBool: Bool { self.placeholder == "bool" }

    /// Whether the file may give a sequence.
    var isList: Bool { self.placeholder == "list" }

    /// Whether the value has a structure that the key itself reads.
    var isTree: Bool { self.placeholder == "yaml" }

    /// The environment variable, such as `HEARTH_SERVER_HTTP_LISTEN_PORT`.
    package var variable: String {
        "HEARTH_" + String(self.flag.uppercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }

    init(
        flag: String,
        help: String,
        placeholder: String,
        allowed: String,
        assign: @escaping @Sendable (ConfigText, inout Root) -> Assignment,
        show: @escaping @Sendable (Root) -> String
    ) {
        self.flag = flag
        self.path = Self.defaultPath(flag)
        self.help = help
        self.placeholder = placeholder
        self.allowed = allowed
        self.assign = assign
        self.show = show
    }

    /// Moves the key to another place in the file, where Pyroscope's differs from its flag.
    package func yaml(_ path: String) -> ConfigKey {
        var key = self
        key.path = path
        key.hasOwnPath = true
        return key
    }

    /// Lists the key in `-help-all` only.
    package func advanced() -> ConfigKey {
        var key = self
        key.isAdvanced = true
        return key
    }

    /// Marks the value as one that must not be shown.
    func secret() -> ConfigKey {
        var key = self
        key.isSecret = true
        return key
    }

    /// Puts the key into a section; an own path stays what it is.
    func inside(_ section: String) -> ConfigKey {
        guard !section.isEmpty else { return self }
        var key = self
        key.flag = "\(section).\(self.flag)"
        if !self.hasOwnPath { key.path = Self.defaultPath(key.flag) }
        return key
    }

    /// The same key of a configuration that holds this one.
    func nested<Outer>(at place: any WritableKeyPath<Outer, Root> & Sendable) -> ConfigKey<Outer> {
        var key = ConfigKey<Outer>(
            flag: self.flag,
            help: self.help,
            placeholder: self.placeholder,
            allowed: self.allowed,
            assign: { [assign] text, outer in assign(text, &outer[keyPath: place]) },
            show: { [show] outer in show(outer[keyPath: place]) }
        )
        key.path = self.path
        key.hasOwnPath = self.hasOwnPath
        key.isAdvanced = self.isAdvanced
        key.isSecret = self.isSecret
        return key
    }

    private static func defaultPath(_ flag: String) -> String { String(flag.map { $0 == "-" ? "_" : $0 }) }
}
