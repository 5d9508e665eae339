// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import ProfileModel
import Querier
import Testing
import WireAPI

@Suite struct PartialAnswerTests {
    private static let good = MemorySource([Setting.sample("a", 3)])

    @Test func namesWhoDidNotAnswer() async throws {
        let down = MemorySource(failure: .unavailable("replaying its log"))
        let setting = Setting([
            Self.good, down, MemorySource([Setting.sample("a", 4)], warnings: ["block lost"]),
        ])
        let response = try await setting.service.stacktraces(Setting.stacktracesRequest(), setting.scope)
        #expect(response.flamegraph?.total == 7)
        #expect(
            Set(setting.scope.report.warnings)
                == ["ingester-1: replaying its log", "ingester-2: block lost"]
        )
    }

    @Test func refusesAPartialAnswerOnRequest() async {
        let down = MemorySource(failure: .internal("secret"))
        let setting = Setting([Self.good, down], isPartialDenied: true)
        let text = await fault { () async throws(QueryError) in
            try await setting.service.stacktraces(Setting.stacktracesRequest(), setting.scope)
        }
        #expect(text.contains("unavailable"))
        #expect(text.contains("ingester-1: failed"))
        #expect(!text.contains("secret"))
    }

    @Test func failsWhenNobodyAnswers() async {
        let down = MemorySource(failure: .unavailable("starting"))
        for sources in [[down, down], []] as [[MemorySource]] {
            let setting = Setting(sources)
            let text = await fault { () async throws(QueryError) in
                try await setting.service.stacktraces(Setting.stacktracesRequest(), setting.scope)
            }
            #expect(text.contains("unavailable"))
        }
    }

    @Test func doesNotWaitForWhoIsStuck() async throws {
        let setting = Setting([Self.good, StuckSource(), Self.good], timeout: .seconds(3))
        let response = try await setting.service.stacktraces(Setting.stacktracesRequest(), setting.scope)
        #expect(response.flamegraph?.total == 6)
        #expect(setting.scope.report.warnings == ["ingester-1: did not answer in time"])
        let alone = Setting([StuckSource()], timeout: .milliseconds(20))
        let text = await fault { () async throws(QueryError) in
            try await alone.service.stacktraces(Setting.stacktracesRequest(), alone.scope)
        }
        #expect(text == "deadlineExceeded")
    }

    @Test func tellsClientsOfGapsInHeaders() async throws {
        let down = MemorySource(failure: .unavailable("é\ndisk"))
        let setting = Setting([Self.good, down])
        let query = "query=\(Setting.cpu)&from=\(Setting.start)&until=\(Setting.start + 1)"
        for denies in [false, true] {
            let target = "/pyroscope/render?\(query)" + (denies ? "&partial=deny" : "")
            let response = await setting.respond(to: Setting.request("GET", target))
            #expect(response.status == (denies ? 503 : 200))
            guard !denies, case .bytes(let body) = response.body else { continue }
            #expect(response.headers["X-Hearth-Partial"] == "true")
            #expect(response.headers.all("X-Hearth-Warning") == ["ingester-1: ??disk"])
            // The timeline reads one step of 15 s before the range.
            let missing = "\(Setting.start - 15_000)-\(Setting.start + 1)"
            #expect(response.headers["X-Hearth-Missing-Range"] == missing)
            let text = String(decoding: body, as: UTF8.self)
            #expect(text.hasSuffix("\"partial\":true,\"warnings\":[\"ingester-1: é\\ndisk\"]}\n"))
        }
    }
}
