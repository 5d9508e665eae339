// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// One request on its way: collects the response as pieces arrive.
///
/// Its state belongs to the loop's thread; the lock is never contended and makes the hand-over from task to
/// loop sound.
final class Transfer: Sendable {
    typealias Outcome = Result<ClientResponse, HTTPClientError>

    private struct Received {
        var headers: [ClientHeader] = []
        var trailers: [ClientHeader] = []
        var headerByteCount = 0
        var body: [UInt8] = []
        /// Whether the final head is complete: what comes later are trailers.
        var headIsComplete = false
        var isInterim = false
        var refusal: HTTPClientError?
        var complete: (@Sendable (Outcome) -> Void)?
    }

    let id: UInt64
    let request: ClientRequest
    private let received: Mutex<Received>

    init(id: UInt64, request: ClientRequest, complete: @escaping @Sendable (Outcome) -> Void) {
        self.id = id
        self.request = request
        self.received = Mutex(Received(complete: complete))
    }

    /// Why this side broke off, if it did.
    var refusal: HTTPClientError? { self.received.withLock { $0.refusal } }

    /// Takes bytes of the body; false breaks the transfer off.
    func takeBody(_ bytes: Span<UInt8>) -> Bool {
        let limit = self.request.responseByteLimit
        return self.received.withLock { received in
            guard bytes.count <= limit - received.body.count else {
                received.refusal = .responseTooLarge(limit: limit)
                return false
            }
            unsafe bytes.withUnsafeBufferPointer { unsafe received.body.append(contentsOf: $0) }
            return true
        }
    }

    /// Takes one header line with its line end; false breaks the transfer off.
    func takeHeaderLine(_ line: String, byteLimit: Int) -> Bool {
        self.received.withLock { received in
            received.headerByteCount += line.utf8.count
            guard received.headerByteCount <= byteLimit else {
                received.refusal = .headersTooLarge(limit: byteLimit)
                return false
            }
            if line.hasPrefix("HTTP/"), !received.headIsComplete {
                received.headers = []
                received.isInterim = line.drop { $0 != " " }.hasPrefix(" 1")
            } else if let header = Self.header(line) {
                if received.headIsComplete {
                    received.trailers.append(header)
                } else {
                    received.headers.append(header)
                }
            } else if !received.isInterim {
                received.headIsComplete = true
            }
            return true
        }
    }

    /// Ends the transfer; only the first call counts.
    func finish(_ outcome: Outcome) {
        let complete = self.received.withLock { received in
            defer { received.complete = nil }
            return received.complete
        }
        complete?(outcome)
    }

    /// Ends the transfer with what was received.
    func succeed(status: Int) {
        let response = self.received.withLock { received in
            ClientResponse(
                status: status,
                headers: received.headers,
                body: received.body,
                trailers: received.trailers
            )
        }
        self.finish(.success(response))
    }

    private static func header(_ line: String) -> ClientHeader? {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        var value = line.utf8[line.utf8.index(after: colon)...].drop(while: isSpace)
        while let last = value.last, isSpace(last) { value.removeLast() }
        return ClientHeader(String(line[..<colon]), String(Substring(value)))
    }
}
