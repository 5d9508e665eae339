// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Querier
import RPC
import Testing

@Suite struct AdHocTests {
    private static let service = "/adhocprofiles.v1.AdHocProfileService/"

    private struct Answer: Decodable {
        var id: String
        var name: String
        var profileTypes: [String]
        var flamebearerProfile: String
    }

    private static func upload(
        _ router: RPCRouter,
        _ name: String,
        _ content: some Sequence<UInt8>
    ) async throws -> (status: Int, text: String) {
        let base64 = Data(content).base64EncodedString()
        return try await SideEndpointsTests.ask(
            router,
            Self.service + "Upload",
            #"{"name":"\#(name)","profile":"\#(base64)"}"#
        )
    }

    private static func answer(_ text: String) throws -> Answer {
        try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
    }

    /// The graph of what every format below says: `app;a` 3 and `app;b` 1, in whatever order and unit.
    private static let graph =
        #""names":["total","app","b","a"],"levels":[[0,4,0,0],[0,4,0,1],[0,3,3,3,0,1,1,2]]"#

    private static let perf = """
        app 12 100.000001: cycles:
        \tffff a (/bin/app)
        \tfffe app
        \t

        """

    @Test(
        arguments: [
            ("x.collapsed", "app;a 3\napp;b 1\n"),
            ("x.txt", "app;a 3\napp;b 1\n"),
            ("x", "app;a 2\napp;b 1\napp;a 1\n"),
            (
                "x.json",
                """
                {"version":1,"flamebearer":{"names":["total","app","b","a"],\
                "levels":[[0,4,0,0],[0,4,0,1],[0,3,3,3,0,1,1,2]]},"metadata":{"format":"single"}}
                """
            ),
            (
                "x.speedscope.json",
                """
                {"$schema":"https://www.speedscope.app/file-format-schema.json",\
                "shared":{"frames":[{"name":"app"},{"name":"a"},{"name":"b"}]},\
                "profiles":[{"type":"sampled","name":"p","unit":"nanoseconds","startValue":0,"endValue":4,\
                "samples":[[0,1],[0,2]],"weights":[3,1]}]}
                """
            ),
            (
                "x.perf_script",
                String(repeating: "app 7 1.0: cycles:\n\tff a (/x)\n\n", count: 3) + "app 7 1.0: c:\n\tff b\n"
            ),
        ]
    )
    func showsEveryFormat(name: String, content: String) async throws {
        try await SideEndpointsTests.withSide { router in
            let (status, text) = try await Self.upload(router, name, content.utf8)
            #expect(status == 200, "\(text)")
            #expect(try Self.answer(text).flamebearerProfile.contains(Self.graph), "\(text)")
        }
    }

    @Test func keepsFilesAndListsTheNewestFirst() async throws {
        try await SideEndpointsTests.withSide { router in
            var ids: [String] = []
            for name in ["../ä.collapsed", "b.collapsed"] {
                ids.append(try Self.answer(try await Self.upload(router, name, "x 1\n".utf8).text).id)
            }
            let first = try #require(ids.first)
            #expect(first.hasSuffix("-..__.collapsed"))
            let get = try await SideEndpointsTests.ask(router, Self.service + "Get", #"{"id":"\#(first)"}"#)
            #expect(try Self.answer(get.text).name == "..__.collapsed")
            let list = try await SideEndpointsTests.ask(router, Self.service + "List", "{}").text
            // Both came in the same millisecond: the ids decide.
            let order = ids.sorted(by: >).compactMap { list.firstRange(of: $0)?.lowerBound }
            #expect(order.count == 2)
            #expect(order == order.sorted())
        }
    }

    @Test(
        arguments: [
            ("x.pprof", "AAFqdW5r"), ("x.json", "eyJhIjoxfQ=="), ("x", "***"), ("x", ""), ("x", "eA=="),
            ("x.json", "e30="), ("x.perf_script", "eCAxCg=="), ("x.txt", "YQo="), ("x", "YQ=A"),
        ]
    )
    func refusesWhatIsNoProfileAndKeepsNothing(name: String, base64: String) async throws {
        try await SideEndpointsTests.withSide { router in
            let json = #"{"name":"\#(name)","profile":"\#(base64)"}"#
            let answer = try await SideEndpointsTests.ask(router, Self.service + "Upload", json)
            #expect(answer.status == 400, "\(answer.text)")
            #expect(answer.text.contains("failed to parse profile: "))
            #expect(try await SideEndpointsTests.ask(router, Self.service + "List", "{}").text == "{}")
        }
    }

    @Test func refusesIdsAndNodeLimits() async throws {
        try await SideEndpointsTests.withSide { router in
            for (json, status) in [
                (#"{"id":"a/b"}"#, 400), ("{}", 400), (#"{"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV-x"}"#, 404),
                (#"{"id":"x","maxNodes":"9999999"}"#, 400),
            ] {
                let answer = try await SideEndpointsTests.ask(router, Self.service + "Get", json)
                #expect(answer.status == status, "\(json)")
            }
        }
    }

    @Test func comparesTwoFilesOfOneType() async throws {
        try await SideEndpointsTests.withSide { router in
            var ids: [String] = []
            for stacks in ["app;a 3\napp;b 1\n", "app;b 2\n"] {
                ids.append(try Self.answer(try await Self.upload(router, "x.collapsed", stacks.utf8).text).id)
            }
            func diff(_ left: String, _ right: String) async throws -> (status: Int, text: String) {
                let json = #"{"leftId":"\#(left)","rightId":"\#(right)","profileType":"nope"}"#
                return try await SideEndpointsTests.ask(router, Self.service + "Diff", json)
            }
            let both = try await diff(ids[0], ids[1])
            #expect(both.status == 200)
            #expect(both.text.contains(#"[0,3,3,0,0,0,3,0,1,1,0,2,2,2]]"#))
            #expect(both.text.contains(#""leftTicks\":4,\"rightTicks\":2"#))
            let unknown = "01ARZ3NDEKTSV4RRFFQ69G5FAV-x"
            #expect(try await diff(unknown, ids[1]).text.contains("left profile \(unknown) not found"))
            #expect(try await diff(ids[0], unknown).text.contains("right profile \(unknown) not found"))
            let other = try Self.answer(try await Self.upload(router, "y.collapsed", "x 1\n".utf8).text).id
            let none = try await diff(ids[0], other)
            #expect(none.status == 400)
            #expect(none.text.contains("no common profile types between left ([x.collapsed])"))
        }
    }

    /// Every prefix of a file, and the file with one byte changed, is shown or refused.
    @Test func survivesDamagedFiles() async throws {
        let json = Array(
            """
            {"version":1,"flamebearer":{"names":["total","x"],"levels":[[0,9,0,0],[2,7,7,1]]},\
            "metadata":{"format":"single","name":"n"}}
            """.utf8
        )
        try await SideEndpointsTests.withSide { router in
            for (name, whole) in [("x.json", json), ("x.perf_script", Array(Self.perf.utf8))] {
                for count in 0..<whole.count {
                    let cut = try await Self.upload(router, name, whole.prefix(count))
                    #expect(cut.status == 200 || cut.status == 400)
                    var changed = whole
                    changed[count] = changed[count] == 0x39 ? 0x2D : 0x39
                    let other = try await Self.upload(router, name, changed)
                    #expect(other.status == 200 || other.status == 400)
                }
            }
        }
    }
}
