// SPDX-License-Identifier: Apache-2.0
import Compression
import Distributor
import Exposition
import HTTPServer
import ProfileModel
import ServiceKit
import Testing
import WireAPI

@Suite struct PushTests {
    private static let labels = [("service_name", "app"), ("__name__", "process_cpu"), ("pod", "a")]

    private func push(
        _ labels: [(String, String)] = Self.labels,
        id: String = "1",
        bytes: [UInt8] = [1, 2, 3],
        to door: Door
    ) async -> Answer {
        await door.push(.of([(labels, [(id, bytes)])]))
    }

    @Test func handsLabelsAndBytesToTheSink() async throws {
        let door = Door()
        let answer = await door.push(
            .of([(Self.labels, [("1", [1, 2, 3]), ("2", [4])]), ([("__name__", "memory")], [("3", [5])])])
        )
        #expect(answer.status == 200)
        #expect(answer.body.isEmpty)
        #expect(answer.headers["Content-Type"] == "application/proto")
        let profiles = door.sink.profiles
        #expect(door.sink.batchCount == 1)
        #expect(profiles.map(\.payload) == [[1, 2, 3], [4], [5]])
        #expect(profiles.allSatisfy { $0.tenant == .anonymous && $0.origin == .push })
        #expect(profiles[0].labels.labels.map(\.name) == ["__name__", "pod", "service_name"])
        #expect(profiles[2].labels["service_name"] == "unknown_service")
        #expect(profiles[0].receivedNanoseconds == Door.now)
        #expect(profiles[0].limits.depthMax == 1_024)
    }

    @Test(arguments: ["//push", "/pyroscope/push", "/pyroscope//push"])
    func jsonAndAddressesWithAPathWorkToo(start: String) async {
        let door = Door()
        let json = """
            {"series":[{"labels":[{"name":"__name__","value":"process_cpu"},\
            {"name":"service_name","value":"app"}],"samples":[{"ID":"any","rawProfile":"AQID"}]}]}
            """
        let answer = await door.send(
            "POST",
            "\(start).v1.PusherService/Push",
            ["Content-Type": "application/json"],
            body: Array(json.utf8)
        )
        #expect(answer.status == 200)
        #expect(answer.body == "{}")
        #expect(door.sink.profiles.first?.payload == [1, 2, 3])
    }

    @Test func dropsLabelsThatTheServerDerives() async {
        let door = Door()
        let sent =
            Self.labels + [
                ("__type__", "x"), ("__delta__", "false"), ("__session_id__", "0011223344556677"),
                ("__mine__", "y"),
                ("empty", ""),
            ]
        #expect(await self.push(sent, to: door).status == 200)
        let names = door.sink.profiles.first?.labels.labels.map(\.name)
        #expect(names == ["__mine__", "__name__", "pod", "service_name"])
    }

    @Test func theSameUploadHasTheSameIdentity() async {
        let door = Door()
        _ = await self.push(to: door)
        _ = await self.push(Self.labels.reversed(), to: door)
        _ = await self.push(id: "2", to: door)
        _ = await self.push(bytes: [1, 2, 4], to: door)
        _ = await self.push([("service_name", "other"), ("__name__", "process_cpu")], to: door)
        let uids = door.sink.profiles.map(\.uid)
        #expect(uids[0] == uids[1])
        #expect(Set(uids).count == 4)
    }

    @Test func onlyNamedProfilesSaySo() async {
        let door = Door()
        _ = await self.push(id: "", to: door)
        _ = await self.push(id: "x", to: door)
        #expect(door.sink.profiles.map(\.uid.isNamed) == [false, true])
    }

