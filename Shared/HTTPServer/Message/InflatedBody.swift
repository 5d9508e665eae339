// SPDX-License-Identifier: Apache-2.0
internal import Compression
internal import Synchronization

extension HTTPRequest {
    /// The body as it was before the client compressed it, in pieces, within `limits`.
    ///
    /// Refuses by `Content-Encoding` and `Content-Length` before the first byte is read. What is inflated
    /// counts against the bytes that requests may hold, as what is received does.
    package func decodedBody(limits: HTTPBodyLimits) throws(HTTPBodyError) -> any HTTPBodySource {
        let coding = try ContentCoding(of: self.headers)
        if let declared = self.declaredLength, declared > limits.wire {
            throw .tooLarge(limit: limits.wire, declared: declared)
        }
        let wire = CountedBody(self.body, limit: limits.wire)
        guard let format = coding.format else { return wire }
        return InflatedBody(wire, coding, StreamInflater(format, limit: limits.inflated))
    }

    /// Reads the whole body as it was before the client compressed it, within `limits`.
    package func collectDecodedBody(limits: HTTPBodyLimits) async throws(HTTPBodyError) -> [UInt8] {
        guard try ContentCoding(of: self.headers) != .identity else {
            return try await self.collectBody(limit: limits.wire)
        }
        let body = try self.decodedBody(limits: limits)
        var all: [UInt8] = []
        while let piece = try await body.next() { all.append(piece, atMost: limits.inflated) }
        return all
    }
}

extension [UInt8] {
    /// Appends a piece of a body of at most `limit` bytes: no memory is taken for more than those.
    mutating func append(_ piece: [UInt8], atMost limit: Int) {
        let count = self.count + piece.count
        if count > self.capacity { self.reserveCapacity(Swift.max(count, Swift.min(count * 2, limit))) }
        self += piece
    }
}

/// A body that may have so many bytes.
private final class CountedBody: HTTPBodySource {
    private let source: any HTTPBodySource
    private let limit: Int
    private let count = Atomic(0)

    init(_ source: any HTTPBodySource, limit: Int) {
        self.source = source
        self.limit = limit
    }

    func next() async throws(HTTPBodyError) -> [UInt8]? {
        guard let piece = try await self.source.next() else { return nil }
        let count = self.count.wrappingAdd(piece.count, ordering: .relaxed).newValue
        guard count <= self.limit else { throw .tooLarge(limit: self.limit, declared: nil) }
        return piece
    }

    func hold(_ byteCount: Int) throws(HTTPBodyError) { try self.source.hold(byteCount) }

    func release(_ byteCount: Int) { self.source.release(byteCount) }
}

/// A compressed body, inflated while it is read: at most 64 KiB come out at a time.
private final class InflatedBody: HTTPBodySource {
    private let source: any HTTPBodySource
    private let coding: ContentCoding
    private let inflater: Mutex<StreamInflater>

    init(_ source: any HTTPBodySource, _ coding: ContentCoding, _ inflater: consuming sending StreamInflater)
    {
        self.source = source
        self.coding = coding
        self.inflater = Mutex(inflater)
    }

    func next() async throws(HTTPBodyError) -> [UInt8]? {
        while true {
            if let piece = try self.take(feeding: nil) { return piece }
            guard let compressed = try await self.source.next() else {
                try self.finish()
                return nil
            }
            defer { self.source.release(compressed.count) }
            if let piece = try self.take(feeding: compressed) { return piece }
        }
    }

    func hold(_ byteCount: Int) throws(HTTPBodyError) { try self.source.hold(byteCount) }

    func release(_ byteCount: Int) { self.source.release(byteCount) }

    private func take(feeding compressed: [UInt8]?) throws(HTTPBodyError) -> [UInt8]? {
        let result = self.inflater.withLock { inflater -> Result<[UInt8]?, CompressionError> in
            if let compressed { inflater.feed(compressed) }
            do throws(CompressionError) {
                return .success(try inflater.next())
            } catch {
                return .failure(error)
            }
        }
        guard let piece = try self.checked(result) else { return nil }
        try self.source.hold(piece.count)
        return piece
    }

    private func finish() throws(HTTPBodyError) {
        let result = self.inflater.withLock { inflater -> Result<Void, CompressionError> in
            do throws(CompressionError) {
                return .success(try inflater.finish())
            } catch {
                return .failure(error)
            }
        }
        try self.checked(result)
    }

    private func checked<Value>(_ result: Result<Value, CompressionError>) throws(HTTPBodyError) -> Value {
        switch result {
        case .success(let value): return value
        case .failure(.sizeLimit(let limit)): throw .inflatedTooLarge(limit: limit)
        case .failure(.truncated): throw .truncated(self.coding)
        case .failure(.corrupt), .failure(.unsupported): throw .undecodable(self.coding)
        }
    }
}
