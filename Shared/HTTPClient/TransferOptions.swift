// SPDX-License-Identifier: Apache-2.0

// Invariant: libcurl copies every text and the body when it is set; the field list and the context are kept
// by RunningTransfers until the handle has left the multi handle.
internal import CCurl

/// What the callbacks of one easy handle get.
final class TransferContext {
    let transfer: Transfer
    let headerByteLimit: Int

    init(_ transfer: Transfer, headerByteLimit: Int) {
        self.transfer = transfer
        self.headerByteLimit = headerByteLimit
    }
}

/// Sets up one easy handle.
@safe
struct TransferOptions {
    private let easy: UnsafeMutableRawPointer

    init(_ easy: UnsafeMutableRawPointer) { unsafe self.easy = easy }

    func set(
        _ request: ClientRequest,
        _ configuration: HTTPClientConfiguration,
        fields: UnsafeMutablePointer<curl_slist>?,
        _ context: TransferContext
    ) {
        self.text(CURLOPT_URL, request.url)
        self.text(CURLOPT_PROTOCOLS_STR, "http,https")
        self.number(CURLOPT_NOSIGNAL, 1)
        self.number(CURLOPT_FOLLOWLOCATION, 0)
        self.number(CURLOPT_PATH_AS_IS, 1)
        self.number(CURLOPT_TCP_KEEPALIVE, 1)
        self.number(CURLOPT_MAXAGE_CONN, Self.milliseconds(configuration.idleConnectionAgeMax) / 1_000)
        self.number(CURLOPT_TIMEOUT_MS, Self.milliseconds(request.timeout))
        self.number(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(configuration.connectTimeout))
        if !configuration.usesEnvironmentProxy { self.text(CURLOPT_PROXY, "") }
        switch configuration.version {
        case .http11: self.number(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        case .http2:
            // Upgrade, not prior knowledge: libcurl 7.88 cannot use such a connection a second time.
            self.number(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2_0))
            self.number(CURLOPT_PIPEWAIT, 1)
        }
        self.method(request)
        unsafe hearth_curl_set_list(self.easy, CURLOPT_HTTPHEADER, fields)
        self.sinks(context)
    }

    private func method(_ request: ClientRequest) {
        switch request.method {
        case "GET" where request.body.isEmpty: self.number(CURLOPT_HTTPGET, 1)
        case "HEAD": self.number(CURLOPT_NOBODY, 1)
        default:
            self.number(CURLOPT_POST, 1)
            if request.method != "POST" { self.text(CURLOPT_CUSTOMREQUEST, request.method) }
            unsafe hearth_curl_set_offset(
                self.easy,
                CURLOPT_POSTFIELDSIZE_LARGE,
                curl_off_t(request.body.count)
            )
            unsafe request.body.withUnsafeBytes { bytes in
                // Without bytes the pointer must still not be null, or libcurl would ask for the body.
                let start = unsafe bytes.baseAddress ?? UnsafeRawPointer(self.easy)
                unsafe hearth_curl_set_pointer(self.easy, CURLOPT_COPYPOSTFIELDS, start)
            }
        }
    }

    private func sinks(_ context: TransferContext) {
        let pointer = unsafe Unmanaged.passUnretained(context).toOpaque()
        unsafe hearth_curl_set_pointer(self.easy, CURLOPT_WRITEDATA, pointer)
        unsafe hearth_curl_set_pointer(self.easy, CURLOPT_HEADERDATA, pointer)
        unsafe hearth_curl_set_sink(self.easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, pointer in
            let byteCount = size * count
            guard let bytes = unsafe bytes, let pointer = unsafe pointer else { return 0 }
            let context = unsafe Unmanaged<TransferContext>.fromOpaque(pointer).takeUnretainedValue()
            let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: byteCount).bindMemory(
                to: UInt8.self
            )
            return unsafe context.transfer.takeBody(Span(_unsafeElements: piece)) ? byteCount : 0
        }
        unsafe hearth_curl_set_sink(self.easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, pointer in
            let byteCount = size * count
            guard let bytes = unsafe bytes, let pointer = unsafe pointer else { return 0 }
            let context = unsafe Unmanaged<TransferContext>.fromOpaque(pointer).takeUnretainedValue()
            let line = unsafe String(
                decoding: UnsafeRawBufferPointer(start: bytes, count: byteCount),
                as: UTF8.self
            )
            let isTaken = context.transfer.takeHeaderLine(line, byteLimit: context.headerByteLimit)
            return isTaken ? byteCount : 0
        }
    }

    private func number(_ option: CURLoption, _ value: Int) {
        unsafe hearth_curl_set_long(self.easy, option, value)
    }

    private func text(_ option: CURLoption, _ value: String) {
        unsafe hearth_curl_set_text(self.easy, option, value)
    }

    /// At least one: libcurl takes zero for "no limit".
    private static func milliseconds(_ duration: Duration) -> Int {
        max(
            1,
            Int(clamping: duration.components.seconds) &* 1_000
                &+ Int(duration.components.attoseconds / 1_000_000_000_000_000)
        )
    }
}
