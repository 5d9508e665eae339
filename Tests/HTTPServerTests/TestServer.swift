// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Support
import Synchronization

/// A server on a free port, with a handler that does what tests need.
final class TestServer: Sendable {
    let server: HTTPServer
    let handler: TestHandler

    init(_ change: (inout HTTPServerConfiguration) -> Void = { _ in }) throws {
        var configuration = HTTPServerConfiguration(host: "127.0.0.1", port: 0)
        configuration.loopCount = 2
        configuration.connectionCountPerAddressMax = 0
        change(&configuration)
        self.handler = TestHandler()
        self.server = HTTPServer(configuration: configuration, handler: self.handler)
        try self.server.start()
    }

    var port: UInt16 { self.server.boundPort ?? 0 }

    var url: String { "http://127.0.0.1:\(self.port)" }

    func client() throws -> RawClient { try RawClient(port: self.port) }

    /// Runs `body` and stops the server behind it.
    static func with(
        _ change: (inout HTTPServerConfiguration) -> Void = { _ in },
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let server = try TestServer(change)
        do {
            try await body(server)
        } catch {
            await server.server.drain(grace: .zero)
            throw error
        }
        await server.server.drain(grace: .zero)
    }
}

/// Answers by path.
final class TestHandler: HTTPHandler {
    /// A request to `/wait` is being handled; a client left, and its handler learned of it.
    let began = Signal()
    let gate = Gate()
    let sawCancellation = Signal()
    let sawBrokenWrite = Signal()
    let writtenByteCount = Atomic<Int>(0)
    let bodyError = Mutex<HTTPBodyError?>(nil)

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        switch request.path {
        case "/echo": await self.echo(request)
        case "/wait": await self.wait()
        case "/refuse": HTTPResponse(status: 413, contentType: "text/plain", text: "too large")
        case "/stream": self.stream(pieceCount: Int(request.query) ?? 3)
        case "/flood": self.flood()
        case "/break":
            HTTPResponse(
                status: 200,
                body: .stream { sink in
                    try await sink.write(Array("part".utf8))
                    throw HTTPBodyError.malformed
                }
            )
        case "/peer":
            HTTPResponse(
                status: 200,
                contentType: "text/plain",
                text: "\(request.remoteAddress) \(request.authority)\n"
            )
        case "/grpc": self.grpc(isEmpty: request.query == "empty")
        case "/large": HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 65, count: 3_000_000)))
        default: HTTPResponse(status: 200, contentType: "text/plain", text: "hello\n")
        }
    }

    private func echo(_ request: HTTPRequest) async -> HTTPResponse {
        do {
            let body = try await request.collectBody(limit: 1_048_576)
            return HTTPResponse(status: 200, body: .bytes(body))
        } catch {
            self.bodyError.withLock { $0 = error }
            if error == .disconnected { self.sawCancellation.raise() }
            return HTTPResponse(status: 413, contentType: "text/plain", text: "\(error)")
        }
    }

    private func wait() async -> HTTPResponse {
        self.began.raise()
        await self.gate.pass()
        if Task.isCancelled { self.sawCancellation.raise() }
        return HTTPResponse(status: 200, contentType: "text/plain", text: "waited\n")
    }

    private func stream(pieceCount: Int) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            body: .stream { sink in
                for index in 0..<pieceCount { try await sink.write(Array("piece \(index)\n".utf8)) }
            },
            trailers: ["X-Pieces": String(pieceCount)]
        )
    }

    private func flood() -> HTTPResponse {
        HTTPResponse(
            status: 200,
            body: .stream { sink in
                let piece = [UInt8](repeating: 0x78, count: 16_384)
                do {
                    while true {
                        try await sink.write(piece)
                        self.writtenByteCount.add(piece.count, ordering: .relaxed)
                    }
                } catch {
                    self.sawBrokenWrite.raise()
                    throw error
                }
            }
        )
    }

    private func grpc(isEmpty: Bool) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: ["content-type": "application/grpc"],
            body: .bytes(isEmpty ? [] : [0, 0, 0, 0, 1, 42]),
            trailers: ["grpc-status": isEmpty ? "5" : "0"]
        )
    }
}

/// Holds tasks until it is opened, or until they are cancelled.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func pass() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let passes = self.state.withLock { state in
                    let passes = state.isOpen || Task.isCancelled
                    if !passes { state.waiting.append(continuation) }
                    return passes
                }
                if passes { continuation.resume() }
            }
        } onCancel: {
            self.open()
        }
    }

    func open() {
        let waiting = self.state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
