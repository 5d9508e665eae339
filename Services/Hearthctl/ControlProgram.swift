// SPDX-License-Identifier: Apache-2.0
internal import ConfigSchema
internal import ServiceKit

/// The command line tool: `hearthctl COMMAND WORD [-flags]`.
package enum ControlProgram {
    private static let summary = "Looks after the data of Hearth.\n\n\(ControlCommand.usage)"

    /// Runs the command of `arguments`; the result is the status of the process.
    package static func main(
        arguments: [String] = Array(CommandLine.arguments.dropFirst()),
        environment: [String: String] = ProcessEnvironment.current
    ) async -> Int32 {
        let command = ControlCommand(arguments: arguments)
        let operands = Array(arguments.dropFirst(2).prefix { !$0.hasPrefix("-") })
        let input = CommandInput(
            program: "hearthctl",
            summary: Self.summary,
            arguments: command == nil ? arguments : Array(arguments.dropFirst(2 + operands.count)),
            environment: environment
        )
        do {
            switch try ControlConfig.schema.load(input, defaults: ControlConfig()) {
            case .answer(let text): StandardStreams.write(text, to: 1)
            case .version: StandardStreams.write(BuildDescription.current.line(program: "hearthctl"), to: 1)
            case .start(var config, _):
                guard let command else {
                    StandardStreams.write(Self.summary, to: 2)
                    return 2
                }
                config.operands = operands
                try await command.run(config) { StandardStreams.write($0 + "\n", to: 1) }
            }
            return 0
        } catch {
            StandardStreams.write("hearthctl: \(error)\n", to: 2)
            return 1
        }
    }
}
