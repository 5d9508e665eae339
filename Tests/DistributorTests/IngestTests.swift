// SPDX-License-Identifier: Apache-2.0
import Distributor
import HTTPServer
import ProfileModel
import ServiceKit
import Testing
import WireAPI

@Suite struct IngestTests {
    private static let boundary = "xyz"
    private static let form: HTTPHeaders = ["Content-Type": "multipart/form-data; boundary=xyz"]

    /// A form with these files; a nil file name makes a plain value.
    private static func body(_ parts: [(name: String, file: String?, bytes: [UInt8])], end: Bool = true)
        -> [UInt8]
    {
        var body: [UInt8] = []
        for part in parts {
            let file = part.file.map { "; filename=\"\($0)\"" } ?? ""
            body += Array(
                "--xyz\r\nContent-Disposition: form-data; name=\"\(part.name)\"\(file)\r\n\r\n".utf8
            )
            body += part.bytes + Array("\r\n".utf8)
        }
        return body + Array((end ? "--xyz--\r\n" : "").utf8)
    }

    private func send(_ name: String, to door: Door) async -> Answer {
        await door.send("POST", "/ingest?format=pprof&from=1&name=\(name)", body: [1, 2])
    }

    /// What ends up as labels besides `pyroscope_spy`, or the message of the refusal.
    @Test(arguments: [
        ("app", "service_name=app"),
        ("app%7B", "service_name=app"),
        ("app%7Ba%3Db%7D", "a=b service_name=app"),
        ("app%7Ba%3Db", "service_name=app"),
        ("app%7Ba%3Db%2Ca%3Dc%7D", "a=c service_name=app"),
        ("app%7Ba%3Db%2Cc%3Dd%2C%7D", "a=b c=d service_name=app"),
        ("app%7Ba%3D%7D", "service_name=app"),
        ("%20app%20%7B%20a%20%3D%20b%20c%20%7D", "a=b c service_name=app"),
        ("app%7Ba%3Db%7Dtrailing", "a=b service_name=app"),
        ("app%7B__name__%3Dweird+name%7D", "service_name=weird name"),
        ("app%7Bservice_name%3Dx%7D", "service_name=x"),
        ("app%7B__foo__%3Dx%2C__session_id__%3D1%7D", "service_name=app"),
        ("a%2Fb-c.d", "service_name=a/b-c.d"),
        ("app%7Ba%3D%22quoted%2C+value%22%7D", "a=\"quoted service_name=app"),
        ("", "name: service name is required"),
        ("%7Bx%3D1%7D", "name: service name is required"),
        ("bad+name%21", "name: invalid service name: bad name!: character is not allowed: ' '"),
        ("%C3%BCber", "name: invalid service name: über: character is not allowed: 'ü'"),
        ("app%7B%3Db%7D", "name: label name is required"),
        ("app%7Ba-b%3Dc%7D", "name: invalid label name: a-b: character is not allowed: '-'"),
    ])
    func nameGrammar(name: String, expected: String) async {
        let door = Door()
        let answer = await self.send(name, to: door)
        guard let profile = door.sink.profiles.first else {
            #expect(answer.status == 400)
            #expect(answer.message == expected)
            #expect(answer.body.hasSuffix("\n"))
            return
        }
        #expect(answer.status == 200)
        #expect(answer.body.isEmpty)
        let labels = profile.labels.labels.filter { $0.name != "pyroscope_spy" }
        #expect(labels.map { "\($0.name)=\($0.value)" }.joined(separator: " ") == expected)
    }

    @Test(arguments: [
        ("20260101", Int64(1_767_225_600_000_000_000)),
        ("1795521615", 1_795_521_615_000_000_000),
        ("1795521615123", 1_795_521_615_123_000_000),
        ("1795521615123456", 1_795_521_615_123_456_000),
        ("1795521615123456789", 1_795_521_615_123_456_789),
        ("1_795_521_615", 1_795_521_615_000_000_000),
        ("20261399", 20_261_399_000_000_000),
        ("now-1h", Door.now - 3_600_000_000_000),
        ("now-1h30m", Door.now - 3_600_000_000_000),
        ("now%2B5s", Door.now + 5_000_000_000),
        ("now-2x", Door.now),
        ("garbage", Door.now),
        ("99999999999999999999", Door.now),
        ("now-9999999999999999999d", Door.now),
        ("", Door.now),
    ])
    func timeGrammar(text: String, nanoseconds: Int64) async throws {
        let door = Door()
        _ = await door.send("POST", "/ingest?format=pprof&name=app&from=\(text)", body: [1])
        let profile = try #require(door.sink.profiles.first)
        guard case .ingest(let parameters) = profile.origin else {
            Issue.record("not an ingest profile")
            return
        }
        #expect(parameters.fromNanoseconds == nanoseconds)
    }

