// SPDX-License-Identifier: Apache-2.0
internal import Compression
package import HTTPServer

/// Serves a table of methods by Connect, gRPC and gRPC-Web, told apart by the content type.
package struct RPCRouter: Sendable {
    /// What a call may cost on the wire and after inflating.
    package struct Limits: Sendable {
        /// Bytes of the body as received.
        package var bodyByteCountMax: Int
        /// Bytes of the message after inflating.
        package var messageByteCountMax: Int

        /// Limits of all methods of a router.
        package init(bodyByteCountMax: Int, messageByteCountMax: Int) {
            self.bodyByteCountMax = bodyByteCountMax
            self.messageByteCountMax = messageByteCountMax
        }
    }

    private let methods: [String: RPCMethod]
    private let limits: Limits

    /// A router over `methods`, whose paths differ.
    package init(methods: [RPCMethod], limits: Limits) {
        self.methods = Dictionary(methods.map { ($0.path, $0) }) { first, _ in first }
        self.limits = limits
    }

    /// The answer to an RPC; nil when the path is none.
    package func respond(to request: HTTPRequest) async -> HTTPResponse? {
        guard let method = self.methods[Self.collapsed(request.path)] else { return nil }
        guard request.method == "POST" else { return HTTPResponse(status: 405, headers: ["Allow": "POST"]) }
        guard let transport = RPCTransport.of(contentType: request.headers["Content-Type"] ?? "") else {
            return HTTPResponse(status: 415, headers: ["Accept-Post": RPCTransport.acceptPost])
        }
        let answer: RPCAnswer
        switch transport.envelope {
        case .connect: answer = await self.connect(method, request, transport)
        case .grpc, .grpcWeb: answer = await self.grpc(method, request, transport)
        }
        return answer.response(transport)
    }

    private func connect(
        _ method: RPCMethod,
        _ request: HTTPRequest,
        _ transport: RPCTransport
    ) async -> RPCAnswer {
        let headers = request.headers
        do throws(ServiceError) {
            if let version = headers["Connect-Protocol-Version"], version != "1" {
                let reason = "connect-protocol-version must be \"1\": got \"\(version.prefix(32))\""
                throw ServiceError(.invalidArgument, reason)
            }
            let timeout = try RPCDeadline.connect(headers)
            let compression = try RPCCompression(
                sent: headers["Content-Encoding"],
                accepted: headers["Accept-Encoding"],
                mirrorsRequest: false
            )
            var message = try await self.body(of: request)
            if let format = compression.request {
                message = try self.inflated(message, format, request)
            }
            let bytes = try await self.call(method, request, message, transport.encoding, timeout)
            return RPCAnswer(.success(bytes), isGzip: compression.responseIsGzip)
        } catch { return RPCAnswer(.failure(error), isGzip: false) }
    }

    private func grpc(
        _ method: RPCMethod,
        _ request: HTTPRequest,
        _ transport: RPCTransport
    ) async -> RPCAnswer {
        let headers = request.headers
        do throws(ServiceError) {
            let timeout = try RPCDeadline.grpc(headers)
            let compression = try RPCCompression(
                sent: headers["grpc-encoding"],
                accepted: headers["grpc-accept-encoding"],
                mirrorsRequest: true
            )
            let (sent, isCompressed) = try GRPCFrame.message(
                in: try await self.body(of: request),
                takesCompressed: compression.request != nil,
                limit: self.limits.messageByteCountMax
            )
            var message = sent
            if isCompressed, let format = compression.request {
                message = try self.inflated(sent, format, request)
            }
            let bytes = try await self.call(method, request, message, transport.encoding, timeout)
            return RPCAnswer(.success(bytes), isGzip: compression.responseIsGzip)
        } catch { return RPCAnswer(.failure(error), isGzip: false) }
    }

    private func body(of request: HTTPRequest) async throws(ServiceError) -> [UInt8] {
        do throws(HTTPBodyError) {
            return try await request.collectBody(limit: self.limits.bodyByteCountMax)
        } catch { throw ServiceError(error) }
    }

    /// The message behind a compressed one; its bytes count against those that requests may hold.
    private func inflated(
        _ message: [UInt8],
        _ format: StreamInflater.Format,
        _ request: HTTPRequest
    ) throws(ServiceError) -> [UInt8] {
        let plain = try RPCCompression.inflate(message, format, limit: self.limits.messageByteCountMax)
        do throws(HTTPBodyError) {
            try request.body.hold(plain.count)
        } catch { throw ServiceError(error) }
        return plain
    }

    private static func context(
        _ method: RPCMethod,
        _ request: HTTPRequest,
        deadline: ContinuousClock.Instant?
    ) -> RPCContext {
        RPCContext(
            path: method.path,
            headers: request.headers,
            remoteAddress: request.remoteAddress,
            deadline: deadline
        )
    }

    /// The path with runs of slashes as one: SDKs behind a base path send `//push.v1…`.
    private static func collapsed(_ path: Substring) -> String {
        guard path.contains("//") else { return String(path) }
        return "/" + path.split(separator: "/").joined(separator: "/") + (path.hasSuffix("/") ? "/" : "")
    }
}

extension RPCRouter {
    /// Runs the handler, until the client's deadline when there is one.
    private func call(
        _ method: RPCMethod,
        _ request: HTTPRequest,
        _ message: [UInt8],
        _ encoding: RPCEncoding,
        _ timeout: Duration?
    ) async throws(ServiceError) -> [UInt8] {
        guard let timeout else {
            return try await method.serve(Self.context(method, request, deadline: nil), message, encoding)
        }
        let deadline = ContinuousClock.now.advanced(by: timeout)
        // Nobody waits for what begins too late.
        guard ContinuousClock.now < deadline else { throw .deadlineExceeded }
        let context = Self.context(method, request, deadline: deadline)
        typealias Outcome = Result<[UInt8], ServiceError>
        let outcome = await withTaskGroup(of: Outcome?.self) { group in
            group.addTask {
                do throws(ServiceError) {
                    return .success(try await method.serve(context, message, encoding))
                } catch { return .failure(error) }
            }
            group.addTask {
                do {
                    try await ContinuousClock().sleep(until: deadline)
                    return .failure(.deadlineExceeded)
                } catch {
                    // Cancelled: the handler was faster, or the client is gone.
                    return nil
                }
            }
            var first: Outcome?
            while first == nil, let next = await group.next() { first = next }
            group.cancelAll()
            return first ?? .failure(.canceled)
        }
        return try outcome.get()
    }
}
