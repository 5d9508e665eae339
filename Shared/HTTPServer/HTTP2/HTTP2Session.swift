// SPDX-License-Identifier: Apache-2.0

// Invariant: the session lives as long as this object and is entered by one thread at a time (its loop).
// Callbacks run only inside `receive` and `send`, on this object, through the unretained pointer given at
// creation; they record and return. Bytes that C shows are copied before a callback or call returns; bytes we
// show are copied by C.
internal import CNghttp2

/// Owner of one libnghttp2 server session: bytes in, `HTTP2Frame`s out; answers in, bytes out.
@safe
final class HTTP2Session {
    let limits: HTTPLimits
    /// What was received or sent, in order; for `HTTP2Connection` to take.
    var frames: [HTTP2Frame] = []
    /// Header blocks being received.
    var blocks: [Int32: HTTP2HeaderBlock] = [:]
    /// Answers being sent.
    var bodies: [Int32: HTTP2OutgoingBody] = [:]
    /// Frames that cost us work and bring no request, since the count was last reset.
    var controlFrameCount = 0
    /// WINDOW_UPDATE frames that our own DATA makes legitimate.
    var windowUpdateCredit = 100
    /// Whether a header block has begun that is not complete.
    var isInsideHeader = false

    private let session: OpaquePointer

    init(limits: HTTPLimits) {
        self.limits = limits
        var options: OpaquePointer?
        var callbacks: OpaquePointer?
        unsafe nghttp2_option_new(&options)
        unsafe nghttp2_session_callbacks_new(&callbacks)
        unsafe Self.configure(options)
        unsafe Self.register(callbacks)
        var session: OpaquePointer?
        // `self` may be pointed to only once it is complete: the context is set below.
        unsafe nghttp2_session_server_new2(&session, callbacks, nil, options)
        unsafe nghttp2_option_del(options)
        unsafe nghttp2_session_callbacks_del(callbacks)
        guard let session = unsafe session else { preconditionFailure("no memory for an HTTP/2 session") }
        unsafe self.session = session
        unsafe nghttp2_session_set_user_data(session, Unmanaged.passUnretained(self).toOpaque())
        self.submitSettings()
    }

    deinit { unsafe nghttp2_session_del(self.session) }

    private static func configure(_ options: OpaquePointer?) {
        unsafe nghttp2_option_set_no_auto_window_update(options, 1)
        unsafe nghttp2_option_set_no_closed_streams(options, 1)
        unsafe nghttp2_option_set_stream_reset_rate_limit(options, 200, 20)
        unsafe nghttp2_option_set_max_continuations(options, 8)
        unsafe nghttp2_option_set_max_settings(options, 32)
        unsafe nghttp2_option_set_max_outbound_ack(options, 100)
    }

