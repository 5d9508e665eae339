// SPDX-License-Identifier: Apache-2.0
import HeadStore
import Testing

@Suite struct DiskGuardTests {
    @Test func closesAtTheLimitAndOpensWithSomeDistance() {
        var limits = DiskGuard.Limits()
        limits.freeByteCountMin = 0
        var disk = DiskGuard(limits: limits)
        let closed1 = disk.update(DiskSpace(freeByteCount: 11, totalByteCount: 100))
        #expect(!closed1)
        let closed2 = disk.update(DiskSpace(freeByteCount: 10, totalByteCount: 100))
        #expect(closed2)
        let closed3 = disk.update(DiskSpace(freeByteCount: 14, totalByteCount: 100))
        #expect(closed3)
        let closed4 = disk.update(DiskSpace(freeByteCount: 16, totalByteCount: 100))
        #expect(!closed4)
        let closed5 = disk.update(DiskSpace(freeByteCount: 11, totalByteCount: 100))
        #expect(!closed5)
    }

    @Test func keepsAReserve() {
        var limits = DiskGuard.Limits()
        limits.freeByteCountMin = 1_000
        var disk = DiskGuard(limits: limits)
        let closed6 = disk.update(DiskSpace(freeByteCount: 999, totalByteCount: 1_200))
        #expect(closed6)
        let closed7 = disk.update(DiskSpace(freeByteCount: 1_100, totalByteCount: 1_200))
        #expect(closed7)
        let closed8 = disk.update(DiskSpace(freeByteCount: 1_250, totalByteCount: 1_300))
        #expect(!closed8)
    }

    @Test func aSizeThatMakesNoSenseDoesNotTrap() {
        var disk = DiskGuard(limits: DiskGuard.Limits())
        let closed9 = disk.update(DiskSpace(freeByteCount: .max, totalByteCount: 0))
        #expect(closed9)
        let closed10 = disk.update(DiskSpace(freeByteCount: 0, totalByteCount: .max))
        #expect(closed10)
    }
}
