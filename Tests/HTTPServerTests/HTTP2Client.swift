// SPDX-License-Identifier: Apache-2.0
import HTTPServer

/// A frame of RFC 9113, for tests that speak HTTP/2 by hand.
struct TestFrame: Equatable {
    static let data: UInt8 = 0
    static let headers: UInt8 = 1
    static let reset: UInt8 = 3
    static let settings: UInt8 = 4
    static let ping: UInt8 = 6
    static let goAway: UInt8 = 7
    static let windowUpdate: UInt8 = 8
    static let continuation: UInt8 = 9

    static let endStream: UInt8 = 1
    static let endHeaders: UInt8 = 4

    var type: UInt8
    var flags: UInt8 = 0
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    var bytes: [UInt8] {
        let count = self.payload.count
        return [UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255), self.type, self.flags]
            + Self.word(self.stream) + self.payload
    }

    static func word(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
    }

    /// The error code of RST_STREAM or GOAWAY.
    var code: UInt32? {
        self.payload.count >= 4
            ? (self.type == Self.goAway ? self.payload.dropFirst(4) : self.payload[...]).prefix(4)
                .reduce(0) { $0 << 8 | UInt32($1) } : nil
    }

    /// The frames in `bytes`; what is not a whole frame is left out.
    static func parse(_ bytes: [UInt8]) -> [Self] {
        var frames: [Self] = []
        var rest = bytes[...]
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let count = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            guard rest.count >= 9 + count else { break }
            let stream = head[5...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let payload = Array(rest.dropFirst(9).prefix(count))
            frames.append(Self(type: head[3], flags: head[4], stream: stream, payload: payload))
            rest = rest.dropFirst(9 + count)
        }
        return frames
    }

    /// A header list without compression: literals that are not indexed (RFC 7541 6.2.2).
    static func fields(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { [0] + Self.string($0.0) + Self.string($0.1) }
    }

    private static func string(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var rest = bytes.count - 127
        var length: [UInt8] = [127]
        while rest >= 128 {
            length.append(UInt8(rest & 127 | 128))
            rest >>= 7
        }
        return length + [UInt8(rest)] + bytes
    }

    static func request(
        _ stream: UInt32,
        _ path: String = "/a",
        method: String = "GET",
        extra: [(String, String)] = [],
        ends: Bool = true
    ) -> Self {
        let pseudo = [(":method", method), (":scheme", "http"), (":path", path), (":authority", "x")]
        return Self(
            type: Self.headers,
            flags: Self.endHeaders | (ends ? Self.endStream : 0),
            stream: stream,
            payload: Self.fields(pseudo + extra)
        )
    }

    static func body(_ stream: UInt32, _ bytes: [UInt8], ends: Bool) -> Self {
        Self(type: Self.data, flags: ends ? Self.endStream : 0, stream: stream, payload: bytes)
    }

    /// The connection preface with empty settings, and the consent to the server's.
    static let hello =
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + Self(type: Self.settings).bytes
        + Self(type: Self.settings, flags: 1).bytes
}

extension MachineDriver {
    /// A driver whose client has said hello.
    static func http2(
        limits: HTTPLimits = HTTPLimits(),
        deadlines: HTTPDeadlines = HTTPDeadlines()
    ) -> MachineDriver {
        var driver = MachineDriver(limits: limits, deadlines: deadlines)
        driver.send(TestFrame.hello)
        return driver
    }

    /// What the server sent, as frames.
    var frames: [TestFrame] { TestFrame.parse(self.output) }

    mutating func send(_ frames: TestFrame...) { self.send(frames.flatMap(\.bytes)) }

    func frames(_ type: UInt8, stream: UInt32) -> [TestFrame] {
        self.frames.filter { $0.type == type && $0.stream == stream }
    }

    /// The error code of the GOAWAY sent, if one was.
    var goAwayCode: UInt32? { self.frames(TestFrame.goAway, stream: 0).last?.code }

    func body(_ stream: UInt32) -> String {
        String(decoding: self.frames(TestFrame.data, stream: stream).flatMap(\.payload), as: UTF8.self)
    }
}
