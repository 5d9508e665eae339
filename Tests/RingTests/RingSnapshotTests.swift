// SPDX-License-Identifier: Apache-2.0
import ByteCoding
import ProfileModel
import Ring
import Testing

@Suite struct RingSnapshotTests {
    private static func member(_ number: Int, zone: String = "a") -> RingMember {
        RingMember(instance: "ingester-\(number)", address: "10.0.0.\(number):4041", zone: zone)
    }

    private static let hashes = (0..<20_000).map { XXH3.hash64("series \($0)") }

    @Test func anEmptyRingOwnsNothing() {
        let ring = RingSnapshot(members: [])
        #expect(ring.isEmpty)
        #expect(ring.owner(of: 0) == nil)
        #expect(ring.successors(of: 0, count: 3).isEmpty)
    }

    @Test func oneMemberOwnsEverything() {
        let ring = RingSnapshot(members: [Self.member(1)])
        for hash in [0, 1, .max, 0x8000_0000_0000_0000] as [UInt64] {
            #expect(ring.owner(of: hash) == Self.member(1))
        }
    }

    @Test func theOwnerIsThatOfTheNextTokenAroundTheCircle() throws {
        let members = [Self.member(1), Self.member(2), Self.member(3)]
        let ring = RingSnapshot(members: members)
        let tokens = members.flatMap { member in
            RingSnapshot.tokens(of: member.instance).map { (token: $0, member: member) }
        }.sorted { $0.token < $1.token }
        #expect(tokens.count == 3 * 128)
        for index in tokens.indices {
            let next = tokens[(index + 1) % tokens.count]
            #expect(ring.owner(of: tokens[index].token) == tokens[index].member)
            #expect(ring.owner(of: tokens[index].token &+ 1) == next.member)
        }
        let first = try #require(tokens.first)
        #expect(ring.owner(of: 0) == first.member)
        #expect(ring.owner(of: .max) == first.member)
    }

    @Test func theOrderOfMembersDoesNotMatter() {
        let members = (1...7).map { Self.member($0) }
        let one = RingSnapshot(members: members)
        let other = RingSnapshot(members: members.reversed() + [Self.member(3)])
        #expect(one.members == other.members)
        for hash in Self.hashes.prefix(2_000) {
            #expect(one.owner(of: hash) == other.owner(of: hash))
            #expect(one.successors(of: hash, count: 7) == other.successors(of: hash, count: 7))
        }
    }

    @Test(arguments: [2, 3, 5, 10])
    func sharesAreEven(memberCount: Int) throws {
        let ring = RingSnapshot(members: (1...memberCount).map { Self.member($0) })
        var counts: [String: Int] = [:]
        for hash in Self.hashes { counts[try #require(ring.owner(of: hash)).instance, default: 0] += 1 }
        let mean = Double(Self.hashes.count) / Double(memberCount)
        #expect(counts.count == memberCount)
        for count in counts.values { #expect(abs(Double(count) / mean - 1) < 0.35) }
    }

    @Test func aNewMemberTakesOnlyItsOwnShare() throws {
        let before = RingSnapshot(members: (1...5).map { Self.member($0) })
        let after = RingSnapshot(members: (1...6).map { Self.member($0) })
        var movedCount = 0
        for hash in Self.hashes where before.owner(of: hash) != after.owner(of: hash) {
            movedCount += 1
            #expect(after.owner(of: hash) == Self.member(6))
        }
        #expect(0.10..<0.24 ~= Double(movedCount) / Double(Self.hashes.count))
    }

    @Test func successorsAreDistinctAndSpreadOverZones() {
        let members = [
            Self.member(1, zone: "a"), Self.member(2, zone: "a"), Self.member(3, zone: "b"),
            Self.member(4, zone: "b"),
        ]
        let ring = RingSnapshot(members: members)
        for hash in Self.hashes.prefix(1_000) {
            let successors = ring.successors(of: hash, count: 9)
            #expect(successors.first == ring.owner(of: hash))
            #expect(Set(successors) == Set(members))
            #expect(successors.count == 4)
            #expect(successors[0].zone != successors[1].zone)
            #expect(ring.successors(of: hash, count: 2) == Array(successors.prefix(2)))
        }
    }

    @Test func whenTheOwnerGoesItsSuccessorTakesOver() throws {
        let members = (1...4).map { Self.member($0) }
        let ring = RingSnapshot(members: members)
        for hash in Self.hashes.prefix(1_000) {
            let order = ring.successors(of: hash, count: 2)
            // All in one zone: zone spreading leaves the order of tokens alone.
            let rest = RingSnapshot(members: members.filter { $0 != order[0] })
            #expect(rest.owner(of: hash) == order[1])
        }
    }

    @Test func silentInstancesAreNotAlive() {
        #expect(RingHealth.isAlive(heartbeatAge: .zero))
        #expect(RingHealth.isAlive(heartbeatAge: .seconds(30)))
        #expect(!RingHealth.isAlive(heartbeatAge: .milliseconds(30_001)))
    }
}

@Suite struct RingKeyTests {
    /// Placement must not change between releases: series would move.
    ///
    /// Values from Python's `xxhash`.
    @Test func placementIsFixedForEver() throws {
        #expect(RingKey.hash(tenant: .anonymous, service: "checkout", series: 42) == 0x0b45_80e1_3c30_9f47)
        #expect(
            RingSnapshot.tokens(of: "ingester-1").prefix(2) == [0x3f68_c001_f1d4_6d3b, 0x2614_9b83_e21b_c393]
        )
    }

    @Test func everyPartCounts() throws {
        let base = RingKey.hash(tenant: try TenantID(parsing: "a"), service: "b", series: 1)
        #expect(base != RingKey.hash(tenant: try TenantID(parsing: "ab"), service: "", series: 1))
        #expect(base != RingKey.hash(tenant: try TenantID(parsing: "a"), service: "b\u{0}", series: 1))
        #expect(base != RingKey.hash(tenant: try TenantID(parsing: "a"), service: "b", series: 256))
    }
}