    private func submitSettings() {
        let window = UInt32(clamping: self.limits.bodyBufferByteCount)
        let settings = [
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
                value: UInt32(clamping: self.limits.streamCountMax)
            ),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
                value: window
            ),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(clamping: self.limits.fieldListByteCountMax)
            ),
        ]
        unsafe nghttp2_submit_settings(
            self.session,
            UInt8(NGHTTP2_FLAG_NONE.rawValue),
            settings,
            settings.count
        )
        unsafe nghttp2_session_set_local_window_size(
            self.session,
            UInt8(NGHTTP2_FLAG_NONE.rawValue),
            0,
            Int32(clamping: self.connectionWindowByteCount)
        )
    }

    /// Body bytes a connection may have on the way, over all streams.
    var connectionWindowByteCount: Int { max(65_535, 4 * self.limits.bodyBufferByteCount) }

    // MARK: - Bytes

    /// Why the session cannot go on.
    enum Failure: Error {
        case flooded
        case broken
    }

    func receive(_ bytes: [UInt8], from start: Int, to end: Int) throws(Failure) {
        guard start < end else { return }
        let result = unsafe bytes[start..<end].withUnsafeBufferPointer { buffer in
            unsafe nghttp2_session_mem_recv(self.session, buffer.baseAddress, buffer.count)
        }
        guard result < 0 else { return }
        throw result == Int(NGHTTP2_ERR_FLOODED.rawValue) ? .flooded : .broken
    }

    /// The next bytes for the client; empty when there are none.
    func send() -> [UInt8] {
        var start: UnsafePointer<UInt8>?
        let count = unsafe nghttp2_session_mem_send(self.session, &start)
        guard count > 0, let start = unsafe start else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: start, count: count))
    }

    /// Whether the session has nothing more to say or to hear.
    var isOver: Bool {
        unsafe nghttp2_session_want_read(self.session) == 0
            && nghttp2_session_want_write(self.session) == 0
    }

    // MARK: - Orders

    /// Takes over stream 1 from HTTP/1.1; false when the client's settings are malformed.
    func upgrade(settings: [UInt8], isHead: Bool) -> Bool {
        unsafe nghttp2_session_upgrade2(self.session, settings, settings.count, isHead ? 1 : 0, nil) == 0
    }

    /// Sends the head of an answer; with `body`, its bytes and trailers follow from `bodies`.
    func respond(stream: Int32, _ fields: HTTP2FieldList, body: HTTP2OutgoingBody?) {
        if let body { self.bodies[stream] = body }
        unsafe fields.withNameValues { list in
            guard body != nil else {
                unsafe nghttp2_submit_response(self.session, stream, list.baseAddress, list.count, nil)
                return
            }
            var provider = unsafe nghttp2_data_provider(
                source: nghttp2_data_source(),
                read_callback: readBody
            )
            unsafe nghttp2_submit_response(self.session, stream, list.baseAddress, list.count, &provider)
        }
    }

    /// Sends 100 Continue.
    func submitContinue(stream: Int32) {
        var fields = HTTP2FieldList()
        fields.append(":status", "100")
        unsafe fields.withNameValues { list in
            _ = unsafe nghttp2_submit_headers(
                self.session,
                UInt8(NGHTTP2_FLAG_NONE.rawValue),
                stream,
                nil,
                list.baseAddress,
                list.count,
                nil
            )
        }
    }

    fileprivate func submitTrailers(stream: Int32, _ fields: HTTP2FieldList) {
        unsafe fields.withNameValues { list in
            _ = unsafe nghttp2_submit_trailer(self.session, stream, list.baseAddress, list.count)
        }
    }

    /// There is more of a body that had run dry.
    func resumeBody(stream: Int32) { unsafe nghttp2_session_resume_data(self.session, stream) }

    func reset(stream: Int32, code: UInt32) {
        unsafe nghttp2_submit_rst_stream(self.session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, code)
    }

    /// The body bytes are used up: the client may send as many again.
    func consume(stream: Int32, byteCount: Int) {
        unsafe nghttp2_session_consume(self.session, stream, byteCount)
    }

    /// Like `consume`, for a stream that is gone.
    func consumeConnection(byteCount: Int) {
        unsafe nghttp2_session_consume_connection(self.session, byteCount)
    }

    /// GOAWAY: no further stream; those under way go on.
    func submitGoAway() {
        let last = unsafe nghttp2_session_get_last_proc_stream_id(self.session)
        unsafe nghttp2_submit_goaway(self.session, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, 0, nil, 0)
    }

    /// GOAWAY and the end.
    func terminate(code: UInt32) { unsafe nghttp2_session_terminate_session(self.session, code) }
}

/// libnghttp2 asks for the next bytes of an answer.
private let readBody: nghttp2_data_source_read_callback = {
    (_, stream, buffer, room, flags, _, context) in
    guard let session = unsafe HTTP2Session.from(context), let buffer = unsafe buffer,
        var body = session.bodies.removeValue(forKey: stream)
    else { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
    let bytes = body.take(max: room)
    session.windowUpdateCredit += 4
    _ = unsafe UnsafeMutableBufferPointer(start: buffer, count: room).update(fromContentsOf: bytes)
    if body.isExhausted {
        unsafe flags?.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)
        if !body.trailers.isEmpty {
            unsafe flags?.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue)
            session.submitTrailers(stream: stream, body.trailers)
        }
    }
    session.bodies[stream] = body
    return bytes.isEmpty && !body.isExhausted ? Int(NGHTTP2_ERR_DEFERRED.rawValue) : bytes.count
}
