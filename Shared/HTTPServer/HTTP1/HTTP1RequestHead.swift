// SPDX-License-Identifier: Apache-2.0

/// A request header whose meaning is checked: what the driver turns into an `HTTPRequest`.
package struct RequestHead: Equatable, Sendable {
    package var method: String
    package var target: String
    package var version: HTTPVersion
    package var headers: HTTPHeaders
    package var authority: String
    /// From `Content-Length`.
    package var declaredLength: Int?
    /// Whether the body, if any, has been asked for by `Expect: 100-continue`.
    package var expectsContinue = false
}

/// What an HTTP/1 header says about its connection and body.
struct HTTP1RequestHead {
    var head: RequestHead
    var framing: HTTP1Framing
    var keepsAlive: Bool
    /// Settings of an acceptable `Upgrade: h2c`, base64url-decoded.
    var upgradeSettings: [UInt8]?

    /// Checks what the parser took (RFC 9112 3, 6, 7 and 9.6), strictly where request smuggling hides.
    init(
        method: String,
        target: [UInt8],
        fields: HTTPHeaders,
        isHTTP10: Bool,
        limits: HTTPLimits
    ) throws(ProtocolFault) {
        var scan = FieldScan()
        for field in fields.fields { try scan.take(field) }
        let (path, authority) = try Self.split(target, method: method)
        let host = scan.host ?? ""
        guard scan.hostCount == 1 || isHTTP10 && scan.hostCount == 0, Self.isHost(host) else { throw .host }
        if isHTTP10 {
            guard limits.http10Paths.contains(String(path.prefix { $0 != "?" })) else { throw .http10 }
            guard !scan.isChunked else { throw .framing }
        }
        guard !(scan.isChunked && scan.contentLength != nil) else { throw .framing }
        self.framing = scan.isChunked ? .chunked : scan.contentLength.map { .length($0) } ?? .none
        self.keepsAlive = !isHTTP10 && !scan.closes
        self.head = RequestHead(
            method: method,
            target: path,
            version: isHTTP10 ? .http10 : .http11,
            headers: fields,
            authority: authority ?? host,
            declaredLength: scan.isChunked ? nil : scan.contentLength ?? 0,
            expectsContinue: scan.expectsContinue && !isHTTP10
        )
        let hasBody = self.framing != .none && self.framing != .length(0)
        if scan.upgradesToHTTP2, !hasBody, !isHTTP10, let settings = scan.http2Settings {
            // Whole settings of six bytes each; with anything else the request stays HTTP/1.1.
            self.upgradeSettings = Base64URL.decode(settings).flatMap { $0.count % 6 == 0 ? $0 : nil }
        }
    }

    /// Origin form, absolute form (its authority wins over `Host`), or `*` for OPTIONS.
    private static func split(
        _ target: [UInt8],
        method: String
    ) throws(ProtocolFault) -> (path: String, authority: String?) {
        var path = target[...]
        var authority: String?
        if target.first != UInt8(ascii: "/") {
            if target == [UInt8(ascii: "*")], method == "OPTIONS" { return ("*", nil) }
            let scheme = "http://".utf8
            guard target.count > scheme.count,
                zip(target, scheme).allSatisfy({ $0 | 0x20 == $1 | 0x20 })
            else { throw .target }
            let rest = target[scheme.count...]
            let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
            let host = String(decoding: rest[..<end], as: UTF8.self)
            guard !host.isEmpty, Self.isHost(host) else { throw .target }
            authority = host
            path = rest[end...]
            if path.first != UInt8(ascii: "/") { path = [UInt8(ascii: "/")] + path }
        }
        guard RequestPath.isDecodable(path) else { throw .target }
        return (String(decoding: path, as: UTF8.self), authority)
    }

    /// No user part, no path, no list: what smuggles one host past another.
    private static func isHost(_ host: String) -> Bool {
        host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "/"), UInt8(ascii: "@"), UInt8(ascii: ","), UInt8(ascii: "\\"), 0...32, 127...:
                false
            default: true
            }
        }
    }
}

/// The fields that steer a connection, collected in one pass.
private struct FieldScan {
    var host: String?
    var hostCount = 0
    var contentLength: Int?
    var isChunked = false
    var closes = false
    var expectsContinue = false
    var upgradesToHTTP2: Bool { self.namesUpgrade && self.namesSettings && self.offersHTTP2 }
    var http2Settings: String?

    private var namesUpgrade = false
    private var namesSettings = false
    private var offersHTTP2 = false

    mutating func take(_ field: HTTPHeaders.Field) throws(ProtocolFault) {
        switch field.name.utf8.count {
        case 4 where HTTPHeaders.equal(field.name, "host"):
            self.host = field.value
            self.hostCount += 1
        case 6 where HTTPHeaders.equal(field.name, "expect"):
            guard HTTPHeaders.equal(field.value, "100-continue") else { throw .expectation }
            self.expectsContinue = true
        case 7 where HTTPHeaders.equal(field.name, "upgrade"):
            if field.value.split(separator: ",").contains(where: { Self.trimmed($0) == "h2c" }) {
                self.offersHTTP2 = true
            }
        case 10 where HTTPHeaders.equal(field.name, "connection"): self.takeConnection(field.value)
        case 14 where HTTPHeaders.equal(field.name, "content-length"):
            let digits = field.value.utf8
            guard self.contentLength == nil, (1...18).contains(digits.count),
                digits.allSatisfy(ByteClass.isDigit), let length = Int(field.value)
            else { throw .framing }
            self.contentLength = length
        case 14 where HTTPHeaders.equal(field.name, "http2-settings"):
            self.http2Settings = self.http2Settings == nil ? field.value : ""
        case 17 where HTTPHeaders.equal(field.name, "transfer-encoding"):
            guard !self.isChunked, HTTPHeaders.equal(field.value, "chunked") else { throw .framing }
            self.isChunked = true
        default: break
        }
    }

    private mutating func takeConnection(_ value: String) {
        for token in value.split(separator: ",") {
            switch Self.trimmed(token) {
            case "close": self.closes = true
            case "upgrade": self.namesUpgrade = true
            case "http2-settings": self.namesSettings = true
            default: break
            }
        }
    }

    private static func trimmed(_ token: Substring) -> String {
        var token = token
        while let first = token.first, first == " " || first == "\t" { token.removeFirst() }
        while let last = token.last, last == " " || last == "\t" { token.removeLast() }
        return token.lowercased()
    }
}
