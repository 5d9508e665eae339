// SPDX-License-Identifier: Apache-2.0
import EventLog
import Exposition
import HTTPServer
import Ingester
import LabelSelector
import ProfileModel
import ServiceKit
import Testing
import WireAPI

@Suite struct RoutesTests {
    private static let paths = [
        AppendFrames.path, SourceRequest.stacktracesPath, SourceRequest.totalsPath, SourceRequest.seriesPath,
        SourceRequest.locationsPath,
    ]

    private static func send(
        _ body: [UInt8],
        to path: String,
        of routes: IngesterRoutes
    ) async -> (status: Int, body: [UInt8]) {
        let request = HTTPRequest(
            method: "POST",
            target: path,
            version: .http11,
            headers: [:],
            authority: "ingester",
            remoteAddress: "127.0.0.1:1",
            declaredLength: body.count,
            body: BufferedBody(body)
        )
        let table = RouteTable(
            routes: routes.routes,
            registry: MetricRegistry(),
            logger: .silent,
            requestCountMax: 1
        )
        let response = await table.respond(to: request)
        guard case .bytes(let bytes) = response.body else { return (response.status, []) }
        return (response.status, bytes)
    }

    @Test func whatIsAppendedOverHTTPIsAnsweredOverHTTP() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        let routes = IngesterRoutes(sink: ingester, source: ingester)
        let frames = AppendFrames.encode([folder.profile(0), folder.profile(1), folder.profile(0)])
        let appended = await Self.send(frames, to: AppendFrames.path, of: routes)
        #expect(appended.status == 200)
        #expect(try AppendOutcomes.decode(appended.body.span) == [.stored, .stored, .duplicate])
        let question = SourceRequest(tenant: .anonymous, query: try Question.all(), groupBy: ["pod"])
            .encoded()
        for path in Self.paths.dropFirst() {
            let answer = await Self.send(question, to: path, of: routes)
            #expect(answer.status == 200 && !answer.body.isEmpty, "\(path)")
        }
        await ingester.close()
    }

    @Test(arguments: Self.paths) func aBodyThatIsNoQuestionIsTheClientsFault(path: String) async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        let routes = IngesterRoutes(sink: ingester, source: ingester, bodyByteCountMax: 10_000)
        let good =
            path == AppendFrames.path
            ? AppendFrames.encode([folder.profile(0)])
            : SourceRequest(tenant: .anonymous, query: try Question.all(), groupBy: ["pod"]).encoded()
        for count in stride(from: 1, to: good.count, by: 7) {
            let status = await Self.send(Array(good.prefix(count)), to: path, of: routes).status
            #expect(status == 400, "\(count) bytes of \(good.count)")
        }
        for bad in [[0xFF], good + [0], [9] + Array(good.dropFirst())] {
            #expect(await Self.send(bad, to: path, of: routes).status == 400)
        }
        let large = [UInt8](repeating: 0, count: 10_001)
        #expect(await Self.send(large, to: path, of: routes).status == 413)
        #expect(try await ingester.total() == 0, "nothing of it was stored")
        await ingester.close()
    }

    @Test func aClosedIngesterAsksToComeBackLater() async throws {
        let folder = try await DataFolder()
        let ingester = try await folder.open()
        let routes = IngesterRoutes(sink: ingester, source: ingester)
        await ingester.close()
        let frames = AppendFrames.encode([folder.profile(0)])
        #expect(await Self.send(frames, to: AppendFrames.path, of: routes).status == 503)
        let question = SourceRequest(tenant: .anonymous, query: try Question.all()).encoded()
        #expect(await Self.send(question, to: SourceRequest.totalsPath, of: routes).status == 503)
    }
}
