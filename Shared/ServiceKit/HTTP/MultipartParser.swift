// SPDX-License-Identifier: Apache-2.0

/// Why a form of parts was refused.
package enum MultipartError: Error, Equatable {
    case boundaryMissing
    /// The first boundary line never came.
    case noPart
    /// The closing boundary never came.
    case cutOff
    case malformed
    case tooManyParts(limit: Int)
    case headersTooLong(limit: Int)

    /// For the client.
    package var text: String {
        switch self {
        case .boundaryMissing: "no multipart boundary param in Content-Type"
        case .noPart: "multipart: NextPart: EOF"
        case .cutOff: "unexpected EOF"
        case .malformed: "malformed multipart body"
        case .tooManyParts(let limit): "multipart: more than \(limit) parts"
        case .headersTooLong(let limit): "multipart: part header of more than \(limit) bytes"
        }
    }
}

/// Reads `multipart/form-data` piece by piece; keeps only the files it was asked for, nothing on disk.
///
/// A pure machine: bytes in, parts out. A part counts when it has a file name; the first of each name wins.
package struct MultipartParser {
    /// Parts of one form.
    package static let partCountMax = 8
    /// Bytes of one part's header.
    package static let headerByteCountMax = 8 << 10

    private enum State { case preamble, afterBoundary, afterSpace, headers, content, end }

    /// CR LF and two dashes before the boundary.
    private let delimiter: [UInt8]
    private let wanted: Set<String>
    private var state = State.preamble
    /// What is not understood yet; begins with CR LF so that the first boundary looks like the others.
    private var rest: [UInt8] = [0x0D, 0x0A]
    private var partCount = 0
    /// The part being read when it is kept.
    private var open: String?
    private var content: [UInt8] = []
    /// Contents of the files read so far.
    package private(set) var files: [String: [UInt8]] = [:]

    /// A parser for a request's content type that keeps the files in `wanted`.
    package init(contentType: String, wanted: Set<String>) throws(MultipartError) {
        guard let boundary = Self.parameter("boundary", of: contentType), !boundary.isEmpty,
            boundary.utf8.count <= 70
        else { throw .boundaryMissing }
        self.delimiter = [0x0D, 0x0A, 0x2D, 0x2D] + Array(boundary.utf8)
        self.wanted = wanted
    }

    /// Takes the next piece of the body.
    package mutating func take(_ piece: [UInt8]) throws(MultipartError) {
        self.rest += piece
        while try self.step() {}
    }

    /// Call at the end of the body.
    package func finish() throws(MultipartError) {
        switch self.state {
        case .end: return
        case .preamble: throw .noPart
        case .afterBoundary, .afterSpace, .headers, .content: throw .cutOff
        }
    }

    /// Moves on by one state if there are enough bytes.
    private mutating func step() throws(MultipartError) -> Bool {
        switch self.state {
        case .preamble, .content: return self.readToDelimiter()
        case .afterBoundary, .afterSpace: return try self.readBoundaryEnd()
        case .headers: return try self.readHeaders()
        case .end:
            self.rest.removeAll()
            return false
        }
    }

    /// Keeps or drops everything before the next delimiter; a piece of one at the end waits for more.
    private mutating func readToDelimiter() -> Bool {
        let (isFound, count) = self.nextDelimiter()
        if self.state == .content, self.open != nil { self.content += self.rest[..<count] }
        self.rest.removeFirst(isFound ? count + self.delimiter.count : count)
        guard isFound else { return false }
        if let name = self.open {
            self.files[name] = self.content
            self.open = nil
            self.content = []
        }
        self.state = .afterBoundary
        return true
    }

    /// How many bytes come before the next delimiter, or are surely none.
    ///
    /// A boundary that goes on is content: another form's boundary may begin like ours.
    private func nextDelimiter() -> (isFound: Bool, count: Int) {
        var start = 0
        while let found = Self.find(self.delimiter, in: self.rest, from: start) {
            let end = found + self.delimiter.count
            guard end < self.rest.count else { return (false, found) }
            switch self.rest[end] {
            case 0x20, 0x09, 0x0D, 0x0A, 0x2D: return (true, found)
            default: start = found + 1
            }
        }
        return (false, max(start, self.rest.count - self.delimiter.count + 1))
    }

    private mutating func readBoundaryEnd() throws(MultipartError) -> Bool {
        guard self.rest.count >= 2 else { return false }
        if self.state == .afterBoundary, self.rest[0] == 0x2D, self.rest[1] == 0x2D {
            self.state = .end
            return true
        }
        // White space may follow a boundary; it goes at once, or much of it would cost its square.
        let spaceCount = self.rest.prefix { $0 == 0x20 || $0 == 0x09 }.count
        if spaceCount > 0 {
            self.rest.removeFirst(spaceCount)
            self.state = .afterSpace
        }
        guard self.rest.count >= 2 else { return false }
        guard self.rest[0] == 0x0D, self.rest[1] == 0x0A else { throw .malformed }
        self.partCount += 1
        guard self.partCount <= Self.partCountMax else { throw .tooManyParts(limit: Self.partCountMax) }
        self.state = .headers
        return true
    }

    /// Reads up to the empty line; `rest` begins with the line end after the boundary.
    private mutating func readHeaders() throws(MultipartError) -> Bool {
        guard let end = Self.find([0x0D, 0x0A, 0x0D, 0x0A], in: self.rest) else {
            // Three bytes of the empty line may be there already.
            guard self.rest.count <= Self.headerByteCountMax + 3 else {
                throw .headersTooLong(limit: Self.headerByteCountMax)
            }
            return false
        }
        guard end <= Self.headerByteCountMax else { throw .headersTooLong(limit: Self.headerByteCountMax) }
        let lines = String(decoding: self.rest[..<end], as: UTF8.self).split(separator: "\r\n")
        self.rest.removeFirst(end + 4)
        self.open = nil
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            guard line[..<colon].lowercased() == "content-disposition" else { continue }
            let value = String(line[line.index(after: colon)...])
            guard let name = Self.parameter("name", of: value), Self.parameter("filename", of: value) != nil
            else { continue }
            if self.wanted.contains(name), self.files[name] == nil { self.open = name }
        }
        self.state = .content
        return true
    }

    /// Where `pattern` begins in `bytes`, at `start` or later.
    private static func find(_ pattern: [UInt8], in bytes: [UInt8], from start: Int = 0) -> Int? {
        guard let first = pattern.first, bytes.count >= pattern.count else { return nil }
        var at = start
        let last = bytes.count - pattern.count
        while at <= last {
            guard let hit = bytes[at...last].firstIndex(of: first) else { return nil }
            if bytes[hit...].starts(with: pattern) { return hit }
            at = hit + 1
        }
        return nil
    }

    /// A parameter of a header's value, with or without quotes; names compare without case.
    static func parameter(_ name: String, of value: String) -> String? {
        var rest = value[...].drop { $0 != ";" }.dropFirst()
        while !rest.isEmpty {
            rest = rest.drop { $0 == " " || $0 == "\t" || $0 == ";" }
            let key = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest.dropFirst(key.count)
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst()
            var text = ""
            if rest.first == "\"" {
                rest = rest.dropFirst()
                while let character = rest.popFirst(), character != "\"" {
                    if character == "\\", let next = rest.popFirst() {
                        text.append(next)
                    } else {
                        text.append(character)
                    }
                }
            } else {
                text = String(rest.prefix { $0 != ";" && $0 != " " })
                rest = rest.dropFirst(text.count)
            }
            if key.lowercased() == name { return text }
            rest = rest.drop { $0 != ";" }
        }
        return nil
    }
}
