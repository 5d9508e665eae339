// SPDX-License-Identifier: Apache-2.0

/// Request line and header fields, byte by byte: the answer is the same wherever the input is cut.
struct HTTP1HeadParser {
    private enum State {
        case start
        case startLF
        case method
        case target
        case version
        case lineLF
        case fieldStart
        case name
        case valueStart
        case value
        case valueLF
        case endLF
    }

    private static let version: [UInt8] = Array("HTTP/1.".utf8)
    private static let methodByteCountMax = 32

    private let targetByteCountMax: Int
    private let fieldCountMax: Int
    private let fieldListByteCountMax: Int

    private var state = State.start
    private var blankLineCount = 0
    private var versionIndex = 0
    private var fieldListByteCount = 0
    /// Method, target, names and values one after the other; `ends` says where each stops.
    private var text: [UInt8] = []
    private var ends: [Int] = []
    private(set) var isHTTP10 = false

    init(limits: HTTPLimits) {
        self.targetByteCountMax = limits.targetByteCountMax
        self.fieldCountMax = limits.fieldCountMax
        self.fieldListByteCountMax = limits.fieldListByteCountMax
    }

    /// Whether a request has begun (blank lines before it do not count).
    var hasBegun: Bool { self.state != .start && self.state != .startLF }

    /// Reads on from `index`; answers where it stopped and whether the header is complete.
    mutating func parse(
        _ bytes: [UInt8],
        from start: Int,
        to end: Int
    ) throws(ProtocolFault) -> (next: Int, isComplete: Bool) {
        var index = start
        while index < end {
            switch self.state {
            case .target: index = try self.parseTarget(bytes, index, end)
            case .name: index = try self.parseName(bytes, index, end)
            case .valueStart where bytes[index] == ByteClass.space || bytes[index] == ByteClass.tab:
                try self.count(1)
                index += 1
            case .valueStart, .value:
                self.state = .value
                index = try self.parseValue(bytes, index, end)
            default:
                let isComplete = try self.step(bytes[index])
                index += 1
                if isComplete { return (index, true) }
            }
        }
        return (index, false)
    }

    /// The pieces of the head just completed; makes the parser ready for the next.
    mutating func take() -> (method: String, target: [UInt8], fields: HTTPHeaders) {
        var from = 0
        let text = self.text
        func next(_ end: Int) -> ArraySlice<UInt8> {
            defer { from = end }
            return text[from..<end]
        }
        let method = String(decoding: next(self.ends[0]), as: UTF8.self)
        let target = Array(next(self.ends[1]))
        var fields = HTTPHeaders()
        fields.reserve((self.ends.count - 2) / 2)
        for index in stride(from: 2, to: self.ends.count, by: 2) {
            let name = String(decoding: next(self.ends[index]), as: UTF8.self)
            fields.append(name, String(decoding: next(self.ends[index + 1]), as: UTF8.self))
        }
        self.state = .start
        self.blankLineCount = 0
        self.fieldListByteCount = 0
        self.text.removeAll(keepingCapacity: text.count <= 1_024)
        self.ends.removeAll(keepingCapacity: true)
        return (method, target, fields)
    }

    /// The states that do not lie in a run of like bytes; answers whether the header is complete.
    private mutating func step(_ byte: UInt8) throws(ProtocolFault) -> Bool {
        switch self.state {
        case .start: try self.begin(byte)
        case .startLF: try self.expectLF(byte, then: .start)
        case .method: try self.takeMethod(byte)
        case .version: try self.takeVersion(byte)
        case .lineLF: try self.expectLF(byte, then: .fieldStart)
        case .valueLF:
            try self.expectLF(byte, then: .fieldStart)
            try self.count(1)
        case .fieldStart:
            try self.count(1)
            if byte == ByteClass.cr {
                self.state = .endLF
                return false
            }
            if byte == ByteClass.lf || byte == 0 { throw .lineEnding }
            // A space here would be obs-fold.
            guard ByteClass.isToken(byte) else { throw .field }
            guard (self.ends.count - 2) / 2 < self.fieldCountMax else { throw .fieldCount }
            self.text.append(byte)
            self.state = .name
        case .endLF:
            guard byte == ByteClass.lf else { throw .lineEnding }
            try self.count(1)
            return true
        case .target, .name, .valueStart, .value:
            preconditionFailure("runs are parsed by their own functions")
        }
        return false
    }

