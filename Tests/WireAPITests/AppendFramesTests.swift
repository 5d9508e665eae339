// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import LabelSelector
import ProfileModel
import Support
import Testing
import WireAPI

@Suite struct AppendFramesTests {
    @Test func profilesSurviveTheRoundTrip() throws {
        let profiles = try Self.profiles()
        let bytes = AppendFrames.encode(profiles)
        FuzzSeed.save(bytes, for: "AppendFramesFuzz")
        let read = try AppendFrames.decode(bytes.span)
        #expect(read.count == profiles.count)
        for (left, right) in zip(read, profiles) {
            #expect(left.tenant == right.tenant && left.labels == right.labels && left.uid == right.uid)
            #expect(left.receivedNanoseconds == right.receivedNanoseconds && left.origin == right.origin)
            #expect(left.limits == right.limits && left.payload == right.payload)
        }
    }

    @Test func aDamagedByteAnywhereRefusesTheBody() throws {
        let whole = AppendFrames.encode(try Self.profiles())
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= 0x40
            #expect(throws: WireError.self) { try AppendFrames.decode(bytes.span) }
        }
    }

    @Test func truncationIsRefusedExceptBetweenFrames() throws {
        let profiles = try Self.profiles()
        let whole = AppendFrames.encode(profiles)
        let first = AppendFrames.encode([profiles[0]]).count
        for count in 1..<whole.count where count != first {
            #expect(throws: WireError.self) { try AppendFrames.decode(Array(whole.prefix(count)).span) }
        }
        #expect(try AppendFrames.decode([UInt8]().span).isEmpty)
    }

    @Test func outcomesSurviveTheRoundTrip() throws {
        let outcomes: [AppendOutcome] = [
            .stored, .duplicate, .empty,
            .rejected(ProfileRejection(.samplesLimit, "more than 64000 samples")),
        ]
        let bytes = AppendOutcomes.encode(outcomes)
        FuzzSeed.save(bytes, for: "AppendFramesFuzz")
        #expect(try AppendOutcomes.decode(bytes.span) == outcomes)
        for count in 0..<bytes.count {
            #expect(throws: WireError.self) { try AppendOutcomes.decode(Array(bytes.prefix(count)).span) }
        }
    }

    @Test func aReasonOfTheFutureIsUnknown() throws {
        let bytes: [UInt8] = [1, 3, 3] + Array("new".utf8) + [1, 0x78]
        let outcomes = try AppendOutcomes.decode(bytes.span)
        #expect(outcomes == [.rejected(ProfileRejection(.unknown, "x"))])
    }

    private static func profiles() throws -> [IncomingProfile] {
        let tenant = try TenantID(parsing: "team-a")
        var limits = ProfileLimits()
        limits.depthMax = 12
        let labels = LabelSet([Label("service_name", "api"), Label("__name__", "process_cpu")])
        let parameters = IngestParameters(spyName: "gospy", fromNanoseconds: -5, displayNames: ["a": "b"])
        return [ProfileOrigin.push, .ingest(parameters)].map { origin in
            IncomingProfile(
                tenant: tenant,
                labels: labels,
                uid: ProfileUID(high: 1, low: .max),
                receivedNanoseconds: 1_795_521_600_000_000_000,
                origin: origin,
                limits: limits,
                payload: [0x1F, 0x8B, 8, 0, 1, 2, 3]
            )
        }
    }
}

@Suite struct SourceRequestTests {
    @Test func questionsSurviveTheRoundTrip() throws {
        let selector = try LabelSelector(parsing: #"{service_name="api",pod=~"a|b",x!="\"é"}"#)
        let spans = SpanFilter(name: "span_id", ids: ["00000000000000ff", "00000000000000aa"])
        for (type, spans) in [(nil, nil), (PartialAnswerTests.cpu, nil), (PartialAnswerTests.cpu, spans)] {
            let range = TimeRange(first: -1, last: .max)
            let query = ProfileQuery(selector: selector, type: type, range: range, spans: spans)
            let request = SourceRequest(
                tenant: try TenantID(parsing: "t"),
                query: query,
                groupBy: ["pod", ""]
            )
            let bytes = request.encoded()
            FuzzSeed.save(bytes, for: "PartialAnswerFuzz")
            let read = try SourceRequest(decoding: bytes.span)
            #expect(read.tenant == request.tenant && read.groupBy == request.groupBy)
            #expect(read.query.selector == selector && read.query.type == type)
            #expect(read.query.range == query.range && read.query.spans == spans)
            // Ingesters of the last release are asked as before, but for spans.
            #expect(bytes.first == (spans == nil ? 1 : 2))
            for count in 0..<bytes.count {
                #expect(throws: WireError.self) {
                    try SourceRequest(decoding: Array(bytes.prefix(count)).span)
                }
            }
        }
    }

    @Test func refusesWhatDoesNotParse() {
        for body: [UInt8] in [
            [1, 1, 0x2F, 0, 0, 0, 0, 0], [1, 1, 0x74, 1, 0x7B, 0, 0, 0, 0],
            [1, 1, 0x74, 2, 0x7B, 0x7D, 1, 0x61, 0, 0, 0],
            [2, 1, 0x74, 2, 0x7B, 0x7D, 0, 0, 0, 0],
        ] {
            #expect(throws: WireError.self) { try SourceRequest(decoding: body.span) }
        }
        #expect(throws: Never.self) {
            let body: [UInt8] = [1, 1, 0x74, 2, 0x7B, 0x7D, 0, 0, 0, 0]
            _ = try SourceRequest(decoding: body.span)
        }
    }
}
