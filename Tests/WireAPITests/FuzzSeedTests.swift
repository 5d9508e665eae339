// SPDX-License-Identifier: Apache-2.0
import FlameGraph
import Foundation
import ProfileColumns
import ProtobufWire
import Testing
import WireAPI

/// The seeds of the fuzzers are valid, so that mutation starts behind the first checks.
@Suite struct FuzzSeedTests {
    @Test func seedsDecode() throws {
        #expect(try PushEnvelope(binary: Self.seed("PushRequestFuzz/one-series")).series.count == 2)
        #expect(try PushV1.PushRequest(json: Self.seed("MessageJSONFuzz/push")).series.count == 1)
        let query = try QuerierV1.SelectSeriesRequest(json: Self.seed("MessageJSONFuzz/query"))
        #expect(query.end == 1_800_000_000_000 && query.exemplarType == .none)
        let tree = try Partial<[FunctionTree]>(decoding: Self.seed("PartialAnswerFuzz/tree").span)
        #expect(tree.answer.first?.selfValues == [0, 5, 9])
        let series = try Partial<[SeriesDescription]>(decoding: Self.seed("PartialAnswerFuzz/series").span)
        #expect(series.answer.count == 1)
        let totals = try Partial<[LabeledTotals]>(decoding: Self.seed("PartialAnswerFuzz/totals").span)
        #expect(totals.answer.first?.totals.count == 2)
        let question = try SourceRequest(decoding: Self.seed("PartialAnswerFuzz/question").span)
        #expect(question.groupBy == ["pod"])
        #expect(try AppendFrames.decode(Self.seed("AppendFramesFuzz/one-frame").span).count == 1)
        #expect(try AppendOutcomes.decode(Self.seed("AppendFramesFuzz/outcomes").span).count == 4)
    }

    private static func seed(_ name: String) throws -> [UInt8] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: tests.appendingPathComponent("Fixtures/Fuzz/\(name)")))
    }
}
