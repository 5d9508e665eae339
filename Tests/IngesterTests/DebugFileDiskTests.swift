// SPDX-License-Identifier: Apache-2.0
import ELF
import EventLog
import Exposition
import Foundation
import HTTPServer
import Ingester
import ProfileModel
import ProtobufWire
import ServiceKit
import Support
import Testing
import WireAPI

@Suite struct DebugFileDiskTests {
    private static func program() throws -> (bytes: [UInt8], buildID: BuildID) {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let bytes = Array(try Data(contentsOf: tests.appendingPathComponent("Fixtures/elf/small.so")))
        let text = try #require(try ELFDescription(bytes).buildIDText)
        return (bytes, try #require(BuildID(text)))
    }

    private static func open(_ folder: TemporaryFolder, free: Int = 0) async throws -> DebugFileDisk {
        try await DebugFileDisk.open(path: folder.path, instance: "me", freeByteCountMin: free)
    }

    private static func names(_ folder: TemporaryFolder, _ part: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: "\(folder.path)/\(part)").sorted()
    }

    @Test func aFileIsWrittenCheckedAndNamed() async throws {
        let folder = try TemporaryFolder()
        let disk = try await Self.open(folder)
        let (bytes, buildID) = try Self.program()
        let upload = DebugUpload(tenant: .anonymous, buildID: buildID)
        try await disk.append(Array(bytes[..<1_000]), to: upload, at: 0)
        try await disk.append(Array(bytes[1_000...]), to: upload, at: 1_000)
        #expect(try Self.names(folder, "tmp") == [upload.token])
        let stored = try await disk.finish(upload, byteCount: Int64(bytes.count))
        #expect(stored.instance == "me" && stored.byteCount == Int64(bytes.count))
        #expect(stored.hasSymbols && stored.hasDebugSections)
        let name = "anonymous/\(buildID).elf"
        #expect(try Self.names(folder, "files") == ["anonymous", name])
        #expect(try Self.names(folder, "tmp").isEmpty)
        let path = "\(folder.path)/files/\(name)"
        #expect(Array(try Data(contentsOf: URL(fileURLWithPath: path))) == bytes)
        // A second one takes its place.
        let again = DebugUpload(tenant: .anonymous, buildID: buildID)
        try await disk.append(bytes, to: again, at: 0)
        _ = try await disk.finish(again, byteCount: Int64(bytes.count))
        for _ in 0..<2 { try await disk.remove(tenant: .anonymous, buildID: buildID, instance: "me") }
        #expect(try Self.names(folder, "files") == ["anonymous"])
    }