    private mutating func begin(_ byte: UInt8) throws(ProtocolFault) {
        if byte == ByteClass.cr {
            self.blankLineCount += 1
            guard self.blankLineCount <= 2 else { throw .blankLines }
            self.state = .startLF
            return
        }
        self.state = .method
        self.isHTTP10 = false
        self.versionIndex = 0
        try self.takeMethod(byte)
    }

    private mutating func takeMethod(_ byte: UInt8) throws(ProtocolFault) {
        if byte == ByteClass.space, !self.text.isEmpty {
            self.ends.append(self.text.count)
            self.state = .target
        } else {
            guard ByteClass.isToken(byte), self.text.count < Self.methodByteCountMax else {
                throw .requestLine
            }
            self.text.append(byte)
        }
    }

    private mutating func takeVersion(_ byte: UInt8) throws(ProtocolFault) {
        let index = self.versionIndex
        self.versionIndex += 1
        switch index {
        case 0..<Self.version.count:
            guard byte == Self.version[index] else { throw index < 5 ? .requestLine : .version }
        case Self.version.count:
            guard byte == 48 || byte == 49 else { throw .version }
            self.isHTTP10 = byte == 48
        default:
            guard byte == ByteClass.cr else { throw byte == ByteClass.lf ? .lineEnding : .version }
            self.state = .lineLF
        }
    }

    private mutating func expectLF(_ byte: UInt8, then state: State) throws(ProtocolFault) {
        guard byte == ByteClass.lf else { throw .lineEnding }
        self.state = state
    }

    private mutating func parseTarget(
        _ bytes: [UInt8],
        _ start: Int,
        _ end: Int
    ) throws(ProtocolFault) -> Int {
        let already = self.text.count - self.ends[0]
        let stop = min(end, start + self.targetByteCountMax - already + 1)
        var index = start
        while index < stop, ByteClass.isTarget(bytes[index]) { index += 1 }
        guard already + index - start <= self.targetByteCountMax else { throw .targetTooLong }
        self.text.append(contentsOf: bytes[start..<index])
        guard index < stop else { return index }
        let byte = bytes[index]
        guard byte == ByteClass.space, self.text.count > self.ends[0] else {
            throw byte == ByteClass.cr || byte == ByteClass.lf || byte == ByteClass.space
                ? .requestLine : .target
        }
        self.ends.append(self.text.count)
        self.state = .version
        return index + 1
    }

    private mutating func parseName(
        _ bytes: [UInt8],
        _ start: Int,
        _ end: Int
    ) throws(ProtocolFault) -> Int {
        let stop = min(end, start + self.room)
        var index = start
        while index < stop, ByteClass.isToken(bytes[index]) { index += 1 }
        try self.count(index - start)
        self.text.append(contentsOf: bytes[start..<index])
        guard index < end else { return index }
        try self.count(1)
        guard bytes[index] == ByteClass.colon else {
            throw bytes[index] == ByteClass.lf || bytes[index] == 0 ? .lineEnding : .field
        }
        self.ends.append(self.text.count)
        self.state = .valueStart
        return index + 1
    }

    private mutating func parseValue(
        _ bytes: [UInt8],
        _ start: Int,
        _ end: Int
    ) throws(ProtocolFault) -> Int {
        let stop = min(end, start + self.room)
        var index = start
        while index < stop, ByteClass.isValue(bytes[index]) { index += 1 }
        try self.count(index - start)
        self.text.append(contentsOf: bytes[start..<index])
        guard index < end else { return index }
        try self.count(1)
        let byte = bytes[index]
        guard byte == ByteClass.cr else {
            throw byte == ByteClass.lf || byte == 0 ? .lineEnding : .field
        }
        let from = self.ends.last ?? 0
        while self.text.count > from, let last = self.text.last,
            last == ByteClass.space || last == ByteClass.tab
        {
            self.text.removeLast()
        }
        self.ends.append(self.text.count)
        self.state = .valueLF
        return index + 1
    }

    /// Bytes the header list may still take.
    private var room: Int { self.fieldListByteCountMax - self.fieldListByteCount }

    private mutating func count(_ byteCount: Int) throws(ProtocolFault) {
        self.fieldListByteCount += byteCount
        guard self.fieldListByteCount <= self.fieldListByteCountMax else { throw .fieldListTooLong }
    }
}