    @Test func goodProfilesOfAMixedBatchAreStored() async {
        let door = Door(
            RecordingProfiles { profile in
                profile.payload == [9] ? .rejected(ProfileRejection(.malformedProfile, "bad one")) : .stored
            }
        )
        let answer = await door.push(.of([(Self.labels, [("a", [1]), ("b", [9])]), ([], [("c", [1])])]))
        #expect(answer.status == 400)
        #expect(
            answer.message.hasPrefix(
                "push series with index 0 and id b failed: invalid_argument: bad one\n"
                    + "push series with index 1 and id c failed: invalid_argument: invalid labels"
            )
        )
        #expect(door.sink.profiles.count == 2)
        let metrics = door.registry.render()
        #expect(
            metrics.contains("discarded_samples_total{reason=\"malformed_profile\",tenant=\"anonymous\"} 1")
        )
        #expect(metrics.contains("discarded_samples_total{reason=\"invalid_labels\",tenant=\"anonymous\"} 1"))
    }

    @Test func namesThatCannotBePrintedAreNoLabelsOfMetrics() async {
        let door = Door()
        for name in ["a\r\nforged 1", "\u{1B}[31mred", "\u{202E}evil", "plain"] {
            #expect(await self.push([("service_name", "app"), ("__name__", name)], to: door).status == 200)
        }
        let metrics = door.registry.render()
        #expect(metrics.contains(#"type="plain""#))
        #expect(metrics.contains(#"type="other""#))
        #expect(!metrics.unicodeScalars.contains { $0 == "\r" || $0 == "\u{1B}" || $0 == "\u{202E}" })
    }

    @Test func emptyAndDuplicateProfilesAreSuccess() async {
        for outcome in [AppendOutcome.empty, .duplicate] {
            #expect(await self.push(to: Door(RecordingProfiles { _ in outcome })).status == 200)
        }
    }

    @Test func failuresOfTheSinkAskTheClientBack() async {
        let door = Door()
        door.sink.fail(.unavailable("draining"))
        let unavailable = await self.push(to: door)
        #expect(unavailable.status == 503)
        #expect(unavailable.headers["Retry-After"] != nil)
        door.sink.fail(.deadlineExceeded)
        #expect(await self.push(to: door).status == 504)
        door.sink.fail(.internal("secret"))
        let fault = await self.push(to: door)
        #expect(fault.status == 500)
        #expect(!fault.body.contains("secret"))
    }

    @Test func theRateLimitTakesAllOrNothing() async {
        var limits = TenantLimits()
        limits.ingestionRateMiB = 0.001
        limits.ingestionBurstMiB = 0.03
        let door = Door(limits: limits)
        let big = [UInt8](repeating: 1, count: 20_000)
        #expect(await self.push(bytes: big, to: door).status == 200)
        let answer = await door.push(.of([(Self.labels, [("a", [1]), ("b", big)])]))
        #expect(answer.status == 429)
        #expect(answer.message.hasPrefix("push rate limit (1.0 KiB) exceeded while adding 20 KiB"))
        #expect(answer.headers["Retry-After"] != nil)
        #expect(door.sink.profiles.count == 1)
        #expect(await self.push(to: door).status == 200)
        let metrics = door.registry.render()
        #expect(metrics.contains("discarded_samples_total{reason=\"rate_limited\",tenant=\"anonymous\"} 2"))
    }

    @Test func aProfileThatIsTooLargeIsToldSoAndNotToComeBackLater() async {
        var limits = TenantLimits()
        limits.profileByteCountMax = 1_000
        limits.ingestionRateMiB = 0.001
        limits.ingestionBurstMiB = 0.001
        let door = Door(limits: limits)
        var deflater = GzipDeflater()
        let plain = [UInt8](repeating: 0, count: 1_001)
        for bytes in [plain, deflater.deflate(plain.span)] {
            let answer = await self.push(bytes: bytes, to: door)
            #expect(answer.status == 413)
            #expect(answer.message == "uncompressed profile payload size exceeds limit of 1.0 kB")
            let upload = await door.send("POST", "/ingest?name=a&format=pprof", body: bytes)
            #expect(upload.status == 413)
            #expect(upload.message == "decompressed size exceeds maximum allowed size of 1000 bytes")
        }
        #expect(door.sink.profiles.isEmpty)
        let mixed = await door.push(.of([(Self.labels, [("a", plain), ("b", [1])])]))
        #expect(mixed.status == 413)
        #expect(door.sink.profiles.map(\.payload) == [[1]])
        var damaged = deflater.deflate([UInt8](repeating: 0, count: 100_000).span)
        damaged[12] ^= 0x55
        #expect(await self.push(bytes: damaged, to: Door(limits: limits)).status != 413)
    }

    @Test func batchesOfTooManyBytesAreRefusedAtOnce() async {
        var limits = TenantLimits()
        limits.inflatedBodyByteCountMax = 4 << 20
        let door = Door(limits: limits)
        var deflater = GzipDeflater()
        let bomb = deflater.deflate([UInt8](repeating: 0, count: 3 << 20).span)
        let answer = await door.push(.of([(Self.labels, [("a", bomb), ("b", bomb)])]))
        #expect(answer.status == 413)
        #expect(answer.message == "uncompressed batched profile payload size exceeds limit of 4.2 MB")
        #expect(door.sink.profiles.isEmpty)
    }

    @Test func everyTenantIsNamedByTheHeader() async {
        let door = Door(isMultiTenant: true)
        let request = PushV1.PushRequest.of([(Self.labels, [("1", [1])])])
        let missing = await door.push(request)
        #expect(missing.status == 401)
        #expect(missing.message == "no org id")
        let several = await door.push(request, ["X-Scope-OrgID": "a|b"])
        #expect(several.status == 401)
        #expect(await door.push(request, ["X-Scope-OrgID": "team-a"]).status == 200)
        #expect(door.sink.profiles.map(\.tenant.description) == ["team-a"])
    }

    @Test func requestsWithoutProfilesAreRefused() async {
        let door = Door()
        #expect(await door.push(.of([])).message == "no profiles received")
        #expect(await door.push(.of([(Self.labels, [])])).message == "no profiles received")
    }
}
