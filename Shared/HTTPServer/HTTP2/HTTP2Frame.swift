// SPDX-License-Identifier: Apache-2.0

/// What a session received, and the ends of what it sent.
enum HTTP2Frame {
    case head(stream: Int32, HTTP2HeaderBlock, endsStream: Bool)
    case body(stream: Int32, [UInt8])
    case bodyEnd(stream: Int32)
    case closed(stream: Int32, code: UInt32)
    /// Our side of the stream is complete.
    case sentEnd(stream: Int32)
    case sentGoAway(code: UInt32)
    case settings
}

/// The fields of a request as they arrive, counted by us: the announced limit only informs.
struct HTTP2HeaderBlock {
    var method = ""
    var path: [UInt8] = []
    var authority: String?
    var fields = HTTPHeaders()
    private var fieldCount = 0
    private var byteCount = 0

    /// Takes one field; false when the list has become too long.
    mutating func take(_ name: [UInt8], _ value: [UInt8], limits: HTTPLimits) -> Bool {
        self.fieldCount += 1
        self.byteCount += name.count + value.count + 32
        // Four pseudo-fields and the accounting of RFC 9113 6.5.2 come on top of what HTTP/1.1 counts.
        guard self.fieldCount <= limits.fieldCountMax + 4,
            self.byteCount <= limits.fieldListByteCountMax + limits.targetByteCountMax
        else { return false }
        guard name.first == ByteClass.colon else {
            let text = String(decoding: name, as: UTF8.self)
            if text == "host", self.authority == nil {
                self.authority = String(decoding: value, as: UTF8.self)
            }
            self.fields.append(text, String(decoding: value, as: UTF8.self))
            return true
        }
        switch String(decoding: name, as: UTF8.self) {
        case ":method": self.method = String(decoding: value, as: UTF8.self)
        case ":path": self.path = value
        case ":authority": self.authority = String(decoding: value, as: UTF8.self)
        default: break
        }
        return true
    }

    /// The request, if its target is one we take; HTTP/2's own rules are checked by the library.
    func head(limits: HTTPLimits, endsStream: Bool) throws(ProtocolFault) -> RequestHead {
        guard self.path.count <= limits.targetByteCountMax else { throw .targetTooLong }
        guard self.path.first == UInt8(ascii: "/") || self.path == [UInt8(ascii: "*")],
            self.path.allSatisfy(ByteClass.isTarget), RequestPath.isDecodable(self.path[...])
        else { throw .target }
        var expectsContinue = false
        if let expectation = self.fields["expect"] {
            guard HTTPHeaders.equal(expectation, "100-continue") else { throw .expectation }
            expectsContinue = !endsStream
        }
        return RequestHead(
            method: self.method,
            target: String(decoding: self.path, as: UTF8.self),
            version: .http2,
            headers: self.fields,
            authority: self.authority ?? "",
            declaredLength: endsStream ? 0 : self.fields["content-length"].flatMap { Int($0) },
            expectsContinue: expectsContinue
        )
    }
}

/// Names and values for the library, end to end in one buffer.
struct HTTP2FieldList {
    private(set) var bytes: [UInt8] = []
    /// Lengths, of a name and of its value in turn.
    private(set) var lengths: [Int] = []

    var isEmpty: Bool { self.lengths.isEmpty }

    init() {}

    /// The fields of a handler: lower case, without those that are the connection's.
    init(_ headers: HTTPHeaders) { self.append(headers) }

    mutating func append(_ headers: HTTPHeaders) {
        for field in headers.fields where HTTP1ResponseHead.isAllowed(field.name) {
            self.append(field.name, field.value)
        }
    }

    mutating func append(_ name: String, _ value: String) {
        for byte in name.utf8 { self.bytes.append(byte >= 65 && byte <= 90 ? byte | 0x20 : byte) }
        for byte in value.utf8 { self.bytes.append(ByteClass.isValue(byte) ? byte : ByteClass.space) }
        self.lengths.append(name.utf8.count)
        self.lengths.append(value.utf8.count)
    }
}

/// The part of an answer that has not gone into frames yet.
struct HTTP2OutgoingBody {
    private var queue = OutputQueue()
    var isComplete: Bool
    var trailers: HTTP2FieldList

    init(_ bytes: [UInt8], isComplete: Bool, trailers: HTTP2FieldList) {
        self.isComplete = isComplete
        self.trailers = trailers
        self.queue.append(bytes)
    }

    var byteCount: Int { self.queue.byteCount }

    /// Whether nothing is left and nothing will come.
    var isExhausted: Bool { self.isComplete && self.queue.isEmpty }

    mutating func append(_ bytes: [UInt8]) { self.queue.append(bytes) }

    mutating func take(max count: Int) -> [UInt8] {
        var taken: [UInt8] = []
        while taken.count < count, !self.queue.isEmpty {
            self.queue.sendFirst { piece, offset in
                let part = min(piece.count - offset, count - taken.count)
                taken.append(contentsOf: piece[offset..<offset + part])
                return part
            }
        }
        return taken
    }
}
