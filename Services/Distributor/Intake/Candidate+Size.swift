// SPDX-License-Identifier: Apache-2.0
internal import Compression
internal import ProfileModel
internal import ServiceKit

extension Candidate {
    /// The refusal of a profile that has more bytes than a profile may have.
    ///
    /// It comes before the rate limit: no budget lets such a profile pass, however often it is sent again.
    func oversize(_ limits: TenantLimits) -> ProfileRejection? {
        let limit = limits.profileByteCountMax
        guard limit > 0, self.exceeds(limit) else { return nil }
        let text =
            switch self.origin {
            case .push: "uncompressed profile payload size exceeds limit of \(ByteText.decimal(limit))"
            case .ingest: "decompressed size exceeds maximum allowed size of \(limit) bytes"
            }
        return ProfileRejection(.profileSizeLimit, text)
    }

    /// Whether more than `limit` bytes are there after inflating; what is damaged is for the decoder to say.
    private func exceeds(_ limit: Int) -> Bool {
        guard GzipInflater.isGzip(self.payload.span) else { return self.payload.count > limit }
        guard GzipInflater.sizeGuess(self.payload.span, limit: .max) > limit else { return false }
        do throws(CompressionError) {
            _ = try StreamInflater.byteCount(of: self.payload, .gzip, limit: limit)
            return false
        } catch {
            return error == .sizeLimit(limit)
        }
    }
}
