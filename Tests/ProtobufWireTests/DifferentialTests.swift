// SPDX-License-Identifier: Apache-2.0
import ProtobufWire
import Support
import Testing

/// Our codecs against Python's `protobuf`: the same messages both ways, whole and damaged.
@Suite struct DifferentialTests {
    private static let name = Everything.messageName

    /// Nil where the oracle cannot run; the reason is printed.
    private static let oracle: ProtobufOracle? = {
        do { return try ProtobufOracle(files: ["codec_test.proto"]) } catch {
            print("skipped: no protobuf oracle: \(error)")
            return nil
        }
    }()

    @Test(.enabled(if: oracle != nil)) func readsAndWritesWhatPythonDoes() async throws {
        let oracle = try #require(Self.oracle)
        let random = try await oracle.ask((0..<300).map { "random \(Self.name) \($0)" })
        var commands: [String] = []
        var expected: [[UInt8]] = []
        for pair in random {
            let (binary, json) = (try #require(pair)[0], try #require(pair)[1])
            let fromBinary = try Everything(binary: binary)
            let fromJSON = try Everything(json: json)
            for (verb, bytes) in [
                ("clean", fromBinary.binary()), ("clean", fromJSON.binary()), ("encode", fromBinary.json()),
                ("encode", fromJSON.json()),
            ] {
                commands.append("\(verb) \(Self.name) \(ProtobufOracle.argument(bytes))")
                expected.append(binary)
            }
        }
        let answers = try await oracle.ask(commands)
        for (index, answer) in answers.enumerated() {
            #expect(answer?.first == expected[index], "\(commands[index])")
        }
    }

    @Test(.enabled(if: oracle != nil)) func agreesOnDamagedMessages() async throws {
        let oracle = try #require(Self.oracle)
        var random = SplitMix(seed: 21)
        var damaged: [[UInt8]] = []
        for seed in 0..<60 as Range<UInt64> {
            let whole = Everything.random(seed: seed).binary()
            for _ in 0..<20 {
                var bytes = whole
                for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
                        in: 0...255,
                        using: &random
                    )
                }
                damaged.append(bytes)
            }
        }
        let theirs = try await oracle.ask(damaged.map { "clean \(Self.name) \(ProtobufOracle.argument($0))" })
        var ours: [(index: Int, bytes: [UInt8])] = []
        for (index, bytes) in damaged.enumerated() {
            do {
                ours.append((index, try Everything(binary: bytes).binary()))
            } catch {
                // We are stricter: a field of another layout is an error, not an unknown field.
                continue
            }
            #expect(theirs[index] != nil, "accepted \(ProtobufOracle.argument(bytes))")
        }
        let cleaned = try await oracle.ask(
            ours.map { "clean \(Self.name) \(ProtobufOracle.argument($0.bytes))" }
        )
        for (position, item) in ours.enumerated() { #expect(cleaned[position] == theirs[item.index]) }
        #expect(ours.count > 100 && ours.count < damaged.count)
    }
}
