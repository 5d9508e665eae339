// SPDX-License-Identifier: Apache-2.0

// Invariant: see TransferLoop. `running` holds an entry for exactly the easy handles that are in the multi
// handle.
internal import CCurl

/// The transfers of one multi handle, and spare easy handles.
@safe
struct RunningTransfers: ~Copyable {
    @safe
    private struct Entry {
        let transfer: Transfer
        let context: TransferContext
        let fields: UnsafeMutablePointer<curl_slist>?
    }

    private let multi: UnsafeMutableRawPointer
    private let configuration: HTTPClientConfiguration
    private var running: [UnsafeMutableRawPointer: Entry] = unsafe [:]
    private var handles: [UInt64: UnsafeMutableRawPointer] = unsafe [:]
    private var spare: [UnsafeMutableRawPointer] = unsafe []

    init(multi: UnsafeMutableRawPointer, configuration: HTTPClientConfiguration) {
        unsafe self.multi = multi
        self.configuration = configuration
    }

    mutating func start(_ transfer: Transfer) {
        guard let easy = unsafe self.spare.popLast() ?? curl_easy_init() else {
            transfer.finish(.failure(.failed(code: Int32(CURLE_OUT_OF_MEMORY.rawValue))))
            return
        }
        let context = TransferContext(transfer, headerByteLimit: self.configuration.headerByteCountMax)
        let fields = unsafe Self.fieldList(transfer.request)
        unsafe TransferOptions(easy).set(transfer.request, self.configuration, fields: fields, context)
        unsafe self.running[easy] = Entry(transfer: transfer, context: context, fields: fields)
        unsafe self.handles[transfer.id] = easy
        let status = unsafe curl_multi_add_handle(self.multi, easy)
        if status != CURLM_OK { unsafe self.end(easy, .failure(.failed(code: status.rawValue))) }
    }

    mutating func cancel(_ id: UInt64) {
        guard let easy = unsafe self.handles[id] else { return }
        unsafe self.end(easy, .failure(.cancelled))
    }

    mutating func endAll(_ error: HTTPClientError) {
        while let easy = unsafe self.running.keys.first { unsafe self.end(easy, .failure(error)) }
        while let easy = unsafe self.spare.popLast() { unsafe curl_easy_cleanup(easy) }
    }

    /// Moves bytes and ends what is done.
    mutating func perform() {
        var count: Int32 = 0
        unsafe curl_multi_perform(self.multi, &count)
        var result = CURLE_OK
        while let easy = unsafe hearth_curl_multi_next_done(self.multi, &result) {
            guard let transfer = unsafe self.running[easy]?.transfer else { continue }
            if let refusal = transfer.refusal {
                unsafe self.end(easy, .failure(refusal))
            } else if result == CURLE_OK {
                let status = unsafe hearth_curl_response_code(easy)
                transfer.succeed(status: status)
                unsafe self.end(easy, nil)
            } else {
                let hasSent = unsafe hearth_curl_sent_byte_count(easy) > 0
                unsafe self.end(easy, .failure(HTTPClientError(result, hasSent: hasSent)))
            }
        }
    }

    private mutating func end(_ easy: UnsafeMutableRawPointer, _ outcome: Transfer.Outcome?) {
        unsafe curl_multi_remove_handle(self.multi, easy)
        if let entry = unsafe self.running.removeValue(forKey: easy) {
            unsafe self.handles[entry.transfer.id] = nil
            unsafe curl_slist_free_all(entry.fields)
            if let outcome { entry.transfer.finish(outcome) }
        }
        if unsafe self.spare.count < 64 {
            unsafe curl_easy_reset(easy)
            unsafe self.spare.append(easy)
        } else {
            unsafe curl_easy_cleanup(easy)
        }
    }

    private static func fieldList(_ request: ClientRequest) -> UnsafeMutablePointer<curl_slist>? {
        // `Expect:` switches off the pause for 100 Continue, `Content-Type:` libcurl's form type.
        var lines = ["Expect:"]
        if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            lines.append("Content-Type:")
        }
        lines += request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        return unsafe lines.reduce(nil) { list, line in unsafe curl_slist_append(list, line) ?? list }
    }
}

extension HTTPClientError {
    /// What a result of libcurl means.
    ///
    /// When a pooled connection breaks before the answer, libcurl sends the request once more over a new one.
    /// That one may fail although the server has got the request: only without a byte sent is nothing done.
    fileprivate init(_ code: CURLcode, hasSent: Bool) {
        switch code {
        case CURLE_COULDNT_CONNECT where hasSent, CURLE_SSL_CONNECT_ERROR where hasSent:
            self = .connectionLost
        case CURLE_OPERATION_TIMEDOUT: self = .timedOut
        case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            self = .connectFailed
        case CURLE_URL_MALFORMAT: self = .invalidRequest
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2_STREAM:
            self = .connectionLost
        // HTTP/0.9, which is any garbage, is an unsupported protocol.
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_BAD_CONTENT_ENCODING:
            self = .malformedResponse
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CACERT_BADFILE:
            self = .tlsFailed
        default: self = .failed(code: Int32(code.rawValue))
        }
    }
}
