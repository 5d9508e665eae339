// SPDX-License-Identifier: Apache-2.0

/// Everything outside the process that configures it.
package struct CommandInput: Sendable {
    /// Name and purpose, for `-help`.
    package var program: String
    package var summary: String
    /// Arguments without the program's own path.
    package var arguments: [String]
    package var environment: [String: String]
    /// Reads a file of at most so many bytes; a throw is an error of the system.
    package var readFile: @Sendable (String, Int) throws(ConfigError) -> [UInt8]

    /// The input of a program; `readFile` is injected by tests.
    package init(
        program: String,
        summary: String = "",
        arguments: [String],
        environment: [String: String] = [:],
        readFile: @escaping @Sendable (String, Int) throws(ConfigError) -> [UInt8] = ConfigFile.read
    ) {
        self.program = program
        self.summary = summary
        self.arguments = arguments
        self.environment = environment
        self.readFile = readFile
    }
}

/// A flag as it was written.
struct CommandFlag: Equatable {
    var name: String
    /// Nil when a boolean flag stands alone.
    var value: String?

    /// Splits arguments as Go's `flag` package does: `-name=value`, `-name value`, `--name`, `-bool`.
    ///
    /// `takesValue` says whether the value may be the next argument (nil: unless that looks like a flag)
    /// and throws for flags nobody knows.
    static func split(
        _ arguments: [String],
        takesValue: (String) throws(ConfigError) -> Bool?
    ) throws(ConfigError) -> [CommandFlag] {
        var flags: [CommandFlag] = []
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            let dashes = argument.prefix { $0 == "-" }.count
            guard dashes == 1 || dashes == 2, argument.count > dashes else {
                throw .unexpectedArgument(argument)
            }
            let body = argument.dropFirst(dashes)
            let name = String(body.prefix { $0 != "=" })
            let takes = try takesValue(name)
            if let equals = body.firstIndex(of: "=") {
                flags.append(CommandFlag(name: name, value: String(body[body.index(after: equals)...])))
                continue
            }
            var flag = CommandFlag(name: name)
            if index < arguments.count, takes ?? !arguments[index].hasPrefix("-") {
                flag.value = arguments[index]
                index += 1
            }
            flags.append(flag)
        }
        return flags
    }
}
