// SPDX-License-Identifier: Apache-2.0

/// How the end of a request body is found.
enum HTTP1Framing: Equatable, Sendable {
    case none
    case length(Int)
    case chunked
}

/// Takes the framing off a request body.
struct HTTP1BodyDecoder {
    private enum State: Equatable {
        case length(Int)
        case size
        case sizeSpace
        case sizeExtension
        case sizeLF
        case data(Int)
        case dataCR
        case dataLF
        case end
        case endLF
        case done
    }

    private static let judgedChunkCount = 1_024

    private let limits: HTTPLimits
    private var state: State
    private var chunkSize = 0
    private var sizeDigitCount = 0
    private var extensionByteCount = 0
    private var chunkCount = 0
    private var totalByteCount = 0

    init(framing: HTTP1Framing, limits: HTTPLimits) {
        self.limits = limits
        switch framing {
        case .none, .length(0): self.state = .done
        case .length(let count): self.state = .length(count)
        case .chunked: self.state = .size
        }
    }

    /// Whether the whole body has been seen.
    var isComplete: Bool { self.state == .done }

    /// Bytes still to come, where the length is known.
    var remainingByteCount: Int? {
        switch self.state {
        case .length(let count): count
        case .done: 0
        default: nil
        }
    }

    /// Reads on from `start`, appends body bytes to `body`, and answers where it stopped: at `end`, or behind
    /// the body.
    mutating func decode(
        _ bytes: [UInt8],
        from start: Int,
        to end: Int,
        into body: inout [UInt8]
    ) throws(ProtocolFault) -> Int {
        var index = start
        while index < end {
            switch self.state {
            case .done: return index
            case .length(let left):
                let taken = min(left, end - index)
                body.append(contentsOf: bytes[index..<index + taken])
                index += taken
                self.state = taken == left ? .done : .length(left - taken)
            case .data(let left):
                let taken = min(left, end - index)
                body.append(contentsOf: bytes[index..<index + taken])
                index += taken
                self.state = taken == left ? .dataCR : .data(left - taken)
            default:
                try self.step(bytes[index])
                index += 1
            }
        }
        return index
    }

    private mutating func step(_ byte: UInt8) throws(ProtocolFault) {
        switch self.state {
        case .size: try self.takeSizeByte(byte)
        case .sizeSpace, .sizeExtension: try self.takeExtensionByte(byte)
        case .sizeLF:
            try Self.expect(byte, ByteClass.lf)
            try self.beginChunk()
        case .dataCR:
            try Self.expect(byte, ByteClass.cr)
            self.state = .dataLF
        case .dataLF:
            try Self.expect(byte, ByteClass.lf)
            self.state = .size
        case .end:
            guard byte == ByteClass.cr else { throw .trailers }
            self.state = .endLF
        case .endLF:
            try Self.expect(byte, ByteClass.lf)
            self.state = .done
        case .length, .data, .done: preconditionFailure("runs are decoded by their own cases")
        }
    }

    private static func expect(_ byte: UInt8, _ wanted: UInt8) throws(ProtocolFault) {
        guard byte == wanted else { throw .chunk }
    }

    private mutating func takeSizeByte(_ byte: UInt8) throws(ProtocolFault) {
        if let digit = ByteClass.hexValue(byte) {
            self.sizeDigitCount += 1
            // 15 digits stay below 2^60; leading zeros count, so a size cannot be drawn out.
            guard self.sizeDigitCount <= 15 else { throw .chunk }
            self.chunkSize = self.chunkSize << 4 | Int(digit)
            return
        }
        guard self.sizeDigitCount > 0 else { throw .chunk }
        switch byte {
        case ByteClass.cr: self.state = .sizeLF
        case ByteClass.space, ByteClass.tab: self.state = .sizeSpace
        case UInt8(ascii: ";"): self.state = .sizeExtension
        default: throw .chunk
        }
    }

    private mutating func takeExtensionByte(_ byte: UInt8) throws(ProtocolFault) {
        let isSpace = byte == ByteClass.space || byte == ByteClass.tab
        if self.state == .sizeSpace {
            guard isSpace || byte == UInt8(ascii: ";") else { throw .chunk }
            if !isSpace { self.state = .sizeExtension }
        } else if byte == ByteClass.cr {
            self.state = .sizeLF
            return
        } else {
            guard ByteClass.isValue(byte) else { throw .chunk }
        }
        self.extensionByteCount += 1
        guard self.extensionByteCount <= self.limits.chunkExtensionByteCountMax else {
            throw .chunkExtension
        }
    }

    private mutating func beginChunk() throws(ProtocolFault) {
        let size = self.chunkSize
        self.chunkSize = 0
        self.sizeDigitCount = 0
        self.extensionByteCount = 0
        guard size > 0 else {
            self.state = .end
            return
        }
        self.chunkCount += 1
        self.totalByteCount &+= size
        let isTooSmall =
            self.chunkCount >= Self.judgedChunkCount
            && self.totalByteCount / self.chunkCount < self.limits.chunkMeanByteCountMin
        guard self.chunkCount <= self.limits.chunkCountMax, !isTooSmall else { throw .chunkCount }
        self.state = .data(size)
    }
}
