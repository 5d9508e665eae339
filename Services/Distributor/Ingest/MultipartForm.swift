// SPDX-License-Identifier: Apache-2.0

/// Why a multipart body was refused.
enum MultipartError: Error, Equatable, CustomStringConvertible {
    case missingBoundary
    case malformed
    case tooManyParts(limit: Int)
    case headersTooLarge(limit: Int)

    var description: String {
        switch self {
        case .missingBoundary: "no multipart boundary param in Content-Type"
        case .malformed: "multipart: NextPart: EOF"
        case .tooManyParts(let limit): "multipart body has more than \(limit) parts"
        case .headersTooLarge(let limit): "multipart part headers are larger than \(limit) bytes"
        }
    }
}

/// The files of a multipart body as ranges of it (RFC 2046, RFC 7578). Parts without a file name are plain values and
/// are skipped, as the Go server does; nothing is copied.
struct MultipartForm {
    static let partCountMax = 8
    static let headerByteCountMax = 8 << 10

    /// The first non-empty file of each name.
    private(set) var files: [String: Range<Int>] = [:]

    /// Reads `body`, whose boundary `contentType` names.
    init(_ body: [UInt8], contentType: String) throws(MultipartError) {
        guard let boundary = Self.boundary(contentType) else { throw .missingBoundary }
        let delimiter = Array("--\(boundary)".utf8)
        guard var at = Self.find(delimiter, in: body, from: 0) else { throw .malformed }
        guard at == 0 || body[at - 1] == 0x0A else { throw .malformed }
        for _ in 0..<Self.partCountMax {
            at += delimiter.count
            if body[at...].starts(with: Array("--".utf8)) { return }
            guard let line = Self.lineEnd(body, at) else { throw .malformed }
            let (name, content) = try Self.header(body, line)
            guard let end = Self.find(Array("\r\n".utf8) + delimiter, in: body, from: max(content - 2, 0))
            else {
                throw .malformed
            }
            let data = content..<max(content, end)
            if let name, !data.isEmpty, self.files[name] == nil { self.files[name] = data }
            at = end + 2
        }
        throw .tooManyParts(limit: Self.partCountMax)
    }

    /// The value of the parameter `boundary`, 1 to 70 bytes.
    private static func boundary(_ contentType: String) -> String? {
        for parameter in contentType.split(separator: ";").dropFirst() {
            let pair = parameter.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].filter({ $0 != " " }).lowercased() == "boundary" else { continue }
            let value = pair[1].filter { $0 != "\"" && $0 != " " }
            return (1...70).contains(value.utf8.count) ? value : nil
        }
        return nil
    }

    /// Name of the part when it is a file, and where its content starts.
    private static func header(_ body: [UInt8], _ start: Int) throws(MultipartError) -> (String?, Int) {
        var at = start
        var name: String?
        while true {
            guard at - start <= Self.headerByteCountMax else {
                throw .headersTooLarge(limit: Self.headerByteCountMax)
            }
            guard let next = Self.lineEnd(body, at) else { throw .malformed }
            let line = String(decoding: body[at..<next], as: UTF8.self).filter { $0 != "\r\n" && $0 != "\n" }
            at = next
            if line.isEmpty { return (name, at) }
            guard line.lowercased().hasPrefix("content-disposition:") else { continue }
            guard Self.parameter("filename", of: line) != nil else { continue }
            name = Self.parameter("name", of: line)
        }
    }

    private static func parameter(_ name: String, of line: String) -> String? {
        for part in line.split(separator: ";").dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].filter({ $0 != " " }).lowercased() == name else { continue }
            let value = pair[1].drop { $0 == " " || $0 == "\"" }
            return String(value.prefix { $0 != "\"" })
        }
        return nil
    }

    /// The index behind the line that starts at `start`.
    private static func lineEnd(_ body: [UInt8], _ start: Int) -> Int? {
        guard start <= body.count else { return nil }
        return body[start...].firstIndex(of: 0x0A).map { $0 + 1 }
    }

    /// Where `needle` begins in `body`, at or behind `start`.
    private static func find(_ needle: [UInt8], in body: [UInt8], from start: Int) -> Int? {
        guard body.count >= needle.count else { return nil }
        var at = start
        let last = body.count - needle.count
        while at <= last {
            guard let hit = body[at...last].firstIndex(of: needle[0]) else { return nil }
            if body[hit..<hit + needle.count].elementsEqual(needle) { return hit }
            at = hit + 1
        }
        return nil
    }
}
