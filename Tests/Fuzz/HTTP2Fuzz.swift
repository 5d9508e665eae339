// SPDX-License-Identifier: Apache-2.0
import HTTPServer

/// libFuzzer's entry: any bytes behind the preface, with handlers that answer at once, in pieces, or never.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTP2(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = ServerConnection.preface + Array(UnsafeBufferPointer(start: start, count: count))
    var now = LoopInstant(nanoseconds: 1)
    var connection = ServerConnection(limits: HTTPLimits(), deadlines: HTTPDeadlines(), now: now)

    func settle() {
        repeat {
            for event in connection.takeEvents() { react(to: event) }
            connection.perform(now: now) { machine in
                while !machine.output.isEmpty {
                    machine.output.sendFirst { piece, offset in piece.count - offset }
                }
                machine.resume(now: now)
            }
        } while connection.hasEvents || !connection.machine.output.isEmpty
    }

    func react(to event: ConnectionEvent) {
        switch event {
        case .body(let stream, let piece):
            connection.perform(now: now) { $0.bodyTaken(stream: stream, byteCount: piece.count, now: now) }
        case .bodyEnd(let stream):
            connection.perform(now: now) { machine in
                switch stream % 8 {
                case 1: machine.respond(stream: stream, HTTPResponse(status: 200), date: nil, now: now)
                case 3:
                    let response = HTTPResponse(status: 200, body: .stream { _ in }, trailers: ["a": "b"])
                    machine.begin(stream: stream, response, date: nil, now: now)
                    machine.write(stream: stream, [1, 2, 3], now: now)
                    machine.finish(stream: stream, trailers: response.trailers, now: now)
                case 5:
                    machine.begin(
                        stream: stream,
                        HTTPResponse(status: 200, body: .stream { _ in }),
                        date: nil,
                        now: now
                    )
                    machine.abort(stream: stream, now: now)
                default: break
                }
            }
        default: break
        }
    }

    connection.receive(bytes, to: bytes.count, now: now)
    settle()
    for _ in 0..<20 {
        guard let deadline = connection.machine.deadline else { break }
        now = max(now, deadline)
        connection.perform(now: now) { $0.tick(now: now) }
        settle()
    }
    return 0
}
