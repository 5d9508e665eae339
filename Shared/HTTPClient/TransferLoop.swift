// SPDX-License-Identifier: Apache-2.0

// Invariant: the multi handle and all easy handles are made, used and freed on the one thread that calls
// `run`. A transfer is kept in `running` as long as its easy handle is in the multi handle, so the pointer
// that the callbacks get is alive whenever libcurl calls them; they copy what they are given and return.
internal import CCurl

/// Drives libcurl's multi interface until it is told to stop.
@safe
struct TransferLoop {
    private let queue: TransferQueue
    private let configuration: HTTPClientConfiguration

    init(queue: TransferQueue, configuration: HTTPClientConfiguration) {
        self.queue = queue
        self.configuration = configuration
    }

    /// One thread's life.
    func run() {
        _ = CurlLibrary.isReady
        guard let multi = unsafe curl_multi_init() else {
            self.refuseAll(self.queue.close())
            return
        }
        unsafe hearth_curl_multi_set_long(
            multi,
            CURLMOPT_MAX_HOST_CONNECTIONS,
            self.configuration.connectionsPerHostMax
        )
        unsafe hearth_curl_multi_set_long(
            multi,
            CURLMOPT_MAXCONNECTS,
            self.configuration.idleConnectionCountMax
        )
        var state = unsafe RunningTransfers(multi: multi, configuration: self.configuration)
        unsafe self.queue.open(multi)
        while self.obey(&state) {
            state.perform()
            unsafe curl_multi_poll(multi, nil, 0, 1_000, nil)
        }
        let left = self.queue.close()
        state.endAll(.shutDown)
        unsafe curl_multi_cleanup(multi)
        self.refuseAll(left)
    }

    /// Carries out what was posted; false when it is time to end.
    private func obey(_ state: inout RunningTransfers) -> Bool {
        for command in self.queue.take() {
            switch command {
            case .start(let transfer): state.start(transfer)
            case .cancel(let id): state.cancel(id)
            case .stop: return false
            }
        }
        return true
    }

    private func refuseAll(_ commands: [TransferCommand]) {
        for case .start(let transfer) in commands { transfer.finish(.failure(.shutDown)) }
    }
}

/// The library's process-wide state.
private enum CurlLibrary {
    static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
