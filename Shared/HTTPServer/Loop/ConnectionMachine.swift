// SPDX-License-Identifier: Apache-2.0

/// A protocol on one connection, without a socket, a clock or a thread: whatever happens comes in as a call,
/// and what is to be done is left in `events` and `output` for the driver.
package protocol ConnectionMachine {
    /// For the driver to take, in order.
    var events: [ConnectionEvent] { get set }
    /// Bytes for the client.
    var output: OutputQueue { get set }
    var ending: ConnectionEnding { get }
    /// When `tick` must be called.
    var deadline: LoopInstant? { get }
    /// Whether more input is welcome; false is back-pressure.
    var isReading: Bool { get }

    mutating func receive(_ bytes: [UInt8], from start: Int, to end: Int, now: LoopInstant)
    /// The client closed its sending side.
    mutating func receiveEnd(now: LoopInstant)

    /// The handler reads the body and finds nothing.
    mutating func bodyWanted(stream: Int32, now: LoopInstant)
    mutating func bodyTaken(stream: Int32, byteCount: Int, now: LoopInstant)

    /// A whole answer.
    mutating func respond(stream: Int32, _ response: HTTPResponse, date: [UInt8]?, now: LoopInstant)
    /// The head of an answer whose body follows in pieces, until `finish` or `abort`.
    mutating func begin(stream: Int32, _ response: HTTPResponse, date: [UInt8]?, now: LoopInstant)
    mutating func write(stream: Int32, _ bytes: [UInt8], now: LoopInstant)
    mutating func finish(stream: Int32, trailers: HTTPHeaders, now: LoopInstant)
    mutating func abort(stream: Int32, now: LoopInstant)

    /// Goes on with what waited for room in `output` or for an answer.
    mutating func resume(now: LoopInstant)
    mutating func tick(now: LoopInstant)
    /// No further request; what is under way is finished.
    mutating func drain(now: LoopInstant)

    /// Answers so, whatever the client will ask, and closes.
    mutating func refuse(_ answer: ServerAnswer, now: LoopInstant)

    /// Answer bytes of a stream that did not fit into `output` yet.
    func heldByteCount(stream: Int32) -> Int
}
