// SPDX-License-Identifier: Apache-2.0
package import HTTPServer
package import ProtobufWire

/// What a handler knows about its request besides the message.
package struct RPCContext: Sendable {
    /// `/package.Service/Method`.
    package let path: String
    package let headers: HTTPHeaders
    /// Address of the peer, `ip:port`.
    package let remoteAddress: String
    /// When the client stops waiting; the handler is cancelled then.
    package let deadline: ContinuousClock.Instant?

    /// The context of one call.
    package init(
        path: String,
        headers: HTTPHeaders,
        remoteAddress: String,
        deadline: ContinuousClock.Instant?
    ) {
        self.path = path
        self.headers = headers
        self.remoteAddress = remoteAddress
        self.deadline = deadline
    }
}

/// One row of the table of handlers: a path and what answers there, in every protocol and encoding.
package struct RPCMethod: Sendable {
    /// `/package.Service/Method`.
    package let path: String
    let serve: @Sendable (RPCContext, [UInt8], RPCEncoding) async throws(ServiceError) -> [UInt8]

    /// A method that takes and answers messages.
    package init<Request: Message, Answer: Message>(
        _ path: String,
        limits: CodecLimits = CodecLimits(),
        handler: @escaping @Sendable (RPCContext, Request) async throws(ServiceError) -> Answer
    ) {
        self.init(
            path,
            decode: { (bytes, encoding) throws(ServiceError) in
                try Self.decode(Request.self, bytes, encoding, limits: limits)
            },
            handler: handler
        )
    }

    /// A method whose request is read by hand: `decode` gets the bytes of the message.
    package init<Request: Sendable, Answer: Message>(
        _ path: String,
        decode: @escaping @Sendable ([UInt8], RPCEncoding) throws(ServiceError) -> Request,
        handler: @escaping @Sendable (RPCContext, Request) async throws(ServiceError) -> Answer
    ) {
        self.path = path
        self.serve = { (context, bytes, encoding) throws(ServiceError) in
            let answer = try await handler(context, try decode(bytes, encoding))
            return encoding == .json ? answer.json() : answer.binary()
        }
    }

    /// Reads a message; the error says what is wrong in the words of the Go server.
    package static func decode<Request: Message>(
        _ type: Request.Type,
        _ bytes: [UInt8],
        _ encoding: RPCEncoding,
        limits: CodecLimits = CodecLimits()
    ) throws(ServiceError) -> Request {
        if encoding == .json, bytes.isEmpty {
            let reason = "unmarshal message: zero-length payload is not a valid JSON object"
            throw ServiceError(.invalidArgument, reason)
        }
        do {
            return try encoding == .json
                ? Request(json: bytes, limits: limits) : Request(binary: bytes, limits: limits)
        } catch {
            throw ServiceError(.invalidArgument, error.text(for: Request.messageName), cause: error)
        }
    }
}
