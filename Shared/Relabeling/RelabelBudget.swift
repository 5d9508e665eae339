// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel

/// What relabeling of one request may still cost, so that neither a tenant's rules nor its profiles take more
/// than their share of a core and of memory.
package struct RelabelBudget: Sendable {
    /// What rules may cost together: some ten thousand runs over short values, or 1 MiB of long ones.
    ///
    /// With the worst patterns known twice as much was 0.4 s of a busy core.
    package static let costMax = 16 << 20

    private let limit: Int
    private var costLeft: Int
    /// Bytes that changed copies of profiles may hold.
    private(set) var copiedByteCountLeft: Int

    /// A budget that is all there.
    package init(copiedByteCountMax: Int, costMax: Int = Self.costMax) {
        self.limit = costMax
        self.costLeft = costMax
        self.copiedByteCountLeft = copiedByteCountMax
    }

    /// Runs rules; false when they dropped the series.
    mutating func apply(_ rules: RelabelRules, _ labels: inout [Label]) throws(ProfileRejection) -> Bool {
        guard self.costLeft > 0 else {
            throw Self.refused(
                "rules, label lists and long values of this request cost more than the limit of \(self.limit)"
            )
        }
        var cost = 0
        do throws(RelabelOverflow) {
            let isKept = try rules.apply(to: &labels, cost: &cost)
            self.costLeft -= cost
            return isKept
        } catch {
            self.costLeft -= cost
            throw Self.refused("its labels have more than \(error.byteCountMax) bytes")
        }
    }

    /// Takes the bytes of `count` copies of a profile.
    mutating func takeCopies(_ count: Int, of byteCount: Int) throws(ProfileRejection) {
        let (total, overflows) = byteCount.multipliedReportingOverflow(by: count)
        guard !overflows, total <= self.copiedByteCountLeft else {
            let left = "\(self.copiedByteCountLeft) bytes are left to the request"
            throw Self.refused("\(count) copies of \(byteCount) bytes, \(left)")
        }
        self.copiedByteCountLeft -= total
    }

    static func refused(_ why: String) -> ProfileRejection {
        ProfileRejection(.invalidLabels, "the profile cannot be relabeled: \(why)")
    }
}
