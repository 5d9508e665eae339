// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
package import HTTPClient
package import ProfileModel
internal import Ring
package import ServiceKit
package import WireAPI

/// Sends each profile to the ingester that owns its series, several profiles of a request in one append.
package struct RingSink: ProfileSink {
    private let ring: RingWatch
    private let http: HTTPClient

    /// Routes over what `ring` sees.
    package init(ring: RingWatch, http: HTTPClient) {
        self.ring = ring
        self.http = http
    }

    private typealias Answer = (places: [Int], result: Result<[AppendOutcome], IngesterError>)

    /// One outcome per profile, in order; fails when any ingester failed: resending is safe, since profiles
    /// count once.
    package func append(_ profiles: [IncomingProfile]) async throws(IngesterError) -> [AppendOutcome] {
        let snapshot = self.ring.writers
        var shares: [RingMember: [Int]] = [:]
        for (place, profile) in profiles.enumerated() {
            guard let owner = snapshot.owner(of: Self.hash(profile)) else {
                throw .unavailable("no ingester is in the ring")
            }
            shares[owner, default: []].append(place)
        }
        let answers = await withTaskGroup(of: Answer.self) { group in
            for (owner, places) in shares {
                group.addTask { await self.send(places.map { profiles[$0] }, to: owner, places, snapshot) }
            }
            return await group.reduce(into: [Answer]()) { $0.append($1) }
        }
        var outcomes = [AppendOutcome](repeating: .empty, count: profiles.count)
        for (places, result) in answers {
            for (place, outcome) in zip(places, try result.get()) { outcomes[place] = outcome }
        }
        return outcomes
    }

    /// Sends to the owner, and once to the next member when the owner is out of reach: nothing was stored
    /// there then.
    private func send(
        _ profiles: [IncomingProfile],
        to owner: RingMember,
        _ places: [Int],
        _ snapshot: RingSnapshot
    ) async -> Answer {
        do throws(IngesterError) {
            return (places, .success(try await self.client(owner).append(profiles)))
        } catch {
            guard case .unavailable = error, let first = profiles.first,
                let next = snapshot.successors(of: Self.hash(first), count: 2).first(where: { $0 != owner })
            else { return (places, .failure(error)) }
            self.ring.suspect(owner)
            do throws(IngesterError) {
                return (places, .success(try await self.client(next).append(profiles)))
            } catch {
                return (places, .failure(error))
            }
        }
    }

    private func client(_ member: RingMember) -> IngesterClient {
        IngesterClient(http: self.http, address: "http://\(member.address)")
    }

    private static func hash(_ profile: IncomingProfile) -> UInt64 {
        var series: UInt64 = 0
        for label in profile.labels.labels {
            series = XXH3.hash64(label.name, seed: series)
            series = XXH3.hash64(label.value, seed: series)
        }
        return RingKey.hash(
            tenant: profile.tenant,
            service: profile.labels[LabelName.serviceName] ?? "",
            series: series
        )
    }
}
