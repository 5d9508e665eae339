// SPDX-License-Identifier: Apache-2.0

// Invariant: pointers handed to C are of arrays held for the call, with their true counts.
import Blocking
import Glibc
import HTTPServer
import Support

/// A TCP client that sends exactly the bytes it is told to, and blocks: to be used with `Threads.run`.
final class RawClient: Sendable {
    private let descriptor: Int32

    init(port: UInt16, receiveBufferByteCount: Int32? = nil) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SupportError("socket: errno \(errno)") }
        if var size = receiveBufferByteCount {
            _ = unsafe setsockopt(
                descriptor,
                SOL_SOCKET,
                SO_RCVBUF,
                &size,
                socklen_t(MemoryLayout<Int32>.size)
            )
        }
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        _ = unsafe setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &timeout,
            socklen_t(MemoryLayout<timeval>.size)
        )
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            let failure = errno
            close(descriptor)
            throw SupportError("connect: errno \(failure)")
        }
        self.descriptor = descriptor
    }

    deinit { close(self.descriptor) }

    /// Sends all of `bytes`, or as much as a server that hangs up takes.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let sent = unsafe bytes[offset...].withUnsafeBytes { rest in
                unsafe Glibc.send(self.descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return false }
            offset += sent
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { self.send(Array(text.utf8)) }

    /// What arrives at once, empty at the end of the connection, nil when it broke or nothing came for 20 s.
    func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(self.descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : Array(buffer.prefix(count))
    }

    /// Everything up to the end of the connection; nil when it never ended.
    func receiveAll() -> String? {
        var all: [UInt8] = []
        while let piece = self.receive() {
            guard !piece.isEmpty else { return String(decoding: all, as: UTF8.self) }
            all += piece
        }
        return nil
    }

    /// Everything up to and including `end`.
    func receive(until end: String) -> String {
        var all: [UInt8] = []
        while !all.suffix(end.utf8.count).elementsEqual(end.utf8) {
            guard let piece = self.receive(), !piece.isEmpty else { break }
            all += piece
        }
        return String(decoding: all, as: UTF8.self)
    }

    func closeSending() { shutdown(self.descriptor, Int32(SHUT_WR)) }
}

/// Threads for tests that block, so that handlers keep the cooperative pool to themselves.
enum Threads {
    static func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result
    {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try DetachedThread.start(name: "test") {
                    continuation.resume(with: Swift.Result { try work() })
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Whether `condition` comes to hold within `seconds`; looked at every few milliseconds.
    static func eventually(within seconds: Int = 20, _ condition: @escaping @Sendable () -> Bool) async throws
        -> Bool
    {
        try await Self.run {
            let deadline = ContinuousClock.now.advanced(by: .seconds(seconds))
            while !condition() {
                guard ContinuousClock.now < deadline else { return false }
                poll(nil, 0, 5)
            }
            return true
        }
    }
}
