// SPDX-License-Identifier: Apache-2.0

/// What a connection's state machine asks its driver to do; `stream` names the request.
package enum ConnectionEvent: Equatable {
    /// Start the handler, once the rest of the batch is delivered.
    case request(stream: Int32, RequestHead)
    case body(stream: Int32, [UInt8])
    case bodyEnd(stream: Int32)
    case bodyFailure(stream: Int32, HTTPBodyError)
    /// The answer is no longer wanted: cancel the handler.
    case cancel(stream: Int32)
    /// Go on in HTTP/2 with this request as stream 1 (`Upgrade: h2c`).
    case upgrade(RequestHead, settings: [UInt8])
    /// The client broke the protocol.
    case fault(ProtocolFault)
    /// HTTP/2 broke off with this error code of RFC 9113 section 7.
    case protocolError(code: UInt32)
    case slowClient(SlowPhase)
}

/// What a client was too slow with.
package enum SlowPhase: Sendable, CaseIterable {
    case header
    case body
    case write
}

/// Whether and how a connection ends.
package enum ConnectionEnding: Comparable {
    case open
    /// Once the output is sent, with time for the client to read it.
    case afterFlush
    case now
}
