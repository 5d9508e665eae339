// SPDX-License-Identifier: Apache-2.0
import HTTPServer

/// libFuzzer's entry: any bytes on a new connection, cut where the first byte says, give the same answer as
/// uncut.
///
/// The first bytes also reach HTTP/2 by preface or upgrade, whose answers depend on nothing but the bytes
/// either.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTP1(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count > 1 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let step = Int(bytes[0]) % 63 + 1
    let input = Array(bytes[1...])
    let whole = answer(to: input, step: input.count)
    let pieces = answer(to: input, step: step)
    if !whole.isHTTP2 { precondition(whole.output == pieces.output, "the cut changes the answer") }
    return 0
}

/// Plays a handler that echoes the target and the length of the body.
private func answer(to input: [UInt8], step: Int) -> (output: [UInt8], isHTTP2: Bool) {
    let now = LoopInstant(nanoseconds: 1)
    var connection = ServerConnection(limits: HTTPLimits(), deadlines: HTTPDeadlines(), now: now)
    var output: [UInt8] = []
    var bodies: [Int32: Int] = [:]
    var targets: [Int32: String] = [:]
    var isHTTP2 = false

    func settle() {
        repeat {
            for event in connection.takeEvents() {
                switch event {
                case .request(let stream, let head):
                    targets[stream] = head.target
                    isHTTP2 = isHTTP2 || head.version == .http2
                case .body(let stream, let piece):
                    bodies[stream, default: 0] += piece.count
                    connection.perform(now: now) {
                        $0.bodyTaken(stream: stream, byteCount: piece.count, now: now)
                    }
                case .bodyEnd(let stream):
                    let text = "\(targets[stream] ?? "") \(bodies[stream] ?? 0)"
                    let response = HTTPResponse(status: 200, contentType: "text/plain", text: text)
                    connection.perform(now: now) { $0.respond(stream: stream, response, date: nil, now: now) }
                default: break
                }
            }
            connection.perform(now: now) { machine in
                while !machine.output.isEmpty {
                    machine.output.sendFirst { piece, offset in
                        output += piece[offset...]
                        return piece.count - offset
                    }
                }
                machine.resume(now: now)
            }
        } while connection.hasEvents || !connection.machine.output.isEmpty
    }

    var index = 0
    while index < input.count {
        let end = min(index + step, input.count)
        let piece = Array(input[index..<end])
        connection.receive(piece, to: piece.count, now: now)
        settle()
        index = end
    }
    return (output, isHTTP2 || input.starts(with: ServerConnection.preface.prefix(24)))
}