    @Test(arguments: [1, 3, 17, Int.max])
    func readsFormsHoweverTheyArrive(step: Int) async throws {
        let door = Door()
        let tricky: [UInt8] = Array("\r\n--xy\r\n--xy".utf8) + [0, 255, 13]
        let body = Self.body([
            ("other", "x", [9]), ("profile", nil, [8]), ("profile", "a.pprof", tricky), ("profile", "b", [7]),
            (
                "sample_type_config", "c",
                Array(#"{"samples":{"units":"samples","display-name":"cpu"},"x":{}}"#.utf8)
            ),
            ("prev_profile", "p", []),
        ])
        let answer = await door.send(
            "POST",
            "/pyroscope/ingest?name=a&spyName=gospy",
            Self.form,
            body: body,
            step: step
        )
        #expect(answer.status == 200)
        let profile = try #require(door.sink.profiles.first)
        #expect(profile.payload == tricky)
        #expect(profile.labels["pyroscope_spy"] == "gospy")
        #expect(profile.labels["__name__"] == nil)
        let parameters = IngestParameters(
            spyName: "gospy",
            fromNanoseconds: Door.now,
            displayNames: ["samples": "cpu", "x": ""]
        )
        #expect(profile.origin == .ingest(parameters))
    }

    @Test func formsWithoutAProfileStoreNothing() async {
        let door = Door()
        for parts in [[], [("other", "x", [1])], [("profile", "p", [])]] as [[(String, String?, [UInt8])]] {
            let body = parts.isEmpty ? Array("--xyz--\r\n".utf8) : Self.body(parts.map { ($0.0, $0.1, $0.2) })
            #expect(await door.send("POST", "//ingest?name=a", Self.form, body: body).status == 200)
        }
        #expect(door.sink.profiles.isEmpty)
    }

    @Test func brokenFormsAreRefused() async {
        let door = Door()
        let whole = Self.body([("profile", "p", [1, 2, 3])])
        for count in 0..<whole.count - 4 {
            let answer = await door.send("POST", "/ingest?name=a", Self.form, body: Array(whole[..<count]))
            #expect(answer.status == 422, "cut at \(count)")
        }
        let bare = await door.send(
            "POST",
            "/ingest?name=a",
            ["Content-Type": "multipart/form-data"],
            body: whole
        )
        #expect(bare.status == 422)
        let many = Self.body((0..<9).map { ("p\($0)", "x", [1]) })
        let tooMany = await door.send("POST", "/ingest?name=a", Self.form, body: many)
        #expect(tooMany.message.hasSuffix("multipart: more than 8 parts"))
        let long = Self.body([(String(repeating: "n", count: 9_000), "x", [1])])
        #expect(await door.send("POST", "/ingest?name=a", Self.form, body: long).status == 422)
        let previous = Self.body([("profile", "p", [1]), ("prev_profile", "q", [1])])
        let old = await door.send("POST", "/ingest?name=a", Self.form, body: previous)
        #expect(
            old.message.contains("unsupported client version. Please update github.com/grafana/pyroscope-go")
        )
        let config = Self.body([("profile", "p", [1]), ("sample_type_config", "q", Array("{not".utf8))])
        #expect(await door.send("POST", "/ingest?name=a", Self.form, body: config).status == 422)
        #expect(door.sink.profiles.isEmpty)
    }

