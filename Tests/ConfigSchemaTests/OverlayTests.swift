// SPDX-License-Identifier: Apache-2.0
import ConfigSchema
import Testing

@Suite struct OverlayTests {
    private struct Shape: Sendable, Equatable {
        var rate = 1.0
        var names: [String] = []

        static let schema = Schema<Shape>(
            section: "",
            [
                .double("rate", \.rate, in: 0...10, "A rate.").yaml("limits.rate"),
                .tree(
                    "names",
                    \.names,
                    allowed: "a list of names",
                    "Names.",
                    read: { (node) throws(TreeError) in
                        var names: [String] = []
                        for item in try node.items("names") { names.append(try item.text("a name")) }
                        return names
                    },
                    show: { $0.isEmpty ? "" : "[" + $0.map(YAMLNode.quoted).joined(separator: ",") + "]" }
                ).yaml("limits.names"),
            ]
        )
    }

    private func overlay(_ text: String, ignoring: Set<String> = []) throws -> Shape {
        let node = try YAMLNode.parse(Array(text.utf8))
        return try Shape.schema.overlay(node, section: "limits", onto: Shape(), of: "f", ignoring: ignoring)
    }

    @Test func laysTheKeysOfAMappingOverWhatIsThere() throws {
        #expect(try self.overlay("{rate: 2}") == Shape(rate: 2))
        #expect(try self.overlay("{names: [a, b], rate: ~}") == Shape(names: ["a", "b"]))
        #expect(try self.overlay("") == Shape())
        #expect(try self.overlay("{other: 1}", ignoring: ["other"]) == Shape())
    }

    @Test func saysWhereAndWhatIsWrong() {
        for (text, message) in [
            ("{rate: 2, rat: 1}", "f:1:11: unknown key rat; did you mean rate?"),
            ("rate: 11", #"f:1:7: limits.rate: "11" is not allowed; give a number from 0 to 10"#),
            ("names: [[a]]", "f:1:8: limits.names: a name is a list, not a text"),
            ("[a]", "f:1:1: here stands a list, not a section with keys"),
        ] {
            #expect {
                try self.overlay(text)
            } throws: { "\($0)" == message }
        }
    }

    @Test func structuresComeFromFlagsToo() throws {
        let input = CommandInput(program: "p", arguments: [#"-names=["a", "b c"]"#])
        guard case .start(let shape, _) = try Shape.schema.load(input, defaults: Shape()) else {
            Issue.record("no start")
            return
        }
        #expect(shape.names == ["a", "b c"])
        #expect(throws: ConfigError.self) {
            try Shape.schema.load(CommandInput(program: "p", arguments: ["-names={a: [}"]), defaults: Shape())
        }
        // The printed configuration loads again.
        let printed = Shape.schema.yaml(shape)
        let again = CommandInput(program: "p", arguments: ["-config.file=f"]) { (_, _) in Array(printed.utf8)
        }
        guard case .start(let same, _) = try Shape.schema.load(again, defaults: Shape()) else {
            Issue.record("no start")
            return
        }
        #expect(same == shape)
    }

    @Test func writesJSONThatReadsBack() throws {
        for text in [#"{"a":[1,-2.5,true,"x\"\\y",null,"1e5","007",""],"b":{}}"#, "\"1h\"", "0", "[]"] {
            #expect(try YAMLNode.parse(Array(text.utf8)).json == text)
        }
        #expect(YAMLNode.quoted("x\u{85}\n") == #""x\u0085\u000a""#)
    }
}
