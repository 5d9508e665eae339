// SPDX-License-Identifier: Apache-2.0
import CatalogStore
import Compression
import Distributor
import EventLog
import HTTPServer
import ProfileModel
import ServiceKit
import Support
import Synchronization
import Testing
import WireAPI

/// The four calls and the upload, over a catalogue in a file and a vault in memory.
private final class DebugDoor: Sendable {
    static let buildID = "abcdef0123456789"

    let vault = MemoryVault()
    let catalog: any Catalog
    let door: Door
    let clock = DebugClock()
    private let folder: TemporaryFolder

    init(isMultiTenant: Bool = false, _ change: (inout DebugFileConfig) -> Void = { _ in }) async throws {
        var config = DebugFileConfig()
        change(&config)
        self.folder = try TemporaryFolder()
        self.catalog = try await openCatalog(url: "sqlite:\(self.folder.path)/catalog.sqlite")
        var tenancy = Tenancy()
        tenancy.isMultiTenant = isMultiTenant
        let clock = self.clock
        let endpoint = DebugFileEndpoint(
            config: config,
            vault: self.vault,
            catalog: self.catalog,
            tenancy: tenancy,
            logger: .silent,
            nanoseconds: { clock.now }
        )
        self.door = Door(isMultiTenant: isMultiTenant, debugFiles: endpoint)
    }

    /// Calls a method with JSON.
    func call(_ method: String, _ body: String, tenant: String? = nil) async -> Answer {
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let tenant { headers.append("X-Scope-OrgID", tenant) }
        let path = "\(DebuginfoV1.service)/\(method)"
        return await self.door.send("POST", path, headers, body: Array(body.utf8))
    }

