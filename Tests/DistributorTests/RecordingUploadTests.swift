// SPDX-License-Identifier: Apache-2.0
import Compression
import Foundation
import HTTPServer
import ProfileModel
import ServiceKit
import Testing
import WireAPI

@Suite struct RecordingUploadTests {
    private static let form: HTTPHeaders = ["Content-Type": "multipart/form-data; boundary=xyz"]
    private static let target = "/ingest?format=jfr&from=1795521615&until=1795521625&spyName=javaspy&name="

    /// A small recording of all kinds of events; its setting is `wall`.
    private static func recording() throws -> [UInt8] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/Fuzz/JFRFuzz/sample.jfr")
        // Behind the first byte, which is for the fuzzer.
        return [UInt8](try Data(contentsOf: file).dropFirst())
    }

    private static func body(_ parts: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var body: [UInt8] = []
        for part in parts {
            let head =
                "--xyz\r\nContent-Disposition: form-data; name=\"\(part.name)\"; filename=\"f\"\r\n\r\n"
            body += Array(head.utf8) + part.bytes + Array("\r\n".utf8)
        }
        return body + Array("--xyz--\r\n".utf8)
    }

    private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var deflater = GzipDeflater()
        return deflater.deflate(bytes.span)
    }

    @Test(arguments: [false, true], [false, true])
    func eachKindOfEventBecomesASeries(isForm: Bool, isGzip: Bool) async throws {
        let door = Door()
        let recording = isGzip ? Self.gzip(try Self.recording()) : try Self.recording()
        let answer = await door.send(
            "POST",
            Self.target + "app%7Bzone%3Da%2C__x__%3D1%7D",
            isForm ? Self.form : [:],
            body: isForm ? Self.body([("jfr", recording)]) : recording
        )
        #expect(answer.status == 200)
        #expect(answer.body.isEmpty)
        let profiles = door.sink.profiles
        #expect(profiles.map { $0.labels["__name__"] } == ["process_cpu", "wall", "mutex"])
        for profile in profiles {
            #expect(profile.origin == .push)
            #expect(profile.labels["service_name"] == "app")
            #expect(profile.labels["app_name"] == nil)
            #expect(profile.labels["zone"] == "a")
            #expect(profile.labels["jfr_event"] == "wall")
            #expect(profile.labels["pyroscope_spy"] == "javaspy")
            #expect(profile.uid.isNamed)
        }
        #expect(Set(profiles.map(\.uid)).count == 3)
        #expect(door.sink.batchCount == 1)
    }

    @Test func aRetryHasTheSameIdentity() async throws {
        let door = Door()
        let recording = try Self.recording()
        for body in [recording, Self.gzip(recording)] {
            _ = await door.send("POST", Self.target + "app", body: body)
        }
        let uids = door.sink.profiles.map(\.uid)
        #expect(uids.count == 6)
        #expect(uids.prefix(3) == uids.suffix(3))
    }

    @Test func theSessionIsKeptWhereSessionsCount() async throws {
        var limits = TenantLimits()
        limits.sessionCountMax = 3
        let door = Door(limits: limits)
        let name = "app%7B__session_id__%3D0400000000000000%2C__other__%3D1%7D"
        _ = await door.send("POST", Self.target + name, body: try Self.recording())
        let labels = try #require(door.sink.profiles.first?.labels)
        #expect(labels["__session_id__"] == "0100000000000000")
        #expect(labels["__other__"] == nil)
    }

    @Test func theApplicationGivesWayToAServiceName() async throws {
        let door = Door()
        let name = "app%7Bservice_name%3Dx%7D"
        _ = await door.send("POST", Self.target + name, body: try Self.recording())
        #expect(door.sink.profiles.first?.labels["service_name"] == "x")
        #expect(door.sink.profiles.first?.labels["app_name"] == "app")
    }

    @Test(
        arguments: [
            ([("other", [1])], "jfr field is required"),
            ([("jfr", [])], "jfr field is required"),
            ([("jfr", [0x46])], "loadJFRFromForm failed to decompress jfr: failed to read magic"),
            (
                [("jfr", [0x46, 0x4C, 0x52, 0])],
                "jfr parser ParseEvent error: error reading chunk header: unexpected EOF"
            ),
            ([("jfr", [0x1F, 0x8B, 8, 0])], "loadJFRFromForm failed to decompress jfr: corrupt gzip"),
        ] as [([(String, [UInt8])], String)]
    )
    func brokenUploadsAreRefused(parts: [(String, [UInt8])], message: String) async {
        let door = Door()
        let body = Self.body(parts.map { ($0.0, $0.1) })
        let answer = await door.send("POST", Self.target + "app", Self.form, body: body)
        #expect(answer.status == 422)
        #expect(answer.message == "parsing IngestInput-pprof failed \(message)")
        #expect(door.sink.profiles.isEmpty)
    }

    @Test func aBombIsRefused() async {
        let door = Door()
        let bomb = Self.gzip([UInt8](repeating: 0, count: (64 << 20) + 1))
        let answer = await door.send("POST", Self.target + "app", body: bomb)
        #expect(answer.status == 422)
        #expect(answer.message.hasSuffix("decompressed size exceeds maximum allowed size of 67108864 bytes"))
    }

    @Test func nothingToStoreIsSuccess() async throws {
        let door = Door()
        #expect(await door.send("POST", Self.target + "app", body: []).status == 200)
        #expect(door.sink.profiles.isEmpty)
    }

    @Test func limitsOfTheDoorHold() async throws {
        let door = Door()
        door.sink.fail(.unavailable("no ingester is alive"))
        let recording = try Self.recording()
        #expect(await door.send("POST", Self.target + "app", body: recording).status == 503)
        #expect(await door.send("POST", Self.target + "b%21", body: recording).status == 400)
        let refusing = Door(RecordingProfiles { _ in .rejected(ProfileRejection(.malformedProfile, "no")) })
        let answer = await refusing.send("POST", Self.target + "app", body: recording)
        #expect(answer.status == 422)
        #expect(
            answer.message.hasPrefix("pushing IngestInput-pprof failed push series with index 0 and id  ")
        )
    }
}
