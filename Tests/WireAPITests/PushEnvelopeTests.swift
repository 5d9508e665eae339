// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import ProfileModel
import ProtobufWire
import Support
import Testing
import WireAPI

/// The hand-written reader against the message read by the codec: the same bytes, the same meaning.
@Suite struct PushEnvelopeTests {
    @Test func readsWhatTheCodecReads() throws {
        for seed in 0..<200 as Range<UInt64> {
            let request = Self.random(seed: seed)
            #expect(try Self.view(PushEnvelope(binary: request.binary())) == Self.view(request))
            #expect(Self.view(PushEnvelope(request)) == Self.view(request))
        }
    }

    @Test func agreesOnTruncatedAndDamagedRequests() throws {
        var random = SplitMix(seed: 4)
        var accepted = 0
        var refused = 0
        for seed in 0..<40 as Range<UInt64> {
            let request = Self.random(seed: seed)
            let whole = request.binary()
            FuzzSeed.save(whole, for: "PushRequestFuzz")
            FuzzSeed.save(request.json(), for: "MessageJSONFuzz")
            let cut = stride(from: 0, to: whole.count, by: 7).map { Array(whole.prefix($0)) }
            for bytes in cut + (0..<60).map({ _ in random.damaged(whole) }) {
                let message = try? PushV1.PushRequest(binary: bytes)
                let envelope = try? PushEnvelope(binary: bytes)
                #expect((message == nil) == (envelope == nil), "\(bytes)")
                if let message, let envelope {
                    #expect(Self.view(envelope) == Self.view(message))
                    accepted += 1
                } else {
                    refused += 1
                }
            }
        }
        #expect(accepted > 100 && refused > 100)
    }

    @Test func unknownFieldsAreSkipped() throws {
        var writer = ByteWriter()
        writer.tag(9, .lengthDelimited)
        writer.text("later")
        writer.tag(1, .lengthDelimited)
        writer.nested { series in
            series.tag(7, .fixed64)
            series.fixed64(1)
            series.tag(2, .lengthDelimited)
            series.nested { sample in
                sample.tag(5, .varint)
                sample.varint(UInt64(3))
                sample.tag(1, .lengthDelimited)
                sample.text("pprof")
            }
        }
        let envelope = try PushEnvelope(binary: writer.bytes)
        let sample = try #require(envelope.series.first?.samples.first)
        #expect(envelope.payload(sample) == Array("pprof".utf8))
    }

    @Test func limitsAreCheckedAsTheyAreReached() {
        var limits = PushEnvelope.Limits()
        limits.seriesCountMax = 3
        let bomb = [[UInt8]](repeating: [0x0A, 0x00], count: 1_000).flatMap { $0 }
        #expect(throws: CodecError.wire(.tooMany(at: 7, limit: 3))) {
            _ = try PushEnvelope(binary: bomb, limits: limits)
        }
        let labels = [[UInt8]](repeating: [0x0A, 0x00], count: 63).flatMap { $0 }
        limits.labelCountMax = 10
        #expect(throws: CodecError.self) {
            _ = try PushEnvelope(binary: [0x0A, 126] + labels, limits: limits)
        }
    }

    private static func random(seed: UInt64) -> PushV1.PushRequest {
        var random = SplitMix(seed: seed)
        var request = PushV1.PushRequest()
        for _ in 0..<random.below(4) {
            var series = PushV1.RawProfileSeries()
            for _ in 0..<random.below(4) {
                series.labels.append(TypesV1.LabelPair(name: random.text(), value: random.text()))
            }
            for _ in 0..<random.below(4) {
                let profile = (0..<random.below(300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                series.samples.append(PushV1.RawSample(rawProfile: profile, id: random.text()))
            }
            if random.below(4) == 0 { series.annotations = [TypesV1.ProfileAnnotation(key: "k", value: "v")] }
            request.series.append(series)
        }
        return request
    }

    /// Everything that counts, in one form for both.
    private struct View: Equatable {
        var labels: [[String]] = []
        var payloads: [[UInt8]] = []
        var ids: [String] = []
    }

    private static func view(_ envelope: PushEnvelope) -> [View] {
        envelope.series.map { series in
            View(
                labels: series.labels.map { [$0.name, $0.value] },
                payloads: series.samples.map(envelope.payload),
                ids: series.samples.map(\.id)
            )
        }
    }

    private static func view(_ request: PushV1.PushRequest) -> [View] {
        request.series.map { series in
            View(
                labels: series.labels.map { [$0.name, $0.value] },
                payloads: series.samples.map(\.rawProfile),
                ids: series.samples.map(\.id)
            )
        }
    }
}
