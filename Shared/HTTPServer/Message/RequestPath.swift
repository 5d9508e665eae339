// SPDX-License-Identifier: Apache-2.0

/// Percent-encoding of paths and queries: decoded exactly once, by whoever routes.
package enum RequestPath {
    /// The text of a path segment or query part; nil for a bad escape, NUL or invalid UTF-8.
    package static func decode(_ part: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        guard part.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(part)
        }
        guard let bytes = Self.bytes(Array(part.utf8)[...], plusIsSpace: plusIsSpace) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The decoded names and values of a query, in order; nil when one cannot be decoded.
    package static func queryItems(_ query: some StringProtocol) -> [(name: String, value: String)]? {
        var items: [(name: String, value: String)] = []
        for pair in query.split(separator: "&") {
            let mark = pair.firstIndex(of: "=") ?? pair.endIndex
            guard let name = Self.decode(pair[..<mark], plusIsSpace: true),
                let value = Self.decode(pair[mark...].dropFirst(), plusIsSpace: true)
            else { return nil }
            items.append((name, value))
        }
        return items
    }

    /// Whether the path of a target (up to `?`) can be decoded to text without NUL.
    static func isDecodable(_ target: ArraySlice<UInt8>) -> Bool {
        let path = target.prefix { $0 != UInt8(ascii: "?") }
        guard path.contains(UInt8(ascii: "%")) else { return true }
        guard let bytes = Self.bytes(path, plusIsSpace: false) else { return false }
        return String(validating: bytes, as: UTF8.self) != nil
    }

    private static func bytes(_ part: ArraySlice<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(part.count)
        var index = part.startIndex
        while index < part.endIndex {
            var byte = part[index]
            if byte == UInt8(ascii: "%") {
                guard part.endIndex - index > 2, let high = ByteClass.hexValue(part[index + 1]),
                    let low = ByteClass.hexValue(part[index + 2])
                else { return nil }
                byte = high << 4 | low
                guard byte != 0 else { return nil }
                index += 2
            } else if byte == UInt8(ascii: "+"), plusIsSpace {
                byte = ByteClass.space
            }
            bytes.append(byte)
            index += 1
        }
        return bytes
    }
}
