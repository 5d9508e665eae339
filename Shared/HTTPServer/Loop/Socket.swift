// SPDX-License-Identifier: Apache-2.0

// Invariant: every pointer handed to C points into an array that this call holds, with its true count; C
// keeps none.
internal import CShims

/// What a system call on a socket came to.
enum SocketResult: Equatable {
    case done(Int)
    case wouldBlock
    case failed(errno: Int32)

    private static let wouldBlockErrno: Int64 = 11

    fileprivate init(_ result: Int64) {
        if result >= 0 {
            self = .done(Int(result))
        } else if result == -Self.wouldBlockErrno {
            self = .wouldBlock
        } else {
            self = .failed(errno: Int32(truncatingIfNeeded: -result))
        }
    }
}

/// Address of a client.
struct PeerAddress: Hashable, Sendable {
    var high: UInt64
    var low: UInt64
    var isV4: Bool

    /// Dotted or colon form, without the port.
    var text: String {
        if self.isV4 {
            return (0..<4).map { String(self.low >> (24 - 8 * UInt64($0)) & 0xff) }.joined(separator: ".")
        }
        let groups = (0..<8).map { index in
            let half = index < 4 ? self.high : self.low
            return String(half >> (48 - 16 * UInt64(index % 4)) & 0xffff, radix: 16)
        }
        return "[\(groups.joined(separator: ":"))]"
    }
}

/// The non-blocking socket calls the loops make; owners close what they own exactly once.
enum Socket {
    static func listen(host: String, port: UInt16) throws(HTTPServerError) -> (
        descriptor: Int32, port: UInt16
    ) {
        var bound: UInt16 = 0
        let result = unsafe hearth_listen(host, port, 4_096, &bound)
        guard result >= 0 else { throw .bind(host: host, port: port, errno: -result) }
        return (result, bound)
    }

    static func accept(_ listener: Int32) -> (result: SocketResult, address: PeerAddress, port: UInt16) {
        var peer = hearth_peer()
        let result = unsafe SocketResult(Int64(hearth_accept(listener, &peer)))
        let bytes = unsafe withUnsafeBytes(of: &peer.address) { unsafe Array($0) }
        let fold = { (slice: ArraySlice<UInt8>) in slice.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        let address = PeerAddress(high: fold(bytes[..<8]), low: fold(bytes[8...]), isV4: peer.is_v4 == 1)
        return (result, address, peer.port)
    }

    /// Fills `buffer` from its start.
    static func receive(_ descriptor: Int32, into buffer: inout [UInt8]) -> SocketResult {
        unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe SocketResult(hearth_recv(descriptor, bytes.baseAddress, bytes.count))
        }
    }

    static func send(_ descriptor: Int32, _ bytes: [UInt8], from offset: Int, more: Bool) -> SocketResult {
        unsafe bytes.withUnsafeBytes { bytes in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[offset...])
            return unsafe SocketResult(hearth_send(descriptor, rest.baseAddress, rest.count, more ? 1 : 0))
        }
    }

    static func shutdownWrite(_ descriptor: Int32) { _ = hearth_shutdown_write(descriptor) }

    static func close(_ descriptor: Int32) { _ = hearth_close(descriptor) }
}

/// Seconds since 1970.
func wallSeconds() -> Int64 { hearth_wall_seconds() }

extension LoopInstant {
    /// The monotonic clock's reading.
    static func current() -> Self { Self(nanoseconds: hearth_monotonic_nanoseconds()) }
}