    @Test func whatIsNotTheProgramIsRefusedAndLeavesNothing() async throws {
        let folder = try TemporaryFolder()
        let disk = try await Self.open(folder)
        let (bytes, buildID) = try Self.program()
        let other = try #require(BuildID("abcdef"))
        let cases: [([UInt8], BuildID, String)] = [
            (Array("\u{7F}ELF not really".utf8), buildID, "the ELF file is cut off"),
            (Array("text".utf8), buildID, "the file is not an ELF file"),
            ([], buildID, "the file is not an ELF file"),
            (bytes.dropLast(), buildID, "the ELF file is cut off"),
            (bytes, other, "the ELF file has the build id \(buildID), not abcdef"),
        ]
        for (bytes, buildID, reason) in cases {
            let upload = DebugUpload(tenant: .anonymous, buildID: buildID)
            try await disk.append(bytes, to: upload, at: 0)
            await #expect(throws: DebugFileError.refused(reason)) {
                try await disk.finish(upload, byteCount: Int64(bytes.count))
            }
        }
        #expect(try Self.names(folder, "tmp").isEmpty && Self.names(folder, "files").isEmpty)
    }

    @Test func uploadsThatDoNotFollowAreLost() async throws {
        let folder = try TemporaryFolder()
        let disk = try await Self.open(folder)
        let (_, buildID) = try Self.program()
        let upload = DebugUpload(tenant: .anonymous, buildID: buildID)
        await #expect(throws: DebugFileError.lost) { try await disk.append([1], to: upload, at: 5) }
        await #expect(throws: DebugFileError.lost) { try await disk.finish(upload, byteCount: 5) }
        try await disk.append([1, 2], to: upload, at: 0)
        await #expect(throws: DebugFileError.lost) { try await disk.append([1], to: upload, at: 0) }
        await #expect(throws: DebugFileError.lost) { try await disk.append([1], to: upload, at: 3) }
        await #expect(throws: DebugFileError.lost) { try await disk.finish(upload, byteCount: 3) }
        #expect(try Self.names(folder, "tmp").isEmpty)
    }

    @Test func aRestartForgetsWhatWasArrivingAndKeepsTheRest() async throws {
        let folder = try TemporaryFolder()
        let (bytes, buildID) = try Self.program()
        let half = DebugUpload(tenant: .anonymous, buildID: buildID)
        do {
            let disk = try await Self.open(folder)
            let whole = DebugUpload(tenant: .anonymous, buildID: buildID)
            try await disk.append(bytes, to: whole, at: 0)
            _ = try await disk.finish(whole, byteCount: Int64(bytes.count))
            try await disk.append([1, 2, 3], to: half, at: 0)
            #expect(try Self.names(folder, "tmp") == [half.token])
        }
        let disk = try await Self.open(folder)
        #expect(try Self.names(folder, "tmp").isEmpty)
        #expect(try Self.names(folder, "files").count == 2)
        await #expect(throws: DebugFileError.lost) { try await disk.append([4], to: half, at: 3) }
    }

    @Test func profilesKeepTheirRoomOnTheDisk() async throws {
        let folder = try TemporaryFolder()
        let disk = try await Self.open(folder, free: 1 << 60)
        let upload = DebugUpload(tenant: .anonymous, buildID: try Self.program().buildID)
        await #expect(throws: DebugFileError.unavailable("the disk has less than \(1 << 60) bytes left")) {
            try await disk.append([1], to: upload, at: 0)
        }
    }

    @Test func onlySoManyArriveAtATime() async throws {
        let folder = try TemporaryFolder()
        let disk = try await Self.open(folder)
        let (_, buildID) = try Self.program()
        var uploads: [DebugUpload] = []
        for _ in 0..<64 {
            uploads.append(DebugUpload(tenant: .anonymous, buildID: buildID))
            try await disk.append([1], to: uploads[uploads.count - 1], at: 0)
        }
        let more = DebugUpload(tenant: .anonymous, buildID: buildID)
        await #expect(throws: DebugFileError.unavailable("64 files are being uploaded already")) {
            try await disk.append([1], to: more, at: 0)
        }
        await disk.discard(uploads[0])
        try await disk.append([1], to: more, at: 0)
    }

    @Test func theSameOverHTTP() async throws {
        let folder = try TemporaryFolder()
        let (bytes, buildID) = try Self.program()
        let routes = DebugFileRoutes(try await Self.open(folder)).routes
        let table = RouteTable(routes: routes, registry: MetricRegistry(), logger: .silent)
        func send(_ method: String, _ query: String, _ body: [UInt8] = []) async -> HTTPResponse {
            await table.respond(
                to: HTTPRequest(
                    method: method,
                    target: "\(DebugFileExchange.path)?\(query)",
                    version: .http11,
                    headers: [:],
                    authority: "ingester",
                    remoteAddress: "127.0.0.1:1",
                    declaredLength: body.count,
                    body: BufferedBody(body)
                )
            )
        }
        let file = "tenant=anonymous&build_id=\(buildID)"
        let token = String(repeating: "0a", count: 16)
        let upload = "\(file)&upload=\(token)"
        #expect(await send("POST", "\(upload)&number=0", Array(bytes[..<100])).status == 200)
        #expect(await send("POST", "\(upload)&number=99", Array(bytes[99...])).status == 409)
        #expect(await send("POST", "\(upload)&number=100", Array(bytes[100...])).status == 200)
        let finished = await send("PUT", "\(upload)&number=\(bytes.count)")
        guard case .bytes(let answer) = finished.body else { throw SupportError("no body") }
        #expect(try StoredDebugFile(binary: answer).byteCount == Int64(bytes.count))
        #expect(await send("DELETE", file).status == 200)
        #expect(try Self.names(folder, "files") == ["anonymous"])
        #expect(await send("POST", "\(upload)&number=0", [1]).status == 200)
        #expect(await send("PUT", "\(upload)&number=1").status == 422)
        for question in [
            "", "tenant=..&build_id=ab", "tenant=a&build_id=x", "\(file)&upload=../x", "\(file)&number=-1",
        ] {
            #expect(await send("POST", question, [1]).status == 400, "\(question)")
        }
    }
}
