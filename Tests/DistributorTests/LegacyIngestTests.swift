// SPDX-License-Identifier: Apache-2.0
import Compression
import Distributor
import Exposition
import HTTPServer
import LegacyFormats
import ProfileModel
import ServiceKit
import Testing
import WireAPI

@Suite struct LegacyIngestTests {
    private static let tree: [UInt8] = [0, 0, 1, 1, 0x61, 0, 2, 1, 0x62, 1, 0, 1, 0x63, 2, 0]
    private static let speedscope = """
        {"$schema":"https://www.speedscope.app/file-format-schema.json",
        "shared":{"frames":[{"name":"a"},{"name":"b"}]},"profiles":[
        {"type":"sampled","name":"one","unit":"seconds","startValue":0,"samples":[[0,1]],"weights":[0.01]},
        {"type":"sampled","name":"two","unit":"seconds","startValue":0,"samples":[[0,1]],"weights":[0.01]}]}
        """

    private func send(
        _ query: String,
        _ text: String = "a;b 5\n",
        to door: Door,
        type: String = "text/plain"
    ) async -> Answer {
        await door.send("POST", "/ingest?\(query)", ["Content-Type": type], body: Array(text.utf8))
    }

    private func labels(_ profile: IncomingProfile) -> String {
        profile.labels.labels.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
    }

    /// What a direct translation gives.
    private func pprof(
        _ body: [UInt8],
        _ format: LegacyFormat,
        app: String = "app",
        rate: Int64 = 100,
        from: Int64
    ) throws -> [[UInt8]] {
        let limits = ProfileLimits()
        return try format.decode(body, LegacyUpload(app: app, sampleRate: rate, limits: limits)).map {
            try $0.pprof(timeNanoseconds: from, limits: limits, byteCountMax: 1 << 20)
        }
    }

    @Test(arguments: [
        ("name=app", "__name__=process_cpu pyroscope_spy=unknown service_name=app"),
        ("name=app.wall&spyName=x", "__name__=wall pyroscope_spy=x service_name=app"),
        ("name=my.app", "__name__=process_cpu pyroscope_spy=unknown service_name=my.app"),
        ("name=app.goroutines%7Bb%3Dc%7D", "__name__=goroutine b=c pyroscope_spy=unknown service_name=app"),
        (
            "name=app.cpu%7Bservice_name%3Dgiven%2C__x__%3Dy%7D",
            "__name__=process_cpu app_name=app pyroscope_spy=unknown service_name=given"
        ),
        (
            "name=app%7Bservice_name%3Dgiven%2Capp_name%3Dmine%7D",
            "__name__=process_cpu app_name=mine pyroscope_spy=unknown service_name=given"
        ),
    ])
    func labelsComeFromNameAndSuffix(query: String, expected: String) async throws {
        let door = Door()
        let answer = await self.send(query, to: door)
        #expect(answer.status == 200)
        #expect(answer.body.isEmpty)
        let profile = try #require(door.sink.profiles.first)
        #expect(self.labels(profile) == expected)
        #expect(profile.origin == .push)
    }

    @Test(arguments: [
        ("", "text/plain", LegacyFormat.groups), ("folded", "text/plain", .groups),
        ("lines", "text/plain", .lines), ("tree", "text/plain", .tree), ("trie", "text/plain", .trie),
        ("", "binary/octet-stream+tree", .tree), ("", "binary/octet-stream+trie", .trie),
        ("lines", "binary/octet-stream+tree", .tree), ("jfr", "binary/octet-stream+trie", .trie),
        ("tree", "binary/octet-stream+trie", .trie), ("trie", "binary/octet-stream+tree", .trie),
        ("pprof", "binary/octet-stream+tree", .tree), ("lines", "multipart/form-data; boundary=x", .lines),
        ("", "binary/octet-stream+tree; charset=x", .groups),
        ("nothing", "Binary/octet-stream+tree", .groups),
    ])
    func theFormatIsTheFirstThatParameterOrTypeName(parameter: String, type: String, format: LegacyFormat)
        async throws
    {
        let body = format == .tree || format == .trie ? Self.tree : Array("a;b 5\n".utf8)
        let door = Door()
        let target = "/ingest?name=app&from=1795521615&format=\(parameter)"
        #expect(await door.send("POST", target, ["Content-Type": type], body: body).status == 200)
        let expected = try self.pprof(body, format, from: 1_795_521_615_000_000_000)
        #expect(door.sink.profiles.map(\.payload) == expected)
    }

    @Test(
        arguments: [
            ("100", 100), ("50", 50), ("0", 0), ("", 100), ("x", 100), ("-5", 100), ("1.5", 100),
            ("99999999999999999999", 100),
        ] as [(String, Int64)]
    )
    func sampleRatesThatAreNoneMeanTheDefault(text: String, rate: Int64) async throws {
        let door = Door()
        #expect(await self.send("name=app&from=1795521615&sampleRate=\(text)", to: door).status == 200)
        let expected = try self.pprof(
            Array("a;b 5\n".utf8),
            .groups,
            rate: rate,
            from: 1_795_521_615_000_000_000
        )
        #expect(door.sink.profiles.map(\.payload) == expected)
    }

