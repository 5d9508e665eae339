// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding

/// Which member owns which hash, at one instant: pure, so that every process with the same members agrees.
///
/// Each member has 128 tokens on a circle of 64-bit numbers; a hash belongs to the member of the first
/// token at or after it. A member that comes or goes moves only its own share.
package struct RingSnapshot: Sendable {
    /// Tokens per member: enough to balance a few members within some ten percent.
    package static let tokenCountPerMember = 128

    /// By instance.
    package let members: [RingMember]
    /// Ascending.
    private let tokens: [UInt64]
    /// Which member `tokens[i]` belongs to.
    private let owners: [UInt32]

    /// A ring of live members; of two with one instance id the first counts.
    ///
    /// The order of `members` is irrelevant.
    package init(members: [RingMember]) {
        var seen: Set<[UInt8]> = []
        let members =
            members
            .filter { seen.insert(Array($0.instance.utf8)).inserted }
            .sorted { $0.instance.utf8.lexicographicallyPrecedes($1.instance.utf8) }
        var points: [(token: UInt64, owner: UInt32)] = []
        points.reserveCapacity(members.count * Self.tokenCountPerMember)
        for (owner, member) in members.enumerated() {
            for token in Self.tokens(of: member.instance) { points.append((token, UInt32(owner))) }
        }
        points.sort { ($0.token, $0.owner) < ($1.token, $1.owner) }
        self.members = members
        self.tokens = points.map(\.token)
        self.owners = points.map(\.owner)
    }

    /// The tokens of an instance: XXH3 of its id with the token's number as seed.
    package static func tokens(of instance: String) -> [UInt64] {
        (0..<UInt64(Self.tokenCountPerMember)).map { XXH3.hash64(instance, seed: $0) }
    }

    package var isEmpty: Bool { self.members.isEmpty }

    /// The member that `hash` belongs to; nil in an empty ring.
    ///
    /// Logarithmic in the number of tokens.
    package func owner(of hash: UInt64) -> RingMember? {
        guard !self.isEmpty else { return nil }
        return self.members[Int(self.owners[self.firstToken(for: hash)])]
    }

    /// Up to `count` members in the order in which they would take `hash`, members of further zones first.
    ///
    /// The first is the owner; the next are where to go when it does not answer.
    package func successors(of hash: UInt64, count: Int) -> [RingMember] {
        guard !self.isEmpty, count > 0 else { return [] }
        var walk: [RingMember] = []
        var isSeen = [Bool](repeating: false, count: self.members.count)
        let first = self.firstToken(for: hash)
        for step in 0..<self.tokens.count where walk.count < self.members.count {
            let owner = Int(self.owners[(first + step) % self.tokens.count])
            if isSeen[owner] { continue }
            isSeen[owner] = true
            walk.append(self.members[owner])
        }
        var zones: Set<String> = []
        var otherZones: [RingMember] = []
        var sameZones: [RingMember] = []
        for member in walk {
            if zones.insert(member.zone).inserted {
                otherZones.append(member)
            } else {
                sameZones.append(member)
            }
        }
        return Array((otherZones + sameZones).prefix(count))
    }

    /// Index of the first token at or after `hash`, around the circle.
    private func firstToken(for hash: UInt64) -> Int {
        var low = 0
        var high = self.tokens.count
        while low < high {
            let middle = (low + high) / 2
            if self.tokens[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low == self.tokens.count ? 0 : low
    }
}
