// SPDX-License-Identifier: Apache-2.0

// Invariant: `context` is the `HTTP2Session` that owns the calling session and outlives the call. What C
// shows is copied; nothing here calls back into C, throws or waits.
internal import CNghttp2

extension HTTP2Session {
    /// The owner behind a callback's last argument.
    static func from(_ context: UnsafeMutableRawPointer?) -> HTTP2Session? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<HTTP2Session>.fromOpaque(context).takeUnretainedValue()
    }

    static func register(_ callbacks: OpaquePointer?) {
        unsafe nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { (_, header, context) in
            if let header = unsafe header?.pointee { unsafe HTTP2Session.from(context)?.frameBegins(header) }
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { (_, frame, context) in
            if let frame = unsafe frame?.pointee { unsafe HTTP2Session.from(context)?.headerBegins(frame) }
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            (_, frame, name, nameLength, value, valueLength, _, context) in
            guard let frame = unsafe frame?.pointee, let session = unsafe HTTP2Session.from(context) else {
                return 0
            }
            let isTaken = unsafe session.take(
                stream: frame.hd.stream_id,
                Array(UnsafeBufferPointer(start: name, count: nameLength)),
                Array(UnsafeBufferPointer(start: value, count: valueLength))
            )
            return isTaken ? 0 : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
            (_, _, stream, bytes, count, context) in
            unsafe HTTP2Session.from(context)?
                .take(stream: stream, body: UnsafeBufferPointer(start: bytes, count: count))
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { (_, frame, context) in
            if let frame = unsafe frame?.pointee { unsafe HTTP2Session.from(context)?.frameEnds(frame) }
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { (_, frame, context) in
            if let frame = unsafe frame?.pointee { unsafe HTTP2Session.from(context)?.frameSent(frame) }
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) {
            (_, stream, code, context) in
            unsafe HTTP2Session.from(context)?.streamCloses(stream, code: code)
            return 0
        }
    }

    private func frameBegins(_ header: nghttp2_frame_hd) {
        switch UInt32(header.type) {
        case NGHTTP2_HEADERS.rawValue, NGHTTP2_CONTINUATION.rawValue: self.isInsideHeader = true
        case NGHTTP2_DATA.rawValue:
            let endsStream = UInt32(header.flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0
            if header.length == 0, !endsStream { self.controlFrameCount += 1 }
        case NGHTTP2_WINDOW_UPDATE.rawValue where self.windowUpdateCredit > 0: self.windowUpdateCredit -= 1
        default: self.controlFrameCount += 1
        }
    }

    private func headerBegins(_ frame: nghttp2_frame) {
        guard unsafe frame.hd.type == UInt8(NGHTTP2_HEADERS.rawValue) else { return }
        if unsafe frame.headers.cat == NGHTTP2_HCAT_REQUEST {
            unsafe self.blocks[frame.hd.stream_id] = HTTP2HeaderBlock()
        }
    }

    /// False when the header list is too long; fields of trailers are counted by the library alone and
    /// dropped.
    private func take(stream: Int32, _ name: [UInt8], _ value: [UInt8]) -> Bool {
        self.blocks[stream]?.take(name, value, limits: self.limits) ?? true
    }

    private func take(stream: Int32, body: UnsafeBufferPointer<UInt8>) {
        if case .body(stream, var piece)? = self.frames.last {
            self.frames.removeLast()
            unsafe piece.append(contentsOf: body)
            self.frames.append(.body(stream: stream, piece))
        } else {
            unsafe self.frames.append(.body(stream: stream, Array(body)))
        }
    }

    private func frameEnds(_ frame: nghttp2_frame) {
        let header = unsafe frame.hd
        let endsStream = UInt32(header.flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0
        switch UInt32(header.type) {
        case NGHTTP2_HEADERS.rawValue:
            self.isInsideHeader = false
            if let block = self.blocks.removeValue(forKey: header.stream_id) {
                self.frames.append(.head(stream: header.stream_id, block, endsStream: endsStream))
            } else if endsStream {
                self.frames.append(.bodyEnd(stream: header.stream_id))
            }
        case NGHTTP2_DATA.rawValue where endsStream: self.frames.append(.bodyEnd(stream: header.stream_id))
        case NGHTTP2_SETTINGS.rawValue: self.frames.append(.settings)
        default: break
        }
    }

    private func frameSent(_ frame: nghttp2_frame) {
        let header = unsafe frame.hd
        let endsStream = UInt32(header.flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0
        switch UInt32(header.type) {
        case NGHTTP2_HEADERS.rawValue where endsStream, NGHTTP2_DATA.rawValue where endsStream:
            self.frames.append(.sentEnd(stream: header.stream_id))
        case NGHTTP2_GOAWAY.rawValue: unsafe self.frames.append(.sentGoAway(code: frame.goaway.error_code))
        default: break
        }
    }

    private func streamCloses(_ stream: Int32, code: UInt32) {
        self.isInsideHeader = false
        self.blocks[stream] = nil
        self.bodies[stream] = nil
        self.frames.append(.closed(stream: stream, code: code))
    }
}

extension HTTP2FieldList {
    /// Shows the fields as the library wants them, for the time of the call; it copies them.
    func withNameValues(_ body: (UnsafeBufferPointer<nghttp2_nv>) -> Void) {
        var bytes = self.bytes
        unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            var list: [nghttp2_nv] = unsafe []
            var offset = 0
            for index in stride(from: 0, to: self.lengths.count, by: 2) {
                let (name, value) = (self.lengths[index], self.lengths[index + 1])
                unsafe list.append(
                    nghttp2_nv(
                        name: start + offset,
                        value: start + offset + name,
                        namelen: name,
                        valuelen: value,
                        flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)
                    )
                )
                offset += name + value
            }
            unsafe list.withUnsafeBufferPointer { list in unsafe body(list) }
        }
    }
}
