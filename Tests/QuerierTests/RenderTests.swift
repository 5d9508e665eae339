// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import ProfileModel
import Querier
import Testing

@Suite struct RenderTests {
    private static let samples = [
        Setting.sample("main;a<b>&c", 5, labels: [Label("pod", "x")], at: Setting.start + 15_000),
        Setting.sample("main", 2, at: Setting.start + 45_000),
    ]

    @Test func writesFlameGraphAndTimeline() async throws {
        let text = await Self.render("query=\(Setting.cpu)%7B%7D&\(Self.range(60_000))")
        #expect(
            text == """
                {"version":1,"flamebearer":{"names":["total","main","a\\u003cb\\u003e\\u0026c"],\
                "levels":[[0,7,0,0],[0,7,2,1],[2,5,5,2]],"numTicks":7,"maxSelf":5},\
                "metadata":{"format":"single","spyName":"","sampleRate":1000000000,\
                "units":"samples","name":"cpu"},\
                "timeline":{"startTime":1795521600,"samples":[0,5,0,2],"durationDelta":15,"watermarks":null},\
                "groups":null,"heatmap":null}

                """
        )
    }

    @Test func groupsByTheFirstLabel() async throws {
        let text = await Self.render(
            "query=\(Setting.cpu)&\(Self.range(60_000))&groupBy=pod&groupBy=__type__"
        )
        #expect(
            text.contains(
                """
                "timeline":{"startTime":1795521600,"samples":[0,0,0,0],"durationDelta":15,"watermarks":null},\
                "groups":{"*":{"startTime":1795521600,"samples":[0,0,0,2],\
                "durationDelta":15,"watermarks":null},\
                "x":{"startTime":1795521600,"samples":[0,5,0,0],"durationDelta":15,"watermarks":null}},
                """
            )
        )
    }

    @Test func ofGroupsWithOneKeyTheLastCounts() async throws {
        let text = await Self.render(
            "query=\(Setting.cpu)&\(Self.range(60_000))&groupBy=service_name&groupBy=pod"
        )
        #expect(text.contains("\"groups\":{\"api\":{\"startTime\":1795521600,\"samples\":[0,0,0,2],"))
    }

    /// Vectors of spec/query 6.4.
    @Test(
        arguments: [
            (3_600, 15), (7 * 86_400, 300), (30 * 86_400, 1_800), (182 * 86_400, 10_800),
            (365 * 86_400, 21_600),
            (5 * 365 * 86_400, 86_400),
        ] as [(Int64, Int64)]
    )
    func stepsFollowTheRange(seconds: Int64, step: Int64) async {
        let text = await Self.render("query=\(Setting.cpu)&\(Self.range(seconds * 1_000))")
        #expect(text.contains("\"durationDelta\":\(step),"))
    }

    @Test(arguments: [
        ("", "\"query\" is required"),
        ("query=", "\"query\" is required"),
        ("query=%7B%7D", "\"query\" must contain a profile-type selection"),
        ("query=cpu", "failed to parse \"query\""),
        ("query=%zz", "invalid URL escape \"%zz\""),
        ("query=a%2", "invalid URL escape \"%2\""),
        ("a=b;c", "invalid semicolon separator in query"),
    ])
    func refusesInTheWordsOfTheGoServer(query: String, message: String) async {
        let text = await Self.render(query)
        let quoted = message.replacing("\"", with: "\\\"")
        #expect(text == "{\"code\":\"invalid_argument\",\"message\":\"\(quoted)\"}")
    }

    @Test func answersOnlyToGET() async {
        let response = await Setting([]).respond(to: Setting.request("POST", "/pyroscope/render"))
        #expect(response.status == 405)
    }

    @Test func refusesDOT() async {
        let target = "/pyroscope/render?query=\(Setting.cpu)&format=dot"
        #expect(await Setting([]).respond(to: Setting.request("GET", target)).status == 501)
    }

    @Test func listsValuesOfTheLastHour() async throws {
        #expect(await Self.values("label=service_name") == "[\"api\"]\n")
        #expect(await Self.values("label=__name__") == "[\"\(Setting.cpu)\"]\n")
        #expect(await Self.values("label=nothing") == "null\n")
        for query in ["", "label=", "name=service_name"] {
            let text = await Self.values(query)
            #expect(text == "{\"code\":\"invalid_argument\",\"message\":\"label parameter is required\"}")
        }
    }

    private static func values(_ query: String) async -> String {
        let request = Setting.request("GET", "/pyroscope/label-values?\(query)")
        let response = await Setting([MemorySource(Self.samples)]).respond(to: request)
        guard case .bytes(let bytes) = response.body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func range(_ length: Int64) -> String {
        "from=\(Setting.start)&until=\(Setting.start + length)"
    }

    private static func render(_ query: String) async -> String {
        var limits = QueryLimits()
        limits.lengthMax = .zero
        let setting = Setting([MemorySource(self.samples)], limits: limits)
        let request = Setting.request("GET", "/pyroscope/render?\(query)")
        guard case .bytes(let body) = await setting.respond(to: request).body else { return "" }
        return String(decoding: body, as: UTF8.self)
    }
}
