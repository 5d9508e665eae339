// SPDX-License-Identifier: Apache-2.0
package import ProfileModel

extension ProfileLimits {
    /// The part of a tenant's limits that travels with a profile.
    ///
    /// What 0 switches off stops at the format's own bounds.
    package init(_ limits: TenantLimits) {
        self.init()
        func unlessOff(_ value: Int, _ most: Int) -> Int { value > 0 ? min(value, most) : most }
        self.profileByteCountMax = unlessOff(limits.profileByteCountMax, 1 << 30)
        self.sampleCountMax = unlessOff(limits.sampleCountMax, 10_000_000)
        self.depthMax = unlessOff(limits.stackDepthMax, 10_000)
        self.sampleLabelCountMax = unlessOff(limits.sampleLabelCountMax, 10_000)
        self.symbolByteCountMax = unlessOff(limits.symbolByteCountMax, 1 << 20)
        self.labelCountMax = limits.labelCountMax
        self.labelNameByteCountMax = limits.labelNameByteCountMax
        self.labelValueByteCountMax = limits.labelValueByteCountMax
        self.seriesCountMax = limits.seriesCountMax
        self.rejectOlderThanNanoseconds = Int64(limits.rejectOlderThan / .nanoseconds(1))
        self.rejectNewerThanNanoseconds = Int64(limits.rejectNewerThan / .nanoseconds(1))
    }
}
