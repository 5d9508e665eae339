// SPDX-License-Identifier: Apache-2.0
import FlameGraph
import Foundation
import ProfileColumns
import ProtobufWire
import Support
import Testing
import WireAPI

/// The seeds of the fuzzers are valid, so that mutation starts behind the first checks.
@Suite struct FuzzSeedTests {
    @Test func seedsDecode() throws {
        let push = try PushEnvelope(binary: try Self.seed("PushRequestFuzz/one-series"))
        #expect(push.series.count == 2)
        let json = try PushV1.PushRequest(json: try Self.seed("MessageJSONFuzz/push"))
        #expect(json.series.count == 1)
        let query = try QuerierV1.SelectSeriesRequest(json: try Self.seed("MessageJSONFuzz/query"))
        #expect(query.end == 1_800_000_000_000)
        FuzzSeed.save(query.json(), for: "MessageJSONFuzz")
        let treeBytes = try Self.seed("PartialAnswerFuzz/tree")
        let tree = try Partial<[FunctionTree]>(decoding: treeBytes.span)
        #expect(tree.answer.first?.selfValues == [0, 5, 9])
        let seriesBytes = try Self.seed("PartialAnswerFuzz/series")
        let series = try Partial<[SeriesDescription]>(decoding: seriesBytes.span)
        #expect(series.answer.count == 1)
        let totalsBytes = try Self.seed("PartialAnswerFuzz/totals")
        let totals = try Partial<[LabeledTotals]>(decoding: totalsBytes.span)
        #expect(totals.answer.first?.totals.count == 2)
        let questionBytes = try Self.seed("PartialAnswerFuzz/question")
        let question = try SourceRequest(decoding: questionBytes.span)
        #expect(question.groupBy == ["pod"])
        let frameBytes = try Self.seed("AppendFramesFuzz/one-frame")
        let frames = try AppendFrames.decode(frameBytes.span)
        #expect(frames.count == 1)
        let outcomeBytes = try Self.seed("AppendFramesFuzz/outcomes")
        let outcomes = try AppendOutcomes.decode(outcomeBytes.span)
        #expect(outcomes.count == 4)
    }

    private static func seed(_ name: String) throws -> [UInt8] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: tests.appendingPathComponent("Fixtures/Fuzz/\(name)")))
    }
}