    @Test func gzipIsUnpacked() async throws {
        var deflater = GzipDeflater()
        let body = deflater.deflate(Array("a;b 5\n".utf8).span)
        let door = Door()
        #expect(await door.send("POST", "/ingest?name=app&from=7", body: body).status == 200)
        let expected = try self.pprof(Array("a;b 5\n".utf8), .groups, from: 7_000_000_000)
        #expect(door.sink.profiles.map(\.payload) == expected)
        let cut = await door.send("POST", "/ingest?name=app", body: Array(body.dropLast(9)))
        #expect(cut.status == 422)
    }

    @Test func eachSpeedscopeProfileIsASeriesOfItsOwn() async throws {
        let door = Door()
        let target = "name=py.cpu&format=speedscope&from=1795521615&until=1795521625"
        #expect(await self.send(target, Self.speedscope, to: door).status == 200)
        #expect(await self.send(target, Self.speedscope, to: door).status == 200)
        let profiles = door.sink.profiles
        #expect(
            profiles.prefix(2).map(self.labels) == [
                "__name__=wall profile_name=one pyroscope_spy=unknown service_name=py.cpu",
                "__name__=wall profile_name=two pyroscope_spy=unknown service_name=py.cpu",
            ]
        )
        #expect(Set(profiles.map(\.uid)).count == 2)
        #expect(door.sink.batchCount == 2)
    }

    @Test func uploadsWithAProfileIDAreReadAndForgotten() async {
        let door = Door()
        #expect(await self.send("name=app%7Bprofile_id%3D1%7D", to: door).status == 200)
        #expect(await self.send("name=app%7Bprofile_id%3D1%7D", "a x", to: door).status == 422)
        #expect(door.sink.profiles.isEmpty)
    }

    @Test(arguments: ["groups", "lines", "tree", "trie"])
    func refusalsHaveTheStatusOfAPush(format: String) async {
        let refusing = Door(
            RecordingProfiles { _ in .rejected(ProfileRejection(.malformedProfile, "bad")) }
        )
        let body = format == "tree" || format == "trie" ? Self.tree : Array("a 1\n".utf8)
        func send(_ door: Door, _ name: String = "app") async -> Answer {
            await door.send("POST", "/ingest?name=\(name)&format=\(format)", body: body)
        }
        let refused = await send(refusing)
        #expect(refused.status == 400)
        #expect(refused.body == #"{"code":"invalid_argument","message":"bad"}"#)
        #expect(refused.headers["X-Content-Type-Options"] == nil)
        let limited = Door(RecordingProfiles { _ in .rejected(ProfileRejection(.seriesLimit, "many")) })
        #expect(await send(limited).status == 429)
        let down = Door()
        down.sink.fail(.unavailable("no ingester is alive"))
        #expect(await send(down).status == 503)
        let suffix = await send(Door(), "app.")
        #expect(suffix.status == 400)
        #expect(suffix.message.hasSuffix("failed to convert metadata: unknown profile type: "))
        let nameless = await send(Door(), ".cpu")
        #expect(nameless.status == 400)
        #expect(nameless.message.hasSuffix("service name is not provided"))
    }

    @Test func speedscopeWrapsRefusalsInto422() async {
        let refusing = Door(
            RecordingProfiles { _ in .rejected(ProfileRejection(.malformedProfile, "bad")) }
        )
        let target = "name=app&format=speedscope"
        let refused = await self.send(target, Self.speedscope, to: refusing)
        #expect(refused.status == 422)
        #expect(refused.message.hasSuffix("failed: invalid_argument: bad"))
        #expect(refused.headers["X-Content-Type-Options"] == "nosniff")
        let down = Door()
        down.sink.fail(.unavailable("no ingester is alive"))
        #expect(await self.send(target, Self.speedscope, to: down).status == 503)
        #expect(await self.send(target, "", to: Door()).status == 422)
        let two = Self.speedscope.replacing("seconds", with: "none")
        let unknown = await self.send(target, two, to: Door())
        #expect(unknown.status == 422)
        #expect(unknown.message.hasPrefix("invalid_argument: pyroscopeIngesterAdapter"))
    }

    @Test func bodiesThatCannotBeReadAreCounted() async {
        let door = Door()
        let answer = await self.send("name=app", "no count\n", to: door)
        #expect(answer.status == 422)
        #expect(
            answer.body == """
                {"code":"unknown","message":"strconv.Atoi: parsing \\"count\\": invalid syntax"}

                """
        )
        let metrics = door.registry.render()
        #expect(
            metrics.contains(
                #"pyroscope_discarded_samples_total{reason="malformed_profile",tenant="anonymous"} 1"#
            )
        )
    }

    @Test func theProfilesOfOneUploadShareOneBudget() async {
        var limits = TenantLimits()
        limits.inflatedBodyByteCountMax = 2_000
        let names = (0..<100).map { #"{"name":"function\#($0)"}"# }.joined(separator: ",")
        let stack = (0..<100).map(String.init).joined(separator: ",")
        let profiles = (0..<10).map { index in
            #"{"type":"sampled","name":"\#(index)","unit":"seconds","samples":[[\#(stack)]],"weights":[1]}"#
        }
        let file = """
            {"$schema":"https://www.speedscope.app/file-format-schema.json",
            "shared":{"frames":[\(names)]},"profiles":[\(profiles.joined(separator: ","))]}
            """
        let door = Door(limits: limits)
        let answer = await self.send("name=app&format=speedscope", file, to: door)
        #expect(answer.status == 413)
        #expect(answer.message.hasPrefix("decompressed size exceeds maximum allowed size of"))
        #expect(door.sink.profiles.isEmpty)
    }
}
