// SPDX-License-Identifier: Apache-2.0
import Distributor
import Exposition
import HTTPServer
import OTLPProfiles
import ProfileModel
import ProtobufWire
import ServiceKit
import Testing
import WireAPI

@Suite struct ExportTests {
    private static let rpc =
        "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export"
    private static let plain = "/v1development/profiles"

    /// A profile of the CPU with one sample, in JSON; `more` are further profiles.
    private static func json(stack: Int = 1, more: String = "", resource: String = "") -> [UInt8] {
        let type = #""sampleType":{"typeStrindex":1,"unitStrindex":2}"#
        let period = #""periodType":{"typeStrindex":3,"unitStrindex":4},"period":"10""#
        let sample = #""samples":[{"stackIndex":\#(stack),"values":["7"]}]"#
        let profile = "{\(type),\(period),\(sample)}"
        let service = #"{"key":"service.name","value":{"stringValue":"shop"}}"#
        let text = """
            {"resourceProfiles":[{"resource":{"attributes":[\(service)\(resource)]},
            "scopeProfiles":[{"profiles":[\(profile)\(more)]}]}],
            "dictionary":{"mappingTable":[{}],"locationTable":[{},{"lines":[{"functionIndex":1}]}],
            "functionTable":[{},{"nameStrindex":5}],"stackTable":[{},{"locationIndices":[1]}],
            "stringTable":["","samples","count","cpu","nanoseconds","work"]}}
            """
        return Array(text.utf8)
    }

    private static let unnamed = #",{"samples":[{"stackIndex":1,"values":["1"]}]}"#

    private func send(_ body: [UInt8], _ type: String = "application/json", to door: Door) async -> Answer {
        await door.send("POST", Self.plain, ["Content-Type": type], body: body)
    }

    @Test(arguments: ["application/json", "application/json; charset=utf-8"])
    func storesAnExport(type: String) async {
        let door = Door()
        let answer = await self.send(Self.json(), type, to: door)
        #expect(answer.status == 200)
        #expect(answer.body.isEmpty)
        #expect(answer.headers["Content-Type"] == "application/x-protobuf")
        #expect(door.sink.profiles.map { $0.labels["service_name"] } == ["shop"])
        #expect(door.sink.profiles.map { $0.labels["__name__"] } == ["process_cpu"])
        #expect(door.sink.profiles.first?.labels["__delta__"] == nil)
    }

    @Test func aRefusedProfileIsNamedAndTheRestIsStored() async throws {
        let door = Door()
        let answer = await self.send(Self.json(more: Self.unnamed), to: door)
        #expect(answer.status == 200)
        #expect(door.sink.profiles.count == 1)
        let told = try ExportAnswer(json: Array(answer.body.utf8))
        #expect(told.partialSuccess?.rejectedCount == 1)
        #expect(told.partialSuccess?.reason == "failed to convert otel profile: sample type is missing")
    }

    @Test func allProfilesOfAnExportAreOneBatch() async {
        let door = Door()
        let second = #",{"sampleType":{"typeStrindex":1},"samples":[{"stackIndex":1,"values":["1"]}]}"#
        let answer = await self.send(Self.json(more: second), to: door)
        #expect(answer.status == 200)
        #expect(door.sink.profiles.map { $0.labels["__name__"] } == ["process_cpu", "samples"])
        #expect(door.sink.batchCount == 1)
    }

    @Test func whatIsTooLargeIsCountedAsSuch() async {
        var limits = TenantLimits()
        limits.profileByteCountMax = 64
        let door = Door(limits: limits)
        let answer = await self.send(Self.json(), to: door)
        #expect(answer.status == 413)
        #expect(answer.body == "failed to convert otel profile: more than 64 bytes\n")
        let text = door.registry.render()
        #expect(
            text.contains(
                #"pyroscope_discarded_samples_total{reason="profile_size_limit",tenant="anonymous"} 1"#
            )
        )
    }

    @Test func whatTheIngesterRefusesCountsAsRejected() async throws {
        let refusal = ProfileRejection(.malformedProfile, "no")
        let door = Door(RecordingProfiles { _ in .rejected(refusal) })
        let answer = await self.send(Self.json(), to: door)
        #expect(answer.status == 400)
        #expect(answer.body.hasSuffix("failed: invalid_argument: no\n"))
    }

    @Test func refusesAnExportOfWhichNothingIsStored() async {
        let door = Door()
        let broken = await self.send(Self.json(stack: 9), to: door)
        #expect(broken.status == 400)
        #expect(broken.body == "failed to convert otel profile: invalid stack index: 9\n")
        let twice = #",{"key":"service_name","value":{"stringValue":"z"}}"#
        let repeated = await self.send(Self.json(resource: twice), to: door)
        #expect(repeated.status == 400)
        #expect(repeated.body.contains("has duplicate label name"))
        #expect(door.sink.profiles.isEmpty)
    }

    @Test(arguments: [
        ("application/json", "{", 400, "Failed to parse JSON request"),
        ("application/x-protobuf", "\u{7F}\u{7F}", 400, "Failed to parse protobuf request"),
        ("application/protobuf", "", 400, "missing profile metadata dictionary\n"),
        ("text/plain", "", 415, "Unsupported Content-Type: text/plain\n"),
        ("", "", 415, "Unsupported Content-Type: \n"),
    ])
    func refusesWhatCannotBeRead(type: String, body: String, status: Int, text: String) async {
        let answer = await self.send(Array(body.utf8), type, to: Door())
        #expect(answer.status == status)
        #expect(answer.body.hasPrefix(text))
    }

    @Test func refusesAForeignGzip() async {
        let headers: HTTPHeaders = ["Content-Type": "application/json", "Content-Encoding": "gzip"]
        let answer = await Door().send("POST", Self.plain, headers, body: Self.json())
        #expect(answer.status == 400)
        #expect(answer.body.hasPrefix("Failed to read request body"))
    }

    @Test func withoutATenantNothingIsTaken() async {
        let door = Door(isMultiTenant: true)
        let answer = await self.send(Self.json(), to: door)
        #expect(answer.status == 401)
        #expect(door.sink.profiles.isEmpty)
    }

    @Test func aPassingFaultAsksTheSenderBack() async {
        let door = Door()
        door.sink.fail(.unavailable("no ingester"))
        let answer = await self.send(Self.json(), to: door)
        #expect(answer.status == 503)
        #expect(answer.headers["Retry-After"] != nil)
    }

    @Test func thePathOfTheRPCTakesPlainHTTPToo() async {
        let door = Door()
        let headers: HTTPHeaders = ["Content-Type": "application/json"]
        let answer = await door.send("POST", Self.rpc, headers, body: Self.json())
        #expect(answer.status == 200)
        #expect(door.sink.profiles.count == 1)
    }

    @Test func speaksGRPC() async {
        let door = Door()
        let message = Self.json()
        let length = UInt32(message.count)
        let head: [UInt8] = [0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
        let headers: HTTPHeaders = ["Content-Type": "application/grpc+json", "TE": "trailers"]
        let answer = await door.send("POST", Self.rpc, headers, body: head + message)
        #expect(answer.status == 200)
        #expect(door.sink.profiles.count == 1)
        let elsewhere = await door.send("POST", Self.plain, headers, body: head + message)
        #expect(elsewhere.status == 200)
        #expect(door.sink.profiles.count == 1)
    }
}