    /// Asks whether a file is wanted.
    func begin(_ buildID: String = buildID, tenant: String? = nil) async -> Answer {
        let file =
            #"{"gnuBuildId":"\#(buildID)","otelFileId":"x","name":"app","type":"TYPE_EXECUTABLE_FULL"}"#
        return await self.call("ShouldInitiateUpload", #"{"file":\#(file)}"#, tenant: tenant)
    }

    /// Sends the bytes of a file.
    func upload(
        _ bytes: [UInt8],
        _ buildID: String = buildID,
        headers: HTTPHeaders = [:],
        step: Int = .max
    ) async -> Answer {
        await self.door.send(
            "POST",
            "\(DebuginfoV1.service)/Upload/\(buildID)",
            headers,
            body: bytes,
            step: step
        )
    }

    func finish(_ buildID: String = buildID) async -> Answer {
        await self.call("UploadFinished", #"{"gnuBuildId":"\#(buildID)"}"#)
    }
}

/// Nanoseconds since 1970 as a test wants them.
private final class DebugClock: Sendable {
    private let value = Atomic(Door.now)

    var now: Int64 { self.value.load(ordering: .relaxed) }

    func advance(_ seconds: Int64) { self.value.wrappingAdd(seconds * 1_000_000_000, ordering: .relaxed) }
}

@Suite struct DebugFileTests {
    private static func reason(_ answer: Answer) -> String {
        String(answer.body.split(separator: #""reason":""#).last?.dropLast(2) ?? "")
    }

    @Test func aFileIsAskedForSentAndFinished() async throws {
        let door = try await DebugDoor()
        let begun = await door.begin()
        #expect(begun.status == 200)
        let wanted = #"{"shouldInitiateUpload":true,"#
        #expect(
            begun.body == wanted + #""reason":"First time we see this Build ID, therefore please upload!"}"#
        )
        let sent = await door.upload(Array("the program".utf8), "ABCDEF0123456789", step: 3)
        #expect(sent.status == 200 && sent.body.isEmpty)
        let finished = await door.finish()
        #expect(finished.status == 200 && finished.body == "{}")
        #expect(door.vault.files == ["anonymous/\(DebugDoor.buildID)": Array("the program".utf8)])
        let file =
            #"{"gnuBuildId":"abcdef0123456789","otelFileId":"x","name":"app","type":"TYPE_EXECUTABLE_FULL"}"#
        let times =
            #""startedAt":"2026-11-24T12:00:15Z","finishedAt":"2026-11-24T12:00:15Z","sizeBytes":"11""#
        let list = await door.call("ListDebuginfo", "{}")
        #expect(list.body == #"{"object":[{"file":\#(file),"state":"STATE_UPLOADED",\#(times)}]}"#)
        #expect(await door.call("DeleteDebuginfo", #"{"gnuBuildId":"abcdef0123456789"}"#).body == "{}")
        #expect(await door.call("DeleteDebuginfo", #"{"gnuBuildId":"abcdef0123456789"}"#).body == "{}")
        #expect(door.vault.files.isEmpty)
        #expect(await door.call("ListDebuginfo", "{}").body == "{}")
    }

    @Test func everyStateHasItsReason() async throws {
        let door = try await DebugDoor()
        _ = await door.begin()
        door.clock.advance(300 + 120)
        let underWay = await door.begin()
        let pending =
            "A previous upload is still in-progress and not stale yet (only stale uploads can be retried)."
        #expect(underWay.body == #"{"reason":"\#(pending)"}"#)
        door.clock.advance(1)
        let again = await door.begin()
        #expect(again.body.hasPrefix(#"{"shouldInitiateUpload":true"#))
        let stale = "A previous upload was started but not finished and is now stale, so it can be retried."
        #expect(Self.reason(again) == stale)
        _ = await door.upload([1])
        _ = await door.finish()
        let there =
            "Debuginfo already exists and is not marked as invalid, therefore no new upload is needed."
        #expect(await door.begin().body == #"{"reason":"\#(there)"}"#)
        let empty = await door.call("ShouldInitiateUpload", #"{"file":{"type":1}}"#)
        #expect(empty.body == #"{"reason":"Empty GNU build ID, therefore no upload is needed."}"#)
        let off = try await DebugDoor { $0.isEnabled = false }
        #expect(await off.begin().body == #"{"reason":"DebugInfo upload disabled"}"#)
        #expect(await off.upload([1]).status == 412)
    }

    @Test(arguments: [
        ("ShouldInitiateUpload", "{}", 400, "invalid request: init.File == nil"),
        (
            "ShouldInitiateUpload", #"{"file":{"gnuBuildId":"abc"}}"#, 400,
            "invalid request: init.File.Type(0) is not valid"
        ),
        (
            "ShouldInitiateUpload", #"{"file":{"gnuBuildId":"ab","type":7}}"#, 400,
            "invalid request: init.File.Type(7) is not valid"
        ),
        (
            "ShouldInitiateUpload", #"{"file":{"gnuBuildId":"../x","type":1}}"#, 400,
            #"invalid request: invalid gnuBuildID "../x""#
        ),
        ("UploadFinished", #"{"gnuBuildId":"x"}"#, 400, #"invalid gnu_build_id: invalid gnuBuildID "x""#),
        ("UploadFinished", #"{"gnuBuildId":"abc"}"#, 404, "no upload metadata found for build ID abc"),
        ("DeleteDebuginfo", #"{"gnuBuildId":""}"#, 400, #"invalid gnu_build_id: invalid gnuBuildID """#),
    ])
    func badCallsAreRefused(method: String, body: String, status: Int, message: String) async throws {
        let answer = await (try await DebugDoor()).call(method, body)
        #expect(answer.status == status)
        #expect(answer.message == message)
    }

    @Test func uploadsNobodyAskedForAreRefused() async throws {
        let door = try await DebugDoor()
        let unknown = await door.upload([1])
        #expect(unknown.status == 412)
        #expect(unknown.body == "no pending upload for this build ID\n")
        #expect(unknown.headers["X-Content-Type-Options"] == "nosniff")
        #expect(unknown.headers["Content-Type"] == "text/plain; charset=utf-8")
        let bad = await door.upload([1], "xyz")
        #expect(bad.status == 400)
        #expect(bad.body == "invalid gnu_build_id: invalid gnuBuildID \"xyz\"\n")
        let get = await door.door.send("GET", "\(DebuginfoV1.service)/Upload/ab")
        #expect(get.status == 405 && get.headers["Allow"] == "POST")
        _ = await door.begin()
        #expect(await door.finish().message == "no uploaded file found for build ID \(DebugDoor.buildID)")
        _ = await door.upload([1])
        _ = await door.finish()
        #expect(await door.finish().message == "upload is not in uploading state")
        #expect(await door.upload([1]).status == 412)
        #expect(door.vault.arrivingCount == 0)
    }

    @Test func largeFilesGoInPiecesAndCompressedOnesArePlain() async throws {
        let door = try await DebugDoor()
        _ = await door.begin()
        let bytes = (0..<(5 << 20)).map { UInt8(truncatingIfNeeded: $0 >> 6) }
        var encoder = ZstdEncoder()
        let packed = encoder.encode(bytes.span)
        let answer = await door.upload(packed, headers: ["Content-Encoding": "zstd"], step: 10_000)
        #expect(answer.status == 200, "\(answer.body)")
        #expect(door.vault.files.values.first == bytes)
        #expect(door.vault.appendCount >= 2)
        let other = await door.upload(packed, headers: ["Content-Encoding": "br"])
        #expect(other.status == 415 && other.headers["Accept-Encoding"] == "gzip, zstd")
    }

    @Test func limitsAreNamed() async throws {
        let small = try await DebugDoor { ($0.uploadByteCountMax, $0.storedByteCountMax) = (100, 150) }
        _ = await small.begin("aa")
        let limits = "limits debug-info.max-upload-size 100, debug-info.max-stored-size 150\n"
        for (step, size) in [(Int.max, "101 bytes"), (7, "more than 100 bytes")] {
            let answer = await small.upload([UInt8](repeating: 1, count: 101), "aa", step: step)
            #expect(answer.status == 413)
            #expect(answer.body == "upload failed: the file has \(size), \(limits)")
        }
        #expect(small.vault.arrivingCount == 0)
        #expect(await small.upload([UInt8](repeating: 1, count: 100), "aa").status == 200)
        _ = await small.begin("bb")
        // 50 bytes are left to the tenant.
        #expect(await small.upload([UInt8](repeating: 1, count: 51), "bb").status == 413)
        #expect(await small.upload([UInt8](repeating: 1, count: 50), "bb").status == 200)
        _ = await small.begin("cc")
        #expect(await small.upload([1], "cc").status == 413)
        let few = try await DebugDoor { $0.fileCountMax = 1 }
        _ = await few.begin("aa")
        #expect(Self.reason(await few.begin("bb")).contains("debug-info.max-files"))
        let slow = try await DebugDoor { $0.uploadTimeout = .milliseconds(1) }
        _ = await slow.begin()
        let late = await slow.upload([UInt8](repeating: 1, count: 200_000), step: 1)
        #expect(late.status == 408 && late.body.contains("debug-info.upload-timeout"))
    }

    @Test func whatTheVaultSaysIsAnswered() async throws {
        let door = try await DebugDoor()
        _ = await door.begin()
        let bad = await door.upload(Array("bad".utf8))
        #expect(bad.status == 400 && bad.body == "upload failed: the file is bad\n")
        for (failure, status) in [
            (DebugFileError.unavailable("the disk is full"), 503), (.lost, 503), (.internal("x"), 500),
        ] {
            door.vault.fail(failure)
            let answer = await door.upload([1])
            #expect(answer.status == status && answer.body.hasPrefix("upload failed"))
            #expect((answer.headers["Retry-After"] != nil) == (status == 503))
        }
        door.vault.fail(nil)
        #expect(await door.upload([1]).status == 200)
    }

    @Test func tenantsDoNotMeet() async throws {
        let door = try await DebugDoor(isMultiTenant: true)
        let nobody = await door.upload([1])
        #expect(nobody.status == 401 && nobody.body == "unauthorized\n")
        #expect(await door.begin().status == 401)
        _ = await door.begin(tenant: "a")
        let other = await door.upload([1], headers: ["X-Scope-OrgID": "b"])
        #expect(other.status == 412)
        #expect(await door.upload([1], headers: ["X-Scope-OrgID": "a"]).status == 200)
        #expect(await door.call("ListDebuginfo", "{}", tenant: "b").body == "{}")
        #expect(door.vault.files.keys.map(\.self) == ["a/\(DebugDoor.buildID)"])
    }
}
