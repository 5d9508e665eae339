// SPDX-License-Identifier: Apache-2.0

/// Bytes on their way to a socket: small pieces are joined, large ones stay as they are.
package struct OutputQueue {
    private static let joinByteCountMax = 16_384

    private var pieces: [[UInt8]] = []
    private var firstPiece = 0
    /// Bytes of the first piece that are sent already.
    private var firstOffset = 0
    package private(set) var byteCount = 0

    package var isEmpty: Bool { self.byteCount == 0 }

    /// Whether more than one piece waits.
    var hasFurtherPieces: Bool { self.pieces.count - self.firstPiece > 1 }

    mutating func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        self.byteCount += bytes.count
        let last = self.pieces.count - 1
        if last >= self.firstPiece, self.pieces[last].count + bytes.count <= Self.joinByteCountMax {
            self.pieces[last].append(contentsOf: bytes)
        } else {
            self.pieces.append(bytes)
        }
    }

    mutating func append(_ text: StaticString) {
        self.append(text.withUTF8Buffer { unsafe Array($0) })
    }

    /// Offers the unsent rest of the first piece to `send`, which answers how much of it was taken.
    package mutating func sendFirst(_ send: (_ piece: [UInt8], _ offset: Int) -> Int) {
        guard self.byteCount > 0 else { return }
        let taken = send(self.pieces[self.firstPiece], self.firstOffset)
        self.byteCount -= taken
        self.firstOffset += taken
        guard self.firstOffset == self.pieces[self.firstPiece].count else { return }
        self.pieces[self.firstPiece] = []
        self.firstPiece += 1
        self.firstOffset = 0
        if self.firstPiece == self.pieces.count {
            self.pieces.removeAll(keepingCapacity: self.pieces.capacity <= 16)
            self.firstPiece = 0
        } else if self.firstPiece >= 64 {
            self.pieces.removeFirst(self.firstPiece)
            self.firstPiece = 0
        }
    }

    mutating func append(contentsOf other: consuming OutputQueue) {
        while !other.isEmpty {
            other.sendFirst { piece, offset in
                self.append(offset == 0 ? piece : Array(piece[offset...]))
                return piece.count - offset
            }
        }
    }

    mutating func removeAll() { self = OutputQueue() }
}
