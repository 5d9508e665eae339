// SPDX-License-Identifier: Apache-2.0
package import ProfileModel
package import WireAPI

/// Somebody who holds profiles, with the name that warnings use.
package struct SourceMember: Sendable {
    package var name: String
    package var source: any ProfileSource

    /// A member of the ring.
    package init(name: String, source: any ProfileSource) {
        self.name = name
        self.source = source
    }
}

/// Asks every member of the ring the same question, a bounded number at a time.
///
/// Whoever does not answer is named in the report; only when nobody answers does the query fail.
package struct SourceFanOut: Sendable {
    /// Who may hold data of a tenant in a range of time, reachable or not.
    package typealias Members = @Sendable (TenantID, TimeRange) async throws -> [SourceMember]

    private let members: Members
    private let concurrencyMax: Int
    private let timeout: Duration
    private var symbols: SymbolNames?

    /// Asks `members`, at most `concurrencyMax` at once, none for longer than `timeout`.
    package init(
        concurrencyMax: Int,
        timeout: Duration,
        members: @escaping Members
    ) {
        precondition(concurrencyMax > 0)
        self.members = members
        self.concurrencyMax = concurrencyMax
        self.timeout = timeout
    }

    /// The same with names for queries over several tenants.
    func naming(_ symbols: SymbolNames) -> SourceFanOut {
        var copy = self
        copy.symbols = symbols
        return copy
    }

    /// Who may hold data of the query's tenants, each once.
    private func members(_ scope: QueryScope, _ range: TimeRange) async throws -> [SourceMember] {
        var members = try await self.members(scope.tenant, range)
        guard !scope.otherTenants.isEmpty, let symbols else { return members }
        var known = Set(members.map(\.name))
        for tenant in scope.otherTenants {
            for member in try await self.members(tenant, range) where known.insert(member.name).inserted {
                members.append(member)
            }
        }
        let tenants = [scope.tenant] + scope.otherTenants
        return members.map { member in
            let source = FederatedSource(source: member.source, tenants: tenants, symbols: symbols)
            return SourceMember(name: member.name, source: source)
        }
    }

    typealias Question<Answer: Sendable> =
        @Sendable (any ProfileSource) async throws(IngesterError) -> Partial<Answer>

    /// All answers, in no particular order.
    func gather<Answer: Sendable>(
        _ scope: QueryScope,
        _ range: TimeRange,
        _ ask: @escaping Question<Answer>
    ) async throws(QueryError) -> [Answer] {
        let members: [SourceMember]
        do {
            members = try await self.members(scope, range)
        } catch is CancellationError {
            throw .canceled
        } catch { throw .unavailable("the ring cannot be read") }
        guard !members.isEmpty else { throw .unavailable("no ingester is in the ring") }
        let outcomes = await self.outcomes(members, scope, ask)
        return try self.collect(zip(members.map(\.name), outcomes), scope, range)
    }

    private enum Event<Answer: Sendable>: Sendable {
        /// Number of the member, and what came of it.
        case answered(Int, Result<Partial<Answer>, IngesterError>)
        case deadline
    }

    /// One outcome per member, in order; those that were not heard when time ran out have `deadlineExceeded`.
    private func outcomes<Answer: Sendable>(
        _ members: [SourceMember],
        _ scope: QueryScope,
        _ ask: @escaping Question<Answer>
    ) async -> [Result<Partial<Answer>, IngesterError>] {
        var deadline = ContinuousClock.now.advanced(by: self.timeout)
        if let earlier = scope.deadline { deadline = min(deadline, earlier) }
        let until = deadline
        return await withTaskGroup(of: Event<Answer>.self) { group in
            group.addTask {
                do {
                    try await ContinuousClock().sleep(until: until)
                } catch {
                    // Cancelled: every member was heard, or the client is gone.
                }
                return .deadline
            }
            var outcomes: [Result<Partial<Answer>, IngesterError>] =
                Array(repeating: .failure(.deadlineExceeded), count: members.count)
            var heard = 0
            var asked = 0
            while asked < min(members.count, self.concurrencyMax) {
                Self.add(asked, members[asked].source, ask, to: &group)
                asked += 1
            }
            while heard < members.count, let event = await group.next() {
                guard case .answered(let index, let result) = event else { break }
                outcomes[index] = result
                heard += 1
                guard asked < members.count else { continue }
                Self.add(asked, members[asked].source, ask, to: &group)
                asked += 1
            }
            group.cancelAll()
            return outcomes
        }
    }

    private static func add<Answer: Sendable>(
        _ index: Int,
        _ source: any ProfileSource,
        _ ask: @escaping Question<Answer>,
        to group: inout TaskGroup<Event<Answer>>
    ) {
        group.addTask {
            do throws(IngesterError) {
                return .answered(index, .success(try await ask(source)))
            } catch { return .answered(index, .failure(error)) }
        }
    }

    private func collect<Answer: Sendable>(
        _ outcomes: some Sequence<(String, Result<Partial<Answer>, IngesterError>)>,
        _ scope: QueryScope,
        _ range: TimeRange
    ) throws(QueryError) -> [Answer] {
        guard !Task.isCancelled else { throw .canceled }
        var answers: [Answer] = []
        var failures: [(name: String, error: IngesterError)] = []
        for (name, outcome) in outcomes {
            switch outcome {
            case .failure(let error): failures.append((name, error))
            case .success(let part):
                answers.append(part.answer)
                for warning in part.warnings { try scope.report.note("\(name): \(warning)") }
            }
        }
        guard !answers.isEmpty else { throw Self.common(failures.map(\.error)) }
        for (name, error) in failures {
            try scope.report.note("\(name): \(Self.text(error))", missing: range)
        }
        return answers
    }

    /// The error of a query that nobody answered.
    private static func common(_ errors: [IngesterError]) -> QueryError {
        if errors.allSatisfy({ $0 == .deadlineExceeded }) { return .deadlineExceeded }
        for error in errors {
            if case .unavailable(let reason) = error { return .unavailable(reason) }
        }
        return errors.first.map { .internal($0) } ?? .unavailable("nobody answered")
    }

    private static func text(_ error: IngesterError) -> String {
        switch error {
        case .unavailable(let reason): reason
        case .deadlineExceeded: "did not answer in time"
        case .internal: "failed"
        }
    }
}
