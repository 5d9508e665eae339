// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import ProfileColumns
import ProfileModel
import Support
import Testing

@Suite struct IncomingProfileCodingTests {
    static func profile(_ origin: ProfileOrigin) throws -> IncomingProfile {
        var limits = ProfileLimits()
        limits.depthMax = 77
        limits.rejectNewerThanNanoseconds = -3
        return IncomingProfile(
            tenant: try TenantID(parsing: "acme"),
            labels: LabelSet([Label("__name__", "process_cpu"), Label("service_name", "shöp")]),
            uid: ProfileUID(high: 0x0123_4567_89AB_CDEF, low: .max),
            receivedNanoseconds: -1_700_000_000_000_000_001,
            origin: origin,
            limits: limits,
            payload: [0x1F, 0x8B, 0, 1, 2, 3]
        )
    }

    static let origins: [ProfileOrigin] = [
        .push,
        .ingest(IngestParameters(spyName: "gospy", fromNanoseconds: 5, displayNames: nil)),
        .ingest(IngestParameters(spyName: "", fromNanoseconds: -5, displayNames: ["b": "bb", "a": ""])),
        .ingest(
            IngestParameters(spyName: "", fromNanoseconds: 1, displayNames: nil, keepsFunctionNames: true)
        ),
        .ingest(
            IngestParameters(spyName: "", fromNanoseconds: 1, displayNames: [:], keepsFunctionNames: true)
        ),
    ]

    static func bytes(_ profile: IncomingProfile) -> [UInt8] {
        var writer = ByteWriter()
        profile.encode(to: &writer)
        return writer.bytes
    }

    @Test(arguments: origins) func readsWhatItWrote(origin: ProfileOrigin) throws {
        let profile = try Self.profile(origin)
        let bytes = Self.bytes(profile)
        FuzzSeed.save(bytes, for: "IncomingProfileFuzz")
        let read = try IncomingProfile(decoding: bytes.span)
        #expect(read.tenant == profile.tenant)
        #expect(read.labels == profile.labels)
        #expect(read.uid == profile.uid)
        #expect(read.receivedNanoseconds == profile.receivedNanoseconds)
        #expect(read.origin == profile.origin)
        #expect(read.limits == profile.limits)
        #expect(read.payload == profile.payload)
    }

    @Test(arguments: origins) func refusesEveryTruncation(origin: ProfileOrigin) throws {
        let bytes = Self.bytes(try Self.profile(origin))
        for count in 0..<bytes.count {
            #expect(throws: WireError.self) {
                try IncomingProfile(decoding: bytes.span.extracting(first: count))
            }
        }
    }

    @Test(arguments: origins) func survivesEveryFlippedByte(origin: ProfileOrigin) throws {
        let bytes = Self.bytes(try Self.profile(origin))
        for index in bytes.indices {
            for mask: UInt8 in [0x01, 0x80, 0xFF] {
                var mutated = bytes
                mutated[index] ^= mask
                do {
                    let read = try IncomingProfile(decoding: mutated.span)
                    #expect(read.payload.count <= mutated.count)
                } catch {}
            }
        }
    }

    @Test func refusesAnotherVersionAndBytesBehind() throws {
        var bytes = Self.bytes(try Self.profile(.push))
        bytes.append(0)
        #expect(throws: WireError.outOfRange(at: bytes.count - 1)) {
            try IncomingProfile(decoding: bytes.span)
        }
        bytes[0] = 2
        #expect(throws: WireError.outOfRange(at: 0)) { try IncomingProfile(decoding: bytes.span) }
    }
}
