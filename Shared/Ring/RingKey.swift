// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
package import ProfileModel

/// The hash by which a series is placed: equal in every process, version and machine.
package enum RingKey {
    /// XXH3 over tenant, U+0000, service, U+0000 and the fingerprint in eight little-endian bytes.
    ///
    /// A tenant id holds no U+0000, so no two triples share the bytes.
    package static func hash(tenant: TenantID, service: String, series: UInt64) -> UInt64 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(tenant.description.utf8.count + service.utf8.count + 10)
        bytes += tenant.description.utf8
        bytes.append(0)
        bytes += service.utf8
        bytes.append(0)
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: series >> shift))
        }
        return XXH3.hash64(bytes.span)
    }
}
