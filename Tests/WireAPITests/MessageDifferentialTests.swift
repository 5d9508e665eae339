// SPDX-License-Identifier: Apache-2.0
import ProtobufWire
import Support
import Testing
import WireAPI

/// Every message we declare against the `.proto` text and Python's `protobuf`.
@Suite struct MessageDifferentialTests {
    /// Nil where the oracle cannot run; the reason is printed.
    private static let oracle: ProtobufOracle? = {
        do {
            return try ProtobufOracle(files: ["push_v1.proto", "querier_v1.proto", "types_v1.proto"])
        } catch {
            print("skipped: no protobuf oracle: \(error)")
            return nil
        }
    }()

    private static let messages: [any Message.Type] = [
        PushV1.PushRequest.self, PushV1.PushResponse.self, TypesV1.LabelNamesRequest.self,
        TypesV1.LabelNamesResponse.self, TypesV1.LabelValuesRequest.self, TypesV1.LabelValuesResponse.self,
        QuerierV1.ProfileTypesRequest.self, QuerierV1.ProfileTypesResponse.self, QuerierV1.SeriesRequest.self,
        QuerierV1.SeriesResponse.self, QuerierV1.SelectMergeStacktracesRequest.self,
        QuerierV1.SelectMergeStacktracesResponse.self, QuerierV1.SelectSeriesRequest.self,
        QuerierV1.SelectSeriesResponse.self, QuerierV1.SelectHeatmapRequest.self,
        QuerierV1.SelectHeatmapResponse.self, QuerierV1.AnalyzeQueryRequest.self,
        QuerierV1.AnalyzeQueryResponse.self, TypesV1.GetProfileStatsRequest.self,
        TypesV1.GetProfileStatsResponse.self,
    ]

    @Test(.enabled(if: oracle != nil), arguments: messages.indices)
    func readsAndWritesWhatPythonDoes(index: Int) async throws {
        try await Self.compare(Self.messages[index])
    }

    private static func compare<M: Message>(_ type: M.Type) async throws {
        let oracle = try #require(Self.oracle)
        let random = try await oracle.ask((0..<60).map { "random \(M.messageName) \($0)" })
        var commands: [String] = []
        var expected: [[UInt8]] = []
        for pair in random {
            let (binary, json) = (try #require(pair)[0], try #require(pair)[1])
            let fromBinary = try M(binary: binary)
            let fromJSON = try M(json: json)
            for bytes in [fromBinary.binary(), fromJSON.binary()] {
                commands.append("clean \(M.messageName) \(ProtobufOracle.argument(bytes))")
                expected.append(binary)
            }
            commands.append("encode \(M.messageName) \(ProtobufOracle.argument(fromBinary.json()))")
            expected.append(binary)
        }
        let answers = try await oracle.ask(commands)
        for (index, answer) in answers.enumerated() {
            #expect(answer?.first == expected[index], "\(commands[index])")
        }
    }
}
