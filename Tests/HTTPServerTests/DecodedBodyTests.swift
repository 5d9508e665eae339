// SPDX-License-Identifier: Apache-2.0
import Compression
import HTTPServer
import Synchronization
import Testing

/// A body in pieces, which counts what is held.
private final class PiecedBody: HTTPBodySource {
    private let rest: Mutex<[[UInt8]]>
    let held = Atomic(0)

    init(_ bytes: [UInt8], by step: Int) {
        let starts = stride(from: 0, to: bytes.count, by: step)
        self.rest = Mutex(starts.map { Array(bytes[$0..<min($0 + step, bytes.count)]) })
    }

    func next() async throws(HTTPBodyError) -> [UInt8]? {
        self.rest.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }

    func hold(_ byteCount: Int) throws(HTTPBodyError) {
        self.held.wrappingAdd(byteCount, ordering: .relaxed)
    }
}

@Suite struct DecodedBodyTests {
    private static let text = Array(String(repeating: "a profile is a set of stacks; ", count: 5_000).utf8)

    private func request(
        _ body: any HTTPBodySource,
        coding: [String],
        declared: Int? = nil
    ) -> HTTPRequest {
        var headers = HTTPHeaders()
        for value in coding { headers.append("Content-Encoding", value) }
        return HTTPRequest(
            method: "POST",
            target: "/",
            version: .http11,
            headers: headers,
            authority: "localhost",
            remoteAddress: "127.0.0.1:1",
            declaredLength: declared,
            body: body
        )
    }

    private static func packed(_ coding: ContentCoding) -> [UInt8] {
        switch coding {
        case .identity: return Self.text
        case .gzip:
            var deflater = GzipDeflater()
            return deflater.deflate(Self.text.span)
        case .zstd:
            var encoder = ZstdEncoder()
            return encoder.encode(Self.text.span)
        }
    }

    private let limits = HTTPBodyLimits(wire: 1 << 20, inflated: 1 << 20)

    @Test(arguments: [
        ([], ContentCoding.identity), ([""], .identity), (["identity"], .identity), (["gzip"], .gzip),
        (["x-gzip"], .gzip), (["GZIP"], .gzip), ([" gzip ", "identity"], .gzip), (["identity, zstd"], .zstd),
        (["Zstd"], .zstd),
    ])
    func decodesWhatTheHeaderNames(coding: [String], sent: ContentCoding) async throws {
        let body = PiecedBody(Self.packed(sent), by: 100)
        let decoded = try await self.request(body, coding: coding).collectDecodedBody(limits: self.limits)
        #expect(decoded == Self.text)
        // What is inflated is held; what is received is counted where it is received.
        #expect(body.held.load(ordering: .relaxed) == (sent == .identity ? 0 : Self.text.count))
    }

    @Test(arguments: [
        (["br"], HTTPBodyError.unknownCoding("br")), (["deflate"], .unknownCoding("deflate")),
        (["gzip, gzip"], .severalCodings), (["gzip", "zstd"], .severalCodings),
        (["gzip,br"], .unknownCoding("br")), (["gzip;q=1"], .unknownCoding("gzip;q=1")),
    ])
    func refusesOtherCodingsUnread(coding: [String], expected: HTTPBodyError) async {
        let body = PiecedBody([1, 2, 3], by: 1)
        await #expect(throws: expected) {
            try await self.request(body, coding: coding).collectDecodedBody(limits: self.limits)
        }
    }

    @Test(arguments: [ContentCoding.gzip, .zstd])
    func saysWhatIsWrongWithTheBody(coding: ContentCoding) async {
        let packed = Self.packed(coding)
        let small = HTTPBodyLimits(wire: 1 << 20, inflated: Self.text.count - 1)
        let narrow = HTTPBodyLimits(wire: packed.count - 1, inflated: 1 << 20)
        let broken: [([UInt8], HTTPBodyLimits, HTTPBodyError)] = [
            (packed.dropLast(), self.limits, .truncated(coding)), ([], self.limits, .truncated(coding)),
            (Self.text, self.limits, .undecodable(coding)),
            (packed + [0, 0, 0, 0, 0], self.limits, .undecodable(coding)),
            (packed, small, .inflatedTooLarge(limit: Self.text.count - 1)),
            (packed, narrow, .tooLarge(limit: packed.count - 1, declared: nil)),
        ]
        for (bytes, limits, expected) in broken {
            let request = self.request(PiecedBody(bytes, by: 4_096), coding: [coding.rawValue])
            await #expect(throws: expected) { try await request.collectDecodedBody(limits: limits) }
        }
    }

    @Test func theDeclaredLengthIsRefusedUnread() async {
        let request = self.request(PiecedBody([1], by: 1), coding: ["zstd"], declared: 2 << 20)
        await #expect(throws: HTTPBodyError.tooLarge(limit: 1 << 20, declared: 2 << 20)) {
            try await request.collectDecodedBody(limits: self.limits)
        }
    }

    @Test func theWireLimitHoldsForPlainBodies() async {
        let request = self.request(PiecedBody(Self.text, by: 1_000), coding: [])
        let limits = HTTPBodyLimits(wire: 5_000, inflated: .max)
        await #expect(throws: HTTPBodyError.tooLarge(limit: 5_000, declared: nil)) {
            let body = try request.decodedBody(limits: limits)
            while try await body.next() != nil {}
        }
    }

    @Test(arguments: [ContentCoding.gzip, .zstd])
    func seesCompressionUnderCompression(coding: ContentCoding) throws {
        #expect(try !coding.hidesCompressedBytes(in: Self.packed(coding)))
        for inner in [Self.packed(.gzip), Self.packed(.zstd)] {
            var deflater = GzipDeflater()
            var encoder = ZstdEncoder()
            let outer = coding == .gzip ? deflater.deflate(inner.span) : encoder.encode(inner.span)
            #expect(try coding.hidesCompressedBytes(in: outer))
        }
        #expect(throws: HTTPBodyError.undecodable(coding)) {
            try coding.hidesCompressedBytes(in: Self.text)
        }
    }
}