    @Test func statusCodesTellWhoIsToBlame() async {
        let refusing = Door(
            RecordingProfiles { _ in .rejected(ProfileRejection(.malformedProfile, "function id is 0")) }
        )
        let refused = await self.send("app", to: refusing)
        #expect(refused.status == 422)
        #expect(
            refused.body == """
                {"code":"unknown","message":"pushing IngestInput-pprof failed push series with index 0 and \
                id  failed: invalid_argument: function id is 0"}

                """
        )
        #expect(refused.headers["X-Content-Type-Options"] == "nosniff")
        let large = Door(RecordingProfiles { _ in .rejected(ProfileRejection(.profileSizeLimit, "large")) })
        #expect(await self.send("app", to: large).status == 413)
        let down = Door()
        down.sink.fail(.unavailable("no ingester is alive"))
        #expect(await self.send("app", to: down).status == 503)
        var limits = TenantLimits()
        limits.bodyLimitMiB = 0.0001
        let tight = Door(limits: limits)
        let body = [UInt8](repeating: 1, count: 200)
        for step in [50, Int.max] {
            let answer = await tight.send("POST", "/ingest?name=a&format=pprof", body: body, step: step)
            #expect(answer.status == 413)
            #expect(answer.message.hasPrefix("request body too large"))
        }
        #expect(await Door(isMultiTenant: true).send("POST", "/ingest?name=a").status == 401)
        #expect(await Door().send("GET", "/ingest?name=a").status == 405)
        #expect(await Door().send("POST", "/ingest/x?name=a").status == 404)
    }

    @Test(arguments: [
        ("a/b", "tenant ID 'a/b' contains unsupported character '/'"), ("a|b", "multiple org IDs present"),
        (".", "tenant ID is '.' or '..'"), ("", "no org id"),
    ])
    func aTenantThatCannotBeReadIsUnauthenticatedInEveryFormat(id: String, reason: String) async {
        let door = Door(isMultiTenant: true)
        for format in ["pprof", "lines", "jfr", "speedscope", ""] {
            let target = "/ingest?name=a&format=\(format)"
            let answer = await door.send("POST", target, ["X-Scope-OrgID": id], body: [1])
            #expect(answer.status == 401)
            #expect(answer.message == reason)
        }
        #expect(door.sink.profiles.isEmpty)
    }

    @Test(arguments: [
        "x=%zz&name=app", "name=app&a;b", "&&=&name=app&%=", "name=app&name=%", "name=app&x=%ff",
    ])
    func anUploadIsNotLostForAParameterThatNobodyLooksAt(query: String) async {
        let door = Door()
        #expect(await door.send("POST", "/ingest?format=pprof&\(query)", body: [1]).status == 200)
        #expect(door.sink.profiles.first?.labels["service_name"] == "app")
        for broken in ["name=a%zz", "name=a;b", "name=%ff"] {
            let answer = await door.send("POST", "/ingest?\(broken)", body: [1])
            #expect(answer.status == 400)
            #expect(answer.message == "name: service name is required")
        }
    }

    @Test(arguments: ["pprof", "lines", ""])
    func theSessionOfAnSDKIsBroughtBelowTheLimit(format: String) async {
        var limits = TenantLimits()
        limits.sessionCountMax = 3
        for (door, expected) in [(Door(limits: limits), "0100000000000000"), (Door(), nil)] {
            let name = "app%7B__session_id__%3D0400000000000000%2C__other__%3D1%7D"
            let body = Array("a;b 1\n".utf8)
            let answer = await door.send("POST", "/ingest?format=\(format)&name=\(name)", body: body)
            #expect(answer.status == 200)
            #expect(door.sink.profiles.map { $0.labels["__session_id__"] } == [expected])
            #expect(door.sink.profiles.map { $0.labels["__other__"] } == [nil])
        }
    }

    @Test func aFormWithFormatPprofIsReadAsAForm() async {
        let door = Door()
        let body = Self.body([("profile", "p", [1, 2, 3])])
        #expect(await door.send("POST", "/ingest?name=a&format=pprof", Self.form, body: body).status == 200)
        #expect(door.sink.profiles.first?.payload == [1, 2, 3])
    }

    @Test func aRetryOfTheSameTimeRangeHasTheSameIdentity() async {
        let door = Door()
        for target in ["from=1&until=2&name=a", "name=a&until=2&from=1", "from=2&until=3&name=a", "name=a"] {
            _ = await door.send("POST", "/ingest?format=pprof&\(target)", body: [1])
        }
        let uids = door.sink.profiles.map(\.uid)
        #expect(uids[0] == uids[1])
        #expect(Set(uids).count == 3)
        #expect(uids.map(\.isNamed) == [true, true, true, false])
    }
}
